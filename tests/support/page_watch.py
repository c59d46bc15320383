"""What a page must never do, and what axe finds in it: for every test of a page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

SCHEMES = ("light", "dark")
WIDTHS = (320, 1280)
CONTROLLED = """() => new Promise((done) => {
  const look = () => navigator.serviceWorker.controller && done(true);
  navigator.serviceWorker.addEventListener("controllerchange", look);
  navigator.serviceWorker.ready.then(look);
})"""
"""Waits, in the page, until its service worker answers for it."""

_GRAVE = ("serious", "critical")


@dataclass
class Watched:
    """What a page did.

    Attributes:
        strayed: Addresses outside the site that it asked for.
        said: Errors and warnings on its console, and errors of its scripts.
        blocked: What its own content security policy kept from it.
        may_say: Parts of what may be said, such as `the server responded with a status of 422`.
    """

    strayed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    may_say: tuple[str, ...] = ()

    def check(self) -> None:
        """Fails where it did any of it."""
        assert not self.strayed, f"left the site for {self.strayed}"
        assert not self.blocked, f"the policy kept it from {self.blocked}"
        said = [words for words in self.said if not any(allowed in words for allowed in self.may_say)]
        assert not said, f"on the console: {said}"


# answers that are part of the game, and a phone without a connection, are told on the console by the browser itself
_OF_THE_BROWSER = ("Failed to load resource", "net::ERR_INTERNET_DISCONNECTED")


def watch(page: Any, url: str, *may_say: str) -> Watched:
    """Notes from now on what the page does; `url` is the site's own address."""
    watched = Watched(may_say=(*_OF_THE_BROWSER, *may_say))
    own = urlsplit(url).netloc

    def asked(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != own:
            watched.strayed.append(request.url)

    def heard(message: Any) -> None:
        if message.type in ("error", "warning"):
            watched.said.append(message.text)
        if "Content Security Policy" in message.text:
            watched.blocked.append(message.text)

    page.on("request", asked)
    page.on("console", heard)
    page.on("pageerror", lambda error: watched.said.append(str(error)))
    return watched


def grave_faults(page: Any) -> list[str]:
    """What axe finds serious or critical in the page as it stands now, one line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']} at {', '.join(str(node['target']) for node in one['nodes'][:5])}"
        for one in found
        if one["impact"] in _GRAVE
    ]


def in_every_look(page: Any) -> Iterator[str]:
    """The page in light and dark, narrow and wide: one after the other; yields the look's name."""
    before = page.viewport_size
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            yield f"{scheme} {width}"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(before)


def every_page_axe(page: Any, what: str = "") -> None:
    """Fails where axe finds a serious fault in any look of the page, or where it is wider than the screen."""
    faults = []
    for look in in_every_look(page):
        faults += [f"{what} {look}: {fault}" for fault in grave_faults(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{what} {look}: it is wider than the screen")
    assert not faults, "\n".join(faults)


@contextmanager
def large_text(page: Any, percent: int = 200) -> Iterator[None]:
    """The page with its text at that size, as the browser's setting makes it."""
    page.evaluate("percent => { document.documentElement.style.fontSize = `${percent}%` }", percent)
    yield
    page.evaluate("document.documentElement.style.fontSize = ''")
