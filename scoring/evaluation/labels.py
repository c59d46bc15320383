"""Labels: what was decided on an item, beside what was known of it at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.rules import PART_NAMES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GAINS: Mapping[str, int] = {"build": 2, "match": 2, "price": 2, "counter_message": 2, "watch": 1, "decline": 0}
"""What it was worth to look at an item, by what was decided: 2 something is done, 1 it is kept in sight, 0 nothing."""
OUTCOME_GAINS: Mapping[str, int] = {"right": 2, "partly": 1, "wrong": 0}
"""The same by how the decision turned out."""
POINTS = tuple(f"points_{name}" for name in PART_NAMES)
COLUMNS = (
    "item_id", "competitor", "week", "decided_at", "kind", "is_blind", "outcome", "probability", "happened_at",
    "mentions", "largest_deal", "fit", "score", *POINTS,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """Labelled items as arrays of one length.

    Attributes:
        frame: As given, in the order of `decided_at` and `item_id`: the columns `COLUMNS`.
        gain: 0, 1 or 2: worth looking at.
        weight: How many items like it stand behind it: 1, or 1 / probability for what was drawn by lot.
        block: Number of its competitor and week: what was decided together is not independent.
    """

    frame: pd.DataFrame
    gain: Ints
    weight: Floats
    block: Ints

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, chosen: NDArray[np.bool_]) -> Labels:
        """Only these."""
        frame = self.frame[chosen].reset_index(drop=True)
        blocks = np.unique(self.block[chosen], return_inverse=True)[1].astype(np.int64)
        return Labels(frame=frame, gain=self.gain[chosen], weight=self.weight[chosen], block=blocks)

    def judged(self) -> Labels:
        """Those of which is known how they turned out, with that as the label."""
        known = self.frame["outcome"].isin(OUTCOME_GAINS).to_numpy(dtype=bool)
        chosen = self.where(known)
        return Labels(
            frame=chosen.frame,
            gain=_gains(chosen.frame["outcome"], OUTCOME_GAINS),
            weight=chosen.weight,
            block=chosen.block,
        )


def labels_of(frame: pd.DataFrame) -> Labels:
    """Labels of a frame with the columns `COLUMNS`, in whatever order its rows are.

    A probability that is missing, or no probability, stands for 1: the item was not drawn by lot.

    Raises:
        ValueError: A column is missing, a kind is none, or an item stands there twice.
    """
    if missing := [name for name in COLUMNS if name not in frame.columns]:
        raise ValueError(f"labels lack {', '.join(missing)}")
    ordered = frame.sort_values(["decided_at", "item_id"], kind="stable").reset_index(drop=True)
    if ordered["item_id"].duplicated().any():
        raise ValueError("an item has two labels; only the newest decision on it is one")
    if unknown := set(ordered["kind"]) - set(GAINS):
        raise ValueError(f"no kind of decision: {', '.join(sorted(map(str, unknown)))}")
    chance = ordered["probability"].astype(float).to_numpy(copy=True)
    chance[~((chance > 0) & (chance <= 1))] = 1.0
    together = ordered["competitor"].fillna("").astype(str) + "\0" + ordered["week"].astype(str)
    return Labels(
        frame=ordered,
        gain=_gains(ordered["kind"], GAINS),
        weight=np.asarray(1.0 / chance, dtype=np.float64),
        block=pd.factorize(together)[0].astype(np.int64),
    )


def a_weeks_work(labels: Labels) -> int:
    """How many items are decided in a week: the median of the weeks in which any was; at least 1."""
    if not len(labels):
        return 1
    per_week = labels.frame.groupby("week")["item_id"].size()
    return max(1, int(np.floor(float(per_week.median()) + 0.5)))


def _gains(words: pd.Series[str], gains: Mapping[str, int]) -> Ints:
    return np.array([gains[word] for word in words], dtype=np.int64)
