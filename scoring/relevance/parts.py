"""The six parts of a score, and the score: whole hundredths of a point that sum to it exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detente.rules import (
    PART_NAMES,
    DemandRules,
    NoveltyRules,
    RelevanceRules,
    ThemeRules,
    ThreatRules,
    TimeRules,
)
from scoring.relevance.lift import momentum

Floats = npt.NDArray[np.float64]

# Hundredths of a point that a score can reach.
WHOLE = 10_000
# By which parts are missing, as bits: the lists that rows share.
_MISSING = [[name for bit, name in enumerate(PART_NAMES) if mask >> bit & 1] for mask in range(1 << len(PART_NAMES))]


def possible(rules: RelevanceRules) -> dict[str, int]:
    """By part, how many hundredths of a point it can give at most: whole numbers that sum to 10,000."""
    exact = {name: weight * WHOLE for name, weight in rules.weights.items()}
    points = {name: int(value) for name, value in exact.items()}
    rest = sorted(PART_NAMES, key=lambda name: (points[name] - exact[name], PART_NAMES.index(name)))
    for name in rest[: WHOLE - sum(points.values())]:
        points[name] += 1
    return points


def score(inputs: pd.DataFrame, rules: RelevanceRules) -> pd.DataFrame:
    """The scores of these inputs.

    Any number may be NaN, infinite, negative or absurd: a part then has a defined value, which is 0 where nothing can
    be said, and is named in `missing`.

    Args:
        inputs: As `scoring.relevance.inputs` gives them; columns beyond those are kept.
        rules: By what is scored.

    Returns:
        The inputs with, per part, `x_<part>` (0 to 1) and `points_<part>` (hundredths of a point), and `score` (their
        sum, 0 to 10,000), `missing` (names of parts of which nothing is known) and `grade` (such as `B2`).
    """
    parts = {
        "demand": _demand(inputs, rules.demand),
        "threat": _threat(inputs, rules.threat),
        "gap": _gap(inputs),
        "time": _time(inputs, rules.time),
        "theme": _theme(inputs, rules.theme),
        "novelty": _novelty(inputs, rules.novelty),
    }
    most = possible(rules)
    scored = inputs.copy()
    total = np.zeros(len(inputs), dtype=np.int64)
    mask = np.zeros(len(inputs), dtype=np.int64)
    for bit, (name, x) in enumerate(parts.items()):
        missing = np.isnan(x)
        share = np.clip(np.where(missing, 0.0, x), 0.0, 1.0)
        points = np.rint(most[name] * share).astype(np.int64)
        scored[f"x_{name}"] = share
        scored[f"points_{name}"] = points
        total += points
        mask |= missing.astype(np.int64) << bit
    scored["score"] = total
    scored["missing"] = pd.Series([_MISSING[bits] for bits in mask], index=scored.index, dtype=object)
    number = np.clip(np.nan_to_num(_number(inputs, "claim_number"), nan=6.0), 1, 6).astype(np.int64)
    letter = inputs["source_letter"].astype(object).fillna("F").astype(str)
    scored["grade"] = letter + pd.Series(number, index=inputs.index).astype(str)
    return scored


def _number(inputs: pd.DataFrame, name: str) -> Floats:
    """A column; what is no number, is infinite or negative is unknown."""
    values = inputs[name].to_numpy("float64", na_value=np.nan)
    return np.where(np.isfinite(values) & (values >= 0), values, np.nan)


def _demand(inputs: pd.DataFrame, rules: DemandRules) -> Floats:
    x: Floats = -np.expm1(-_number(inputs, "demand_money") / rules.scale)
    return x


def _threat(inputs: pd.DataFrame, rules: ThreatRules) -> Floats:
    """How many of all competitive deals go to this competitor, drawn towards what is usual where few are known."""
    deals, lost = _number(inputs, "deals"), _number(inputs, "deals_lost")
    every, rivals = _number(inputs, "deals_all"), _number(inputs, "rivals")
    lost = np.minimum(lost, deals)
    k = rules.prior_deals
    # one rival more than is known shares in the average: who is met alone is not the only one there is
    share = (deals + k / (np.nan_to_num(rivals) + 1)) / (np.fmax(every, deals) + k)
    rate = (lost + k * rules.prior_loss) / (deals + k)
    x: Floats = -np.expm1(-share * rate / rules.scale)
    return np.where(deals > 0, x, np.nan)


def _gap(inputs: pd.DataFrame) -> Floats:
    importance = np.minimum(_number(inputs, "importance"), 1.0)
    ahead = np.minimum(_number(inputs, "theirs"), 1.0) - np.minimum(_number(inputs, "ours"), 1.0)
    x: Floats = importance * np.maximum(ahead, 0.0)
    return x


def _time(inputs: pd.DataFrame, rules: TimeRules) -> Floats:
    """What presses more: a deal that closes soon, or that it has just happened."""
    return np.fmax(*pressing(_number(inputs, "days_ahead"), _number(inputs, "age_days"), rules))


def pressing(ahead: Floats, age: Floats, rules: TimeRules) -> tuple[Floats, Floats]:
    """How much it presses that a deal closes in `ahead` days, and that it happened `age` days ago."""
    coming = np.where(ahead <= rules.window_days, 1 - ahead / rules.window_days, np.nan)
    return coming, 0.5 ** (age / rules.half_life_days)


def _theme(inputs: pd.DataFrame, rules: ThemeRules) -> Floats:
    """An item without a theme fits none, which is known."""
    fit = np.minimum(_number(inputs, "fit"), 1.0)
    factor = inputs["status"].map(dict(rules.statuses)).astype("float64").to_numpy()
    return np.where(inputs["theme"].isna(), 0.0, fit * factor)


def _novelty(inputs: pd.DataFrame, rules: NoveltyRules) -> Floats:
    undecided = np.minimum(_number(inputs, "undecided"), 1.0)
    rising = momentum(_number(inputs, "recent_sources"), _number(inputs, "expected_sources"), rules.certainty)
    return (1 - rules.momentum_share) * undecided + rules.momentum_share * rising
