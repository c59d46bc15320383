"""The blocks of text of an HTML page in reading order, without what is not its content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sources.document import clean_text
from sources.markup import bounded

__all__ = ["MAX_BLOCKS", "Block", "blocks_of", "parse_html", "too_many"]

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# fmt: off
_BLOCK_TAGS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "li", "main", "menu", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "br", "hr", *_HEADINGS,
))
_NOT_CONTENT = frozenset((
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video",
    "map", "select", "option", "datalist", "textarea", "input", "nav", "footer", "dialog", "head", "link", "meta",
    "title", "progress", "meter",
))
# fmt: on
_ENDS_HEADING = frozenset(("p", "ul", "ol", "dl", "table", "section", "article", "main", "pre", "blockquote"))
_REGION_TAGS = frozenset(("article", "li", "section", "tr", "dd", "details"))
_BOLD = ("strong", "b")
_TIMES = frozenset(("time", "relative-time", "local-time", "time-ago"))
_SPACED = frozenset(("span", "a", "small", "label", "strong", "b", "em"))
# By role, by what it is for, and what a browser does not show.
_NOT_CONTENT_SELECTOR = ", ".join((
    "[hidden]",
    "[aria-hidden=true]",
    "[role=navigation]",
    "[role=contentinfo]",
    "[role=dialog]",
    "[role=alertdialog]",
    "[role=search]",
    "[class*=cookie i]",
    "[id*=cookie i]",
    "[class*=consent i]",
    "[id*=consent i]",
    "[class*=breadcrumb i]",
    "[class*=newsletter i]",
    "[class*='sr-only' i]",
    "[class*='visually-hidden' i]",
    "[class*=skip-link i]",
    "form",
))  # fmt: skip
_BADGE_SELECTOR = ", ".join(
    f"{tag}[class*={word} i]"
    for tag in ("span", "div", "a", "p", "strong", "em")
    for word in ("badge", "tag", "label", "pill", "chip", "category")
)
_BADGE_WORD = re.compile(r"(?:^|[\s_-])(?:badge|tag|label|pill|chip|category)(?:$|[\s_-])", re.I)
_MAX_BADGE = 40
_PERMALINK = re.compile(r"\s*(?:[¶§🔗#]|Permalink|Link to (?:this )?heading|Copy link)\s*$")
MAX_BLOCKS = 40_000
"""Pieces of text of a page that are read; `too_many` says so where there were more."""


class Block(NamedTuple):
    """One piece of text that stands by itself on the page.

    Attributes:
        tag: Name of the innermost block element.
        text: Clean, on one line (`pre` too).
        level: 1–6 for a heading, else None.
        region: Number of the article, section, list item or row that it stands in; 0 outside of all.
        href: First link in it, or round it, as written.
        ident: The `id` of the heading, or of the region that it opens.
        datetime: `datetime` attribute of a `<time>`, or of an element that stands in for one.
        badge: A short label with a class that says so ("badge", "tag", "pill").
        strong: All of it is bold.
        place: Tag and number among the blocks, `h2 #12`.
    """

    tag: str
    text: str
    level: int | None = None
    region: int = 0
    href: str | None = None
    ident: str | None = None
    datetime: str | None = None
    badge: bool = False
    strong: bool = False
    place: str = ""


def parse_html(text: str) -> LexborHTMLParser:
    """The tree of a fragment; see `sources.markup` for what is cut off and refused.

    Raises:
        ReaderError: As `bounded`.
    """
    return LexborHTMLParser(bounded(text).html)


def blocks_of(
    tree: LexborHTMLParser, *, root: LexborNode | None = None, without: str = "", fragment: bool = False
) -> list[Block]:
    """All blocks of the page's content; navigation, footers, cookie banners, forms and hidden parts left out.

    Text that the source writes without a space between two inline elements is spaced where the elements are separate
    labels. A part that is left out by its class or role stays when it holds the page's main heading.

    Args:
        tree: As `parse_html` gives it.
        root: The part to walk; the whole body without it.
        without: CSS selectors of more that is to be left out.
        fragment: It is the body of a feed item, which has no navigation round it.
    """
    root = root or tree.body
    if root is None:
        return []
    walk = _Walk(skipped=set() if fragment else _skipped(tree, without), badges=set() if fragment else _badges(tree))
    walk.read(root)
    return walk.blocks


def _skipped(tree: LexborHTMLParser, without: str) -> set[int]:
    selectors = f"{_NOT_CONTENT_SELECTOR}, {without}" if without else _NOT_CONTENT_SELECTOR
    skipped = {node.mem_id for node in tree.css(selectors) if node.css_first("h1, main, article") is None}
    skipped |= {node.mem_id for node in tree.css("header") if node.css_first("h1, h2, h3, h4, time") is None}
    return skipped | {node.mem_id for node in tree.css("aside")} - {node.mem_id for node in tree.css("article aside")}


def _badges(tree: LexborHTMLParser) -> set[int]:
    return {node.mem_id for node in tree.css(_BADGE_SELECTOR) if _BADGE_WORD.search(node.attributes.get("class") or "")}


def too_many(blocks: Sequence[object]) -> str:
    """What a reader says of a page whose blocks were not all read; empty if they were."""
    return f"the page holds more than {MAX_BLOCKS:,} pieces of text; the rest was left out" * (
        len(blocks) >= MAX_BLOCKS
    )


class _Walk:
    """Gathers text until a block begins or ends."""

    def __init__(self, *, skipped: set[int], badges: set[int]) -> None:
        self.blocks: list[Block] = []
        self._skipped = skipped
        self._badges = badges
        self._text: list[str] = []
        self._plain = False
        self._href: str | None = None
        self._link: list[str | None] = []
        self._datetime: str | None = None
        self._ident: str | None = None
        self._heading: str | None = None
        self._badge = False
        self._bold = 0
        self._tags: list[str] = ["body"]
        self._regions: list[int] = [0]
        self._region_count = 0

    def read(self, root: LexborNode) -> None:
        """Walks depth-first, without recursion: a hostile page can nest deeper than Python's stack."""
        top = root.mem_id
        node = root
        skipped = self._skipped
        while len(self.blocks) < MAX_BLOCKS:
            tag = node.tag or ""
            if tag == "-text":
                self._add(node.text_content or "")
            elif tag not in _NOT_CONTENT and node.mem_id not in skipped:
                self._enter(node, tag)
                child = node.first_child
                if child is not None:
                    node = child
                    continue
                self._leave(node, tag)
            following = node.next if node.mem_id != top else None
            while following is None:
                parent = node.parent if node.mem_id != top else None
                if parent is None:
                    self.flush()
                    return
                node = parent
                self._leave(node, node.tag or "")
                following = node.next if node.mem_id != top else None
            node = following
        self.flush()

    def _enter(self, node: LexborNode, tag: str) -> None:
        if tag in _ENDS_HEADING and self._heading is not None:
            # An unclosed heading would swallow the rest of the page.
            self.flush()
            self._heading = None
            self._tags[-1] = "div"
        if tag in _BLOCK_TAGS:
            if self._heading is None:
                self._open_block(node, tag)
            else:
                self._space_before(node)
        elif tag in _SPACED:
            self._space_before(node)
        if tag == "a":
            href = node.attributes.get("href")
            self._link.append(href)
            self._href = self._href or href
        elif tag in _BOLD:
            self._bold += 1
        elif tag in _TIMES:
            self._datetime = self._datetime or node.attributes.get("datetime") or clean_text(node.text())[:80] or None
        if self._badges and node.mem_id in self._badges and self._heading is None:
            self.flush()
            self._badge = True

    def _leave(self, node: LexborNode, tag: str) -> None:
        if self._badges and node.mem_id in self._badges and self._heading is None:
            self.flush()
        if tag in _BLOCK_TAGS:
            self._close_block(tag)
        elif tag == "a":
            if self._link:
                self._link.pop()
        elif tag in _BOLD:
            self._bold = max(0, self._bold - 1)

    def _close_block(self, tag: str) -> None:
        if tag == self._heading:
            self.flush()
            self._heading = None
            self._tags.pop()
        elif self._heading is None:
            self.flush()
            if len(self._tags) > 1:
                self._tags.pop()
            if tag in _REGION_TAGS and len(self._regions) > 1:
                self._regions.pop()

    def flush(self) -> None:
        """Ends the block that was being gathered."""
        if not self._text:
            self._badge = False
            self._href = self._link[-1] if self._link else None
            self._datetime = None
            return
        text = clean_text(self._text[0] if len(self._text) == 1 else "".join(self._text))
        if self._heading and text:
            text = _PERMALINK.sub("", text)
        if text:
            tag = self._heading or self._tags[-1]
            self.blocks.append(
                Block(
                    tag,
                    text,
                    _HEADINGS.get(tag),
                    self._regions[-1],
                    self._href,
                    self._ident,
                    self._datetime,
                    self._badge and len(text) <= _MAX_BADGE,
                    not self._plain,
                    f"{tag} #{len(self.blocks) + 1}",
                )
            )
            self._ident = None
        self._text.clear()
        self._plain = False
        self._badge = False
        self._href = self._link[-1] if self._link else None
        self._datetime = None

    def _add(self, text: str) -> None:
        if text.isspace():
            if self._text:
                self._text.append(" ")
            return
        self._text.append(text)
        if not self._bold:
            self._plain = True

    def _space_before(self, node: LexborNode) -> None:
        previous = node.prev
        if self._text and previous is not None and previous.tag != "-text":
            self._text.append(" ")

    def _open_block(self, node: LexborNode, tag: str) -> None:
        self.flush()
        if tag in _HEADINGS:
            self._heading = tag
            self._ident = node.id or self._ident
        self._tags.append(tag)
        if tag in _REGION_TAGS:
            self._region_count += 1
            self._regions.append(self._region_count)
            self._ident = node.id
