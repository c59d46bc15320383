"""What a score must know beyond its own cluster: deals per competitor, talk per theme, and who has what.

It is small, so that a build after one new sighting need not read a million items: the warehouse may count it in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from detente.rules import RelevanceRules

_WEEK = pd.Timedelta(days=7)
# what is no longer there is no evidence that they have it
_REMOVED = ("plan_removed: ", "feature_removed: ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Market:
    """What is known of all items at one moment.

    Attributes:
        deals: `competitor, deals, lost`: distinct deals of the window in which each competitor stood, and how many of
            them were lost.
        told: `theme, recent, before`: distinct sources per week, summed over the weeks that are the present, and over
            those before them.
        weeks_before: How many of those weeks there are items of; fewer than the rules want where history is short.
        theirs: `competitor, theme, theirs`: how far each competitor is known to have what a theme is about, 0 to 1.
    """

    deals: pd.DataFrame
    told: pd.DataFrame
    weeks_before: float
    theirs: pd.DataFrame


def market(items: pd.DataFrame, matches: pd.DataFrame, *, now: datetime, rules: RelevanceRules) -> Market:
    """The market as items tell of it; what happened after `now` is not known yet.

    Args:
        items: All items, as the warehouse gives them.
        matches: `item_id, theme, fit`.
        now: The moment of scoring.
        rules: Windows and weeks.
    """
    moment = naive(now)
    known = items[items["happened_at"] <= moment]
    told = known.merge(matches[["item_id", "theme"]].dropna(), on="item_id")
    history = moment - known["happened_at"].min() if len(known) else pd.Timedelta(0)
    weeks = history // _WEEK - rules.novelty.recent_weeks
    return Market(
        deals=_deals(known, moment - pd.Timedelta(days=rules.threat.window_days)),
        told=_told(told, moment, rules),
        weeks_before=float(min(max(weeks, 0), rules.novelty.base_weeks)),
        theirs=_theirs(told, rules.gap.claimed),
    )


def naive(now: datetime) -> pd.Timestamp:
    """The moment as frames keep it: UTC, without a zone."""
    return pd.Timestamp(now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now)


def _deals(items: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    deal = items["deal_key"].fillna(items["account_key"])
    rows = items.loc[
        deal.notna() & items["competitor"].notna() & (items["happened_at"] > since),
        ["competitor", "stage", "happened_at", "item_id"],
    ].assign(deal=deal)
    # how a deal stands is what was told of it last; who names no stage says nothing about that
    rows = rows.assign(says=rows["stage"].notna()).sort_values(["says", "happened_at", "item_id"])
    last = rows.drop_duplicates(["competitor", "deal"], keep="last")
    counts = last.assign(lost=last["stage"] == "lost").groupby("competitor")["lost"].agg(["size", "sum"])
    counts.columns = pd.Index(["deals", "lost"])
    return counts.astype("float64").reset_index()


def _told(rows: pd.DataFrame, moment: pd.Timestamp, rules: RelevanceRules) -> pd.DataFrame:
    """One account, one deal or one person is a source; so are all pages of one competitor."""
    is_sighting = rows["kind"] == "sighting"
    source = rows["account_key"].fillna(rows["deal_key"]).fillna(rows["person_id"]).where(is_sighting)
    source = source.fillna(rows["competitor"])
    weeks = (moment - rows["happened_at"]).dt.total_seconds() // _WEEK.total_seconds()
    present, habit = rules.novelty.recent_weeks, rules.novelty.base_weeks
    frame = pd.DataFrame({"theme": rows["theme"], "week": weeks, "source": source})
    frame = frame[frame["week"] < present + habit].drop_duplicates()
    is_recent = frame["week"] < present
    counts = pd.DataFrame({"theme": frame["theme"], "recent": is_recent, "before": ~is_recent})
    return counts.groupby("theme")[["recent", "before"]].sum().astype("float64").reset_index()


def _theirs(rows: pd.DataFrame, claimed: float) -> pd.DataFrame:
    is_removed = rows["text"].str.startswith(_REMOVED, na=False).to_numpy(dtype=bool)
    shows = np.where(rows["kind"] == "sighting", claimed, 1.0)
    frame = pd.DataFrame({"competitor": rows["competitor"], "theme": rows["theme"], "theirs": shows})[~is_removed]
    return frame.groupby(["competitor", "theme"])[["theirs"]].max().reset_index()
