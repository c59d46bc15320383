"""A web site of a few pages on a loopback port, whose pages a test changes and whose answers it spoils."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PRICING = """<!doctype html><html lang="en"><title>Pricing</title><main><h1>Pricing</h1>
<section class="plan"><h2>Start</h2><p class="price">$0</p><p>Free for ever</p><ul><li>1 project</li></ul></section>
<section class="plan"><h2>Team</h2><p class="price">${team} per user / month</p>
<ul><li>Unlimited projects</li><li>API access</li></ul></section>
<section class="plan"><h2>Business</h2><p class="price">$99 per user / month</p>
<ul><li>Single sign-on</li><li>Audit log</li></ul></section></main></html>"""
NOTES = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title>
<id>urn:notes</id><updated>2026-10-01T08:00:00Z</updated>{entries}</feed>"""
ENTRY = """<entry><title>Version 1.{n}</title><id>urn:notes:1.{n}</id><updated>2026-10-{n:02}T08:00:00Z</updated>
<content type="text">Better than 1.{before}.</content></entry>"""
TRUST = """<!doctype html><html lang="en"><title>Trust</title><main><h1>Trust</h1><h2>Data</h2>
<p>All customer data is kept in {place}, in two data centres, and is encrypted at rest.</p>
<h2>Certification</h2><p>We hold an ISO 27001 certificate, which is renewed in every third year.</p></main></html>"""


@dataclass
class SmallSite:
    """Pages by path; a path in `broken` answers with that status."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self.show(team="49", notes=2, place="Ireland")

    def show(self, *, team: str, notes: int, place: str) -> None:
        """Puts the facts on the pages."""
        entries = "".join(ENTRY.format(n=n, before=n - 1) for n in range(notes, 0, -1))
        self.pages = {
            "/pricing": ("text/html", PRICING.replace("{team}", team)),
            "/notes.xml": ("application/atom+xml", NOTES.format(entries=entries)),
            "/trust": ("text/html", TRUST.format(place=place)),
        }

    def workspace(self, folder: Path, **settings: str) -> Path:
        """Writes a workspace that watches the site's three pages as those of one competitor, and returns its folder."""
        (folder / "competitors").mkdir(parents=True)
        more = "".join(f"[{table}]\n{text}\n" for table, text in settings.items())
        (folder / "detente.toml").write_text(
            f'[company]\nname = "Acme"\ntime_zone = "Europe/Berlin"\n\n[fetch]\npace_s = 0\nretries = 0\n'
            f'allow_hosts = ["127.0.0.1:{self.port}", "127.0.0.1:9"]\n\n{more}'
        )
        self.competitor(folder, "globex", {"/pricing": "pricing", "/notes.xml": "release_notes", "/trust": "page"})
        return folder

    def competitor(self, folder: Path, slug: str, pages: dict[str, str], port: int | None = None) -> None:
        """Writes a competitor's file; the page of another port than the site's own does not answer."""
        tables = "".join(
            f'\n[[pages]]\nkind = "{kind}"\nurl = "http://127.0.0.1:{port or self.port}{path}"\n'
            for path, kind in pages.items()
        )
        (folder / "competitors" / f"{slug}.toml").write_text(f'name = "{slug.title()}"\n{tables}')

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.partition("?")[0]
        self.asked.append(path)
        kind, text = self.pages.get(path, ("text/plain", "nothing here"))
        status = self.broken.get(path, 200 if path in self.pages else 404)
        body = text.encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and handler.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        handler.send_response(status)
        handler.send_header("Content-Type", f"{kind}; charset=utf-8")
        handler.send_header("ETag", tag)
        handler.send_header("Connection", "close")
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no fault of the site's."""


@contextmanager
def small_site() -> Iterator[SmallSite]:
    """A running site."""
    site = SmallSite()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def at(text: str) -> datetime:
    """A moment, as ISO text with its offset."""
    return datetime.fromisoformat(text)
