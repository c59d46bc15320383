"""What a database says when it refuses, in a sentence that tells what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from detente.errors import DeskError, DetenteError, StorageError

_BUSY = "the desk is busy: another process has been writing for too long; wait, or end that process, and try again"
_FULL = "the disk is full: make room and try again; nothing half-written is left behind"
_NO_WRITES = "it takes no writes: look who may write there, and whether it is a copy that only follows another"
_ADDRESS = "look whether the server runs, and at address, database, user and password in desk.url or DETENTE_DESK__URL"

_OF_SQLITE: dict[int, tuple[type[DetenteError], str]] = {
    sqlite3.SQLITE_BUSY: (DeskError, _BUSY),
    sqlite3.SQLITE_LOCKED: (DeskError, _BUSY),
    sqlite3.SQLITE_FULL: (StorageError, _FULL),
    sqlite3.SQLITE_IOERR: (StorageError, "the disk refused: look at its health and its room, and try again"),
    sqlite3.SQLITE_READONLY: (StorageError, _NO_WRITES),
    sqlite3.SQLITE_CANTOPEN: (DeskError, "it cannot be opened: look at the folder and at who may write there"),
    sqlite3.SQLITE_PERM: (DeskError, "it cannot be opened: look at who may read and write it"),
    sqlite3.SQLITE_CORRUPT: (DeskError, "it is damaged: restore it from a backup"),
    sqlite3.SQLITE_NOTADB: (DeskError, "it is no SQLite database: restore it from a backup"),
}
# by SQLSTATE or the beginning of it
_OF_POSTGRESQL: dict[str, tuple[type[DetenteError], str]] = {
    "55P03": (DeskError, _BUSY),
    "53100": (StorageError, _FULL),
    "42501": (DeskError, "the user lacks a right: give it all rights on this database and its schema"),
    "25006": (StorageError, _NO_WRITES),
    "57": (DeskError, "the server is shutting down or cut us off: try again"),
}


@contextmanager
def said_plainly(where: str, *, writes: bool) -> Iterator[None]:
    """Turns what a database raises into an error that a person can act on.

    A mistake of ours passes as it is: a broken rule of a table, or a write where only reading was asked for.

    Args:
        where: The database, as a person knows it; holds no password.
        writes: Whether writing was asked for.

    Raises:
        StorageError: The disk refused.
        DeskError: Anything else that the database cannot do now.
    """
    try:
        yield
    except IntegrityError:
        raise
    except NoConnectionError:
        raise DeskError(f"{where}: {_BUSY}") from None
    except DBAPIError as error:
        known = _known(error.orig)
        if known is None or (known[1] == _NO_WRITES and not writes):
            raise
        kind, words = known
        raise kind(f"{where}: {words}") from error


def _known(error: BaseException | None) -> tuple[type[DetenteError], str] | None:
    if isinstance(error, sqlite3.Error):
        # the low byte is the code, what is above it the finer one
        return _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error, "sqlstate", None)
    if state is None:
        # The driver was let in by no server, or lost it: what it says then has no code, and names no password.
        lost = type(error).__name__ == "OperationalError"
        return (DeskError, f"no connection: {_first_line(error)}; {_ADDRESS}") if lost else None
    return next((known for start, known in _OF_POSTGRESQL.items() if state.startswith(start)), None)


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or [""])[0]
