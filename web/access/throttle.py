"""How often somebody may try: counts in fixed windows, by the `limits` library over a clock that is handed in."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import limits
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException

from detente.clock import Clock

_MANY = 20_000


class ClockStorage(Storage):
    """Counts in memory, by the clock that is handed in; what has run out is dropped when there are many."""

    STORAGE_SCHEME = ["clock"]  # noqa: RUF012  (as the library has it)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """No error of its own."""
        return ()

    def _now(self) -> float:
        # a wall clock that is set back would keep windows open for as long
        return self._clock.monotonic()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Counts, and begins a window of `expiry` seconds with the first."""
        with self._lock:
            now = self._now()
            count, ends = self._counts.get(key, (0, 0.0))
            if ends <= now:
                if len(self._counts) >= _MANY:
                    self._counts = {one: value for one, value in self._counts.items() if value[1] > now}
                count, ends = 0, now + expiry
            self._counts[key] = (count + amount, ends)
            return count + amount

    def get(self, key: str) -> int:
        """The count of the window under way."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > self._now() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, on the same clock."""
        return self._counts.get(key, (0, self._now()))[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int | None:
        """Forgets everything."""
        with self._lock:
            count = len(self._counts)
            self._counts.clear()
            return count

    def clear(self, key: str) -> None:
        """Forgets one."""
        with self._lock:
            self._counts.pop(key, None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How often something may be done.

    Attributes:
        name: What is counted; part of the key.
        times: How often.
        seconds: In how long.
    """

    name: str
    times: int
    seconds: int

    @property
    def item(self) -> limits.RateLimitItem:
        """The same for the library."""
        return limits.RateLimitItemPerSecond(self.times, self.seconds, namespace=self.name)


class Throttle:
    """Counts tries, and refuses with 429 what is too often; `sleep` slows somebody down whom nothing is refused."""

    def __init__(self, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock = clock
        self._limiter = FixedWindowRateLimiter(ClockStorage(clock))
        self._lock = threading.Lock()
        self._refused: Counter[str] = Counter()
        self.sleep = sleep

    @property
    def refused(self) -> dict[str, int]:
        """How often what was refused since the start, by the pace's name."""
        with self._lock:
            return dict(self._refused)

    def note_refusal(self, what: str) -> None:
        """Counts what was refused for another reason than its pace, such as a robot's form."""
        with self._lock:
            self._refused[what] += 1

    def wait_s(self, pace: Pace, who: str) -> int:
        """Counts a try; seconds to wait where it is one too many, otherwise 0."""
        if self._limiter.hit(pace.item, who):
            return 0
        self.note_refusal(pace.name)
        ends = self._limiter.get_window_stats(pace.item, who).reset_time
        return max(1, math.ceil(ends - self._clock.monotonic()))

    def count(self, pace: Pace, who: str) -> None:
        """Counts a try.

        Raises:
            HTTPException: 429 with `Retry-After`, where it is one too many.
        """
        if wait := self.wait_s(pace, who):
            raise too_often(wait)

    def forget(self, pace: Pace, who: str) -> None:
        """Begins anew, e.g. after the right password."""
        self._limiter.clear(pace.item, who)


def too_often(wait_s: int) -> HTTPException:
    """The answer to a try too many."""
    return HTTPException(429, f"Wait {_in_words(wait_s)}, then try again.", {"Retry-After": str(wait_s)})


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
