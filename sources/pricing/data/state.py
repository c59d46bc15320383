"""Plans and prices that a page keeps in its scripts, for a toggle or for a page that a browser has yet to draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from detente.records import Period, PlanPrice
from sources.pricing.amounts.terms import Billing
from sources.pricing.context import MoneyContext
from sources.pricing.features import list_feature
from sources.pricing.page import VisiblePage
from sources.pricing.plans import Plan
from sources.script_state import PRICE_HINTS, script_state

from .state_groups import Group, add_attributes, groups_of, plain_name
from .state_objects import Candidate, Told, from_cents

_MAYBE_CENTS = 100
"""Bare numbers that all reach this may count cents."""
_YEAR_FACTOR = 6
_MONTHS = 12
_PERIOD_NOT_TOLD = "whether it is per month or per year is not told"
_CONTRADICTED = "the visible page tells another price for this plan"


def merge_state(page: VisiblePage, plans: list[Plan], context: MoneyContext) -> tuple[list[Plan], bool, list[str]]:
    """Plans with what the page's scripts say added.

    A page that shows plans is only completed: the other side of its toggle, and a plan whose price is a placeholder.
    An amount that the page shows is the same fact; one that contradicts it is kept for review.

    Returns:
        The plans, whether anything was added, and what was cut, in words.
    """
    found = script_state(page.tree, PRICE_HINTS)
    add_attributes(page, plans, found)
    if not found.states:
        return plans, False, found.notes
    shown: dict[str, Plan] = {}
    for plan in plans:
        if not plan.addon:
            shown.setdefault(plain_name(plan.name), plan)
    groups = list(groups_of(found, shown, context))
    if shown:
        return plans, _complete(shown, groups), found.notes
    new = _new_plans(groups, context)
    return plans + new, bool(new), found.notes


def _settled(told: list[Told], shown: Decimal | None = None) -> Iterator[tuple[Told, Period | None, str]]:
    """Each price with its period and a doubt.

    What stands under "annual" costs a month or a year: no more than a month's price is one month's, six times that or
    more is a year's.

    Args:
        told: The prices of one plan.
        shown: The month's price that the page shows, for a plan of which scripts tell none.
    """
    for one in told:
        meaning = one.meaning
        if meaning.period is None and meaning.billing == "annual":
            yield one, *_annual(one, _monthly(told, meaning.currency) or shown)
        elif meaning.period is None and meaning.billing is None and _has_annual(told, one):
            yield replace(one, meaning=replace(meaning, monthly=True)), "month", meaning.doubt
        else:
            yield one, meaning.period or ("month" if meaning.billing == "monthly" else None), meaning.doubt


def _annual(one: Told, monthly: Decimal | None) -> tuple[Period | None, str]:
    if one.meaning.monthly or (monthly and one.amount <= monthly):
        return "month", one.meaning.doubt
    if monthly and one.amount >= _YEAR_FACTOR * monthly:
        return "year", one.meaning.doubt
    return None, one.meaning.doubt or ("" if one.amount == 0 else _PERIOD_NOT_TOLD)


def _has_annual(told: Iterable[Told], one: Told) -> bool:
    """Whether a price of no stated period is the month's, by the annual price beside it."""
    annual = [t for t in told if t.meaning.period is None and t.meaning.billing == "annual" and not t.meaning.monthly]
    return one.meaning.qualifier == "exact" and any(
        t.meaning.currency == one.meaning.currency and one.amount > 0 and _annual(t, one.amount)[0] for t in annual
    )


def _monthly(told: Iterable[Told], currency: str | None) -> Decimal | None:
    prices = [t for t in told if t.meaning.qualifier == "exact" and t.meaning.currency == currency]
    amounts = {t.amount for t in prices if t.meaning.billing == "monthly"}
    amounts = amounts or {t.amount for t in prices if t.meaning.billing is None and t.meaning.period is None}
    return amounts.pop() if len(amounts) == 1 else None


def _in_cents(group: Group, shown: Mapping[str, Plan]) -> bool | None:
    """Whether the group's bare numbers count cents, by what the page shows; None where nothing tells."""
    units = cents = False
    whole = [t for c in group.candidates for t in c.told if t.whole and t.amount > 0]
    for candidate in group.candidates:
        plan = shown.get(plain_name(candidate.name))
        amounts = {p.amount for p in plan.prices} if plan is not None else set()
        for told in candidate.told:
            if told.whole and told.amount > 0:
                units = units or told.amount in amounts
                cents = cents or told.amount.scaleb(-2) in amounts
    if units != cents:
        return cents
    sure = any(not t.whole and t.amount > 0 for c in group.candidates for t in c.told)
    small = any(t.amount < _MAYBE_CENTS for t in whole)
    unsure = any(t.meaning.unsure for t in whole)
    return False if (small or sure) and not unsure else None


def _scaled(group: Group, shown: Mapping[str, Plan]) -> Group:
    """The group with its cents told from its units; where nothing tells them apart, each amount has a doubt."""
    cents = _in_cents(group, shown)
    if cents is False:
        return group
    for candidate in group.candidates:
        told = [_rescaled(t, cents=bool(cents)) if t.whole and t.amount > 0 else t for t in candidate.told]
        candidate.told = [one for one in told if one is not None]
    return group


def _rescaled(told: Told, *, cents: bool) -> Told | None:
    if cents:
        amount = from_cents(told.raw)
        return None if amount is None else replace(told, amount=amount, whole=False)
    return replace(told, meaning=replace(told.meaning, doubt=told.meaning.doubt or f"{told.raw} may count cents"))


def _complete(shown: Mapping[str, Plan], groups: Iterable[Group]) -> bool:
    """Add to the visible plans what state of the same name tells beyond them."""
    of_plan: dict[str, list[Candidate]] = {}
    scaled = [_scaled(group, shown) for group in groups]
    vouched = {group.origin for group in scaled if any(_is_shown(c, shown) for c in group.candidates)}
    for group in scaled:
        if group.labelled or group.origin in vouched:
            for candidate in group.candidates:
                of_plan.setdefault(plain_name(candidate.name), []).append(candidate)
    added = False
    for name, plan in shown.items():
        candidates = of_plan.get(name, [])
        # One object that tells what is shown and the other side of the toggle is better than all others: they may be
        # for another country.
        whole = [c for c in candidates if _is_shown(c, shown) and len({t.meaning.billing for t in c.told}) > 1]
        told = [t for candidate in whole[:1] or candidates for t in candidate.told]
        if told and not any(p.custom or p.free for p in plan.prices):
            added = _complete_plan(plan, told) or added
    return added


def _is_shown(candidate: Candidate, shown: Mapping[str, Plan]) -> bool:
    plan = shown.get(plain_name(candidate.name))
    amounts = {p.amount for p in plan.prices if p.amount} if plan is not None else set()
    return any(t.amount in amounts for t in candidate.told)


def _complete_plan(plan: Plan, told: list[Told]) -> bool:
    visible = [p for p in plan.prices if p.amount is not None]
    if not visible:
        priced = [t for t in told if t.amount > 0]
        if priced:
            plan.prices = list(_prices(plan, priced))
        return bool(priced)
    like = visible[0]
    month = next((p.amount for p in visible if p.period == "month" and p.billing != "annual"), None)
    sides: dict[int, Billing | None] = {}  # of the visible prices that scripts tell as well
    beyond = []
    for one, period, doubt in _settled(told, month):
        known = [n for n, price in enumerate(visible) if _same_fact(one, period, price)]
        sides.update((n, sides.get(n) or one.meaning.billing) for n in known)
        usable = one.meaning.currency in (None, like.currency) and one.meaning.qualifier == "exact" and one.amount > 0
        if usable and not known:
            beyond.append((one, period, doubt))
    new = [
        (one, period, doubt)
        for one, period, doubt in beyond
        if not sides or (one.meaning.billing is not None and one.meaning.billing not in sides.values())
    ]
    amounts: dict[object, set[Decimal]] = {}
    for one, period, _ in new:
        amounts.setdefault((period, one.meaning.billing), set()).add(one.amount)
    added: set[tuple[Period | None, Billing | None, Decimal]] = set()
    for one, period, told_doubt in new:
        billing = one.meaning.billing
        if (period, billing, one.amount) in added:
            continue
        doubt = told_doubt or ("" if sides else _CONTRADICTED)
        if len(amounts[period, billing]) > 1:
            doubt = doubt or f"scripts tell {', '.join(map(str, sorted(amounts[period, billing])))}"
        added.add((period, billing, one.amount))
        price = _price(plan, one, period, billing, doubt)
        plan.prices.append(replace(price, currency=like.currency, unit=price.unit or like.unit))
    if added:
        named = {id(visible[n]): side for n, side in sides.items()}
        plan.prices = [replace(p, billing=p.billing or named.get(id(p))) for p in plan.prices]
    return bool(added)


def _same_fact(told: Told, period: Period | None, price: PlanPrice) -> bool:
    """Whether a price is told already: as it is, as it is written, or as the same by the month or by the year."""
    if price.amount is None or price.amount in (told.amount, *_as_written(told)):
        return price.amount is not None
    if period in ("year", None) and price.period == "month" and told.amount == _MONTHS * price.amount:
        return True
    return period in ("month", None) and price.period == "year" and price.amount == _MONTHS * told.amount


def _as_written(told: Told) -> tuple[Decimal, ...]:
    return (Decimal(told.raw),) if told.raw.isdecimal() else ()


def _new_plans(groups: Iterable[Group], context: MoneyContext) -> list[Plan]:
    """The plans of a page that shows none."""
    told: dict[str, Candidate] = {}
    groups = list(groups)
    labelled = [group for group in groups if group.labelled] or groups[:1]
    for group in labelled:
        for candidate in _scaled(group, {}).candidates:
            first = told.setdefault(plain_name(candidate.name), candidate)
            if first is not candidate:
                first.told += candidate.told
                first.custom, first.free = first.custom or candidate.custom, first.free or candidate.free
                first.features = first.features or candidate.features
    plans = []
    for candidate in told.values():
        plan = Plan(name=candidate.name, text=candidate.name, place=candidate.place)
        plan.prices = list(_prices(plan, candidate.told))
        if candidate.custom and not any(p.amount for p in plan.prices):
            plan.prices = [_flag(plan, candidate, custom=True)]
        elif candidate.free and not plan.prices:
            plan.prices = [_flag(plan, candidate, custom=False)]
        if plan.prices:
            plan.features = [list_feature(plan, f, candidate.place, included=True) for f in candidate.features]
            plans.append(plan)
    return plans


def _prices(plan: Plan, told: list[Told]) -> Iterator[PlanPrice]:
    """The records of all prices of a plan; the same one told twice is one."""
    seen: dict[tuple[object, ...], Decimal] = {}
    settled = list(_settled(told))
    both = {one.meaning.billing for one, _, _ in settled} >= {"monthly", "annual"}
    for one, period, doubt in settled:
        billing = one.meaning.billing if both or period != "year" else None
        billing = None if billing == "monthly" and not both else billing
        key = (one.meaning.currency, period, billing, one.meaning.qualifier, one.meaning.unit)
        if one.amount == 0 and any(amount == 0 for amount in seen.values()):
            continue
        first = seen.setdefault(key, one.amount)
        if first is one.amount:
            yield _price(plan, one, period, billing, doubt)
        elif first != one.amount:
            yield _price(plan, one, period, billing, doubt or f"scripts tell {first} as well")


def _price(plan: Plan, told: Told, period: Period | None, billing: Billing | None, doubt: str) -> PlanPrice:
    return PlanPrice(
        plan=plan.name,
        group=plan.group,
        amount=told.amount,
        currency=told.meaning.currency,
        period=period,
        unit=told.meaning.unit,
        billing=billing,
        qualifier=told.meaning.qualifier,
        free=told.amount == 0,
        needs_review=bool(doubt),
        basis="inline_js",
        text=told.raw,
        place=told.place,
        note=doubt,
    )


def _flag(plan: Plan, candidate: Candidate, *, custom: bool) -> PlanPrice:
    return PlanPrice(
        plan=plan.name, custom=custom, free=not custom, basis="inline_js", text=candidate.name, place=candidate.place
    )
