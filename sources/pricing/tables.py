"""Plans that stand in a table, as columns or as rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .context import MoneyContext
from .labelled import take_labelled
from .names import clean_name
from .page import Element, VisiblePage
from .plans import Mark, Plan, add_prices, bare, flag_price, regrouped
from .terms import Term, read_term
from .words import ADDON_HEADING, FREE, NOT_A_NAME, PRICE_LABEL, VERSUS

MAX_ROWS = 400
MAX_COLUMNS = 24
_OVERAGE = re.compile(
    r"\b(?:additional|extra|overage|over-?limit|setup|set-up|onboarding|each further|add-?ons?|top-?up)\b", re.I
)
_HEADING = re.compile(r"h[1-6]")
_PRICE_SPARE = 4
_NO_MARKS: tuple[Mark, ...] = ()


class Cell:
    """One cell: its element, its text, the text's first line, and the marks in it."""

    __slots__ = ("element", "first", "marks", "priced", "text")

    def __init__(self, element: Element, text: str, first: str, marks: Sequence[Mark]) -> None:
        self.element = element
        self.text = text
        self.first = first
        self.marks = marks
        self.priced = len(marks) > 0 and any(m.kind != "price" or m.spare <= _PRICE_SPARE for m in marks)
        """It tells a price and little else."""


@dataclass(kw_only=True, slots=True)
class Table:
    """A table as rows of cells, and the plans that its columns or rows are."""

    element: Element
    rows: list[list[Cell]]
    columns: dict[int, Plan]
    price_rows: set[int]
    header: int


def find_tables(page: VisiblePage, marks: list[Mark]) -> list[Table]:
    """Every table of the page as a grid; tables that only lay out others are left out."""
    by_line: dict[int, Mark] = {m.line.index: m for m in marks}
    tables = []
    for position, element in enumerate(page.elements):
        if element.tag == "table" and element.end - element.start >= 3:
            rows = _grid(page, position, by_line)
            if len(rows) >= 2 and max(map(len, rows)) >= 2:
                tables.append(Table(element=element, rows=rows, columns={}, price_rows=set(), header=0))
    return tables


def _grid(page: VisiblePage, position: int, by_line: dict[int, Mark]) -> list[list[Cell]]:
    table = page.elements[position]
    spans = table.node.css_first("[colspan]") is not None
    inside: set[Element | None] = {table}
    rows: dict[Element | None, list[Cell]] = {}
    for element in page.elements[position + 1 :]:
        parent = element.parent
        if parent not in inside:
            break
        tag = element.tag
        inside.add(element)
        if tag == "td" or tag == "th":
            row = rows.get(parent)
            wide = _span(element) if spans else 1
            if row is not None and len(row) + wide <= MAX_COLUMNS:
                row += [_cell(page, element, by_line)] * wide
        elif tag == "tr":
            if len(rows) >= MAX_ROWS:
                page.cut = True
                break
            rows[element] = []
        elif tag == "table":
            return []
    return list(rows.values())


def _span(cell: Element) -> int:
    span = cell.node.attributes.get("colspan")
    return max(1, int(span)) if span and span.isascii() and span.isdigit() and len(span) < 3 else 1


def _cell(page: VisiblePage, element: Element, by_line: dict[int, Mark]) -> Cell:
    start, end = element.start, element.end
    if end - start == 1:
        text = page.lines[start].text
        mark = by_line.get(start)
        return Cell(element, text, text, _NO_MARKS if mark is None else (mark,))
    if end == start:
        return Cell(element, "", "", _NO_MARKS)
    lines = page.lines[start:end]
    text = " ".join(line.text for line in lines)
    return Cell(element, text, lines[0].text, [by_line[i] for i in range(start, end) if i in by_line])


def read_table(page: VisiblePage, table: Table, context: MoneyContext) -> list[Plan] | None:
    """Plans of one table; empty if it compares with others; None if its cells tell no prices."""
    rows = table.rows
    take_labelled(page, rows, context)
    body = [i for i in range(1, len(rows)) if _tells_prices(rows[i])]
    in_header = sum(1 for c in rows[0][1:] if c.priced and any(m.kind == "price" for m in c.marks))
    header_priced = in_header >= (2 if body else 1)
    if not body and not header_priced:
        return None
    if any(VERSUS.search(c.text) for c in rows[0]):
        return []
    if not header_priced and _plans_are_rows(rows, body):
        return _from_rows(table, body, context)
    return _from_columns(table, [0, *body] if header_priced else body, context)


def _tells_prices(row: list[Cell]) -> bool:
    priced = [c for c in row[1:] if c.priced]
    if not priced:
        return False
    return any(m.kind == "price" for c in priced for m in c.marks) or _is_price_label(row[0].text)


def _plans_are_rows(rows: list[list[Cell]], body: list[int]) -> bool:
    columns = {c for i in body for c, cell in enumerate(rows[i]) if c and cell.priced}
    heads = [rows[0][c].text for c in columns if c < len(rows[0])]
    labels = [rows[i][0].text for i in body if rows[i]]
    if heads and all(_is_price_label(h) for h in heads):
        return True
    if all(not label or _is_price_label(label) for label in labels):
        return False
    if len(columns) == 1 and len(body) >= 2:
        return all(len(row) <= 2 for row in rows) or len(body) * 2 > len(rows)
    return False


def _is_price_label(text: str) -> bool:
    return len(text) <= 60 and (bool(PRICE_LABEL.search(text)) or bool(read_term(text, bare=True).period))


def _header_of(rows: list[list[Cell]], first: int) -> int:
    """The row with the names: the first one above the prices that fills most columns with different words."""
    for index in range(first):
        names = [clean_name(c.first) for c in rows[index][1:]]
        if sum(1 for n in names if n) * 2 >= max(1, len(rows[first]) - 1) and (len(set(names)) > 1 or len(names) == 1):
            return index
    return 0


def _from_columns(table: Table, body: list[int], context: MoneyContext) -> list[Plan]:
    rows = table.rows
    table.header = 0 if 0 in body else _header_of(rows, body[0])
    header = rows[table.header]
    first = 0 if header and header[0].priced else 1
    for column in range(first, len(header)):
        name = _cell_name(header[column])
        if name is not None:
            plan = Plan(name=name, text=header[column].text, place=header[column].element.place)
            plan.start, plan.end = table.element.start, table.element.end
            table.columns[column] = plan
    extras: dict[str, Plan] = {}
    for index in body:
        label = rows[index][0].text if index != table.header else ""
        if label and _OVERAGE.search(label):
            _add_extra(extras, label, rows[index], context)
            table.price_rows.add(index)
            continue
        if label and not _is_price_label(label) and not _all_priced(rows[index]):
            continue
        table.price_rows.add(index)
        told = read_term(label, bare=True) if label else Term()
        for column, plan in table.columns.items():
            if column < len(rows[index]):
                cell = rows[index][column]
                marks = [m for m in cell.marks if m.kind != "price" or m.spare <= _PRICE_SPARE]
                add_prices(plan, marks, context, {m.line.index: told for m in marks})
    for column, plan in table.columns.items():
        if not plan.prices:
            plan.prices.append(
                flag_price(plan, header[column].text, plan.place, kind="free" if bare(plan.name) in FREE else None)
            )
    return [*table.columns.values(), *extras.values()]


def _cell_name(cell: Cell) -> str | None:
    name = None
    for text in (cell.first, cell.text):
        name = name or clean_name(text)
    return None if name is None or NOT_A_NAME.match(name) else name


def _all_priced(row: list[Cell]) -> bool:
    told = [c for c in row[1:] if c.text and any(ch.isalnum() for ch in c.text)]
    return bool(told) and all(c.priced for c in told) and any(m.kind == "price" for c in told for m in c.marks)


def _add_extra(extras: dict[str, Plan], label: str, row: list[Cell], context: MoneyContext) -> None:
    name = clean_name(label)
    if name is None:
        return
    plan = extras.setdefault(name, Plan(name=name, addon=True, text=label, place=row[0].element.place))
    for cell in row[1:]:
        add_prices(plan, [m for m in cell.marks if m.kind == "price"], context, {})
    if not plan.prices:
        del extras[name]


def _from_rows(table: Table, body: list[int], context: MoneyContext) -> list[Plan]:
    rows = table.rows
    heads = [c.text for c in rows[0]]
    plans = []
    for index in body:
        row = rows[index]
        name = clean_name(row[0].text)
        if name is None:
            continue
        plan = Plan(name=name, text=row[0].text, place=row[0].element.place)
        plan.addon = bool(ADDON_HEADING.search(name) or _OVERAGE.search(name))
        for column, cell in enumerate(row[1:], 1):
            told = read_term(heads[column], bare=True) if column < len(heads) else Term()
            marks = [m for m in cell.marks if m.kind != "price" or m.spare <= _PRICE_SPARE]
            add_prices(plan, marks, context, {m.line.index: told for m in marks})
        if plan.prices:
            plans.append(plan)
            plan.start, plan.end = row[0].element.start, row[-1].element.end
    table.price_rows.update(body)
    return plans


_PRICING_PAGE = re.compile(r"\b(?:plans?|pricing|prices|packages|editions|tarifs?|preise|precios)\b", re.I)


def unpriced_plans(page: VisiblePage, tables: list[Table]) -> list[Plan]:
    """Plans that a comparison table names on a page of plans that tells no price at all."""
    title = page.tree.css_first("title")
    heads = [line.text for line in page.lines if line.element.tag in ("h1", "h2")][:5]
    if not _PRICING_PAGE.search(" ".join([title.text() if title is not None else "", *heads])):
        return []
    for table in tables:
        names = [clean_name(c.text) for c in table.rows[0][1:]]
        if len(names) < 2 or not all(names) or len(set(names)) < len(names) or len(table.rows) < 3:
            continue
        if any(VERSUS.search(n or "") or _is_price_label(n or "") for n in names):
            continue
        for column, name in enumerate(names, 1):
            cell = table.rows[0][column]
            plan = Plan(name=name or "", text=cell.text, place=cell.element.place)
            plan.prices.append(flag_price(plan, cell.text, cell.element.place, kind=None))
            table.columns[column] = plan
        return list(table.columns.values())
    return []


def name_groups(page: VisiblePage, tables: list[tuple[Table, list[Plan]]]) -> None:
    """Give the plans of several tables the heading above their table, where those differ."""
    found: list[str | None] = []
    for table, _ in tables:
        before = page.lines[max(0, table.element.start - 40) : table.element.start]
        heads = [line for line in before if _HEADING.fullmatch(line.element.tag)]
        found.append(clean_name(heads[-1].text) if heads else None)
    if len(set(found)) > 1:
        for (_, plans), group in zip(tables, found, strict=True):
            for plan in plans:
                regrouped(plan, group)
