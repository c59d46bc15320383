"""Which two items say the same thing."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from detente.rules import ClusterRules
from scoring.similar import similar, tells_of

_COLUMNS = ["item_id", "other_id", "likeness", "share", "reason"]


def pairs(items: pd.DataFrame, rules: ClusterRules, touched: Collection[str] | None = None) -> pd.DataFrame:
    """Finds the pairs of items that say the same thing, within a competitor and `rules.window_days`.

    Args:
        items: As the warehouse makes them: `item_id`, `kind`, `competitor`, `subject`, `text`, `old_value`,
            `new_value`, `happened_at`.
        rules: The window.
        touched: Only pairs with at least one of these; None for all.

    Returns:
        `item_id` < `other_id`, `likeness` (`same`), `share` (0–1) and `reason`: `copy` (nearly the same words and no
        other fact), `fact` (a sighting tells of a change, or two changes are one).
    """
    rows = []
    window = pd.Timedelta(days=rules.window_days)
    for _, block in items.groupby(items["competitor"].fillna(""), sort=False):
        ordered = block.sort_values(["happened_at", "item_id"])
        told = [_Item(*row) for row in zip(*(ordered[name].tolist() for name in _Item._fields), strict=True)]
        for place, one in enumerate(told):
            for other in told[place + 1 :]:
                if other.happened_at - one.happened_at > window:
                    break
                if touched is not None and one.item_id not in touched and other.item_id not in touched:
                    continue
                found = _likeness(one, other)
                if found:
                    rows.append((*sorted((one.item_id, other.item_id)), "same", *found))
    return pd.DataFrame(rows, columns=_COLUMNS)


class _Item(NamedTuple):
    item_id: str
    kind: str
    subject: str
    text: str
    old_value: str | None
    new_value: str | None
    happened_at: pd.Timestamp


def _likeness(one: _Item, other: _Item) -> tuple[float, str] | None:
    if {one.kind, other.kind} == {"change", "sighting"}:
        change, told = (one, other) if one.kind == "change" else (other, one)
        values = [str(value) for value in (change.old_value, change.new_value) if not pd.isna(value)]
        if tells_of(told.text, change.subject, *values):
            return 1.0, "fact"
    match = similar(one.text, [("", other.text)], 1)
    return (match[0].share, "copy") if match and match[0].likeness == "same" else None
