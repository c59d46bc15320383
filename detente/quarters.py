"""Quarters of a year in a time zone: what the reward budget and statements are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from detente.errors import UsageError

_LABEL = re.compile(r"([0-9]{4})-Q([1-4])")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Quarter:
    """Three months of the zone's own calendar.

    Attributes:
        year: Of the calendar.
        number: 1 to 4.
    """

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @classmethod
    def parse(cls, label: str) -> Quarter:
        """The quarter that a label such as `2026-Q4` names.

        Raises:
            UsageError: No such quarter.
        """
        found = _LABEL.fullmatch(label)
        if found is None or found[1] == "0000":
            raise UsageError(f"{label!r} is no quarter; write it like 2026-Q4")
        return cls(year=int(found[1]), number=int(found[2]))

    @classmethod
    def of(cls, moment: datetime, zone: str) -> Quarter:
        """The quarter that a moment falls into, by the zone's calendar."""
        day = moment.astimezone(ZoneInfo(zone))
        return cls(year=day.year, number=(day.month + 2) // 3)

    def window(self, zone: str) -> tuple[datetime, datetime]:
        """Its half-open window [start, end) in UTC."""
        tz = ZoneInfo(zone)
        year, month = (self.year, self.number * 3 + 1) if self.number < 4 else (self.year + 1, 1)
        start = datetime.combine(date(self.year, self.number * 3 - 2, 1), time(), tzinfo=tz)
        end = datetime.combine(date(year, month, 1), time(), tzinfo=tz)
        return start.astimezone(UTC), end.astimezone(UTC)
