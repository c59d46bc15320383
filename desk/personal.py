"""What belongs to a person in a text, found and taken out: e-mail addresses, telephone numbers, names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from phonenumbers import Leniency, PhoneNumberMatcher

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}")
# what a number may be written with; the library looks at these places alone, since it is slow on whole texts
_RUN = re.compile(r"[+(]{0,2}\d[\d\s()./\u2010-\u2015-]{4,}\d")
_FEWEST = 6
_SHORTEST_NAME = 3
_TRIES = 50
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


def without_names(text: str, *names: Mapping[str, str]) -> str:
    """The text with addresses and numbers masked, and without the names that stand in other fields of sightings."""
    # first, since an address with the customer's name in it would be none any more once that is taken out
    text = masked(text)
    for instead, name in (pair for of_one in names for pair in of_one.items()):
        words = name.split()
        if len(" ".join(words)) >= _SHORTEST_NAME:
            pattern = r"\s+".join(re.escape(word) for word in words)
            text = re.sub(rf"(?<!\w){pattern}(?!\w)", instead, text, flags=re.IGNORECASE)
    return text


def _phones(text: str, region: str | None) -> list[tuple[int, int]]:
    """Where telephone numbers stand, without overlaps, in order."""
    places: list[tuple[int, int]] = []
    for run in _RUN.finditer(text):
        if sum(sign.isdecimal() for sign in run[0]) < _FEWEST:
            continue
        # with the signs around it, which tell a number from a part of something longer
        begin, end = max(0, run.start() - 1), run.end() + 1
        found_here: list[tuple[int, int]] = []
        for country in (region,) if region else (None, *_REGIONS):
            leniency = Leniency.VALID if country is None or region else Leniency.STRICT_GROUPING
            for match in PhoneNumberMatcher(text[begin:end], country, leniency=leniency, max_tries=_TRIES):
                place = (begin + match.start, begin + match.end)
                if all(place[1] <= start or stop <= place[0] for start, stop in found_here):
                    found_here.append(place)
        places += found_here
    return sorted(places)
