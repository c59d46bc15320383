"""Rows of cards: what stands side by side is of one kind, has one heading, and may hold cards without a price."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from .names import NAMED, PLAIN, Ranks, first_name, name_in
from .page import Element, Line, VisiblePage
from .plans import Mark, MarkKind, Plan, flag_price
from .words import NOT_A_NAME, SALES_CALL

MAX_CARD_LINES = 120
_KIND = re.compile(r"plan|pric|tier|package|card|product|edition")


@dataclass(kw_only=True, slots=True)
class Card:
    """The marks that share one name line, and the element around them."""

    name_line: Line
    rank: int
    root: Element
    marks: list[Mark] = field(default_factory=list)


def has_twin(root: Element, children: Children) -> bool:
    """Whether an element beside this one is of its kind: then this is the card, and the parent the row of cards."""
    return any(e is not root and e.tag == root.tag and _shared(e, root) for e in children.of(root.parent))


class Children:
    """The block elements inside each element, gathered when first asked for."""

    def __init__(self, page: VisiblePage) -> None:
        self._page = page
        self._known: dict[Element, list[Element]] = {}

    def of(self, parent: Element | None) -> list[Element]:
        """The block elements right inside one, in order."""
        if not self._known:
            for element in self._page.elements:
                if element.parent is not None:
                    self._known.setdefault(element.parent, []).append(element)
        return self._known.get(parent, []) if parent is not None else []


def name_rows(page: VisiblePage, plans: list[Plan], cards: list[Card], ranks: Ranks) -> None:
    """Give each plan the heading above its row of cards, where the rows have different ones."""
    covered: set[int] = set()
    for plan in plans:
        covered.update(range(plan.start, plan.end))
    found: list[str | None] = []
    for plan, card in zip(plans, cards, strict=True):
        group = None
        for index in range(min(plan.start, card.name_line.index) - 1, max(-1, plan.start - 200), -1):
            if index in covered:
                continue
            rank = ranks[index]
            if rank is not None and rank <= 4 and rank <= card.rank:
                group = name_in(page.lines[index])
                break
        found.append(group)
    if len(set(found)) > 1:
        for plan, group in zip(plans, found, strict=True):
            plan.group = group


def silent_cards(
    page: VisiblePage, cards: list[Card], plans: list[Plan], ranks: Ranks, children: Children
) -> list[Plan]:
    """Cards beside priced ones that name no price themselves: on request if they ask for a call, else not told."""
    parents: dict[Element, list[Card]] = defaultdict(list)
    for card in cards:
        if card.root.parent is not None:
            parents[card.root.parent].append(card)
    known = {p.name.lower() for p in plans}
    added = []
    beside = [(element, kin) for parent, kin in parents.items() for element in children.of(parent)]
    for element, kin in beside:
        if element in [c.root for c in kin] or element.tag != kin[0].root.tag:
            continue
        if len(kin) < 2 and not any(_KIND.search(word) for word in _shared(element, kin[0].root)):
            continue
        if element.end - element.start > MAX_CARD_LINES or element.end - element.start < 2:
            continue
        if any(element.start <= m.line.index < element.end for c in cards for m in c.marks):
            continue
        found = [i for i in range(element.start, element.end) if (ranks[i] or PLAIN) <= NAMED]
        kind, told = _silence(page, element, kin[0].root)
        if not found and told is not None and (plain := first_name(page, element.start, told.index)) is not None:
            found = [plain.index]
        if not found or told is None:
            continue
        best = min(found, key=lambda i: (ranks[i] or PLAIN, i))
        name = name_in(page.lines[best])
        if name is None or name.lower() in known or NOT_A_NAME.match(name):
            continue
        plan = Plan(name=name, group=plans[0].group if len({p.group for p in plans}) == 1 else None)
        plan.root, plan.start, plan.end = element, element.start, element.end
        plan.text, plan.place = page.lines[best].text, page.lines[best].element.place
        plan.prices.append(flag_price(plan, told.text, told.element.place, kind=kind))
        added.append(plan)
    return added


def _silence(page: VisiblePage, element: Element, kin: Element) -> tuple[MarkKind | None, Line | None]:
    """What a card without a price says instead, and the line that says it; no line if it is no plan's card."""
    lines = page.lines[element.start : element.end]
    instead = next((ln for ln in lines if "price" in ln.element.label), None)
    if instead is not None and any(_KIND.search(word) for word in _shared(element, kin)):
        return None, instead
    call = next((ln for ln in lines if SALES_CALL.search(ln.text)), None)
    return "custom", call


def _shared(one: Element, other: Element) -> set[str]:
    return set(one.label.split()) & set(other.label.split())
