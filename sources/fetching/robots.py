"""robots.txt (RFC 9309): fetched once per origin, remembered for a day, obeyed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from protego import Protego

from detente.clock import Clock
from detente.records import KnownRobots, Outcome
from detente.urls import UrlParts
from sources.fetching.outcome import FetchFailedError

__all__ = ["OUR_NAME", "Robots", "RobotsAnswer", "Rules"]

OUR_NAME: Final = "detente"
ROBOTS_BYTES: Final = 500 * 1024
ROBOTS_REDIRECTS: Final = 5
NETWORK_FAILURES: Final = frozenset(
    {Outcome.DNS, Outcome.TLS, Outcome.CONNECTION, Outcome.TIMEOUT, Outcome.REFUSED_ADDRESS, Outcome.RATE_LIMITED}
)

# Groups for other robots are all given one name: the parser copies each rule to every agent named above it, and
# 16,000 agents over 16,000 rules would be 500 KB that cost minutes.
_OTHER_AGENT: Final = re.compile(
    rf"^([^\S\n]*user[- ]?agent(?:[^\S\n]*:|[^\S\n]))[^\S\n]*(?!(?:\*|{OUR_NAME})(?:[\s#/]|$))[^\s#].*$",
    re.I | re.M,
)


class Rules:
    """The rules of one robots.txt for our product token.

    Args:
        body: The file, of which the first 500 KiB count; it may be anything.
    """

    def __init__(self, body: bytes) -> None:
        text = body[:ROBOTS_BYTES].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        self._rules = Protego.parse(_OTHER_AGENT.sub(r"\1 other", "\n".join(text.splitlines())))
        delay = self._rules.crawl_delay(OUR_NAME)
        self.crawl_delay_s = float(delay) if delay is not None and delay > 0 else 0.0

    def allow(self, url: str) -> bool:
        """Whether the rules let us fetch that URL."""
        return bool(self._rules.can_fetch(url, OUR_NAME))


@dataclass(frozen=True, kw_only=True, slots=True)
class RobotsAnswer:
    """What came of asking for a robots.txt.

    Attributes:
        outcome: `ok` with a body; `gone` where there is none to obey; anything else means "keep out".
        detail: Why it is not `ok`.
        body: Its bytes.
    """

    outcome: Outcome
    detail: str = ""
    body: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Verdict:
    rules: Rules | None = None
    refusal: FetchFailedError | None = None


class Robots:
    """The robots.txt files of one run.

    Args:
        known: By origin, what earlier runs fetched.
        max_age_h: Hours for which an earlier one is believed.
        clock: Tells how old it is.
        ask: Fetches the robots.txt of an origin and records the fetch.
        slow_down: Told of a Crawl-delay: host, seconds.
    """

    def __init__(
        self,
        *,
        known: Mapping[str, KnownRobots],
        max_age_h: float,
        clock: Clock,
        ask: Callable[[UrlParts], Awaitable[RobotsAnswer]],
        slow_down: Callable[[str, float], None],
    ) -> None:
        self._known = known
        self._max_age = timedelta(hours=max_age_h)
        self._clock = clock
        self._ask = ask
        self._slow_down = slow_down
        self._verdicts: dict[str, _Verdict] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def knows(self, url: UrlParts) -> bool:
        """Whether the origin's robots.txt is already at hand, so that `permit` will not wait."""
        return url.origin in self._verdicts

    async def permit(self, url: UrlParts) -> None:
        """Lets a URL pass, or says why it must not be fetched.

        Args:
            url: Where the next request would go.

        Raises:
            FetchFailedError: `blocked_by_robots`; or, where the robots.txt could not be asked for at all, the
                outcome of that, since the page could not be reached either.
        """
        verdict = self._verdicts.get(url.origin)
        if verdict is None:
            async with self._locks.setdefault(url.origin, asyncio.Lock()):
                verdict = self._verdicts.get(url.origin) or await self._look(url)
                self._verdicts[url.origin] = verdict
        if verdict.refusal is not None:
            raise FetchFailedError(verdict.refusal.outcome, verdict.refusal.detail)
        if verdict.rules is not None and not verdict.rules.allow(url.url):
            raise FetchFailedError(Outcome.BLOCKED_BY_ROBOTS, f"{url.origin}/robots.txt asks not to fetch {url.target}")

    async def _look(self, url: UrlParts) -> _Verdict:
        known = self._known.get(url.origin)
        if known is not None and self._clock.now() - known.fetched_at <= self._max_age:
            if known.outcome is Outcome.OK and known.body is not None:
                return self._obey(url, known.body)
            if known.outcome is Outcome.GONE:
                return _Verdict()
        answer = await self._ask(url)
        if answer.outcome is Outcome.OK:
            return self._obey(url, answer.body or b"")
        if answer.outcome is Outcome.GONE:
            return _Verdict()
        if known is not None and known.body is not None:
            return self._obey(url, known.body)
        if answer.outcome in NETWORK_FAILURES:
            detail = f"robots.txt could not be fetched, so nor was the page: {answer.detail}"
            return _Verdict(refusal=FetchFailedError(answer.outcome, detail))
        detail = f"{url.origin}/robots.txt cannot be had, which means keep out (RFC 9309): {answer.detail}"
        return _Verdict(refusal=FetchFailedError(Outcome.BLOCKED_BY_ROBOTS, detail))

    def _obey(self, url: UrlParts, body: bytes) -> _Verdict:
        rules = Rules(body)
        if rules.crawl_delay_s:
            self._slow_down(url.host, rules.crawl_delay_s)
        return _Verdict(rules=rules)
