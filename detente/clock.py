"""Clocks, passed in wherever the time matters so that a past week can be run again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time of day (UTC) and a monotonic time for durations."""

    def now(self) -> datetime:
        """The time of day, UTC-aware."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; never runs backwards."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time of day, UTC-aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; never runs backwards."""
        return time.monotonic()


@dataclass(kw_only=True)
class FixedClock:
    """A clock whose time of day stands where it was set; durations are real."""

    at: datetime

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at

    def monotonic(self) -> float:
        """Seconds since some moment; never runs backwards."""
        return time.monotonic()
