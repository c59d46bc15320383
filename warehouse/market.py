"""What a score must know of everything: deals per competitor, talk per theme, who has what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd

from warehouse.database import Connection

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

# those that wait, and what else stands in their clusters
_WAITING = """(
    SELECT o.item_id
    FROM raw.waiting AS w
    JOIN raw.cluster_member AS m ON m.item_id = w.id
    JOIN raw.cluster_member AS o ON o.cluster_id = m.cluster_id
    WHERE w.work = $work
)"""

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
    if waiting:
        bound["work"] = waiting
        themes = f"AND t.theme IN (SELECT theme FROM raw.item_theme WHERE item_id IN {_WAITING})"
        competitors = f"AND i.competitor IN (SELECT competitor FROM core.item WHERE item_id IN {_WAITING})"
    deals = connection.execute(_DEALS, {"moment": moment, "since": moment - timedelta(days=windows.deals_days)}).df()
    told = connection.execute(
        _TOLD.format(themes=themes), bound | {"since": since, "present": windows.recent_weeks}
    ).df()
    theirs = connection.execute(_THEIRS.format(competitors=competitors), bound | {"claimed": windows.claimed}).df()
    [(first_at,)] = connection.execute(
        "SELECT min(happened_at) FROM core.item WHERE happened_at <= ?", [moment]
    ).fetchall()
    return MarketRows(deals=deals, told=told, theirs=theirs, first_at=first_at)
