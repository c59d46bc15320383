"""Plans that stand in a table, as columns or as rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sources.pricing.amounts.currencies import CODES, SIGNS
from sources.pricing.amounts.terms import Term, read_term
from sources.pricing.context import MoneyContext
from sources.pricing.names import clean_name, name_in
from sources.pricing.page import HEADINGS, VisiblePage
from sources.pricing.plans import Mark, Plan, add_prices, bare, flag_price, regrouped
from sources.pricing.words import ADDON_HEADING, FREE, NO, NOT_A_NAME, PRICE_LABEL, VERSUS, YES

from .labelled import take_labelled
from .tables import PRICE_SPARE, Cell, Table, alt_texts, is_full_width

MAX_HEAD = 120
_OVERAGE = re.compile(
    r"\b(?:additional|extra|overage|over-?limit|setup|set-up|onboarding|each further|add-?ons?|top-?up)\b", re.I
)
_HEADING = re.compile(r"h[1-6]")
_AGAINST = re.compile(
    r"\bvs\.?(?!\w)|\bversus\b|\bcompared? (?:us )?(?:to|with)\b|\balternatives? to\b|\bcompetit\w+"
    r"|\bim vergleich (?:zu|mit)\b|\bcomparé à\b",
    re.I,
)
_DAYS = re.compile(
    r"^\W*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tue|wed|thu|fri|sat|sun)\.?\s?[-–—].*|weekdays?|weekends?|montag|dienstag|mittwoch"
    r"|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b",
    re.I,
)
_TIER = re.compile(
    r"^(?:(?:first|next|up to|over|above|more than|less than|under|from|bis|ab|jusqu['’]à|hasta)\s+\d[\d.,]*"
    r"|\d[\d.,]*\s?(?:[-–—+]|to\b|bis\b|à\b))[\w\s.,+–—-]{0,40}$",
    re.I,
)
_LISTS_NAMES = re.compile(
    r"^\W*(?:plans?|tiers?|packages?|editions?|products?|models?|instances?|sizes?|services?|resources?|name|tarife?|paket"
    r"|produkt|modell|offre|formule|produit|producto|servicio|paquete)\W*$",
    re.I,
)
_LENGTH = re.compile(
    r"\d{1,2}\s(?:months?|years?|weeks?|days?|monate?|jahre?|mois|ans?|mes(?:es)?|años?|mesi|anni)", re.I
)
_TITLE_PART = re.compile(r"\s+[|–—·:-]\s+")


def read_table(page: VisiblePage, table: Table, context: MoneyContext) -> list[Plan] | None:
    """Plans of one table; empty if it compares with others; None if its cells tell no prices."""
    _take_group_row(table)
    rows = table.rows
    take_labelled(page, rows, context)
    body = [i for i in range(1, len(rows)) if _tells_prices(rows[i])]
    in_header = sum(1 for c in rows[0][1:] if c.priced and any(m.kind == "price" for m in c.marks))
    header_priced = in_header >= (2 if body else 1)
    if not body and not header_priced:
        return None
    if not table.real and (header_priced or not _is_price_grid(rows, body)):
        return None
    if compares_others(page, table):
        return []
    body = body if header_priced else _with_unpriced(rows, body)
    if not header_priced and _plans_are_rows(rows, body):
        return _from_rows(page, table, body, context)
    return _from_columns(page, table, [0, *body] if header_priced else body, context)


def _with_unpriced(rows: list[list[Cell]], body: list[int]) -> list[int]:
    """The rows that tell prices, and in a list of plans also those that say "on request" in the prices' column."""
    columns = {c for i in body for c, cell in enumerate(rows[i]) if c and cell.priced}
    if len(columns) != 1 or not _LISTS_NAMES.match(rows[0][0].text):
        return body
    column = columns.pop()
    return [i for i, row in enumerate(rows) if i and column < len(row) and row[column].priced and row[0].text]


def compares_others(page: VisiblePage, table: Table) -> bool:
    """Whether a table sets the page's owner beside others: by its words, its heading, or a column named as the site."""
    header = [cell.text if len(cell.text) <= MAX_HEAD else cell.first for cell in table.rows[0]]
    if any(VERSUS.search(text) for text in header):
        return True
    title = page.tree.css_first("head > title")
    if title is not None and _AGAINST.search(title.text()):
        return True
    for text in _headings(page, table):
        told = sum(1 for name in header[1:] if name and name.lower() in text.lower())
        if _AGAINST.search(text) and told < 2:  # "Free vs Team" sets two columns side by side
            return True
    brand = _brand(page)
    own = [text for text in header[1:] if bare(text) == brand]
    return bool(own) and not any(brand in text.lower() for text in header[1:] if text and bare(text) != brand)


def _headings(page: VisiblePage, table: Table) -> list[str]:
    """The headings right above a table."""
    start = table.element.start
    return [line.text for line in page.lines[max(0, start - 3) : start] if _HEADING.fullmatch(line.element.tag)]


def _brand(page: VisiblePage) -> str:
    """What the site calls itself, where it says so."""
    node = page.tree.css_first("meta[property='og:site_name']")
    name = node.attributes.get("content") if node is not None else None
    if not name:
        title = page.tree.css_first("head > title")
        parts = _TITLE_PART.split(title.text()) if title is not None else []
        name = next((part for part in reversed(parts) if part.strip() and not _PRICING_PAGE.search(part)), "")
    return bare(name) or "\0"


def _is_price_grid(rows: list[list[Cell]], body: list[int]) -> bool:
    """Whether a grid that is no table has a header of names, or of price labels, above its prices.

    Cards side by side make such a grid too, and are better read as cards.
    """
    header = rows[0]
    if all(_is_one_price(rows[i]) for i in body):
        return False
    if any(cell.marks for cell in header) or any(_is_card(rows[i]) for i in (0, *body)):
        return False
    names = [clean_name(cell.first) for cell in header[1:]]
    if (
        len(names) >= 2
        and all(names)
        and len(set(names)) == len(names)
        and not any(name and _is_price_label(name) for name in names)
    ):
        return all(_is_price_row(rows[i]) for i in body)
    priced = {column for i in body for column, cell in enumerate(rows[i]) if cell.priced}
    return 0 not in priced and all(_is_price_label(header[column].text) for column in priced)


def _is_one_price(row: list[Cell]) -> bool:
    """Whether a row's cells are the parts of one price: an amount, and the period behind it."""
    values = [cell for cell in row[1:] if cell.text]
    if len(values) != 2 or not values[0].priced or values[1].priced:
        return False
    return values[1].text.startswith(("/", "per ")) and read_term(values[1].text).period is not None


def _is_card(row: list[Cell]) -> bool:
    """Whether a row's cells are rather the heading and the paragraphs of one card."""
    tags = {cell.element.tag for cell in row}
    return len(tags) > 1 and not tags.isdisjoint(HEADINGS)


def _is_price_row(row: list[Cell]) -> bool:
    told = [cell for cell in row[1:] if cell.text and not NO.match(cell.text)]
    if row[0].marks or not all(cell.priced for cell in told) or len(told) < 2:
        return False
    return not row[0].text or _is_price_label(row[0].text)


def _take_group_row(table: Table) -> None:
    """Take first rows off that only title the table or group the columns whose names stand below."""
    rows = table.rows
    while len(rows) > 2 and len(rows[0]) > 1 and is_full_width(rows[0]):
        rows = rows[1:]
    first, second = rows[0], rows[1] if len(rows) > 2 else []
    own = [n for n, cell in enumerate(second) if n < len(first) and cell is not first[n] and (n or first[0].text)]
    if len(first) == len(second) and 1 < len({id(first[n]) for n in own}) < len(own):
        names = [clean_name(second[n].first) for n in own]
        if all(names) and len(set(names)) == len(names):
            table.groups = {n: clean_name(first[n].text) for n in own}
            rows = rows[1:]
    table.rows = rows


def _tells_prices(row: list[Cell]) -> bool:
    if is_full_width(row):
        return False
    priced = [c for c in row[1:] if c.priced]
    if not priced:
        return False
    return any(m.kind == "price" for c in priced for m in c.marks) or _is_price_label(row[0].text)


def _plans_are_rows(rows: list[list[Cell]], body: list[int]) -> bool:
    columns = {c for i in body for c, cell in enumerate(rows[i]) if c and cell.priced}
    heads = [rows[0][c].text for c in columns if c < len(rows[0])]
    labels = [rows[i][0].text for i in body if rows[i]]
    if heads and (all(_is_price_label(h) for h in heads) or all(h in CODES or h in SIGNS for h in heads)):
        return True
    if all(not label or _is_price_label(label) for label in labels):
        return False
    if _LISTS_NAMES.match(rows[0][0].text) and 2 <= len(body) > len(rows) / 2:
        return not any(not label or _is_price_label(label) or _TIER.match(label) for label in labels)
    if len(columns) == 1 and len(body) >= 2:
        return all(len(row) <= 2 for row in rows) or len(body) * 2 > len(rows)
    return False


def _is_price_label(text: str) -> bool:
    return len(text) <= 60 and (bool(PRICE_LABEL.search(text)) or bool(_term_of(text).period))


def _term_of(label: str) -> Term:
    """What a row's label or a column's head says the prices are for."""
    return read_term(f"per {label}" if _LENGTH.fullmatch(label) else label, bare=True)


def _header_of(rows: list[list[Cell]], first: int) -> int:
    """The row with the names: the first one above the prices that fills most columns with different words."""
    for index in range(first):
        names = [clean_name(c.first) for c in rows[index][1:]]
        if sum(1 for n in names if n) * 2 >= max(1, len(rows[first]) - 1) and (len(set(names)) > 1 or len(names) == 1):
            return index
    return 0


def _from_columns(page: VisiblePage, table: Table, body: list[int], context: MoneyContext) -> list[Plan]:
    rows = table.rows
    table.header = 0 if 0 in body else _header_of(rows, body[0])
    header = rows[table.header]
    _name_columns(page, table, header)
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
        told = _term_of(label) if label else Term()
        for column, plan in table.columns.items():
            if column < len(rows[index]):
                cell = rows[index][column]
                marks = [m for m in cell.marks if m.kind != "price" or m.spare <= PRICE_SPARE]
                before = len(plan.prices)
                add_prices(plan, marks if not before else _amounts(marks), context, {m.line.index: told for m in marks})
                if label and _TIER.match(label):
                    _note_tier(plan, before, label)
    for column, plan in table.columns.items():
        if not plan.prices:
            plan.prices.append(
                flag_price(plan, header[column].text, plan.place, kind="free" if bare(plan.name) in FREE else None)
            )
    return [*{id(plan): plan for plan in table.columns.values()}.values(), *extras.values()]


def _name_columns(page: VisiblePage, table: Table, header: list[Cell]) -> None:
    first = 0 if header and header[0].priced else 1
    for column in range(first, len(header)):
        if column > first and header[column] is header[column - 1]:
            if column - 1 in table.columns:
                table.columns[column] = table.columns[column - 1]
            continue
        name = _cell_name(page, header[column])
        if name is not None:
            plan = Plan(name=name, text=header[column].text, place=header[column].element.place)
            plan.group = table.groups.get(column)
            plan.start, plan.end = table.element.start, table.element.end
            table.columns[column] = plan


def _cell_name(page: VisiblePage, cell: Cell) -> str | None:
    start, end = cell.element.start, cell.element.end
    name = name_in(page.lines[start]) if end > start and page.lines[start].text == cell.first else None
    for text in (cell.first, cell.text):
        name = name or clean_name(text)
    if name is None:
        name = next((found for alt in alt_texts(cell) if (found := clean_name(alt)) is not None), None)
    return None if name is None or NOT_A_NAME.match(name) or _DAYS.match(name) else name


def _amounts(marks: Sequence[Mark]) -> list[Mark]:
    return [m for m in marks if m.kind == "price"]


def _note_tier(plan: Plan, before: int, label: str) -> None:
    plan.prices[before:] = [replace(p, note=p.note or f"for {label}") for p in plan.prices[before:]]


def _all_priced(row: list[Cell]) -> bool:
    told = [c for c in row[1:] if c.text and any(ch.isalnum() for ch in c.text)]
    marks = [m for c in told for m in c.marks]
    return bool(told) and all(c.priced for c in told) and any(m.kind == "price" for m in marks) and _state(marks)


def _state(marks: list[Mark]) -> bool:
    """Whether prices stand for themselves, and not after what they are paid beyond ("5 GB, then $1")."""
    return all(m.kind != "price" or m.stated or m.amounts[0].qualifier != "exact" for m in marks)


def _add_extra(extras: dict[str, Plan], label: str, row: list[Cell], context: MoneyContext) -> None:
    name = clean_name(label)
    if name is None:
        return
    plan = extras.setdefault(name, Plan(name=name, addon=True, text=label, place=row[0].element.place))
    for cell in row[1:]:
        add_prices(plan, [m for m in cell.marks if m.kind == "price"], context, {})
    if not plan.prices:
        del extras[name]


def _from_rows(page: VisiblePage, table: Table, body: list[int], context: MoneyContext) -> list[Plan]:
    """Plans that are rows. Rows of usage tiers ("1–10 users") are prices of the plan that the heading above names."""
    rows = table.rows
    heads = [c.text for c in rows[0]]
    tiered = _tiered_plan(page, table, body)
    extra = bool(ADDON_HEADING.search(heads[0]) or any(ADDON_HEADING.search(text) for text in _headings(page, table)))
    plans = []
    for index in body:
        row = rows[index]
        name = clean_name(row[0].text)
        if tiered is not None:
            before = len(tiered.prices)
            for column, cell in enumerate(row[1:], 1):
                told = _term_of(heads[column]) if column < len(heads) else Term()
                add_prices(tiered, cell.marks, context, {m.line.index: told for m in cell.marks})
            _note_tier(tiered, before, row[0].text)
            continue
        if name is None or _DAYS.match(name):
            continue
        plan = Plan(name=name, text=row[0].text, place=row[0].element.place)
        plan.addon = extra or bool(ADDON_HEADING.search(name) or _OVERAGE.search(name))
        for column, cell in enumerate(row[1:], 1):
            told = _term_of(heads[column]) if column < len(heads) else Term()
            marks = [m for m in cell.marks if m.kind != "price" or m.spare <= PRICE_SPARE]
            add_prices(plan, marks, context, {m.line.index: told for m in marks})
        if plan.prices:
            plans.append(plan)
            plan.start, plan.end = row[0].element.start, row[-1].element.end
    table.price_rows.update(body)
    return plans if tiered is None else [tiered]


def _tiered_plan(page: VisiblePage, table: Table, body: list[int]) -> Plan | None:
    if not all(_TIER.match(table.rows[index][0].text) for index in body):
        return None
    start = table.element.start
    for line in reversed(page.lines[max(0, start - 3) : start]):
        name = clean_name(line.text) if _HEADING.fullmatch(line.element.tag) else None
        if name is not None and not _PRICING_PAGE.search(name):
            return Plan(name=name, text=line.text, place=line.element.place, start=start, end=table.element.end)
    return None


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
        if any(_DAYS.match(n or "") or _is_price_label(n or "") for n in names) or compares_others(page, table):
            continue
        if not any(YES.match(c.text) or NO.match(c.text) or not c.text for row in table.rows[1:] for c in row[1:]):
            continue  # sizes, opening hours, dimensions
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
