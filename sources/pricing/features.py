"""What each plan includes: list items of its card, and its column of a comparison table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from detente.records import PlanFeature

from .money import first_money, parse_number
from .page import Element, VisiblePage, label_of
from .plans import Mark, Plan, bare
from .tables import Cell, Table
from .terms import singular
from .words import NO, NO_LABEL, PLACEHOLDER, SALES_CALL, UNITS, UNLIMITED, YES, YES_LABEL, words

MAX_FEATURE = 200
MAX_FEATURES = 4_000
_CONTROL = re.compile(
    r"^(?:sign up|buy now|start (?:free|your|now)|get started|learn more|see (?:all|more)|show (?:all|more)|try )", re.I
)
_COUNT = re.compile(
    r"^(?i:up to|max\.?|maximum|includes?|bis zu|jusqu['’]à|hasta)?\s*(?P<n>\d[\d.,'\u00a0\u202f]*)\s?"
    r"(?P<k>[kKM](?=\s|$)"
    r"|million\b)?\+?\s*"
    r"(?P<unit>[^\W\d_][\w/-]*)?(?P<rest>(?:\s+[\w/&-]+){0,5})$"
)
_SIZE = words("kb mb gb tb pb gib mib tib gbs %")
_ICONS = ("svg", "i", "img", "use", "span")


def card_features(page: VisiblePage, plan: Plan, marks: dict[int, Mark]) -> None:
    """Add the list items between a plan's first and last line."""
    seen: set[str] = set()
    taken: set[object] = set()
    for line in page.lines[plan.start : plan.end]:
        element = line.element
        item = element if element.tag == "li" else _item_around(element)
        if item is None or item in taken or item.end - item.start > 4:
            continue
        taken.add(item)
        text = line.text
        told = marks.get(line.index)
        if len(text) > MAX_FEATURE or text == plan.text or text in seen or not _is_feature(text, told):
            continue
        seen.add(text)
        negative = bool(_crossed_item(item.label, item.node.attributes.get("style"))) or text[0] in "✗✘✕✖❌☒"
        plan.features.append(list_feature(plan, text, item.place, included=not negative))


def _item_around(element: Element) -> Element | None:
    """The list item that an element stands in, directly or one element further out."""
    parent = element.parent
    if parent is None or parent.tag == "li":
        return parent
    return parent.parent if parent.parent is not None and parent.parent.tag == "li" else None


def _crossed_item(label: str, style: str | None) -> bool:
    return bool(label and NO_LABEL.search(label)) or bool(style and "line-through" in style)


def _is_feature(text: str, told: Mark | None) -> bool:
    if told is not None and (told.kind != "price" or told.spare <= 2):
        return False
    return _names_feature(text)


@lru_cache(maxsize=4_096)
def _names_feature(text: str) -> bool:
    if not any(map(str.isalpha, text)) or PLACEHOLDER.search(text) or _CONTROL.match(text):
        return False
    return not (len(text) < 40 and SALES_CALL.search(text))


def list_feature(plan: Plan, text: str, place: str, *, included: bool | None) -> PlanFeature:
    """The record of one list item: its limit and unit where it begins with a number, its whole text otherwise."""
    feature, limit, unlimited, unit = _told_in_item(text)
    return PlanFeature(
        plan=plan.name,
        group=plan.group,
        feature=feature,
        included=included,
        limit=limit,
        unlimited=unlimited,
        unit=unit,
        text=text,
        place=place,
    )


@lru_cache(maxsize=4_096)
def _told_in_item(text: str) -> tuple[str, Decimal | None, bool, str | None]:
    """Feature, limit, whether it is unlimited, and unit of a list item's text."""
    name = text.lstrip("✓✔☑✅✗✘✕✖❌☒•●·-–— ").strip() or text
    match = _COUNT.match(name)
    limit = _limit(match) if match is not None and match["unit"] else None
    if match is not None and limit is not None:
        unit, rest = match["unit"], match["rest"].strip()
        if unit.lower() in _SIZE:
            return re.sub(r"^(?:of|de|d['’])\s+", "", rest) or unit, limit, False, unit
        return f"{unit} {rest}".strip(), limit, False, _unit_of(unit, rest)
    if not UNLIMITED.search(name):
        return name, None, False, None
    return " ".join(UNLIMITED.sub(" ", name).split()) or name, None, True, None


def _unit_of(word: str, rest: str) -> str:
    """What a limit counts: "build line" in "2 build lines", "contact" in "1,000 contacts per month"."""
    if rest and len(rest.split()) == 1:
        return singular(f"{word} {rest}".lower())
    return UNITS.get(word.lower()) or singular(word.lower())


def _limit(match: re.Match[str]) -> Decimal | None:
    number, note = parse_number(match["n"])
    if number is None or (note and "," not in match["n"]):
        return None
    if match["k"]:
        return number * (1_000 if match["k"] in "kK" else 1_000_000)
    return number


def table_features(page: VisiblePage, table: Table, plans: list[Plan]) -> int:
    """Add a comparison table's rows to the plans that its header names; returns how many rows were read."""
    columns = table.columns
    header = table.header
    if not columns:
        columns, header = _match_columns(table, plans)
    if len(columns) < 2:
        return 0
    read = 0
    place = table.element.place
    for index, row in enumerate(table.rows):
        if index == header or index in table.price_rows or len(row) < 2:
            continue
        label = row[0].text
        if not label or len(label) > MAX_FEATURE or row[0] is row[1] or first_money(label):
            continue
        read += 1
        row_place = f"{place} tr:nth-of-type({index + 1})"
        for column, plan in columns.items():
            if column < len(row) and not row[column].priced and len(plan.features) < MAX_FEATURES:
                plan.features.append(_cell_feature(plan, label, row[column], row_place))
    return read


def _match_columns(table: Table, plans: list[Plan]) -> tuple[dict[int, Plan], int]:
    by_name: dict[str, Plan] = {}
    for plan in plans:
        if not plan.addon:
            by_name.setdefault(bare(plan.name), plan)
    for index, row in enumerate(table.rows[:3]):
        columns = {c: by_name[bare(cell.text)] for c, cell in enumerate(row) if c and bare(cell.text) in by_name}
        if len(columns) >= 2:
            return columns, index
    return {}, 0


@dataclass(frozen=True, slots=True)
class _Told:
    """What the text of a cell means, whatever its row."""

    included: bool | None = True
    limit: Decimal | None = None
    unlimited: bool = False
    unit: str | None = None
    literal: bool = False


@lru_cache(maxsize=4_096)
def _told_by(text: str) -> _Told:
    if YES.match(text):
        return _Told()
    if NO.match(text):
        return _Told(included=False)
    if UNLIMITED.search(text):
        return _Told(unlimited=True)
    match = _COUNT.match(text)
    if match is not None and not match["rest"]:
        limit = _limit(match)
        if limit is not None:
            return _Told(limit=limit, unit=match["unit"])
    return _Told(literal=True)


def _cell_feature(plan: Plan, label: str, cell: Cell, row_place: str) -> PlanFeature:
    text = cell.text
    told = _told_by(text) if text else _Told(included=_icon(cell))
    return PlanFeature(
        plan=plan.name,
        group=plan.group,
        feature=f"{label}: {text}"[:MAX_FEATURE] if told.literal else label,
        included=told.included,
        limit=told.limit,
        unlimited=told.unlimited,
        unit=told.unit,
        text=text or label,
        place=row_place,
    )


def _icon(cell: Cell) -> bool | None:
    """What a cell without text says by its icon's class or alternative text; None if that is not clear."""
    words = []
    for node in cell.element.node.traverse():
        if node.tag in _ICONS or node.mem_id == cell.element.node.mem_id:
            words.append(label_of(node))
            if node.tag == "use":
                words.append(" ".join(v or "" for v in node.attributes.values()))
        if len(words) > 6:
            break
    label = " ".join(words)
    yes, no = YES_LABEL.search(label), NO_LABEL.search(label)
    return None if bool(yes) == bool(no) else bool(yes)
