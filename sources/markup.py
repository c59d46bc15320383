"""Bounds on HTML before it is parsed: what would cost the parser seconds or hundreds of megabytes is cut or refused."""

from __future__ import annotations

import re
from typing import NamedTuple

from detente.errors import ReaderError

__all__ = ["MAX_DEPTH", "MAX_TAGS", "PASSING_ATTRIBUTES", "Markup", "bounded", "refuse_xml_bombs"]

MAX_TAGS = 150_000
"""Tags of a page that are read; the largest pages that people make hold a fifth of that."""

MAX_DEPTH = 500
"""Elements within elements, of a page or a feed; a parser's time grows with the square of it."""

MAX_ATTRIBUTES = 5_000
"""Attributes of one tag, or correspondingly fewer of several: the parser compares each with all before it."""

MAX_OPTIONS = 10_000
"""Choices of all `<select>` elements, which the parser goes through again for each."""

PASSING_ATTRIBUTES = frozenset(
    f"data-{name}"
    for name in (
        "build", "build-id", "csrf", "csrf-token", "generated-at", "nonce", "rendered-at", "request", "request-id",
        "session", "session-id", "timestamp", "token", "trace", "trace-id",
    )
)  # fmt: skip
"""Attributes whose values servers make anew for every answer: no reader looks at them, and no fingerprint."""

_FEW_TAGS = 4_000
_LONG = 100_000
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.S)
_OPTION = re.compile(r"<option", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)(?:[^<>]*(/)>)?")
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{2000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/]+")
# fmt: off
_SINGLE = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "param", "wbr",
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot",
))
# Of these a "/" before the ">" closes nothing.
_NESTING = frozenset((
    "a", "abbr", "article", "aside", "b", "blockquote", "body", "button", "center", "cite", "code", "dd", "details",
    "div", "dl", "em", "fieldset", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "i", "label", "main", "nav", "ol", "pre", "q", "s", "section", "select", "small", "span", "strong", "sub",
    "summary", "sup", "table", "template", "u", "ul",
))
# fmt: on


class Markup(NamedTuple):
    """HTML that can be parsed, and what was left out of it.

    Attributes:
        html: The document up to the bound.
        cut: Why the rest was left out; empty where nothing was.
    """

    html: str
    cut: str


def bounded(html: str) -> Markup:
    """A document that the parser reads in a second or two, cut after `MAX_TAGS` tags and below `MAX_DEPTH` elements.

    Raises:
        ReaderError: There are too many attributes or options; see the bounds.
    """
    cut = ""
    tags = html.count("<")
    if tags > MAX_TAGS:
        html = html[: _position(html, MAX_TAGS)]
        cut = f"the page holds {tags:,} tags; it was read up to the {MAX_TAGS:,}th"
    if tags > _FEW_TAGS:
        end = _too_deep(html)
        if end is not None:
            html = html[:end]
            cut = f"elements are nested more than {MAX_DEPTH:,} deep; the page was read up to there"
        _refuse_options(html)
    if len(html) > _LONG:
        _refuse_attributes(html)
    return Markup(html, cut)


def refuse_xml_bombs(xml: str) -> None:
    """Refuse a feed that is built to cost an XML parser minutes.

    Raises:
        ReaderError: Its elements are nested deeper than `MAX_DEPTH`, or one has more attributes than the bound.
    """
    if xml.count("<") > _FEW_TAGS:
        depth = deepest = 0
        for match in _TAG.finditer(_CDATA.sub("", xml)):
            if not match[3]:
                depth = max(0, depth - 1) if match[1] else depth + 1
                deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            raise ReaderError(f"not parsed: elements are nested {deepest:,} deep (at most {MAX_DEPTH:,} are read)")
    if len(xml) > _LONG:
        _refuse_attributes(xml)


def _position(html: str, number: int) -> int:
    position = -1
    for _ in range(number + 1):
        position = html.find("<", position + 1)
    return position


def _too_deep(html: str) -> int | None:
    """Where elements come to be nested deeper than `MAX_DEPTH`; None where they never do."""
    if html.count("<") - html.count("</") <= MAX_DEPTH:
        return None
    depth = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _SINGLE or (match[3] and name not in _NESTING):
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > MAX_DEPTH:
            return match.start()
    return None


def _refuse_options(html: str) -> None:
    if len(_OPTION.findall(html)) > MAX_OPTIONS:
        raise ReaderError(f"not parsed: the page offers more than {MAX_OPTIONS:,} options to choose from")


def _refuse_attributes(html: str) -> None:
    comparisons = 0
    for match in _LONG_TAG.finditer(html):
        comparisons += len(_BETWEEN_ATTRIBUTES.split(_QUOTED.sub("", match[0]))) ** 2
        if comparisons > MAX_ATTRIBUTES**2:
            raise ReaderError(f"not parsed: its tags hold more than {MAX_ATTRIBUTES:,} attributes each")
