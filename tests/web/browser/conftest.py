"""A real Chromium before a real server: what every test of a page in a browser needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import live_site as sites
import pytest
from page_watch import watch
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from web_site import WebSite

SYSTEM_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]


@pytest.fixture(scope="module")
def live_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    """A running site, one for the tests of a module, with somebody of every role."""
    site = sites.live_site(tmp_path_factory.mktemp("site") / "workspace")
    yield site
    site.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium_path() -> str:
    return next(path for name in SYSTEM_CHROMIUM if (path := shutil.which(name)))


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture
def phone(browser: Browser, live_site: WebSite) -> Iterator[BrowserContext]:
    """A phone's browser in which the rep is signed in, 360 pixels wide."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, base_url=live_site.url, locale="en-GB"
    )
    sites.sign_in(live_site, context, "rep")
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext, live_site: WebSite) -> Iterator[Page]:
    """A page of the phone; at the end nothing may have left the site, and nothing have been said on the console."""
    opened = phone.new_page()
    watched = watch(opened, live_site.url)
    yield opened
    watched.check()


@pytest.fixture
def lasting(playwright: Playwright, chromium_path: str, tmp_path: Path) -> Iterator[Callable[..., BrowserContext]]:
    """Opens the browser that keeps its profile: closed and opened again, it is the same phone."""
    contexts: list[BrowserContext] = []

    def start(base_url: str, **options: Any) -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium_path,
            args=ARGUMENTS,
            viewport={"width": 360, "height": 740},
            base_url=base_url,
            **options,
        )
        contexts.append(context)
        return context

    yield start
    for context in contexts:
        context.close()


@pytest.fixture(name="site")
def a_site_of_ones_own(tmp_path: Path) -> Iterator[WebSite]:
    """A site of a test's own, where it counts what arrived."""
    running = sites.live_site(tmp_path / "workspace")
    yield running
    running.close()
