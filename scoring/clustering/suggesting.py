"""What may say the same in other words, for a person to look at."""

from __future__ import annotations

import pandas as pd

from scoring.similar import Match, similar


def suggestions(text: str, items: pd.DataFrame, limit: int = 10) -> list[Match]:
    """The items that are most like a text; `key` is the `item_id`. Nothing of it is stored.

    Args:
        text: What was told.
        items: `item_id` and `text`.
        limit: How many at most.
    """
    others = list(zip(items["item_id"].astype(str), items["text"].astype(str), strict=True))
    return similar(text, others, limit)
