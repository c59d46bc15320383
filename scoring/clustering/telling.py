"""What a text tells of: changes, prices and releases that our crawler saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scoring.clustering.block import Block
from scoring.clustering.copies import Link
from scoring.similar.facts import says_only
from scoring.similar.said import Said, amounts_of, is_version, said
from scoring.similar.words import listed

# a title of so many words that say something is met by chance no more
_TITLE_WORDS = 3
_BOTH_NUMBERS = 1.0
_ONE_NUMBER = 0.9
# `74 users` and `74 %` are no price of 74
_COUNTED = listed("users seats days weeks months quarters years people customers deals")


class Fact(NamedTuple):
    """What a text may tell of.

    Attributes:
        number: Of the fact, as its owner counts.
        at: When it was seen first, in microseconds.
        subject: What it is about, such as the name of a plan or the title of a release.
        new: The numbers that are new with it; none of a release.
        old: The numbers that were before.
        is_share: Whether its numbers are percentages.
    """

    number: int
    at: int
    subject: Said
    new: frozenset[float]
    old: frozenset[float]
    is_share: bool


def value_fact(number: int, at: int, subject: str, old: str | None, new: str | None) -> Fact | None:
    """A change from one value to another; None where it has no name or no number by which one could tell of it."""
    before, after = _numbers(old or ""), _numbers(new or "")
    # what was taken away is told of by what it was
    fresh = (after - before or after) if new is not None else before
    named = _subject(subject)
    if not fresh or not any(token.tells for token in named.tokens):
        return None
    return Fact(number, at, named, fresh, before, "%" in (new or old or ""))


def title_fact(number: int, at: int, title: str, competitor: str) -> Fact | None:
    """A release; None where its title is none that a text names on purpose: too short, or nothing but a name."""
    named = _subject(title)
    own = {token.sense for token in _subject(competitor.replace("-", " ")).tokens}
    words = [token for token in named.tokens if token.tells and token.sense not in own]
    has_version = any(is_version(token.written) for token in named.tokens)
    has_number = any("." in token.written and token.value is not None for token in named.tokens)
    if has_version or (has_number and words) or len(words) >= _TITLE_WORDS:
        return Fact(number, at, named, frozenset(), frozenset(), False)
    return None


class Facts:
    """Facts of one competitor, found by the texts that tell of them."""

    def __init__(self, facts: Iterable[Fact | None]) -> None:
        found: defaultdict[tuple[float | None, str], list[Fact]] = defaultdict(list)
        for fact in facts:
            if fact is not None:
                for number in fact.new or (None,):
                    found[number, _key(fact.subject)].append(fact)
        self._facts: Mapping[tuple[float | None, str], list[Fact]] = found
        self._senses = {sense for _, sense in found}

    def told_by(self, text: Said) -> Iterator[Fact]:
        """The facts that a text tells of, in no particular order; one that it names by two numbers comes twice.

        It tells of a change whose subject and new number it names, unless it says that it went the other way; of a
        release whose version it names, or all the words of a title that says enough.
        """
        senses = self._senses & text.senses.keys()
        if not senses:
            return
        for sense in senses:
            for number in (None, *text.numbers):
                for fact in self._facts.get((number, sense), ()):
                    if _names(text, fact.subject) and (number is None or _is_price(text, number, fact)):
                        yield fact


def tellings(block: Block, window: int) -> list[Link]:
    """Each sighting with the change and the release that it tells of, within the window.

    A sighting that names a price which the change does not is no telling of it: an offer, or what is to come, is news.
    Of several changes, that which shares the most numbers, then the nearest in time, then the older is meant.
    """
    facts = Facts(_facts_of(block))
    wanted = block.kinds == "sighting"
    if not block.is_touched[block.kinds != "sighting"].any():
        wanted = wanted & block.is_touched
    links = []
    for place in np.flatnonzero(wanted).tolist():
        text = block.said[int(block.texts[place])]
        at = int(block.times[place])
        best: dict[bool, tuple[int, int, int]] = {}
        for fact in facts.told_by(text):
            if abs(fact.at - at) <= window and not _names_another_price(text, fact):
                shared = len((fact.new | fact.old) & text.numbers.keys())
                rank = (-shared, abs(fact.at - at), fact.number)
                is_value = bool(fact.new)
                best[is_value] = min(best.get(is_value, rank), rank)
        links += [
            Link(place, other, _BOTH_NUMBERS if shared < -1 else _ONE_NUMBER, "fact")
            for shared, _, other in best.values()
            if block.is_touched[place] or block.is_touched[other]
        ]
    return links


def _facts_of(block: Block) -> Iterator[Fact | None]:
    for place in np.flatnonzero(block.is_fact).tolist():
        yield value_fact(
            place,
            int(block.times[place]),
            str(block.subjects[place] or ""),
            block.old_values[place],
            block.new_values[place],
        )
    for place in np.flatnonzero(block.kinds == "release").tolist():
        yield title_fact(place, int(block.times[place]), str(block.subjects[place] or ""), block.competitor)


def _key(subject: Said) -> str:
    """The word by which a subject is found: its longest, which is seldom a frequent one."""
    return max(subject.tokens, key=lambda token: (token.tells, len(token.written), token.sense)).sense


def _names(text: Said, subject: Said) -> bool:
    """Whether a text names a plan or the like: all its words, with a capital where the text has capitals at all."""
    if not subject.senses.keys() <= text.senses.keys():
        return False
    telling = [token for token in subject.tokens if token.tells]
    if len(telling) >= _TITLE_WORDS or not any(token.is_capital for token in telling):
        return True
    senses = subject.senses.keys()
    return any(token.is_capital and token.sense in senses for token in text.tokens) or not any(
        token.is_capital for token in text.tokens
    )


def _is_price(text: Said, number: float, fact: Fact) -> bool:
    """Whether a number of the text can be the new one of the fact: it counts nothing else, and went the same way."""
    if len(fact.old) == len(fact.new) == 1 and fact.old != fact.new and says_only(text, goes_up=fact.new < fact.old):
        return False
    for place, token in enumerate(text.tokens):
        if token.value == number:
            after = text.tokens[place + 1] if place + 1 < len(text.tokens) else None
            if after is None or (after.plain not in _COUNTED and (after.sense == "%") == fact.is_share):
                return True
    return False


def _names_another_price(text: Said, fact: Fact) -> bool:
    steps = {abs(one - other) for one in fact.old for other in fact.new}
    return bool(fact.new) and bool(amounts_of(text) - fact.old - fact.new - steps)


@lru_cache(maxsize=50_000)
def _subject(text: str) -> Said:
    return said(text)


@lru_cache(maxsize=50_000)
def _numbers(value: str) -> frozenset[float]:
    return frozenset(said(value).numbers)
