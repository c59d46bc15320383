"""Finds the headings of pages and texts whose headings are not marked as such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser

from sources.document import clean_text
from sources.release_notes.dates import bare_year, date_line, find_date
from sources.release_notes.lines import Line
from sources.release_notes.versions import find_version

__all__ = ["MAX_PROMOTED", "cells_of_lines", "cells_of_page", "promoted", "raised", "row_lines"]

MAX_PROMOTED = 90
"""Characters of a line that may be a heading without being marked as one."""

_LOWEST = 15
_MAX_CELLS = 12
_MAX_ROWS = 10_000
_MAX_WORDS_ROUND = 7
_LINES_TO_TITLE = 8
_LINES_TO_HEADING = 4
_SHORT = 60
# A number alone may be anything.
_ONLY_NUMBER = re.compile(r"\W*\d{1,7}\W*")
_MAY_NAME = re.compile(r"\d\.\d|\bv\d|\d{4}|\bversions?\s", re.I)
# "1.2.0 (2026-10-12): Blossoms are counted"; "1.2.0" alone.
_LEADING_VERSION = re.compile(
    r"(?:version\s+|release\s+)?v?\d++(?:\.\d++)++[\w.+]*+(?:-[\w.+]++)*+(?=$|[\s:,(\[–—-])"
    r"[\s(\[,:|/–—-]*(?:released(?: on)?\s*)?",
    re.I,
)
_MAX_DATE = 40
_BARS = re.compile(r" ?\|(?= |$) ?")

Row = tuple[Sequence[str], str | None]
"""Texts of a row's cells, and the first link in it."""


def promoted(lines: Sequence[Line], *, items: bool = False) -> list[Line]:
    """The lines with those made headings that are nothing but a version, or a version and a date.

    A heading such as "Fixed" that stands right under such a line is below it, whatever its own level is.

    Args:
        lines: Of a whole document.
        items: List items, and the versions that lines begin with, are headings too.

    Returns:
        Empty where no line is one.
    """
    if items:
        lines = [part for line in lines for part in _parted(line)]
    chosen = [
        number
        for number, line in enumerate(lines)
        if line.level is None
        and len(line.text) <= MAX_PROMOTED
        and ((not line.item and _names_release(line)) or (items and _begins_with_release(line)))
    ]
    versions = [number for number in chosen if _version_of(lines[number])]
    if 2 * len(versions) >= len(chosen):  # a date beside a version is that release's date
        chosen = versions
    return raised(lines, set(_without_repeated(lines, chosen))) if chosen else []


def raised(lines: Sequence[Line], numbers: Set[int]) -> list[Line]:
    """The lines with some made headings: below all others, but above those that stand right under one of them."""
    if not numbers:
        return list(lines)
    below = [level for number in numbers if (level := _heading_under(lines, number)) is not None]
    level = 2 * min(below) - 1 if below else _LOWEST
    return [
        line._replace(level=level, item=False)
        if number in numbers
        else line._replace(level=2 * line.level)
        if line.level is not None
        else line
        for number, line in enumerate(lines)
    ]


def _version_of(line: Line) -> str | None:
    found = find_date(line.text)
    return find_version(line.text[: found.start] + " " + line.text[found.end :] if found else line.text)


def _parted(line: Line) -> tuple[Line, ...]:
    """A line that begins with a version and its date, apart from what it says of them."""
    version = _LEADING_VERSION.match(line.text) if line.level is None else None
    found = find_date(line.text[version.end() : version.end() + _MAX_DATE]) if version else None
    if not version or not found or found.start:
        return (line,)
    end = version.end() + found.end
    rest = line.text[end:].lstrip(")] :,–—-")
    head = line._replace(text=line.text[: len(line.text) - len(rest)].rstrip(" :,–—-"))
    return (head, line._replace(text=rest, item=True, href=None)) if rest else (head,)


def _begins_with_release(line: Line) -> bool:
    found = find_date(line.text)
    version = _LEADING_VERSION.match(line.text)
    if version is None:
        return found is not None and found.day is not None and found.start == 0
    return version.end() == len(line.text) or found is not None


def _without_repeated(lines: Sequence[Line], chosen: Sequence[int]) -> list[int]:
    """Of a tag and the title of the same release right after it, only the title."""
    kept = list(chosen[-1:])
    for number, following in pairwise(chosen):
        version = _version_of(lines[number])
        if not version or following - number >= _LINES_TO_TITLE or version != _version_of(lines[following]):
            kept.append(number)
    return kept


def _heading_under(lines: Sequence[Line], number: int) -> int | None:
    for line in lines[number + 1 : number + 2 + _LINES_TO_HEADING]:
        if line.level is not None:
            names = find_version(line.text) or find_date(line.text) or bare_year(line.text)
            return None if names else line.level
        if len(line.text) > _SHORT or (line.item and " " in line.text):
            return None
    return None


def _names_release(line: Line) -> bool:
    if not _MAY_NAME.search(line.text) or _ONLY_NUMBER.fullmatch(line.text):
        return False
    version = _version_of(line)
    if version:
        found = find_date(line.text)
        rest = line.text.replace(found.text, " ") if found else line.text
        return line.label or len(rest.replace(version, "").split()) <= _MAX_WORDS_ROUND
    return date_line(line.text) is not None


def cells_of_page(tree: LexborHTMLParser) -> list[Row]:
    """The rows of a page's tables."""
    rows: list[Row] = []
    for row in tree.css("table tr")[:_MAX_ROWS]:
        anchor = row.css_first("a[href]")
        cells = [clean_text(cell.text(separator=" ")) for cell in row.css("td, th")]
        rows.append((cells, anchor.attributes.get("href") if anchor else None))
    return rows


def cells_of_lines(lines: Iterable[Line]) -> list[Row]:
    """The rows of tables in a text, which are lines with bars in them."""
    return [(_BARS.split(line.text), line.href) for line in lines if line.item and " | " in line.text]


def row_lines(rows: Iterable[Row]) -> list[Line]:
    """Tables' rows as entries, where a cell of each row is a version or a date and nothing else."""
    lines: list[Line] = []
    for cells, href in rows:
        if not 2 <= len(cells) <= _MAX_CELLS:
            continue
        naming = [cell for cell in cells[:4] if len(cell) <= MAX_PROMOTED and _names_release(Line(text=cell))]
        if not naming:
            continue
        lines.append(Line(text=" – ".join(naming), level=_LOWEST, href=href, place=f"row {len(lines) + 1}"))
        lines.extend(Line(text=cell) for cell in cells if cell and cell not in naming)
    return lines
