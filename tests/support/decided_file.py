"""A published file of invented items, their scores at several times, and what was decided; nothing is built."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from detente.rules import PART_NAMES

POINTS = [f"points_{name}" for name in PART_NAMES]
_TABLES = {
    "item": "item_id, kind, competitor, title, happened_at",
    "cluster_member": "item_id, cluster_id, reason, near_item_id, share",
    "cluster": "cluster_id, competitor, title, first_at, independent_sources, has_page_evidence, decision_id",
    "decision": (
        "decision_id, item_id, cluster_id, kind, theme, because, decided_at, score, rules_version, is_blind, outcome"
    ),
    "relevance_history": ", ".join(
        ("item_id, theme, scored_at, succeeded_at, rules_version, score", *POINTS, "fit, grade, independent_sources")
    ),
    "sighting": "sighting_id, received_at, deal_amount, deal_currency, text, comparison",
    "change": "change_id, kind, subject, old, new",
    "release": "release_id, version, title, first_line, body",
}  # fmt: skip
_TIMES = ("happened_at", "first_at", "decided_at", "scored_at", "succeeded_at", "received_at")
_NUMBERS = ("share", "score", "rules_version", *POINTS, "fit", "independent_sources", "deal_amount")
_BOOLEANS = ("has_page_evidence", "is_blind")


class Known:
    """Rows of the published tables, put there by a test."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}

    def add(self, table: str, **row: Any) -> None:
        """A row; columns that are left out are null."""
        self.rows[table].append(row)

    def item(self, item_id: str, at: datetime, *, kind: str = "change", cluster: str = "", **more: Any) -> None:
        """An item alone in its cluster, or in the one that is named, which it begins where it has the name."""
        self.add("item", item_id=item_id, kind=kind, competitor="globex", title=f"About {item_id}", happened_at=at)
        reason = "copy" if cluster and cluster != item_id else "alone"
        self.add("cluster_member", item_id=item_id, cluster_id=cluster or item_id, reason=reason)
        if cluster in ("", item_id):
            first = {"first_at": at, "independent_sources": 1, "has_page_evidence": kind != "sighting"}
            self.add(
                "cluster", **{"cluster_id": item_id, "competitor": "globex", "title": f"About {item_id}"} | first | more
            )
        if kind == "sighting":
            self.add("sighting", sighting_id=item_id, received_at=at, text=f"About {item_id}", comparison="")
        elif kind == "release":
            self.add("release", release_id=item_id, version="1.0", title=f"About {item_id}", first_line="", body="")
        else:
            self.add("change", change_id=item_id, kind="price_increase", subject="Team", old="49", new="59")

    def score(self, item_id: str, at: datetime, points: int, *, until: datetime | None = None, **more: Any) -> None:
        """A score, all of it demand."""
        row = dict.fromkeys(POINTS, 0) | {"points_demand": points, "score": points, "rules_version": 1}
        self.add(
            "relevance_history", item_id=item_id, scored_at=at, succeeded_at=until, grade="B2", independent_sources=1,
            **row | more,
        )  # fmt: skip

    def publish(self, data: Path) -> None:
        """Writes the file below a workspace's data folder, as the newest."""
        folder = data / "published"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"detente-{len(list(folder.iterdir()))}.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE SCHEMA pub")
            for table, columns in _TABLES.items():
                names = columns.split(", ")
                connection.execute(f"CREATE TABLE pub.{table} ({', '.join(f'{one} {_type(one)}' for one in names)})")
                if self.rows[table]:
                    frame = pd.DataFrame(self.rows[table], columns=names)  # noqa: F841  (the statement reads it)
                    connection.execute(f"INSERT INTO pub.{table} SELECT {columns} FROM frame")
            connection.execute(
                "CREATE TABLE pub.relevance AS SELECT * FROM pub.relevance_history WHERE succeeded_at IS NULL"
            )
        (folder / "current.json").write_text(json.dumps({"file": path.name, "as_of": datetime.now(UTC).isoformat()}))


def of_labels(frame: pd.DataFrame) -> Known:
    """A file in which these labels are found: `decided_items` makes them. What was scored later says the opposite."""
    known = Known()
    for row in frame.to_dict("records"):
        item_id, at = row["item_id"], row["decided_at"]
        known.item(item_id, row["happened_at"], decision_id=f"d_{item_id}")
        known.rows["cluster"][-1]["competitor"] = row["competitor"]
        points = {name: row[name] for name in POINTS}
        known.score(
            item_id, row["happened_at"], row["score"], until=at + pd.Timedelta(hours=1), fit=row["fit"], **points
        )
        known.score(item_id, at + pd.Timedelta(hours=1), 9_999 - row["score"], fit=0.0)
        known.add(
            "decision", decision_id=f"d_{item_id}", item_id=item_id, cluster_id=item_id, kind=row["kind"], because="x",
            decided_at=at, score=row["score"], rules_version=1, is_blind=row["is_blind"], outcome=row["outcome"],
        )  # fmt: skip
        known.add("item", item_id=f"s-{item_id}", kind="sighting", happened_at=row["happened_at"], title="")
        known.add("cluster_member", item_id=f"s-{item_id}", cluster_id=item_id, reason="copy")
        known.add(
            "sighting", sighting_id=f"s-{item_id}", received_at=row["happened_at"], deal_amount=row["largest_deal"],
            deal_currency="USD",
        )  # fmt: skip
    return known


def _type(column: str) -> str:
    if column in _TIMES:
        return "TIMESTAMP"
    if column in _BOOLEANS:
        return "BOOLEAN"
    if column in ("score", *POINTS, "rules_version", "independent_sources"):
        return "INTEGER"
    return "DOUBLE" if column in _NUMBERS else "VARCHAR"
