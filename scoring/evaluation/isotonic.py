"""From a score to a chance, by the rising steps that fit best (pool adjacent violators)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.evaluation.labels import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """A rising function in steps.

    Attributes:
        begins: The lowest score of each step, rising.
        chances: The chance on it, 0 to 1, rising.
    """

    begins: Floats
    chances: Floats

    def of(self, scores: Floats) -> Floats:
        """The chance at each score; below the first step it is the first's."""
        step = np.searchsorted(self.begins, scores, side="right") - 1
        return self.chances[np.clip(step, 0, None)]


def fitted(scores: Floats, happened: Floats, weight: Floats) -> Steps:
    """The rising steps nearest to what happened, by weighted squares.

    Args:
        scores: By label; at least one.
        happened: 1 where it did, 0 where not.
        weight: By label, above 0.
    """
    begins, place = np.unique(scores, return_inverse=True)
    mass = np.bincount(place, weights=weight)
    means = np.bincount(place, weights=weight * happened) / mass
    # each block: its first score, its mass, its mean; a block that is lower than the one before is pooled with it
    first: list[float] = []
    masses: list[float] = []
    chances: list[float] = []
    for begin, one_mass, mean in zip(begins, mass, means, strict=True):
        first.append(float(begin))
        masses.append(float(one_mass))
        chances.append(float(mean))
        while len(chances) > 1 and chances[-2] >= chances[-1]:
            both = masses[-2] + masses[-1]
            chances[-2] = (masses[-2] * chances[-2] + masses[-1] * chances[-1]) / both
            masses[-2] = both
            for column in (first, masses, chances):
                column.pop()
    return Steps(begins=np.array(first), chances=np.array(chances))
