"""Reads a changelog page into lines."""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from sources.blocks import Block, blocks_of
from sources.document import clean_text
from sources.release_notes.dates import date_line, find_date
from sources.release_notes.lines import Line
from sources.release_notes.versions import find_version

__all__ = ["is_notes_title", "page_lines", "promoted", "row_lines"]

_PROMOTED_LEVEL = 7
_MAX_PROMOTED = 90
_MAX_CELLS = 12
_MAX_WORDS_ROUND = 6
_PROMOTED_TAGS = frozenset(("dt", "summary"))


def page_lines(tree: LexborHTMLParser, *, fragment: bool = False) -> list[Line]:
    """The content of a page, or of a feed's item (`fragment`), as lines in reading order."""
    return _headings_first([_line(block) for block in blocks_of(tree, fragment=fragment)])


def _headings_first(lines: Sequence[Line]) -> list[Line]:
    """Moves a date or badge that stands above the heading of its own article below that heading."""
    result: list[Line] = []
    last_heading = 0
    for line in lines:
        start = len(result)
        if line.level is not None:
            while line.region and start > last_heading and result[start - 1].region == line.region:
                start -= 1
            # With another heading of the same part before it, what stands between belongs to that one.
            if start == last_heading and start and result[start - 1].region == line.region:
                start = len(result)
        result.insert(start, line)
        if line.level is not None:
            last_heading = start + 1
    return result


def _line(block: Block) -> Line:
    level = block.level
    if level is None and block.tag in _PROMOTED_TAGS and len(block.text) <= _MAX_PROMOTED:
        level = _PROMOTED_LEVEL
    return Line(
        text=block.text,
        level=level,
        item=block.tag == "li",
        label=block.badge or (block.strong and len(block.text) <= _MAX_PROMOTED),
        badge=block.badge,
        href=block.href,
        ident=block.ident,
        datetime=block.datetime if len(block.text) <= 120 else None,
        region=block.region,
        place=block.place,
    )


def promoted(lines: Sequence[Line]) -> list[Line]:
    """The lines with those made headings that are nothing but a version, or a version and a date.

    For pages (and texts) whose headings are not marked as such.
    """
    result = []
    for line in lines:
        if line.level is None and not line.item and len(line.text) <= _MAX_PROMOTED and _names_release(line):
            result.append(line._replace(level=_PROMOTED_LEVEL))
        else:
            result.append(line)
    return result


def _names_release(line: Line) -> bool:
    found = find_date(line.text)
    rest = line.text[: found.start] + " " + line.text[found.end :] if found else line.text
    version = find_version(rest)
    if version:
        return line.label or len(rest.replace(version, "").split()) <= _MAX_WORDS_ROUND
    return bool(found and date_line(line.text))


_TITLE_WORDS = (
    "release notes",
    "changelog",
    "change log",
    "what's new",
    "what’s new",
    "product updates",
    "release history",
    "version history",
    "changes",
    "updates",
    "news",
    "releases",
    "neuigkeiten",
    "versionshinweise",
    "nouveautés",
    "notes de version",
    "novedades",
)


def is_notes_title(text: str) -> bool:
    """Whether a title says that the document holds release notes."""
    folded = text.lower()
    return len(text) < 150 and any(word in folded for word in _TITLE_WORDS)


def row_lines(tree: LexborHTMLParser) -> list[Line]:
    """A table's rows as entries, where a cell of each row is a version or a date and nothing else."""
    lines: list[Line] = []
    for row in tree.css("table tr"):
        cells = [clean_text(cell.text(separator=" ")) for cell in row.css("td, th")]
        if not 2 <= len(cells) <= _MAX_CELLS:
            continue
        naming = [cell for cell in cells[:4] if len(cell) <= _MAX_PROMOTED and _names_release(Line(text=cell))]
        if not naming:
            continue
        anchor = row.css_first("a[href]")
        lines.append(
            Line(
                text=" – ".join(naming),
                level=_PROMOTED_LEVEL,
                href=anchor.attributes.get("href") if anchor else None,
                place=f"row {len(lines) + 1}",
            )
        )
        lines.extend(Line(text=cell) for cell in cells if cell and cell not in naming)
    return lines
