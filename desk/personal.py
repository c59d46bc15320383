"""Finds what belongs to a person in a text: e-mail addresses and telephone numbers."""

from __future__ import annotations

import re

from phonenumbers import Leniency, PhoneNumberMatcher

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}")
_DIGITS = re.compile(r"\d(?:\D{0,3}\d){6}")
# without the plus of an international number it takes a country to tell a number; these are tried where none is named
_REGIONS = ("DE", "US", "GB", "FR")


def found(text: str, region: str | None = None) -> list[str]:
    """Which kinds there are: `email`, `phone`; so that a form can ask "remove?" before it sends.

    Args:
        text: What was written.
        region: Two letters of the country whose numbers need no prefix, e.g. `DE`; None: some are tried.
    """
    kinds = ["email"] if _EMAIL.search(text) else []
    return [*kinds, "phone"] if _phones(_EMAIL.sub(" ", text), region) else kinds


def masked(text: str, region: str | None = None) -> str:
    """The text with `[e-mail]` and `[phone]` in the place of addresses and numbers."""
    text = _EMAIL.sub("[e-mail]", text)
    for start, end in reversed(_phones(text, region)):
        text = f"{text[:start]}[phone]{text[end:]}"
    return text


def _phones(text: str, region: str | None) -> list[tuple[int, int]]:
    """Where telephone numbers stand, without overlaps, in order."""
    if not _DIGITS.search(text):
        return []
    places: list[tuple[int, int]] = []
    for country in (region,) if region else (None, *_REGIONS):
        leniency = Leniency.VALID if country is None or region else Leniency.STRICT_GROUPING
        for match in PhoneNumberMatcher(text, country, leniency=leniency):
            if all(match.end <= start or end <= match.start for start, end in places):
                places.append((match.start, match.end))
    return sorted(places)
