"""The crawler as referee: what a page had said before somebody told it is not new."""

from __future__ import annotations

import pandas as pd

from scoring.similar import tells_of

_COLUMNS = ["sighting_id", "evidence", "first_seen_at"]


def seen_before(sightings: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Which sightings tell what a page of the competitor had said before they were received.

    Args:
        sightings: Rows of items: `item_id`, `competitor`, `text`, `happened_at` (when it was received).
        facts: `competitor`, `subject`, `value`, `first_seen_at`, `evidence`: prices that stood, changes, releases.

    Returns:
        A row per such sighting: `sighting_id`, and the `evidence` that was seen first.
    """
    rows = []
    by_competitor = dict(list(facts.groupby("competitor", sort=False)))
    for competitor, told in sightings.groupby("competitor", sort=False):
        known = by_competitor.get(competitor)
        if known is None:
            continue
        known = known.sort_values(["first_seen_at", "evidence"])
        stood = list(zip(*(known[name] for name in ("first_seen_at", "subject", "value", "evidence")), strict=True))
        for item_id, text, received_at in zip(told["item_id"], told["text"], told["happened_at"], strict=True):
            for seen_at, subject, value, evidence in stood:
                if seen_at >= received_at:
                    break
                if tells_of(str(text), str(subject), str(value)):
                    rows.append((item_id, evidence, seen_at))
                    break
    return pd.DataFrame(rows, columns=_COLUMNS)
