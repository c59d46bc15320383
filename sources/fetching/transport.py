"""One request over the guarded pool: sent, answered, read under its cap, and asked again where a failure may pass."""

from __future__ import annotations

import copy
import ssl
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import httpcore
import httpx
from httpx_retries import Retry, RetryTransport

from detente.errors import UsageError
from detente.records import Outcome
from detente.urls import DEFAULT_PORTS, UrlParts
from sources.fetching.body import read_body
from sources.fetching.dialer import Dialer, WatchedStream
from sources.fetching.outcome import FetchFailedError, PassingFailureError
from sources.fetching.pace import Host

__all__ = [
    "Answer",
    "GuardedTransport",
    "Line",
    "PoliteRetry",
    "Wait",
    "Wish",
    "open_pool",
    "proxy_place",
    "trusted_roots",
]

KEEP_ALIVE_S: Final = 65.0
ERROR_PAGE_BYTES: Final = 256_000
BACKOFF_S: Final = 1.0
LONGEST_BACKOFF_S: Final = 20.0
RETRIED_STATUSES: Final = (429, 500, 502, 503, 504)


@dataclass(kw_only=True, slots=True)
class Wish:
    """One request to be sent.

    Attributes:
        url: Where it goes.
        headers: As they are sent.
        limit: Bytes that a good answer may have.
        cut: Whether a longer answer is cut instead of refused.
        host: Told whether answers come.
    """

    url: UrlParts
    headers: list[tuple[bytes, bytes]]
    limit: int
    cut: bool
    host: Host


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        headers: By lower-case name; of repeated ones the first.
        body: Decoded and within its cap.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Wait = Callable[[Answer | FetchFailedError, float], Awaitable[None]]


@lru_cache(maxsize=1)
def trusted_roots() -> ssl.SSLContext:
    """The TLS context that verifies against the usual roots; made once, as making it takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def open_pool(
    *, dialer: Dialer, tls: ssl.SSLContext, connections: int, proxy: str | None
) -> httpcore.AsyncConnectionPool:
    """The pool of kept-alive connections of one run; the environment's proxies have no say in it.

    Args:
        dialer: Opens its connections.
        tls: How certificates are verified.
        connections: Connections open at once.
        proxy: URL of the configured proxy.

    Returns:
        A pool to be closed with `aclose`.
    """
    return httpcore.AsyncConnectionPool(
        ssl_context=tls,
        proxy=None if proxy is None else _proxy(proxy),
        max_connections=connections,
        # the pool asks every idle connection at every request whether it has ended
        max_keepalive_connections=max(1, connections // 2),
        keepalive_expiry=KEEP_ALIVE_S,
        network_backend=dialer,
    )


def proxy_place(url: str) -> tuple[str, int]:
    """Host and port of a proxy.

    Raises:
        UsageError: The setting is not the URL of an HTTP proxy.
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise UsageError(f"fetch.proxy is {url!r}: write the URL of an HTTP proxy, such as http://proxy.acme.test:3128")
    return parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]


def _proxy(url: str) -> httpcore.Proxy:
    parts = urlsplit(url)
    host, port = proxy_place(url)
    login = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    return httpcore.Proxy(f"{parts.scheme}://{host}:{port}", auth=login)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends one request and reads its answer whole; failures become outcomes here.

    The answer is read inside the transport so that the one retry layer around it sees failures of the body too, and
    so that nothing decodes a body without its cap.

    Args:
        pool: Where connections come from.
        connect_timeout_s: Seconds to connect.
        before: Checks the target of every request; needed where a proxy dials for us.
    """

    def __init__(
        self,
        *,
        pool: httpcore.AsyncConnectionPool,
        connect_timeout_s: float,
        before: Callable[[str, int], Awaitable[object]] | None = None,
    ) -> None:
        self._pool = pool
        self._timeouts = {"timeout": {"connect": connect_timeout_s}}
        self._before = before

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request's `wish`; the response carries the `answer`, its own body stays empty.

        Raises:
            FetchFailedError: With the outcome; a PassingFailureError where asking again makes sense.
        """
        wish: Wish = request.extensions["wish"]
        try:
            answer = await self._exchange(wish)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
            failure = _failure(error, wish.url.host)
            wish.host.failed(failure.outcome, failure.detail)
            raise failure from error
        except FetchFailedError as failure:
            if failure.outcome is Outcome.DNS:
                wish.host.failed(failure.outcome, failure.detail)
            raise
        return httpx.Response(answer.status, extensions={"answer": answer})

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._pool.aclose()

    async def _exchange(self, wish: Wish) -> Answer:
        url = wish.url
        if self._before is not None:
            await self._before(url.host, url.port)
        response = await self._pool.handle_async_request(
            httpcore.Request(
                b"GET",
                _wire_url(url),
                headers=wish.headers,
                extensions=self._timeouts,
            )
        )
        wish.host.answered()
        try:
            return await _read(response, wish)
        except (httpcore.ReadError, httpcore.RemoteProtocolError) as error:
            raise PassingFailureError(Outcome.INCOMPLETE, f"the answer broke off: {error or 'reset'}") from error
        finally:
            await response.aclose()


def _wire_url(url: UrlParts) -> httpcore.URL:
    """The URL as the pool takes it; a default port stays unsaid, since proxies are shown the whole URL."""
    port = None if url.port == DEFAULT_PORTS[url.scheme] else url.port
    return httpcore.URL(scheme=url.scheme.encode(), host=url.host.encode(), port=port, target=url.target.encode())


async def _read(response: httpcore.Response, wish: Wish) -> Answer:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    status = response.status
    announced = _announced(headers, status)
    chunks = response.aiter_stream()
    encoding = headers.get("content-encoding", "")
    if 200 <= status < 300:
        if announced is not None and announced > wish.limit and not wish.cut:
            raise FetchFailedError(Outcome.TOO_LARGE, f"{announced:,} bytes announced, {wish.limit:,} allowed")
        body = await read_body(chunks, encoding=encoding, limit=wish.limit, cut=wish.cut)
    else:
        body = await _error_page(chunks, encoding=encoding, limit=min(ERROR_PAGE_BYTES, wish.limit))
    stream = response.extensions.get("network_stream")
    if isinstance(stream, WatchedStream) and announced is not None and stream.body_bytes > announced:
        stream.spoil()
        if status == 200:
            said = f"{stream.body_bytes:,} bytes came where Content-Length says {announced:,}"
            raise FetchFailedError(Outcome.INCOMPLETE, said)
    return Answer(status=status, headers=headers, body=body)


async def _error_page(chunks: AsyncIterable[bytes], *, encoding: str, limit: int) -> bytes:
    """The beginning of a page that comes with an error: its status counts, whatever is wrong with its body."""
    try:
        return await read_body(chunks, encoding=encoding, limit=limit, cut=True)
    except FetchFailedError:
        return b""


def _announced(headers: dict[str, str], status: int) -> int | None:
    """Bytes on the wire that the body must have; None where the end is told otherwise."""
    if status in {204, 304}:
        return 0
    if "transfer-encoding" in headers:
        return None
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


def _failure(error: Exception, host: str) -> PassingFailureError:
    said = str(error) or type(error).__name__
    if isinstance(error, httpcore.TimeoutException):
        return PassingFailureError(Outcome.TIMEOUT, f"{host} did not answer in time")
    if isinstance(error, httpcore.ProtocolError):
        return PassingFailureError(Outcome.CONNECTION, f"{host} does not speak HTTP properly: {said[:200]}")
    return PassingFailureError(Outcome.CONNECTION, f"no connection to {host}: {said[:200]}")


class Line:
    """The way out: a pool with one retry layer around it.

    Args:
        transport: Sends one request.
    """

    def __init__(self, transport: GuardedTransport) -> None:
        self._transport = RetryTransport(transport=transport)

    async def get(self, wish: Wish, retry: PoliteRetry) -> Answer:
        """Sends a request, and again where that makes sense.

        Args:
            wish: What is asked for.
            retry: How often, and how to wait in between.

        Returns:
            The last answer.

        Raises:
            FetchFailedError: There was none.
        """
        request = httpx.Request("GET", _ANYWHERE, headers=_NO_HEADERS, extensions={"wish": wish, "retry": retry})
        response = await self._transport.handle_async_request(request)
        answer: Answer = response.extensions["answer"]
        return answer

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._transport.aclose()


# The wish says where a request goes; httpx's own URL and headers are only the retry layer's vessel, made once.
_ANYWHERE: Final = httpx.URL("http://wish/")
_NO_HEADERS: Final = httpx.Headers({"Host": "wish"})


class PoliteRetry(Retry):
    """When to ask again: after what Retry-After says or a growing, random wait, and only while there is time.

    Args:
        retries: Further attempts.
        wait: Given the answer or the failure, and the seconds that would be waited without a Retry-After; waits, or
            raises FetchFailedError where that would take too long.
    """

    def __init__(self, *, retries: int, wait: Wait) -> None:
        super().__init__(
            total=retries,
            allowed_methods=("GET",),
            status_forcelist=RETRIED_STATUSES,
            retry_on_exceptions=(PassingFailureError,),
            backoff_factor=BACKOFF_S,
            max_backoff_wait=LONGEST_BACKOFF_S,
        )
        self._wait = wait

    def increment(self) -> Self:
        """The same policy, one attempt later."""
        later = copy.copy(self)
        later.attempts_made += 1
        return later

    async def asleep(self, response: httpx.Response | Exception) -> None:
        """Waits between two attempts."""
        came: Answer | FetchFailedError
        if isinstance(response, httpx.Response):
            came = response.extensions["answer"]
        elif isinstance(response, FetchFailedError):
            came = response
        else:
            raise response
        await self._wait(came, self.backoff_strategy())
