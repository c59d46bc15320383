"""Fetches pages: politely, behind one guard, conditionally where we have a copy, one record for each attempt."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import httpcore

from detente import __version__
from detente.clock import Clock
from detente.records import Fetch, FetchPurpose, KnownRobots, LastFetch, Outcome, Page, content_key
from detente.settings import FetchSettings
from detente.urls import UrlParts, canonical_url, split_url
from sources.fetching.address_guard import AddressGuard, Resolver, system_resolver
from sources.fetching.browser import Browser
from sources.fetching.dialer import Dialer
from sources.fetching.exchange import Ask, Ending, Means, exchange
from sources.fetching.pace import Pace, Sleep
from sources.fetching.robots import ROBOTS_BYTES, ROBOTS_REDIRECTS, Robots, RobotsAnswer
from sources.fetching.transport import GuardedTransport, Line, open_pool, proxy_place, trusted_roots

__all__ = ["Keep", "fetch_one", "fetch_pages", "user_agent"]

Keep = Callable[[bytes], str]
"""Stores bytes in the archive and returns their SHA-256 in hex."""

PROJECT_NOTE: Final = "self-hosted, no contact configured"


def user_agent(contact: str = "") -> str:
    """The one name that every request carries.

    Args:
        contact: Web or mail address of whoever runs this installation.

    Returns:
        A User-Agent of printable ASCII.
    """
    plain = "".join(char for char in contact if char.isascii() and char.isprintable() and char not in "()<>;\\")
    return f"Detente/{__version__} (+{plain.strip()[:120] or PROJECT_NOTE}; competitive-intelligence monitor)"


async def fetch_pages(
    pages: Sequence[Page],
    *,
    settings: FetchSettings,
    clock: Clock,
    keep: Keep,
    last: Mapping[str, LastFetch],
    robots: Mapping[str, KnownRobots],
    purpose: FetchPurpose = "check",
    contact: str = "",
    resolver: Resolver | None = None,
    sleep: Sleep = asyncio.sleep,
    done: Callable[[Fetch], None] | None = None,
    tls: ssl.SSLContext | None = None,
    network: httpcore.AsyncNetworkBackend | None = None,
) -> list[Fetch]:
    """Fetches pages of any number of hosts; whatever a site does ends as an outcome.

    Hosts are read at the same time (`settings.hosts_at_once`), each by one request after the other on one kept-alive
    connection. Where a proxy is configured, targets are resolved and checked here all the same before they are handed
    to it; which address the proxy then dials is its own business.

    Args:
        pages: Each gets exactly one record; two pages with one canonical URL are fetched once.
        settings: Pace, deadlines, caps.
        clock: For dates and durations.
        keep: Given each body once; what it raises ends the whole call.
        last: By page id, what is remembered of the page.
        robots: By origin, the robots.txt that is remembered.
        purpose: `confirm` ignores the validators.
        contact: Address that the User-Agent names.
        resolver: Gives the addresses of a name; the system's by default.
        sleep: Waits for the pace and between attempts.
        done: Called with each record as soon as it stands.
        tls: Verifies certificates; against the usual roots by default.
        network: Opens a connection to a checked address.

    Returns:
        One record per page and one per robots.txt that was fetched, in the order in which they ended.

    Raises:
        OSError: `keep` could not store a body.
        UsageError: `settings.proxy` is not the URL of a proxy.
    """
    run = _Run(
        settings=settings, clock=clock, keep=keep, last=last, robots=robots, purpose=purpose, contact=contact,
        resolver=resolver or system_resolver, sleep=sleep, done=done, tls=tls, network=network,
    )  # fmt: skip
    return await run.all(pages)


async def fetch_one(
    url: str,
    *,
    settings: FetchSettings,
    clock: Clock,
    render: bool = False,
    contact: str = "",
    resolver: Resolver | None = None,
    sleep: Sleep = asyncio.sleep,
    tls: ssl.SSLContext | None = None,
    network: httpcore.AsyncNetworkBackend | None = None,
) -> tuple[Fetch, bytes]:
    """Fetches one URL that belongs to no workspace, on the same way and under the same rules as all others.

    Args:
        url: What to fetch.
        settings: Pace, deadlines, caps.
        clock: For dates and durations.
        render: Whether a browser must run the page's scripts first.
        contact: Address that the User-Agent names.
        resolver: Gives the addresses of a name; the system's by default.
        sleep: Waits for the pace and between attempts.
        tls: Verifies certificates; against the usual roots by default.
        network: Opens a connection to a checked address.

    Returns:
        Its record, and its body; the body is empty unless the outcome is `ok`.
    """
    bodies: dict[str, bytes] = {}

    def keep(body: bytes) -> str:
        key = hashlib.sha256(body).hexdigest()
        bodies[key] = body
        return key

    page = Page(page_id=f"url:{url}", competitor="", url=url, kind="page", render=render)
    fetches = await fetch_pages(
        [page], settings=settings, clock=clock, keep=keep, last={}, robots={}, contact=contact, resolver=resolver,
        sleep=sleep, tls=tls, network=network,
    )  # fmt: skip
    fetch = next(fetch for fetch in fetches if fetch.page_id == page.page_id)
    return fetch, bodies.get(fetch.snapshot or "", b"")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Subject:
    """Whom a record is about."""

    page_id: str
    competitor: str
    url: str
    kind: str
    purpose: FetchPurpose


class _Run:
    """One call of `fetch_pages`: its connections, its hosts and its records."""

    def __init__(
        self,
        *,
        settings: FetchSettings,
        clock: Clock,
        keep: Keep,
        last: Mapping[str, LastFetch],
        robots: Mapping[str, KnownRobots],
        purpose: FetchPurpose,
        contact: str,
        resolver: Resolver,
        sleep: Sleep,
        done: Callable[[Fetch], None] | None,
        tls: ssl.SSLContext | None,
        network: httpcore.AsyncNetworkBackend | None,
    ) -> None:
        self._settings, self._clock, self._keep, self._last = settings, clock, keep, last
        self._purpose, self._done = purpose, done
        self._records: list[Fetch] = []
        self._pace = Pace(gap_s=settings.pace_s, clock=clock, sleep=sleep)
        self._robots = Robots(
            known=robots, max_age_h=settings.robots_max_age_h, clock=clock, ask=self._ask_robots,
            slow_down=self._pace.slow_down,
        )  # fmt: skip
        self._means = Means(
            line=_open_line(settings, clock, resolver, tls, network),
            pace=self._pace,
            clock=clock,
            deadline_s=settings.deadline_s,
            retries=settings.retries,
            user_agent=user_agent(contact).encode(),
        )
        self._browser = Browser(means=self._means, permit=self._robots.permit, limit=settings.max_body_bytes)

    async def all(self, pages: Sequence[Page]) -> list[Fetch]:
        queue = self._by_host(pages)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._settings.hosts_at_once, len(queue))):
                    group.create_task(self._work(queue))
        except BaseExceptionGroup as several:
            # One worker failed, the group stopped the others: that one failure is what the caller must see.
            raise several.exceptions[0] from None
        finally:
            await self._browser.aclose()
            await self._means.line.aclose()
        return self._records

    def _by_host(self, pages: Sequence[Page]) -> deque[list[tuple[Page, UrlParts]]]:
        """Pages by host, the host with the most pages first, as it takes longest."""
        hosts: dict[str, list[tuple[Page, UrlParts]]] = {}
        for page in pages:
            try:
                url = split_url(page.url)
            except ValueError as error:
                self._record(
                    _subject(page, page.url, self._purpose),
                    Ending(outcome=Outcome.REFUSED_URL, detail=str(error), final_url=page.url),
                )
            else:
                hosts.setdefault(url.host, []).append((page, url))
        return deque(sorted(hosts.values(), key=len, reverse=True))

    async def _work(self, queue: deque[list[tuple[Page, UrlParts]]]) -> None:
        while queue:
            seen: dict[tuple[str, bool], Fetch] = {}
            for page, url in queue.popleft():
                key = (url.url, page.render)
                if key in seen:
                    self._repeat(page, seen[key])
                else:
                    seen[key] = await self._page(page, url)

    async def _page(self, page: Page, url: UrlParts) -> Fetch:
        subject = _subject(page, url.url, self._purpose)
        last = self._last.get(page.page_id)
        now = self._clock.now()
        if last is not None and last.not_before is not None and last.not_before > now:
            left = round((last.not_before - now).total_seconds())
            detail = f"not asked: the site asked to be left alone for another {left} s"
            return self._record(
                subject, Ending(outcome=Outcome.RATE_LIMITED, detail=detail, final_url=url.url, retry_after_s=left)
            )
        vouched = None if page.render or self._purpose != "check" else _vouched(last, url, self._settings.full_every)
        ask = Ask(
            url=url,
            etag=vouched.etag if vouched else None,
            last_modified=vouched.last_modified if vouched else None,
            limit=self._settings.max_body_bytes,
            max_redirects=self._settings.max_redirects,
            permit=self._robots.permit,
        )
        ending = await exchange(self._means, ask)
        if page.render and ending.outcome is Outcome.OK:
            ending = await self._browser.render(ending)
        return self._record(subject, ending, vouched)

    def _repeat(self, page: Page, first: Fetch) -> None:
        """A page whose URL another page of this run has: what came of that one counts for both."""
        fetch = replace(
            first,
            page_id=page.page_id,
            competitor=page.competitor,
            kind=page.kind,
            fetch_id=content_key(page.page_id, first.fetched_at.isoformat(), first.origin, first.purpose),
            attempts=0,
            detail=first.detail or f"same URL as {first.page_id}",
        )
        self._add(fetch)

    async def _ask_robots(self, url: UrlParts) -> RobotsAnswer:
        file = split_url(f"{url.origin}/robots.txt")
        ask = Ask(
            url=file,
            limit=ROBOTS_BYTES,
            cut=True,
            max_redirects=ROBOTS_REDIRECTS,
            judge=False,
            accept=b"text/plain,*/*;q=0.5",
        )
        ending = await exchange(self._means, ask)
        missing = ending.outcome is Outcome.REDIRECT_LOOP or (
            ending.status is not None
            and ending.status != 429
            and (400 <= ending.status < 500 or 200 < ending.status < 300)
        )
        if missing:
            # RFC 9309: no robots.txt to be had (4xx, endless redirects) means that nothing is forbidden.
            detail = f"{ending.detail}: as if there were no robots.txt"
            ending = replace(ending, outcome=Outcome.GONE, detail=detail, body=b"")
        subject = _Subject(page_id=f"robots:{url.origin}", competitor="", url=file.url, kind="robots", purpose="robots")
        self._record(subject, ending)
        return RobotsAnswer(outcome=ending.outcome, detail=ending.detail, body=ending.body)

    def _record(self, subject: _Subject, ending: Ending, vouched: LastFetch | None = None) -> Fetch:
        at = self._clock.now()
        ok = ending.outcome is Outcome.OK
        unchanged = ending.outcome is Outcome.NOT_MODIFIED and vouched is not None
        etag, last_modified = ending.headers.get("etag"), ending.headers.get("last-modified")
        snapshot = None
        if ok:
            snapshot = self._keep(ending.body)
        elif unchanged and vouched is not None:
            snapshot, etag, last_modified = (
                vouched.snapshot,
                etag or vouched.etag,
                last_modified or vouched.last_modified,
            )
        if not (ok or unchanged) or split_url(ending.final_url).origin != split_url(subject.url).origin:
            # Validators of an error, or of another origin, must not be sent to this one.
            etag = last_modified = None
        return self._add(
            Fetch(
                fetch_id=content_key(subject.page_id, at.isoformat(), "web", subject.purpose),
                page_id=subject.page_id,
                competitor=subject.competitor,
                url=subject.url,
                final_url=ending.final_url,
                kind=subject.kind,
                origin="web",
                purpose=subject.purpose,
                outcome=ending.outcome,
                detail=ending.detail,
                status=ending.status,
                fetched_at=at,
                elapsed_ms=ending.elapsed_ms,
                attempts=ending.attempts,
                snapshot=snapshot,
                body_bytes=len(ending.body) if ok else None,
                content_type=ending.headers.get("content-type"),
                etag=etag,
                last_modified=last_modified,
                retry_after_s=ending.retry_after_s,
                conditional=ending.conditional,
            )
        )

    def _add(self, fetch: Fetch) -> Fetch:
        self._records.append(fetch)
        if self._done is not None:
            self._done(fetch)
        return fetch


def _open_line(
    settings: FetchSettings,
    clock: Clock,
    resolver: Resolver,
    tls: ssl.SSLContext | None,
    network: httpcore.AsyncNetworkBackend | None,
) -> Line:
    guard = AddressGuard(
        resolver=resolver, allow_hosts=settings.allow_hosts, timeout_s=settings.connect_timeout_s, clock=clock
    )
    proxy = proxy_place(settings.proxy) if settings.proxy else None
    dialer = Dialer(guard=guard, network=network or httpcore.AnyIOBackend(), proxy=proxy)
    # Twice the hosts: a redirect to another host leaves the first one's connection open beside it.
    pool = open_pool(
        dialer=dialer, tls=tls or trusted_roots(), connections=2 * settings.hosts_at_once, proxy=settings.proxy
    )
    before = None if proxy is None else guard.addresses
    return Line(GuardedTransport(pool=pool, connect_timeout_s=settings.connect_timeout_s, before=before))


def _vouched(last: LastFetch | None, url: UrlParts, full_every: int) -> LastFetch | None:
    """What is remembered of the page, if the next fetch may be conditional on it."""
    if last is None or last.snapshot is None or not (last.etag or last.last_modified):
        return None
    if last.checks_since_full >= full_every - 1:
        return None
    try:
        return last if canonical_url(last.url) == url.url else None
    except ValueError:
        return None


def _subject(page: Page, url: str, purpose: FetchPurpose) -> _Subject:
    return _Subject(page_id=page.page_id, competitor=page.competitor, url=url, kind=page.kind, purpose=purpose)
