"""A page as a person sees it: elements that hold runs of text lines, made in one pass over the parsed tree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from detente.errors import ReaderError
from sources.markup import PASSING_ATTRIBUTES, bounded

from .words import words

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "dt": 4, "legend": 5}
"""Elements that name what follows them, and their levels."""
MAX_DEPTH = 200
MAX_LINES = 60_000
MAX_ELEMENTS = 100_000
MAX_LINE_CHARS = 2_000
MAX_LABEL = 500
"""Characters of a class or the like that are looked through."""

# A tag is skipped with all it holds, starts a line of its own, or continues the line that it stands in.
_SKIP = words(
    "script style svg noscript template iframe object embed canvas audio video map select datalist textarea nav head"
    " title meta link blockquote math picture source track param area col colgroup dialog"
)
_INLINE = words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark meter output q ruby s samp small"
    " span strike strong sub sup time tt u var wbr img input"
)
_TEXT, _RUN, _BREAK, _NOTHING = "text", "run", "break", "nothing"
_ROLES: dict[str | None, str] = {
    "-text": _TEXT,
    "br": _BREAK,
    "hr": _BREAK,
    **dict.fromkeys(_SKIP, _NOTHING),
    **dict.fromkeys(_INLINE, _RUN),
}
# Page furniture; inside a plan's card a <header> holds the plan's name, so only the outer ones go.
_FURNITURE = frozenset(("header", "footer", "aside"))
_FURNITURE_DEPTH = 3
_CURRENCY_HINT = re.compile(r"[$€£¥₹]")
_SIGNS = "$€£¥₹"
_CENTS = re.compile(r"\d\d", re.ASCII)
_SPACE = re.compile(r"\s+")
CENTS = "\u2060"
"""Stands in a line between digits and the superscript digits that follow them."""


class Element:
    """A block element and the half-open range of lines that it holds."""

    __slots__ = ("_label", "_place", "end", "node", "ordinal", "parent", "start", "tag")

    def __init__(
        self, node: LexborNode, tag: str, parent: Element | None, ordinal: int, start: int, place: str | None = None
    ) -> None:
        self.node = node
        self.tag = tag
        self.parent = parent
        self.ordinal = ordinal
        self.start = start
        self.end = start
        self._label: str | None = None
        self._place = place

    @property
    def label(self) -> str:
        """Class, id and the like, lower case: what the page's author calls this element."""
        if self._label is None:
            self._label = label_of(self.node)
        return self._label

    @property
    def place(self) -> str:
        """CSS path from the nearest ancestor with an id."""
        if self._place is None:
            own = self.node.id
            if own and own.isidentifier():
                self._place = f"#{own}"
            elif self.parent is None:
                self._place = self.tag
            else:
                self._place = f"{self.parent.place} > {self.tag}:nth-child({self.ordinal})"
        return self._place

    def ancestors(self) -> Iterator[Element]:
        """This element and those around it, innermost first."""
        current: Element | None = self
        while current is not None:
            yield current
            current = current.parent


class Line:
    """One line of visible text: the inline run between two block boundaries."""

    __slots__ = ("element", "index", "parts", "text")

    def __init__(self, index: int, text: str, element: Element, parts: list[tuple[str, LexborNode]]) -> None:
        self.index = index
        self.text = text
        self.element = element
        self.parts = parts


class VisiblePage:
    """The lines of a page in document order, its block elements, and the parsed tree behind them."""

    __slots__ = ("_children", "cut", "cut_because", "elements", "html", "lines", "root", "tree")

    def __init__(self, html: str) -> None:
        html, self.cut_because = bounded(html)
        self.html = html
        self.tree = LexborHTMLParser(html)
        self.lines: list[Line] = []
        self.elements: list[Element] = []
        self._children: dict[Element | None, list[Element]] = {}
        self.cut = bool(self.cut_because)
        body = self.tree.body or self.tree.root
        if body is None:
            raise ReaderError("the document holds no element at all")
        self.root = Element(body, body.tag or "body", None, 1, 0)
        self.elements.append(self.root)
        walk = _Walk(self)
        walk.children(body, self.root, 0)
        if walk.parts:
            walk.flush(self.root)
        self.root.end = len(self.lines)

    def children_of(self, parent: Element | None) -> list[Element]:
        """The block elements right inside one, in order; gathered when first asked for."""
        if not self._children:
            for element in self.elements:
                self._children.setdefault(element.parent, []).append(element)
        return self._children.get(parent, []) if parent is not None else []


def label_of(node: LexborNode) -> str:
    """Class, id, data-* names and aria-label of a node, lower case, in one string."""
    attributes = node.attributes
    if not attributes:
        return ""
    found = []
    for name, value in attributes.items():
        if name in ("class", "id", "aria-label", "itemprop", "title", "alt"):
            found.append((value or "")[:MAX_LABEL])
        elif name.startswith("data-") and name not in PASSING_ATTRIBUTES:
            found.append(f"{name}={value}" if value and len(value) < 40 else name)
    return " ".join(found).lower()


def fold(text: str) -> str:
    """The text with every run of white space as one blank, none at its ends."""
    return _SPACE.sub(" ", text).strip()


class _Walk:
    """Fills a page's lines; one object per page, so that the loops find their targets in attributes."""

    __slots__ = ("elements", "length", "lines", "page", "parts")

    def __init__(self, page: VisiblePage) -> None:
        self.page = page
        self.lines = page.lines
        self.elements = page.elements
        self.parts: list[tuple[str, LexborNode]] = []
        self.length = 0

    def children(self, node: LexborNode, element: Element, depth: int) -> None:
        """Read the children of a block element, or of an inline one in it."""
        child = node.first_child
        ordinal = 0
        while child is not None:
            tag = child.tag
            role = _ROLES.get(tag)
            if role is _TEXT:
                text = child.text_content
                if text and (self.parts or not text.isspace()) and self.length < MAX_LINE_CHARS:
                    self.parts.append((text, node))
                    self.length += len(text)
            elif role is None:
                if tag is not None and tag[0] not in "-!":  # comments and processing instructions
                    ordinal += 1
                    self._block(child, tag, element, ordinal, depth)
            else:
                ordinal += 1
                if role is _RUN:
                    if depth < MAX_DEPTH:
                        self.children(child, element, depth + 1)
                elif role is _BREAK and self.parts:
                    self.flush(element)
            child = child.next

    def _block(self, child: LexborNode, tag: str, element: Element, ordinal: int, depth: int) -> None:
        if self.parts:
            self.flush(element)
        lines = self.lines
        start = len(lines)
        if depth >= MAX_DEPTH or start >= MAX_LINES or len(self.elements) >= MAX_ELEMENTS:
            self.page.cut = True
            return
        if depth < _FURNITURE_DEPTH and tag in _FURNITURE and not _CURRENCY_HINT.search(child.text()):
            return
        inner = Element(child, tag, element, ordinal, start)
        self.elements.append(inner)
        only = child.first_child
        if only is None:
            return
        if only.next is None and only.tag == "-text":  # most cells and list items hold nothing else
            text = only.text_content or ""
            folded = " ".join(text.split())
            if folded:
                lines.append(Line(start, folded[:MAX_LINE_CHARS], inner, [(text, child)]))
                inner.end = start + 1
            return
        self.children(child, inner, depth + 1)
        if self.parts:
            self.flush(inner)
        inner.end = len(lines)

    def flush(self, element: Element) -> None:
        """End the line that is being gathered."""
        parts = self.parts
        self.parts = []
        self.length = 0
        text = parts[0][0] if len(parts) == 1 else _join(parts)
        text = " ".join(text.split())
        if text:
            self.lines.append(Line(len(self.lines), text[:MAX_LINE_CHARS], element, parts))


def _join(parts: list[tuple[str, LexborNode]]) -> str:
    """Put inline pieces together, with a blank where two words would otherwise run into each other."""
    joined = parts[0][0]
    for text, node in parts[1:]:
        if node.tag == "sup" and _CENTS.fullmatch(text.strip()) and joined.rstrip()[-1:].isdigit():
            joined = joined.rstrip() + CENTS + text.strip()
        elif joined and text and joined[-1].isalpha() and text[0] in _SIGNS:
            joined += " " + text  # "Basic" and "$9" side by side are two words, whatever the style sheet puts between
        elif joined and text and joined[-1].isalnum() and text[0].isalnum():
            joined += " " + text
        else:
            joined += text
    return joined
