"""Sightings that tell of a change or a release that our crawler saw."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scoring.clustering.block import Block
from scoring.clustering.copies import Link
from scoring.similar.facts import Said, amounts_of, said, says_only

_VERSION_DOTS = 2
# a title of so many words that say something is met by chance no more
_TITLE_WORDS = 3
_BOTH_NUMBERS = 1.0
_ONE_NUMBER = 0.9


class _Fact(NamedTuple):
    """What a sighting may tell of.

    Attributes:
        place: Of the change or release.
        subject: Its subject.
        new: The numbers that are new with it.
        old: The numbers that were before.
    """

    place: int
    subject: Said
    new: frozenset[float]
    old: frozenset[float]


_Facts = Mapping[float | str, Sequence[_Fact]]


def tellings(block: Block, window: int) -> list[Link]:
    """Each sighting with the change and the release that it tells of.

    It tells of a change whose subject and new number it names, unless it says that it went the other way, or names a
    price that the change does not. Of several,
    that which shares the most numbers, then the nearest in time, then the older is meant. It tells of a release whose
    version it names, or all the words of a title that says enough.
    """
    changes, releases = _changes(block), _releases(block)
    wanted = block.kinds == "sighting"
    if not block.is_touched[block.kinds != "sighting"].any():
        wanted = wanted & block.is_touched
    links = []
    for place in np.flatnonzero(wanted).tolist():
        text = block.said[int(block.texts[place])]
        told = (_change_of(block, place, text, changes, window), _release_of(block, place, text, releases, window))
        links += [link for link in told if link and (block.is_touched[place] or block.is_touched[link.other])]
    return links


def _changes(block: Block) -> _Facts:
    """The changes by the numbers that are new with them, the oldest first."""
    found: defaultdict[float | str, list[_Fact]] = defaultdict(list)
    for place in np.flatnonzero(block.is_fact).tolist():
        old, new = (_numbers(str(values[place] or "")) for values in (block.old_values, block.new_values))
        subject = said(str(block.subjects[place] or ""))
        # what was taken away is told of by what it was
        fresh = (new - old or new) if block.new_values[place] is not None else old
        if any(token.tells for token in subject.tokens):
            for number in fresh:
                found[number].append(_Fact(place=place, subject=subject, new=new, old=old))
    return found


def _releases(block: Block) -> _Facts:
    """The releases that can be told apart by their subject, by its longest word."""
    found: defaultdict[float | str, list[_Fact]] = defaultdict(list)
    own = {token.sense for token in said(block.competitor.replace("-", " ")).tokens}
    for place in np.flatnonzero(block.kinds == "release").tolist():
        subject = said(str(block.subjects[place] or ""))
        words = [token for token in subject.tokens if token.tells and token.sense not in own]
        dots = max((token.written.count(".") for token in subject.tokens if token.value is not None), default=0)
        if dots >= _VERSION_DOTS or (dots and words) or len(words) >= _TITLE_WORDS:
            key = max(subject.tokens, key=lambda token: (len(token.written), token.sense)).sense
            found[key].append(_Fact(place=place, subject=subject, new=frozenset(), old=frozenset()))
    return found


def _change_of(block: Block, place: int, text: Said, changes: _Facts, window: int) -> Link | None:
    best: tuple[int, int, int] | None = None
    for number in text.numbers:
        for fact in _near(block, place, changes.get(number, ()), window):
            if not _names(text, fact.subject) or _goes_the_other_way(text, fact) or _asks_more(text, fact):
                continue
            shared = len((fact.new | fact.old) & text.numbers.keys())
            rank = (-shared, abs(int(block.times[fact.place] - block.times[place])), fact.place)
            best = min(best, rank) if best else rank
    if best is None:
        return None
    return Link(place, best[2], _BOTH_NUMBERS if -best[0] > 1 else _ONE_NUMBER, "fact")


def _release_of(block: Block, place: int, text: Said, releases: _Facts, window: int) -> Link | None:
    told = [
        fact
        for sense in text.senses
        for fact in _near(block, place, releases.get(sense, ()), window)
        if fact.subject.senses.keys() <= text.senses.keys()
    ]
    if not told:
        return None
    best = min(told, key=lambda fact: (abs(int(block.times[fact.place] - block.times[place])), fact.place))
    return Link(place, best.place, _ONE_NUMBER, "fact")


def _near(block: Block, place: int, facts: Sequence[_Fact], window: int) -> Sequence[_Fact]:
    if not facts:
        return ()
    at = block.times[place]
    first = bisect_left(facts, at - window, key=lambda fact: block.times[fact.place])
    last = bisect_right(facts, at + window, key=lambda fact: block.times[fact.place])
    return facts[first:last]


def _names(text: Said, subject: Said) -> bool:
    """Whether a text names a plan or the like: all its words, with a capital where the text has capitals at all."""
    if not subject.senses.keys() <= text.senses.keys():
        return False
    if not any(token.is_capital for token in subject.tokens if token.tells):
        return True
    senses = subject.senses.keys()
    return any(token.is_capital and token.sense in senses for token in text.tokens) or not any(
        token.is_capital for token in text.tokens
    )


def _goes_the_other_way(text: Said, fact: _Fact) -> bool:
    if len(fact.old) != 1 or len(fact.new) != 1 or fact.old == fact.new:
        return False
    return says_only(text, goes_up=fact.new < fact.old)


def _asks_more(text: Said, fact: _Fact) -> bool:
    """Whether a text names a price that the change does not: an offer, or what is to come, is news."""
    known = fact.old | fact.new
    steps = {abs(one - other) for one in fact.old for other in fact.new}
    return bool(amounts_of(text) - known - steps)


@lru_cache(maxsize=100_000)
def _numbers(value: str) -> frozenset[float]:
    return frozenset(said(value).numbers)
