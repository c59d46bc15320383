"""Sightings sent in as a rep does: accepted into the inbox of a workspace, with nobody at work yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from desk_rows import id_of

from desk import people
from desk.accepting.accept import Accepted, accept
from desk.accepting.limits import limits_of
from desk.places import desk_of, inbox_of
from detente.clock import StartedClock
from detente.people import Person
from detente.sightings import Submission, Upload
from detente.workspace import Workspace

# what a form, or a program, sends of something that a customer said
OPEN = {"source": "customer", "confidential": "no"}


def plain_workspace(folder: Path, **settings: str) -> Path:
    """Writes a workspace that watches nothing, with one competitor, and returns its folder."""
    (folder / "competitors").mkdir(parents=True)
    more = "".join(f"[{table}]\n{text}\n" for table, text in settings.items())
    (folder / "detente.toml").write_text(f'[company]\nname = "Acme"\ntime_zone = "Europe/Berlin"\n\n{more}')
    (folder / "competitors" / "globex.toml").write_text('name = "Globex"\ndomains = ["globex.test"]\n')
    return folder


def somebody(workspace: Workspace, name: str, *roles: str, now: datetime) -> Person:
    """Adds somebody to the workspace's desk."""
    with desk_of(workspace, StartedClock(now)) as desk, desk.writing() as c:
        email = f"{name.lower()}@acme.test"
        return people.add_person(c, name=name, email=email, roles=roles, by=None, now=now)


def report(
    workspace: Workspace,
    number: int,
    person_id: str,
    *,
    now: datetime,
    files: Sequence[Upload] = (),
    channel: Any = "form",
    **said: Any,
) -> Accepted:
    """Sends a sighting in; nothing but the inbox knows of it yet."""
    settings = workspace.settings
    submission = Submission(
        **{"sighting_id": id_of(number), "text": "They pay half.", "competitor": "globex"} | OPEN | said
    )
    return accept(
        inbox_of(workspace), submission, files, person_id=person_id, channel=channel, now=now,
        limits=limits_of(settings.limits), competitors=[one.slug for one in workspace.competitors],
        currency=settings.company.currency,
    )  # fmt: skip
