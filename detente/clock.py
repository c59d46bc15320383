"""Clocks, passed in wherever the time matters so that a past week can be run again."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
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


class StartedClock:
    """A clock that was set to a moment when it was made and runs on from there: for past weeks and for simulations."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._begun = time.monotonic()

    def now(self) -> datetime:
        """The moment it was set to, and the time since."""
        return self._start + timedelta(seconds=time.monotonic() - self._begun)

    def monotonic(self) -> float:
        """Seconds since some moment; never runs backwards."""
        return time.monotonic()
