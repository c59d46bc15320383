"""What scores are made of, and scores on their way in: appended where they differ, never overwritten."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from detente.durable import flush
from detente.errors import StorageError, WarehouseError
from warehouse import waiting
from warehouse.archive import Archive
from warehouse.database import Connection, quoted
from warehouse.finding import SCORE
from warehouse.json_lines import insert_rows
from warehouse.scores import Money, items, strings

KIND = "scores"
_PARQUET = b"PAR1"
# how ids of sightings look; those of changes and releases are hashes
_SIGHTING = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# what tells a scoring from the one before, though the score be the same
_OF_SCORING = ("scoring_id", "scored_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ingredients:
    """Clusters that wait for their scores, whole.

    Attributes:
        items: Of these clusters, as `warehouse.scores.items` makes them.
        members: `item_id, cluster_id`.
        matches: `item_id, theme, fit`.
        decisions: `item_id, kind, decided_at`.
        reviews: Of all sightings, with who reported them: `sighting_id, person_id, outcome`.
    """

    items: pd.DataFrame
    members: pd.DataFrame
    matches: pd.DataFrame
    decisions: pd.DataFrame
    reviews: pd.DataFrame


def let_open_wait(connection: Connection, now: datetime, open_days: int, work: str = SCORE) -> None:
    """Lets the items of every open cluster wait: of which nothing is decided, and something is young."""
    connection.execute(
        """
        INSERT INTO raw.waiting
        WITH open AS (
            SELECT coalesce(m.cluster_id, i.item_id) AS cluster_id
            FROM core.item AS i
            LEFT JOIN raw.cluster_member AS m ON m.item_id = i.item_id
            LEFT JOIN raw.decision AS d ON d.item_id = i.item_id
            GROUP BY ALL
            HAVING count(d.decision_id) = 0 AND max(i.happened_at) >= ?::TIMESTAMP - to_days(?)
        )
        SELECT ?, i.item_id
        FROM core.item AS i
        LEFT JOIN raw.cluster_member AS m ON m.item_id = i.item_id
        WHERE coalesce(m.cluster_id, i.item_id) IN (SELECT cluster_id FROM open)
            AND i.item_id NOT IN (SELECT id FROM raw.waiting WHERE work = ?)
        """,
        [now.astimezone(UTC).replace(tzinfo=None), open_days, work, work],
    )


def let_all_wait(connection: Connection, work: str = SCORE) -> None:
    """Lets every item wait."""
    waiting.done(connection, work)
    connection.execute("INSERT INTO raw.waiting SELECT ?, item_id FROM core.item", [work])


def planned(connection: Connection, most: int) -> list[list[str]]:
    """The clusters of what waits for its score, in parts of about so many items; what is gone waits no longer."""
    connection.execute(
        "DELETE FROM raw.waiting WHERE work = ? AND NOT EXISTS (SELECT 1 FROM core.item AS i WHERE i.item_id = id)",
        [SCORE],
    )
    rows = connection.execute(
        """
        SELECT coalesce(m.cluster_id, w.id) AS cluster_id, count(*)
        FROM raw.waiting AS w
        LEFT JOIN raw.cluster_member AS m ON m.item_id = w.id
        WHERE w.work = ?
        GROUP BY 1
        ORDER BY 1
        """,
        [SCORE],
    ).fetchall()
    parts: list[list[str]] = []
    size = most
    for cluster_id, count in rows:
        if size + count > most:
            parts.append([])
            size = 0
        parts[-1].append(cluster_id)
        size += count
    return parts


def ingredients(connection: Connection, cluster_ids: Collection[str], money: Money) -> Ingredients:
    """What the scores of these clusters are made of."""
    clause, bound = waiting.among(cluster_ids)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE scored AS "
        f"SELECT item_id, cluster_id, independent_sources FROM raw.cluster_member WHERE cluster_id IN {clause}",
        bound,
    )
    # those that nobody has looked at yet stand alone
    connection.execute(
        f"INSERT INTO temp.scored SELECT item_id, item_id, NULL FROM core.item WHERE item_id IN {clause} "
        f"AND item_id NOT IN (SELECT item_id FROM raw.cluster_member WHERE item_id IN {clause})",
        [*bound, *bound],
    )
    members = strings(connection.execute("SELECT item_id, cluster_id, independent_sources FROM temp.scored").df())
    these = "item_id IN (SELECT item_id FROM temp.scored)"
    return Ingredients(
        items=items(connection, money, members["item_id"].tolist()),
        members=members,
        matches=strings(connection.execute(f"SELECT item_id, theme, fit FROM raw.item_theme WHERE {these}").df()),
        decisions=strings(connection.execute(f"SELECT item_id, kind, decided_at FROM raw.decision WHERE {these}").df()),
        reviews=strings(
            connection.execute(
                "SELECT r.sighting_id, s.person_id, r.outcome FROM raw.review AS r "
                "JOIN core.sighting AS s ON s.sighting_id = r.sighting_id WHERE r.outcome IS NOT NULL"
            ).df()
        ),
    )


def append(
    connection: Connection,
    archive: Archive,
    scored: pd.DataFrame,
    *,
    scored_at: datetime,
    rules_version: int,
    rules_digest: str,
) -> int:
    """Appends the scores that differ from the newest of their item and theme, in the caller's transaction.

    They are written into a file of the archive first: that is the truth, and a rebuild loads it.

    Args:
        connection: The warehouse.
        archive: Where the file goes.
        scored: As `scoring.relevance.score` gives them.
        scored_at: When.
        rules_version: By which rules.
        rules_digest: The same, whatever their version says.

    Returns:
        How many differ.

    Raises:
        StorageError: The disk refused; nothing is appended.
    """
    if scored.empty:
        return 0
    described = connection.execute("SELECT column_name, column_type FROM (DESCRIBE raw.score)").fetchall()
    given = {name: kind for name, kind in described if name in scored.columns}
    connection.register("frame_now", scored[list(given)])
    picked = ", ".join(
        f"nullif({name}::DOUBLE, 'NaN'::DOUBLE) AS {name}" if kind == "DOUBLE" else f"{name}::{kind} AS {name}"
        for name, kind in given.items()
    )
    names = ", ".join(name for name, _ in described if name not in _OF_SCORING)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {names} FROM "
        f"(SELECT {picked}, ?::INTEGER AS rules_version, ?::VARCHAR AS rules_digest FROM frame_now)",
        [rules_version, rules_digest],
    )
    connection.unregister("frame_now")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE other_score AS
        SELECT (SELECT coalesce(max(scoring_id), 0) + 1 FROM raw.score) AS scoring_id, ?::TIMESTAMP AS scored_at, *
        FROM (
            SELECT {names} FROM temp.fresh
            EXCEPT
            SELECT {names}
            FROM raw.score
            WHERE item_id IN (SELECT item_id FROM temp.fresh)
            QUALIFY row_number() OVER (PARTITION BY item_id, theme ORDER BY scoring_id DESC, scored_at DESC) = 1
        )
        """,
        [scored_at.astimezone(UTC).replace(tzinfo=None)],
    )
    [(count,)] = connection.execute("SELECT count(*) FROM temp.other_score").fetchall()
    if count:
        path = _write(connection, archive, scored_at)
        connection.execute("INSERT INTO raw.score BY NAME FROM temp.other_score")
        _log(connection, archive, [path], scored_at)
    connection.execute("DROP TABLE temp.other_score")
    connection.execute("DROP TABLE temp.fresh")
    return int(count)


def load_archived(connection: Connection, archive: Archive, now: datetime) -> int:
    """Loads the files that are not in the warehouse yet, in the caller's transaction; returns how many there were.

    Raises:
        WarehouseError: One of them is damaged; it is named.
    """
    for leftover in (archive.folder / KIND).glob("*/*/*.tmp"):  # of one that was killed: nobody else writes meanwhile
        leftover.unlink(missing_ok=True)
    loaded = {row[0] for row in connection.execute("SELECT name FROM raw.log WHERE kind = ?", [KIND]).fetchall()}
    paths = [path for path in archived(archive) if archive.name_of(path) not in loaded]
    for path in paths:
        _must_be_whole(path)
    if paths:
        connection.execute(
            "INSERT INTO raw.score BY NAME SELECT * FROM read_parquet(?, union_by_name := true)",
            [[str(path) for path in paths]],
        )
        _log(connection, archive, paths, now)
    return len(paths)


def archived(archive: Archive) -> list[Path]:
    """The files of scores, oldest first."""
    return sorted((archive.folder / KIND).glob("*/*/*.parquet"))


def drop_gone(connection: Connection) -> None:
    """Removes the scores of sightings that may no longer be seen, in the caller's transaction.

    Those of changes and releases stay: what a rule dismissed may be taken back.
    """
    connection.execute(
        "DELETE FROM raw.score "
        "WHERE regexp_full_match(item_id, ?) AND item_id NOT IN (SELECT sighting_id FROM raw.sighting)",
        [_SIGHTING],
    )


def forget(connection: Connection, archive: Archive) -> int:
    """Writes those files of the archive anew that have scores of sightings that may no longer be seen, without them.

    Only call it when all sightings of the desk are loaded.

    Returns:
        How many files were written anew, or removed since nothing was left.

    Raises:
        StorageError: The disk refused; run it again.
    """
    count = 0
    for path in archived(archive):
        left = "item_id IN (SELECT sighting_id FROM raw.sighting) OR NOT regexp_full_match(item_id, ?)"
        [(gone, kept)] = connection.execute(
            f"SELECT count(*) FILTER (NOT ({left})), count(*) FILTER ({left}) FROM read_parquet(?)",
            [_SIGHTING, _SIGHTING, str(path)],
        ).fetchall()
        if not gone:
            continue
        count += 1
        if kept:
            _put(connection, path, f"FROM read_parquet('{quoted(path)}') WHERE {left.replace('?', repr(_SIGHTING))}")
        else:
            path.unlink()
    return count


def _write(connection: Connection, archive: Archive, at: datetime) -> Path:
    """Writes `other_score` whole or not at all."""
    stamp = at.astimezone(UTC)
    name = f"{stamp:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}.parquet"
    path = archive.folder / KIND / f"{stamp:%Y}" / f"{stamp:%m}" / name
    _put(connection, path, "FROM temp.other_score ORDER BY item_id, theme")
    return path


def _put(connection: Connection, path: Path, query: str) -> None:
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"COPY ({query}) TO '{quoted(aside)}' (FORMAT parquet, COMPRESSION zstd)")
        flush(aside)
        aside.replace(path)
        flush(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}; make room or mend the disk") from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _must_be_whole(path: Path) -> None:
    # DuckDB's own word would be taken for damage of the warehouse, which a rebuild does not mend
    with path.open("rb") as file:
        begin = file.read(len(_PARQUET))
        is_long = file.seek(0, os.SEEK_END) > 2 * len(_PARQUET)
        file.seek(-len(_PARQUET) if is_long else 0, os.SEEK_END)
        if begin != _PARQUET or file.read() != _PARQUET:
            raise WarehouseError(
                f"{path}: damaged; take it from a backup, or move it away: then what was scored in it is forgotten"
            )


def _log(connection: Connection, archive: Archive, paths: Sequence[Path], at: datetime) -> None:
    names = [{"name": archive.name_of(path), "kind": KIND, "loaded_at": at} for path in paths]
    insert_rows(connection, "raw.log", names)
