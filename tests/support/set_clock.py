"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SetClock:
    """Stands at a moment."""

    def __init__(self, at: datetime = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def go(self, **time: float) -> datetime:
        """Moves on by that time, given as timedelta takes it, and tells the new one."""
        self.at += timedelta(**time)
        return self.at
