"""Whether the order of what stands highest hangs on the exact weights: each is moved by a fifth, up and down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from detente.rules import PART_NAMES
from scoring.evaluation.labels import POINTS

SWAY = 0.2
TOP = 10
MEANINGFUL = 0.7
REACH = (1 - SWAY) / (1 + SWAY)
"""What scores a smaller share of another's score never passes it: one falls and one rises, by a fifth at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stability:
    """How many of the highest stay among the highest.

    Attributes:
        top: How many are the highest: 10, or all where there are fewer.
        items: Of how many.
        least: The smallest share that stayed, 0 to 1.
        mean: The mean share over all moves.
        moved: The part whose weight was moved where the least stayed, such as `demand +20 %`.
    """

    top: int
    items: int
    least: float
    mean: float
    moved: str

    @property
    def is_meaningful(self) -> bool:
        """Whether the order among the highest says anything."""
        return self.least >= MEANINGFUL


def stability(items: pd.DataFrame, count: int | None = None) -> Stability | None:
    """How stable the highest are; None without items.

    Args:
        items: What is scored now, a row per item: `item_id` and the points of each part. Of items with the same sum
            those with the lower id stand first. What scores less than `REACH` of the tenth highest may be left out.
        count: How many there are, with those that were left out; None: all are here.
    """
    if items.empty:
        return None
    ordered = items.sort_values("item_id").reset_index(drop=True)
    points = ordered[list(POINTS)].to_numpy(dtype=np.float64)
    top = min(TOP, len(ordered))
    highest = _highest(points.sum(axis=1), top)
    stayed: dict[str, float] = {}
    for position, name in enumerate(PART_NAMES):
        for sway in (SWAY, -SWAY):
            moved = points.sum(axis=1) + sway * points[:, position]
            stayed[f"{name} {sway:+.0%}".replace("%", " %")] = len(highest & _highest(moved, top)) / top
    least = min(stayed, key=lambda name: stayed[name])
    return Stability(
        top=top, items=count or len(ordered), least=stayed[least], mean=sum(stayed.values()) / len(stayed), moved=least
    )


def _highest(sums: np.ndarray[tuple[int], np.dtype[np.float64]], top: int) -> set[int]:
    return set(np.argsort(-sums, kind="stable")[:top].tolist())
