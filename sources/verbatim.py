"""Whether an amount stands in a text: what is told must have been written there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from detente.records import Observation, PlanPrice, Reading, ReadStatus

MAX_CHARS = 20_000
MAX_DIGITS = 24
_MARKS = ".,'’٬٫·．，"
_NUMBER = re.compile(rf"\.?\d+(?:[{_MARKS}]\d+)*")
_LAST_PART = re.compile(r"\d+$")
_FIRST_PART = re.compile(r"\d+")
_GROUP_GAP = re.compile("[ \u00a0\u202f\u2009]")
_CENTS_GAP = re.compile("[^\\w\n]{0,3}")
_RAISED = re.compile("[⁰¹²³⁴-⁹]+")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_GROUPS = 5
"""Groups of digits between spaces that one number has at most."""


def occurs(amount: Decimal, text: str) -> bool:
    """Whether the digits of an amount stand in a text as one number.

    Args:
        amount: Its sign does not count.
        text: What it was read from; the first 20,000 characters count.

    Returns:
        True for any way to write it: separators of thousands, any script's digits, a decimal comma, cents in
        superscript or behind the currency sign ("35€99"), trailing zeros, and cents without a mark ("2900" for 29.00,
        as data in a page tell it). The number must stand there whole: 9 does not occur in "19" or in "9.50".
    """
    return abs(amount) in _amounts_in(text[:MAX_CHARS])


@lru_cache(maxsize=256)  # a page may tell many prices in one text
def _amounts_in(text: str) -> frozenset[Decimal]:
    if not text.isascii():
        text = _RAISED.sub(lambda raised: f" {raised[0].translate(_PLAIN)} ", text)
    return frozenset(Decimal(digits).scaleb(-places) for digits, places in _numbers(text))


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Every number that a text may hold: its digits, and how many of them are decimals."""
    found = list(_NUMBER.finditer(text))
    for position, match in enumerate(found):
        digits = _digits(match[0])
        yield from _readings(match[0], digits)
        for one, other in zip(found[position : position + _GROUPS], found[position + 1 :], strict=False):
            gap = text[one.end() : other.start()]
            part = other[0]
            if len(part) == 2 and len(digits) < MAX_DIGITS and part.isdecimal() and _CENTS_GAP.fullmatch(gap):
                yield int(digits + _digits(part)), 2
            elif gap == "€" and part.isdecimal() and len(digits) < MAX_DIGITS:
                yield int(digits + _digits(part)), len(part)
            first = _FIRST_PART.match(part)
            if first is None or len(first[0]) != 3 or not _GROUP_GAP.fullmatch(gap):
                break
            digits += _digits(part)
            yield from _readings(part, digits)


def _readings(written: str, digits: str) -> Iterator[tuple[int, int]]:
    """What digits may mean where the last of them were written so."""
    last = _LAST_PART.search(written)
    places = 0 if last is None or last.start() == 0 else len(last[0])
    if len(digits) > MAX_DIGITS:
        return
    if places in (0, 3) or written[0] == ".":
        yield int(digits), 0
    if places:
        yield int(digits), places
    elif len(digits) > 2:
        yield int(digits), 2


def _digits(written: str) -> str:
    return "".join(str(int(c)) for c in written if c.isdecimal())


def only_written(reading: Reading) -> Reading:
    """A reading without the amounts that do not occur in the text they are said to be read from.

    A plan that has no other price is kept without its amount, for review; the reason says how many were left out.
    """
    wrong = [
        fact
        for fact in reading.observations
        if isinstance(fact, PlanPrice) and fact.amount is not None and not occurs(fact.amount, fact.text)
    ]
    if not wrong:
        return reading
    priced = {
        (fact.plan, fact.group, fact.addon)
        for fact in reading.observations
        if isinstance(fact, PlanPrice) and fact not in wrong
    }
    kept: list[Observation] = []
    for fact in reading.observations:
        if fact not in wrong:
            kept.append(fact)
        elif isinstance(fact, PlanPrice) and (key := (fact.plan, fact.group, fact.addon)) not in priced:
            priced.add(key)
            note = "; ".join(n for n in (fact.note, "the amount does not stand in the text") if n)
            kept.append(replace(fact, amount=None, free=False, needs_review=True, note=note))
    said = f"{len(wrong)} amount{'s' * (len(wrong) > 1)} left out: not in the text told with it"
    return replace(
        reading,
        status=reading.status if kept else ReadStatus.EMPTY,
        reason="; ".join(part for part in (reading.reason, said) if part),
        observations=tuple(kept),
    )
