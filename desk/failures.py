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

_OF_SQLITE: dict[int, tuple[type[DetenteError], str]] = {
    sqlite3.SQLITE_BUSY: (DeskError, _BUSY),
    sqlite3.SQLITE_LOCKED: (DeskError, _BUSY),
    sqlite3.SQLITE_FULL: (StorageError, _FULL),
    sqlite3.SQLITE_IOERR: (StorageError, "the disk refused: look at its health and its room, and try again"),
    sqlite3.SQLITE_READONLY: (StorageError, "it may not be written: give its owner the right to write, and try again"),
    sqlite3.SQLITE_CANTOPEN: (DeskError, "it cannot be opened: look at the folder and at who may write there"),
    sqlite3.SQLITE_PERM: (DeskError, "it cannot be opened: look at who may read and write it"),
    sqlite3.SQLITE_CORRUPT: (DeskError, "it is damaged: restore it from a backup"),
    sqlite3.SQLITE_NOTADB: (DeskError, "it is no SQLite database: restore it from a backup"),
}
# by SQLSTATE or the beginning of it
_OF_POSTGRESQL: dict[str, tuple[type[DetenteError], str]] = {
    "55P03": (DeskError, _BUSY),
    "53100": (StorageError, _FULL),
    "53300": (DeskError, "the server has no connection left: raise its max_connections, or try again later"),
    "28": (DeskError, "the server refused the user or the password: look at DETENTE_DESK__URL"),
    "3D000": (DeskError, "there is no such database: make it, and give the user all rights on it"),
    "42501": (DeskError, "the user lacks a right: give it all rights on this database and its schema"),
    "25006": (DeskError, "the server takes no writes: it is a replica or read-only; name the primary one"),
    "57": (DeskError, "the server is shutting down or cut us off: try again"),
    "08": (DeskError, "the server cannot be reached: look whether it runs, and at desk.url"),
}


@contextmanager
def said_plainly(where: str) -> Iterator[None]:
    """Turns what a database raises into an error that a person can act on; a broken rule of a table passes as it is.

    Args:
        where: The database, as a person knows it; holds no password.

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
        if known is None:
            raise
        kind, words = known
        raise kind(f"{where}: {words}") from error


def _known(error: BaseException | None) -> tuple[type[DetenteError], str] | None:
    if isinstance(error, sqlite3.Error):
        # the low byte is the code, what is above it the finer one
        return _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error, "sqlstate", None)
    if state is None:
        # the driver found no server, or lost it: what it says then names host and port, and no password
        lost = type(error).__name__ == "OperationalError"
        return (DeskError, f"the server cannot be reached: {_first_line(error)}") if lost else None
    return next((known for start, known in _OF_POSTGRESQL.items() if state.startswith(start)), None)


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or [""])[0]
