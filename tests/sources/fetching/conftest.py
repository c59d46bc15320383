"""A world of hostile servers on loopback: names lead to 127.0.0.x, waiting takes no time, all hits are counted."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpcore
import pytest

from detente.records import Fetch, FetchPurpose, KnownRobots, LastFetch, Outcome, Page
from detente.settings import FetchSettings
from sources.fetch import fetch_one, fetch_pages

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One request that a site received."""

    path: str
    headers: Mapping[str, str]
    connection: int


Handler = Callable[[Hit, asyncio.StreamWriter], Awaitable[None]]


def http(
    body: bytes | str = b"", *, status: str = "200 OK", headers: Sequence[str] = (), length: int | None = -1
) -> bytes:
    """Raw bytes of an answer; `length` None leaves Content-Length out, -1 tells the truth."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(raw) if length == -1 else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def html(body: bytes | str, *headers: str) -> bytes:
    """A good page."""
    return http(body, headers=("Content-Type: text/html; charset=utf-8", *headers))


def redirect(to: str, *headers: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return http(status=status, headers=(f"Location: {to}", *headers))


class Site:
    """A server on its own loopback address, with one answer, or a list of successive ones, per path.

    An answer is raw bytes, None (hangs up without a word) or a coroutine function that writes what it likes.
    """

    def __init__(self, name: str, address: str, tls: ssl.SSLContext | None) -> None:
        self.name = name
        self.address = address
        self.tls = tls
        self.answers: dict[str, object] = {}
        self.hits: list[Hit] = []
        self.connections = 0
        self.busiest = 0
        self._open = 0
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((address, 0))
        self._socket.listen(64)
        self.port: int = self._socket.getsockname()[1]

    def url(self, path: str = "/") -> str:
        return f"{'https' if self.tls else 'http'}://{self.name}:{self.port}{path}"

    @property
    def origin(self) -> str:
        return self.url("")

    @property
    def paths(self) -> list[str]:
        """Paths that were asked for, robots.txt left out."""
        return [hit.path for hit in self.hits if hit.path != "/robots.txt"]

    @contextlib.asynccontextmanager
    async def serving(self):
        server = await asyncio.start_server(self._serve, sock=self._socket.dup(), ssl=self.tls, limit=2**20)
        try:
            yield
        finally:
            server.close()

    def close(self) -> None:
        self._socket.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        self._open += 1
        self.busiest = max(self.busiest, self._open)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                hit = Hit(path=first.split(" ")[1], headers=headers, connection=number)
                self.hits.append(hit)
                if not await self._answer(hit, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self._open -= 1
            writer.close()

    async def _answer(self, hit: Hit, writer: asyncio.StreamWriter) -> bool:
        answer = self.answers.get(hit.path, self.answers.get("*", http(status="404 Not Found")))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer is None:
            return False
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return b"Connection: close" not in answer[:2000]
        await answer(hit, writer)
        return False


class FastClock:
    """A clock that waiting moves at once; real time passes as well."""

    def __init__(self) -> None:
        self.skipped_s = 0.0
        self.slept: list[float] = []
        self._began = time.monotonic()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._began + self.skipped_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.skipped_s += seconds
        await asyncio.sleep(0)


class CountingNetwork(httpcore.AsyncNetworkBackend):
    """Writes down every address that is dialled; leads public addresses to a site on loopback."""

    def __init__(self) -> None:
        self.dialled: list[str] = []
        self.leads: dict[str, str] = {}
        self._real = httpcore.AnyIOBackend()

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):  # noqa: ASYNC109
        self.dialled.append(host)
        return await self._real.connect_tcp(self.leads.get(host, host), port, timeout, local_address, socket_options)


@dataclass
class World:
    """Sites, names, a clock, an archive, and one way to fetch."""

    sites: list[Site] = field(default_factory=list)
    names: dict[str, list[str] | list[list[str]]] = field(default_factory=dict)
    clock: FastClock = field(default_factory=FastClock)
    network: CountingNetwork = field(default_factory=CountingNetwork)
    archive: dict[str, bytes] = field(default_factory=dict)
    robots_fetches: list[Fetch] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    # Tests cannot import this file, so what they build answers and pages with hangs here.
    http = staticmethod(http)
    html = staticmethod(html)
    redirect = staticmethod(redirect)

    @staticmethod
    def page(url: str, **changes: object) -> Page:
        return page(url, **changes)

    @staticmethod
    def remembered(url: str, **changes: object) -> LastFetch:
        return remembered(url, **changes)

    @staticmethod
    def robots(origin: str, body: bytes | None, **changes: object) -> KnownRobots:
        return known_robots(origin, body, **changes)

    def site(
        self, name: str = "acme.test", answers: Mapping[str, object] | None = None, tls: ssl.SSLContext | None = None
    ) -> Site:
        site = Site(name, f"127.0.0.{len(self.sites) % 4 + 1}", tls)
        site.answers.update(answers or {})
        self.sites.append(site)
        self.names.setdefault(name, [site.address])
        return site

    async def resolve(self, host: str, port: int) -> list[str]:
        found = self.names.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if found and isinstance(found[0], list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    def keep(self, body: bytes) -> str:
        key = hashlib.sha256(body).hexdigest()
        self.archive[key] = body
        return key

    def settings(self, **changes: object) -> FetchSettings:
        allowed = tuple(f"{site.name}:{site.port}" for site in self.sites)
        return FetchSettings(**({"pace_s": 0, "deadline_s": 5, "allow_hosts": allowed} | changes))

    def fetch_all(
        self,
        pages: Sequence[Page | str],
        *,
        last: Sequence[LastFetch] = (),
        robots: Sequence[KnownRobots] = (),
        purpose: FetchPurpose = "check",
        resolver: object = None,
        keep: Callable[[bytes], str] | None = None,
        done: Callable[[Fetch], None] | None = None,
        **settings: object,
    ) -> list[Fetch]:
        """Fetches; gives the pages' records in the order of the pages, and keeps those of robots.txt aside."""
        whole = [page(item) if isinstance(item, str) else item for item in pages]

        async def scenario() -> list[Fetch]:
            async with contextlib.AsyncExitStack() as stack:
                for site in self.sites:
                    await stack.enter_async_context(site.serving())
                return await fetch_pages(
                    whole,
                    settings=self.settings(**settings),
                    clock=self.clock,
                    keep=keep or self.keep,
                    last={one.page_id: one for one in last},
                    robots={one.origin: one for one in robots},
                    purpose=purpose,
                    contact="ci@zenith.test",
                    resolver=resolver or self.resolve,
                    sleep=self.clock.sleep,
                    done=done,
                    tls=self.tls,
                    network=self.network,
                )

        fetches = asyncio.run(scenario())
        self.robots_fetches = [fetch for fetch in fetches if fetch.purpose == "robots"]
        order = {one.page_id: place for place, one in enumerate(whole)}
        return sorted((f for f in fetches if f.purpose != "robots"), key=lambda fetch: order[fetch.page_id])

    def fetch_one(self, url: str, **settings: object) -> tuple[Fetch, bytes]:
        """Fetches a URL that belongs to no workspace."""

        async def scenario() -> tuple[Fetch, bytes]:
            async with contextlib.AsyncExitStack() as stack:
                for site in self.sites:
                    await stack.enter_async_context(site.serving())
                return await fetch_one(
                    url, settings=self.settings(**settings), clock=self.clock, resolver=self.resolve,
                    sleep=self.clock.sleep, tls=self.tls, network=self.network,
                )  # fmt: skip

        return asyncio.run(scenario())

    def fetch(self, url: str, **how: object) -> Fetch:
        (fetch,) = self.fetch_all([url], **how)
        return fetch

    def body(self, fetch: Fetch) -> bytes:
        return self.archive[fetch.snapshot or ""]


def page(url: str, **changes: object) -> Page:
    """A page whose id is its URL."""
    return Page(**({"page_id": url, "competitor": "acme", "url": url, "kind": "pricing"} | changes))


def remembered(url: str, **changes: object) -> LastFetch:
    """What is remembered of that page after one good fetch."""
    known = {"page_id": url, "url": url, "snapshot": "a" * 64, "etag": '"v1"', "last_modified": None}
    return LastFetch(**(known | {"fetched_at": NOON - timedelta(days=1)} | changes))


def known_robots(
    origin: str, body: bytes | None, *, hours_ago: float = 1, outcome: Outcome = Outcome.OK
) -> KnownRobots:
    """A robots.txt as an earlier run left it."""
    return KnownRobots(origin=origin, fetched_at=NOON - timedelta(hours=hours_ago), outcome=outcome, body=body)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    for site in made.sites:
        site.close()
