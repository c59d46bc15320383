"""A pricing reading as the JSON that `detente extract` prints."""

from __future__ import annotations

from decimal import Decimal

from detente.records import PlanFeature, PlanPrice, Reading

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def to_json(reading: Reading) -> dict[str, Json]:
    """The plans of a reading with their prices and features.

    Returns:
        `plans` and `addons` (name, group, custom_price, free, prices, features), `how`, `status` and `reason`.
        Amounts are JSON numbers; `text` holds what the page wrote.
    """
    plans: dict[tuple[str, str | None, bool], dict[str, Json]] = {}
    lists: dict[tuple[str, str | None], tuple[list[Json], list[Json]]] = {}
    for fact in reading.observations:
        if isinstance(fact, PlanPrice):
            key = (fact.plan, fact.group)
            prices, features = lists.setdefault(key, ([], []))
            plan = plans.setdefault(
                (*key, fact.addon),
                {
                    "name": fact.plan,
                    "group": fact.group,
                    "custom_price": False,
                    "free": False,
                    "prices": prices,
                    "features": features,
                },
            )
            plan["custom_price"] = bool(plan["custom_price"]) or fact.custom
            plan["free"] = bool(plan["free"]) or fact.free
            prices.append(_price(fact))
        elif isinstance(fact, PlanFeature):
            lists.setdefault((fact.plan, fact.group), ([], []))[1].append(_feature(fact))
    return {
        "plans": [plan for key, plan in plans.items() if not key[2]],
        "addons": [plan for key, plan in plans.items() if key[2]],
        "how": reading.how,
        "status": reading.status.value,
        "reason": reading.reason,
    }


def _number(value: Decimal | None) -> Json:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _price(fact: PlanPrice) -> Json:
    return {
        "amount": _number(fact.amount),
        "currency": fact.currency,
        "period": fact.period,
        "unit": fact.unit,
        "billing": fact.billing,
        "qualifier": fact.qualifier,
        "basis": fact.basis,
        "text": fact.text,
        "place": fact.place,
        "needs_review": fact.needs_review,
        "note": fact.note,
    }


def _feature(fact: PlanFeature) -> Json:
    return {
        "feature": fact.feature,
        "included": fact.included,
        "limit": _number(fact.limit),
        "unlimited": fact.unlimited,
        "unit": fact.unit,
        "text": fact.text,
        "place": fact.place,
    }
