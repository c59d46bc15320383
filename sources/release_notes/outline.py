"""Tells which headings of a document begin a release entry, and what belongs to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sources.release_notes.dates import FoundDate, NumericOrder, date_line, find_date, numeric_order
from sources.release_notes.kinds import kind_of
from sources.release_notes.lines import Line
from sources.release_notes.versions import find_version, is_unreleased

__all__ = ["RawEntry", "entries_of", "titled_entries"]

_LINES_WITH_DATE = 3
_DOCUMENT_TITLE = re.compile(
    r"\b(?:change\s?log|release notes|release history|version history|history|what['’]s new|news|releases|updates"
    r"|changes)\b",
    re.I,
)
_EMPTY_BRACKETS = re.compile(r"\(\s*(?:release[ -]?date|released?(?: on)?)?\s*[:\-–]?\s*\)|\[\s*\]", re.I)
_SET_OFF = re.compile(
    r"^[\s\-–—:|/,.•·@]+|[\s\-–—:|/,•·@]*(?:\breleased?(?: on)?|\brelease date|\bpublished(?: on)?)?"
    r"[\s\-–—:|/,•·@(\[]*$",
    re.I,
)
_DOTTED_DATE = re.compile(r"\s*(\d{4}\.\d{2}\.\d{2})(?=[\s,:;–—-]+\S)")
_BRACKETS = re.compile(r"[\[\]()]")
_IN_BRACKETS = re.compile(r"\[([^\]]+)\]")
_UNRELEASED = re.compile(r"\bunreleased\b", re.I)
_WORD = re.compile(r"\w")
_MIN_TITLED = 2
_MAX_TIME_TEXT = 60
_MAX_HEADING = 500


@dataclass(kw_only=True, slots=True)
class RawEntry:
    """A heading with what belongs to it.

    Attributes:
        head: The heading's line.
        title: The heading without the date that is set off from it; None where nothing is left.
        version: As in `ReleaseEntry`.
        found: The date.
        body: Lines of the entry, sub-headings included.
    """

    head: Line
    title: str | None
    version: str | None
    found: FoundDate | None
    body: list[Line] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class _Section:
    """A heading, the lines up to the next heading, and the sections below it."""

    head: Line
    level: int
    own: list[Line] = field(default_factory=list)
    below: list[_Section] = field(default_factory=list)
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


def entries_of(lines: Sequence[Line]) -> list[RawEntry]:
    """The release entries of a document whose headings name versions or dates.

    Returns:
        Empty where no heading does.
    """
    order = numeric_order(line.text for line in lines if line.level is not None or len(line.text) < 80)
    root = _tree(lines)
    sections = list(_flat(root))
    for section in sections:
        _read_heading(section, order)
    _read_date_lines(root, sections, order)
    _adopt_dates(root)
    _mark_strong_below(sections)
    picks: list[RawEntry] = []
    strong = [section for section in sections if section.strong]
    if len(strong) == 1 and strong[0] is sections[0] and sections[0].level == min(s.level for s in sections):
        return [_entry(strong[0], None)]
    _collect(root, None, picks)
    return picks


def titled_entries(lines: Sequence[Line]) -> list[RawEntry]:
    """Entries of a document that is known to hold release notes, whose headings name neither version nor date.

    The most frequent level of heading (the highest of equals) is taken for that of the entries.
    """
    sections = [section for section in _flat(_tree(lines)) if not kind_of(section.head.text)]
    counts: dict[int, int] = {}
    for section in sections:
        if section.own or section.below:
            counts[section.level] = counts.get(section.level, 0) + 1
    if not counts:
        return []
    level = max(counts, key=lambda each: (counts[each], -each))
    if counts[level] < _MIN_TITLED:
        return []
    return [
        RawEntry(head=s.head, title=s.head.text, version=None, found=None, body=_body(s))
        for s in sections
        if s.level == level and not _DOCUMENT_TITLE.search(s.head.text)
    ]


def _tree(lines: Sequence[Line]) -> _Section:
    root = _Section(head=Line(text=""), level=0)
    open_sections = [root]
    for line in lines:
        if line.level is None:
            open_sections[-1].own.append(line)
            continue
        section = _Section(head=line, level=line.level)
        while open_sections[-1].level >= section.level:
            open_sections.pop()
        open_sections[-1].below.append(section)
        open_sections.append(section)
    return root


def _flat(root: _Section) -> list[_Section]:
    """All sections below, in document order; headings have few levels, so this cannot run deep."""
    result: list[_Section] = []
    for section in root.below:
        result.append(section)
        result.extend(_flat(section))
    return result


def _read_heading(section: _Section, order: NumericOrder | None) -> None:
    text = section.head.text[:_MAX_HEADING]
    found = find_date(text, order)
    if found is None and section.head.datetime:
        found = find_date(section.head.datetime)
    rest = text
    if found and found.text and found.text in text:
        start = text.index(found.text)
        rest = text[:start] + " " + text[start + len(found.text) :]
    version = section.head.version or find_version(_EMPTY_BRACKETS.sub(" ", rest))
    if version and not found:
        found = _dotted_date(rest, version)
    # "2026.11.3" as a whole may be a calendar version as well as a date: as a version it is no invented date.
    if found and found.text == version:
        version = find_version(rest.replace(found.text, " ", 1))
    section.version = version
    section.in_heading = section.found = found
    bare = _BRACKETS.sub(" ", text)
    section.unreleased = is_unreleased(bare) or (bool(version) and bool(_UNRELEASED.search(text)))
    title = _title(text, rest, found)
    section.title = _BRACKETED_VERSION.sub(r"\1", title) if title else None


# "[1.2.0] - 2026-11-23 Calendar feeds": the date stands between version and name, and the brackets say nothing.
_BRACKETED_VERSION = re.compile(r"^\[(v?\d[^\]\s]*)\]")
_ONLY_VERSION = re.compile(r"\W*v?\d[\w.+-]*\W*")


def _dotted_date(text: str, version: str) -> FoundDate | None:
    """The date of "2013.03.21, Version 0.10.1": in dots, so only beside a version that is another number."""
    match = _DOTTED_DATE.match(text)
    others = find_version(text[match.end() :]) if match else None
    if not match or not others:
        return None
    found = find_date(match.group(1).replace(".", "-"))
    return replace(found, text=match.group(1)) if found else None


def _title(text: str, rest: str, found: FoundDate | None) -> str | None:
    """The heading without its date, where the date is set off; a date within a sentence stays."""
    if not found:
        bracketed = _IN_BRACKETS.fullmatch(text)
        return bracketed.group(1) if bracketed else text
    parts = rest.split()
    if found.text not in text:
        return text
    start = text.index(found.text)
    before, after = text[:start].rstrip(), text[start + len(found.text) :].strip()
    set_off = not before or before[-1] in "([-–—:|/,•·@" or before.lower().endswith(("released", "date:", "date"))
    if after and after[0] not in ")]-–—:|/,•·." and before and before[-1] not in "([":
        set_off = bool(_ONLY_VERSION.fullmatch(before))
    if not parts or date_line(text):
        return None
    if not set_off and len(parts) > 1:
        return text
    cleaned = _EMPTY_BRACKETS.sub(" ", before + " " + after if before else after)
    cleaned = " ".join(_SET_OFF.sub("", cleaned).split())
    return cleaned if _WORD.search(cleaned) else None


def _date_of(line: Line, order: NumericOrder | None) -> FoundDate | None:
    found = date_line(line.text, order)
    if found is None and line.datetime and (len(line.text) <= _MAX_TIME_TEXT or find_date(line.text, order)):
        return find_date(line.datetime)
    return found


def _read_date_lines(root: _Section, sections: Sequence[_Section], order: NumericOrder | None) -> None:
    """Takes the date from a line of its own, which stands under the headings or above them: as most of them do."""
    after: dict[int, tuple[int, FoundDate]] = {}
    before: dict[int, tuple[_Section, FoundDate]] = {}
    previous = root
    for number, section in enumerate(sections):
        for place, line in enumerate(section.own[:_LINES_WITH_DATE]):
            if is_unreleased(line.text):
                section.unreleased = True
                del section.own[place]
                break
            found = None if line.item else _date_of(line, order)
            # The last of several lines stands above the next heading rather than under this one.
            if found and (place == 0 or place + 1 < len(section.own)):
                after[number] = (place, found)
                break
        if previous.own and not previous.own[-1].item:
            found = _date_of(previous.own[-1], order)
            if found and (
                not section.head.region or previous.own[-1].region == section.head.region or not previous.own[-1].region
            ):
                before[number] = (previous, found)
        previous = section
    if len(before) > len(after) or (before and len(before) == len(after) and 0 in before):
        for number, (holder, found) in before.items():
            if not sections[number].found:
                sections[number].found = found
                holder.own.pop()
        return
    for number, (place, found) in after.items():
        section = sections[number]
        if not section.found or not section.found.day:
            section.found = found
            del section.own[place]


def _adopt_dates(parent: _Section) -> None:
    """A heading that is only a date, right under a title or right before one of its level, belongs to that title."""
    for section in parent.below:
        first = section.below[0] if section.below else None
        if first and not section.own and not section.found and _only_date(first) and not first.below:
            others = [each for each in section.below[1:] if _only_date(each)]
            if not others and parent.level + 1 <= section.level and not _DOCUMENT_TITLE.search(section.head.text):
                section.found = first.found
                section.own = first.own
                section.below = section.below[1:]
        _adopt_dates(section)
    merged: list[_Section] = []
    for section in parent.below:
        last = merged[-1] if merged else None
        if last and _only_date(last) and not last.own and not last.below and not section.found:
            section.found = last.found
            merged[-1] = section
        elif last and _only_date(section) and last.version and not last.found and not last.own and not last.below:
            last.found, last.own, last.below = section.found, section.own, section.below
        else:
            merged.append(section)
    parent.below = merged


def _only_date(section: _Section) -> bool:
    return bool(section.in_heading and not section.version and section.title is None)


def _mark_strong_below(sections: Sequence[_Section]) -> None:
    for section in reversed(sections):
        section.strong_below = any(each.strong or each.strong_below for each in section.below)


def _collect(parent: _Section, inherited: FoundDate | None, picks: list[RawEntry]) -> None:
    strong = [number for number, section in enumerate(parent.below) if section.strong or section.strong_below]
    for number, section in enumerate(parent.below):
        if _is_misnested(section) and not _is_series(section, parent):
            picks.append(_entry(section, inherited, own_only=True))
            _collect(section, inherited, picks)
        elif section.strong and not (section.strong_below and _is_series(section, parent)):
            if _only_date(section) and _holds_titles(section):
                picks.extend(_entry(each, section.found) for each in section.below)
            else:
                picks.append(_entry(section, inherited))
        elif section.strong_below:
            _collect(section, section.found or inherited, picks)
        elif strong and strong[0] < number < strong[-1] and _beside_entries(parent, strong) and section.own:
            picks.append(_entry(section, inherited))


def _is_misnested(section: _Section) -> bool:
    """Whether older entries only look as if they belonged to this one: a level changed in the course of the years."""
    return bool(section.version and section.own and section.below) and all(each.version for each in section.below)


def _is_series(section: _Section, parent: _Section) -> bool:
    """Whether a heading that names a version or a date is only the roof over the entries below it."""
    if _DOCUMENT_TITLE.search(section.head.text) and not section.in_heading and parent.level == 0:
        return True
    if section.version and section.found and section.found.day:
        return False
    if not section.version:
        return any(each.strong and (each.version or each.in_heading) for each in section.below)
    prefix = section.version.rstrip("x*.").lower()
    below = [each.version for each in section.below if each.version]
    return bool(below) and all(version.lower().startswith(prefix) for version in below)


def _holds_titles(section: _Section) -> bool:
    """Whether the sections under a date are entries of their own, and not the kinds of change of one entry."""
    return bool(section.below) and not section.own and not any(kind_of(each.head.text) for each in section.below)


def _beside_entries(parent: _Section, strong: Sequence[int]) -> bool:
    return 2 * len(strong) >= len(parent.below) > 2 * sum(1 for number in strong if parent.below[number].version)


def _entry(section: _Section, inherited: FoundDate | None, *, own_only: bool = False) -> RawEntry:
    return RawEntry(
        head=section.head,
        title=section.title,
        version=section.version,
        found=section.found or inherited,
        body=list(section.own) if own_only else _body(section),
    )


def _body(section: _Section) -> list[Line]:
    lines = list(section.own)
    for below in section.below:
        lines.append(below.head)
        lines.extend(_body(below))
    return lines
