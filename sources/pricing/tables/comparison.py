"""Features that a comparison tells: a row for each and a column for each plan, or the other way round."""

from __future__ import annotations

from detente.records import PlanFeature
from sources.pricing.amounts.money import first_money
from sources.pricing.features import (
    FEWEST_ITEMS,
    FOOTNOTE,
    HELP,
    MAX_FEATURE,
    MAX_FEATURES,
    Told,
    icon_says,
    record,
    told_by,
    told_name,
    valued,
)
from sources.pricing.names import clean_name
from sources.pricing.page import VisiblePage
from sources.pricing.plans import Plan, bare

from .table_plans import compares_others
from .tables import Cell, Table, alt_texts, is_full_width

_LABEL_CHARS = 60


def table_features(page: VisiblePage, table: Table, plans: list[Plan], *, comma_decimal: bool = False) -> int:
    """Add what a comparison table tells of the plans that its header or first column names.

    Returns:
        How many rows were read.
    """
    columns, header = table.columns, table.header
    if not columns:
        columns, header = _match_columns(table, plans)
    if len(columns) < 2 and not table.price_rows:
        columns, header = _columns_in_order(table, plans), -1
    if len(columns) < 2:
        return _features_in_rows(page, table, plans, comma_decimal)
    if not table.real and compares_others(page, table):
        return 0
    first = min(columns)
    read = 0
    for index, row in enumerate(table.rows):
        if index == header or index in table.price_rows or len(row) < 2 or not first or first > len(row) - 1:
            continue
        if index < header and not table.real:
            continue
        label = _label(page, row[first - 1])
        if not label or is_full_width(row) or row[first - 1] is row[first] or first_money(label):
            continue
        cells = {column: row[column] for column in columns if column < len(row)}
        if not any(map(_tells, cells.values())) or _repeats_header(cells, columns):
            continue
        read += 1
        place = row[first - 1].element.place
        for column, cell in cells.items():
            plan = columns[column]
            if not cell.priced and len(plan.features) < MAX_FEATURES:
                plan.features.append(_cell_feature(plan, label, cell, place, comma_decimal))
    return read


def _label(page: VisiblePage, cell: Cell) -> str:
    """What a row is about: the first line of its label cell, or all of it where that is short."""
    start, end = cell.element.start, cell.element.end
    if end == start:
        text = cell.text
    else:
        lines = [line for line in page.lines[start:end] if not HELP.search(line.element.label)]
        text = told_name(lines[0]) if lines and lines[0].text == cell.first else cell.first
        more = " ".join(line.text for line in lines[1:])
        if more and len(text) + len(more) < _LABEL_CHARS:
            text = f"{text} {more}"
    text = FOOTNOTE.sub("", text)
    return text if len(text) <= MAX_FEATURE else ""


def _tells(cell: Cell) -> bool:
    """Whether a cell holds anything at all: text, or an element that may be an icon."""
    child = cell.element.node.first_child
    return bool(cell.text) or (child is not None and (child.tag != "-text" or child.next is not None))


def _repeats_header(cells: dict[int, Cell], columns: dict[int, Plan]) -> bool:
    return all(_is_called(cell, bare(columns[column].name)) for column, cell in cells.items())


def _is_called(cell: Cell, name: str) -> bool:
    return (not cell.text or name in cell.text.lower()) and name in _names_in(cell)


def _match_columns(table: Table, plans: list[Plan]) -> tuple[dict[int, Plan], int]:
    by_name = _by_name(plans)
    for index, row in enumerate(table.rows[:3] if table.real else table.rows):
        columns: dict[int, Plan] = {}
        for column, cell in enumerate(row):
            plan = _plan_in(cell, by_name) if column else None
            if plan is not None and not any(plan is other for other in columns.values()):
                columns[column] = plan
        if len(columns) >= 2:
            return columns, index
    return {}, 0


def _plan_in(cell: Cell, by_name: dict[str, Plan]) -> Plan | None:
    text = cell.text.lower()
    if text and not any(name in text for name in by_name):
        return None
    return next((by_name[name] for name in _names_in(cell) if name in by_name), None)


def _by_name(plans: list[Plan]) -> dict[str, Plan]:
    by_name: dict[str, Plan] = {}
    for plan in plans:
        if not plan.addon:
            by_name.setdefault(bare(plan.name), plan)
    return by_name


def _names_in(cell: Cell) -> list[str]:
    """What a header cell may call its plan: all of it, its first line, either without "plan", or its image's text."""
    if not cell.text:
        return [bare(text) for text in alt_texts(cell)]
    if len(cell.text) > MAX_FEATURE:
        return [bare(clean_name(cell.first) or cell.first)]
    texts = [cell.text, cell.first, clean_name(cell.first) or "", clean_name(cell.text) or ""]
    found = [bare(text) for text in texts]
    return [*found, *(text.removesuffix(" plan").removesuffix("-tarif") for text in found)]


def _columns_in_order(table: Table, plans: list[Plan]) -> dict[int, Plan]:
    """Columns by their order, for a table that has no header, one column per plan, and ticks and numbers in them."""
    known = [plan for plan in plans if not plan.addon]
    rows = [row for row in table.rows if not is_full_width(row)]
    if any(cell.element.end - cell.element.start > 1 for row in rows for cell in row[1:]):
        return {}
    if len(known) < 2 or len(rows) < FEWEST_ITEMS or any(len(row) != len(known) + 1 for row in rows):
        return {}
    if len({plan.group for plan in known}) > 1 or any(not row[0].text for row in rows):
        return {}
    values = [told_by(cell.text, False) if cell.text else None for row in rows for cell in row[1:]]
    plain = sum(1 for told in values if told is None or not told.literal)
    first = [told_by(cell.text, False) for cell in rows[0][1:] if cell.text]
    if plain * 4 < len(values) * 3 or all(told.literal for told in first) != (not first):
        return {}
    return dict(enumerate(known, 1))


def _features_in_rows(page: VisiblePage, table: Table, plans: list[Plan], comma_decimal: bool) -> int:
    """Features that are columns, where the plans are rows; columns that tell prices are none."""
    if len(table.rows) < 3 or any(cell.priced for cell in table.rows[0]) or not (table.real or table.price_rows):
        return 0
    by_name = _by_name(plans)
    rows = [(row, plan) for row in table.rows[1:] if row and (plan := _plan_in(row[0], by_name)) is not None]
    if len(rows) < 2:
        return 0
    heads = {n: _label(page, cell) for n, cell in enumerate(table.rows[0]) if n}
    read = 0
    for column, label in heads.items():
        cells = [(row[column], plan) for row, plan in rows if column < len(row)]
        if not label or any(cell.priced for cell, _ in cells) or not any(_tells(cell) for cell, _ in cells):
            continue
        read += 1
        for cell, plan in cells:
            if len(plan.features) < MAX_FEATURES:
                plan.features.append(_cell_feature(plan, label, cell, cell.element.place, comma_decimal))
    return read


def _cell_feature(plan: Plan, label: str, cell: Cell, place: str, comma_decimal: bool) -> PlanFeature:
    if cell.text:
        return valued(plan, label, cell.text, place, comma_decimal)
    return record(plan, label, Told(), label, place, included=icon_says(cell.element))
