"""One exchange: a page asked for, redirects followed hop by hop, everything under one deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from detente.clock import Clock
from detente.records import Outcome
from detente.urls import UrlParts, resolve_link, split_url
from sources.fetching.outcome import FetchFailedError, classify
from sources.fetching.pace import Closed, Host, Pace, retry_after_seconds
from sources.fetching.transport import Answer, Line, PoliteRetry, Wish

__all__ = ["Ask", "Ending", "Means", "exchange"]

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What is asked for.

    Attributes:
        url: Where to begin.
        etag: Validator of the bytes that we have.
        last_modified: Validator of the bytes that we have.
        limit: Bytes that the body may have.
        cut: Whether a longer body is cut instead of refused.
        max_redirects: Redirects followed.
        permit: Asked before each hop; raises FetchFailedError. Its time does not count.
        accept: Value of the Accept header.
        hurried: Whether the gap between requests is left out, as for the parts of a page that a browser shows.
        judge: Whether the body is looked at for walls.
    """

    url: UrlParts
    etag: str | None = None
    last_modified: str | None = None
    limit: int
    cut: bool = False
    max_redirects: int
    permit: Callable[[UrlParts], Awaitable[None]] | None = None
    accept: bytes = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    hurried: bool = False
    judge: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How an exchange ended; the attributes are those of `Fetch`, with the body still in hand."""

    outcome: Outcome
    detail: str = ""
    final_url: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    elapsed_ms: int = 0
    attempts: int = 0
    retry_after_s: int | None = None
    conditional: bool = False


@dataclass(kw_only=True, slots=True)
class Means:
    """What all exchanges of one run share.

    Attributes:
        line: The way out.
        pace: The hosts.
        clock: For dates and durations.
        deadline_s: Seconds for one exchange.
        retries: Further attempts after a failure that may pass.
        user_agent: One honest name.
    """

    line: Line
    pace: Pace
    clock: Clock
    deadline_s: float
    retries: int
    user_agent: bytes


async def exchange(means: Means, ask: Ask) -> Ending:
    """Asks for a page until there is an outcome; raises for nothing that a site does.

    Args:
        means: What all exchanges share.
        ask: What is asked for.

    Returns:
        The ending.
    """
    return await _Exchange(means, ask).run()


class _Exchange:
    """The state of one exchange."""

    def __init__(self, means: Means, ask: Ask) -> None:
        self._means = means
        self._ask = ask
        self._url = ask.url
        self._loop = asyncio.get_running_loop()
        self._deadline = asyncio.timeout(means.deadline_s)
        self._began = means.clock.monotonic()
        self._paused_s = 0.0
        self._attempts = 0
        self._status: int | None = None
        self._conditional = False
        self._retry_after_s: int | None = None
        self._host: Host | None = None

    async def run(self) -> Ending:
        try:
            async with self._deadline:
                answer = await self._follow()
        except TimeoutError:
            detail = f"no whole answer within {self._means.deadline_s:g} s"
            if self._host is not None:
                self._host.failed(Outcome.TIMEOUT, detail)
            return self._ending(Outcome.TIMEOUT, detail)
        except FetchFailedError as failure:
            host = self._means.pace.host(self._url.host)
            if failure.outcome is Outcome.RATE_LIMITED and self._retry_after_s is None and host.closed is not None:
                self._retry_after_s = _seconds_until(host.closed.until, self._means.clock.now())
            return self._ending(failure.outcome, failure.detail)
        return self._judged(answer)

    def _judged(self, answer: Answer) -> Ending:
        if answer.status == 304:
            return self._ending(Outcome.NOT_MODIFIED, "", answer)
        body = answer.body if self._ask.judge else b""
        outcome, detail = classify(status=answer.status, headers=answer.headers, body=body)
        if answer.status == 503 and (asked := self._retry_after(answer)) and asked >= self._left_s():
            failure = self._verdict_without_time(answer, asked)
            outcome, detail = failure.outcome, failure.detail
        elif outcome is Outcome.RATE_LIMITED:
            self._close_host(answer, detail)
        return self._ending(outcome, detail, answer)

    async def _follow(self) -> Answer:
        seen = {self._url.url}
        for _ in range(self._ask.max_redirects + 1):
            answer = await self._hop()
            if answer.status not in REDIRECTS or not answer.headers.get("location"):
                return answer
            self._url = self._next(answer.headers["location"])
            if self._url.url in seen:
                raise FetchFailedError(Outcome.REDIRECT_LOOP, f"redirected in a circle, back to {self._url.url[:200]}")
            seen.add(self._url.url)
        raise FetchFailedError(Outcome.REDIRECT_LOOP, f"more than {self._ask.max_redirects} redirects")

    def _next(self, location: str) -> UrlParts:
        try:
            # Browsers read a Location as UTF-8; headers arrive here as Latin-1.
            text = location.encode("latin-1").decode("utf-8", "replace")
            there = split_url(resolve_link(self._url.url, text))
        except ValueError as error:
            raise FetchFailedError(Outcome.REFUSED_URL, f"redirected to what is not followed: {error}") from None
        if self._url.scheme == "https" and there.scheme == "http":
            raise FetchFailedError(Outcome.REFUSED_URL, f"redirected from https to {there.url[:200]}")
        return there

    async def _hop(self) -> Answer:
        """One hop; a 304 that nobody asked for is asked again, in a way that caches must not answer."""
        self._refuse_if_closed(self._means.pace.host(self._url.host))
        if self._ask.permit is not None:
            await self._uncounted(self._ask.permit(self._url))
        headers = self._headers()
        answer = await self._get(headers)
        if answer.status == 304 and not self._conditional:
            answer = await self._get([*headers, (b"Cache-Control", b"no-cache")])
            if answer.status == 304:
                raise FetchFailedError(Outcome.SERVER_ERROR, "status 304 although no validator was sent")
        return answer

    def _headers(self) -> list[tuple[bytes, bytes]]:
        url = self._url
        authority = url.origin.partition("://")[2]
        headers = [
            (b"Host", authority.encode()),
            (b"User-Agent", self._means.user_agent),
            (b"Accept", self._ask.accept),
            (b"Accept-Encoding", b"gzip"),
        ]
        # Validators are for the origin that gave them, and vouch for nothing elsewhere.
        self._conditional = url.origin == self._ask.url.origin and bool(self._ask.etag or self._ask.last_modified)
        if self._conditional:
            if self._ask.etag:
                headers.append((b"If-None-Match", self._ask.etag.encode("latin-1", "replace")))
            if self._ask.last_modified:
                headers.append((b"If-Modified-Since", self._ask.last_modified.encode("latin-1", "replace")))
        return headers

    async def _get(self, headers: list[tuple[bytes, bytes]]) -> Answer:
        means, ask = self._means, self._ask
        host = self._host = means.pace.host(self._url.host)
        if host.turn.locked():
            await self._uncounted(host.turn.acquire())
        else:
            await host.turn.acquire()
        try:
            self._refuse_if_closed(host)
            if not ask.hurried and (wait := means.pace.wait_s(host)):
                await self._uncounted(means.pace.wait(wait))
            wish = Wish(url=self._url, headers=headers, limit=ask.limit, cut=ask.cut, host=host)
            if not self._attempts:
                self._attempts = 1
            answer = await means.line.get(wish, PoliteRetry(retries=means.retries, wait=self._wait))
            self._status = answer.status
            return answer
        finally:
            means.pace.went(host)
            host.turn.release()

    async def _uncounted(self, waiting: Awaitable[object]) -> None:
        """Waits for our own reasons: neither the deadline nor the elapsed time counts it."""
        when, began, clocked = self._deadline.when(), self._loop.time(), self._means.clock.monotonic()
        self._deadline.reschedule(None)
        await waiting
        if when is not None:
            self._deadline.reschedule(when + self._loop.time() - began)
        self._paused_s += self._means.clock.monotonic() - clocked

    async def _wait(self, came: Answer | FetchFailedError, backoff_s: float) -> None:
        """Between two attempts: as long as the server asks, at least the gap, never past the deadline."""
        self._refuse_if_closed(self._host)
        asked = self._retry_after(came) if isinstance(came, Answer) else None
        wait = max(backoff_s if asked is None else asked, self._host.gap_s if self._host else 0.0)
        if wait >= self._left_s():
            if isinstance(came, FetchFailedError):
                raise came
            raise self._verdict_without_time(came, asked)
        self._attempts += 1
        await self._means.pace.wait(wait)

    def _verdict_without_time(self, answer: Answer, asked: int | None) -> FetchFailedError:
        """What an answer is that ought to be asked for again, when there is no time to."""
        self._status = answer.status
        outcome, detail = classify(status=answer.status, headers=answer.headers, body=answer.body)
        if asked is not None:
            self._close_host(answer, f"the site asks to come back in {asked} s")
            if outcome in {Outcome.SERVER_ERROR, Outcome.RATE_LIMITED}:
                outcome, detail = Outcome.RATE_LIMITED, f"the site asks to come back in {asked} s ({answer.status})"
        return FetchFailedError(outcome, detail)

    def _left_s(self) -> float:
        when = self._deadline.when()
        return float("inf") if when is None else when - self._loop.time()

    def _retry_after(self, answer: Answer) -> int | None:
        return retry_after_seconds(answer.headers.get("retry-after"), now=self._means.clock.now())

    def _close_host(self, answer: Answer, detail: str) -> None:
        """Leaves the host alone for the rest of the run."""
        self._retry_after_s = self._retry_after(answer)
        if self._host is not None and self._host.closed is None:
            until = None
            if self._retry_after_s:
                until = self._means.clock.now() + timedelta(seconds=self._retry_after_s)
            self._host.closed = Closed(outcome=Outcome.RATE_LIMITED, detail=f"not asked: {detail}", until=until)

    def _refuse_if_closed(self, host: Host | None) -> None:
        if host is not None and host.closed is not None:
            self._retry_after_s = _seconds_until(host.closed.until, self._means.clock.now())
            raise FetchFailedError(host.closed.outcome, host.closed.detail)

    def _ending(self, outcome: Outcome, detail: str, answer: Answer | None = None) -> Ending:
        elapsed = self._means.clock.monotonic() - self._began - self._paused_s
        return Ending(
            outcome=outcome,
            detail=detail,
            final_url=self._url.url,
            status=self._status if answer is None else answer.status,
            headers={} if answer is None else answer.headers,
            body=b"" if answer is None else answer.body,
            elapsed_ms=max(0, round(elapsed * 1000)),
            attempts=self._attempts,
            retry_after_s=self._retry_after_s,
            conditional=self._conditional,
        )


def _seconds_until(until: datetime | None, now: datetime) -> int | None:
    return None if until is None else max(0, round((until - now).total_seconds()))
