"""What a page tells of one plan in several places, folded into one; and amounts that a script has yet to fill in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from detente.records import PlanPrice

from .plans import Plan, regrouped

_Term = tuple[str | None, str | None, str | None, str | None]
_CROWD = 3
_CROWDED = "several amounts for the same term stand under this name"


def without_echoes(plans: list[Plan], cards: list[Plan]) -> list[Plan]:
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


def without_repeats(plans: list[Plan]) -> list[Plan]:
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
            if price.amount is None or any(_same_price(p, price) for p in first.prices):
                continue
            unclear = next((p for p in first.prices if _clearer(price, p)), None)
            if unclear is not None:
                first.prices.remove(unclear)
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


def _clearer(one: PlanPrice, other: PlanPrice) -> bool:
    """Whether one is the same price as another of which the page does not tell the currency."""
    if other.currency is not None or one.currency is None:
        return False
    return one.amount == other.amount and one.unit == other.unit and other.period in (None, one.period)


def _same_price(one: PlanPrice, other: PlanPrice) -> bool:
    if one.amount != other.amount or other.currency not in (one.currency, None):
        return False
    return other.period is None or (one.period == other.period and one.billing in (None, other.billing))


def doubt_crowds(plans: list[Plan]) -> None:
    """Keep for review what has several plain amounts for one term under one name: prices of several things."""
    for plan in plans:
        told: dict[_Term, set[Decimal]] = defaultdict(set)
        for price in plan.prices:
            if price.amount is not None and _is_plain(price):
                told[_term(price)].add(price.amount)
        crowded = {term for term, amounts in told.items() if len(amounts) >= _CROWD}
        if crowded:
            plan.prices = [
                replace(p, needs_review=True, note=_CROWDED) if _is_plain(p) and _term(p) in crowded else p
                for p in plan.prices
            ]


def _is_plain(price: PlanPrice) -> bool:
    """Whether a note of its own, such as the tier that it is for, does not set an amount apart already."""
    return price.amount is not None and price.qualifier == "exact" and price.basis == "visible" and not price.note


def _term(price: PlanPrice) -> _Term:
    return price.currency, price.period, price.unit, price.billing


def doubt_zeros(plans: list[Plan]) -> None:
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
