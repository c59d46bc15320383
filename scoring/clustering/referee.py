"""The crawler as referee: what a page had said before somebody told it is not new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from scoring.clustering.telling import Fact, Facts, title_fact, value_fact
from scoring.similar.said import Said, amounts_of, said

_COLUMNS = ["sighting_id", "evidence", "first_seen_at"]


def seen_before(sightings: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Which sightings tell what a page of the competitor had said before they were received.

    Args:
        sightings: Rows of items: `item_id`, `competitor`, `text`, `happened_at` (when it was received).
        facts: `competitor`, `subject`, `value` (None or empty for a release), `first_seen_at`, `evidence`: prices that
            stood, changes, releases.

    Returns:
        A row per such sighting, by its id: `sighting_id`, and the `evidence` that was seen first, with `first_seen_at`.
    """
    rows = []
    stood = dict(iter(facts.groupby("competitor", sort=False)))
    for competitor, told in sightings.groupby("competitor", sort=False):
        if competitor not in stood:
            continue
        known = stood[competitor].sort_values(["first_seen_at", "evidence"], ignore_index=True)
        index = Facts(_facts_of(known, str(competitor)))
        evidence, seen = known["evidence"].tolist(), known["first_seen_at"].tolist()
        received = told["happened_at"].to_numpy(dtype="datetime64[us]").astype(np.int64).tolist()
        for item_id, text, at in zip(told["item_id"].tolist(), told["text"].tolist(), received, strict=True):
            words = said(str(text))
            earlier = [fact for fact in index.told_by(words) if fact.at < at]
            if (number := _completing(words, earlier)) is not None:
                rows.append((item_id, evidence[number], seen[number]))
    return pd.DataFrame(rows, columns=_COLUMNS).sort_values("sighting_id", ignore_index=True)


def _completing(text: Said, earlier: Sequence[Fact]) -> int | None:
    """The number of the fact by which pages had shown all that a text tells; None where they had not.

    Of a price that no page had shown, an offer to a customer or what is to come, nobody has told before. So the last of
    the facts that show each price of the text first is meant; without a price the first fact of all.
    """
    first: dict[float, Fact] = {}
    for fact in sorted(earlier, key=lambda fact: fact.number):
        for number in fact.new:
            first.setdefault(number, fact)
    of_releases = [fact.number for fact in earlier if not fact.new]
    amounts = amounts_of(text)
    if of_releases or not amounts <= first.keys():
        return min(of_releases, default=None)
    by_amount = (first[amount].number for amount in amounts)
    return max(by_amount, default=min((fact.number for fact in earlier), default=None))


def _facts_of(known: pd.DataFrame, competitor: str) -> list[Fact | None]:
    times = known["first_seen_at"].to_numpy(dtype="datetime64[us]").astype(np.int64).tolist()
    values = known["value"].astype(object)
    found = []
    for number, (at, subject, value) in enumerate(
        zip(times, known["subject"].tolist(), values.where(values.notna(), "").tolist(), strict=True)
    ):
        fact = value_fact(number, at, str(subject), None, str(value))
        found.append(fact or title_fact(number, at, str(subject), competitor))
    return found
