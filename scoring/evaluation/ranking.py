"""How well an order puts first what was worth looking at; items of one rank count as their mean, so none is lucky.

A label of weight 3 stands for three items: it takes three places of the order. So weights by how likely an item was to
be labelled, and how often a resample draws it, need no other formulas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.evaluation.labels import Floats, Ints

ACTED_ON = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """Labelled items in an order.

    Attributes:
        items: Positions of the items, the highest first; items of one rank stand together.
        begins: Where in `items` each rank begins.
        gain: By item as it stands in `items`, 0, 1 or 2.
    """

    items: Ints
    begins: Ints
    gain: Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """How good an order is, a figure per row of weights; NaN where it cannot be told.

    Attributes:
        agreement: Of all pairs that were decided differently, the share that stands in the right order; a tie is half
            a pair. 0.5 is chance, 1 is perfect.
        precision: Of the first k, the share that something was done about, divided by what is possible: k, or all of
            which something was done about where those are fewer. 1 is perfect.
        ndcg: Gains of the first k, each divided by log2(place + 1), by the same of the best order. 1 is perfect.
    """

    agreement: Floats
    precision: Floats
    ndcg: Floats


def ranked(values: Floats, gain: Ints) -> Ranked:
    """Items by falling value; what has no value (NaN) comes last."""
    known = np.where(np.isnan(values), -np.inf, values)
    items = np.argsort(-known, kind="stable").astype(np.int64)
    falls = np.flatnonzero(known[items][1:] != known[items][:-1]) + 1
    begins = np.concatenate([[0], falls]).astype(np.int64)[: len(items)]
    return Ranked(items=items, begins=begins, gain=gain[items])


def figures(order: Ranked, weights: Floats, k: int) -> Figures:
    """How good an order is.

    Args:
        order: The items; at least one.
        weights: Of shape (rows, items): how many each item stands for; 0 leaves it out.
        k: How many are looked at.
    """
    sorted_weights = weights[:, order.items]
    by_gain = [
        np.add.reduceat(sorted_weights * (order.gain == gain), order.begins, axis=1) for gain in range(ACTED_ON + 1)
    ]
    return Figures(agreement=_agreement(by_gain), precision=_precision(by_gain, k), ndcg=_ndcg(by_gain, k))


def _agreement(by_gain: list[Floats]) -> Floats:
    right = np.zeros(len(by_gain[0]))
    pairs = np.zeros(len(by_gain[0]))
    for better in range(1, ACTED_ON + 1):
        for worse in range(better):
            all_worse = by_gain[worse].sum(axis=1)
            below = all_worse[:, None] - np.cumsum(by_gain[worse], axis=1)
            right += (by_gain[better] * (below + by_gain[worse] / 2)).sum(axis=1)
            pairs += by_gain[better].sum(axis=1) * all_worse
    return _divided(right, pairs)


def _precision(by_gain: list[Floats], k: int) -> Floats:
    size, done = np.sum(by_gain, axis=0), by_gain[ACTED_ON]
    taken = np.clip(k - (np.cumsum(size, axis=1) - size), 0, size)
    hits = np.divide(done * taken, size, out=np.zeros_like(size), where=size > 0).sum(axis=1)
    return _divided(hits, np.minimum(k, done.sum(axis=1)))


def _ndcg(by_gain: list[Floats], k: int) -> Floats:
    gains = np.sum([gain * those for gain, those in enumerate(by_gain)], axis=0)
    best_size = np.stack([those.sum(axis=1) for those in reversed(by_gain)], axis=1)
    best = _discounted(best_size, best_size * np.arange(ACTED_ON, -1.0, -1.0), k)
    return _divided(_discounted(np.sum(by_gain, axis=0), gains, k), best)


def _discounted(size: Floats, gains: Floats, k: int) -> Floats:
    """Discounted gains of the first k places, of ranks that take `size` places and have `gains` in sum."""
    discounts = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    end, places = np.cumsum(size, axis=1), np.arange(k + 1)
    share = np.interp(np.minimum(end, k), places, discounts) - np.interp(np.minimum(end - size, k), places, discounts)
    mean = np.divide(gains, size, out=np.zeros_like(size), where=size > 0)
    return np.asarray((mean * share).sum(axis=1), dtype=np.float64)


def _divided(value: Floats, by: Floats) -> Floats:
    return np.asarray(np.divide(value, by, out=np.full(len(value), np.nan), where=by > 0), dtype=np.float64)
