"""The demo's web servers: one per competitor on a loopback port, all showing the same week."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType

from examples.demo.pages import Noise, changed_at, content_type, quiet_page, render, render_extra
from examples.demo.plan import FIRST_WEEK, Script, SitePage, load_script

_HTML = content_type("text.html")
_PLAIN = "<!doctype html><title>{0}</title><h1>{0}</h1>"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request that a demo server answered."""

    week: int
    competitor: str
    path: str
    status: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer, before it is put on the wire."""

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str]


class DemoSite:
    """Four competitors on four free ports of 127.0.0.1; usable as a context manager.

    The week is 1 to 6. Noise is seeded by the number of the request, so that the same requests in the same order
    get the same bytes.
    """

    def __init__(self, *, week: int = FIRST_WEEK, script: Script | None = None, first_port: int = 0) -> None:
        """Prepare the site; nothing is bound before `start`.

        Args:
            week: The week to begin with, 1 to 6.
            script: Facts and planned changes; the bundled ones where none are given.
            first_port: The first of consecutive ports, so that URLs stay the same; 0 takes free ones.
        """
        self.script = script if script is not None else load_script()
        self.requests: list[Request] = []
        self._first_port = first_port
        self._servers: dict[str, _Server] = {}
        self._threads: list[threading.Thread] = []
        self._numbers = count(1)
        self._lock = threading.Lock()
        self.set_week(week)

    @property
    def week(self) -> int:
        """The week that the sites show."""
        return self._week

    @property
    def urls(self) -> dict[str, str]:
        """The base URL of each running competitor, by slug, without a trailing slash."""
        return {slug: f"http://127.0.0.1:{server.server_address[1]}" for slug, server in self._servers.items()}

    def set_week(self, week: int) -> None:
        """Show another week; ValueError where it is not 1 to 6."""
        self.script.state(week)
        self._week = week

    def start(self) -> DemoSite:
        """Bind the ports and answer from threads; OSError where a port is taken. Returns itself."""
        try:
            for place, slug in enumerate(self.script.base):
                port = self._first_port + place if self._first_port else 0
                self._servers[slug] = _Server(port, self, slug)
        except OSError:
            self.stop()
            raise
        for server in self._servers.values():
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Stop answering and free the ports; harmless when nothing runs."""
        if self._threads:
            for server in self._servers.values():
                server.shutdown()
        for thread in self._threads:
            thread.join()
        for server in self._servers.values():
            server.server_close()
        self._servers.clear()
        self._threads.clear()

    def __enter__(self) -> DemoSite:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, competitor: str, path: str, conditions: Mapping[str, str]) -> Answer:
        """What the competitor's server answers to a GET, and a line in `requests`."""
        with self._lock:
            week, number = self._week, next(self._numbers)
            made = self._answer(competitor, path.partition("?")[0], conditions, week=week, number=number)
            self.requests.append(Request(week=week, competitor=competitor, path=path, status=made.status))
        return made

    def _answer(self, competitor: str, path: str, conditions: Mapping[str, str], *, week: int, number: int) -> Answer:
        site, noise = self.script.state(week)[competitor], Noise.of(number, week=week)
        page = next((page for page in site.pages if page.path == path), None)
        outage = self.script.outage(week, competitor, page.name if page else path)
        if outage is not None:
            if outage.how == "unavailable":
                return _text(_PLAIN.format("503 Service Unavailable"), _HTML, status=HTTPStatus.SERVICE_UNAVAILABLE)
            return _text(render_extra(site, "maintenance.html", noise=noise), _HTML)
        if page is not None:
            return self._page(competitor, page, conditions, week=week, noise=noise)
        if path == "/robots.txt":
            rules = "".join(f"Disallow: {closed}\n" for closed in site.disallow) or "Disallow:\n"
            return _text("User-agent: *\n" + rules, "text/plain; charset=utf-8")
        if path == "/assets/site.css":
            return _text(render_extra(site, "site.css", noise=noise), content_type("site.css"))
        if path == "/":
            return Answer(status=HTTPStatus.FOUND, headers={"Location": site.pages[-1].path})
        return _text(_PLAIN.format("404 Not Found"), _HTML, status=HTTPStatus.NOT_FOUND)

    def _page(
        self, competitor: str, page: SitePage, conditions: Mapping[str, str], *, week: int, noise: Noise
    ) -> Answer:
        kind = content_type(page.template)
        text = render(self.script.state(week)[competitor], page, noise=noise)
        if page.validators == "none":
            return _text(text, kind, headers={"Cache-Control": "no-store"})
        quiet = quiet_page(self.script, week=week, competitor=competitor, page=page.name)
        tag = ("W/" if page.validators == "weak" else "") + f'"{hashlib.sha256(quiet.encode()).hexdigest()[:16]}"'
        changed = changed_at(self.script, week=week, competitor=competitor, page=page.name)
        headers = {"ETag": tag, "Last-Modified": format_datetime(changed, usegmt=True), "Cache-Control": "no-cache"}
        asked, since = conditions.get("If-None-Match"), conditions.get("If-Modified-Since")
        # If-None-Match wins over If-Modified-Since and compares weakly (RFC 9110, 13.1.2 and 13.1.3)
        if asked is not None:
            known = tag.removeprefix("W/") in {one.strip().removeprefix("W/") for one in asked.split(",")}
        else:
            known = since is not None and _since(since) >= changed
        if known:
            return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return _text(text, kind, headers=headers)


def _text(
    text: str, kind: str, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Answer:
    return Answer(status=status, body=text.encode(), headers={"Content-Type": kind, **(headers or {})})


def _since(date: str) -> datetime:
    """The date of an If-Modified-Since header; the beginning of time where it is none, which matches nothing."""
    try:
        return parsedate_to_datetime(date).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


class _Server(ThreadingHTTPServer):
    """One competitor's server; it knows which one, and leaves no trace of clients that went away."""

    def __init__(self, port: int, demo: DemoSite, competitor: str) -> None:
        self.demo, self.competitor = demo, competitor
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is its own affair."""


class _Handler(BaseHTTPRequestHandler):
    """Answers GET; one request per connection, so that stopping leaves no connection behind."""

    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        answer = self.server.demo.answer(
            self.server.competitor, self.path, {name.title(): value for name, value in self.headers.items()}
        )
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Nothing is logged: `DemoSite.requests` tells."""
