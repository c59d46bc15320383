"""The crawler as referee: what a page had said before somebody told it is not new."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from scoring.similar import tells_of
from scoring.similar.facts import amounts_of, said

# first_seen_at, subject, value and evidence of a fact
_Stood = tuple[pd.Timestamp, object, object, object]
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
            before = [one for one in stood if one[0] < received_at and tells_of(str(text), str(one[1]), str(one[2]))]
            if before and (last := _last(str(text), before)) is not None:
                rows.append((item_id, last[3], last[0]))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _last(text: str, before: Sequence[_Stood]) -> _Stood | None:
    """What completed it: the first fact where it names no price; else the last of those that show each price first.

    None where it names a price that no page had shown: what a customer was offered, or what is to come, is news.
    """
    first: dict[float, _Stood] = {}
    for one in before:
        for number in said(str(one[2])).numbers:
            first.setdefault(number, one)
    amounts = amounts_of(said(text))
    if not amounts <= first.keys():
        return None
    return max((first[amount] for amount in amounts), key=lambda one: (one[0], str(one[3])), default=before[0])
