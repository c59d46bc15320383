"""All of it together: the score's order beside plain ones, how far that is chance, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from detente.rules import PART_NAMES
from scoring.evaluation.blocks import RESAMPLES, Interval, interval, resamples
from scoring.evaluation.calibration import Calibration, calibration
from scoring.evaluation.labels import Floats, Labels, a_weeks_work, labels_of
from scoring.evaluation.ranking import ACTED_ON, Figures, figures, ranked
from scoring.evaluation.stability import Stability, stability

ENOUGH = 50
SCORE = "score"
BASELINES: Mapping[str, str] = {
    "newest first": "happened_at",
    "mention count": "mentions",
    "largest deal": "largest_deal",
    "words in common": "fit",
    "random": "",
}
"""Orders that need no score, by name, and the column that they go by."""
_WITHOUT = "without "


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFigures:
    """How good one order is.

    Attributes:
        name: `score`, a baseline's name, or `without demand`.
        agreement: As `ranking.Figures` says.
        precision: The same.
        ndcg: The same.
        gain: By how much the score's agreement is higher than this order's, resample by resample; zero of itself.
    """

    name: str
    agreement: Interval
    precision: Interval
    ndcg: Interval
    gain: Interval


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Some of the labels, and how the orders stand by them.

    Attributes:
        labels: How many.
        acted_on: Of how many something was done.
        blocks: Of how many competitors and weeks they are.
        k: How many are looked at in a week.
        orders: The score first, then the baselines; empty below 50 labels, or where all labels are alike.
        ablation: The score without each of its parts.
    """

    labels: int
    acted_on: int
    blocks: int
    k: int
    orders: tuple[OrderFigures, ...] = ()
    ablation: tuple[OrderFigures, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether anything can be told."""
        return bool(self.orders)

    @property
    def best_baseline(self) -> OrderFigures | None:
        """The plain order that agrees best with what was decided."""
        plain = [one for one in self.orders if one.name in BASELINES and not np.isnan(one.agreement.value)]
        return max(plain, key=lambda one: one.agreement.value, default=None)

    @property
    def is_better(self) -> bool:
        """Whether the score beats the best plain order by more than chance."""
        best = self.best_baseline
        return best is not None and best.gain.low > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """What is known about how good the scores are.

    Attributes:
        all: All labels: what was decided, whether the score was seen or not. It measures agreement.
        blind: Those that were decided before the score was seen: the only ones that it could not talk into anything.
        judged: Those of which is known how they turned out, with that as the label. It measures worth.
        sampled: How many labels were drawn by lot.
        unscored: How many decisions there are without a score of their time; they are no labels.
        calibration: Whether a score says how likely something is done; None where too few labels can tell.
        stability: Whether the order of the highest hangs on the exact weights; None without items.
        seed: What the resamples were drawn by.
    """

    all: Group
    blind: Group
    judged: Group
    sampled: int
    unscored: int
    calibration: Calibration | None
    stability: Stability | None
    seed: int


def evaluate(
    labels: pd.DataFrame,
    items: pd.DataFrame,
    *,
    open_items: int | None = None,
    unscored: int = 0,
    seed: int = 0,
    resampled: int = RESAMPLES,
) -> Evaluation:
    """Judges the scores by what was decided.

    Args:
        labels: A row per decided item, as it stood when it was decided: `labels.COLUMNS`.
        items: A row per item that is scored now: `item_id` and the points of each part; the highest suffice.
        open_items: How many items there are; None: all are here.
        unscored: How many decisions have no score of their time.
        seed: Another number draws other resamples.
        resampled: How many resamples.

    Raises:
        ValueError: A column is missing or a word unknown: a mistake of ours.
    """
    known = labels_of(labels)
    everything = group(known, seed=seed, resampled=resampled)
    return Evaluation(
        all=everything,
        blind=group(known.where(known.frame["is_blind"].to_numpy(dtype=bool)), seed=seed, resampled=resampled),
        judged=group(known.judged(), seed=seed, resampled=resampled),
        sampled=int((known.weight > 1).sum()),
        unscored=unscored,
        calibration=calibration(known, everything.k) if everything.is_enough else None,
        stability=stability(items, open_items),
        seed=seed,
    )


def group(labels: Labels, *, seed: int = 0, resampled: int = RESAMPLES) -> Group:
    """How the orders stand by these labels."""
    told = Group(
        labels=len(labels),
        acted_on=int((labels.gain == ACTED_ON).sum()),
        blocks=len(set(labels.block.tolist())),
        k=a_weeks_work(labels),
    )
    if len(labels) < ENOUGH or len(set(labels.gain.tolist())) < 2:
        return told
    measured = _measured(labels, told.k, np.random.default_rng(seed), resampled)
    orders = {name: _told(name, one, measured[SCORE]) for name, one in measured.items()}
    return replace(
        told,
        orders=tuple(one for name, one in orders.items() if not name.startswith(_WITHOUT)),
        ablation=tuple(one for name, one in orders.items() if name.startswith(_WITHOUT)),
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """Agreement, precision and nDCG of an order, and a row each of what they are in the resamples."""

    value: Floats
    again: Floats


def _orders(frame: pd.DataFrame) -> dict[str, Floats]:
    """By name, what each order goes by: the higher, the earlier."""
    score = frame["score"].to_numpy(dtype=np.float64)
    orders = {SCORE: score}
    for name, column in BASELINES.items():
        if column == "happened_at":
            orders[name] = pd.to_datetime(frame[column]).astype("int64").to_numpy(dtype=np.float64)
        else:
            # what cannot be told apart stands anywhere: its mean is what chance would give
            orders[name] = frame[column].to_numpy(dtype=np.float64) if column else np.zeros(len(frame))
    for name in PART_NAMES:
        orders[_WITHOUT + name] = score - frame[f"points_{name}"].to_numpy(dtype=np.float64)
    return orders


def _measured(labels: Labels, k: int, rng: np.random.Generator, resampled: int) -> dict[str, _Measured]:
    orders = {name: ranked(values, labels.gain) for name, values in _orders(labels.frame).items()}
    again: dict[str, list[Figures]] = {name: [] for name in orders}
    for drawn in resamples(labels.block, rng, resampled):
        weights = labels.weight * drawn
        for name, order in orders.items():
            again[name].append(figures(order, weights, k))
    return {
        name: _Measured(_columns([figures(order, labels.weight[None, :], k)])[:, 0], _columns(again[name]))
        for name, order in orders.items()
    }


def _columns(found: Sequence[Figures]) -> Floats:
    """Agreement, precision and nDCG, a row each."""
    return np.stack(
        [np.concatenate([getattr(one, name) for one in found]) for name in ("agreement", "precision", "ndcg")]
    )


def _told(name: str, one: _Measured, of_score: _Measured) -> OrderFigures:
    agreement, precision, ndcg = (
        interval(float(value), again) for value, again in zip(one.value, one.again, strict=True)
    )
    return OrderFigures(
        name=name,
        agreement=agreement,
        precision=precision,
        ndcg=ndcg,
        gain=interval(float(of_score.value[0] - one.value[0]), of_score.again[0] - one.again[0]),
    )
