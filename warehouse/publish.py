"""Published files: read-only copies of the tables that may be seen, each under a name that is never used again."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from detente.durable import flush
from detente.errors import StorageError, WarehouseError
from warehouse.database import STORAGE_VERSION, Connection, quoted
from warehouse.tables import Table, tables, touchable
from warehouse.waiting import among

POINTER = "current.json"
LINK = "current.duckdb"


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A published file.

    Attributes:
        path: The file.
        as_of: When the build that made it was started (UTC).
    """

    path: Path
    as_of: datetime


def publish(connection: Connection, folder: Path, as_of: datetime, keep: int) -> Published:
    """Writes a new published file from the open warehouse, points readers to it, and removes old ones.

    Raises:
        StorageError: The disk refused; readers keep the file that they have.
    """
    with _aside(folder, as_of) as (aside, path):
        _write(connection, aside, lambda: _copy(connection, as_of))
        _settle(aside, path)
        _point(folder, path, as_of)
    _sweep(folder, path, keep)
    return Published(path=path, as_of=as_of)


def publish_touched(
    connection: Connection, folder: Path, as_of: datetime, keep: int, basis: Path, touched: Mapping[str, Sequence[str]]
) -> Published:
    """The same from a published file that differs from the warehouse in these rows alone, by table; that file stays.

    The rows are those that `tables.update` made last.

    A published file is closed and never written again, so that it may be copied like any other file. What its rows gave
    way to stays in the copy's bytes: whoever must not leave such bytes calls `publish`.

    Raises:
        StorageError: The disk refused; readers keep the file that they have.
    """
    with _aside(folder, as_of) as (aside, path):
        shutil.copyfile(basis, aside)  # within the kernel
        _write(connection, aside, lambda: _renew(connection, as_of, touched))
        _settle(aside, path)
        _point(folder, path, as_of)
    _sweep(folder, path, keep)
    return Published(path=path, as_of=as_of)


@contextmanager
def _aside(folder: Path, as_of: datetime) -> Iterator[tuple[Path, Path]]:
    """Where a new file is written, and where it goes; what is left aside is removed."""
    stamp = as_of.astimezone(UTC)
    path = folder / f"detente-{stamp:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}.duckdb"
    aside = path.with_suffix(".tmp")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield aside, path
    except OSError as error:
        raise StorageError(f"{path}: cannot be published: {error.strerror}; make room, then run again") from error
    finally:
        for leftover in (aside, aside.with_suffix(".tmp.wal")):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def _write(connection: Connection, aside: Path, work: Callable[[], None]) -> None:
    """Attaches the file as `published` and does the work in it."""
    connection.execute(f"ATTACH '{quoted(aside)}' AS published (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        # one transaction, since each statement's own would wait for the disk
        connection.execute("BEGIN")
        work()
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has ended its transaction
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("DETACH published")


def newest(folder: Path) -> Published:
    """The newest published file.

    Raises:
        WarehouseError: Nothing has been published yet.
    """
    try:
        found = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        path = folder / found["file"]
        as_of = datetime.fromisoformat(found["as_of"])
    except (OSError, ValueError, KeyError):
        raise WarehouseError(f"{folder}: nothing is published yet; `detente run pipeline` does that") from None
    if not path.exists():
        raise WarehouseError(f"{path}: the published file is missing; `detente run build` publishes a new one")
    return Published(path=path, as_of=as_of)


def _copy(connection: Connection, as_of: datetime) -> None:
    connection.execute("CREATE SCHEMA published.pub")
    for table in tables():
        if table.published:
            columns = ", ".join(table.columns)
            connection.execute(f"CREATE TABLE published.pub.{table.name} AS SELECT {columns} FROM core.{table.name}")
            _comment(connection, table)
    connection.execute("CREATE TABLE published.pub.build AS SELECT ?::TIMESTAMP AS as_of", [_naive(as_of)])
    connection.execute(
        "COMMENT ON TABLE published.pub.build IS 'one row: when the build that made this file was started (UTC)'"
    )


def _renew(connection: Connection, as_of: datetime, touched: Mapping[str, Sequence[str]]) -> None:
    for table in touchable():
        if table.published and (ids := touched.get(table.name)):
            columns = ", ".join(table.columns)
            clause, bound = among(ids)
            connection.execute(f"DELETE FROM published.pub.{table.name} WHERE {table.touched_by} IN {clause}", bound)
            connection.execute(
                f"INSERT INTO published.pub.{table.name} ({columns}) SELECT {columns} FROM temp.fresh_{table.name}"
            )
    connection.execute("UPDATE published.pub.build SET as_of = ?::TIMESTAMP", [_naive(as_of)])


def _comment(connection: Connection, table: Table) -> None:
    name = f"published.pub.{table.name}"
    connection.execute(f"COMMENT ON TABLE {name} IS '{_text(table.grain)}'")
    for column, meaning in table.columns.items():
        connection.execute(f"COMMENT ON COLUMN {name}.{column} IS '{_text(meaning)}'")


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _text(value: str) -> str:
    return value.replace("'", "''")


def _settle(aside: Path, path: Path) -> None:
    flush(aside)
    aside.chmod(0o444)
    aside.replace(path)


def _point(folder: Path, path: Path, as_of: datetime) -> None:
    """Moves both pointers: the one for us, and a link for tools that want one name."""
    pointer = folder / f"{POINTER}.{os.getpid()}.tmp"
    pointer.write_text(
        json.dumps({"file": path.name, "as_of": as_of.astimezone(UTC).isoformat()}) + "\n", encoding="utf-8"
    )
    pointer.replace(folder / POINTER)
    link = folder / f"{LINK}.{os.getpid()}.tmp"
    link.unlink(missing_ok=True)
    link.symlink_to(path.name)
    link.replace(folder / LINK)


def _sweep(folder: Path, current: Path, keep: int) -> None:
    """Removes all but the newest files, and what a process that was killed left aside.

    A reader that has an old file open goes on reading it.
    """
    files = sorted(folder.glob("detente-*.duckdb"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    stale = [file for file in files if file != current][max(keep - 1, 0) :]
    for file in [*stale, *folder.glob("*.tmp"), *folder.glob("*.tmp.wal")]:
        with suppress(OSError):
            file.unlink(missing_ok=True)
