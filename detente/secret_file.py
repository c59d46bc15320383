"""Reads a secret from a file that nobody else may read."""

from __future__ import annotations

import stat
from pathlib import Path

from detente.errors import WorkspaceError

_MAX_BYTES = 10_000


def read_secret(name: str, root: Path) -> str:
    """The file's one line.

    Args:
        name: As the settings name it; from `root`, where it is relative. `~` is the home folder.
        root: The workspace's folder.

    Raises:
        WorkspaceError: It is missing, empty, or others may read it; the message never holds what is in it.
    """
    path = root / Path(name).expanduser()
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            body = file.read(_MAX_BYTES)
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be read: {error.strerror}; write the secret into this file") from None
    if mode & 0o077:
        raise WorkspaceError(f"{path}: others may read this secret (mode {mode:04o}); run: chmod 600 {path}")
    try:
        secret = body.decode().strip()
    except UnicodeDecodeError:
        raise WorkspaceError(f"{path}: holds no text; write the secret into it, on one line") from None
    if not secret or "\n" in secret:
        raise WorkspaceError(f"{path}: holds no secret on one line; write it anew")
    return secret
