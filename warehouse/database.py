"""The warehouse file: opened only in short sections under its lock, migrated at every opening."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import duckdb

from detente import __version__
from detente.errors import StorageError, WarehouseBusyError, WarehouseError, WarehouseVersionError
from warehouse.lock import held

Connection = duckdb.DuckDBPyConnection

# Every DuckDB from 1.5 on reads and writes this format, so that an upgrade can be taken back.
STORAGE_VERSION = "v1.5.0"
_ROOM = re.compile(r"no space left|disk full|could not write|failed to write", re.IGNORECASE)
_DAMAGE = re.compile(r"corrupt|checksum|not a valid duckdb", re.IGNORECASE)


class Warehouse:
    """What is known, in one DuckDB file.

    Attributes:
        folder: The workspace's `data/`.
        path: The file.
    """

    def __init__(self, folder: Path, *, name: str = "warehouse.duckdb", lock_timeout_s: float = 120.0) -> None:
        self.folder = folder
        self.path = folder / name
        self.published = folder / "published"
        self._lock_timeout_s = lock_timeout_s

    @contextmanager
    def section(self, purpose: str) -> Iterator[Connection]:
        """A connection that may write, for a short while; the lock is held until it is closed.

        While it is open nothing else of this process may open or copy the file: that would drop DuckDB's own lock.

        Raises:
            WarehouseBusyError: Another process holds the lock.
            WarehouseVersionError: The file comes from a newer version.
            StorageError: The disk refused.
            WarehouseError: The file is damaged.
        """
        with self.locked(purpose), said_plainly(self.path):
            connection = self._open()
            try:
                migrate(connection, self.path)
                yield connection
            finally:
                connection.close()

    @contextmanager
    def locked(self, purpose: str) -> Iterator[None]:
        """The lock alone, for work on the file itself while nobody has it open."""
        with held(self.folder / "warehouse.lock", purpose, self._lock_timeout_s):
            yield

    def remove(self) -> None:
        """Removes the file, and what belongs to it."""
        with self.locked("remove"):
            for path in (self.path, self._wal):
                path.unlink(missing_ok=True)

    def replace_by(self, other: Warehouse) -> None:
        """Puts another warehouse's file in the place of this one.

        Raises:
            StorageError: The disk refused.
        """
        with self.locked("replace"), said_plainly(self.path):
            self._wal.unlink(missing_ok=True)
            other.path.replace(self.path)

    def compact(self) -> None:
        """Writes the file anew with what is in it, and nothing of what was deleted from it.

        Raises:
            WarehouseBusyError: Another process holds the lock.
            StorageError: The disk refused; the file is as it was.
        """
        with self.section("compact"):
            pass  # migrated, and what its log held is in it
        fresh = Warehouse(self.folder, name=f"{self.path.stem}.compact.duckdb")
        with self.locked("compact"), said_plainly(self.path):
            for leftover in (fresh.path, fresh._wal):
                leftover.unlink(missing_ok=True)
            with duckdb.connect(config=_LOCAL) as copier:
                copier.execute(f"ATTACH '{quoted(self.path)}' AS old (READ_ONLY)")
                copier.execute(f"ATTACH '{quoted(fresh.path)}' AS fresh (STORAGE_VERSION '{STORAGE_VERSION}')")
                copier.execute("COPY FROM DATABASE old TO fresh")
            self._wal.unlink(missing_ok=True)
            fresh.path.replace(self.path)

    @property
    def _wal(self) -> Path:
        return self.path.with_name(self.path.name + ".wal")

    def _open(self) -> Connection:
        if not self.path.exists() or not self.path.stat().st_size:
            # aside, so that a process that is killed here leaves no file that is neither new nor old
            aside = self.path.with_name(self.path.name + ".new")
            for leftover in (aside, aside.with_name(aside.name + ".wal"), self._wal):
                leftover.unlink(missing_ok=True)
            with duckdb.connect() as creator:
                creator.execute(f"ATTACH '{quoted(aside)}' AS made (STORAGE_VERSION '{STORAGE_VERSION}')")
                creator.execute("DETACH made")
            aside.replace(self.path)
        connection = duckdb.connect(str(self.path), config=_LOCAL)
        connection.execute("SET TimeZone = 'UTC'")
        if self.path.stat().st_size > _LARGE_BYTES:
            connection.execute(f"SET threads = {_LARGE_THREADS}")
        return connection


@contextmanager
def at_once(connection: Connection) -> Iterator[None]:
    """One transaction: all of it, or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


# Nothing is fetched or loaded behind the user's back; bounded memory, so that a laptop stays usable.
_LOCAL: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "memory_limit": "512MB",
    # measured on two cores with 300,000 observations: half the processor time of two threads, in the same wall time
    "threads": "1",
}


# Where a scan takes its time, two threads take half of it.
_LARGE_BYTES, _LARGE_THREADS = 200 << 20, 2


def quoted(path: Path) -> str:
    """A path as the inside of an SQL string, for the statements that take no parameters."""
    return str(path).replace("'", "''")


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """Turns DuckDB's own errors about the file into ours."""
    try:
        yield
    except duckdb.Error as error:
        raise _plain(error, path) from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}; make room or mend the disk") from error


def _plain(error: duckdb.Error, path: Path) -> WarehouseError | StorageError:
    text = str(error)
    if "Could not set lock" in text or "Conflicting lock" in text:
        holder = re.search(r"held in (.+?\(PID \d+\))", text)
        who = holder[1] if holder else "another process"
        return WarehouseBusyError(f"{path}: opened by {who} without our lock; close it there, then run again")
    if "version number" in text:
        return WarehouseVersionError(f"{path}: written by a newer DuckDB; upgrade Détente, or restore an older file")
    if _ROOM.search(text):
        return StorageError(f"{path}: the disk refused: {text.splitlines()[0]}; make room, then run again")
    broken = duckdb.IOException | duckdb.FatalException | duckdb.SerializationException | duckdb.InternalException
    if isinstance(error, broken) or _DAMAGE.search(text):
        return WarehouseError(
            f"{path}: cannot be read ({text.splitlines()[0]}); `detente rebuild` makes it anew from the archive"
        )
    return WarehouseError(f"{path}: {text}")


def migrations() -> list[tuple[int, str, str]]:
    """Number, name and text of every migration, in order."""
    return sorted(
        (int(match[1]), match[2], entry.read_text(encoding="utf-8"))
        for entry in resources.files("warehouse").joinpath("migrations").iterdir()
        if (match := re.fullmatch(r"(\d{4})_(\w+)\.sql", entry.name))
    )


def migrate(connection: Connection, path: Path) -> int:
    """Brings the open file up to date, one transaction per migration; returns how many were applied.

    Raises:
        WarehouseVersionError: The file has migrations that this version does not know, or knows otherwise.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration "
        "(number INTEGER, name VARCHAR, sha256 VARCHAR, applied_at TIMESTAMP, app_version VARCHAR, took_ms INTEGER)"
    )
    applied = dict(connection.execute("SELECT number, sha256 FROM schema_migration").fetchall())
    known = migrations()
    if applied.keys() - {number for number, _, _ in known}:
        raise WarehouseVersionError(
            f"{path}: made by a newer Détente (migration {max(applied)}, this one knows {known[-1][0]}); "
            "upgrade, or `detente rebuild` to make it anew with this version"
        )
    count = 0
    for number, name, text in known:
        digest = hashlib.sha256(text.encode()).hexdigest()
        if number in applied:
            if applied[number] != digest:
                raise WarehouseVersionError(
                    f"{path}: migration {number:04d}_{name} was applied with other text; "
                    "`detente rebuild` makes the warehouse anew"
                )
            continue
        started = time.monotonic()
        connection.execute("BEGIN")
        try:
            connection.execute(text)
            connection.execute(
                "INSERT INTO schema_migration VALUES (?, ?, ?, now()::TIMESTAMP, ?, ?)",
                [number, name, digest, __version__, int((time.monotonic() - started) * 1000)],
            )
        except duckdb.Error:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        count += 1
    return count
