"""Observations as the warehouse keeps them: what makes two of them the same, and the line that it loads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

import orjson

from detente.records import Observation, PageText, PlanFeature, PlanPrice, ReleaseEntry

# The table of each kind of observation.
TABLES: dict[type[Observation], str] = {
    PlanPrice: "plan_price",
    PlanFeature: "plan_feature",
    ReleaseEntry: "release_entry",
    PageText: "page_text",
}
# Wording and place do not tell one observation from another: a page may be rewritten around the same facts.
_NOT_A_VALUE = {"text", "place", "note", "basis", "published_text", "first_line"}
# What the columns of the two numbers hold: 18 digits before the point; behind it 12, since a unit may cost a millionth.
_LARGEST = Decimal(10) ** 18
_SMALLEST_STEP = 12
_values: dict[type[Observation], Callable[[Any], tuple[object, ...]]] = {
    kind: attrgetter(*(field.name for field in fields(kind) if field.name not in _NOT_A_VALUE)) for kind in TABLES
}


class Facts:
    """All that one reading saw: its identity, and the lines of those kinds of observation that it holds.

    Attributes:
        facts_id: Hash of the page and all values; places, wording and order left out.
    """

    def __init__(self, page_id: str, observations: Sequence[Observation]) -> None:
        self._page_id = page_id
        by_value: dict[bytes, Observation] = {}
        for seen in observations:
            observation = _held(seen)
            value = TABLES[type(observation)].encode() + _json(_values[type(observation)](observation))
            # the same fact twice on one page, as in a layout for phones beside the one for desks, is one
            by_value.setdefault(value, observation)
        self._by_value = by_value
        page = page_id.encode() + b"\n"
        self.facts_id = hashlib.sha256(page + b"\n".join(sorted(by_value))).hexdigest()[:32]

    def lines(self, snapshot: str, *, number: int) -> dict[str, bytes]:
        """One line of JSON per table: the observations, and beside them the hash of page and values of each.

        Args:
            snapshot: SHA-256 of the bytes that show them.
            number: Grows with the time of the snapshot.
        """
        ids: dict[str, list[str]] = {}
        rows: dict[str, list[Observation]] = {}
        page = self._page_id.encode() + b"\n"
        for value, observation in self._by_value.items():
            table = TABLES[type(observation)]
            ids.setdefault(table, []).append(hashlib.blake2b(page + value, digest_size=16).hexdigest())
            rows.setdefault(table, []).append(observation)
        return {
            table: _json(
                {
                    "number": number,
                    "facts_id": self.facts_id,
                    "page_id": self._page_id,
                    "snapshot": snapshot,
                    "ids": ids[table],
                    "observations": rows[table],
                }
            )
            + b"\n"
            for table in ids
        }


def _held(observation: Observation) -> Observation:
    """The observation, or what can be kept of it: a number that no column holds must not stop all other pages."""
    match observation:
        case PlanPrice(amount=Decimal() as amount) if abs(amount) >= _LARGEST or amount != round(
            amount, _SMALLEST_STEP
        ):
            return replace(
                observation, amount=None, free=False, needs_review=True, note="the number is beyond all prices"
            )
        case PlanFeature(limit=Decimal() as limit) if abs(limit) >= _LARGEST:
            return replace(observation, limit=None)
    return observation


def _json(value: object) -> bytes:
    return orjson.dumps(value, default=_plain)


def _plain(value: object) -> str:
    """49, 49.0 and 49.00 are one amount."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"{type(value).__name__} has no place in an observation")
