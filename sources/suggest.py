"""Selector lines for a page that its reader does not read well: each has been tried with that reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from detente.errors import ReaderError
from detente.records import Document, PageKind, PageText, Reading, ReadStatus
from sources import page
from sources.blocks import parse_html
from sources.document import decode
from sources.near_selectors import is_stable, nearest_selectors, words_of
from sources.pricing.context import MoneyContext
from sources.pricing.page import VisiblePage
from sources.pricing.suggest import suggest as suggest_plans

__all__ = ["Suggested", "suggest", "toml_lines"]

_MOST = 3
_TRIALS = 12
_SAYS_MAIN = frozenset(("main", "content", "article", "body", "page", "post", "doc", "text", "entry"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggested:
    """Selectors, and what the reader reads by them.

    Attributes:
        selectors: As a page's `selectors` takes them.
        reads: In words.
        review: How many prices need review.
    """

    selectors: Mapping[str, str]
    reads: str
    review: int = 0


def suggest(kind: PageKind, document: Document) -> list[Suggested]:
    """Selectors that would read the document, best first; none for release notes, whose reader knows no selectors."""
    try:
        if kind == "pricing":
            return _of_pricing(VisiblePage(decode(document)))
        return _of_page(document) if kind == "page" else []
    except ReaderError:
        return []


def toml_lines(selectors: Mapping[str, str], header: str = "[pages.selectors]") -> list[str]:
    """The lines as they stand below a `[[pages]]` table of a competitor's file."""
    return [header, *(f"{name} = {json.dumps(css, ensure_ascii=False)}" for name, css in selectors.items())]


def _of_pricing(visible: VisiblePage) -> list[Suggested]:
    found = []
    for one in suggest_plans(visible, MoneyContext(visible), most=_MOST):
        names = ", ".join(one.names[:6]) + (", …" if len(one.names) > 6 else "")
        review = f", {one.review} of them to review" if one.review else ""
        told = f"{_counted(len(one.names), 'plan')} ({names}), {_counted(one.prices, 'price')}{review}"
        found.append(Suggested(selectors=one.selectors, reads=told, review=one.review))
    return found


def _of_page(document: Document) -> list[Suggested]:
    """One selector for the main part: those that hold most of the page's text, the shortest first."""
    tried: list[tuple[int, str, int]] = []
    for selector in islice(_main_selectors(document), _TRIALS):
        try:
            reading = page.read(replace(document, selectors={**document.selectors, "main": selector}))
        except ReaderError:
            continue
        if reading.status == ReadStatus.READ:
            tried.append((_size(reading), selector, len(reading.observations)))
    most = max((size for size, _, _ in tried), default=0)
    good = sorted((-size, len(selector), selector, count) for size, selector, count in tried if 2 * size >= most)
    rest = {name: css for name, css in document.selectors.items() if name != "main"}
    return [
        Suggested(selectors={"main": selector} | rest, reads=f"{_counted(count, 'block')} of text")
        for _, _, selector, count in good[:_MOST]
    ]


def _main_selectors(document: Document) -> Iterator[str]:
    tree = parse_html(decode(document))
    yield from (near.selector for near in nearest_selectors(tree, document.selectors.get("main", "main")))
    seen = {selector for selector in ("main", "[role=main]", "article") if len(tree.css(selector)) == 1}
    yield from sorted(seen)
    for node in tree.css("div[id], section[id], div[class], section[class]"):
        names = [f"#{node.id}"] if node.id else []
        names += [f".{name}" for name in (node.attributes.get("class") or "").split()]
        for name in names:
            if name not in seen and is_stable(name[1:]) and words_of(name) & _SAYS_MAIN and len(tree.css(name)) == 1:
                seen.add(name)
                yield name


def _size(reading: Reading) -> int:
    return sum(len(each.block) for each in reading.observations if isinstance(each, PageText))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
