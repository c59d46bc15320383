"""How far a figure is chance: it is computed again over blocks drawn anew, since one block's items hang together.

A block is a competitor and a week: one launch brings ten items at once, which one person decides in one go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.evaluation.labels import Floats, Ints

RESAMPLES = 1_000
_LOW, _HIGH = 2.5, 97.5
_CELLS = 500_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A figure and how far it may be chance; NaN where it cannot be told.

    Attributes:
        value: Of all labels.
        low: In 2.5 % of the resamples it is lower.
        high: In 2.5 % of the resamples it is higher.
    """

    value: float
    low: float
    high: float

    def includes(self, other: float) -> bool:
        """Whether another value cannot be told from this one."""
        return not (other < self.low or other > self.high)


def resamples(block: Ints, rng: np.random.Generator, count: int = RESAMPLES) -> Iterator[Ints]:
    """How often each item is drawn: as many blocks as there are, with replacement.

    Args:
        block: By item, the number of its block, from 0 without a gap; at least one item.
        rng: Whence chance comes.
        count: How many resamples.

    Yields:
        Some of the resamples: arrays of shape (resamples, items), small enough for the memory of any machine.
    """
    blocks = int(block.max()) + 1
    drawn = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=count)
    at_once = max(1, _CELLS // len(block))
    for start in range(0, count, at_once):
        yield drawn[start : start + at_once, block].astype(np.int64)


def interval(value: float, of_resamples: Floats) -> Interval:
    """A figure with what it was in the resamples; those in which it could not be told are left out."""
    told = of_resamples[~np.isnan(of_resamples)]
    if np.isnan(value) or not len(told):
        return Interval(value=float(value), low=float("nan"), high=float("nan"))
    low, high = np.percentile(told, [_LOW, _HIGH])
    return Interval(value=float(value), low=float(low), high=float(high))
