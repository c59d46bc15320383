"""Reads the plans, prices and features of a pricing page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from detente.errors import ReaderError
from detente.records import Document, Observation, PlanFeature, PlanPrice, Reading, ReadStatus
from sources.document import decode

from .cards import lone_price, read_cards
from .chosen import read_chosen
from .comparison import table_features
from .context import MoneyContext
from .extras import is_extra, read_extras
from .features import card_features, item_features
from .grids import columns_apart, find_grids, flat_grids
from .once import mark_paid_once
from .page import VisiblePage
from .plans import Mark, Plan, find_marks, regrouped
from .prose import read_prose
from .sentences import is_sentence
from .state import merge_state
from .structured import merge_stated, stated_prices
from .suggest import suggest
from .table_plans import name_groups, read_table, unpriced_plans
from .tables import Table, find_tables

READER = "pricing"
VERSION = 1
MAX_PLANS = 200
MAX_MARKS = 1_000
_LOOKED_FOR = (
    "no plan with a price, 'free' or 'contact us' was found in tables, cards, definition lists, under headings,"
    " in JSON-LD, in microdata or in script state"
)


def read(document: Document) -> Reading:
    """Read a pricing page.

    Args:
        document: An HTML page; its `selectors` (see `SELECTORS`) replace the heuristics where `plan` is among them.

    Returns:
        Plans' prices, then their features, in document order. `empty` if the page tells no plan, with what was looked
        for; `not_parsed` if it is no HTML page. Never raises for what a page holds.
    """
    try:
        page = VisiblePage(decode(document))
    except ReaderError as error:
        return Reading(reader=READER, version=VERSION, status=ReadStatus.NOT_PARSED, reason=str(error))
    context = MoneyContext(page)
    if document.selectors:
        return _by_selectors(page, document, context)
    plans, how, notes = _by_layout(page, context)
    return _reading(page, plans, how, reason=_LOOKED_FOR, cut=notes)


def _by_selectors(page: VisiblePage, document: Document, context: MoneyContext) -> Reading:
    try:
        plans, missing = read_chosen(page, document.selectors, context)
    except ReaderError as error:
        return Reading(reader=READER, version=VERSION, status=ReadStatus.EMPTY, reason=str(error), how="selectors")
    if not plans:
        reason = f"{missing}{_suggested(page, context)}"
        return Reading(reader=READER, version=VERSION, status=ReadStatus.EMPTY, reason=reason, how="selectors")
    return _reading(page, plans, ["selectors"], reason=missing)


def _suggested(page: VisiblePage, context: MoneyContext) -> str:
    """Selectors that would read the page as it is now, for the reason of a reading by some that do not."""
    best = suggest(page, context, most=1)
    if not best:
        return ""
    lines = ", ".join(f"{name} = {css!r}" for name, css in best[0].selectors.items())
    return f"; by what repeats on the page: {lines} ({len(best[0].names)} plans)"


def _by_layout(page: VisiblePage, context: MoneyContext) -> tuple[list[Plan], list[str], list[str]]:
    marks = find_marks(page, context)
    if len(marks) > MAX_MARKS:
        page.cut = True
        page.cut_because = page.cut_because or f"{len(marks):,} lines tell a price; the first {MAX_MARKS:,} were read"
        marks = marks[:MAX_MARKS]
    how: list[str] = []
    tables = find_tables(page, marks)
    real = len(tables)
    tables += find_grids(page, marks, context)
    plans: list[Plan] = []
    taken: set[int] = set()
    read_tables: list[tuple[Table, list[Plan]]] = []
    for table in tables:
        found = read_table(page, table, context)
        if found is None:
            continue
        taken.update(range(table.element.start, table.element.end))
        plans += found
        if found:
            read_tables.append((table, found))
    if read_tables:
        how.append("table")
        name_groups(page, read_tables)
    loose = [m for m in marks if m.line.index not in taken]
    beside = [
        m for m in loose if not (m.prose or is_extra(m) or is_sentence(m)) and (m.kind == "price" or not _in_cell(m))
    ]
    cards = read_cards(page, beside, context)
    if not plans and not cards:
        cards = read_cards(page, [m for m in loose if m.offer], context)
    cards = _without_echoes(plans, cards)
    if cards:
        how.append("cards")
        _features_of_cards(page, cards, loose, context)
    if not plans and not cards:
        cards = lone_price(page, beside, context)
        how += ["a lone price"] if cards else []
    plans = _without_repeats(plans + cards)
    plans += [
        p for p in read_extras([m for m in loose if is_extra(m)], context) if p.name not in {q.name for q in plans}
    ]
    told = read_prose(page, _in_sentences(loose, beside), plans, context)
    how += ["sentences"] if told or any(p.basis == "prose" for q in plans for p in q.prices) else []
    _features_of_cards(page, told, loose, context)
    plans += told
    mark_paid_once(page, plans)
    stated, cut = stated_prices(page)
    if stated:
        before = sum(len(p.prices) for p in plans)
        plans = merge_stated(plans, stated)
        if sum(len(p.prices) for p in plans) > before:
            how.append(stated[0].basis.replace("_", "-"))
    plans, from_state, notes = merge_state(page, plans, context)
    how += ["script state"] if from_state else []
    if not any(not p.addon for p in plans):
        bare = unpriced_plans(page, tables[:real])
        plans = bare + plans
        how += ["table without prices"] if bare else []
    if _compare(page, plans, tables, marks, context) and "table" not in how:
        how.append("comparison table")
    return plans, how, cut + notes


def _in_cell(mark: Mark) -> bool:
    """Whether a line is a table's cell: "free" in a table that tells no price is a column's name or a feature."""
    return mark.line.element.tag in ("td", "th")


def _in_sentences(loose: list[Mark], beside: list[Mark]) -> list[Mark]:
    """The amounts outside tables that cards were not made of, and that are no invitations, answers or add-ons."""
    taken = {m.line.index for m in beside}
    priced = [m for m in loose if m.kind == "price" and m.line.index not in taken]
    return [m for m in priced if not m.told_in_answers and not m.linked and not is_extra(m)]


def _compare(
    page: VisiblePage, plans: list[Plan], tables: list[Table], marks: list[Mark], context: MoneyContext
) -> int:
    """Add the features that are told apart from the prices; returns how many rows of comparisons were read."""
    comma = context.comma_decimal
    every = [*tables, *flat_grids(page, plans, marks)]
    read = sum(table_features(page, table, plans, comma_decimal=comma) for table in every)
    told = {m.line.index: m for m in marks}
    for plan, column in columns_apart(page, plans, marks):
        item_features(page, plan, told, column.start, column.end, comma_decimal=comma)
    if len(every) > 1:  # wide and narrow screens have a comparison each
        for plan in plans:
            once = {(f.feature, f.included, f.limit, f.text): f for f in reversed(plan.features)}
            plan.features = list(once.values())[::-1]
    return read


def _features_of_cards(page: VisiblePage, cards: list[Plan], marks: list[Mark], context: MoneyContext) -> None:
    told = {m.line.index: m for m in marks}
    for plan in cards:
        if plan.end > plan.start:
            card_features(page, plan, told, comma_decimal=context.comma_decimal)


def _without_echoes(plans: list[Plan], cards: list[Plan]) -> list[Plan]:
    """Leave out lone cards that only repeat amounts which another plan of the page has: banners, calls to act."""
    kept = []
    for card in cards:
        others = [p for p in plans + cards if p is not card]
        told = {(q.amount, q.currency) for p in others for q in p.prices if q.amount is not None}
        kin = any(p.root is not None and card.root is not None and p.root.parent is card.root.parent for p in others)
        amounts = [(q.amount, q.currency) for q in card.prices]
        if kin or not others or not set(amounts) <= told:
            kept.append(card)
    return kept


def _without_repeats(plans: list[Plan]) -> list[Plan]:
    """Fold what is told of one plan in several places into one: tabs, toggles and tables write every plan again."""
    result: list[Plan] = []
    for plan in plans:
        first = next((p for p in result if _same_plan(p, plan)), None)
        if first is None:
            result.append(plan)
            continue
        if first.group is None and plan.group is not None:
            regrouped(first, plan.group)
        for price in plan.prices:
            if price.amount is not None and not any(_same_price(p, price) for p in first.prices):
                first.prices.append(replace(price, group=first.group))
        if any(p.amount is not None for p in first.prices):
            first.prices = [p for p in first.prices if p.amount is not None]
        known = {f.feature for f in first.features}
        first.features += [replace(f, group=first.group) for f in plan.features if f.feature not in known]
    return result


def _same_plan(one: Plan, other: Plan) -> bool:
    if one.name.lower() != other.name.lower() or one.addon != other.addon:
        return False
    if one.group == other.group:
        return True
    if one.group is not None and other.group is not None:
        return False
    return any(
        a.amount is not None
        and a.amount == b.amount
        and a.unit == b.unit
        and (a.period == b.period or None in (a.period, b.period))
        for a in one.prices
        for b in other.prices
    )


def _same_price(one: PlanPrice, other: PlanPrice) -> bool:
    if one.amount != other.amount or one.currency != other.currency:
        return False
    return other.period is None or (one.period == other.period and one.billing in (None, other.billing))


def _doubt_zeros(plans: list[Plan]) -> None:
    """Keep zeros for review where plans cost nothing and none costs anything: a script may fill them in."""
    if sum(any(p.amount == 0 for p in plan.prices) for plan in plans) < 2:
        return
    if any(price.amount for plan in plans for price in plan.prices):
        return
    note = "every amount of the page is 0; a script may fill them in"
    for plan in plans:
        plan.prices = [
            replace(p, needs_review=True, note="; ".join(n for n in (p.note, note) if n)) if p.amount == 0 else p
            for p in plan.prices
        ]


def _reading(page: VisiblePage, plans: list[Plan], how: list[str], *, reason: str, cut: Iterable[str] = ()) -> Reading:
    notes = list(cut)
    if len(plans) > MAX_PLANS:
        notes.append(f"{len(plans)} plans found, {MAX_PLANS} kept")
        plans = plans[:MAX_PLANS]
    if page.cut:
        notes.append(page.cut_because or "the page is longer or deeper than is read; its rest was left out")
    _doubt_zeros(plans)
    prices: list[PlanPrice] = []
    features: list[PlanFeature] = []
    for plan in plans:
        prices += plan.prices
        features += plan.features
    if not prices:
        return Reading(reader=READER, version=VERSION, status=ReadStatus.EMPTY, reason="; ".join([reason, *notes]))
    review = sum(p.needs_review for p in prices)
    if review:
        notes.append(f"{review} prices need review")
    if how == ["selectors"] and reason:
        notes.append(reason)
    observations: tuple[Observation, ...] = (*prices, *features)
    return Reading(
        reader=READER,
        version=VERSION,
        status=ReadStatus.READ,
        reason="; ".join(notes),
        observations=observations,
        how=" + ".join(how),
    )
