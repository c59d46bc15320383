"""Attachments by the hash of what is stored: a photo is decoded and written anew, nothing else is ever opened."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desk.accepting.limits import Limits
from desk.accepting.uploads import safe_name
from desk.indexing import decoding
from desk.indexing.images import format_of
from detente.durable import flush
from detente.errors import NotFoundError, StorageError

_LEFT_AFTER_S = 600.0  # nobody takes so long to write one file


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A file as it is stored.

    Attributes:
        kind: `image` was decoded and written anew; `file` is for download alone; of `refused` nothing is stored.
        reason: Why it was refused, or what is wrong with it; else empty.
        media_type: Of the body; `application/octet-stream` for everything that is no image.
        body: What is stored; None for a refused one.
        file_name: Safe to show and to offer as a name.
        received_hash: SHA-256 of what came.
    """

    kind: Literal["image", "file", "refused"]
    reason: str = ""
    media_type: str
    body: bytes | None
    file_name: str
    received_hash: str


class Attachments:
    """Stored files under one folder, each once, by its SHA-256; readable for the owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._aside = folder / "aside"

    def put(self, body: bytes) -> str:
        """Makes the bytes durable and returns their SHA-256 in hex; bytes that are there whole are not written again.

        Raises:
            StorageError: The disk refused; nothing half-written is left behind.
        """
        digest = hashlib.sha256(body).hexdigest()
        path = self.path(digest)
        aside = self._aside / f"{digest[:16]}-{secrets.token_hex(4)}"
        try:
            if not self.fault(digest):
                return digest
            for folder in (path.parent.parent, path.parent, self._aside):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(handle)
            aside.replace(path)
            flush(path.parent)
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise StorageError(
                f"{path}: cannot be written: {error.strerror}; make room or mend the disk; "
                "the file is still in the inbox"
            ) from error
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes with that hash.

        Raises:
            NotFoundError: They are missing or damaged; the words say which.
        """
        if fault := self.fault(digest):
            raise NotFoundError(fault)
        return self.path(digest).read_bytes()

    def fault(self, digest: str) -> str:
        """What is wrong with a stored file: missing or damaged; empty where its bytes are those of its name."""
        try:
            body = self.path(digest).read_bytes()
        except OSError:
            return f"attachment {digest[:12]}…: the file is missing; restore data/attachments from a backup"
        if hashlib.sha256(body).hexdigest() != digest:
            return f"attachment {digest[:12]}…: the file is damaged; restore data/attachments from a backup"
        return ""

    def remove(self, digest: str) -> None:
        """Removes the file, where there is one; whether another report links to it is the caller's to know.

        Raises:
            StorageError: The disk refused.
        """
        try:
            self.path(digest).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{self.path(digest)}: cannot be removed: {error.strerror}") from error

    def path(self, digest: str) -> Path:
        """Where the file with that hash stands, or would."""
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise NotFoundError("there is no such file")
        return self.folder / digest[:2] / digest

    def sweep(self, older_than_s: float = _LEFT_AFTER_S) -> int:
        """Removes what a process that was killed left half-written; returns the number of files.

        What is young may be under way in another process, and stays.
        """
        swept = 0
        now = time.time()
        for path in self._aside.glob("*"):
            with suppress(FileNotFoundError):
                if now - path.stat().st_mtime >= older_than_s:
                    path.unlink()
                    swept += 1
        return swept


def prepared(files: Sequence[tuple[bytes, str]], limits: Limits) -> list[Prepared]:
    """Files (bytes, name) as they are to be stored; all photos are decoded in one child process.

    Never raises for what is in them: what cannot be taken is `refused`, with words.
    """
    pictures = [position for position, (body, _) in enumerate(files) if format_of(body)]
    decoded = dict(
        zip(pictures, decoding.decoded([files[one][0] for one in pictures], limits.image_pixels), strict=True)
    )
    return [_prepared(body, name, decoded.get(position)) for position, (body, name) in enumerate(files)]


def _prepared(body: bytes, name: str, picture: decoding.Decoded | None) -> Prepared:
    received = hashlib.sha256(body).hexdigest()
    shown = safe_name(name)
    if picture is None:
        return Prepared(
            kind="file", media_type="application/octet-stream", body=body, file_name=shown, received_hash=received
        )
    return Prepared(
        kind="image" if picture.body else "refused",
        reason=picture.reason,
        media_type=picture.media_type,
        body=picture.body,
        file_name=_renamed(shown, picture.media_type),
        received_hash=received,
    )


_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}
_SAME_ENDINGS: dict[str, Collection[str]] = {".jpg": (".jpg", ".jpeg"), ".png": (".png",)}


def _renamed(name: str, media_type: str) -> str:
    """The name with the ending of what is stored: a HEIC becomes a JPEG."""
    ending = _ENDINGS.get(media_type, "")
    if not ending or name.lower().endswith(tuple(_SAME_ENDINGS[ending])):
        return name
    stem, dot, _ = name.rpartition(".")
    return f"{stem if dot and stem else name}{ending}"
