"""Files that name people: only their owner may read them, and they are whole or not there."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from detente.errors import StorageError


def write_private(target: Path, body: bytes | memoryview) -> None:
    """Writes a file that only its owner may read; what was there before is replaced.

    Raises:
        StorageError: It cannot be written; nothing half-written is left there.
    """
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(body)
        aside.replace(target)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise StorageError(f"{target}: cannot be written: {error.strerror}; choose another place") from error
