"""What people judged, on its way from the desk into the warehouse: small, and replaced whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse import waiting
from warehouse.database import Connection
from warehouse.json_lines import insert_bound, to_json_line
from warehouse.sightings import mark, set_mark

Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """All that people have judged; keys are columns of the table of `raw` that each goes to.

    Attributes:
        decisions: Verdicts on items.
        outcomes: Whether decisions were right.
        reviews: What sightings were found to be.
        edits: Which items are one thing, and which are not.
    """

    decisions: Sequence[Row] = ()
    outcomes: Sequence[Row] = ()
    reviews: Sequence[Row] = ()
    edits: Sequence[Row] = ()

    @property
    def digest(self) -> str:
        """Tells two sets of judgements apart; empty where nobody has judged anything."""
        told = [self.decisions, self.outcomes, self.reviews, self.edits]
        return hashlib.sha256(to_json_line(told).encode()).hexdigest()[:16] if any(told) else ""


# By table: where its rows stand in `Judged`, and which items a row is about.
_TABLES = {
    "decision": ("decisions", "item_id", "score"),
    "decision_outcome": (
        "outcomes", "(SELECT any_value(d.item_id) FROM raw.decision AS d WHERE d.decision_id = r.decision_id)", "",
    ),
    "review": ("reviews", "sighting_id", "score"),
    "cluster_edit": ("edits", "unnest([item_id, other_id])", "find"),
}  # fmt: skip


def differ(connection: Connection, judged: Judged | None) -> bool:
    """Whether they are other ones than those that were loaded last."""
    return judged is not None and mark(connection, "judged") != judged.digest


def load(connection: Connection, judged: Judged) -> bool:
    """Puts these rows in the place of those that were there, in the caller's transaction.

    What differs lets the items that it is about wait for their scores, or for their clusters.

    Returns:
        Whether anything differs.
    """
    if not differ(connection, judged):
        return False
    set_mark(connection, "judged", judged.digest)
    differs = False
    for table, (attribute, about, work) in _TABLES.items():
        rows = getattr(judged, attribute)
        described = connection.execute(f"SELECT column_name FROM (DESCRIBE raw.{table})").fetchall()
        names = [name for (name,) in described]
        connection.execute(f"CREATE OR REPLACE TEMP TABLE before AS FROM raw.{table}")
        connection.execute(f"DELETE FROM raw.{table}")
        insert_bound(connection, f"raw.{table}", [{name: row.get(name) for name in names} for row in rows])
        changed = (
            f"((FROM temp.before EXCEPT ALL FROM raw.{table}) UNION ALL (FROM raw.{table} EXCEPT ALL FROM temp.before))"
        )
        ids = [row[0] for row in connection.execute(f"SELECT DISTINCT {about} AS id FROM {changed} AS r").fetchall()]
        connection.execute("DROP TABLE temp.before")
        differs = differs or bool(ids)
        ids = [str(one) for one in ids if one]
        if work:
            waiting.add(connection, work, ids)
        waiting.tell(connection, ids)
    return differs
