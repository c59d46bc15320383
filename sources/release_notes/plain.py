"""Reads reStructuredText, NEWS files and Debian changelogs into lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sources.document import clean_text
from sources.release_notes.lines import Line

__all__ = ["debian_lines", "is_debian", "plain_lines"]

_UNDERLINE = re.compile(r"""^([=\-~^"'*+#`:._])\1{2,}\s*$""")
_DIRECTIVE = re.compile(r"^\s*\.\.(?:\s|$)")
_BULLET = re.compile(r"^(\s*)(?:[-*+•‣]|\d{1,3}[.)]|[a-z][.)])\s+")
_STARS = re.compile(r"^(\*{1,4}) (?=\S)")
_GNU_ENTRY = re.compile(
    r"^(?:\d{4}-\d{2}-\d{2}"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d (?:[A-Z]{3,4} )?\d{4})"
    r"\s+\S.*<[^>]*>\s*$"
)
_DEBIAN_HEAD = re.compile(r"^[a-z0-9][a-z0-9.+-]* \((?:\d+:)?([^)\s]+)\) [\w~ -]+; urgency=\w+", re.I)
_DEBIAN_TAIL = re.compile(r"^ -- .{0,200}?<[^>]{0,200}>\s+(\w{3}, .{10,40})$")
_AUTHOR = re.compile(r"^\[ [^\]]+ \]$")
_LONGEST_HEADING = 200


def is_debian(text: str) -> bool:
    """Whether the text is a Debian changelog."""
    return bool(_DEBIAN_HEAD.match(text.lstrip()[:300]))


def debian_lines(text: str) -> list[Line]:
    """Entries whose date stands in the line that ends them."""
    lines: list[Line] = []
    head: Line | None = None
    held: list[str] = []
    for number, raw in enumerate([*text.split("\n"), ""], 1):
        tail = _DEBIAN_TAIL.match(raw)
        start = _DEBIAN_HEAD.match(raw)
        if start:
            lines.extend(_entry_lines(head, held, None))
            head, held = Line(text=clean_text(raw), level=1, version=start.group(1), place=f"line {number}"), []
        elif tail:
            lines.extend(_entry_lines(head, held, tail.group(1)))
            head, held = None, []
        else:
            held.append(raw)
    lines.extend(_entry_lines(head, held, None))
    return lines


def _entry_lines(head: Line | None, held: Sequence[str], date: str | None) -> list[Line]:
    if head is None:
        return []
    when = [Line(text=date, place=head.place)] if date else []
    lines = _paragraphs([_Raw(text=each, number=0) for each in held])
    return [head, *when, *(line._replace(label=True) if _AUTHOR.match(line.text) else line for line in lines)]


@dataclass(frozen=True, slots=True)
class _Raw:
    text: str
    number: int


def plain_lines(text: str) -> list[Line]:
    """Underlined headings, `*`-outlines and dated ChangeLog heads as headings; wrapped lines joined."""
    raw = _without_directives(text.split("\n"))
    outline = any(_STARS.match(each.text) and each.text.startswith("**") for each in raw)
    levels: dict[str, int] = {}
    lines: list[Line] = []
    held: list[_Raw] = []
    skip = False
    for position, each in enumerate(raw):
        if skip:
            skip = False
            continue
        level = _heading_level(raw, position, levels, outline=outline)
        if level is None:
            # An overline, or a rule between parts, is no text.
            held.append(_Raw(text="" if _UNDERLINE.match(each.text) else each.text, number=each.number))
            continue
        lines.extend(_paragraphs(held))
        held = []
        heading = clean_text(_STARS.sub("", each.text) if outline else each.text)
        lines.append(Line(text=heading, level=level, place=f"line {each.number}"))
        skip = position + 1 < len(raw) and bool(_UNDERLINE.match(raw[position + 1].text))
    lines.extend(_paragraphs(held))
    return lines


def _heading_level(raw: Sequence[_Raw], position: int, levels: dict[str, int], *, outline: bool) -> int | None:
    text = raw[position].text
    if not text.strip() or len(text) > _LONGEST_HEADING or _UNDERLINE.match(text):
        return None
    below = _UNDERLINE.match(raw[position + 1].text) if position + 1 < len(raw) else None
    if below and 2 * len(raw[position + 1].text.rstrip()) >= len(text.strip()):
        above = position > 0 and raw[position - 1].text[:3] == below.group(1) * 3
        return levels.setdefault(below.group(1) * (2 if above else 1), len(levels) + 1)
    stars = _STARS.match(text) if outline else None
    if stars:
        return len(stars.group(1))
    return 1 if _GNU_ENTRY.match(text) else None


def _without_directives(lines: Sequence[str]) -> list[_Raw]:
    """Drops `.. name::` and `.. _label:` with the indented lines that belong to them."""
    result: list[_Raw] = []
    indent: int | None = None
    for number, written in enumerate(lines, 1):
        line = written.expandtabs(8).rstrip()
        width = len(line) - len(line.lstrip())
        if indent is not None and (not line or width > indent):
            continue
        indent = width if _DIRECTIVE.match(line) else None
        if indent is None:
            result.append(_Raw(text=line, number=number))
    return result


def _paragraphs(raw: Sequence[_Raw]) -> list[Line]:
    """Joins wrapped lines: a paragraph ends at a blank line, at a bullet, and where the indent changes."""
    lines: list[Line] = []
    words: list[str] = []
    item = False
    start = 0
    width = 0
    for each in [*raw, _Raw(text="", number=0)]:
        bullet = _BULLET.match(each.text)
        indent = len(each.text) - len(each.text.lstrip())
        # A line and, indented below it, what it names: the line stands by itself.
        term = len(words) == 1 and not item and indent > width + 1
        if words and (not each.text.strip() or bullet or indent < width or term):
            lines.append(Line(text=clean_text(" ".join(words)), item=item, place=f"line {start}" if start else ""))
            words = []
        if not each.text.strip():
            continue
        if not words:
            item, start = bool(bullet), each.number
            width = indent + 1 if bullet else indent
        words.append(each.text[bullet.end() :] if bullet else each.text)
    return [line for line in lines if line.text]
