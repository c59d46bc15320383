"""Erasing somebody, and keeping to the retention: on the desk, in inbox and files, warehouse and published files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk import people
from desk.database import Desk
from desk.places import attachments_of, desk_of, inbox_of
from desk.privacy import erase, export, retention
from desk.privacy.erase import Erased
from desk.privacy.export import Exported
from desk.privacy.retention import Outdated
from detente.errors import NotFoundError
from flows import ingest
from flows.job import Job
from warehouse import Warehouse, build


def erase_person(job: Job, person_id: str, *, by: str | None = None) -> Erased:
    """Erases somebody everywhere, down to the bytes; where it was interrupted, run it again with the same id.

    What was copied out of the data folder before (exports, backups, mails) is out of reach.

    Raises:
        NotFoundError: There is no such person.
        WarehouseBusyError: A run is under way; the message names it.
        StorageError: The disk refused.
    """
    inbox, attachments = inbox_of(job.workspace), attachments_of(job.workspace)
    with _alone(job, "detente person erase") as desk:
        ingest.index(job, desk)
        erased = erase.erase(desk, inbox, attachments, person_id, by=by, now=job.clock.now())
        # a report that was on its way meanwhile; their ways in are shut by now, so that it is the last
        ingest.index(job, desk)
        if erase.plan(desk, inbox, person_id).entries:
            erase.erase(desk, inbox, attachments, person_id, by=by, now=job.clock.now())
        desk.vacuum()
        _forget(job, desk)
    return erased


def planned_erasure(job: Job, person_id: str) -> Erased:
    """What `erase_person` would remove; only what waits in the inbox is indexed for it.

    Raises:
        NotFoundError: There is no such person.
    """
    with desk_of(job.workspace, job.clock) as desk:
        ingest.index(job, desk)
        return erase.plan(desk, inbox_of(job.workspace), person_id)


def export_person(job: Job, person_id: str, target: Path) -> Exported:
    """Writes all that is kept of somebody into a zip.

    Raises:
        NotFoundError: There is no such person.
        StorageError: The target cannot be written.
    """
    company = job.workspace.settings.company.name
    with desk_of(job.workspace, job.clock) as desk:
        ingest.index(job, desk)
        return export.export_person(
            desk, inbox_of(job.workspace), attachments_of(job.workspace), person_id, target, company=company
        )


def person_id_of(job: Job, who: str) -> str:
    """The id of somebody who is named by e-mail or id.

    Raises:
        NotFoundError: There is nobody of that name.
    """
    with desk_of(job.workspace, job.clock) as desk, desk.reading() as c:
        # by its id also somebody whose erasure was interrupted
        found = people.person_by_email(c, who) if "@" in who else people.person(c, who)
        if found is None:
            raise NotFoundError("nobody has this e-mail; `detente person list` shows everybody")
        return found.person_id


def keep_to_retention(job: Job, *, by: str | None = None) -> Outdated:
    """Removes what has been kept for long enough, everywhere; the same list as `planned_retention` at the same time.

    Raises:
        WarehouseBusyError: A run is under way; the message names it.
        StorageError: The disk refused.
    """
    settings = job.workspace.settings.retention
    with _alone(job, "detente retention run") as desk:
        ingest.index(job, desk)
        removed = retention.remove(
            desk, inbox_of(job.workspace), attachments_of(job.workspace), settings, by=by, now=job.clock.now()
        )
        if not removed.is_empty:
            desk.vacuum()
            _forget(job, desk)
    return removed


def planned_retention(job: Job) -> Outdated:
    """Lists what `keep_to_retention` would remove."""
    with desk_of(job.workspace, job.clock) as desk:
        ingest.index(job, desk)
        return retention.outdated(desk, inbox_of(job.workspace), job.workspace.settings.retention, job.clock.now())


@contextmanager
def _alone(job: Job, purpose: str) -> Iterator[Desk]:
    """Without any other run: a rebuild beside it would bring back what was just forgotten."""
    with job.alone(purpose), ingest.alone(job), desk_of(job.workspace, job.clock) as desk:
        yield desk


def _forget(job: Job, desk: Desk) -> None:
    """Brings the warehouse in line with the desk, and writes it and the published file anew."""
    # what a rebuild that was killed left behind
    Warehouse(job.workspace.data, name="rebuild.duckdb").remove()
    if job.warehouse.path.exists():
        ingest.publish(job, desk)
        build.forget(job.warehouse, job.archive, job.clock.now())
