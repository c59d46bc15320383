"""The one lock under which the warehouse is written; it names its holder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from detente.errors import StorageError, WarehouseBusyError


@contextmanager
def held(path: Path, purpose: str, timeout_s: float) -> Iterator[None]:
    """Holds the lock file at `path`; waits at most `timeout_s` seconds for whoever has it.

    The holder writes who it is beside the lock (the lock file itself is emptied by everyone who waits for it).

    Raises:
        WarehouseBusyError: Somebody else held it all that time; the message says who, and since when.
        StorageError: The lock file cannot be made.
    """
    beside = path.with_suffix(".holder.json")
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=timeout_s)
    except Timeout:
        raise WarehouseBusyError(
            f"{path}: the warehouse is held by {_holder(beside)}, and did not come free in {timeout_s:g} s; "
            "wait for that process, or end it"
        ) from None
    except OSError as error:
        raise StorageError(f"{path}: cannot be made: {error.strerror}; make room or mend the disk") from None
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        with suppress(OSError):  # a full disk must not keep the lock from doing its work
            beside.write_text(json.dumps({"purpose": purpose, "pid": os.getpid(), "since": since}), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        lock.release()


def _holder(beside: Path) -> str:
    try:
        found = json.loads(beside.read_text(encoding="utf-8"))
        return f"`{found['purpose']}` (process {found['pid']}, since {found['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"
