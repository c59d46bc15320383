"""The inbox: one file per entry, durable before anybody is told "received"; the truth behind the desk's sightings.

    data/inbox/aside/        being written
    data/inbox/new/          accepted, not yet indexed: <id>.zip
    data/inbox/kept/<xx>/    indexed; xx are the id's first two characters
    data/inbox/damaged/      what could not be read, set aside for a person to look at

An entry is one zip that is stored, not compressed: `entry.json`, and `files/0`, `files/1`, … as they came.
"""

from __future__ import annotations

import itertools
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from desk.accepting.entry_file import DamagedEntryError, Entry, FileNote, packed, read_entry, read_file
from detente.durable import flush
from detente.errors import ConflictError, NotFoundError, StorageError

__all__ = ["DamagedEntryError", "Entry", "FileNote", "Inbox"]

_PIECES = 512  # the system takes 1,024 in one call
_LEFT_AFTER_S = 600.0  # nobody takes so long to write one entry


class _Flush:
    """Makes the names in a folder durable; of threads that ask at the same time, one does it for all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._tickets = itertools.count(1)
        self._asked = 0
        self._done = 0
        self._failed: tuple[int, OSError | None] = (0, None)

    @property
    def asked(self) -> int:
        """How often it was asked for."""
        return self._asked

    def __call__(self) -> None:
        """Returns once everything that was linked before the call is durable.

        Raises:
            OSError: The disk refused, now or for somebody whose flush stood for this one: it says so only once.
        """
        self._asked = ticket = next(self._tickets)
        with self._turn:
            if ticket <= self._done:
                failed, error = self._failed
                if error is not None and ticket <= failed:
                    raise OSError(error.errno, error.strerror)
                return
            # whoever has a ticket by now has linked by now
            self._done = max(ticket, self._asked)
            try:
                flush(self._folder)
            except OSError as error:
                self._failed = (self._done, error)
                raise


class Inbox:
    """Entries under one folder; each is there whole or not at all. Any number of processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.aside = folder / "aside"
        self._new = folder / "new"
        self._flush_new = _Flush(self._new)
        try:
            for made in (self.aside, self._new):
                _made(made)
        except OSError as error:
            raise _refused(folder, error) from error

    def put(self, entry: Entry, files: Sequence[bytes]) -> bool:
        """Makes the entry durable; False when the very same one is there already, and durable too.

        Raises:
            ConflictError: The id was used for something else, by somebody else, or its report was erased.
            StorageError: The disk refused; nothing is acknowledged, and nothing is left aside.
        """
        target, kept = self._new / f"{entry.entry_id}.zip", self._kept(entry.entry_id)
        if kept.exists() and self._known_in_kept(entry):
            return False
        is_new = not (target.exists() and self._known_in_new(entry, target))
        if is_new:
            is_new = self._write(target, packed(entry, files))
            if kept.exists():
                # one of this id was indexed between our look and our link: ours already, or one that came first
                if is_new:
                    target.unlink(missing_ok=True)
                return self._known_in_kept(entry) and is_new and self.read(kept).received_at == entry.received_at
            if not is_new and not self._known_in_new(entry, target):
                return self.put(entry, files)  # what lay there was damaged, and has just been set aside
        try:
            # of a known one too: whoever linked it may not have come so far
            self._flush_new()
        except OSError as error:
            raise _refused(target, error) from error
        return is_new

    @property
    def came(self) -> int:
        """How many entries this process has put here: so others can tell whether some are coming in now."""
        return self._flush_new.asked

    def find(self, entry_id: str) -> Entry | None:
        """The entry, wherever it stands; None where there is no such id."""
        while (path := self.path(entry_id)) is not None:
            with suppress(FileNotFoundError):  # it moved between our look and our reading
                return self.read(path)
        return None

    def path(self, entry_id: str) -> Path | None:
        """Where the entry stands now: `new`, or `kept`."""
        # kept, new, and kept again: it may move from one to the other in between
        for path in (self._kept(entry_id), self._new / f"{entry_id}.zip", self._kept(entry_id)):
            if path.exists():
                return path
        return None

    def new(self) -> Iterator[Path]:
        """The entries that are not indexed yet, in the order in which they came."""
        found = []
        with os.scandir(self._new) as folder:
            for one in folder:
                if one.name.endswith(".zip"):
                    with suppress(FileNotFoundError):  # another process has just indexed it
                        found.append((one.stat().st_mtime_ns, one.name))
        yield from (self._new / name for _, name in sorted(found))

    def kept(self) -> Iterator[Path]:
        """All entries that were indexed."""
        yield from (self.folder / "kept").glob("*/*.zip")

    def read(self, path: Path) -> Entry:
        """The entry in that file.

        Raises:
            DamagedEntryError: It is none.
            OSError: The file is gone or cannot be read at all.
        """
        return read_entry(path)

    def file(self, entry_id: str, position: int) -> bytes:
        """The bytes of one of its files, as they came.

        Raises:
            NotFoundError: There is no such entry, or it holds no such file (any more).
            DamagedEntryError: They are not the bytes that came.
        """
        path = self.path(entry_id)
        if path is None:
            raise NotFoundError(f"{entry_id}: no such entry in the inbox")
        return read_file(path, position)

    def keep(self, entry_id: str) -> None:
        """Moves an indexed entry from `new` to `kept`; nothing happens where another process was faster.

        Raises:
            StorageError: The disk refused; it is still in `new`.
        """
        source, target = self._new / f"{entry_id}.zip", self._kept(entry_id)
        try:
            _made(target.parent)
            # a link, since a rename could put another entry of this id over the kept one
            with suppress(FileExistsError, FileNotFoundError):
                os.link(source, target)
            # it must never stand in neither, whatever a power cut leaves of the two folders
            flush(target.parent)
            source.unlink(missing_ok=True)
        except OSError as error:
            raise _refused(target, error) from error

    def rewrite(self, entry: Entry, files: Sequence[bytes] = ()) -> None:
        """Puts an entry, with these files alone, into the place of the one that stands there.

        Raises:
            StorageError: The disk refused; the old one still stands.
        """
        target = self.path(entry.entry_id) or self._kept(entry.entry_id)
        aside = self._aside(entry.entry_id)
        try:
            _made(target.parent)
            _write_flushed(aside, packed(replace(entry, holds_files=bool(files)), files))
            aside.replace(target)
            flush(target.parent)
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise _refused(target, error) from error

    def blank(self, entry_id: str) -> None:
        """Takes out what a person wrote and sent; what stays says that there was an entry, when, and of which gate."""
        entry = self.find(entry_id)
        if entry is not None:
            self.rewrite(
                replace(
                    entry, submission={"sighting_id": entry.sighting_id, "text": ""}, digest="", deal_amount=None,
                    deal_currency=None, files=(), attachments=(), is_erased=True,
                )
            )  # fmt: skip

    def damaged(self, path: Path) -> Path:
        """Sets a file aside that is no entry; returns where it stands now."""
        folder = self.folder / "damaged"
        target = folder / f"{path.stem}-{secrets.token_hex(4)}.zip"
        try:
            _made(folder)
            path.rename(target)
        except OSError as error:
            raise _refused(target, error) from error
        return target

    def settled(self) -> int:
        """The desk's last event that the inbox was brought in line with; 0 where that is not known."""
        with suppress(OSError, ValueError):
            return int((self.folder / "settled").read_text(encoding="ascii"))
        return 0

    def set_settled(self, event_id: int) -> None:
        """Notes it; where that fails, some work is done twice."""
        aside = self._aside("settled")
        with suppress(OSError):
            aside.write_text(str(event_id), encoding="ascii")
            aside.replace(self.folder / "settled")

    def sweep(self, older_than_s: float = _LEFT_AFTER_S) -> int:
        """Removes what a process that was killed left aside; returns the number of files.

        What is young may be under way in another process, and stays.
        """
        swept = 0
        now = time.time()
        for path in self.aside.iterdir():
            with suppress(FileNotFoundError):
                if now - path.stat().st_mtime >= older_than_s:
                    path.unlink()
                    swept += 1
        return swept

    def _kept(self, entry_id: str) -> Path:
        return self.folder / "kept" / entry_id[:2] / f"{entry_id}.zip"

    def _aside(self, entry_id: str) -> Path:
        return self.aside / f"{entry_id}-{secrets.token_hex(4)}"

    def _write(self, target: Path, pieces: Sequence[bytes]) -> bool:
        """Writes the bytes to a name that must not be there yet; False when it is. The folder is not flushed."""
        aside = self._aside(target.stem)
        try:
            _write_flushed(aside, pieces)
            os.link(aside, target)
        except FileExistsError:
            return False
        except OSError as error:
            raise _refused(target, error) from error
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
        return True

    def _known_in_kept(self, entry: Entry) -> bool:
        """Whether the very same one was indexed; if so, it stands there for good."""
        kept = self._kept(entry.entry_id)
        try:
            is_same = _is_same(entry, lambda: self.read(kept))
        except FileNotFoundError:
            return False
        try:
            # who indexes it may not have come to this yet
            flush(kept.parent)
        except OSError as error:
            raise _refused(kept, error) from error
        return is_same

    def _known_in_new(self, entry: Entry, target: Path) -> bool:
        """True for the very same one, in `new` or, if it has just been indexed, in `kept`: `kept` has the say."""
        if self._known_in_kept(entry):
            return True
        try:
            return _is_same(entry, lambda: self.read(target))
        except FileNotFoundError:
            return self._known_in_kept(entry)


def _is_same(entry: Entry, read: Callable[[], Entry]) -> bool:
    """True for the very same one.

    Raises:
        ConflictError: It is another one.
        FileNotFoundError: There is none.
    """
    try:
        there = read()
    except DamagedEntryError:
        raise ConflictError("something else was sent under this id; send it again as a new report") from None
    if there.is_erased:
        raise ConflictError("the report with this id was erased; it is not taken a second time")
    if (there.digest, there.person_id, there.kind) != (entry.digest, entry.person_id, entry.kind):
        raise ConflictError(
            "something else was sent under this id; nothing was changed. "
            "Look at the first one, or send it as a new report"
        )
    return True


def _write_flushed(path: Path, pieces: Sequence[bytes]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        rest = [memoryview(piece) for piece in pieces if piece]
        while rest:
            written = os.writev(handle, rest[:_PIECES])
            while rest and written >= len(rest[0]):
                written -= len(rest.pop(0))
            if written:
                rest[0] = rest[0][written:]
        os.fsync(handle)
    finally:
        os.close(handle)


def _made(folder: Path) -> None:
    """Makes a folder whose name is durable, and those above it."""
    if not folder.is_dir():
        _made(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        flush(folder.parent)


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path}: cannot be written: {error.strerror}; make room or mend the disk, then send it again")
