"""The form in a browser, as a person uses it: words for the tests of its journeys."""

from __future__ import annotations

import io
import re

from live_site import received
from page_watch import CONTROLLED
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from web_site import WebSite

from desk.following import sightings

READY = "#report[data-ready]"


def a_photo(width: int = 600, height: int = 400, colour: str = "teal") -> dict[str, object]:
    """A photo with the place where it was taken in its EXIF."""
    exif = Image.Exif()
    exif[0x010F] = "Canary Camera"
    exif.get_ifd(0x8825)[1] = "N"
    body = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(body, "JPEG", exif=exif)
    return {"name": f"{colour}.jpeg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def choose(page: Page, words: str) -> None:
    page.locator("label.chip:visible", has_text=re.compile(f"^{re.escape(words)}$")).click()


def fill(page: Page, text: str, competitor: str = "Initech", source: str = "It is public") -> None:
    page.fill("#text", text)
    choose(page, competitor)
    choose(page, source)


def open_form(page: Page, path: str = "/r/new") -> None:
    page.goto(path)
    page.wait_for_selector(READY, state="attached")


def texts(site: WebSite, who: str = "rep") -> list[str]:
    return sorted(row.text for row in received(site, who))


def a_tab(context: BrowserContext, site: WebSite) -> Page:
    page = context.pages[0] if context.pages else context.new_page()
    page.set_default_timeout(15_000)
    return page


def until_offline_ready(page: Page) -> None:
    page.evaluate(CONTROLLED)


def waiting(page: Page, words: str) -> None:
    expect(page.locator("#badge")).to_have_text(words)


def arrives(site: WebSite, page: Page, *expected: str) -> None:
    """Waits until they are there, sent by the page or by the service worker, and looks that nothing else is."""
    for _ in range(80):
        if len(received(site)) >= len(expected):
            break
        page.wait_for_timeout(250)
    assert texts(site) == list(expected)
    page.wait_for_timeout(500)
    assert texts(site) == list(expected)


def photos(site: WebSite, sighting_id: str) -> list[tuple[int, int]]:
    """The sizes of the photos of a sighting."""
    with site.desk.reading() as c:
        rows = sightings.attachments_of(c, sighting_id)
    return [Image.open(io.BytesIO(site.services.attachments.get(row.stored_hash))).size for row in rows]
