"""In what two texts differ: numbers, names, directions. The same words around another of these are news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from scoring.similar.said import Said, Token
from scoring.similar.words import listed

_KINDS = (
    listed("€ $ £ ¥ chf"),
    listed("day week month quarter year"),
    listed("minimum maximum"),
    listed("january february march april may june july august september october november december"),
)
# what goes up is not what goes down
_OPPOSITES = (
    (
        listed("raise raised raises raising increase increased increases hike hiked dearer higher up"),
        listed(
            "cut cuts cutting lower lowered lowers decrease decreased drop dropped drops cheaper reduce reduced down"
        ),
    ),
    (
        listed("add added adds adding launch launched launches introduced introduces"),
        listed("remove removed removes removing retire retired retires discontinued"),
    ),
    (listed("won win wins winning"), listed("lost lose loses losing")),
    (listed("enable enabled enables include included includes"), listed("disable disabled exclude excluded excludes")),
    (listed("with"), listed("without")),
    (listed("can could able"), listed("cannot unable")),
)
# the same where one stands in the place of the other
_TURNED = {
    "more": "less", "less": "more", "fewer": "more", "above": "below", "below": "above", "over": "under",
    "under": "over", "before": "after", "after": "before", "first": "last", "last": "first",
}  # fmt: skip
_DENIALS = listed("not never cannot without")
_MONTHS = _KINDS[-1]
# a word of fewer letters is another word when two of them are swapped, when there is one more or less, or another one
_SWAPPED, _ADDED, _REPLACED = 3, 5, 6
_MOST_UNMATCHED = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """In what two texts of nearly the same words differ.

    Attributes:
        ours: Facts of the first that stand against others in the second, as written; none where nothing does.
        theirs: Those of the second.
        is_fuller: Whether one of them has a number or a name more than the other, which contradicts nothing.
        is_reworded: Whether a word that says something stands in the place of another.
    """

    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    is_fuller: bool = False
    is_reworded: bool = False

    @property
    def is_conflict(self) -> bool:
        """Whether they tell different facts."""
        return bool(self.ours or self.theirs)


def difference(one: Said, other: Said) -> Difference:
    """Compares what two texts of nearly the same words state.

    What each has and the other lacks is laid side by side: where a number stands against another number, a name in the
    place of another word, a currency, period or month against another, or a `not` in the middle of what both say, they
    tell different facts; and so where the same numbers or names come in another order (from 49 to 59, from 59 to 49).
    """
    ours, theirs = _unmatched(one, other)
    placed, is_reworded = _placed(one, other, ours, theirs)
    conflict = _against(one, other, ours, theirs) or _order(one, other) or _opposed(one, other) or placed
    is_fuller = any(one.tokens[place].value is not None or one.is_name(place) for place in ours) or any(
        other.tokens[place].value is not None or other.is_name(place) for place in theirs
    )
    mine, yours = conflict or ((), ())
    return Difference(ours=mine, theirs=yours, is_fuller=is_fuller, is_reworded=is_reworded)


def says_only(text: Said, *, goes_up: bool) -> bool:
    """Whether a text has words for going up and none for going down, or the other way round."""
    these, those = _OPPOSITES[0] if goes_up else _OPPOSITES[0][::-1]
    return not text.words.keys().isdisjoint(these) and text.words.keys().isdisjoint(those)


_Conflict = tuple[tuple[str, ...], tuple[str, ...]]


def _unmatched(one: Said, other: Said) -> tuple[list[int], list[int]]:
    """The places of tokens that the other text has not; a slip of the pen is no other word."""
    if one.senses == other.senses:
        return [], []
    ours, theirs = _missing(one, other.senses), _missing(other, one.senses)
    if len(ours) <= _MOST_UNMATCHED and len(theirs) <= _MOST_UNMATCHED:
        for place in list(ours):
            for there in theirs:
                if _is_slip(one.tokens[place], other.tokens[there]):
                    ours.remove(place)
                    theirs.remove(there)
                    break
    return ours, theirs


def _missing(one: Said, senses: Counter[str]) -> list[int]:
    left: dict[str, int] = {}
    found = []
    for place, token in enumerate(one.tokens):
        count = left.get(token.sense)
        if count is None:
            count = senses.get(token.sense, 0)
        if count:
            left[token.sense] = count - 1
        else:
            left[token.sense] = 0
            found.append(place)
    return found


def _is_slip(one: Token, other: Token) -> bool:
    """Whether one is the other mistyped: two neighbouring letters swapped, one too many, one too few, or one other.

    What has digits is never mistyped, and capitals stand for something, in that order.
    """
    mine, yours = one.plain, other.plain
    shorter, longer = sorted((len(mine), len(yours)))
    if shorter < _SWAPPED or longer - shorter > 1 or mine == yours:
        return False
    start = 0
    while start < shorter and mine[start] == yours[start]:
        start += 1
    end = 0
    while end < shorter - start and mine[-1 - end] == yours[-1 - end]:
        end += 1
    left, right = mine[start : len(mine) - end], yours[start : len(yours) - end]
    if any(map(str.isdecimal, mine + yours)) or one.written.isupper() or other.written.isupper():
        return False
    if len(left) == len(right) == 2:
        return left == right[::-1]
    return longer >= (_REPLACED if shorter == longer else _ADDED) and max(len(left), len(right)) == 1


def _against(one: Said, other: Said, ours: Sequence[int], theirs: Sequence[int]) -> _Conflict | None:
    """Numbers, currencies, periods, months or names that each has and the other lacks."""
    mine, yours = [one.tokens[place] for place in ours], [other.tokens[place] for place in theirs]
    chosen = [([t for t in mine if t.value is not None], [t for t in yours if t.value is not None])]
    chosen += [([t for t in mine if _of_kind(t, kind)], [t for t in yours if _of_kind(t, kind)]) for kind in _KINDS]
    chosen.append(
        (
            [one.tokens[place] for place in ours if one.is_name(place)],
            [other.tokens[place] for place in theirs if other.is_name(place)],
        )
    )
    return next(((_written(these), _written(those)) for these, those in chosen if these and those), None)


def _of_kind(token: Token, kind: frozenset[str]) -> bool:
    if kind is _MONTHS:
        return token.plain in kind and (token.is_capital or token.plain != "may")
    return token.sense in kind


def _placed(one: Said, other: Said, ours: Sequence[int], theirs: Sequence[int]) -> tuple[_Conflict | None, bool]:
    """Where something stands in the place of something else; and whether a word that says something is among it."""
    mine, yours = _runs(one, ours), _runs(other, theirs)
    for first in mine:
        if first.is_denial and not any(second.is_denial for second in yours):
            return (_written(first.tokens), ()), False
    for second in yours:
        if second.is_denial and not any(first.is_denial for first in mine):
            return ((), _written(second.tokens)), False
    is_reworded = False
    for first in mine:
        for second in yours:
            if first.before != second.before and first.after != second.after:
                continue
            telling = [token for token in first.tokens if token.tells], [t for t in second.tokens if t.tells]
            if _are_turned(first.tokens, second.tokens):
                return (_written(first.tokens), _written(second.tokens)), True
            if telling[0] and telling[1]:
                is_reworded = True
                if any(token.is_capital for token in (*telling[0], *telling[1])):
                    return (_written(telling[0]), _written(telling[1])), True
    return None, is_reworded


class _Run(NamedTuple):
    """Neighbouring tokens that the other text lacks, and what stands before and after them.

    Attributes:
        tokens: They.
        before: The sense of the token before; empty at the beginning.
        after: The sense of the token after; empty at the end.
        is_denial: Whether they deny what stands around them.
    """

    tokens: tuple[Token, ...]
    before: str
    after: str
    is_denial: bool


def _runs(text: Said, places: Sequence[int]) -> list[_Run]:
    runs = []
    for _, group in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        run = [place for _, place in group]
        first, last = run[0], run[-1] + 1
        tokens = text.tokens[first:last]
        is_inside = first > 0 and last < len(text.tokens)
        runs.append(
            _Run(
                tokens=tokens,
                before=text.tokens[first - 1].sense if first else "",
                after=text.tokens[last].sense if last < len(text.tokens) else "",
                is_denial=is_inside and any(map(_denies, tokens)),
            )
        )
    return runs


def _denies(token: Token) -> bool:
    return token.plain in _DENIALS or token.plain.endswith(("n't", "n’t"))


def _are_turned(one: Sequence[Token], other: Sequence[Token]) -> bool:
    return any(_TURNED.get(first.plain) == second.plain for first in one for second in other if second.plain)


def _order(one: Said, other: Said) -> _Conflict | None:
    """The numbers, or the names, that both have once, in another order."""
    for are_numbers in (True, False):
        mine, yours = _once(one, are_numbers=are_numbers), _once(other, are_numbers=are_numbers)
        shared = {token.sense for token in mine} & {token.sense for token in yours}
        mine, yours = [t for t in mine if t.sense in shared], [t for t in yours if t.sense in shared]
        if [token.sense for token in mine] != [token.sense for token in yours]:
            return _written(mine), _written(yours)
    return None


def _once(text: Said, *, are_numbers: bool) -> list[Token]:
    return [
        token
        for token in text.tokens
        if (token.value is not None if are_numbers else token.is_capital and token.tells)
        and text.senses[token.sense] == 1
    ]


def _opposed(one: Said, other: Said) -> _Conflict | None:
    mine, yours = one.words.keys(), other.words.keys()
    for up, down in _OPPOSITES:
        for these, those in ((up, down), (down, up)):
            if mine.isdisjoint(these) or yours.isdisjoint(those):
                continue
            if mine.isdisjoint(those) and yours.isdisjoint(these):
                return tuple(sorted(mine & these)), tuple(sorted(yours & those))
    return None


def _written(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([token.written for token in tokens]))
