"""The first version of an own reader: small, working, and made to be changed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from detente.records import Document, PageKind
from sources.suggest import suggest

__all__ = ["page_toml", "skeleton"]

_PRICING = '''\
"""{about}"""

from collections.abc import Iterator

from bs4 import BeautifulSoup

from detente.records import PlanFeature, PlanPrice
from sources.pricing import feature_of_text, prices_of_text


def read(soup: BeautifulSoup) -> Iterator[PlanPrice | PlanFeature]:
    """Every price and feature, in the order of the page."""
    for plan in soup.select({plan}):
        name = plan.select_one({name})
        if name is None:
            continue
        title = name.get_text(" ", strip=True)
        for price in plan.select({price}):
            # currency= says what "$", "¥" or "kr" stands for on this page
            yield from prices_of_text(title, price.get_text(" ", strip=True), currency=None)
        for item in plan.select("li"):
            yield feature_of_text(title, item.get_text(" ", strip=True))
'''
_RELEASE_NOTES = '''\
"""{about}"""

from collections.abc import Iterator

from bs4 import BeautifulSoup

from detente.records import ReleaseEntry
from sources.release_notes.dates import find_date


def read(soup: BeautifulSoup) -> Iterator[ReleaseEntry]:
    """Every entry, in the order of the page: a heading, and what follows it up to the next."""
    for heading in soup.select("h2"):
        text = heading.get_text(" ", strip=True)
        found = find_date(text)  # None where the heading states no date: a date is never made up
        body = []
        for part in heading.find_next_siblings():
            if part.name == heading.name:
                break
            body.append(part.get_text("\\n", strip=True))
        yield ReleaseEntry(
            title=text,
            published_on=found.day if found else None,
            published_text=found.text if found else "",
            body="\\n".join(body),
            text=text,
        )
'''
_PAGE = '''\
"""{about}"""

from collections.abc import Iterator

from bs4 import BeautifulSoup

from detente.records import PageText


def read(soup: BeautifulSoup) -> Iterator[PageText]:
    """Every paragraph and list item of the main part, each with the heading that it stands under."""
    heading = ""
    for part in soup.select({main}):
        text = part.get_text(" ", strip=True)
        if part.name in ("h1", "h2", "h3"):
            heading = text
        elif text:
            yield PageText(block=text, heading=heading)
'''


def skeleton(kind: PageKind, document: Document | None = None) -> str:
    """The source of a reader of that kind; its selectors are those of the document, where some are found in it."""
    about = "Reads one page of the workspace; try it with `detente readers test`."
    selectors: Mapping[str, str] = {}
    if document is not None:
        selectors = next((one.selectors for one in suggest(kind, document)), {})
    if kind == "pricing":
        chosen = {"plan": ".plan", "name": "h3", "price": ".price"} | dict(selectors)
        return _PRICING.format(about=about, **{name: _quoted(css) for name, css in chosen.items()})
    if kind == "release_notes":
        return _RELEASE_NOTES.format(about=about)
    main = selectors.get("main", "main")
    return _PAGE.format(about=about, main=_quoted(", ".join(f"{main} {tag}" for tag in ("h1", "h2", "h3", "p", "li"))))


def page_toml(*, url: str, kind: PageKind, reader: str, selectors: Mapping[str, str]) -> str:
    """The `page.toml` of a case."""
    lines = [f"url = {json.dumps(url)}", f"kind = {json.dumps(kind)}", f"reader = {json.dumps(reader)}"]
    if selectors:
        lines += ["", "[selectors]", *(f"{name} = {json.dumps(css)}" for name, css in selectors.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
