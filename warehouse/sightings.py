"""Sightings on their way from the desk into the warehouse, and how far they have come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from warehouse.database import Connection
from warehouse.json_lines import to_json_line

MarkName = Literal["loaded", "published", "tables", "removed"]

# rows of which one statement takes the JSON: texts are bounded, so that this is some megabytes at most
_PER_STATEMENT = 200


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

    Returns:
        Whether the warehouse knows anything else now: that a sighting was read, say, is nothing that it keeps.
    """
    ids = [*incoming.gone, *(str(row["sighting_id"]) for row in incoming.rows)]
    touched = "TRUE" if incoming.anew else "sighting_id IN (SELECT unnest(?::VARCHAR[]))"
    bound = [] if incoming.anew else [ids]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE old AS SELECT * FROM raw.sighting WHERE {touched}", bound)
    connection.execute(f"DELETE FROM raw.sighting WHERE {touched}", bound)
    columns = dict(connection.execute("SELECT column_name, column_type FROM (DESCRIBE raw.sighting)").fetchall())
    names = ", ".join(columns)
    # as a parameter and not as a file, which a kill would leave behind with people's words in it
    statement = (
        f"INSERT INTO raw.sighting ({names}) "
        f"SELECT {names} FROM (SELECT unnest(from_json(?, '{json.dumps([columns])}'), recursive := true))"
    )
    for part in _parts(incoming.rows):
        connection.execute(statement, [to_json_line(part)])
    new = f"SELECT * FROM raw.sighting WHERE {touched}"
    differs = connection.execute(
        f"SELECT 1 FROM ((FROM temp.old EXCEPT ALL ({new})) UNION ALL (({new}) EXCEPT ALL FROM temp.old)) LIMIT 1",
        [*bound, *bound],
    ).fetchall()
    removed = connection.execute(
        "SELECT 1 FROM temp.old WHERE sighting_id NOT IN (SELECT sighting_id FROM raw.sighting) LIMIT 1"
    ).fetchall()
    connection.execute("DROP TABLE temp.old")
    if removed or incoming.anew:
        # whoever publishes next, and be it a build after a kill, leaves no older file behind
        set_mark(connection, "removed", incoming.mark)
    set_mark(connection, "loaded", incoming.mark)
    return bool(differs)


def _parts(rows: Sequence[Mapping[str, object]]) -> Iterator[Sequence[Mapping[str, object]]]:
    for start in range(0, len(rows), _PER_STATEMENT):
        yield rows[start : start + _PER_STATEMENT]
