"""Which earlier texts say the same as a new one, or the same with other facts; and which are only near it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

# `same`: hardly anything else is said. `other_fact`: the same words around another number or name, which is news and no
# duplicate. `near`: about the same thing, for a person to look at.
Likeness = Literal["same", "other_fact", "near"]

# Chosen on generated pairs (tests/support/sighting_pairs.py): from the first on, two texts are of the same words,
# from the second on, they share words that few others have.
_SAME = 0.68
_NEAR = 0.30
# a text with fewer 4-grams is contained in nearly anything
_ORDER: tuple[Likeness, ...] = ("same", "other_fact", "near")
_SHORT = 24
_MAX_CHARS = 4_000
_WORDS_TOLD = 5

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(
    r"(?P<digits>\d+(?:[.,'’\s]\d+)*)\s*(?P<size>k\b|m\b|mio\b|bn\b|thousand\b|million\b|billion\b)?", re.IGNORECASE
)
# what stands before the first word of a sentence
_BEGINS = re.compile(r"(?:^|[.!?:;…\n][\s\"'“”(]*)$")
_SIZES = {"k": 3, "thousand": 3, "m": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9}
_SPELLED = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip


def _list(words: str) -> frozenset[str]:
    return frozenset(words.split())


# what goes up is not what goes down, however alike the sentences are
_OPPOSITES = (
    (
        _list("raise raised raises raising increase increased increases hike hiked dearer higher"),
        _list("cut cuts cutting lower lowered lowers decrease decreased drop dropped drops cheaper"),
    ),
    (
        _list("add added adds adding launch launched launches introduced introduces"),
        _list("remove removed removes removing retire retired retires discontinued"),
    ),
    (_list("won win wins winning"), _list("lost lose loses losing")),
)
# written in capitals, and what two people who tell the same thing differ in
_CALENDAR = _list(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december"
)
# too frequent to explain a match to anybody
_PLAIN_WORDS = _list(
    "a about after all also an and any are as at be because been but by can could did do does for from get got had has "
    "have he her his how i if in into is it its just like me more my new no not now of on one only or our out over "
    "said say says she so some than that the their them then there they this to told too up us was we were what when "
    "which who will with would you your"
)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """A text as it is compared.

    Attributes:
        words: Its words, counted.
        grams: Its 4-grams without numbers.
        numbers: Its numbers by value, as written.
        names: Its words in capitals that begin no sentence, folded, as written.
    """

    words: Mapping[str, int]
    grams: frozenset[str]
    numbers: Mapping[float, str]
    names: Mapping[str, str]


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
    new = _compared(text)
    earlier = [(key, _compared(other)) for key, other in others]
    weights = _weights([new, *(one for _, one in earlier)])
    matches = []
    for key, one in earlier:
        match = _match(key, new, one, weights)
        if match is not None:
            matches.append(match)
    return sorted(matches, key=lambda match: (_ORDER.index(match.likeness), -match.share, match.key))[:limit]


def _match(key: str, new: _Text, old: _Text, weights: Mapping[str, float]) -> Match | None:
    contained = _contained(new.grams, old.grams)
    # that one of them says more than the other is no contradiction
    others = [
        (mine, yours) for mine, yours in zip(_lacking(new, old), _lacking(old, new), strict=True) if mine and yours
    ]
    likeness: Likeness = "other_fact" if others else "same"
    share = contained
    if contained < _SAME or _opposed(new.words, old.words):
        likeness, share, others = "near", _cosine(new.words, old.words, weights), []
        if share < _NEAR:
            return None
    return Match(
        key=key,
        share=round(min(share, 1.0), 3),
        why=_why(new, old, weights),
        likeness=likeness,
        ours=tuple(fact for mine, _ in others for fact in mine),
        theirs=tuple(fact for _, yours in others for fact in yours),
    )


def _compared(text: str) -> _Text:
    written = unicodedata.normalize("NFKC", text[:_MAX_CHARS])
    plain = written.casefold()
    bare = " ".join(_WORD.findall(_NUMBER.sub(" ", plain)))
    words = Counter(word for word in bare.split() if word not in _SPELLED)
    # the blanks around keep the first and the last letter of a word from counting for less
    grams = frozenset(f" {bare} "[start : start + 4] for start in range(len(bare) - 1))
    return _Text(words=words, grams=grams, numbers=_numbers(plain), names=_names(written))


def _numbers(plain: str) -> dict[float, str]:
    found = {}
    for match in _NUMBER.finditer(plain):
        size = (match["size"] or "").lower()
        found[_value(match["digits"]) * 10 ** _SIZES.get(size, 0)] = " ".join(match[0].split())
    for word in _WORD.findall(plain):
        if word in _SPELLED:
            found.setdefault(float(_SPELLED[word]), word)
    return found


def _names(written: str) -> dict[str, str]:
    return {
        match[0].casefold(): match[0]
        for match in _WORD.finditer(written)
        if match[0][0].isupper()
        and match[0].casefold() not in _CALENDAR
        and len(match[0]) > 2
        and not _BEGINS.search(written[max(match.start() - 4, 0) : match.start()])
    }


def _value(digits: str) -> float:
    """The number that is meant: `1,500` and `1 500` are 1500, `49.00` and `49,00` are 49."""
    parts = re.split(r"[.,'’\s]", digits)
    has_fraction = len(parts) > 1 and len(parts[-1]) != 3
    whole = "".join(parts[:-1] if has_fraction else parts)
    # a page of digits is no number of anybody's: a float takes no more than some 300
    return float(f"{whole[:40]}.{parts[-1][:10]}" if has_fraction else whole[:40])


def _contained(one: Collection[str], other: Collection[str]) -> float:
    """The share of the shorter text's 4-grams that the other has; of both texts' where the shorter is very short."""
    if not one or not other:
        return 0.0
    shared = len(set(one) & set(other))
    shorter = min(len(one), len(other))
    return shared / (shorter if shorter >= _SHORT else max(len(one), len(other)))


def _weights(texts: Sequence[_Text]) -> dict[str, float]:
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
    return 0.0 if word in _PLAIN_WORDS and len(words) > 4 else (1 + math.log(words[word])) * weights[word]


def _opposed(one: Collection[str], other: Collection[str]) -> bool:
    return any(
        _says_only(one, these, those) and _says_only(other, those, these)
        for up, down in _OPPOSITES
        for these, those in ((up, down), (down, up))
    )


def _says_only(words: Collection[str], these: frozenset[str], those: frozenset[str]) -> bool:
    return any(word in these for word in words) and not any(word in those for word in words)


def _lacking(one: _Text, other: _Text) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The numbers and the names that the first has and the second lacks; a slip of the pen makes no other name."""
    numbers = tuple(one.numbers[value] for value in sorted(one.numbers.keys() - other.numbers.keys()))
    words = list(other.words)
    names = tuple(
        one.names[name]
        for name in sorted(one.names.keys() - other.words.keys())
        if not get_close_matches(name, words, n=1, cutoff=0.75)
    )
    return numbers, names


def _why(new: _Text, old: _Text, weights: Mapping[str, float]) -> tuple[str, ...]:
    shared = [word for word in new.words.keys() & old.words.keys() if word not in _PLAIN_WORDS and len(word) > 1]
    words = sorted(shared, key=lambda word: (-weights[word], word))[:_WORDS_TOLD]
    numbers = [new.numbers[value] for value in sorted(new.numbers.keys() & old.numbers.keys())]
    return (*words, *numbers[:_WORDS_TOLD])


def tells_of(text: str, subject: str, *values: str) -> bool:
    """Whether a text tells of a fact: it names its subject, and a number of one of its values.

    Args:
        text: The text.
        subject: What the fact is about, such as the name of a plan; all its words must be in the text.
        values: What it was and is, such as `49 USD / user / month`.
    """
    said = _compared(text)
    named = _compared(subject)
    numbers = {number for value in values for number in _compared(value).numbers}
    return bool(named.words) and named.words.keys() <= said.words.keys() and bool(numbers & said.numbers.keys())
