"""Generated labels of which is known how good their score is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detente.rules import PART_NAMES

START = pd.Timestamp("2026-01-05T09:00")


def decided_items(
    count: int, *, strength: float, seed: int = 0, weeks: int = 26, per_block: float = 0.0
) -> pd.DataFrame:
    """Labels as `scoring.evaluation` takes them.

    Args:
        count: How many.
        strength: How much of the score is what decides: 1 all of it, 0 nothing.
        seed: Of chance.
        weeks: Over how many weeks they are spread.
        per_block: How much a competitor's week has in common, in worth and in error, beside a spread of 1 that is each
            item's own.
    """
    rng = np.random.default_rng(seed)
    week = rng.integers(0, weeks, count)
    competitor = rng.integers(0, 4, count)
    common = rng.normal(size=(weeks, 4))[week, competitor] * per_block
    worth = rng.normal(size=count) + common
    # a score that is off is off for all that one launch brings
    off = np.random.default_rng([seed, 1]).normal(size=(weeks, 4))[week, competitor] * per_block
    noise = rng.normal(size=count) + off
    order = strength * worth + (1 - strength) * noise
    points = np.floor(1_000 + 300 * np.clip(order, -3, 3)).astype(int)
    kinds = np.select([worth > 0.6, worth > 0.2], ["build", "watch"], "decline")
    decided_at = START + pd.to_timedelta(week * 7 * 24 + rng.integers(0, 100, count), unit="h")
    frame = pd.DataFrame(
        {
            "item_id": [f"i{number:06}" for number in range(count)],
            "competitor": [f"c{number}" for number in competitor],
            "week": decided_at.isocalendar().apply(lambda row: f"{row['year']}-W{row['week']:02d}", axis=1).to_numpy(),
            "decided_at": decided_at, "kind": kinds, "is_blind": rng.random(count) < 0.2, "outcome": None,
            "probability": 1.0, "happened_at": decided_at - pd.to_timedelta(rng.integers(1, 400, count), unit="h"),
            "mentions": rng.integers(0, 4, count), "largest_deal": rng.choice([np.nan, 1e4, 5e4], count),
            "fit": rng.random(count),
        }
    )  # fmt: skip
    for position, name in enumerate(PART_NAMES):
        # all that is known stands in two parts; the others are chance
        share = (0.6, 0.4, 0, 0, 0, 0)[position]
        frame[f"points_{name}"] = np.floor(points * share).astype(int) if share else rng.integers(0, 30, count)
    frame["score"] = frame[[f"points_{name}" for name in PART_NAMES]].sum(axis=1)
    return frame
