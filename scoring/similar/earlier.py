"""Which earlier texts say the same as a new one, or the same with other facts; and which are only near it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.similar.facts import Difference, difference
from scoring.similar.said import Said, said
from scoring.similar.words import PLAIN_WORDS

# `same`: hardly anything else is said. `other_fact`: the same words around another number or name, which is news and no
# duplicate. `near`: about the same thing, for a person to look at.
Likeness = Literal["same", "other_fact", "near"]

# Chosen on generated pairs (tests/support/sighting_pairs.py): from the first on, two texts are of the same words,
# from the second on, they share words that few others have.
SAME = 0.68
_NEAR = 0.30
_ORDER: tuple[Likeness, ...] = ("same", "other_fact", "near")
# a text with fewer 4-grams is contained in nearly anything
_SHORT = 24
_WORDS_TOLD = 5
# who copies may add a sentence; a text that is twice as long says more
_COPIED = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An earlier text that is like the new one.

    Attributes:
        key: Which one it is.
        share: How much of it is the same, from 0 to 1.
        why: Words that both have and few others have, the rarest first; then numbers that both have.
        likeness: Whether it says the same, the same with other facts, or something near.
        ours: Where the facts are others: numbers or names that the new text has and the earlier one lacks, as written.
        theirs: Those that the earlier one has in their place.
    """

    key: str
    share: float
    why: tuple[str, ...]
    likeness: Likeness
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()


def similar(text: str, others: Sequence[tuple[str, str]], limit: int) -> list[Match]:
    """The earlier texts that are most like `text`.

    Two measures: how many of the shorter text's 4-grams the other one contains, numbers left out; and the cosine of
    their words, each weighed by how few texts have it. Numbers and names are compared by themselves: where each text
    has one that the other lacks, they do not say the same.

    Args:
        text: The new text.
        others: Earlier texts with their keys, at most a few thousand; an empty text is like nothing.
        limit: How many to return at most.

    Returns:
        The best first; texts that say the same before those that only are near.
    """
    new = said(text)
    earlier = [(key, said(other)) for key, other in others]
    weights = _weights([new, *(one for _, one in earlier)])
    matches = []
    for key, one in earlier:
        match = _match(key, new, one, weights)
        if match is not None:
            matches.append(match)
    return sorted(matches, key=lambda match: (_ORDER.index(match.likeness), -match.share, match.key))[:limit]


def contained(one: Said, other: Said) -> float:
    """The share of the shorter text's 4-grams that the other has; of both texts' where the shorter is very short."""
    if not one.grams or not other.grams:
        return 0.0
    shared = len(one.grams & other.grams)
    shorter = min(len(one.grams), len(other.grams))
    return shared / (shorter if shorter >= _SHORT else max(len(one.grams), len(other.grams)))


def is_copy(one: Said, other: Said) -> bool:
    """Whether two texts say the same in nearly the same words, and neither has a number or a name that the other lacks.

    What this says is merged without a person, so it is strict: a copy with one more number is not the same.
    """
    shorter, longer = sorted((len(one.tokens), len(other.tokens)))
    if shorter < _COPIED * longer or contained(one, other) < SAME:
        return False
    differs = difference(one, other)
    return not (differs.is_conflict or differs.is_fuller or differs.is_reworded)


def tells_of(text: str, subject: str, *values: str) -> bool:
    """Whether a text tells of a fact: it names its subject, and a number of one of its values.

    Args:
        text: The text.
        subject: What the fact is about, such as the name of a plan; all its words must be in the text.
        values: What it was and is, such as `49 USD / user / month`.
    """
    told = said(text)
    named = said(subject)
    numbers = {number for value in values for number in said(value).numbers}
    return bool(named.words) and named.words.keys() <= told.words.keys() and bool(numbers & told.numbers.keys())


def _match(key: str, new: Said, old: Said, weights: Mapping[str, float]) -> Match | None:
    share = contained(new, old)
    differs = difference(new, old) if share >= SAME else Difference()
    likeness: Likeness = "other_fact" if differs.is_conflict else "same"
    if share < SAME:
        likeness, share = "near", _cosine(new.words, old.words, weights)
        if share < _NEAR:
            return None
    return Match(
        key=key,
        share=round(min(share, 1.0), 3),
        why=_why(new, old, weights),
        likeness=likeness,
        ours=differs.ours,
        theirs=differs.theirs,
    )


def _weights(texts: Sequence[Said]) -> dict[str, float]:
    """How much a word tells: more, the fewer texts have it."""
    having = Counter(word for text in texts for word in text.words)
    return {word: math.log((1 + len(texts)) / (1 + count)) + 1 for word, count in having.items()}


def _cosine(one: Mapping[str, int], other: Mapping[str, int], weights: Mapping[str, float]) -> float:
    shared = one.keys() & other.keys()
    if not shared:
        return 0.0
    product = sum(_heft(one, word, weights) * _heft(other, word, weights) for word in sorted(shared))
    return product / (_length(one, weights) * _length(other, weights))


def _length(words: Mapping[str, int], weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(_heft(words, word, weights) ** 2 for word in words))


def _heft(words: Mapping[str, int], word: str, weights: Mapping[str, float]) -> float:
    return 0.0 if word in PLAIN_WORDS and len(words) > 4 else (1 + math.log(words[word])) * weights[word]


def _why(new: Said, old: Said, weights: Mapping[str, float]) -> tuple[str, ...]:
    shared: Collection[str] = new.words.keys() & old.words.keys()
    telling = [word for word in shared if word not in PLAIN_WORDS and len(word) > 1]
    words = sorted(telling, key=lambda word: (-weights[word], word))[:_WORDS_TOLD]
    numbers = [new.numbers[value] for value in sorted(new.numbers.keys() & old.numbers.keys())]
    return (*words, *numbers[:_WORDS_TOLD])
