"""Secrets live in files of their own, which only their owner may read."""

from __future__ import annotations

from pathlib import Path

from detente.errors import WorkspaceError


def secret_in(root: Path, file: str, setting: str) -> str:
    """The secret that a file holds.

    Args:
        root: The workspace's folder; a relative name is looked for there.
        file: Name of the file, as the setting says.
        setting: Name of the setting, for the message.

    Raises:
        WorkspaceError: The file is missing or empty, or others may read it.
    """
    path = root / Path(file).expanduser()
    try:
        mode = path.stat().st_mode
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise WorkspaceError(f"{setting}: {path} cannot be read; write the secret into that file") from None
    if mode & 0o077:
        raise WorkspaceError(f"{setting}: others may read {path}; run `chmod 600 {path}`")
    if not secret:
        raise WorkspaceError(f"{setting}: {path} is empty; write the secret into that file")
    return secret
