"""Reads a changelog page into lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from sources.blocks import Block, blocks_of
from sources.release_notes.dates import date_line
from sources.release_notes.lines import Line
from sources.release_notes.promotion import MAX_PROMOTED, raised
from sources.release_notes.versions import find_version

__all__ = ["is_notes_title", "lifted", "lines_as_written", "page_lines"]

_TERM_LEVEL = 7
_TERM_TAGS = frozenset(("dt", "summary"))
_DIGITS = re.compile(r"\d+")


def page_lines(tree: LexborHTMLParser, *, fragment: bool = False) -> list[Line]:
    """The content of a page, or of a feed's item (`fragment`), as lines, headings before what belongs to them."""
    return lifted(lines_as_written(tree, fragment=fragment))


def lines_as_written(tree: LexborHTMLParser, *, fragment: bool = False) -> list[Line]:
    """The same lines in reading order."""
    lines = [_line(block) for block in blocks_of(tree, fragment=fragment)]
    headings = {line.text for line in lines if line.level is not None}
    # A table of contents is no part of the last entry.
    lines = [x for x in lines if not (x.href and x.href[0] == "#" and x.level is None and x.text in headings)]
    terms = [number for number, line in enumerate(lines) if line.level == _TERM_LEVEL]
    if terms:
        # "Assets 3" in every entry names none of them.
        counts = Counter(_DIGITS.sub("", lines[number].text) for number in terms)
        naming = {n for n in terms if counts[_DIGITS.sub("", lines[n].text)] == 1 or find_version(lines[n].text)}
        lines = [
            line._replace(level=None, label=True) if line.level == _TERM_LEVEL and number not in naming else line
            for number, line in enumerate(lines)
        ]
        lines = raised(lines, naming)
    return lines


def lifted(lines: Sequence[Line], *, only_telling: bool = False) -> list[Line]:
    """Moves what stands above the heading of its own article, such as a date or badge, below that heading.

    Args:
        lines: In reading order.
        only_telling: What is neither a date nor a badge (an author, a commit) is left out instead.
    """
    result: list[Line] = []
    last_heading = 0
    for line in lines:
        start = len(result)
        if line.level is not None:
            # Parts are numbered as they open: one with a higher number before this line lies within its part.
            while line.region and start > last_heading and result[start - 1].region >= line.region:
                start -= 1
            # With another heading of the same part before it, what stands between belongs to that one.
            if start == last_heading and start and result[start - 1].region == line.region:
                start = len(result)
        if only_telling and line.level is not None:
            result[start:] = [
                above for above in result[start:] if above.badge or above.datetime or date_line(above.text)
            ]
        result.insert(start, line)
        if line.level is not None:
            last_heading = start + 1
    return result


def _line(block: Block) -> Line:
    level = block.level
    if level is None and block.tag in _TERM_TAGS and len(block.text) <= MAX_PROMOTED:
        level = _TERM_LEVEL
    return Line(
        text=block.text,
        level=level,
        item=block.tag == "li",
        label=block.badge or (block.strong and len(block.text) <= MAX_PROMOTED),
        badge=block.badge,
        href=block.href,
        ident=block.ident,
        datetime=block.datetime if len(block.text) <= 120 else None,
        region=block.region,
        place=block.place,
    )


_TITLE_WORDS = (
    "release notes",
    "changelog",
    "change log",
    "what's new",
    "what’s new",
    "whats new",
    "product updates",
    "release history",
    "version history",
    "latest changes",
    "neuigkeiten",
    "versionshinweise",
    "nouveautés",
    "notes de version",
    "novedades",
    "novità",
    "更新履歴",
    "更新日志",
)


def is_notes_title(text: str) -> bool:
    """Whether a title says that the document holds release notes."""
    folded = text.lower()
    return len(text) < 150 and any(word in folded for word in _TITLE_WORDS)
