"""Reads the plans, prices and features of a pricing page."""

from __future__ import annotations

from collections.abc import Iterable

from detente.errors import ReaderError
from detente.records import Document, Observation, PlanFeature, PlanPrice, Reading, ReadStatus
from sources.document import decode

from .amounts.currencies import RAND
from .chosen import read_chosen
from .context import MoneyContext
from .folding import doubt_crowds, doubt_zeros
from .layout import Layout
from .page import VisiblePage
from .plans import Plan
from .rand import with_letters
from .suggest import suggest

READER = "pricing"
VERSION = 2
MAX_PLANS = 200
_LOOKED_FOR = (
    "no plan with a price, 'free' or 'contact us' was found in tables, cards, lists, under headings, in sentences,"
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
    layout = Layout(page, context)
    return _reading(page, layout.plans, layout.how, reason=_LOOKED_FOR, cut=layout.notes)


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


def _reading(page: VisiblePage, plans: list[Plan], how: list[str], *, reason: str, cut: Iterable[str] = ()) -> Reading:
    notes = list(cut)
    if len(plans) > MAX_PLANS:
        notes.append(f"{len(plans)} plans found, {MAX_PLANS} kept")
        plans = plans[:MAX_PLANS]
    if page.cut:
        notes.append(page.cut_because or "the page is longer or deeper than is read; its rest was left out")
    doubt_zeros(plans)
    doubt_crowds(plans)
    prices: list[PlanPrice] = []
    features: list[PlanFeature] = []
    for plan in plans:
        prices += plan.prices
        features += plan.features
    if any(RAND in line.text for line in page.lines):
        prices = [with_letters(price) for price in prices]
        features = [with_letters(feature) for feature in features]
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
