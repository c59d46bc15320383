"""How the weekly report says things: times in the reader's zone, amounts, counts, and what pages wrote, harmless."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from detente.urls import canonical_url

TEXT_CAP = 2_000
LINE_CAP = 240

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Joiners belong to emoji and to some scripts; everything else that is invisible or turns the direction does not.
_KEPT = "\u200c\u200d"
_MONEY = re.compile(r"(?<=\d) (?=[A-Z]{3}\b)")
_SPACE = re.compile(r"\s+")


def shown(text: str, cap: int = LINE_CAP) -> str:
    """One line of at most `cap` characters, without control characters and marks that turn the writing direction."""
    line = _SPACE.sub(" ", text).strip()
    line = "".join(
        char for char in line if char in _KEPT or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return cut(line, cap)


def cut(text: str, cap: int = TEXT_CAP) -> str:
    """The text itself, or its beginning and an ellipsis."""
    return text if len(text) <= cap else text[: cap - 1].rstrip() + "…"


def safe_url(url: str | None) -> str | None:
    """The URL in its canonical form; None for anything but a plain http(s) one."""
    try:
        return canonical_url(url) if url else None
    except ValueError:
        return None


def aware(moment: datetime) -> datetime:
    """A time of the warehouse (UTC without a zone) as UTC-aware."""
    return moment.replace(tzinfo=UTC)


def day(moment: datetime | date, zone: str, *, year: bool = False) -> str:
    """`Tue 10 Nov`, by the zone's calendar; a date is taken as it is."""
    local = moment.astimezone(ZoneInfo(zone)).date() if isinstance(moment, datetime) else moment
    text = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
    return f"{text} {local.year}" if year else text


def plain_day(at: datetime | date, zone: str) -> str:
    """`10 Nov 2026`, by the zone's calendar."""
    return day(at, zone, year=True).partition(" ")[2]


def moment(at: datetime, zone: str, *, year: bool = False) -> str:
    """`Tue 10 Nov, 05:00`, by the zone's clock."""
    return f"{day(at, zone, year=year)}, {at.astimezone(ZoneInfo(zone)):%H:%M}"


def stamp(at: datetime) -> str:
    """`2026-11-10T05:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amount(value: Decimal) -> str:
    """The number without zeros at its end, never in powers of ten."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float) -> str:
    """`+20.4 %`, with a real minus."""
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return f"{sign}{abs(value):g}\u00a0%"


def glued(text: str) -> str:
    """`49 USD / user`, which no line end takes apart."""
    return _MONEY.sub("\u00a0", text.replace(" / ", "\u00a0/\u00a0"))


def count(number: int, one: str, many: str = "") -> str:
    """`1 page`, `2 pages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
