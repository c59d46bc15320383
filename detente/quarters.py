"""Quarters of a year in a time zone: what budgets and statements are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from detente.errors import UsageError

_LABEL = re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Quarter:
    """Three months of the zone's own calendar.

    Attributes:
        year: Year.
        number: 1 to 4.
    """

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    @classmethod
    def parse(cls, label: str) -> Quarter:
        """The quarter that a label such as `2026-Q4` names.

        Raises:
            UsageError: No such quarter.
        """
        found = _LABEL.fullmatch(label)
        if found is None or found[1] == "0000":
            raise UsageError(f"{label!r} is not a quarter; write it like 2026-Q4")
        return cls(year=int(found[1]), number=int(found[2]))

    @classmethod
    def of(cls, moment: datetime, zone: str) -> Quarter:
        """The quarter that a moment falls into, by the zone's calendar."""
        there = moment.astimezone(ZoneInfo(zone))
        return cls(year=there.year, number=(there.month + 2) // 3)
