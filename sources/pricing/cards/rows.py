"""Rows of cards: what stands side by side is of one kind, has one heading, and may hold cards without a price."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from sources.pricing.amounts.money import hints_at_money
from sources.pricing.context import MoneyContext
from sources.pricing.names import NAMED, PLAIN, Ranks, first_name, name_in
from sources.pricing.page import HEADINGS, Element, Line, VisiblePage
from sources.pricing.plans import Mark, MarkKind, Plan, add_prices, bare, flag_price, mark_of
from sources.pricing.words import ADDON_HEADING, CUSTOM, ENTERPRISE_NAME, FREE, NOT_A_NAME, SALES_CALL

MAX_CARD_LINES = 120
_PHRASE_CHARS = 60
_QUOTED_CHARS = 40
_QUOTED = re.compile(
    r"\W*(?:(?:fixed|custom|individual|written) (?:price )?quote\b"
    r"|(?:priced|quoted) (?:per|on|by|at|after|individually)\b)",
    re.I,
)
_APART_LINES = 30
_LISTED = ("li", "article", "dd", "td")
_KIND = re.compile(r"plan|pric|tier|package|card|product|edition")


@dataclass(kw_only=True, slots=True)
class Card:
    """The marks that share one name line, and the element around them."""

    name_line: Line
    rank: int
    root: Element
    marks: list[Mark] = field(default_factory=list)


def has_twin(page: VisiblePage, card: Card) -> bool:
    """Whether an element beside a card's is of its kind: then this is the card, and the parent the row of cards."""
    root = card.root
    beside = [e for e in page.children_of(root.parent) if e is not root and e.tag == root.tag]
    if any(shared_words(e, root) for e in beside):
        return True
    return root.tag in _LISTED and any(_headed_alike(page, e, card) for e in beside)


def _headed_alike(page: VisiblePage, element: Element, card: Card) -> bool:
    """Whether an element has one heading, of the level of a card's heading."""
    tag = card.name_line.element.tag
    if tag not in HEADINGS or element.end - element.start > MAX_CARD_LINES:
        return False
    lines = page.lines[element.start : element.end]
    return sum(line.element.tag == tag for line in lines) == 1


def name_rows(page: VisiblePage, plans: list[Plan], cards: list[Card], ranks: Ranks) -> None:
    """Give each plan the heading above its row of cards, where the rows have different ones."""
    covered: set[int] = set()
    for plan in plans:
        covered.update(range(plan.start, plan.end))
    for card in cards:
        for element in page.children_of(card.root.parent):
            if element.tag == card.root.tag and element.end - element.start > 1 and shared_words(element, card.root):
                covered.update(range(element.start, element.end))  # a card beside it that has no price
    found: list[str | None] = []
    for plan, card in zip(plans, cards, strict=True):
        group = None
        for index in range(min(plan.start, card.name_line.index) - 1, max(-1, plan.start - 200), -1):
            if index in covered:
                continue
            rank = ranks.title(index) if ranks.is_heading(index) else None
            if rank is not None and rank <= 4 and rank <= card.rank:
                group = name_in(page.lines[index])
                break
        found.append(group)
    if len(set(found)) > 1:
        for plan, group in zip(plans, found, strict=True):
            plan.group = group
    _part_by_headings(page, plans, cards, covered)


def _part_by_headings(page: VisiblePage, plans: list[Plan], cards: list[Card], covered: set[int]) -> None:
    """Set apart a row that has the names of an earlier one, where a heading begins it and only one is paid once."""
    earlier: dict[tuple[str, str | None], Card] = {}
    for plan, card in zip(plans, cards, strict=True):
        first = earlier.setdefault((plan.name.lower(), plan.group), card)
        if first.root.parent is card.root.parent or {_paid_once(first), _paid_once(card)} != {True, False}:
            continue
        level = HEADINGS.get(card.name_line.element.tag, 0)
        between = range(plan.start - 1, first.root.end - 1, -1)
        heading = next((i for i in between if i not in covered and page.lines[i].element.tag in HEADINGS), None)
        if heading is None or HEADINGS[page.lines[heading].element.tag] > level:
            continue
        for other, beside in zip(plans, cards, strict=True):
            if beside.root.parent is card.root.parent and other.group == plan.group and other is not plan:
                other.group = page.lines[heading].text
        plan.group = page.lines[heading].text


def _paid_once(card: Card) -> bool | None:
    """Whether none of a card's amounts recurs; None where only some do, or it has no amount."""
    periods = {m.amounts[0].term.period for m in card.marks if m.kind == "price"}
    once = {period in (None, "one_time") for period in periods}
    return once.pop() if len(once) == 1 else None


def silent_cards(
    page: VisiblePage, cards: list[Card], plans: list[Plan], ranks: Ranks, context: MoneyContext
) -> list[Plan]:
    """Cards beside priced ones that name no price themselves: on request if they ask for a call, else not told."""
    parents: dict[Element, list[Card]] = defaultdict(list)
    for card in cards:
        if card.root.parent is not None:
            parents[card.root.parent].append(card)
    known = {p.name.lower() for p in plans}
    added = []
    beside = [(element, kin) for parent, kin in parents.items() for element in page.children_of(parent)]
    for element, kin in beside:
        if element in [c.root for c in kin] or element.tag != kin[0].root.tag:
            continue
        if element.end - element.start > MAX_CARD_LINES or element.end - element.start < 2:
            continue
        if any(element.start <= m.line.index < element.end for c in cards for m in c.marks):
            continue
        found = [i for i in range(element.start, element.end) if (ranks[i] or PLAIN) <= NAMED]
        said = _said_in_a_sentence(page, element, kin, context)
        kind, told = ("price", said.line) if said is not None else _told_instead(page, element, kin, ranks)
        if not found and told is not None and not any(map(ranks.is_heading, range(element.start, element.end))):
            plain = first_name(page, element.start, told.index)
            found = [plain.index] if plain is not None else []
        if not found or told is None:
            continue
        best = min(found, key=lambda i: (ranks[i] or PLAIN, i))
        name = name_in(page.lines[best])
        if name is None or name.lower() in known or NOT_A_NAME.match(name):
            continue
        plan = Plan(name=name, group=_group_beside(element, kin, plans))
        plan.root, plan.start, plan.end = element, element.start, element.end
        plan.text, plan.place = page.lines[best].text, page.lines[best].element.place
        plan.addon = bool(plan.group and ADDON_HEADING.search(plan.group))
        if said is not None:
            add_prices(plan, [said], context)
        else:
            plan.prices.append(flag_price(plan, told.text, told.element.place, kind=kind))
        added.append(plan)
    return added


def _said_in_a_sentence(page: VisiblePage, element: Element, kin: list[Card], context: MoneyContext) -> Mark | None:
    """The one price that a card headed like its neighbours tells, in a sentence: "… starting at $310/month."."""
    if not any(_headed_alike(page, element, card) for card in kin):
        return None
    priced = [ln for ln in page.lines[element.start : element.end] if hints_at_money(ln.text)]
    if len(priced) != 1 or priced[0].element.tag == "li":
        return None
    mark = mark_of(priced[0], context)
    if mark is None or mark.kind != "price" or len(mark.amounts) != 1:
        return None
    money = mark.amounts[0]
    return mark if money.qualifier == "from" and money.term.period and not money.addition and not money.note else None


def _group_beside(element: Element, kin: list[Card], plans: list[Plan]) -> str | None:
    """The group of the nearest of the cards beside one."""
    groups = {plan.root: plan.group for plan in plans}
    return groups.get(min((card.root for card in kin), key=lambda root: abs(root.start - element.start)))


def apart(page: VisiblePage, plans: list[Plan], ranks: Ranks) -> list[Plan]:
    """The plan for large customers that stands apart from the row of cards and only asks for a call."""
    if sum(any(p.amount is not None for p in plan.prices) for plan in plans) < 2:
        return []
    if any(ENTERPRISE_NAME.match(plan.name) for plan in plans):
        return []
    first = min(plan.start for plan in plans)
    for line in page.lines[first:]:
        if not ranks.is_heading(line.index) or not ENTERPRISE_NAME.match(line.text):
            continue
        for element in line.element.ancestors():
            if element.end - element.start > _APART_LINES or element.tag in ("body", "main"):
                break
            call = next((ln for ln in page.lines[line.index + 1 : element.end] if SALES_CALL.search(ln.text)), None)
            if call is not None:
                plan = Plan(name=line.text, root=element, start=element.start, end=element.end)
                plan.text, plan.place = line.text, line.element.place
                plan.prices.append(flag_price(plan, call.text, call.element.place, kind="custom"))
                return [plan]
    return []


def _told_instead(
    page: VisiblePage, element: Element, kin: list[Card], ranks: Ranks
) -> tuple[MarkKind | None, Line | None]:
    """What a card without an amount says instead, and the line that says it; no line if it is no plan's card.

    Where several cards have prices, or the classes speak of plans, an invitation to call is enough. Beside a single
    one without such classes, the card must have a heading of the same level and say "free" or "on request" in so
    many words.
    """
    lines = page.lines[element.start : element.end]
    alike = any(_headed_alike(page, element, card) for card in kin)
    plans_row = any(_KIND.search(word) for word in shared_words(element, kin[0].root))
    if not alike and len(kin) < 2 and not plans_row:
        return None, None
    for line in lines:
        kind = _phrase(line)
        if kind is not None and ranks[line.index] is None:
            return kind, line
    if plans_row and (instead := next((ln for ln in lines if "price" in ln.element.label), None)) is not None:
        return None, instead
    if len(kin) < 2 and not plans_row:
        return None, None
    return "custom", next((ln for ln in lines if SALES_CALL.search(ln.text)), None)


def _phrase(line: Line) -> MarkKind | None:
    """What a line outside lists and links says in so many words, in whole or in one of its inline elements."""
    if line.element.tag in ("li", "a", "button") or len(line.text) > _PHRASE_CHARS:
        return None
    parts = [text for text, node in line.parts if node.tag not in ("a", "button")]
    for text in (line.text, *parts) if len(parts) == len(line.parts) else parts:
        phrase = bare(text)
        if phrase in FREE or phrase in CUSTOM:
            return "free" if phrase in FREE else "custom"
    return "custom" if len(line.text) <= _QUOTED_CHARS and _QUOTED.match(line.text) else None


def shared_words(one: Element, other: Element) -> set[str]:
    """The words that both elements have in their classes, ids and the like."""
    return set(one.label.split()) & set(other.label.split())
