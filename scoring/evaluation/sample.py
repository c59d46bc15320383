"""What is drawn by lot for a week: what scores low is looked at, too, so that the judgement is not circular."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pandas as pd

SHARE, LEAST, MOST = 0.1, 1, 20


def draw(items: pd.DataFrame, week: str, seed: int = 0, share: float = SHARE) -> pd.DataFrame:
    """Draws from the lower half of what is open: a tenth of it, at least 1 and at most 20.

    The same items, week and seed give the same lot, in whatever order the items come.

    Args:
        items: What is undecided: `item_id`, `score` (hundredths of a point).
        week: Such as `2026-W46`; each week has its own lot.
        seed: Another number gives another lot.
        share: How much of the lower half is drawn.

    Returns:
        `item_id`, `score`, `probability`, in the order of ids; no row where fewer than two items are open.
    """
    ordered = items.sort_values(["score", "item_id"]).reset_index(drop=True)
    low = ordered.head(len(ordered) // 2).sort_values("item_id").reset_index(drop=True)
    count = min(MOST, max(LEAST, math.ceil(share * len(low) - 1e-9)), len(low))
    number = int.from_bytes(hashlib.sha256(f"{week}:{seed}".encode()).digest()[:8])
    chosen = np.sort(np.random.default_rng(number).choice(len(low), size=count, replace=False))
    drawn = low.loc[chosen, ["item_id", "score"]].reset_index(drop=True)
    return drawn.assign(probability=count / len(low) if len(low) else 1.0)
