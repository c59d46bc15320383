"""What an amount pays for: period, unit and billing, read from the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from detente.records import Period
from sources.pricing.words import (
    ADVERBS,
    BILLED,
    CONNECTORS,
    LOOSE_CONNECTORS,
    NUMBERS,
    ODD_PERIODS,
    PER_PERSON,
    PERIODS,
    UNIT_ADJECTIVES,
    UNITS,
    words,
)

MAX_CHARS = 160
_MAX_STRANGE = 4
_WORD = re.compile(r"[^\W\d_]+(?:[-.'’][^\W\d_]+)*|/|\d[\d.,]*|[.;|•·()+=!?:]")
_TWO_WORDS = re.compile(r"^\W{0,4}(?:one (?:time|off)|once off)\b", re.I)
_STOPS = words(". ; | • · = ! ?")
_TURNS = words("save instead then or after oder ou")
_FILLERS = words(
    "( ) : month's in with usd eur gbp ht ttc hors excl incl exkl inkl zzgl vat mwst ust tva iva btw moms plus tax"
    " net netto brutto gross billed only just and et und y e och og , for the of on your"
)
_LONGER: dict[tuple[Period, str], Period] = {
    ("year", "2"): "two_years",
    ("year", "3"): "three_years",
    ("month", "3"): "quarter",
    ("month", "12"): "year",
    ("month", "24"): "two_years",
    ("month", "36"): "three_years",
}
Billing = Literal["monthly", "annual"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """What an amount pays for: a period, a unit, and how it is billed; None where the words do not tell.

    Attributes:
        period: What it pays for in time.
        unit: What it is per.
        billing: How often it is billed.
        odd: A length of time that no period stands for ("4 weeks"); empty if there is none.
    """

    period: Period | None = None
    unit: str | None = None
    billing: Billing | None = None
    odd: str = ""


@lru_cache(maxsize=2_048)
def read_term(text: str, *, bare: bool = False) -> Term:
    """Read period, unit and billing from the words after an amount ("/ active user / month, billed annually").

    Args:
        text: Reading stops at the end of a sentence, or after four words that mean nothing here.
        bare: A period word counts without "per" before it.
    """
    reading = _TermReading(bare)
    text = _TWO_WORDS.sub("one-time", text, count=1)
    for match in _WORD.finditer(text[:MAX_CHARS].lower()):
        if not reading.take(match[0]):
            break
    return reading.term()


class _TermReading:
    """The state while the words of a term are read one by one."""

    __slots__ = ("bare", "billed", "billing", "last", "linked", "loose", "number", "odd", "period", "strange", "unit")

    def __init__(self, bare: bool) -> None:
        self.bare = bare
        self.period: Period | None = None
        self.unit: str | None = None
        self.billing: Billing | None = None
        self.linked = False  # "per" or "/" came right before
        self.loose = False  # and it was one of the words that begin much else ("в подарок")
        self.billed = False  # "billed" came before
        self.number = ""
        self.last = ""  # the period word right before
        self.odd = ""
        self.strange = 0

    def term(self) -> Term:
        """What was read; an amount that is only said to be billed yearly is the yearly amount."""
        period = self.period
        if self.billing and not period:
            period = "month" if self.billing == "monthly" else "year"
        return Term(period=period, unit=self.unit, billing=self.billing, odd=self.odd)

    def take(self, word: str) -> bool:
        """Take the next word; False where reading ends."""
        if word in PERIODS:
            self._take_period(word)
            self.last = word
            return True
        more = True
        if word in CONNECTORS and not (word == "a" and self.billed):
            self.linked, self.loose, self.number = True, word in LOOSE_CONNECTORS, ""
        elif word[0].isdigit() or (self.linked and word in NUMBERS):
            self.number = NUMBERS.get(word, word)
        elif word in PER_PERSON:
            self.unit = self.unit or "person"
        elif word in ODD_PERIODS:
            self.odd = self.odd or word
        elif word in BILLED:
            self._take_billed()
        elif word in UNIT_ADJECTIVES:
            pass
        elif self.linked and self._is_unit(word):
            self._take_unit(word)
        elif word in _STOPS:
            more = not (self.period or self.unit or self.billing or word in ".;|•·")
        elif word not in _FILLERS:
            self.strange += 1
            self.linked, self.number = False, ""
            more = self.strange <= _MAX_STRANGE and word not in _TURNS
        self.last = ""
        return more

    def _take_period(self, word: str) -> None:
        found = PERIODS[word]
        if self.billed and found in ("month", "year") and (word in ADVERBS or self.linked or self.period):
            self.billing = self.billing or _billing(found)
        elif self.period is None and (self.linked or self.bare or word in ADVERBS) and (self.linked or not self.number):
            self.period = found if self.number in ("", "1") else _LONGER.get((found, self.number))
            if self.period is None:
                self.odd = self.odd or f"{self.number} {word}"
        self.linked, self.number = False, ""

    def _take_billed(self) -> None:
        self.billed, self.number = True, ""
        if self.last in ADVERBS and PERIODS[self.last] in ("month", "year"):  # "jährlich abgerechnet"
            self.billing = self.billing or _billing(PERIODS[self.last])

    def _is_unit(self, word: str) -> bool:
        if word in UNITS:
            return True
        return not self.loose and self.unit is None and len(word) > 1 and word.isalpha() and word not in _FILLERS

    def _take_unit(self, word: str) -> None:
        if self.unit is None and (word in UNITS or self.strange == 0):
            name = UNITS.get(word, singular(word))
            self.unit = f"{self.number} {name if name.isupper() else word}" if self.number else name
        self.linked, self.number = False, ""


def _billing(period: Period) -> Billing:
    return "monthly" if period == "month" else "annual"


def singular(word: str) -> str:
    """An English word without its plural ending."""
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_KNOWN = CONNECTORS | BILLED | UNIT_ADJECTIVES | _FILLERS | ODD_PERIODS | PERIODS.keys() | UNITS.keys()


def spare_words(text: str, spans: list[tuple[int, int]]) -> int:
    """How many words of a line belong to no amount and no term: many, and the line is prose.

    Args:
        text: The line.
        spans: Where its amounts stand.
    """
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return sum(1 for word in _WORD.findall(text.lower()) if word[0].isalpha() and word not in _KNOWN)
