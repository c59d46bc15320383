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
        place: By item, its rank: 0 is the highest; items of one rank are tied.
        gain: By item, 0, 1 or 2.
        ranks: How many ranks there are.
    """

    place: Ints
    gain: Ints
    ranks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """How good an order is; NaN where it cannot be told.

    Attributes:
        agreement: Of all pairs that were decided differently, the share that stands in the right order; a tie is half
            a pair. 0.5 is chance, 1 is perfect.
        precision: Of the first k, the share that something was done about, divided by what is possible: k, or all of
            which something was done about where those are fewer. 1 is perfect.
        ndcg: Gains of the first k, each divided by log2(place + 1), by the same of the best order. 1 is perfect.
    """

    agreement: float
    precision: float
    ndcg: float


def ranked(values: Floats, gain: Ints) -> Ranked:
    """Items by falling value; what has no value (NaN) comes last."""
    known = np.where(np.isnan(values), -np.inf, values)
    different, place = np.unique(-known, return_inverse=True)
    return Ranked(place=place.astype(np.int64), gain=gain, ranks=len(different))


def figures(order: Ranked, weight: Floats, k: int) -> Figures:
    """How good an order is.

    Args:
        order: The items.
        weight: By item, how many it stands for; 0 leaves it out.
        k: How many are looked at.
    """
    size = _sums(order.place, weight, order.ranks)
    return Figures(
        agreement=_agreement(order, weight),
        precision=_precision(order, weight, size, k),
        ndcg=_ndcg(order, weight, size, k),
    )


def _sums(place: Ints, values: Floats, length: int) -> Floats:
    return np.bincount(place, weights=values, minlength=length).astype(np.float64)


def _agreement(order: Ranked, weight: Floats) -> float:
    right = pairs = 0.0
    by_gain = {gain: _sums(order.place, weight * (order.gain == gain), order.ranks) for gain in range(ACTED_ON + 1)}
    for better in range(1, ACTED_ON + 1):
        for worse in range(better):
            below = by_gain[worse].sum() - np.cumsum(by_gain[worse])
            right += float(by_gain[better] @ (below + by_gain[worse] / 2))
            pairs += float(by_gain[better].sum() * by_gain[worse].sum())
    return right / pairs if pairs else float("nan")


def _precision(order: Ranked, weight: Floats, size: Floats, k: int) -> float:
    done = _sums(order.place, weight * (order.gain == ACTED_ON), order.ranks)
    possible = min(float(k), float(done.sum()))
    if not possible:
        return float("nan")
    taken = np.clip(k - (np.cumsum(size) - size), 0, size)
    return float(np.divide(done * taken, size, out=np.zeros_like(size), where=size > 0).sum()) / possible


def _ndcg(order: Ranked, weight: Floats, size: Floats, k: int) -> float:
    gains = _sums(order.place, weight * order.gain, order.ranks)
    best_size = _sums(ACTED_ON - order.gain, weight, ACTED_ON + 1)
    best = _discounted(best_size, best_size * np.arange(ACTED_ON, -1.0, -1.0), k)
    return _discounted(size, gains, k) / best if best else float("nan")


def _discounted(size: Floats, gains: Floats, k: int) -> float:
    """Discounted gains of the first k places, of ranks that take `size` places and have `gains` in sum."""
    discounts = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    end = np.cumsum(size)
    places = np.arange(k + 1)
    share = np.interp(np.minimum(end, k), places, discounts) - np.interp(np.minimum(end - size, k), places, discounts)
    return float((np.divide(gains, size, out=np.zeros_like(size), where=size > 0) * share).sum())
