"""Plans that stand in cards, lists, definition lists or under headings: a name, and prices near it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from .context import MoneyContext
from .money import Term, read_term, spare_words
from .names import HEADINGS, NAMED, PLAIN, clean_name, first_name, name_in, plain_name, rank_of
from .page import Element, Line, VisiblePage, fold
from .plans import Mark, MarkKind, Plan, add_prices, flag_price
from .words import ADDON_HEADING, BILLING_ANNUAL, BILLING_MONTHLY, NOT_A_NAME, SALES_CALL

MAX_CARD_LINES = 120
_LOOK_AFTER = 4
_TERM_CHARS = 60
_CARD = re.compile(r"plan|pric|tier|package|card|product|edition")


@dataclass(kw_only=True, slots=True)
class _Card:
    """The marks that share one name line, and the element around them."""

    name_line: Line
    rank: int
    root: Element
    marks: list[Mark] = field(default_factory=list)


def read_cards(page: VisiblePage, marks: list[Mark], context: MoneyContext) -> list[Plan]:
    """Plans from every mark that is not part of a table.

    Args:
        page: The page.
        marks: Prices, "free", "contact us" and placeholders outside tables, sentences left out, in order.
        context: Resolves ambiguous currency signs.
    """
    ranks = _Ranks(page, marks)
    cards = _gather(page, marks, ranks)
    cards = _split_shared(page, cards)
    cards = [card for card in cards if _worth(card)]
    children = _Children(page)
    _grow(cards, children)
    plans = []
    for position, card in enumerate(cards):
        plan = Plan(name=name_in(card.name_line) or card.name_line.text, text=card.name_line.text)
        plan.root = card.root
        plan.place = card.name_line.element.place
        plan.start, plan.end = _range(cards, position, ranks)
        plans.append(plan)
    _name_groups(page, plans, cards, ranks)
    for plan, card in zip(plans, cards, strict=True):
        plan.addon = bool(ADDON_HEADING.search(plan.group or "")) or bool(ADDON_HEADING.search(plan.name))
        chosen = _own_prices(card)
        plan.addon = plan.addon or any(m.kind == "price" and m.amounts[0].addition for m in chosen)
        hints = {m.line.index: _hint(page, m, card.root) for m in chosen if m.kind == "price"}
        add_prices(plan, chosen, context, hints)
    plans += _silent_siblings(page, cards, plans, ranks, children)
    return sorted((p for p in plans if p.prices), key=lambda p: p.start)


def lone_price(page: VisiblePage, marks: list[Mark], context: MoneyContext) -> list[Plan]:
    """A page with prices of one unnamed plan: it is called what the page's title begins with."""
    priced = [m for m in marks if m.kind == "price" and m.amounts[0].term.period]
    title = page.tree.css_first("title")
    name = clean_name(re.split(r"\s[-–—|·:]\s", fold(title.text()))[0]) if title is not None else None
    if not priced or name is None or _conflicts(priced):
        return []
    plan = Plan(name=name, text=priced[0].line.text, place=priced[0].line.element.place)
    add_prices(plan, priced, context)
    return [plan]


class _Ranks:
    """Looks up how much a line looks like a name, once per line; lines that tell prices do not, unless a name is with them."""

    def __init__(self, page: VisiblePage, marks: list[Mark]) -> None:
        self._lines = page.lines
        self._known: dict[int, int | None] = {}
        self.marked = {m.line.index: m for m in marks}

    def __getitem__(self, index: int) -> int | None:
        if index not in self._known:
            self._known[index] = rank_of(self._lines[index])
        return self._known[index]

    def is_heading(self, index: int) -> bool:
        """Whether a line is a heading by its element alone, which is cheap to ask."""
        return self._lines[index].element.tag in HEADINGS

    def before(self, start: int, mark: int) -> tuple[int, int] | None:
        """The best name line in [start, mark], as (rank, index): the highest heading since the plan before."""
        best: tuple[int, int] | None = None
        for index in range(mark, start - 1, -1):
            rank = self[index]
            told = self.marked.get(index)
            if told is not None and index != mark and best is not None and (rank is None or rank > best[0]):
                break
            if rank is not None and not (told is not None and told.kind != "price" and index == mark):
                if best is None or rank < best[0]:
                    best = (rank, index)
                if told is not None and index != mark:
                    break
        return best

    def after(self, mark: int, end: int) -> tuple[int, int] | None:
        """The first name line shortly after a price that stands above its name."""
        for index in range(mark + 1, min(end, mark + 1 + _LOOK_AFTER)):
            if index in self.marked:
                return None
            rank = self[index]
            if rank is not None:
                return rank, index
        return None


def _gather(page: VisiblePage, marks: list[Mark], ranks: _Ranks) -> list[_Card]:
    """Find for each mark the smallest element that also holds a name."""
    cards: dict[int, _Card] = {}
    positions = [m.line.index for m in marks]
    for mark in marks:
        index = mark.line.index
        branch = _branch(mark, marks)
        for element in mark.line.element.ancestors():
            found = ranks.before(element.start, index)
            if found is None and element is branch:
                found = ranks.after(index, element.end) or _unmarked_name(page, element, index)
            if found is None:
                continue
            if _is_flat(element, index, found[1], positions, ranks):
                found = _nearest(element.start, index, ranks) or found
            card = cards.get(found[1])
            if card is None:
                cards[found[1]] = _Card(name_line=page.lines[found[1]], rank=found[0], root=element, marks=[mark])
            else:
                card.marks.append(mark)
                if element.start <= card.root.start and element.end >= card.root.end:
                    card.root = element
            break
    return sorted(cards.values(), key=lambda c: min(c.name_line.index, c.marks[0].line.index))


def _unmarked_name(page: VisiblePage, branch: Element, index: int) -> tuple[int, int] | None:
    if branch.tag in ("body", "main"):  # any line of the page may stand above: only the price's own line can name it
        line = plain_name(page, index, index)
    elif branch.end - branch.start > 1:
        line = first_name(page, branch.start, index) or plain_name(page, branch.start, index)
    else:
        line = plain_name(page, branch.start, index)
    return None if line is None else (PLAIN, line.index)


def _branch(mark: Mark, marks: list[Mark]) -> Element:
    """The largest element around a mark in which no other price contradicts it: the card, if there are several."""
    element = mark.line.element
    while element.parent is not None:
        outer = element.parent
        inside = [m for m in marks if outer.start <= m.line.index < outer.end]
        if len(inside) > 1 and (
            _conflicts([m for m in inside if m.kind == "price"]) or len({m.kind for m in inside}) > 1
        ):
            return element
        element = outer
    return element


def _is_flat(element: Element, index: int, name: int, positions: list[int], ranks: _Ranks) -> bool:
    """Whether several plans follow each other in this element without elements of their own."""
    others = [p for p in positions if element.start <= p < element.end and not name <= p <= index]
    return any(p > index and any(ranks[i] is not None for i in range(index + 1, p)) for p in others) or any(
        p < name for p in others
    )


def _nearest(start: int, index: int, ranks: _Ranks) -> tuple[int, int] | None:
    """The nearest heading before a mark, and the one right above it if that ranks higher (name over tag line)."""
    for position in range(index, start - 1, -1):
        rank = ranks[position]
        if rank is None:
            continue
        above = ranks[position - 1] if position > start and position - 1 not in ranks.marked else None
        if above is not None and above < rank and above >= 3:
            return above, position - 1
        return rank, position
    return None


def _split_shared(page: VisiblePage, cards: list[_Card]) -> list[_Card]:
    """Where one heading stands above several plans, take the plain lines beside the prices as names."""
    result = []
    for card in cards:
        prices = [m for m in card.marks if m.kind == "price"]
        names: dict[int, Mark] = {}
        if card.rank <= NAMED and len(prices) > 1 and _conflicts(prices):
            for mark in prices:
                line = plain_name(page, card.root.start, mark.line.index)
                if line is not None and line.index != card.name_line.index:
                    names.setdefault(line.index, mark)
        if len(names) < 2 or len(names) < len(prices):
            result.append(card)
            continue
        for index, mark in names.items():
            result.append(_Card(name_line=page.lines[index], rank=PLAIN, root=mark.line.element, marks=[mark]))
    return result


def _conflicts(prices: list[Mark]) -> bool:
    """Whether prices under one name cannot be prices of one plan: same term, other amount."""
    seen: dict[Term, object] = {}
    for mark in prices:
        money = mark.amounts[0]
        if money.qualifier in ("struck", "promotional"):
            continue
        if money.term in seen and seen[money.term] != money.amount:
            return True
        seen[money.term] = money.amount
    return False


def _worth(card: _Card) -> bool:
    """A lone "contact us" or "free" under a heading is an invitation, not a plan, unless the heading is a card's."""
    if any(m.kind in ("price", "placeholder") for m in card.marks):
        return True
    return card.root.end - card.root.start <= 40 and card.root.tag not in ("body", "main", "footer", "header")


def _grow(cards: list[_Card], children: _Children) -> None:
    """Let each card reach as far up as it meets no other card; a lone one only as far as it stays small."""
    spots = [(min(c.name_line.index, c.marks[0].line.index), c) for c in cards]
    for card in cards:
        low = min(card.name_line.index, card.marks[0].line.index)
        steps = 0
        while (parent := card.root.parent) is not None:
            others = any(parent.start <= s < parent.end for s, c in spots if c is not card)
            lone = len(cards) == 1 and steps >= 2
            if (
                others
                or lone
                or _has_twin(card.root, children)
                or parent.tag in ("body", "main")
                or parent.end - parent.start > MAX_CARD_LINES
            ):
                break
            if len(cards) == 1 and parent.start < low - 3:
                break
            card.root = parent
            steps += 1


def _has_twin(root: Element, children: _Children) -> bool:
    """Whether an element beside this one is of its kind: then this is the card, and the parent the row of cards."""
    return any(e is not root and e.tag == root.tag and _shared(e, root) for e in children.of(root.parent))


class _Children:
    """The block elements inside each element, gathered when first asked for."""

    def __init__(self, page: VisiblePage) -> None:
        self._page = page
        self._known: dict[Element, list[Element]] = {}

    def of(self, parent: Element | None) -> list[Element]:
        if not self._known:
            for element in self._page.elements:
                if element.parent is not None:
                    self._known.setdefault(element.parent, []).append(element)
        return self._known.get(parent, []) if parent is not None else []


def _range(cards: list[_Card], position: int, ranks: _Ranks) -> tuple[int, int]:
    """The lines of one card: its element's, or up to the next card where several share an element."""
    card = cards[position]
    first = min(card.name_line.index, card.marks[0].line.index)
    start, end = card.root.start, card.root.end
    shared = [c for c in cards if c is not card and start <= c.name_line.index < end]
    if not shared:
        return start, end
    starts = [min(c.name_line.index, c.marks[0].line.index) for c in shared]
    end = min([s for s in starts if s > first], default=end)
    for index in range(card.marks[-1].line.index + 1, end):
        if ranks.is_heading(index) and (rank := ranks[index]) is not None and rank <= min(card.rank, NAMED):
            return first, index
    return first, end


def _own_prices(card: _Card) -> list[Mark]:
    """The marks that tell the plan's own price: not an overage among its features, not a price far into its text."""
    priced = [m for m in card.marks if m.kind == "price"]
    prices = [m for m in priced if not m.amounts[0].addition] or priced
    loose = [m for m in prices if m.line.element.tag != "li" and m.spare <= 4]
    if loose:
        prices = [m for m in prices if m.line.element.tag != "li" and (m.spare <= 4 or m.amounts[0].term.period)]
    elif any(m.spare <= 2 for m in prices):
        prices = [m for m in prices if m.spare <= 2 or m.line is card.name_line]
    return prices or [m for m in card.marks if m.kind != "price"]


def _hint(page: VisiblePage, mark: Mark, root: Element) -> Term:
    """Period, unit and billing from the lines beside a price and from the tab or toggle that it stands in."""
    index = mark.line.index
    period = unit = None
    billing = None
    for near in range(index + 1, min(root.end, index + 3)):
        text = page.lines[near].text
        if len(text) > _TERM_CHARS or any(c.isdigit() for c in text):
            break
        told = read_term(text, bare=len(text.split()) <= 3)
        if not (told.period or told.unit or told.billing) or spare_words(text, []):
            break
        period, unit, billing = period or told.period, unit or told.unit, billing or told.billing
        if mark.amounts[0].term.period:
            period = mark.amounts[0].term.period
    if period is None and mark.amounts[0].term.period is None and index > root.start:
        above = page.lines[index - 1].text
        if len(above.split()) <= 3:
            told = read_term(above, bare=True)
            period, billing = told.period, billing or told.billing
    for element in mark.line.element.ancestors():
        if billing is not None or element.parent is None:
            break
        monthly, annual = BILLING_MONTHLY.search(element.label), BILLING_ANNUAL.search(element.label)
        if bool(monthly) != bool(annual):
            billing = "monthly" if monthly else "annual"
            if monthly and period is None:
                period = "month"
    return Term(period=period, unit=unit, billing=billing)


def _name_groups(page: VisiblePage, plans: list[Plan], cards: list[_Card], ranks: _Ranks) -> None:
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


def _silent_siblings(
    page: VisiblePage, cards: list[_Card], plans: list[Plan], ranks: _Ranks, children: _Children
) -> list[Plan]:
    """Cards beside priced ones that name no price themselves: on request if they ask for a call, else not told."""
    parents: dict[Element, list[_Card]] = defaultdict(list)
    for card in cards:
        if card.root.parent is not None:
            parents[card.root.parent].append(card)
    known = {p.name.lower() for p in plans}
    added = []
    beside = [(element, kin) for parent, kin in parents.items() for element in children.of(parent)]
    for element, kin in beside:
        if element in [c.root for c in kin] or element.tag != kin[0].root.tag:
            continue
        if len(kin) < 2 and not any(_CARD.search(word) for word in _shared(element, kin[0].root)):
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
    if instead is not None and any(_CARD.search(word) for word in _shared(element, kin)):
        return None, instead
    call = next((ln for ln in lines if SALES_CALL.search(ln.text)), None)
    return "custom", call


def _shared(one: Element, other: Element) -> set[str]:
    return set(one.label.split()) & set(other.label.split())
