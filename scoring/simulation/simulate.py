"""Many simulated quarters, and what they say about the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from detente.rules import Rules
from scoring.simulation.assumptions import Assumptions
from scoring.simulation.quarter import KINDS, run_quarter

# No way to cheat may bring more of what honest work brings in the same time.
GOAL = 0.25
_LOW, _HIGH = 10, 90
_LARGE, _SMALL = "honest, large territory", "honest, small territory"


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What one way of reporting brings.

    Attributes:
        kind: Its name.
        is_honest: Whether it is the measure of the others.
        is_added: Whether honest work goes on beside the cheating; then an hour is one of cheating, and its points are
            those by which cheating raised (or lowered) what the honest work alone would have brought.
        sightings: That one person sends in a quarter.
        points: That one person has at the end of it, honest work included.
        hours: That one person spends, likewise.
        per_hour: Points per hour, all seeds together.
        low: Of nine seeds in ten at least so much.
        high: Of nine seeds in ten at most so much.
        of_honest: per_hour as a share of what honest reps have, from 0.
    """

    kind: str
    is_honest: bool
    is_added: bool
    sightings: float
    points: float
    hours: float
    per_hour: float
    low: float
    high: float
    of_honest: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Fairness:
    """Small territories beside large ones, over seeds.

    Attributes:
        large_per_deal: Points per competitive deal of reps with large territories.
        small_per_deal: The same of those with small ones.
        per_deal_difference: Small less large: mean over seeds, with its 95 % interval.
        standing_difference: The same of their scores of standing.
        is_fair: Neither interval lies below 0.
    """

    large_per_deal: float
    small_per_deal: float
    per_deal_difference: tuple[float, float, float]
    standing_difference: tuple[float, float, float]
    is_fair: bool


def simulate(
    rules: Rules,
    *,
    seeds: Sequence[int],
    weeks: int = 13,
    assumed: Assumptions | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> pd.DataFrame:
    """Quarters by seeds: one row per strategy and seed.

    Args:
        rules: Those that decide on the points.
        seeds: One quarter each; the same seed is the same quarter.
        weeks: How long a quarter is; reviewers have five weeks more.
        assumed: The company, its market and its reviewers; the defaults where left out.
        after_each: Called after every quarter.

    Returns:
        kind, is_honest, is_added, seed, people, sightings, points, hours, added_points, added_hours, deals, standing,
        points_per_hour.
    """
    traits = {kind.name: {"is_honest": kind.is_honest, "is_added": kind.is_added} for kind in KINDS}
    rows = []
    for seed in seeds:
        rows += [
            {**asdict(each), **traits[each.kind], "seed": seed}
            for each in run_quarter(rules, seed, weeks, assumed or Assumptions())
        ]
        after_each()
    frame = pd.DataFrame(rows)
    frame["points_per_hour"] = _ratio(frame["added_points"], frame["added_hours"])
    return frame


def compare(frame: pd.DataFrame) -> list[Compared]:
    """What each way of reporting brings, in the order in which they are named; honest ones first."""
    honest = frame[frame["is_honest"]]
    per_honest_hour = float(honest["points"].sum() / max(honest["hours"].sum(), 1e-9))
    return [
        _compared(str(kind), rows, per_honest_hour) for kind, rows in frame.groupby("kind", sort=False, observed=True)
    ]


def worst(compared: Sequence[Compared]) -> Compared:
    """The way to cheat that brings most."""
    return max((each for each in compared if not each.is_honest), key=lambda each: each.of_honest)


def fairness(frame: pd.DataFrame) -> Fairness:
    """Whether reps in small territories are worse off for the deals that they have."""
    by_seed = frame.assign(per_deal=_ratio(frame["points"], frame["deals"])).set_index(["kind", "seed"])
    large, small = by_seed.loc[_LARGE], by_seed.loc[_SMALL]
    per_deal = _interval((small["per_deal"] - large["per_deal"]).to_numpy())
    placed = _interval((small["standing"] - large["standing"]).to_numpy())
    return Fairness(
        large_per_deal=float(large["points"].sum() / large["deals"].sum()),
        small_per_deal=float(small["points"].sum() / small["deals"].sum()),
        per_deal_difference=per_deal,
        standing_difference=placed,
        is_fair=per_deal[2] >= 0 and placed[2] >= 0,
    )


def _compared(kind: str, rows: pd.DataFrame, per_honest_hour: float) -> Compared:
    quarters = float(rows["people"].sum())
    per_hour = float(rows["added_points"].sum() / max(rows["added_hours"].sum(), 1e-9))
    low, high = np.percentile(rows["points_per_hour"], [_LOW, _HIGH])
    return Compared(
        kind=kind,
        is_honest=bool(rows["is_honest"].iloc[0]),
        is_added=bool(rows["is_added"].iloc[0]),
        sightings=float(rows["sightings"].sum() / quarters),
        points=float(rows["points"].sum() / quarters),
        hours=float(rows["hours"].sum() / quarters),
        per_hour=per_hour,
        low=float(low),
        high=float(high),
        of_honest=per_hour / per_honest_hour if per_honest_hour else 0.0,
    )


def _ratio(points: pd.Series[float], base: pd.Series[float]) -> pd.Series[float]:
    """Points by hour or deal; 0 where there was none."""
    return (points / base.where(base > 0)).fillna(0.0)


def _interval(differences: np.ndarray) -> tuple[float, float, float]:
    """Mean, and the ends of its 95 % interval by the normal approximation."""
    mean = float(np.mean(differences))
    if len(differences) < 2:
        return mean, mean, mean
    spread = 1.96 * float(np.std(differences, ddof=1)) / float(np.sqrt(len(differences)))
    return mean, mean - spread, mean + spread
