"""Sightings on their way from the desk into the warehouse, and how far they have come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from warehouse import waiting
from warehouse.database import Connection
from warehouse.json_lines import insert_bound

MarkName = Literal["loaded", "published", "tables", "removed", "basis", "judged", "learned", "scored"]

# columns in the reporter's words
_WORDS = ("competitor_name", "area", "comparison", "text")


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """What the desk has for the warehouse.

    Attributes:
        rows: Sightings that may be seen, new or changed; keys are columns of `raw.sighting`, and one that is missing
            is null.
        gone: Ids that may no longer be seen.
        mark: How far the desk has been read with this; the desk's own words.
        anew: These rows are all that there is: what the warehouse has besides them goes.
    """

    rows: Sequence[Mapping[str, object]]
    gone: Sequence[str]
    mark: str
    anew: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to load."""
        return not (self.rows or self.gone or self.anew)


def mark(connection: Connection, name: MarkName) -> str:
    """A mark's value; empty before it was set."""
    found = connection.execute("SELECT value FROM raw.mark WHERE name = ?", [name]).fetchall()
    return str(found[0][0]) if found else ""


def set_mark(connection: Connection, name: MarkName, value: str) -> None:
    """Sets a mark, inside the caller's transaction."""
    connection.execute("DELETE FROM raw.mark WHERE name = ?", [name])
    connection.execute("INSERT INTO raw.mark VALUES (?, ?)", [name, value])


def load(connection: Connection, incoming: Incoming) -> bool:
    """Puts the rows in the place of those that were there, in the caller's transaction; twice is as good as once.

    What differs waits for its cluster, its themes and its score, and for being published.

    Returns:
        Whether the warehouse knows anything else now: that a sighting was read, say, is nothing that it keeps.
    """
    ids = [*incoming.gone, *(str(row["sighting_id"]) for row in incoming.rows)]
    touched, bound = ("TRUE", []) if incoming.anew or not ids else _touched(ids)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE old AS SELECT * FROM raw.sighting WHERE {touched}", bound)
    if incoming.anew or ids:
        connection.execute(f"DELETE FROM raw.sighting WHERE {touched}", bound)
    insert_bound(connection, "raw.sighting", incoming.rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE new AS SELECT * FROM raw.sighting WHERE {touched}", bound)
    differs = _column(
        connection,
        "SELECT DISTINCT sighting_id FROM ((FROM temp.old EXCEPT ALL FROM temp.new) "
        "UNION ALL (FROM temp.new EXCEPT ALL FROM temp.old))",
    )
    # an old word that went, be it with its sighting or not, leaves the files that readers have
    lost = " OR ".join(f"o.{word} IS NOT NULL AND o.{word} IS DISTINCT FROM n.{word}" for word in _WORDS)
    removed = _column(
        connection,
        "SELECT o.sighting_id FROM temp.old AS o LEFT JOIN temp.new AS n ON n.sighting_id = o.sighting_id "
        f"WHERE n.sighting_id IS NULL OR {lost}",
    )
    gone = _column(
        connection, "SELECT sighting_id FROM temp.old WHERE sighting_id NOT IN (SELECT sighting_id FROM temp.new)"
    )
    connection.execute("DROP TABLE temp.old")
    connection.execute("DROP TABLE temp.new")
    for work in ("find", "item", "sighting", "sighting_evidence"):
        waiting.add(connection, work, differs)
    waiting.tell(connection, differs)
    _let_go(connection, gone)
    if removed or incoming.anew:
        # whoever publishes next, and be it a build after a kill, leaves no older file behind
        set_mark(connection, "removed", incoming.mark)
    set_mark(connection, "loaded", incoming.mark)
    return bool(differs)


def _let_go(connection: Connection, gone: Sequence[str]) -> None:
    """Lets those go that are there no more: what was found in them, and their name from the clusters that had it."""
    if not gone:
        return
    clause, bound = waiting.among(gone)
    for table, key in (("cluster_member", "item_id"), ("item_theme", "item_id"), ("sighting_evidence", "sighting_id")):
        connection.execute(f"DELETE FROM raw.{table} WHERE {key} IN {clause}", bound)
    connection.execute(f"DELETE FROM raw.score WHERE item_id IN {clause}", bound)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE heir AS
        SELECT m.cluster_id, arg_min(i.item_id, (i.happened_at, i.item_id)) AS heir
        FROM raw.cluster_member AS m
        JOIN core.item AS i ON i.item_id = m.item_id
        WHERE m.cluster_id IN {clause}
        GROUP BY m.cluster_id
        """,
        bound,
    )
    connection.execute(
        "UPDATE raw.cluster_member SET cluster_id = heir FROM temp.heir AS h "
        "WHERE h.cluster_id = cluster_member.cluster_id"
    )
    waiting.tell(connection, _column(connection, "SELECT heir FROM temp.heir"))
    connection.execute("DROP TABLE temp.heir")


def _touched(ids: Sequence[str]) -> tuple[str, list[object]]:
    clause, bound = waiting.among(ids)
    return f"sighting_id IN {clause}", bound


def _column(connection: Connection, question: str, bound: Sequence[object] = ()) -> list[str]:
    return [str(row[0]) for row in connection.execute(question, bound).fetchall()]
