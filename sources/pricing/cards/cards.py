"""Plans that stand in cards, lists, definition lists or under headings: a name, and prices near it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from detente.records import Period
from sources.pricing.amounts.money import read_money
from sources.pricing.amounts.terms import Billing, Term, read_term, spare_words
from sources.pricing.context import MoneyContext
from sources.pricing.names import NAMED, PLAIN, Ranks, clean_name, plain_name, whole_name
from sources.pricing.page import Element, Line, VisiblePage, fold
from sources.pricing.plans import Mark, Plan, add_prices, add_switched, bare
from sources.pricing.words import (
    ADDON_HEADING,
    ADDON_LABEL,
    BILLING_ANNUAL,
    BILLING_MONTHLY,
    ENTERPRISE_NAME,
    INVITATIONS,
    PRICE_LABEL,
    PRICE_PREFIX,
)

from .gathering import Gathering, conflicts
from .rows import MAX_CARD_LINES, Card, apart, has_twin, name_rows, silent_cards

MAX_MARKS = 400
"""So many prices beside tables are put to names; each may have to be held against each."""
_TERM_CHARS = 60
_WORDS_OF_A_FEATURE = 2
_PLAN_LABEL_LEVELS = 3
_PLAN_LABEL = re.compile(r"plan|pric|tier|package|edition|bundle")
_VERSUS = re.compile(r"\W*(?:vs\b|versus\b)", re.I)
_SETUP = re.compile(r"\b(?:set-?up|onboarding|activation|installation|einrichtung|mise en service|instalación)", re.I)
_PAID_FIRST = re.compile(
    r"\W{0,3}(?:set-?up|one[- ]time|up-?front)(?: fee| cost| payment)?\s*(?:\+|plus\b|and\b|then\b)", re.I
)
_BULLETS = ("•", "·", "▪", "◦", "‣", "✓", "✔", "☑", "✅")


def read_cards(page: VisiblePage, marks: list[Mark], context: MoneyContext) -> list[Plan]:
    """Plans from every mark that is not part of a table.

    Args:
        page: The page.
        marks: Prices, "free", "contact us" and placeholders outside tables, sentences left out, in order.
        context: Resolves ambiguous currency signs.
    """
    if len(marks) > MAX_MARKS:
        marks = marks[:MAX_MARKS]
        page.cut = True
    ranks = Ranks(page, marks)
    gathering = Gathering(page, marks, ranks)
    cards = _split_shared(page, gathering.cards())
    if len(cards) == 1:
        cards = _split_by_period(cards[0], gathering)
    cards = [card for card in cards if _worth(card, cards) and not _is_rival(page, card, cards)]
    _grow(page, cards)
    plans = []
    for position, card in enumerate(cards):
        plan = Plan(name=whole_name(page, card.name_line), text=card.name_line.text)
        plan.root = card.root
        plan.place = card.name_line.element.place
        plan.start, plan.end = _range(cards, position, ranks)
        plans.append(plan)
    name_rows(page, plans, cards, ranks)
    for plan, card in zip(plans, cards, strict=True):
        plan.addon = any(ADDON_HEADING.search(text) for text in (plan.group or "", plan.name)) or _labelled_extra(card)
        chosen = _own_prices(card)
        priced_marks = [m for m in chosen if m.kind == "price"]
        plan.addon = plan.addon or (bool(priced_marks) and all(m.amounts[0].addition for m in priced_marks))
        priced = {m.line.index for m in chosen if m.kind == "price"}
        hints = {m.line.index: _hint(page, m, card.root, priced) for m in chosen if m.kind == "price"}
        add_prices(plan, chosen, context, hints)
        for mark in chosen:
            add_switched(plan, mark)
    plans += silent_cards(page, cards, plans, ranks, context)
    plans += apart(page, plans, ranks)
    return sorted((p for p in plans if p.prices), key=lambda p: p.start)


def lone_price(page: VisiblePage, marks: list[Mark], context: MoneyContext) -> list[Plan]:
    """A page with prices of one unnamed plan: it is called what the page's title begins with."""
    priced = [m for m in marks if m.kind == "price" and m.amounts[0].term.period]
    title = page.tree.css_first("title")
    name = clean_name(re.split(r"\s[-–—|·:]\s", fold(title.text()))[0]) if title is not None else None
    if not priced or name is None or conflicts(priced):
        return []
    plan = Plan(name=name, text=priced[0].line.text, place=priced[0].line.element.place)
    add_prices(plan, priced, context)
    return [plan]


def _split_shared(page: VisiblePage, cards: list[Card]) -> list[Card]:
    """Where one heading stands above several plans, take the plain lines beside the prices as names."""
    result = []
    for card in cards:
        prices = [m for m in card.marks if m.kind == "price"]
        names: dict[int, Mark] = {}
        if card.rank <= NAMED and len(prices) > 1 and conflicts(prices):
            for mark in prices:
                line = plain_name(page, card.root.start, mark.line.index)
                if line is not None and line.index != card.name_line.index:
                    names.setdefault(line.index, mark)
        if len(names) < 2 or len(names) < len(prices):
            result.append(card)
            continue
        for index, mark in names.items():
            result.append(Card(name_line=page.lines[index], rank=PLAIN, root=mark.line.element, marks=[mark]))
    return result


def _split_by_period(card: Card, gathering: Gathering) -> list[Card]:
    """The offers of a page whose one heading stands above cards that are called "Monthly", "Yearly" and the like."""
    offers = [gathering.by_period(mark) for mark in card.marks if mark.kind == "price"]
    split = [offer for offer in offers if offer is not None]
    if card.rank > 2 or len(split) < 2 or len({offer.name_line.index for offer in split}) < len(offers):
        return [card]
    return split


def _worth(card: Card, cards: list[Card]) -> bool:
    """A lone "contact us" or "free" under a heading is an invitation, not a plan, unless the heading is a card's."""
    if any(m.kind in ("price", "placeholder") for m in card.marks):
        return True
    if all(bare(m.line.text) in INVITATIONS for m in card.marks) and not _may_be_plan(card, cards):
        return False
    if all(m.line is card.name_line for m in card.marks):  # a heading "Free" and no more: beside a plan's only
        tag = card.name_line.element.tag
        if not any(c is not card and c.name_line.element.tag == tag and len(c.marks) > 0 for c in cards):
            return False
        if any(m.named for m in card.marks):
            return True
    if any(PRICE_PREFIX.match(m.line.text) for m in card.marks) or ENTERPRISE_NAME.match(card.name_line.text):
        tag = card.name_line.element.tag
        if any(c.name_line.element.tag == tag and c.marks[0].kind == "price" for c in cards):
            return True
    return card.root.end - card.root.start <= 40 and card.root.tag not in ("body", "main", "footer", "header")


def _labelled_extra(card: Card) -> bool:
    """Whether the classes of a card, or of the row that it stands in, call it an add-on."""
    return any(e.tag != "body" and ADDON_LABEL.search(e.label) for e in islice(card.root.ancestors(), 2))


def _may_be_plan(card: Card, cards: list[Card]) -> bool:
    """Whether a card that only invites to call is headed like one with a price, or is called a plan by its classes."""
    if ENTERPRISE_NAME.match(card.name_line.text) or any(
        _PLAN_LABEL.search(e.label) for e in islice(card.root.ancestors(), _PLAN_LABEL_LEVELS)
    ):
        return True
    tag = card.name_line.element.tag
    return any(c.name_line.element.tag == tag and any(m.kind == "price" for m in c.marks) for c in cards)


def _is_rival(page: VisiblePage, card: Card, cards: list[Card]) -> bool:
    """Whether a card holds what something else costs against a plan of this page ("vs. $39", which another costs)."""
    versus = [ln for ln in page.lines[card.root.start : card.root.end] if _VERSUS.match(ln.text)]
    if not versus:
        return False
    told = {money.amount for line in versus for money in read_money(line.text)}
    asked = {m.amounts[0].amount for c in cards if c is not card for m in c.marks if m.kind == "price"}
    return bool(told & asked)


def _grow(page: VisiblePage, cards: list[Card]) -> None:
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
                or has_twin(page, card)
                or parent.tag in ("body", "main")
                or parent.end - parent.start > MAX_CARD_LINES
            ):
                break
            if len(cards) == 1 and parent.start < low - 3:
                break
            card.root = parent
            steps += 1


def _range(cards: list[Card], position: int, ranks: Ranks) -> tuple[int, int]:
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


def _own_prices(card: Card) -> list[Mark]:
    """The marks that tell the plan's own price: not an overage among its features, not a price far into its text."""
    priced = [m for m in card.marks if m.kind == "price"]
    if priced and all(_stays_free(m) for m in priced):
        priced = []  # "Install stays $0" says nothing of what the plan costs
    priced = [m for m in priced if not _costs_nothing_more(m)] or priced
    prices = [m for m in priced if not m.amounts[0].addition] or priced
    loose = [m for m in prices if not _is_listed(m) and m.spare <= 4]
    if loose:
        prices = [m for m in prices if not _is_listed(m) and (m.spare <= 4 or m.amounts[0].term.period)]
    elif any(m.spare <= 2 for m in prices):
        prices = [m for m in prices if m.spare <= 2 or m.line is card.name_line]
    prices += _running_costs(prices, priced)
    flags = [m for m in card.marks if m.kind != "price"]
    if any(m.line.element.tag != "li" for m in flags) and all(_is_feature(m) for m in prices):
        return flags
    return prices or [m for m in flags if m.line is not card.name_line] or flags


def _is_feature(mark: Mark) -> bool:
    """Whether a price is told of one entry in a list ("Price per certificate: $0.20")."""
    return _is_listed(mark) and mark.amounts[0].start > 0


def _stays_free(mark: Mark) -> bool:
    """Whether an entry in a list says in words, without a label such as "Price:", that something costs nothing."""
    if not _is_feature(mark) or mark.amounts[0].amount != 0 or mark.spare < _WORDS_OF_A_FEATURE:
        return False
    before = mark.line.text[: mark.amounts[0].start]
    return not before.rstrip().endswith((":", "–", "—", "-")) and not PRICE_LABEL.search(before)


def _costs_nothing_more(mark: Mark) -> bool:
    """Whether a line says that something beside the plan's own price is not charged ("+ setup fee €0")."""
    money = mark.amounts[0]
    return money.amount == 0 and (
        money.addition or money.term.period == "one_time" or bool(_SETUP.search(mark.line.text))
    )


def _is_listed(mark: Mark) -> bool:
    """Whether a line is an entry in a list, or begins like one."""
    return mark.line.element.tag == "li" or mark.line.text.startswith(_BULLETS)


def _running_costs(prices: list[Mark], priced: list[Mark]) -> list[Mark]:
    """What is paid again and again on top of a price that is paid once ("£249" and "+ £29/month hosting")."""
    if any(m.amounts[0].term.period not in (None, "one_time") for m in prices):
        return []
    return [
        m
        for m in priced
        if m not in prices and m.amounts[0].addition and m.amounts[0].term.period and not m.amounts[0].term.unit
        if m.line.element.tag != "li" and not ADDON_HEADING.search(m.line.text)
    ]


def _hint(page: VisiblePage, mark: Mark, root: Element, priced: set[int]) -> Term:
    """Period, unit and billing from the lines beside a price and from the tab or toggle that it stands in."""
    index = mark.line.index
    period: Period | None = None
    unit = None
    billing = None
    if mark.amounts[0].term.billing is None and _heads(page, mark, root, priced):
        billing = read_term(page.lines[index - 1].text, bare=True).billing
    for near in range(index + 1, min(root.end, index + 3)):
        text = page.lines[near].text
        if near == index + 1 and _PAID_FIRST.match(text):
            period = "one_time"
        if len(text) > _TERM_CHARS or any(c.isdigit() for c in text) or _of_another(page.lines[near], index, priced):
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
        billing = _billing_in(element.label) if element.label else None
        if billing == "monthly" and period is None:
            period = "month"
    return Term(period=period, unit=unit, billing=billing)


@lru_cache(maxsize=1_024)
def _billing_in(label: str) -> Billing | None:
    monthly, annual = BILLING_MONTHLY.search(label), BILLING_ANNUAL.search(label)
    if bool(monthly) == bool(annual):
        return None
    return "monthly" if monthly else "annual"


def _of_another(line: Line, index: int, priced: set[int]) -> bool:
    """Whether a line stands in an element together with another price, apart from the price in line `index`."""
    for element in line.element.ancestors():
        if element.start <= index < element.end:
            return False
        if any(i in priced for i in range(element.start, element.end)):
            return True
    return False


def _heads(page: VisiblePage, mark: Mark, root: Element, priced: set[int]) -> bool:
    """Whether the line above a price is a label that stands in an element with this price and no other."""
    index = mark.line.index
    if index <= root.start or len(page.lines[index - 1].text.split()) > 3:
        return False
    around = next(e for e in mark.line.element.ancestors() if e.start < index)
    return not any(i in priced for i in range(around.start, around.end) if i != index)
