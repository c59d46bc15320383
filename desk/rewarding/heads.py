"""Heads of the chain, written down beside the database: a ledger that was cut off or written anew differs from them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk.database import Connection
from desk.rewarding.entries import head
from detente.durable import flush
from detente.errors import StorageError

FILE_NAME = "ledger-heads.jsonl"
# more than a line takes
_TAIL = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What the chain once ended with.

    Attributes:
        entries: How many there were.
        hash: Hash of the last of them.
    """

    entries: int
    hash: str


def write_down(c: Connection, path: Path, now: datetime) -> Head | None:
    """Adds the present head to the file, where it is not its last line; returns it, None where there is no entry yet.

    Args:
        c: A connection that reads, and so sees only what was committed: what is undone must leave no head.
        path: The file; made where it is missing.
        now: The time.

    Raises:
        StorageError: The disk refused.
    """
    entries, hash_ = head(c)
    if entries == 0:
        return None
    there = Head(entries=entries, hash=hash_)
    try:
        is_new = not path.exists()
        if is_new or _last(path) != there:
            line = json.dumps({"entries": entries, "hash": hash_, "at": now.isoformat()}) + "\n"
            with open(path, "ab", buffering=0, opener=_for_its_owner) as file:
                # one write: another process may do the same now
                file.write(line.encode("ascii"))
                os.fsync(file.fileno())
            if is_new:
                flush(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}; mend the disk, and try again") from error
    return there


def read(path: Path) -> tuple[list[Head], list[int]]:
    """The heads that were written down, oldest first, and the numbers of lines that are none.

    A last line without an end was cut off while it was written, and is left out.

    Raises:
        OSError: The file cannot be read.
    """
    if not path.exists():
        return [], []
    heads, bad = [], []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        if (told := _head_of(line)) is None:
            bad.append(number)
        else:
            heads.append(told)
    return heads, bad


def _head_of(line: bytes) -> Head | None:
    try:
        told = json.loads(line)
        entries, hash_ = told["entries"], told["hash"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Head(entries=entries, hash=hash_) if type(entries) is int and entries > 0 and type(hash_) is str else None


def _last(path: Path) -> Head | None:
    """The newest head of the file; a last line without an end, which a power cut leaves, is removed."""
    with path.open("rb+") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _TAIL)
        file.seek(start)
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        if whole != tail:
            file.truncate(start + len(whole))
    return _head_of(whole.splitlines()[-1]) if whole else None


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
