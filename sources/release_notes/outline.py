"""Tells which headings of a document begin a release entry, and what belongs to each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sources.release_notes.dates import (
    FoundDate,
    NumericOrder,
    bare_year,
    date_line,
    day_within,
    find_date,
    numeric_order,
    stated_release,
)
from sources.release_notes.kinds import kind_of
from sources.release_notes.lines import Line
from sources.release_notes.sections import Section, flat, level_releases, nest, read_heading, sections_of, title_of
from sources.release_notes.versions import is_unreleased

__all__ = ["RawEntry", "entries_of", "titled_entries"]

_LINES_WITH_DATE = 3
_DOCUMENT_TITLE = re.compile(
    r"\b(?:change\s?log|release notes|release history|version history|history|what['’]s new|news|releases|updates"
    r"|changes)\b",
    re.I,
)
_MIN_TITLED = 2
_MAX_TIME_TEXT = 60


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


def entries_of(lines: Sequence[Line]) -> list[RawEntry]:
    """The release entries of a document whose headings name versions or dates.

    Returns:
        Empty where no heading does.
    """
    order = numeric_order(line.text for line in lines if line.level is not None or len(line.text) < 80)
    root, sections = sections_of(lines)
    for section in sections:
        read_heading(section, order)
    level_releases(sections)
    nest(root, sections)
    _read_days(root, None)
    _read_date_lines(root, sections, order)
    _adopt_dates(root)
    sections = flat(root)
    _mark_strong_below(sections)
    _gather(root)
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
    root, sections = sections_of(lines)
    nest(root, sections)
    sections = [section for section in sections if not kind_of(section.head.text)]
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


def _date_of(line: Line, order: NumericOrder | None) -> FoundDate | None:
    found = date_line(line.text, order)
    if found is None and line.datetime and (len(line.text) <= _MAX_TIME_TEXT or find_date(line.text, order)):
        return find_date(line.datetime)
    return found


def _read_days(parent: Section, period: FoundDate | None) -> None:
    """Takes "Nov 18" under "November 2026", or under "2026", for the day that the two of them state."""
    for section in parent.below:
        found = section.found or day_within(section.head.text, period)
        if found and not section.found and not section.version:
            section.in_heading = section.found = found
            section.title = title_of(section.head.text, section.head.text.replace(found.text, " ", 1), found)
        within = section.found if section.found and not section.found.day else bare_year(section.head.text)
        _read_days(section, within or period)


def _read_date_lines(root: Section, sections: Sequence[Section], order: NumericOrder | None) -> None:
    """Takes the date from a line of its own, which stands under the headings or above them: as most of them do."""
    after: dict[int, tuple[int, FoundDate, bool]] = {}
    before: dict[int, tuple[Section, int, FoundDate]] = {}
    previous = root
    for number, section in enumerate(sections):
        following = sections[number + 1] if number + 1 < len(sections) else root
        below = _date_below(section, order, following)
        if below:
            after[number] = below
        place = _last_said(previous)
        line = previous.own[place] if place >= 0 else None
        found = _date_of(line, order) if line and not line.item and not _is_part(section, previous) else None
        if line and found and (not section.head.region or line.region in (0, section.head.region)):
            before[number] = (previous, place, found)
        previous = section
    if len(before) > len(after) or (before and len(before) == len(after) and 0 in before):
        _take_before(sections, before)
        return
    for number, (place, found, says_more) in after.items():
        section = sections[number]
        if not section.found or not section.found.day:
            section.found = found
            if not says_more:
                del section.own[place]
    for section in sections:
        summary = section.below[0].own[:1] if section.version and section.below and not section.own else []
        if summary and not section.found:  # "Release Summary" and its "Released on 2026-06-30."
            section.found = stated_release(summary[0].text, order)


def _date_below(section: Section, order: NumericOrder | None, following: Section) -> tuple[int, FoundDate, bool] | None:
    """The date among a section's first lines, unless it stands in the part of the page that the next heading is in.

    Returns:
        Which line, the date, and whether the line goes on to say something ("Released on 2026-06-30. Fences move.").
    """
    last = len(section.own) if _is_part(following, section) else _last_said(section)
    region = following.head.region
    for place, line in enumerate(section.own[:_LINES_WITH_DATE]):
        if is_unreleased(line.text):
            section.unreleased = True
            del section.own[place]
            return None
        # A list of words is what the release is about; one of tags and commits may stand before its date.
        if (line.item and " " in line.text) or (region and line.region == region != section.head.region):
            return None
        found = None if line.item else _date_of(line, order)
        stated = found or (None if line.item else stated_release(line.text, order))
        # The last of several lines stands above the next heading rather than under this one.
        if stated and (place == 0 or place < last):
            return place, stated, found is None
    return None


def _is_part(section: Section, above: Section) -> bool:
    """Whether a heading is a part of the release above it, so that a date between them is the release's."""
    return bool(above.version and not section.version and section.level > above.level)


def _take_before(sections: Sequence[Section], before: Mapping[int, tuple[Section, int, FoundDate]]) -> None:
    # From the end, so that what is put in front of a section moves no place that is still to be looked at.
    for number in sorted(before, reverse=True):
        holder, place, found = before[number]
        section = sections[number]
        if not section.found:
            section.found = found
            # The badges beside the date are the next heading's as well.
            section.own[:0] = holder.own[place + 1 :]
            del holder.own[place:]


def _last_said(section: Section) -> int:
    """Where the section's last line stands that is not a badge; -1 where it has none."""
    place = len(section.own) - 1
    while place >= 0 and section.own[place].badge:
        place -= 1
    return place


def _adopt_dates(parent: Section) -> None:
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
    merged: list[Section] = []
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


def _only_date(section: Section) -> bool:
    """Whether a heading says nothing but when: "November 12, 2026", "What's new in November 2026"."""
    found = section.in_heading
    if not found or section.version:
        return False
    return section.title is None or (
        not found.day and bool(_OF_THE_MONTH.fullmatch(section.title.replace(found.text, "")))
    )


# What is left of a heading about a month; releases of one day keep such a title as their own.
_OF_THE_MONTH = re.compile(
    r"\W*(?:(?:what['’]?s )?new|(?:(?:product|feature|monthly) )?(?:updates?|releases?|changes)|release notes"
    r"|changelog)?(?: (?:in|for|of|from))?\W*",
    re.I,
)


def _mark_strong_below(sections: Sequence[Section]) -> None:
    for section in reversed(sections):
        section.strong_below = any(each.strong or each.strong_below for each in section.below)


def _gather(parent: Section) -> None:
    """Puts "Fixed" below "1.2.0" where both are headings of one level, and so whatever stands between two versions."""
    strong = [number for number, section in enumerate(parent.below) if section.strong or section.strong_below]
    versions = [number for number in strong if parent.below[number].version]
    between = versions[-1] if 2 * len(versions) > len(strong) and not _beside_entries(parent, strong) else -1
    gathered: list[Section] = []
    for number, section in enumerate(parent.below):
        _gather(section)
        holder = gathered[-1] if gathered else None
        weak = not section.strong and not section.strong_below
        if weak and holder and holder.version and (number < between or kind_of(section.head.text)):
            holder.below.append(section)
        else:
            gathered.append(section)
    parent.below = gathered


def _collect(parent: Section, inherited: FoundDate | None, picks: list[RawEntry]) -> None:
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
            if _has_own_part(section):
                picks.append(_entry(section, inherited, own_only=True))
                picks[-1].body.extend(
                    _body_of(each for each in section.below if not each.strong and not each.strong_below)
                )
            _collect(section, section.found or inherited, picks)
        elif strong and strong[0] < number < strong[-1] and _beside_entries(parent, strong) and section.own:
            picks.append(_entry(section, inherited))


def _is_misnested(section: Section) -> bool:
    """Whether older entries only look as if they belonged to this one: a level changed in the course of the years."""
    return bool(section.version and section.own and section.below) and all(each.version for each in section.below)


def _has_own_part(section: Section) -> bool:
    """Whether a heading with a day has parts of its own, before those that came out on other days."""
    if not section.in_heading or not section.in_heading.day or _DOCUMENT_TITLE.search(section.head.text):
        return False
    first = section.below[0]
    return not first.strong and not first.strong_below and bool(first.own or first.below)


def _is_series(section: Section, parent: Section) -> bool:
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


def _holds_titles(section: Section) -> bool:
    """Whether the sections under a date are entries of their own, and not the kinds of change of one entry."""
    return bool(section.below) and not section.own and not any(kind_of(each.head.text) for each in section.below)


def _beside_entries(parent: Section, strong: Sequence[int]) -> bool:
    return 2 * len(strong) >= len(parent.below) > 2 * sum(1 for number in strong if parent.below[number].version)


def _entry(section: Section, inherited: FoundDate | None, *, own_only: bool = False) -> RawEntry:
    return RawEntry(
        head=section.head,
        title=section.title,
        version=section.version,
        found=section.found or inherited,
        body=list(section.own) if own_only else _body(section),
    )


def _body(section: Section) -> list[Line]:
    return [*section.own, *_body_of(section.below)]


def _body_of(sections: Iterable[Section]) -> list[Line]:
    lines: list[Line] = []
    for section in sections:
        lines.append(section.head)
        lines.extend(_body(section))
    return lines
