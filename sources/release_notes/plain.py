"""Reads reStructuredText, NEWS files and Debian changelogs into lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sources.document import clean_text
from sources.release_notes.dates import date_line, find_date
from sources.release_notes.lines import Line
from sources.release_notes.versions import find_version

__all__ = ["debian_lines", "is_debian", "plain_lines"]

_UNDERLINE = re.compile(r"""^([=\-~^"'*+#`:._])\1{2,}\s*$""")
_RULES = "=-~^\"'*+#`:._"
# Too short to underline anything but a release with its day.
_STUBS = ("==", "--", "~~")
_DIRECTIVE = re.compile(r"^\s*\.\.(?:\s|$)")
_BULLET = re.compile(r"^(\s*)(?:[-*+•‣]|\d{1,3}[.)]|[a-z][.)])\s+")
_FIELD = re.compile(r"^:[a-z][\w -]{1,30}:\s", re.I)
_STARS = re.compile(r"^(\*{1,4}) (?=\S)")
_GNU_ENTRY = re.compile(
    r"^(?:\d{4}-\d{2}-\d{2}"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d (?:[A-Z]{3,4} )?\d{4})"
    r"\s+\S.*<[^>]*>\s*$"
)
_WEEKDAY_DATE = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d{1,2}(?: \d\d:\d\d:\d\d [A-Z]{3,4})? \d{4}"
# "* Tue Nov 10 2026 Ann Lee <ann@example.org> - 2.4.1-1": the packager is nobody's news.
_RPM_ENTRY = re.compile(rf"^\* ({_WEEKDAY_DATE})\s.*?(?:\s(?:-\s*)?(?:\d+:)?(\d[\w.~^+-]*))?\s*$")
_RPM_PART = re.compile(r"^%changelog\b", re.M)
_DEBIAN_HEAD = re.compile(r"^[a-z0-9][a-z0-9.+-]* \((?:\d+:)?([^)\s]+)\) [\w~ -]+; urgency=\w+", re.I)
_DEBIAN_TAIL = re.compile(r"^ -- .{0,200}?<[^>]{0,200}>\s+(\w{3}, .{10,40})$")
_AUTHOR = re.compile(r"^\[ [^\]]+ \]$")
_LONGEST_HEADING = 200
_MAX_TITLE_LINES = 2


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


class _Raw(NamedTuple):
    text: str
    number: int


def plain_lines(text: str) -> list[Line]:
    """Underlined headings, `*`-outlines and dated ChangeLog heads as headings; wrapped lines joined."""
    packaged = _RPM_PART.search(text)
    before = text.count("\n", 0, packaged.end()) if packaged else 0
    raw = _without_directives(text.split("\n"))
    if before:
        raw = [each for each in raw if each.number > before]
    outline = _outline(raw)
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
            held.append(_Raw(text="", number=each.number) if _rule(each.text) else each)
            continue
        above = _title_above(held, each.text)
        lines.extend(_paragraphs(held[: len(held) - len(above)]))
        held = []
        packaging = _RPM_ENTRY.match(each.text) if each.text[0] == "*" else None
        version = packaging.group(2) if packaging else None
        text = packaging.group(1) if packaging else _STARS.sub("", each.text) if outline else each.text
        text = " ".join([line.text for line in above] + [text])
        lines.append(Line(text=clean_text(text), level=level, version=version, place=f"line {each.number}"))
        following = raw[position + 1].text if position + 1 < len(raw) else ""
        skip = following in _STUBS or _rule(following) is not None
    lines.extend(_paragraphs(held))
    return lines


def _rule(text: str) -> re.Match[str] | None:
    """A line of nothing but one punctuation mark."""
    return _UNDERLINE.match(text) if text[:1] in _RULES and text else None


def _title_above(held: Sequence[_Raw], heading: str) -> Sequence[_Raw]:
    """The lines right above an underlined date: it is the last line of a heading that runs over several."""
    if not date_line(heading.strip()):
        return ()
    count = 0
    while count < len(held) and held[-1 - count].text[:1].strip() and not _BULLET.match(held[-1 - count].text):
        count += 1
    return held[len(held) - count :] if count <= _MAX_TITLE_LINES else ()


def _outline(raw: Sequence[_Raw]) -> dict[int, int]:
    """The level that a number of stars stands for, where the text is an outline; the first that comes is the highest.

    Mostly "*" is above "**"; where releases have "***" before the first "*", a single star is what it is elsewhere.
    """
    levels: dict[int, int] = {}
    for each in raw:
        stars = _STARS.match(each.text) if each.text[:1] == "*" else None
        if stars:
            levels.setdefault(len(stars.group(1)), len(levels) + 1)
    first = next(iter(levels), 1)
    return {stars: level for stars, level in levels.items() if stars >= first} if max(levels, default=1) > 1 else {}


def _heading_level(
    raw: Sequence[_Raw], position: int, levels: dict[str, int], *, outline: dict[int, int]
) -> int | None:
    text = raw[position].text
    if not text.strip() or len(text) > _LONGEST_HEADING or _rule(text):
        return None
    following = raw[position + 1].text if position + 1 < len(raw) else ""
    below = _rule(following)
    if following in _STUBS and find_date(text) and find_version(text):
        return levels.setdefault(following[0], len(levels) + 1)
    if below and 2 * len(following.rstrip()) >= len(text.strip()):
        above = position > 0 and raw[position - 1].text[:3] == below.group(1) * 3
        return levels.setdefault(below.group(1) * (2 if above else 1), len(levels) + 1)
    stars = _STARS.match(text) if outline else None
    if stars and len(stars.group(1)) in outline:
        return outline[len(stars.group(1))]
    return 1 if (_RPM_ENTRY if text[0] == "*" else _GNU_ENTRY).match(text) else None


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
        field = each.text[:1] == ":" and _FIELD.match(each.text)
        if words and (not each.text.strip() or bullet or field or indent < width or term):
            lines.append(Line(text=clean_text(" ".join(words)), item=item, place=f"line {start}" if start else ""))
            words = []
        if not each.text.strip():
            continue
        if not words:
            item, start = bool(bullet), each.number
            width = indent + 1 if bullet else indent
        words.append(each.text[bullet.end() :] if bullet else each.text)
    return [line for line in lines if line.text]
