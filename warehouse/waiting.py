"""Work that is under way: what waits for its cluster, themes or scores, and which rows readers do not have yet.

It stands in the warehouse, so that whoever comes after a kill goes on where the other ended.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from warehouse.database import Connection

# up to so many values stand in the statement itself, so that DuckDB looks for them while it reads the table
_INLINE = 200
# what is said of items and changes with their clusters, themes, scores and decisions
_OF_ITEMS = ("cluster_member", "item_theme", "decision", "relevance", "relevance_history")


def add(connection: Connection, work: str, ids: Collection[str]) -> None:
    """Lets items, or rows of the table of that name, wait; those that wait already wait once."""
    if ids:
        connection.execute(
            "INSERT INTO raw.waiting SELECT ?, id FROM (SELECT DISTINCT unnest(?::VARCHAR[]) AS id) AS s "
            "WHERE NOT EXISTS (SELECT 1 FROM raw.waiting AS w WHERE w.work = ? AND w.id = s.id)",
            [work, list(ids), work],
        )


def tell(connection: Connection, ids: Collection[str]) -> None:
    """Lets all rows of the tables wait that say anything of these items, of their clusters, or of what else is in them.

    What is in a cluster with one of them is found in `raw.cluster_member` as it is now.
    """
    if not ids:
        return
    clause, bound = among(ids)
    clusters = _column(
        connection, f"SELECT DISTINCT cluster_id FROM raw.cluster_member WHERE item_id IN {clause}", bound
    )
    clusters = list({*clusters, *ids})
    clause, bound = among(clusters)
    members = _column(connection, f"SELECT item_id FROM raw.cluster_member WHERE cluster_id IN {clause}", bound)
    tell_whole(connection, {*members, *ids}, clusters)


def tell_whole(connection: Connection, items: Collection[str], clusters: Collection[str]) -> None:
    """The same of whole clusters, all of whose items are known."""
    for table in _OF_ITEMS:
        add(connection, table, items)
    add(connection, "cluster", clusters)


def ids_of(connection: Connection, work: str) -> list[str]:
    """What waits, in order."""
    return _column(connection, "SELECT DISTINCT id FROM raw.waiting WHERE work = ? ORDER BY id", [work])


def done(connection: Connection, work: str, ids: Collection[str] | None = None) -> None:
    """Lets these, or all, wait no longer."""
    if ids is None:
        connection.execute("DELETE FROM raw.waiting WHERE work = ?", [work])
    elif ids:
        clause, bound = among(ids)
        connection.execute(f"DELETE FROM raw.waiting WHERE work = ? AND id IN {clause}", [work, *bound])


def among(ids: Collection[str]) -> tuple[str, list[object]]:
    """What stands after `IN` for one of these ids, and its parameters; there must be at least one."""
    if len(ids) <= _INLINE:
        return f"({', '.join('?' * len(ids))})", list(ids)
    return "(SELECT unnest(?::VARCHAR[]))", [list(ids)]


def parts(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    """The ids in parts of at most this size."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _column(connection: Connection, question: str, bound: Sequence[object]) -> list[str]:
    return [str(row[0]) for row in connection.execute(question, bound).fetchall()]
