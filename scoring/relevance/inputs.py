"""Everything that a score is made of, one row per item and theme; what is unknown is missing, never zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from detente.rules import RelevanceRules, ThemeStatus
from scoring import grades
from scoring.clustering import independent_by_cluster
from scoring.relevance.demand import demand, open_closings
from scoring.relevance.market import Market, market, naive

Floats = npt.NDArray[np.float64]

# Every number and word that a score is made of: the columns of `inputs` beside item, theme, cluster and competitor.
FACTS = (
    "demand_money", "demand_stated", "demand_accounts", "deals", "deals_lost", "deals_all", "rivals", "importance",
    "theirs", "ours", "days_ahead", "age_days", "fit", "status", "undecided", "recent_sources", "expected_sources",
    "independent_sources", "source_letter", "claim_number",
)  # fmt: skip
# what is read of an item
_READ = [
    "item_id", "kind", "competitor", "happened_at", "observed_on", "account_key", "deal_key", "person_id", "confidence",
    "motive", "stage", "deal_amount", "close_on", "attachments",
]  # fmt: skip
_DAY = pd.Timedelta(days=1)
# a review by which what was reported is not so
_REFUTED = ("wrong", "fabricated")


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeFacts:
    """What the roadmap says of a theme.

    Attributes:
        key: What matches call it.
        status: Where it stands on the roadmap.
        weight: How much it counts beside other themes; not negative.
        ours: Whether we have it; None: nobody has said so.
    """

    key: str
    status: ThemeStatus = "later"
    weight: float = 1.0
    ours: Literal["no", "partly", "yes"] | None = None


def inputs(
    items: pd.DataFrame,
    members: pd.DataFrame,
    matches: pd.DataFrame,
    decisions: pd.DataFrame,
    themes: Sequence[ThemeFacts],
    *,
    now: datetime,
    rules: RelevanceRules,
    reviews: pd.DataFrame | None = None,
    around: Market | None = None,
) -> pd.DataFrame:
    """What each item's score for each of its themes is made of.

    What a cluster knows, each of its items has: demand, dates, decisions and sources are of the cluster. What happened
    after `now` does not count yet.

    Args:
        items: The items to score, with all items of their clusters; columns as the warehouse gives them, amounts in the
            company's currency.
        members: `item_id, cluster_id, independent_sources`; the last is counted where it is left out. An item that is
            in no cluster is its own.
        matches: `item_id, theme, fit`; an item without a row is scored once, without a theme.
        decisions: `item_id, kind, decided_at`; of an item the last one holds.
        themes: The roadmap; a match with a theme that is not in it is left out.
        now: The moment of scoring.
        rules: By what is scored.
        reviews: `sighting_id, person_id, outcome`, one row per reviewed sighting of anybody, with its reporter.
        around: What is known of all items, where `items` are not all.

    Returns:
        `item_id, theme, cluster_id, competitor` and `FACTS`; NaN and None are unknown. Sorted by item and theme.
    """
    moment = naive(now)
    roadmap = pd.DataFrame(
        {
            "theme": [theme.key for theme in themes],
            "status": [theme.status for theme in themes],
            "weight": [theme.weight for theme in themes],
            "ours": [_ours(theme, rules.gap.partly) for theme in themes],
        }
    ).astype({"theme": object})
    # an empty frame has whatever types it was made with
    fits = matches.loc[matches["theme"].isin(roadmap["theme"]), ["item_id", "theme", "fit"]]
    fits = fits.astype({"item_id": object, "theme": object, "fit": "float64"})
    around = around or market(items, fits, now=now, rules=rules)
    placed = items[_READ].merge(_members(items, members), on="item_id", how="left")
    placed["cluster_id"] = placed["cluster_id"].fillna(placed["item_id"])
    placed["independent_sources"] = placed["independent_sources"].fillna(1.0).astype("float64")
    names, codes = np.unique(placed["cluster_id"].to_numpy(str), return_inverse=True)
    placed["cluster"] = codes
    clusters = _of_clusters(placed, len(names), decisions, moment, rules, reviews)

    known = placed[["item_id", "cluster_id", "competitor", "cluster"]].copy()
    known["source_letter"] = _letters(placed, reviews)
    known = known.sort_values("item_id", kind="stable")
    rows = known.merge(fits.drop_duplicates(["item_id", "theme"]), on="item_id", how="left")
    rows = rows.join(clusters, on="cluster").drop(columns="cluster")
    rows = _with_themes(rows, roadmap, around)
    rows = _with_market(rows, around, rules)
    rows = rows.sort_values(["item_id", "theme"], kind="stable", na_position="last").reset_index(drop=True)
    return rows[["item_id", "theme", "cluster_id", "competitor", *FACTS]]


def _members(items: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    once = members.drop_duplicates("item_id")
    if "independent_sources" not in once.columns:
        counted = independent_by_cluster(items, once)
        once = once.assign(independent_sources=once["cluster_id"].map(counted))
    return once[["item_id", "cluster_id", "independent_sources"]]


def _ours(theme: ThemeFacts, partly: float) -> float:
    return {"no": 0.0, "partly": partly, "yes": 1.0, None: np.nan}[theme.ours]


def _of_clusters(
    placed: pd.DataFrame,
    count: int,
    decisions: pd.DataFrame,
    moment: pd.Timestamp,
    rules: RelevanceRules,
    reviews: pd.DataFrame | None,
) -> pd.DataFrame:
    """What each cluster knows, by its number."""
    known = placed[placed["happened_at"] <= moment]
    sightings = known[known["kind"] == "sighting"]
    clusters = pd.DataFrame(index=pd.RangeIndex(count)).join(demand(sightings, rules.demand))
    clusters["days_ahead"] = _days_ahead(sightings, moment, rules.time.window_days)
    clusters["age_days"] = _ages(known, moment).groupby(known["cluster"]).min()
    clusters["undecided"] = _undecided(placed, decisions, moment).reindex(clusters.index, fill_value=1.0)
    return clusters.join(_believed(known, reviews)).fillna({"independent_sources": 1.0, "claim_number": 6.0})


def _days_ahead(sightings: pd.DataFrame, moment: pd.Timestamp, window: float) -> pd.Series[float]:
    """How many days until the nearest deal of each cluster closes; those that are past, decided or far are none."""
    open_ones = sightings[open_closings(sightings)]
    ahead = (_dates(open_ones["close_on"]) - moment.normalize()) / _DAY
    return ahead[(ahead >= 0) & (ahead <= window)].groupby(open_ones["cluster"]).min()


def _ages(items: pd.DataFrame, moment: pd.Timestamp) -> pd.Series[float]:
    """How many days ago it happened: when it was observed, where that was before it was told, else when it was told."""
    observed = _dates(items["observed_on"])
    when = observed.where(observed <= items["happened_at"], items["happened_at"])
    return (moment - when) / _DAY


def _dates(column: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Dates as times; one that no calendar has is none."""
    return pd.to_datetime(column, errors="coerce")


def _undecided(placed: pd.DataFrame, decisions: pd.DataFrame, moment: pd.Timestamp) -> pd.Series[float]:
    """1 where nothing was decided of a cluster (which is then not in here), ½ where it is only watched, 0 else.

    Of several decisions about an item the last one holds.
    """
    made = decisions[decisions["decided_at"] <= moment].sort_values(["decided_at", "kind"], kind="stable")
    last = made.drop_duplicates("item_id", keep="last")
    joined = last[["item_id", "kind"]].astype(object).merge(placed[["item_id", "cluster"]], on="item_id")
    return (joined["kind"] == "watch").groupby(joined["cluster"]).all() * 0.5


def _believed(known: pd.DataFrame, reviews: pd.DataFrame | None) -> pd.DataFrame:
    """How many independent sources each cluster has, and what number its claim gets."""
    is_page = known["kind"] != "sighting"
    outcomes = {} if reviews is None else dict(zip(reviews["sighting_id"], reviews["outcome"], strict=True))
    outcome = known["item_id"].map(outcomes)
    told = pd.DataFrame(
        {
            "page": is_page,
            "file": known["attachments"].fillna(0) > 0,
            "certain": known["confidence"] == "certain",
            "stated": known["confidence"].notna(),
            "true": outcome == "verified",
            "refuted": outcome.isin(_REFUTED),
        }
    )
    by_cluster = told.groupby(known["cluster"]).any()
    # a made-up copy takes nothing from what a page shows or somebody found true
    by_cluster["refuted"] &= ~by_cluster["page"] & ~by_cluster["true"]
    independent = known.groupby("cluster")["independent_sources"].max()
    numbers = grades.claim_grades(
        independent.to_numpy(),
        *(by_cluster[name].to_numpy(bool) for name in ("page", "file", "certain", "stated", "refuted")),
    )
    return pd.DataFrame(
        {"independent_sources": independent, "claim_number": numbers.astype("float64")},
        index=by_cluster.index,
    )


def _letters(placed: pd.DataFrame, reviews: pd.DataFrame | None) -> npt.NDArray[np.str_]:
    """The track record of whoever told each item; we read pages ourselves."""
    is_page = (placed["kind"] != "sighting").to_numpy(bool)
    if reviews is None or reviews.empty:
        return np.where(is_page, "A", "F")
    counts = pd.crosstab(reviews["person_id"], reviews["outcome"])
    counts = counts.reindex(columns=["verified", "wrong", "fabricated"], fill_value=0)
    letters = pd.Series(
        grades.source_grades(*(counts[name].to_numpy() for name in counts.columns)).astype(object), index=counts.index
    )
    return np.where(is_page, "A", placed["person_id"].map(letters).fillna("F").to_numpy(str))


def _with_themes(rows: pd.DataFrame, roadmap: pd.DataFrame, around: Market) -> pd.DataFrame:
    """With what the roadmap says of each theme, and how far the competitor has it."""
    heaviest = max(roadmap["weight"].max(), 0.0) if len(roadmap) else 0.0
    shares = roadmap.assign(importance=roadmap["weight"] / heaviest if heaviest else 0.0).drop(columns="weight")
    rows = rows.merge(shares, on="theme", how="left")
    return rows.merge(around.theirs, on=["competitor", "theme"], how="left")


def _with_market(rows: pd.DataFrame, around: Market, rules: RelevanceRules) -> pd.DataFrame:
    """With the competitor's deals and the theme's talk."""
    rows = rows.merge(around.deals.rename(columns={"lost": "deals_lost"}), on="competitor", how="left")
    rows["deals_all"] = float(around.deals["deals"].sum())
    rows["rivals"] = float(len(around.deals))
    rows = rows.merge(around.told, on="theme", how="left")
    # a history shorter than the present cannot say what is usual
    long_enough = around.weeks_before >= rules.novelty.recent_weeks
    usual = rules.novelty.recent_weeks / around.weeks_before if long_enough else np.nan
    has_theme = rows["theme"].notna()
    rows["recent_sources"] = rows["recent"].fillna(0.0).where(has_theme)
    rows["expected_sources"] = (rows["before"].fillna(0.0) * usual).where(has_theme)
    return rows
