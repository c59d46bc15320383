"""Which two items say the same thing."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from detente.rules import ClusterRules
from scoring.clustering.block import Block, blocks
from scoring.clustering.copies import Link, chains, near_copies
from scoring.clustering.sketch import Sketcher
from scoring.clustering.telling import tellings

_COLUMNS = ["item_id", "other_id", "likeness", "share", "reason"]


def pairs(items: pd.DataFrame, rules: ClusterRules, touched: Collection[str] | None = None) -> pd.DataFrame:
    """Finds the pairs of items that say the same thing, within a competitor and `rules.window_days`.

    Three ways lead to a pair. Items of the very same words are chained, each to the one before it. Texts of nearly the
    same words are found by their letter groups (MinHash) and then laid side by side: with another number, name,
    currency, period or direction they are not the same. And a sighting that names a change's subject and new value, or
    a release's title, tells of that change or release. Two changes pair only by the very same words. A sighting without
    competitor pairs only with others without.

    Of texts that look alike each is laid beside the dozen that are most like it: more there are only where somebody
    writes the same sentence again and again with another word in it.

    Args:
        items: As the warehouse makes them: `item_id`, `kind`, `competitor`, `subject`, `text`, `old_value`,
            `new_value`, `happened_at`.
        rules: The window.
        touched: Only pairs with at least one of these, the same as among all, as long as `items` has whatever lies
            within the window of them; None for all. Of what is gone, the former partners are touched: a chain closes.

    Returns:
        `item_id` < `other_id`, `likeness` (`same`), `share` (0–1) and `reason`: `copy` (the same words, or
        nearly, and no other fact) or `fact` (a sighting tells of a change or a release).
    """
    window = int(rules.window_days * 86_400_000_000)
    ids = items["item_id"]
    is_touched = np.ones(len(items), dtype=bool) if touched is None else ids.isin(list(touched)).to_numpy()
    sketcher = Sketcher()
    parts = [pd.DataFrame(columns=_COLUMNS)]
    for block in blocks(items, is_touched, window):
        links = [*chains(block, window), *near_copies(block, window, sketcher), *tellings(block, window)]
        if links:
            parts.append(_frame(block, links))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _frame(block: Block, links: list[Link]) -> pd.DataFrame:
    one, other, share, reason = zip(*links, strict=True)
    first, second = block.ids[list(one)], block.ids[list(other)]
    is_turned = first > second
    words = {
        "item_id": np.where(is_turned, second, first),
        "other_id": np.where(is_turned, first, second),
        "likeness": np.full(len(links), "same", dtype=object),
        "reason": np.array(reason, dtype=object),
    }
    found = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in words.items()})
    found["share"] = share
    # of two ways to one pair the stronger counts
    return (
        found.sort_values(["item_id", "other_id", "share", "reason"], ascending=[True, True, False, True])
        .drop_duplicates(["item_id", "other_id"])
        .reset_index(drop=True)[_COLUMNS]
    )
