"""Whether `detente evaluate` tells a good score from none, on generated histories of which the truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.quality.decided_items import decided_items
from scoring.evaluation.blocks import resamples
from scoring.evaluation.evaluate import group
from scoring.evaluation.labels import Labels, labels_of
from scoring.evaluation.ranking import figures, ranked

_HISTORIES = 20
_INTERVALS = 100
_RESAMPLES = 200
_IN_COMMON = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Histories of one kind.

    Attributes:
        name: What the score is like in them.
        labels: Decisions in each.
        told: In how many anything was told.
        better: In how many the score was found better than every plain order.
        agreement: Its mean agreement; NaN where nothing was told.
        best: The mean agreement of the best plain order.
    """

    name: str
    labels: int
    told: int
    better: int
    agreement: float
    best: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """What was measured.

    Attributes:
        histories: By kind.
        covered: Of 100 intervals by competitor and week, how many hold the true agreement.
        covered_by_item: The same of intervals that take every item for independent.
        truth: Agreement over all items of a world in which low scores are rarely looked at.
        with_lot: The same by what was looked at and the weekly lot, weighted.
        without_weights: The same without the weights.
    """

    histories: Sequence[History]
    covered: int
    covered_by_item: int
    truth: float
    with_lot: float
    without_weights: float


def measure() -> Judging:
    """Takes about a minute."""
    everything = decided_items(40_000, strength=0.6, weeks=500)
    low = everything["score"] < everything["score"].median()
    seen = everything[~low | (np.random.default_rng(1).random(len(everything)) < 0.1)]
    weighted = seen.assign(probability=np.where(seen["score"] < everything["score"].median(), 0.1, 1.0))
    covered, covered_by_item = _covered()
    return Judging(
        histories=[
            _history("is most of what decides", 300, strength=0.7),
            _history("is some of what decides", 300, strength=0.4),
            _history("is chance", 300, strength=0.0),
            _history("repeats the largest deal", 300, strength=0.7, repeats=True),
            _history("is most of what decides", 40, strength=0.7),
        ],
        covered=covered,
        covered_by_item=covered_by_item,
        truth=_agreement(labels_of(everything)),
        with_lot=_agreement(labels_of(weighted)),
        without_weights=_agreement(labels_of(seen)),
    )


def section(judging: Judging) -> Iterator[str]:
    """The part of `docs/quality.md`."""
    yield "## How scores are judged\n"
    yield (
        "There is no public record of roadmap decisions with the scores that stood beside them, so nothing here says"
        " how good the scores are. What is measured is whether `detente evaluate` finds out: on *generated* histories"
        " of which the truth is known.\n"
    )
    yield f"{_HISTORIES} histories of each kind; *found better* is better than every plain order by more than chance.\n"
    yield "| the score | decisions | agreement | best plain order | found better | “too few to tell” |"
    yield "|---|---:|---:|---:|---:|---:|"
    for one in judging.histories:
        agreement, best = (f"{value:.2f}" if one.told else "–" for value in (one.agreement, one.best))
        found = f"{one.better} of {one.told}" if one.told else "–"
        yield f"| {one.name} | {one.labels} | {agreement} | {best} | {found} | {_HISTORIES - one.told} |"
    yield ""
    yield (
        f"Of {_INTERVALS} intervals at 95 % by competitor and week {judging.covered} hold the true agreement, where a"
        " score that is off is off for a whole launch; taking every item for independent it is"
        f" {judging.covered_by_item}.\n"
    )
    yield (
        "Where the lower half is looked at only as far as a lot of a tenth brings it up, agreement over all items is"
        f" {judging.truth:.3f}; by what is looked at it seems {judging.without_weights:.3f}, and with weights"
        f" {judging.with_lot:.3f}.\n"
    )


def _history(name: str, labels: int, *, strength: float, repeats: bool = False) -> History:
    told = better = 0
    agreement: list[float] = []
    best: list[float] = []
    for seed in range(_HISTORIES):
        frame = decided_items(labels, strength=strength, seed=seed, per_block=_IN_COMMON)
        if repeats:
            frame["largest_deal"] = frame["score"].astype(float)
        found = group(labels_of(frame), seed=seed, resampled=_RESAMPLES)
        if found.best_baseline is None:
            continue
        told += 1
        better += found.is_better
        agreement.append(found.orders[0].agreement.value)
        best.append(found.best_baseline.agreement.value)
    return History(
        name=name,
        labels=labels,
        told=told,
        better=better,
        agreement=float(np.mean(agreement)) if told else float("nan"),
        best=float(np.mean(best)) if told else float("nan"),
    )


def _covered() -> tuple[int, int]:
    """How many intervals hold the truth: by competitor and week, and by item."""
    truth = _agreement(labels_of(_world(60_000, seed=99, weeks=2_000)))
    by_block = by_item = 0
    for seed in range(_INTERVALS):
        labels = labels_of(_world(300, seed=seed, weeks=13))
        by_block += _holds(labels, labels.block, truth, seed)
        by_item += _holds(labels, np.arange(len(labels), dtype=np.int64), truth, seed)
    return by_block, by_item


def _world(count: int, *, seed: int, weeks: int) -> pd.DataFrame:
    return decided_items(count, strength=0.5, seed=seed, weeks=weeks, per_block=_IN_COMMON)


def _holds(labels: Labels, block: np.ndarray[tuple[int], np.dtype[np.int64]], truth: float, seed: int) -> bool:
    order = ranked(labels.frame["score"].to_numpy(dtype=np.float64), labels.gain)
    again = np.concatenate(
        [
            figures(order, drawn.astype(np.float64), 5).agreement
            for drawn in resamples(block, np.random.default_rng(seed), _RESAMPLES)
        ]
    )
    low, high = np.percentile(again, [2.5, 97.5])
    return bool(low <= truth <= high)


def _agreement(labels: Labels) -> float:
    order = ranked(labels.frame["score"].to_numpy(dtype=np.float64), labels.gain)
    return float(figures(order, labels.weight[None, :], 5).agreement[0])


__all__ = ["History", "Judging", "measure", "section"]
