"""Runs a page's scripts in Chromium, which itself dials nothing: our own client fetches all that the page asks for."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from detente.records import Outcome
from detente.urls import UrlParts, split_url
from sources.fetching.exchange import Ask, Ending, Means, exchange
from sources.fetching.outcome import classify

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Playwright, Request, Route, WebSocketRoute
    from playwright.async_api import Page as Tab

__all__ = ["Browser"]

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
PARTS: Final = 200
PART_TYPES: Final = frozenset({"script", "xhr", "fetch"})
SETTLE_MS: Final = 5_000
CLOSING_S: Final = 5.0
INSTALL: Final = "install the 'browser' extra (pip install 'detente[browser]') and Chromium (apt install chromium)"

# Whatever gets past the routes finds no name, no proxy and no peer.
SEALED: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--no-first-run",
    "--no-pings",
)
_NOT_PASSED_ON: Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"}
)


@dataclass(kw_only=True, slots=True)
class _Running:
    """A started browser."""

    playwright: Playwright
    chromium: Chromium


class Browser:
    """A browser that is started at the first page that needs it, and shows one page at a time.

    Args:
        means: Fetches the parts of pages.
        permit: Asked before each part; raises FetchFailedError.
        limit: Bytes that a rendered page, and all its parts together, may have.
    """

    def __init__(self, *, means: Means, permit: Callable[[UrlParts], Awaitable[None]], limit: int) -> None:
        self._means = replace(means, retries=0)
        self._permit = permit
        self._limit = limit
        self._running: _Running | None = None
        self._one_page = asyncio.Lock()

    async def render(self, ending: Ending) -> Ending:
        """Runs the scripts of a page that has been fetched.

        Args:
            ending: The page as the server sent it.

        Returns:
            The same with the rendered document for a body; `browser_error` where that was not to be had.
        """
        try:
            from playwright.async_api import Error  # noqa: PLC0415 - optional, and slow to import
        except ImportError:
            return _broken(ending, f"the page needs a browser: {INSTALL}")
        async with self._one_page:
            began = self._means.clock.monotonic()
            try:
                async with asyncio.timeout(self._means.deadline_s):
                    running = self._running or await self._start()
                    if running is None:
                        return _broken(ending, f"there is no Chromium on this machine: {INSTALL}")
                    html = await self._show(running.chromium, ending)
            except TimeoutError:
                return _broken(ending, f"the page was not rendered within {self._means.deadline_s:g} s")
            except Error as error:
                return _broken(ending, f"the browser gave up: {error.message.splitlines()[0][:200]}")
            elapsed_ms = ending.elapsed_ms + round((self._means.clock.monotonic() - began) * 1000)
        return self._judged(ending, html.encode("utf-8", "replace"), elapsed_ms)

    async def aclose(self) -> None:
        """Ends the browser, if it was started."""
        if self._running is None:
            return
        from playwright.async_api import Error  # noqa: PLC0415 - optional, and slow to import

        running, self._running = self._running, None
        try:
            # One that crashed is closed already.
            with contextlib.suppress(Error):
                await running.chromium.close()
        finally:
            await running.playwright.stop()

    def _judged(self, ending: Ending, body: bytes, elapsed_ms: int) -> Ending:
        if len(body) > self._limit:
            detail = f"the rendered page is larger than {self._limit:,} bytes (fetch.max_body_bytes)"
            return replace(ending, outcome=Outcome.TOO_LARGE, detail=detail, body=b"", elapsed_ms=elapsed_ms)
        # Validators vouch for the bytes that the server sent, not for what scripts made of them.
        headers = {"content-type": "text/html; charset=utf-8"}
        outcome, detail = classify(status=ending.status or 200, headers=headers, body=body)
        return replace(ending, outcome=outcome, detail=detail, headers=headers, body=body, elapsed_ms=elapsed_ms)

    async def _start(self) -> _Running | None:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - optional, and slow to import

        program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
        if program is None:
            return None
        playwright = await async_playwright().start()
        # Chromium's sandbox refuses to work for root; everyone else keeps it.
        unsandboxed = ("--no-sandbox",) if os.geteuid() == 0 else ()
        try:
            chromium = await playwright.chromium.launch(executable_path=program, args=[*SEALED, *unsandboxed])
        except BaseException:
            await playwright.stop()
            raise
        self._running = _Running(playwright=playwright, chromium=chromium)
        return self._running

    async def _show(self, chromium: Chromium, ending: Ending) -> str:
        context = await chromium.new_context(
            service_workers="block", accept_downloads=False, user_agent=self._means.user_agent.decode()
        )
        try:
            await self._guard(context, ending)
            page = await context.new_page()
            await page.goto(ending.final_url, wait_until="load", timeout=self._means.deadline_s * 1000)
            await _settle(page)
            return await page.content()
        finally:
            await self._close(context)

    async def _close(self, context: BrowserContext) -> None:
        """Ends a page; a browser that cannot do even that is ended with it, and the next page gets a new one."""
        try:
            async with asyncio.timeout(CLOSING_S):
                await context.close()
        except TimeoutError:
            await self.aclose()

    async def _guard(self, context: BrowserContext, ending: Ending) -> None:
        """Puts our client between the page and the world."""
        parts = _Parts(self._means, self._permit, self._limit, ending)
        await context.route("**/*", parts.answer)
        await context.route_web_socket("**/*", _no_web_socket)


async def _settle(page: Tab) -> None:
    """Waits until the page asks for nothing more, for a few seconds at most."""
    from playwright.async_api import TimeoutError as NotYetError  # noqa: PLC0415 - optional, and slow to import

    with contextlib.suppress(NotYetError):
        await page.wait_for_load_state("networkidle", timeout=SETTLE_MS)


async def _no_web_socket(socket: WebSocketRoute) -> None:
    await socket.close()


class _Parts:
    """Answers what one page asks for: its own document from what we have, scripts and data from the guarded client."""

    def __init__(
        self, means: Means, permit: Callable[[UrlParts], Awaitable[None]], limit: int, document: Ending
    ) -> None:
        self._means = means
        self._permit = permit
        self._room = limit
        self._count = 0
        self._document: Ending | None = document

    async def answer(self, route: Route, request: Request) -> None:
        """Answers one request of the page; when the page is gone meanwhile, nobody waits for the answer."""
        from playwright.async_api import Error  # noqa: PLC0415 - optional, and slow to import

        with contextlib.suppress(Error):
            await self._answer(route, request)

    async def _answer(self, route: Route, request: Request) -> None:
        document = self._document
        if document is not None and request.is_navigation_request() and request.url == document.final_url:
            self._document = None
            await route.fulfill(status=200, headers=_passed_on(document.headers), body=document.body)
            return
        self._count += 1
        unwanted = request.method != "GET" or request.resource_type not in PART_TYPES
        if unwanted or self._count > PARTS or self._room <= 0:
            await route.abort("blockedbyclient")
            return
        part = await self._fetch(request)
        if part is None or part.status is None or part.outcome is not Outcome.OK:
            await route.abort("failed")
            return
        self._room -= len(part.body)
        await route.fulfill(status=part.status, headers=_passed_on(part.headers), body=part.body)

    async def _fetch(self, request: Request) -> Ending | None:
        try:
            url = split_url(request.url)
        except ValueError:
            return None
        accept = request.headers.get("accept", "*/*").encode("latin-1", "replace")
        ask = Ask(
            url=url, limit=self._room, max_redirects=5, permit=self._permit, accept=accept, hurried=True, judge=False
        )
        return await exchange(self._means, ask)


def _passed_on(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _NOT_PASSED_ON}


def _broken(ending: Ending, detail: str) -> Ending:
    return replace(ending, outcome=Outcome.BROWSER_ERROR, detail=detail, headers={}, body=b"")
