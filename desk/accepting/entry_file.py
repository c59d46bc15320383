"""An entry of the inbox as a file: one zip, stored and not compressed, of `entry.json` and the files as they came.

Any zip program opens it, so that what people reported can be read without us.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, cast

from detente.errors import NotFoundError
from detente.sightings import Channel, Gate

_ENTRY = "entry.json"
# an entry is as large as its files were allowed to be; this only bounds what a damaged zip may claim
_MAX_PART = 256_000_000


class DamagedEntryError(ValueError):
    """An entry's file cannot be read as an entry; the words hold nothing of its content."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileNote:
    """What is written down of a file that came.

    Attributes:
        name: Made safe; never a path.
        media_type: As the sender declared it; never believed.
        byte_count: Its size as it came.
        received_hash: SHA-256 of the bytes as they came.
    """

    name: str
    media_type: str
    byte_count: int
    received_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that was accepted.

    Attributes:
        entry_id: The sighting's id, or the id of a photo that was added later; minted by the sender.
        kind: `attachment` is a file for a sighting that is there already.
        sighting_id: The sighting; the entry's own id for a sighting.
        person_id: Who sent it.
        channel: Which way it came in.
        received_at: By our clock.
        digest: SHA-256 of what was sent, the sender's clock left out; empty once erased.
        gate: What the gate said when it was accepted.
        submission: The submission, cleaned, as JSON values; what the gate did not keep is not in it.
        deal_amount: The amount as read, a decimal as text; None where there was none.
        deal_currency: Its ISO 4217 code.
        files: Notes of the files, by position.
        attachments: Rows of the attachments, once the files were unpacked; then the zip holds no files.
        holds_files: Whether the zip holds the files as they came.
        is_erased: A person's words were taken out of it.
        is_withdrawn: Its reporter took it back.
    """

    entry_id: str
    kind: Literal["sighting", "attachment"] = "sighting"
    sighting_id: str
    person_id: str
    channel: Channel
    received_at: datetime
    digest: str
    gate: Gate
    submission: dict[str, Any] = field(default_factory=dict)
    deal_amount: str | None = None
    deal_currency: str | None = None
    files: tuple[FileNote, ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()
    holds_files: bool = True
    is_erased: bool = False
    is_withdrawn: bool = False


_NAMES = tuple(one.name for one in fields(Entry))


def _plain(record: Gate | FileNote) -> dict[str, object]:
    return {one.name: getattr(record, one.name) for one in fields(record)}


class _Pieces:
    """A file that only collects what is written to it: the bytes of an upload are never copied."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(piece)
        return len(piece)

    def flush(self) -> None:
        """There is nothing to flush."""


def packed(entry: Entry, files: Sequence[bytes]) -> list[bytes]:
    """The entry's zip, in the pieces that make it up."""
    # `asdict` would copy every value
    plain = {name: getattr(entry, name) for name in _NAMES} | {
        "received_at": entry.received_at.isoformat(),
        "gate": _plain(entry.gate),
        "files": [_plain(note) for note in entry.files],
    }
    sink = _Pieces()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(_ENTRY, json.dumps(plain, ensure_ascii=False, separators=(",", ":")))
        for position, body in enumerate(files):
            packed.writestr(f"files/{position}", body)
    return sink.pieces


def read_entry(path: Path) -> Entry:
    """The entry in that file.

    Raises:
        DamagedEntryError: It is none, or one of another name.
        OSError: The file is gone, or cannot be read at all.
    """
    try:
        body = _part(path, _ENTRY)
    except KeyError:
        raise DamagedEntryError(f"{path.name}: holds no entry") from None
    entry = _entry_of(body, path)
    if path.name != f"{entry.entry_id}.zip":
        raise DamagedEntryError(f"{path.name}: holds another id than its name")
    return entry


def read_file(path: Path, position: int) -> bytes:
    """The bytes of one of an entry's files, as they came.

    Raises:
        NotFoundError: It holds no such file (any more).
        DamagedEntryError: They are not the bytes that came.
        OSError: The entry is gone, or cannot be read at all.
    """
    try:
        return _part(path, f"files/{position}")
    except KeyError:
        raise NotFoundError(f"{path.stem}: it holds no file {position} (any more)") from None


def _part(path: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as packed:
            info = packed.getinfo(name)
            if info.compress_type != zipfile.ZIP_STORED or info.file_size > _MAX_PART:
                raise DamagedEntryError(f"{path.name}: {name} is not stored as we store it")
            return packed.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DamagedEntryError(f"{path.name}: cannot be unpacked ({type(error).__name__})") from None


def _entry_of(body: bytes, path: Path) -> Entry:
    try:
        plain = json.loads(body)
        if set(plain) != set(_NAMES):
            raise DamagedEntryError(f"{path.name}: has other fields than an entry")
        gate = plain["gate"]
        return Entry(
            **plain
            | {
                "received_at": datetime.fromisoformat(plain["received_at"]),
                "gate": Gate(**gate | {"reasons": tuple(gate["reasons"])}),
                "files": tuple(FileNote(**note) for note in plain["files"]),
                "attachments": tuple(plain["attachments"]),
            }
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        if isinstance(error, DamagedEntryError):
            raise
        raise DamagedEntryError(f"{path.name}: is no entry ({type(error).__name__})") from None
