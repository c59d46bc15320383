"""What clusters and themes are found in: items that wait for them with all that may stand in one cluster with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd

from warehouse import waiting
from warehouse.database import Connection
from warehouse.scores import Money, digests, items, strings

# What stands on a row of `raw.waiting` until an item's cluster, themes and score have been made.
FIND, MATCH, SCORE = "find", "match", "score"

_FACTS = """
    SELECT competitor, subject, concat_ws(' ', old, new) AS value, known_at AS first_seen_at, change_id AS evidence
    FROM core.change
    WHERE dismissed_by IS NULL AND competitor IN (SELECT competitor FROM temp.named)
    UNION ALL
    SELECT competitor, coalesce(version, title), concat_ws(' ', title, first_line), first_seen_at, release_id
    FROM core.release
    WHERE competitor IN (SELECT competitor FROM temp.named)
    UNION ALL
    SELECT competitor, plan, text, known_at, plan_price_id
    FROM core.plan_price
    WHERE competitor IN (SELECT competitor FROM temp.named)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Items that wait for their cluster, and all that stands or may come to stand in one cluster with them.

    Attributes:
        items: As `warehouse.scores.items` makes them; no pair and no word of a person leads out of them.
        touched: Those that wait.
        gone: Items that were there and are no more.
        digests: By touched item, what tells it from what it was.
        pairs: Pairs that are known of them and of what is gone: `item_id, other_id, share, reason`.
        edits: Words of persons: kind, item and other, the oldest first.
        facts: What pages of the touched sightings' competitors said: `competitor, subject, value, first_seen_at,
            evidence`.
    """

    items: pd.DataFrame
    touched: frozenset[str]
    gone: frozenset[str]
    digests: pd.DataFrame
    pairs: pd.DataFrame
    edits: Sequence[tuple[str, str, str]]
    facts: pd.DataFrame


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found in surroundings.

    Attributes:
        pairs: Those of the items whose pairs were sought: `item_id, other_id, share, reason`.
        sought: These items; what else was known of them is over.
        members: Of every item: `item_id, cluster_id, reason, near_item_id, share, independent_sources`.
        matches: Of touched items: `item_id, theme, fit`.
        evidence: Of touched sightings: `sighting_id, evidence, first_seen_at`.
    """

    pairs: pd.DataFrame
    sought: frozenset[str]
    members: pd.DataFrame
    matches: pd.DataFrame
    evidence: pd.DataFrame


def notice(connection: Connection, money: Money, stamp: str, referee_since: datetime) -> None:
    """Lets every item wait that is new, was changed or is gone, or was looked at in another way than now.

    Args:
        connection: The warehouse, with its items made.
        money: What amounts are worth.
        stamp: Tells the ways of looking at items apart.
        referee_since: Sightings that came later are held against the pages again, which may be read after they came.
    """
    digests(connection, money, stamp, "temp.now_digest")
    connection.execute(
        """
        INSERT INTO raw.waiting
        SELECT ?, id
        FROM (
            SELECT coalesce(n.item_id, m.item_id) AS id
            FROM temp.now_digest AS n
            FULL JOIN raw.cluster_member AS m ON m.item_id = n.item_id
            WHERE m.digest IS DISTINCT FROM n.digest
            UNION
            SELECT sighting_id FROM core.sighting
            WHERE received_at > ?
        )
        WHERE id NOT IN (SELECT id FROM raw.waiting WHERE work = ?)
        """,
        [FIND, referee_since.astimezone(UTC).replace(tzinfo=None), FIND],
    )
    connection.execute("DROP TABLE temp.now_digest")


def planned(connection: Connection, most: int) -> list[list[str]]:
    """What waits for its cluster, in parts of about so many at most; a competitor's items are in one part."""
    rows = connection.execute(
        "SELECT w.id, coalesce(i.competitor, '') FROM (SELECT DISTINCT id FROM raw.waiting WHERE work = ?) AS w "
        "LEFT JOIN core.item AS i ON i.item_id = w.id ORDER BY 2, 1",
        [FIND],
    ).fetchall()
    by_competitor: dict[str, list[str]] = {}
    for item_id, competitor in rows:
        by_competitor.setdefault(competitor, []).append(item_id)
    parts: list[list[str]] = []
    for ids in by_competitor.values():
        if parts and len(parts[-1]) + len(ids) <= most:
            parts[-1] += ids
        else:
            parts.append(list(ids))
    return parts


def surroundings(
    connection: Connection, ids: Collection[str], money: Money, stamp: str, window_days: float
) -> Surroundings:
    """What must be known to find the clusters and themes of these items."""
    connection.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT unnest(?::VARCHAR[]) AS id", [list(ids)])
    # what is paired with one of them may be paired otherwise now, with what lies as far away again
    window = timedelta(days=2 * window_days)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE near AS
        WITH around AS (
            SELECT competitor, min(happened_at) - ?::INTERVAL AS since, max(happened_at) + ?::INTERVAL AS until
            FROM core.item
            WHERE item_id IN (SELECT id FROM temp.touched)
            GROUP BY competitor
        )
        SELECT i.item_id AS id
        FROM core.item AS i
        JOIN around AS a
            ON a.competitor IS NOT DISTINCT FROM i.competitor AND i.happened_at BETWEEN a.since AND a.until
        UNION
        SELECT id FROM temp.touched
        """,
        [window, window],
    )
    _close(connection)
    near = [str(row[0]) for row in connection.execute("SELECT id FROM temp.near").fetchall()]
    frame = items(connection, money, near)
    there = frozenset(frame["item_id"])
    touched = there.intersection(ids)
    digests(connection, money, stamp, "temp.now_digest", only="temp.touched")
    told = connection.execute("SELECT item_id, digest FROM temp.now_digest").df()
    pairs = strings(
        connection.execute(
            """
            SELECT item_id, other_id, share, reason
            FROM raw.item_pair
            WHERE item_id IN (SELECT id FROM temp.near) AND other_id IN (SELECT id FROM temp.near)
            """
        ).df()
    )
    edits = connection.execute(
        "SELECT kind, item_id, other_id FROM raw.cluster_edit "
        "WHERE item_id IN (SELECT id FROM temp.near) OR other_id IN (SELECT id FROM temp.near) ORDER BY edit_id"
    ).fetchall()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE named AS SELECT DISTINCT competitor FROM core.sighting "
        "WHERE competitor IS NOT NULL AND sighting_id IN (SELECT id FROM temp.touched)"
    )
    facts = strings(connection.execute(_FACTS).df())
    return Surroundings(
        items=frame,
        touched=touched,
        gone=frozenset(ids) - there,
        digests=strings(told),
        pairs=pairs,
        edits=edits,
        facts=facts,
    )


def store(connection: Connection, around: Surroundings, found: Found, *, tell: bool) -> None:
    """Puts what was found in the place of what was known, in the caller's transaction.

    What it changes waits for its score.

    Args:
        connection: The warehouse.
        around: In what it was found.
        found: What was found.
        tell: Whether the tables' rows that it changes are to be made anew one by one; not where all will be.
    """
    make_touched = "CREATE OR REPLACE TEMP TABLE touched AS SELECT unnest(?::VARCHAR[]) AS id"
    connection.execute(make_touched, [[*found.sought, *around.gone]])
    _replace(connection, "item_pair", ("item_id", "other_id"), found.pairs)
    connection.execute(make_touched, [[*around.touched, *around.gone]])
    _replace(connection, "item_theme", ("item_id",), found.matches)
    _replace(connection, "sighting_evidence", ("sighting_id",), found.evidence)
    _put(connection, "fresh", found.members.merge(around.digests, on="item_id", how="left"))
    # a digest that was not made now is that of before
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE member AS
        SELECT
            f.item_id::VARCHAR AS item_id, coalesce(f.digest::VARCHAR, m.digest) AS digest,
            f.cluster_id::VARCHAR AS cluster_id, f.reason::VARCHAR AS reason, f.near_item_id::VARCHAR AS near_item_id,
            nullif(f.share::DOUBLE, 'NaN'::DOUBLE) AS share, f.independent_sources::INTEGER AS independent_sources,
            m.cluster_id AS cluster_before,
            f.item_id IN (SELECT id FROM temp.touched)
                OR m.cluster_id IS DISTINCT FROM f.cluster_id OR m.reason IS DISTINCT FROM f.reason
                OR m.near_item_id IS DISTINCT FROM f.near_item_id::VARCHAR
                OR m.share IS DISTINCT FROM nullif(f.share::DOUBLE, 'NaN'::DOUBLE)
                OR m.independent_sources IS DISTINCT FROM f.independent_sources AS is_other
        FROM temp.fresh AS f
        LEFT JOIN raw.cluster_member AS m ON m.item_id = f.item_id
        """
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE other_cluster AS
        SELECT cluster_id AS id FROM temp.member WHERE is_other
        UNION
        SELECT cluster_before FROM temp.member WHERE is_other AND cluster_before IS NOT NULL
        UNION
        SELECT cluster_id FROM raw.cluster_member WHERE item_id IN (SELECT id FROM temp.touched)
        """
    )
    connection.execute(
        "DELETE FROM raw.cluster_member "
        "WHERE item_id IN (SELECT item_id FROM temp.member WHERE is_other) OR item_id IN (SELECT id FROM temp.touched)"
    )
    connection.execute(
        "INSERT INTO raw.cluster_member SELECT item_id, digest, cluster_id, reason, near_item_id, share, "
        "independent_sources FROM temp.member WHERE is_other"
    )
    members = _ids(
        connection, "SELECT item_id FROM temp.member WHERE cluster_id IN (SELECT id FROM temp.other_cluster)"
    )
    waiting.add(connection, SCORE, members)
    if tell:
        clusters = _ids(connection, "SELECT id FROM temp.other_cluster")
        waiting.tell_whole(connection, [*members, *around.gone], clusters)
        waiting.add(connection, "sighting_evidence", [*around.touched, *around.gone])
    _settle(connection, around)
    for name in ("touched", "fresh", "member", "other_cluster"):
        connection.execute(f"DROP TABLE temp.{name}")


def store_matches(connection: Connection, ids: Collection[str], matches: pd.DataFrame, *, tell: bool) -> None:
    """Puts the themes of these items in the place of those that were known, in the caller's transaction."""
    connection.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT unnest(?::VARCHAR[]) AS id", [list(ids)])
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE before AS FROM raw.item_theme WHERE item_id IN (SELECT id FROM temp.touched)"
    )
    _replace(connection, "item_theme", ("item_id",), matches)
    now = "(FROM raw.item_theme WHERE item_id IN (SELECT id FROM temp.touched))"
    differ = _ids(
        connection,
        f"SELECT DISTINCT item_id FROM ((FROM temp.before EXCEPT {now}) UNION ALL ({now} EXCEPT FROM temp.before))",
    )
    waiting.add(connection, SCORE, differ)
    waiting.done(connection, MATCH, ids)
    if tell:
        waiting.tell(connection, differ)
    connection.execute("DROP TABLE temp.touched")
    connection.execute("DROP TABLE temp.before")


def decided_themes(connection: Connection) -> dict[str, str]:
    """By item, the theme that its newest decision named."""
    return dict(
        connection.execute(
            """
            SELECT item_id, arg_max(theme, (decided_at, decision_id))
            FROM raw.decision
            WHERE theme IS NOT NULL
            GROUP BY item_id
            """
        ).fetchall()
    )


def _settle(connection: Connection, around: Surroundings) -> None:
    """What an ingest brought while this was looked at goes on waiting."""
    still = set(_ids(connection, "SELECT item_id FROM core.item WHERE item_id IN (SELECT id FROM temp.touched)"))
    waiting.done(connection, FIND, [*(around.touched & still), *(around.gone - still)])


def _close(connection: Connection) -> None:
    """Adds to `near` all that pairs and words of persons lead to from there."""
    while True:
        [(added,)] = connection.execute(
            """
            INSERT INTO temp.near
            SELECT DISTINCT e.other
            FROM (
                SELECT item_id AS one, other_id AS other FROM raw.item_pair
                UNION ALL SELECT other_id, item_id FROM raw.item_pair
                UNION ALL SELECT item_id, other_id FROM raw.cluster_edit
                UNION ALL SELECT other_id, item_id FROM raw.cluster_edit
            ) AS e
            WHERE e.one IN (SELECT id FROM temp.near) AND e.other NOT IN (SELECT id FROM temp.near)
            """
        ).fetchall()
        if not added:
            return


def _replace(connection: Connection, table: str, keys: Sequence[str], rows: pd.DataFrame) -> None:
    where = " OR ".join(f"{key} IN (SELECT id FROM temp.touched)" for key in keys)
    connection.execute(f"DELETE FROM raw.{table} WHERE {where}")
    if len(rows):
        _put(connection, "fresh", rows)
        connection.execute(f"INSERT INTO raw.{table} BY NAME SELECT {', '.join(rows.columns)} FROM temp.fresh")


def _put(connection: Connection, name: str, rows: pd.DataFrame) -> None:
    """A frame as a temporary table; a column of objects holds strings, even where all of them are missing."""
    kinds = {str(column): kind for column, kind in rows.dtypes.items()}
    columns = ", ".join(f"{name}::VARCHAR AS {name}" if kind == "object" else name for name, kind in kinds.items())
    connection.register("frame_now", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM frame_now")
    connection.unregister("frame_now")


def _ids(connection: Connection, question: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(question).fetchall()]
