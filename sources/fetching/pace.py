"""Pace: one request at a time per host, a gap after each, and hosts that asked to be left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from detente.clock import Clock
from detente.records import Outcome

__all__ = ["Closed", "Host", "Pace", "Sleep", "retry_after_seconds"]

Sleep = Callable[[float], Awaitable[None]]

LONGEST_RETRY_AFTER_S: Final = 86_400
LONGEST_CRAWL_DELAY_S: Final = 30.0
FAILURES_IN_A_ROW: Final = 5


def retry_after_seconds(value: str | None, *, now: datetime) -> int | None:
    """Reads a Retry-After header.

    Args:
        value: Seconds or an HTTP date.
        now: The time that a date is compared with.

    Returns:
        Whole seconds from 0 to a day; None where there is none, it is negative, or it is neither number nor date.
    """
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        # Longer numbers than this are more than a day whatever they say.
        return min(int(text[:9]), LONGEST_RETRY_AFTER_S) if len(text) <= 9 else LONGEST_RETRY_AFTER_S
    try:
        at = parsedate_to_datetime(text[:64])
    except (ValueError, TypeError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(0, round((at - now).total_seconds())), LONGEST_RETRY_AFTER_S)


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """Why a host is not asked again in this run.

    Attributes:
        outcome: What its other pages are recorded as.
        detail: Why, in words.
        until: When it may be asked again, where it said so.
    """

    outcome: Outcome
    detail: str
    until: datetime | None = None


@dataclass(kw_only=True, slots=True)
class Host:
    """What is known of one host during one run.

    Attributes:
        gap_s: Seconds after an answer before the next request.
        turn: Held while a request is under way.
        last_at: Monotonic time at which the last answer came; None before the first.
        failures: Requests in a row that got no answer.
        closed: Set once the host is not to be asked again.
    """

    gap_s: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    last_at: float | None = None
    failures: int = 0
    closed: Closed | None = None

    def answered(self) -> None:
        """It answered, whatever it said."""
        self.failures = 0

    def failed(self, outcome: Outcome, detail: str) -> None:
        """A request got no answer; after five in a row the host is left alone."""
        self.failures += 1
        if self.failures >= FAILURES_IN_A_ROW and self.closed is None:
            self.closed = Closed(
                outcome=outcome, detail=f"not asked: {FAILURES_IN_A_ROW} requests in a row got no answer; {detail}"
            )


class Pace:
    """The hosts of one run.

    Args:
        gap_s: Seconds between two requests to one host.
        clock: Tells when the last one was.
        sleep: Waits.
    """

    def __init__(self, *, gap_s: float, clock: Clock, sleep: Sleep) -> None:
        self._gap_s = gap_s
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, Host] = {}

    def host(self, name: str) -> Host:
        """The host of that name; the port does not matter, as it is one machine that is asked."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host(gap_s=self._gap_s)
        return host

    def slow_down(self, name: str, crawl_delay_s: float) -> None:
        """Obeys a Crawl-delay, up to half a minute."""
        host = self.host(name)
        host.gap_s = max(host.gap_s, min(crawl_delay_s, LONGEST_CRAWL_DELAY_S))

    def wait_s(self, host: Host) -> float:
        """Seconds until the next request may leave."""
        if host.last_at is None or not host.gap_s:
            return 0.0
        return max(0.0, host.last_at + host.gap_s - self._clock.monotonic())

    async def wait(self, seconds: float) -> None:
        """Waits that long."""
        await self._sleep(seconds)

    def went(self, host: Host) -> None:
        """An answer came, or was given up: the gap begins."""
        host.last_at = self._clock.monotonic()
