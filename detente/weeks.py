"""ISO weeks in a time zone: the windows that weekly reports are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from detente.errors import UsageError

_LABEL = re.compile(r"([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Week:
    """One ISO week: Monday to Sunday of the zone's own calendar.

    Attributes:
        year: ISO year.
        number: ISO week, 1 to 53.
    """

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @classmethod
    def parse(cls, label: str) -> Week:
        """The week that a label such as `2026-W46` names.

        Raises:
            UsageError: No such week.
        """
        try:
            year, number = map(int, _LABEL.fullmatch(label).groups())  # type: ignore[union-attr]
            date.fromisocalendar(year, number, 1)
        except (AttributeError, ValueError):
            raise UsageError(f"{label!r} is not an ISO week; write it like 2026-W46") from None
        return cls(year=year, number=number)

    @classmethod
    def of(cls, moment: datetime, zone: str) -> Week:
        """The week that a moment falls into, by the zone's calendar."""
        iso = moment.astimezone(ZoneInfo(zone)).isocalendar()
        return cls(year=iso.year, number=iso.week)

    def previous(self) -> Week:
        """The week before."""
        iso = (self.monday() - timedelta(days=7)).isocalendar()
        return Week(year=iso.year, number=iso.week)

    def monday(self) -> date:
        """Its first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    def window(self, zone: str) -> tuple[datetime, datetime]:
        """Its half-open window [start, end) in UTC: 167 to 169 hours where the clocks change."""
        tz = ZoneInfo(zone)
        start = datetime.combine(self.monday(), time(), tzinfo=tz)
        end = datetime.combine(self.monday() + timedelta(days=7), time(), tzinfo=tz)
        return start.astimezone(UTC), end.astimezone(UTC)
