"""Limits in a few words: "up to 10 GB", "10k events / month", "1–5 users", "unlimited"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from .amounts.money import parse_number
from .amounts.terms import singular
from .words import UNITS, UNLIMITED, words

_NUMBER = "\\d{1,3}(?:[ \u00a0\u202f\u2009]\\d{3})+(?!\\d)|\\d[\\d.,'’]*"
_LIMIT = re.compile(
    r"(?:(?:up to|max\.?|maximum(?: of)?|includes?|including|bis zu|max\. |jusqu['’]à|hasta|fino a|tot)\s+)?"
    rf"(?:(?P<low>{_NUMBER})\s?(?:[-–—]|to|bis|à)\s?)?(?P<n>{_NUMBER})\+?"
    r"(?P<gap>[ \u00a0\u202f-]?)"
    r"(?P<times>[kM](?![\w/])|(?:million|billion|thousand|tausend|tsd|mio|mille|mil)\b\.?)?"
    r"\+?\s*(?P<unit>%|[^\W\d_][\w-]*)?(?P<rest>(?:\s*/\s*|\s+)[^,;:.!?–—]{1,60})?",
    re.I,
)
_MOST_WORDS = 7
_TIMES = {
    "k": 1_000, "thousand": 1_000, "tausend": 1_000, "tsd": 1_000, "mille": 1_000, "mil": 1_000,
    "m": 1_000_000, "million": 1_000_000, "mio": 1_000_000, "billion": 1_000_000_000,
}  # fmt: skip
_SIZES = words("kb mb gb tb pb kib mib gib tib gbs gbps mbps ghz mhz kwh vcpu vcpus cpu cpus core cores % ms")
_TIMES_OF = words(
    "second seconds sec minute minutes min mins hour hours hr hrs h day days week weeks month months year years"
    " tag tage tagen stunden stunde monat monate monaten jahr jahre jahren jour jours heures mois ans an jours"
    " día días horas meses años"
)
_TIME_UNIT = {
    "sec": "second", "min": "minute", "mins": "minute", "hr": "hour", "hrs": "hour", "h": "hour",
    "tag": "day", "tage": "day", "tagen": "day", "stunde": "hour", "stunden": "hour", "monat": "month",
    "monate": "month", "monaten": "month", "jahr": "year", "jahre": "year", "jahren": "year", "jour": "day",
    "jours": "day", "heures": "hour", "mois": "month", "ans": "year", "an": "year", "día": "day", "días": "day",
    "horas": "hour", "meses": "month", "años": "year",
}  # fmt: skip
# What a number is part of, rather than what it counts: "2-factor", "3-step", "4K video", "1st".
_NOT_COUNTED = words("factor faktor step way click fa d g p st nd rd th er ère x in on one of and the or")
_PICTURES = words("video videos uhd resolution streaming quality export exports display playback recording screens")
_PER = re.compile(r"\s*/\s*|\s+(?:per|a|an|each|pro|par|por|al)\s+", re.I)
_OF = re.compile(r"^(?:of|de|d['’]|von|an)\s*(?=\w)\s*", re.I)
_MARKS = "✓✔☑✅●•⬤🗸✗✘✕✖❌☒·-–— \ufe0f"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a short text says about how much is included.

    Attributes:
        feature: What is meant, without the number; empty where the text is nothing but a number and a size.
        limit: The number; of a range its upper end; None for "unlimited".
        unlimited: It says so.
        unit: What the number counts, singular.
    """

    feature: str
    limit: Decimal | None
    unlimited: bool
    unit: str | None


@lru_cache(maxsize=4_096)
def read_limit(text: str, *, comma_decimal: bool = False) -> Limit | None:
    """The limit that a list item or a cell tells, or None if it tells none.

    Args:
        text: Without tick or bullet; what goes on after a comma or a colon makes it a sentence, not a limit.
        comma_decimal: The page's language writes a decimal comma.
    """
    if UNLIMITED.search(text):
        return Limit(" ".join(UNLIMITED.sub(" ", text).split()).rstrip(" :"), None, True, None)
    match = _LIMIT.fullmatch(text) if len(text) <= 120 and any(map(str.isdigit, text)) else None
    if match is None:
        return None
    number, doubt = parse_number(match["n"].rstrip(".,'’"), comma_decimal=comma_decimal)
    if number is None or (doubt and "," not in match["n"]):
        return None
    unit, rest = match["unit"] or "", (match["rest"] or "").strip()
    times = (match["times"] or "").lower().rstrip(".")
    if times:
        if times in "km" and (unit or rest).split(" ")[0].lower() in _PICTURES:
            return None
        number *= _TIMES[times]
    low = unit.lower()
    if len(rest.split()) > _MOST_WORDS or (not unit and any(map(str.isdigit, rest))):  # "24/7"
        return None
    if unit and not match["gap"] and not times and low not in _SIZES and low not in _TIMES_OF:
        return None  # "2FA", "1st", "3D"
    if low.split("-")[0] in _NOT_COUNTED and low not in _TIMES_OF:
        return None
    return _counted(number, unit, rest)


def _counted(number: Decimal, unit: str, rest: str) -> Limit:
    low = unit.lower()
    if low in _SIZES:
        return Limit(_OF.sub("", rest), number, False, UNITS.get(low) or (unit if low != "vcpus" else "vCPU"))
    if low in _TIMES_OF:
        what = _OF.sub("", rest)
        feature = f"{unit} {rest}" if what.lower() in ("free", "gratis", "kostenlos") else what
        return Limit(feature, number, False, _TIME_UNIT.get(low) or singular(low))
    counts = bool(unit) and not _PER.fullmatch(f" {unit} ")  # "900 per month" leaves that to its label
    return Limit(f"{unit} {rest}".strip(), number, False, _unit_of(unit, rest) if counts else None)


def _unit_of(word: str, rest: str) -> str:
    """What a limit counts: "build line" in "2 build lines", "contact" in "1,000 contacts per month"."""
    parts = _PER.split(f" {rest} " if rest else "")
    noun = parts[0].split() if parts else []
    if len(noun) == 1 and "/" not in rest[:1]:
        return singular(f"{word} {noun[0]}".lower())
    return UNITS.get(word.lower()) or singular(word.lower())


def without_bullet(text: str) -> str:
    """A list item's text without the tick, the cross or the bullet before it."""
    return text.lstrip(_MARKS).strip() or text
