"""Options that several commands share."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from desk.database import Desk
from desk.places import desk_of
from detente.clock import SystemClock
from detente.errors import UsageError
from detente.workspace import Workspace, find, load

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="The workspace's folder; the one around this folder by default (or DETENTE_WORKSPACE).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output, for programs.")]
NowOption = Annotated[
    str | None, typer.Option("--now", help="Pretend that it is this time, e.g. 2026-11-16T06:00Z: for past weeks.")
]


def the_workspace(given: Path | None) -> Workspace:
    """The workspace that was named, or that of the environment, or the one around the current folder."""
    named = given or (Path(os.environ["DETENTE_WORKSPACE"]) if os.environ.get("DETENTE_WORKSPACE") else None)
    return load(find(named or Path.cwd()))


def the_desk(workspace: Workspace) -> AbstractContextManager[Desk]:
    """The workspace's desk, by the computer's clock; closed at the end."""
    return desk_of(workspace, SystemClock())


def moment(text: str | None) -> datetime | None:
    """A time that a person wrote, UTC where it names no zone.

    Raises:
        UsageError: It is no time.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time; write it like 2026-11-16T06:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
