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
        known, _ = read(path)
        if not known or known[-1] != there:
            line = json.dumps({"entries": entries, "hash": hash_, "at": now.isoformat()}) + "\n"
            is_new = not path.exists()
            with open(path, "ab", buffering=0, opener=_for_its_owner) as file:
                _cut_torn_line(path)
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
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            told = json.loads(line)
            entries, hash_ = told["entries"], told["hash"]
        except (ValueError, TypeError, KeyError):
            entries, hash_ = None, None
        if type(entries) is int and entries > 0 and isinstance(hash_, str):
            heads.append(Head(entries=entries, hash=hash_))
        else:
            bad.append(number)
    return heads, bad


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _cut_torn_line(path: Path) -> None:
    """Removes a last line without an end, which only a power cut leaves."""
    there = path.read_bytes()
    if there and not there.endswith(b"\n"):
        os.truncate(path, there.rfind(b"\n") + 1)
