"""Finds the date that a release entry states, and never one that it does not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

__all__ = [
    "FoundDate",
    "NumericOrder",
    "bare_year",
    "date_line",
    "day_within",
    "find_date",
    "is_of_something_else",
    "numeric_order",
    "read_date_field",
    "stated_release",
]

NumericOrder = Literal["dmy", "mdy"]

FIRST_YEAR = 1971
"""Dates before are the zero dates of some system ("Jan 1, 0001", "1970-01-01"), not dates of a release."""

_LAST_YEAR = 2199
"""Dates after are slips of the pen; what is merely in the future may be planned."""

_MONTH_NAMES = (
    "january|jan|januar|janvier|janv|enero|ene|gennaio|gen|janeiro|januari",
    "february|feb|februar|février|fevrier|févr|febrero|febbraio|fevereiro|fev|februari",
    "march|mar|märz|maerz|mrz|mars|marzo|março|marco|maart|mrt",
    "april|apr|avril|avr|abril|abr|aprile",
    "may|mai|mayo|maggio|mag|maio|mei",
    "june|jun|juni|juin|junio|giugno|giu|junho",
    "july|jul|juli|juillet|juil|julio|luglio|lug|julho",
    "august|aug|août|aout|agosto|ago|augustus|augusti",
    "september|sept|sep|septembre|septiembre|settembre|set|setembro",
    "october|oct|oktober|okt|octobre|octubre|ottobre|ott|outubro|out",
    "november|nov|novembre|noviembre|novembro",
    "december|dec|dezember|dez|décembre|decembre|déc|diciembre|dic|dicembre|dezembro",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split("|")}
_M = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(\d{4})(?![\d])"
_NOT_IN_NUMBER = r"(?<![\w.])"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ymd", re.compile(r"(?<![\d.-])(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?![\d-]|\.\d)")),
    ("ymd_cjk", re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")),
    ("ymd_cjk", re.compile(r"(?<![\d.])(\d{4})\.\s(\d{1,2})\.\s(\d{1,2})\.(?!\d)")),
    (
        "dmonthy",
        re.compile(
            rf"{_NOT_IN_NUMBER}(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s\-/]+(?:of |de |d')?"
            rf"{_M},?[\s\-/]*(?:de |del )?{_YEAR}",
            re.I,
        ),
    ),
    ("ymonthd", re.compile(rf"(?<![\d.-])(\d{{4}})[\s-]{_M}[\s-](\d{{1,2}})(?!\d)", re.I)),
    ("monthdy", re.compile(rf"\b{_M}[\s\-/]+(\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+){_YEAR}", re.I)),
    (
        "ctime",
        re.compile(rf"\b{_M}\s+(\d{{1,2}})\s+\d\d?:\d\d(?::\d\d)?\s+(?:[A-Z]{{2,5}}\s+|[+-]\d{{4}}\s+)?{_YEAR}", re.I),
    ),
    ("dotted", re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?![\d.]*\d)")),
    ("numeric", re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?![\d/-])")),
    ("month", re.compile(rf"(?<![\w-]){_M},?[\s\-]+(?:de )?{_YEAR}", re.I)),
    ("month_iso", re.compile(r"(?<![\d./-])(\d{4})-(0[1-9]|1[0-2])(?![\d.-])")),
    ("month_cjk", re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月")),
)
_CLOCK = re.compile(
    r"(?:\bT|\b)\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?)?\s*(?:\(?[A-Z]{2,5}\)?|Z|[+-]\d{2}:?\d{2})?", re.I
)
_DATE_WORDS = re.compile(
    r"\b(?:initial\s+)?(?:(?:published|released?|posted|available|shipped|publié|veröffentlicht|publicado)(?:\s+(?:on|le|am|el))?"
    r"|release\s+date|date|datum|fecha|on|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|at|t|utc|gmt)\b",
    re.I,
)  # fmt: skip
_LAST_UPDATED = re.compile(
    r"\b(?:last|zuletzt|dernière)\s+(?:updated|modified|changed|edited|reviewed|aktualisiert|mise)", re.I
)
_HAS_YEAR = re.compile(r"\d{4}")
_ANY_WORD = re.compile(r"\w")
_HAS_WORD = re.compile(r"[^\W\d_]{3,}")
# Loading all of dateparser's two hundred languages takes seconds.
_LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "hu",
    "ro",
    "ru",
    "uk",
    "tr",
]
_MAX_SEARCHED = 300
_MAX_DATE_LINE = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundDate:
    """A date as a text states it.

    Attributes:
        day: None where only a month is stated, or where the text can be read in two ways.
        month: First day of the month, where that much is certain.
        text: Verbatim text of the date.
        start: Where in the searched text it begins.
        end: Where it ends.
    """

    day: date | None
    month: date | None
    text: str
    start: int
    end: int


def find_date(text: str, order: NumericOrder | None = None) -> FoundDate | None:
    """The first date of the most telling form in a heading or a short line.

    Args:
        text: Only its first 300 characters are looked at.
        order: How "03/04/2026" is to be read, where the rest of the document has told it.

    Returns:
        None where no date is stated. A date that cannot exist, or a zero date, has neither day nor month.
    """
    text = text[:_MAX_SEARCHED]
    if not _HAS_YEAR.search(text):
        return None
    for form, pattern in _PATTERNS:
        match = pattern.search(text)
        if match:
            year, month, day = _parts(form, match, order)
            return FoundDate(
                day=_date(year, month, day) if day else None,
                month=_date(year, month, 1) if month else None,
                text=match.group().strip(),
                start=match.start(),
                end=match.end(),
            )
    return None


def date_line(text: str, order: NumericOrder | None = None) -> FoundDate | None:
    """The date of a line that holds a date and nothing else but words such as "released on" and a time of day."""
    if len(text) > _MAX_DATE_LINE or not _HAS_YEAR.search(text) or _LAST_UPDATED.search(text):
        return None
    found = find_date(text, order)
    if not found:
        return None
    rest = text[: found.start] + " " + text[found.end :]
    rest = _DATE_WORDS.sub(" ", _CLOCK.sub(" ", rest))
    return None if _ANY_WORD.search(rest) else found


_STATES_RELEASE = re.compile(
    r"\W*(?:first\s+|initially\s+|this\s+version\s+was\s+)?(?:released?|release[\s-]date|date\s+of\s+release|published|available)"
    r"(?:\s+(?:on|since))?\s*[:\-–—]?\s*",
    re.I,
)


def stated_release(text: str, order: NumericOrder | None = None) -> FoundDate | None:
    """The date of a line that begins with "Released on" and the date, whatever it goes on to say."""
    match = _STATES_RELEASE.match(text)
    found = find_date(text, order) if match else None
    return found if match and found and found.day and found.start <= match.end() else None


_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:eol|end[- ]of[- ](?:life|support|sale)|support(?:s|ed)?|until|till|deprecated|sunset|expir(?:es|ing)|ends?"
    r"|planned|expected|due|scheduled|coming|eta|target(?:ed)?|estimated|api[- ]version|since|copyright|valid|before"
    r"|after|as of|updated|modified|geplant|voraussichtlich|prévue?|previst[ao])\b\W*"
    r"(?:(?:on|for|in|by|from|to|für|pour|para)\W*)?$"
    r"|©\W*$",
    re.I,
)
_WORDS_BEFORE = 60


def is_of_something_else(text: str, found: FoundDate) -> bool:
    """Whether the words before a date say that it is not the day of the release ("EOL", "planned for", "as of")."""
    return (
        found.start > 0
        and _OF_SOMETHING_ELSE.search(text, max(0, found.start - _WORDS_BEFORE), found.start) is not None
    )


_BARE_YEAR = re.compile(r"\W*(?:(?:in|year)\s+)?(\d{4})(?:\s+(?:releases|updates|changes|release notes))?\W*", re.I)
_DAY_FIRST = re.compile(
    rf"\W*(?:[^\W\d]{{2,10}},?\s+)?((\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:de\s+)?{_M})(?=$|\s*[:,|–—-])", re.I
)
_MONTH_FIRST = re.compile(
    rf"\W*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?({_M}\s+(\d{{1,2}})(?:st|nd|rd|th)?)"
    r"(?=$|\s*[:,|–—-])",
    re.I,
)


def bare_year(heading: str) -> FoundDate | None:
    """The year of a heading that is nothing but one; it has neither day nor month."""
    match = _BARE_YEAR.fullmatch(heading)
    if not match or not FIRST_YEAR <= int(match.group(1)) <= _LAST_YEAR:
        return None
    return FoundDate(day=None, month=None, text=match.group(1), start=match.start(1), end=match.end(1))


def day_within(heading: str, period: FoundDate | None) -> FoundDate | None:
    """The day of a heading that begins with "Nov 18", where a heading above it states the year.

    Args:
        heading: The heading.
        period: A month, or a year (`bare_year`); the day must lie in it.
    """
    if period is None:
        return None
    match = _MONTH_FIRST.match(heading)
    name, day = (match.group(2), match.group(3)) if match else ("", "")
    if not match:
        match = _DAY_FIRST.match(heading)
        name, day = (match.group(3), match.group(2)) if match else ("", "")
    if not match:
        return None
    year = period.month.year if period.month else int(period.text) if period.text.isdigit() else 0
    found = _date(year, _MONTHS[name.lower()], int(day))
    if found is None or (period.month and found.month != period.month.month):
        return None
    return FoundDate(day=found, month=found.replace(day=1), text=match.group(1), start=match.start(1), end=match.end(1))


def read_date_field(text: str, *, thorough: bool = True) -> FoundDate | None:
    """The date of a field that is meant to hold one (a feed's `pubDate`, the `date` of a post).

    dateparser is asked last, and only where the text is short, names a year of four digits and a word: it would
    otherwise read version numbers and single words as dates, or complete them from today.

    Args:
        text: The field.
        thorough: Whether dateparser may be asked, which takes milliseconds.
    """
    found = find_date(text)
    if found or not thorough or len(text) > 40 or not _HAS_YEAR.search(text) or not _HAS_WORD.search(text):
        return found
    return _asked_dateparser(text)


@lru_cache(maxsize=512)
def _asked_dateparser(text: str) -> FoundDate | None:
    from dateparser import parse  # noqa: PLC0415  a tenth of a second to import, and hardly ever needed

    settings = {"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "DMY"}
    parsed = parse(text, languages=_LANGUAGES, settings=settings)
    if parsed is None or str(parsed.year) not in text or parsed.year < FIRST_YEAR:
        return None
    day = parsed.date()
    return FoundDate(day=day, month=day.replace(day=1), text=text.strip(), start=0, end=len(text))


def numeric_order(texts: Iterable[str]) -> NumericOrder | None:
    """How a document writes dates such as "03/04/2026", told by those of its dates that read in one way only.

    Returns:
        None where no date tells, or where two contradict each other.
    """
    orders: set[NumericOrder] = set()
    for text in texts:
        for match in _NUMERIC.finditer(text[:_MAX_SEARCHED]):
            first, second = int(match.group(1)), int(match.group(3))
            if 12 < first <= 31 and second <= 12:
                orders.add("dmy")
            elif 12 < second <= 31 and first <= 12:
                orders.add("mdy")
    return orders.pop() if len(orders) == 1 else None


_NUMERIC = dict(_PATTERNS)["numeric"]


def _parts(form: str, match: re.Match[str], order: NumericOrder | None) -> tuple[int, int, int]:
    """Year, month and day; 0 for a part that the text does not tell for certain."""
    if form == "ymd":
        return int(match.group(1)), int(match.group(3)), int(match.group(4))
    if form == "ymd_cjk":
        return int(match.group(1)), int(match.group(2)), int(match.group(3))
    if form == "ymonthd":
        return int(match.group(1)), _MONTHS[match.group(2).lower()], int(match.group(3))
    if form == "dmonthy":
        return int(match.group(3)), _MONTHS[match.group(2).lower()], int(match.group(1))
    if form in ("monthdy", "ctime"):
        return int(match.group(3)), _MONTHS[match.group(1).lower()], int(match.group(2))
    if form == "dotted":
        return int(match.group(3)), int(match.group(2)), int(match.group(1))
    if form == "month":
        return int(match.group(2)), _MONTHS[match.group(1).lower()], 0
    if form in ("month_iso", "month_cjk"):
        return int(match.group(1)), int(match.group(2)), 0
    first, second, year = int(match.group(1)), int(match.group(3)), int(match.group(4))
    if first > 12 or (order == "dmy" and second <= 12) or first == second:
        return year, second, first
    if second > 12 or order == "mdy":
        return year, first, second
    return year, 0, 0


def _date(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
