"""What a score must know of everything: deals per competitor, talk per theme, who has what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd

from warehouse.database import Connection
from warehouse.waiting import among, ids_of

# with more that waits all is counted
_FEW = 1_000

# a deal is known by its own key, else by its account's; what was told of it last says how it stands
_DEALS = """
    WITH told AS (
        SELECT competitor, coalesce(deal_key, account_key) AS deal, stage, received_at, sighting_id
        FROM core.sighting
        WHERE competitor IS NOT NULL AND coalesce(deal_key, account_key) IS NOT NULL
            AND received_at > $since AND received_at <= $moment
    ),
    deal AS (
        SELECT competitor, deal, arg_max(coalesce(stage, ''), (stage IS NOT NULL, received_at, sighting_id)) AS stage
        FROM told
        GROUP BY competitor, deal
    )
    SELECT competitor, count(*)::DOUBLE AS deals, count(*) FILTER (stage = 'lost')::DOUBLE AS lost
    FROM deal
    GROUP BY competitor
    ORDER BY competitor
"""

# an account, a deal or a person is a source, and so are all pages of one competitor
_TOLD = """
    WITH source AS (
        SELECT DISTINCT
            t.theme,
            floor(epoch($moment::TIMESTAMP - i.happened_at) / 604800)::INTEGER AS week,
            coalesce(s.account_key, s.deal_key, s.person_id, i.competitor, '') AS source
        FROM core.item AS i
        JOIN raw.item_theme AS t ON t.item_id = i.item_id
        LEFT JOIN core.sighting AS s ON s.sighting_id = i.item_id
        WHERE i.happened_at > $since AND i.happened_at <= $moment {themes}
    )
    SELECT
        theme,
        count(*) FILTER (week < $present)::DOUBLE AS recent,
        count(*) FILTER (week >= $present)::DOUBLE AS before
    FROM source
    GROUP BY theme
    ORDER BY theme
"""

# what is no longer there is no evidence that they have it
_THEIRS = """
    SELECT i.competitor, t.theme, max(CASE WHEN i.kind = 'sighting' THEN $claimed ELSE 1 END)::DOUBLE AS theirs
    FROM raw.item_theme AS t
    JOIN core.item AS i ON i.item_id = t.item_id
    LEFT JOIN core.change AS c ON c.change_id = i.item_id
    WHERE i.happened_at <= $moment AND i.competitor IS NOT NULL
        AND coalesce(c.kind, '') NOT IN ('plan_removed', 'feature_removed') {competitors}
    GROUP BY i.competitor, t.theme
    ORDER BY i.competitor, t.theme
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Windows:
    """How far back is looked.

    Attributes:
        deals_days: Deals of so many days count.
        recent_weeks: So many weeks are the present.
        base_weeks: So many weeks before them are the habit.
        claimed: What a sighting's word that they have something counts, beside a page's.
    """

    deals_days: float
    recent_weeks: int
    base_weeks: int
    claimed: float


@dataclass(frozen=True, kw_only=True, slots=True)
class MarketRows:
    """What is known of all items at one moment.

    Attributes:
        deals: `competitor, deals, lost`.
        told: `theme, recent, before`.
        theirs: `competitor, theme, theirs`.
        first_at: When the oldest item happened (UTC, without a zone); None without items.
    """

    deals: pd.DataFrame
    told: pd.DataFrame
    theirs: pd.DataFrame
    first_at: datetime | None


def market_rows(connection: Connection, moment: datetime, windows: Windows, waiting: str = "") -> MarketRows:
    """Counts what happened up to `moment`.

    Args:
        connection: The warehouse.
        moment: What happened later is not known yet.
        windows: How far back is looked.
        waiting: A work of `raw.waiting`: only what its items' clusters need, where they are few; empty: all.
    """
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    since = moment - timedelta(weeks=windows.recent_weeks + windows.base_weeks)
    themes = competitors = ""
    bound: dict[str, object] = {"moment": moment}
    few: dict[str, object] = {}
    if members := _members(connection, waiting):
        clause, ids = among(members)
        for name, table in (("theme", "raw.item_theme"), ("competitor", "core.item")):
            rows = connection.execute(f"SELECT DISTINCT {name} FROM {table} WHERE item_id IN {clause}", ids).fetchall()
            few[name] = [row[0] for row in rows]
        themes, competitors = (
            "AND t.theme IN (SELECT unnest($theme))",
            "AND i.competitor IN (SELECT unnest($competitor))",
        )
    deals = connection.execute(_DEALS, {"moment": moment, "since": moment - timedelta(days=windows.deals_days)}).df()
    told = connection.execute(
        _TOLD.format(themes=themes), bound | _only(few, "theme") | {"since": since, "present": windows.recent_weeks}
    ).df()
    theirs = connection.execute(
        _THEIRS.format(competitors=competitors), bound | _only(few, "competitor") | {"claimed": windows.claimed}
    ).df()
    [(first_at,)] = connection.execute(
        "SELECT min(happened_at) FROM core.item WHERE happened_at <= ?", [moment]
    ).fetchall()
    return MarketRows(deals=deals, told=told, theirs=theirs, first_at=first_at)


def _only(values: Mapping[str, object], name: str) -> dict[str, object]:
    return {name: values[name]} if name in values else {}


def _members(connection: Connection, work: str) -> list[str]:
    """All items of the clusters of what waits, where it is little; else none."""
    ids = ids_of(connection, work) if work else []
    if not ids or len(ids) > _FEW:
        return []
    clause, bound = among(ids)
    clusters = connection.execute(
        f"SELECT cluster_id FROM raw.cluster_member WHERE item_id IN {clause}", bound
    ).fetchall()
    clause, bound = among([str(row[0]) for row in clusters] or ids)
    rows = connection.execute(f"SELECT item_id FROM raw.cluster_member WHERE cluster_id IN {clause}", bound).fetchall()
    return [str(row[0]) for row in rows]
