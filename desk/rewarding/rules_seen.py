"""Which rules something was scored or paid by: each version once, with its text, so that an old entry can be read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select

from desk.database import Connection
from desk.schema import rules_version
from detente.errors import WorkspaceError
from detente.rules import FILE_NAME, Rules, default_text

_REFUSED = (
    "{path}: these are not the rules that version {version} stood for on {seen}; raise `version`, so that what was "
    "scored and credited before keeps its rules. Until then nothing is scored or credited"
)


def fault_of(c: Connection, rules: Rules, root: Path) -> str:
    """Why these rules may not be used: their content changed and their version did not; empty where they may."""
    there = c.execute(select(rules_version).where(rules_version.c.version == rules.version)).one_or_none()
    if there is None or there.digest == rules.digest:
        return ""
    return _REFUSED.format(path=root / FILE_NAME, version=rules.version, seen=there.seen_at.date().isoformat())


def note(c: Connection, rules: Rules, root: Path, *, now: datetime) -> None:
    """Writes down what a version stands for, the first time that it is used.

    Args:
        c: A connection that writes.
        rules: The workspace's rules.
        root: The workspace; its `rules.toml` is the text that is kept.
        now: The time.

    Raises:
        WorkspaceError: The version stood for other rules before.
    """
    if fault := fault_of(c, rules, root):
        raise WorkspaceError(fault)
    known = select(rules_version.c.version).where(rules_version.c.version == rules.version)
    if c.execute(known).one_or_none() is None:
        path = root / FILE_NAME
        text = path.read_text(encoding="utf-8") if path.exists() else default_text()
        c.execute(insert(rules_version).values(version=rules.version, digest=rules.digest, text=text, seen_at=now))


def is_noted(c: Connection, rules: Rules) -> bool:
    """Whether the desk knows what this version stands for."""
    known = select(rules_version.c.version).where(rules_version.c.version == rules.version)
    return c.execute(known).one_or_none() is not None
