"""The desk's database: SQLite in the data folder, or PostgreSQL by URL, with the same tables and the same rules."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from desk import migrations
from desk.failures import said_plainly
from desk.schema import metadata
from detente.clock import Clock
from detente.errors import DeskError, StorageError

__all__ = ["Connection", "Desk"]

FILE_NAME = "desk.sqlite"
# Any number does, so long as every version of ours takes the same: who holds it is the one that writes.
_WRITER = 0x6465_7465_6E74_65
_DRIVERS = {"postgresql", "postgres", "postgresql+psycopg"}


class Desk:
    """What people did, in one database that many threads and processes use at once.

    Attributes:
        clock: Tells the time wherever the desk needs it.
        where: The database, as a person knows it; holds no password.
    """

    def __init__(self, engine: Engine, clock: Clock, where: str, patience_s: float) -> None:
        self.clock = clock
        self.where = where
        self._engine = engine
        self._patience_s = patience_s
        self._is_sqlite = engine.dialect.name == "sqlite"
        # Threads of one process queue here: SQLite's own waiting sleeps and asks again, and is neither quick nor fair.
        self._turn = threading.Lock()
        if self._is_sqlite:
            self._readers = engine
            self._writers = engine.execution_options(writes=True)
        else:
            # one moment for all that is read in one section, as SQLite gives it
            self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # not so for the writer: its moment would be the one before the wait for its turn
            self._writers = engine.execution_options(isolation_level="READ COMMITTED")

    @classmethod
    def open(cls, data: Path, url: str, clock: Clock, *, patience_s: float = 10.0) -> Desk:
        """Opens the desk and brings its tables to this version.

        Args:
            data: The workspace's data folder, made where it is missing.
            url: SQLAlchemy URL of a PostgreSQL database; empty for `desk.sqlite` in the data folder.
            clock: Tells the time.
            patience_s: Seconds that a writer waits for its turn.

        Raises:
            DeskError: It was made by a newer version, cannot be reached, or its driver is missing.
            StorageError: The disk refused.
        """
        if url:
            address = _address(url)
            where = f"PostgreSQL database {address.database} at {address.host or 'the local socket'}"
            engine = _postgresql(address)
        else:
            path = data / FILE_NAME
            where = str(path)
            _make_private(path)
            engine = _sqlite(path, patience_s)
        desk = cls(engine, clock, where, patience_s)
        try:
            desk._migrate()
        except BaseException:
            desk.close()
            raise
        return desk

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment and cannot write; to be held shortly, since writers wait for readers.

        So nobody may enter `writing` within it: on SQLite that writer would wait for itself until it gives up.

        Raises:
            DeskError: The database cannot be used now.
        """
        with said_plainly(self.where, writes=False), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that may write: one at a time over all processes, committed at the end, undone by an error.

        So ids that count up become visible in their order, and what was looked up still holds when it is written.

        Raises:
            DeskError: Another one has been writing for too long, or the database cannot be used now.
            StorageError: The disk refused; nothing was written.
        """
        with (
            self._my_turn(),
            said_plainly(self.where, writes=True),
            self._writers.connect() as connection,
            connection.begin(),
        ):
            if not self._is_sqlite:
                self._wait_for_other_processes(connection)
            yield connection

    def vacuum(self) -> None:
        """Writes the database anew, so that no byte of what was deleted or overwritten is left in its file.

        Raises:
            DeskError: Somebody else has been using it for too long; run it again.
            StorageError: The disk refused; everything is as it was.
        """
        with self._my_turn(), said_plainly(self.where, writes=True):
            if self._is_sqlite:
                with self._engine.connect() as connection:
                    driver: Any = connection.connection.driver_connection
                    try:
                        driver.execute("PRAGMA query_only = OFF")
                        driver.execute("VACUUM")
                    except sqlite3.Error as error:
                        raise OperationalError("VACUUM", None, error) from error
                    finally:
                        connection.invalidate()  # what it was set to is known to nobody any more
            else:
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    for table in metadata.sorted_tables:
                        connection.execute(text(f"VACUUM (FULL) {table.name}"))

    def close(self) -> None:
        """Closes all connections that nobody uses; the desk may not be used any more."""
        self._engine.dispose()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self._patience_s):
            raise DeskError(f"{self.where}: the desk is busy: another writer of this process does not end; try again")
        try:
            yield
        finally:
            self._turn.release()

    def _wait_for_other_processes(self, connection: Connection) -> None:
        patience = f"{max(1, int(self._patience_s * 1000))}ms"
        connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": patience})
        connection.execute(text("SELECT pg_advisory_xact_lock(:writer)"), {"writer": _WRITER})

    def _migrate(self) -> None:
        with self.reading() as connection:
            if migrations.is_current(connection):
                return
        # in one transaction on both databases: whoever is killed in it leaves what was there before
        with self.writing() as connection:
            migrations.migrate(connection, self.where)


def _sqlite(path: Path, patience_s: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        hide_parameters=True,
        connect_args={"timeout": patience_s},
        pool_size=8,
        max_overflow=56,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # else the driver begins transactions by itself, late, and commits before it changes a table
        connection.isolation_level = None
        # WAL is quicker, and older SQLite versions can lose commits with it; a journal that is deleted at the commit
        # can come back after a power cut and undo it, one that is truncated is flushed
        (mode,) = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
        if mode != "truncate":
            raise DeskError(
                f"{path}: cannot leave journal mode {mode}: end all programs that have it open, and try again"
            )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # without it INSERT OR REPLACE would remove rows past the triggers that guard them
        connection.execute("PRAGMA recursive_triggers = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = bool(connection.get_execution_options().get("writes"))
        if connection.info.get("writes") is not writes:
            connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
            connection.info["writes"] = writes
        # a writer that begins as a reader would be refused where it turns into one
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(address: URL) -> Engine:
    try:
        # a server that was started anew must not fail the first request of every pooled connection
        return create_engine(address, hide_parameters=True, pool_pre_ping=True, pool_size=8, max_overflow=24)
    except ImportError:
        raise DeskError(
            "desk.url names a PostgreSQL database, and its driver is not installed: pip install 'detente[postgresql]'"
        ) from None


def _address(url: str) -> URL:
    """The URL as SQLAlchemy takes it; what is refused is never repeated, since it may hold a password."""
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.drivername not in _DRIVERS or not address.database:
        raise DeskError(
            "desk.url: names no PostgreSQL database; write it like postgresql://detente@db.acme.test/detente, "
            "or leave it empty for SQLite in the data folder"
        )
    return address.set(drivername="postgresql+psycopg")


def _make_private(path: Path) -> None:
    """Makes an empty file that only its owner may read.

    It is linked into its place: a file that is opened and closed here while another thread has it open as a database
    would lose that thread's locks.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
            return
        aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
        os.close(os.open(aside, os.O_CREAT | os.O_WRONLY, 0o600))
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    except OSError as error:
        raise StorageError(f"{path}: cannot be made: {error.strerror}; look at the folder and its disk") from None
