"""Rules as they stood when something was scored or credited by them: a version means one set of numbers, for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from desk.database import Connection
from desk.schema import rules_version
from detente.errors import WorkspaceError
from detente.rules import Rules


def check(c: Connection, rules: Rules, text: str, *, now: datetime) -> None:
    """Keeps rules that are seen for the first time; lets those pass that are known.

    Args:
        c: A connection that writes; one that reads does where the version is known.
        rules: As loaded.
        text: The file that they were loaded from.
        now: The time.

    Raises:
        WorkspaceError: Another set of rules had this version: what was scored or credited by it could not be followed.
    """
    digest = c.execute(
        select(rules_version.c.digest).where(rules_version.c.version == rules.version)
    ).scalar_one_or_none()
    if digest is None:
        c.execute(insert(rules_version).values(version=rules.version, digest=rules.digest, text=text, seen_at=now))
    elif digest != rules.digest:
        newest = max(c.execute(select(rules_version.c.version)).scalars())
        raise WorkspaceError(
            f"rules.toml: version {rules.version} was in use with other numbers; write `version = {newest + 1}`, "
            "so that what was scored and credited before can still be followed"
        )


def text_of(c: Connection, version: int) -> str | None:
    """The file as it stood under a version; None where nothing was made by it."""
    return c.execute(select(rules_version.c.text).where(rules_version.c.version == version)).scalar_one_or_none()
