"""The archive: snapshots by content hash, and the logs of what was fetched and run; the truth behind the warehouse."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zstandard

from detente.durable import flush
from detente.errors import StorageError, WarehouseError
from detente.records import Fetch, content_key
from warehouse.json_lines import to_json_line

_FETCH_COLUMNS = tuple(field.name for field in fields(Fetch))
_LEVEL = 1  # twice as fast as 3, and a tenth larger on pages
_MAX_SNAPSHOT = 256_000_000  # far above every cap on bodies; bounds what a damaged file may unpack to


class Archive:
    """Snapshots and logs under one folder; every file is written whole or not at all.

    `put` keeps bytes aside; `log_fetches` makes them durable and only then writes the log that names them, so that
    a log line never points to bytes that a crash has lost.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending: dict[str, Path] = {}
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)

    def put(self, body: bytes) -> str:
        """Keeps the bytes and returns their SHA-256 in hex; bytes that are there already cost one look-up.

        Raises:
            StorageError: The disk refused.
        """
        digest = hashlib.sha256(body).hexdigest()
        if digest in self._pending or self._path(digest).exists():
            return digest
        aside = self.folder / "incoming" / f"{os.getpid()}-{digest}.zst"
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(self._compressor.compress(body))
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise _refused(aside, error) from error
        self._pending[digest] = aside
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes with that hash.

        Raises:
            WarehouseError: They are missing or damaged.
        """
        path = self._pending.get(digest, self._path(digest))
        try:
            body = zstandard.ZstdDecompressor().decompress(path.read_bytes(), max_output_size=_MAX_SNAPSHOT)
        except FileNotFoundError:
            raise WarehouseError(f"{path}: this snapshot is missing; restore data/archive from a backup") from None
        except (OSError, zstandard.ZstdError) as error:
            raise WarehouseError(f"{path}: damaged ({error}); restore it from a backup") from None
        if hashlib.sha256(body).hexdigest() != digest:
            raise WarehouseError(f"{path}: its bytes are not those of its name; restore it from a backup")
        return body

    def log_fetches(self, fetches: Sequence[Fetch]) -> Path | None:
        """Makes all pending snapshots durable and then writes one log with these fetches.

        The log's name is made of its content: writing the same fetches again changes nothing.

        Raises:
            StorageError: The disk refused; no log was written.
        """
        self._settle()
        if not fetches:
            return None
        first = min(fetch.fetched_at for fetch in fetches)
        key = content_key(*sorted(fetch.fetch_id for fetch in fetches))
        return self._write_log("fetches", first, key, [_columns(fetch) for fetch in fetches])

    def log_run(self, run: dict[str, object], started_at: datetime) -> Path:
        """Writes the record of a run that has ended.

        Raises:
            StorageError: The disk refused.
        """
        return self._write_log("runs", started_at, content_key(run["run_id"]), [run])

    def runs(self) -> Iterator[dict[str, Any]]:
        """The records of the runs that have ended, newest first."""
        for log in reversed(self.logs("runs")):
            yield from map(json.loads, log.read_text(encoding="utf-8").splitlines())

    def fetch_ids(self, log: Path) -> list[str]:
        """The ids of the fetches that a log names."""
        return [json.loads(line)["fetch_id"] for line in log.read_text(encoding="utf-8").splitlines()]

    def logs(self, kind: str) -> list[Path]:
        """All logs of a kind (`fetches`, `runs`), oldest first."""
        return sorted((self.folder / kind).glob("*/*/*.jsonl"))

    def name_of(self, log: Path) -> str:
        """A log's name, the same on every machine."""
        return log.relative_to(self.folder).as_posix()

    def sweep(self) -> int:
        """Removes what a process that was killed left aside; returns the number of files.

        Only call it while no other process writes here.
        """
        swept = 0
        for path in (self.folder / "incoming").glob("*"):
            if path not in self._pending.values():
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _path(self, digest: str) -> Path:
        return self.folder / "snapshots" / digest[:2] / f"{digest}.zst"

    def _settle(self) -> None:
        """Pending snapshots go to their names: bytes first, then names, then the folders that hold them."""
        folders: set[Path] = set()
        for digest, aside in list(self._pending.items()):
            path = self._path(digest)
            try:
                flush(aside)
                path.parent.mkdir(parents=True, exist_ok=True)
                aside.replace(path)
            except OSError as error:
                raise _refused(path, error) from error
            folders.add(path.parent)
            del self._pending[digest]
        for folder in folders:
            flush(folder)

    def _write_log(self, kind: str, at: datetime, key: str, rows: Iterable[dict[str, object]]) -> Path:
        stamp = at.astimezone(UTC)
        path = self.folder / kind / f"{stamp:%Y}" / f"{stamp:%m}" / f"{stamp:%Y%m%dT%H%M%S}-{key}.jsonl"
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text("".join(f"{to_json_line(row)}\n" for row in rows), encoding="utf-8")
            flush(aside)
            aside.replace(path)
            flush(path.parent)
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise _refused(path, error) from error
        return path


def _columns(fetch: Fetch) -> dict[str, object]:
    """A fetch as a row; `asdict` would copy every value of it."""
    return {name: getattr(fetch, name) for name in _FETCH_COLUMNS}


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path}: cannot be written: {error.strerror}; make room or mend the disk, then run again")
