"""Items of the very same words, and those of nearly the same words that state no other fact."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.clustering.block import Block, Places
from scoring.clustering.sketch import Sketcher, Sketches, agreement, bands
from scoring.similar import contained, is_copy
from scoring.similar.said import numbers_of

# Texts of which less is the same by the estimate are not laid side by side.
_WORTH_A_LOOK = 0.4
# With so many that are most like it a text is compared: more are alike only where one sentence is written again and
# again with another word in it.
_MOST_COMPARED = 12
# Of those that agree in a band, so many that come next in time are looked at.
_MOST_IN_BAND = 16

Floats = NDArray[np.float64]


class Link(NamedTuple):
    """Two places of a block that say the same."""

    one: int
    other: int
    share: float
    reason: str


def chains(block: Block, window: int) -> list[Link]:
    """Each item with the one before it that has the very same words."""
    order = np.lexsort((np.arange(len(block.forms)), block.forms))
    one, other = order[:-1], order[1:]
    wanted = (block.forms[one] == block.forms[other]) & (block.times[other] - block.times[one] <= window)
    wanted &= block.is_touched[one] | block.is_touched[other]
    return [Link(*pair, 1.0, "copy") for pair in zip(one[wanted].tolist(), other[wanted].tolist(), strict=True)]


def near_copies(block: Block, window: int, sketcher: Sketcher) -> list[Link]:
    """Items of nearly the same words that state no other fact."""
    places = np.flatnonzero(~block.is_fact)
    forms, first, back = np.unique(block.forms[places], return_index=True, return_inverse=True)
    if len(forms) < 2:
        return []
    texts = [block.said[text] for text in block.texts[places[first]].tolist()]
    begins, ends = _spans(block.times[places], back, len(forms))
    touched = np.zeros(len(forms), dtype=bool)
    touched[back[block.is_touched[places]]] = True
    sketches = sketcher.sketches(texts)
    stated = [numbers_of(text) for text in texts]
    numbers: dict[tuple[float, ...], int] = {}
    codes = np.array([numbers.setdefault(one, len(numbers)) for one in stated], dtype=np.uint64)
    one, other, agreed = _candidates(sketches, codes, (begins, ends), touched, window)
    one, other = _most_alike(one, other, agreed)
    members = np.split(places[np.argsort(back, kind="stable")], np.cumsum(np.bincount(back))[:-1])
    links = []
    for first_form, second_form in zip(one.tolist(), other.tolist(), strict=True):
        if is_copy(texts[first_form], texts[second_form]):
            share = round(contained(texts[first_form], texts[second_form]), 3)
            links += [
                Link(*pair, share, "copy")
                for pair in _in_turn(block, members[first_form], members[second_form], window)
            ]
    return links


def _spans(times: Places, back: NDArray[np.intp], count: int) -> tuple[Places, Places]:
    begins = np.full(count, np.iinfo(np.int64).max)
    ends = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(begins, back, times)
    np.maximum.at(ends, back, times)
    return begins, ends


def _candidates(
    sketches: Sketches, codes: NDArray[np.uint64], spans: tuple[Places, Places], touched: NDArray[np.bool_], window: int
) -> tuple[Places, Places, Floats]:
    """Pairs of forms that have the same numbers, agree in a band and by the estimate, and stand near in time."""
    begins, ends = spans
    count = len(codes)
    found, estimates = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    keys = bands(sketches)
    for band in range(keys.shape[1]):
        key = keys[:, band] ^ (codes * np.uint64(0xD6E8FEB86659FD93))
        order = np.lexsort((begins, key))
        sorted_key = key[order]
        for step in range(1, min(_MOST_IN_BAND, count - 1) + 1):
            same = np.flatnonzero(sorted_key[step:] == sorted_key[:-step])
            if not len(same):
                break
            one, other = order[same], order[same + step]
            near = (begins[other] - ends[one] <= window) & (begins[one] - ends[other] <= window)
            near &= touched[one] | touched[other]
            one, other = one[near], other[near]
            agreed = agreement(sketches, one, other)
            worth = agreed >= _WORTH_A_LOOK
            found.append(np.minimum(one, other)[worth] * count + np.maximum(one, other)[worth])
            estimates.append(agreed[worth])
    unique, first = np.unique(np.concatenate(found), return_index=True)
    return unique // count, unique % count, np.concatenate(estimates)[first]


def _most_alike(one: Places, other: Places, agreed: Floats) -> tuple[Places, Places]:
    """Of each form's candidates the most alike."""
    kept = np.zeros(len(one), dtype=bool)
    for side, against in ((one, other), (other, one)):
        order = np.lexsort((against, -agreed, side))
        begins = np.flatnonzero(np.diff(side[order], prepend=-1))
        rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
        kept[order[rank < _MOST_COMPARED]] = True
    return one[kept], other[kept]


def _in_turn(block: Block, ours: Places, theirs: Places, window: int) -> list[tuple[int, int]]:
    """Where an item of one wording follows one of the other."""
    if len(ours) == len(theirs) == 1:
        pairs = [(int(ours[0]), int(theirs[0]))]
    else:
        places = np.concatenate([ours, theirs])
        is_theirs = np.concatenate([np.zeros(len(ours), dtype=bool), np.ones(len(theirs), dtype=bool)])
        order = np.argsort(places)
        turns = np.flatnonzero(np.diff(is_theirs[order].astype(np.int8)))
        pairs = [(int(places[order[turn]]), int(places[order[turn + 1]])) for turn in turns]
    return [
        (one, other)
        for one, other in pairs
        if abs(block.times[other] - block.times[one]) <= window and (block.is_touched[one] or block.is_touched[other])
    ]
