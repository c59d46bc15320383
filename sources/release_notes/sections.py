"""The headings of a document with the lines that belong to them, and what a heading says of a release."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sources.release_notes.dates import FoundDate, NumericOrder, bare_year, date_line, find_date, is_of_something_else
from sources.release_notes.lines import Line
from sources.release_notes.versions import find_version, is_unreleased

__all__ = ["Section", "flat", "level_releases", "nest", "read_heading", "sections_of", "title_of"]

_EMPTY_BRACKETS = re.compile(r"\(\s*(?:release[ -]?date|released?(?: on)?)?\s*[:\-–]?\s*\)|\[\s*\]", re.I)
_SET_OFF = re.compile(
    r"^[\s\-–—:|/,.•·@]+|[\s\-–—:|/,•·@]*(?:\breleased?(?: on)?|\brelease date|\bpublished(?: on)?"
    r"|\bvom|\bdu|\bdel|\bvan|\bfrån)?"
    r"[\s\-–—:|/,•·@(\[↗→»›]*$",
    re.I,
)
_BEFORE_DATE = re.compile(r"(?:released(?: on)?|date:?|\b(?:vom|du|del|van|från))$", re.I)
_DOTTED_DATE = re.compile(r"\s*(\d{4}\.\d{2}\.\d{2})(?=[\s,:;–—-]+\S)")
_BRACKETS = re.compile(r"[\[\]()]")
_IN_BRACKETS = re.compile(r"\[([^\]]+)\]")
_UNRELEASED = re.compile(r"\bunreleased\b", re.I)
_WORD = re.compile(r"\w")
_MAX_HEADING = 500
# "[1.2.0] - 2026-11-23 Calendar feeds": the date stands between version and name, and the brackets say nothing.
_BRACKETED_VERSION = re.compile(r"^\[(v?\d[^\]\s]*)\]")
_ONLY_VERSION = re.compile(r"\W*v?\d[\w.+-]*\W*")


@dataclass(kw_only=True, slots=True)
class Section:
    """A heading, the lines up to the next heading, and the sections below it."""

    head: Line
    level: int
    own: list[Line] = field(default_factory=list)
    below: list[Section] = field(default_factory=list)
    version: str | None = None
    in_heading: FoundDate | None = None
    found: FoundDate | None = None
    unreleased: bool = False
    strong_below: bool = False
    title: str | None = None

    @property
    def strong(self) -> bool:
        """Whether the heading itself, or a line that belongs to it, says that this is a release."""
        return bool(self.version or self.found or self.unreleased)


def sections_of(lines: Sequence[Line]) -> tuple[Section, list[Section]]:
    """What stands before the first heading, and the headings in order, each with the lines up to the next one."""
    root = Section(head=Line(text=""), level=0)
    sections: list[Section] = []
    own = root.own
    for line in lines:
        if line.level is None:
            own.append(line)
        else:
            sections.append(Section(head=line, level=line.level))
            own = sections[-1].own
    return root, sections


def level_releases(sections: Sequence[Section]) -> None:
    """Puts headings that state a version and its day on one level, whatever marks a major release from a patch."""
    releases = [section for section in sections if section.version and section.found and section.found.day]
    highest = min((section.level for section in releases), default=0)
    for section in releases:
        section.level = highest


def nest(root: Section, sections: Sequence[Section]) -> None:
    """Puts each section below the last one of a higher level."""
    open_sections = [root]
    for section in sections:
        while open_sections[-1].level >= section.level:
            open_sections.pop()
        open_sections[-1].below.append(section)
        open_sections.append(section)


def flat(root: Section) -> list[Section]:
    """All sections below, in document order; headings have few levels, so this cannot run deep."""
    result: list[Section] = []
    for section in root.below:
        result.append(section)
        result.extend(flat(section))
    return result


def read_heading(section: Section, order: NumericOrder | None) -> None:
    """Fills in what the heading itself states."""
    text = section.head.text[:_MAX_HEADING]
    found = find_date(text, order)
    if found and is_of_something_else(text, found):
        found = None
    if found is None and section.head.datetime:
        found = find_date(section.head.datetime)
    rest = text
    if found and found.text and found.text in text:
        start = text.index(found.text)
        rest = text[:start] + " " + text[start + len(found.text) :]
    version = section.head.version or (None if bare_year(text) else find_version(_EMPTY_BRACKETS.sub(" ", rest)))
    if version and not found:
        found = _dotted_date(rest, version)
    # "2026.11.3" as a whole may be a calendar version as well as a date: as a version it is no invented date.
    if found and found.text == version:
        version = find_version(rest.replace(found.text, " ", 1))
    section.version = version
    section.in_heading = section.found = found
    bare = _BRACKETS.sub(" ", text)
    section.unreleased = is_unreleased(bare) or (bool(version) and bool(_UNRELEASED.search(text)))
    title = title_of(text, rest, found)
    section.title = _BRACKETED_VERSION.sub(r"\1", title) if title else None


def _dotted_date(text: str, version: str) -> FoundDate | None:
    """The date of "2013.03.21, Version 0.10.1": in dots, so only beside a version that is another number."""
    match = _DOTTED_DATE.match(text)
    others = find_version(text[match.end() :]) if match else None
    if not match or not others:
        return None
    found = find_date(match.group(1).replace(".", "-"))
    return replace(found, text=match.group(1)) if found else None


def title_of(text: str, rest: str, found: FoundDate | None) -> str | None:
    """The heading without its date, where the date is set off; a date within a sentence stays."""
    if not found:
        bracketed = _IN_BRACKETS.fullmatch(text)
        return bracketed.group(1) if bracketed else text
    parts = rest.split()
    if found.text not in text:
        return text
    start = text.index(found.text)
    before, after = text[:start].rstrip(), text[start + len(found.text) :].strip()
    set_off = not before or before[-1] in "([-–—:|/,•·@" or bool(_BEFORE_DATE.search(before))
    if after and after[0] not in ")]-–—:|/,•·." and before and before[-1] not in "([":
        set_off = bool(_ONLY_VERSION.fullmatch(before))
    if before[-1:] == "(" and after[:1] in ",;":  # more than the date is in the brackets
        return text
    if not parts or date_line(text):
        return None
    if not set_off and len(parts) > 1:
        return text
    cleaned = _EMPTY_BRACKETS.sub(" ", before + " " + after if before else after)
    cleaned = " ".join(_SET_OFF.sub("", cleaned).split())
    return cleaned if _WORD.search(cleaned) else None
