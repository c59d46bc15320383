"""Observations as rows: what makes two of them the same, and the lines that the warehouse loads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import assert_never

from detente.records import Observation, PageText, PlanFeature, PlanPrice, ReleaseEntry, content_key

Row = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that one reading saw, as rows.

    Attributes:
        facts_id: Hash of the page and all values; places and wording left out, and so is their order.
        rows: Rows by table of the schema `raw`.
    """

    facts_id: str
    rows: dict[str, list[Row]]


def facts_id(page_id: str, observations: Sequence[Observation]) -> str:
    """The hash that two readings of one page share when they saw the same facts."""
    digest = hashlib.sha256(page_id.encode())
    for line in sorted(repr(_values(observation)) for observation in observations):
        digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def as_rows(page_id: str, snapshot: str, observations: Sequence[Observation]) -> Facts:
    """The rows for a set of facts that the warehouse does not have yet."""
    key = facts_id(page_id, observations)
    rows: dict[str, list[Row]] = {}
    seen: set[str] = set()
    for position, observation in enumerate(observations):
        table, *values = _values(observation)
        observation_id = content_key(page_id, table, *map(repr, values))
        if (
            observation_id in seen
        ):  # the same fact twice on one page, as in a layout for phones beside the one for desks
            continue
        seen.add(observation_id)
        rows.setdefault("fact", []).append({"facts_id": key, "observation_id": observation_id, "position": position})
        row = {"observation_id": observation_id, "page_id": page_id, "snapshot": snapshot, **_columns(observation)}
        rows.setdefault(str(table), []).append(row)
    return Facts(facts_id=key, rows=rows)


def _number(value: Decimal | None) -> str | None:
    """49, 49.0 and 49.00 are one amount."""
    return None if value is None else format(value.normalize(), "f")


def _values(observation: Observation) -> tuple[object, ...]:
    """The table and the values that tell an observation from another."""
    match observation:
        case PlanPrice() as o:
            return (
                "plan_price", o.plan, o.group, _number(o.amount), o.currency, o.period, o.unit, o.billing, o.qualifier,
                o.custom, o.free, o.addon, o.needs_review,
            )  # fmt: skip
        case PlanFeature() as o:
            return ("plan_feature", o.plan, o.group, o.feature, o.included, _number(o.limit), o.unlimited, o.unit)
        case ReleaseEntry() as o:
            return (
                "release_entry", o.version, o.title, str(o.published_on), o.kinds, o.body, o.link, o.guid, o.area,
            )  # fmt: skip
        case PageText() as o:
            return ("page_text", o.block, o.heading)
        case _:
            assert_never(observation)


# Words that SQL keeps for itself, or that would say too little there.
_RENAMED = {"group": "plan_group", "limit": "limit_value"}


def _columns(observation: Observation) -> Row:
    row: Row = {}
    for field in fields(observation):
        value = getattr(observation, field.name)
        row[_RENAMED.get(field.name, field.name)] = _number(value) if isinstance(value, Decimal) else value
    return row
