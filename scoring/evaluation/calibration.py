"""Whether a score says how likely something is done: fitted on earlier labels, tested on the last quarter's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.evaluation.isotonic import fitted
from scoring.evaluation.labels import Floats, Labels
from scoring.evaluation.ranking import ACTED_ON

FEWEST = 25
_BINS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Labels that were given like chances.

    Attributes:
        count: How many labels.
        foretold: The mean chance, 0 to 1.
        happened: The share that something was done about, 0 to 1.
    """

    count: int
    foretold: float
    happened: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """How chances that were made from scores held.

    Attributes:
        quarter: The quarter that was tested, e.g. `2026-Q4`; what was before it was fitted.
        fitted_on: How many labels.
        tested_on: How many labels.
        brier: Mean squared error of the chances, lower is better.
        brier_base: The same when every item is given the earlier labels' share: a score that does not beat it says
            nothing about chances.
        bins: From low to high.
        top: The same for the k highest scores of the quarter, where decisions happen.
    """

    quarter: str
    fitted_on: int
    tested_on: int
    brier: float
    brier_base: float
    bins: tuple[Bin, ...]
    top: Bin


def calibration(labels: Labels, k: int) -> Calibration | None:
    """How the scores held as chances; None where there are fewer than 25 labels on either side.

    The quarter that is tested is the last one with enough labels.

    Args:
        labels: All of them.
        k: How many are looked at in a week.
    """
    quarters = pd.to_datetime(labels.frame["decided_at"]).dt.to_period("Q").to_numpy()
    for quarter in sorted(set(quarters), reverse=True):
        earlier, tested = quarters < quarter, quarters == quarter
        if tested.sum() >= FEWEST and earlier.sum() >= FEWEST:
            return _of(labels, earlier, tested, k, f"{quarter.year}-Q{quarter.quarter}")
    return None


def _of(labels: Labels, earlier: NDArray[np.bool_], tested: NDArray[np.bool_], k: int, quarter: str) -> Calibration:
    scores = labels.frame["score"].to_numpy(dtype=np.float64)
    done = (labels.gain == ACTED_ON).astype(np.float64)
    steps = fitted(scores[earlier], done[earlier], labels.weight[earlier])
    base = float(np.average(done[earlier], weights=labels.weight[earlier]))
    chances, happened, weight = steps.of(scores[tested]), done[tested], labels.weight[tested]
    highest = np.argsort(-scores[tested], kind="stable")[:k]
    by_chance = np.argsort(chances, kind="stable")
    return Calibration(
        quarter=quarter,
        fitted_on=int(earlier.sum()),
        tested_on=int(tested.sum()),
        brier=float(np.average((chances - happened) ** 2, weights=weight)),
        brier_base=float(np.average((base - happened) ** 2, weights=weight)),
        bins=tuple(_bin(part, chances, happened, weight) for part in np.array_split(by_chance, _BINS)),
        top=_bin(highest, chances, happened, weight),
    )


def _bin(chosen: NDArray[np.intp], chances: Floats, happened: Floats, weight: Floats) -> Bin:
    return Bin(
        count=len(chosen),
        foretold=float(np.average(chances[chosen], weights=weight[chosen])),
        happened=float(np.average(happened[chosen], weights=weight[chosen])),
    )
