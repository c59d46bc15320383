"""Sightings from the inbox into the warehouse: in short steps under a lock of its own, beside any other run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desk import changes
from desk.accepting.limits import limits_of
from desk.database import Desk
from desk.following import messages, nudges, sightings
from desk.indexing import indexer
from desk.places import attachments_of, desk_of, has_desk, inbox_of
from desk.rewarding import heads, paid
from detente.errors import DeskError, DetenteError
from detente.records import Summary
from flows import rewarding, scoring
from flows.job import Job
from flows.steps import Runner, at_once, in_thread
from warehouse import Incoming, Published, build
from warehouse.lock import held

NOBODY = "nobody has reported anything yet"


@contextmanager
def alone(job: Job) -> Iterator[None]:
    """Keeps other ingests out, and nobody else: a collection of an hour may be under way.

    Raises:
        WarehouseBusyError: Another ingest does not end.
    """
    with held(job.workspace.data / "ingest.lock", "detente run ingest", job.workspace.settings.limits.lock_timeout_s):
        yield


def ingested(job: Job) -> int:
    """The last event of the desk that an ingest has seen; 0 where nobody knows."""
    try:
        return int(json.loads(_note(job).read_text(encoding="utf-8"))["event_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


async def ingest(job: Job, run: Runner = at_once) -> Summary:
    """Indexes what waits in the inbox, loads and publishes what is new on the desk, and reminds of what waits unread.

    Raises:
        DeskError: The desk cannot be used.
        WarehouseError: Busy, damaged, or a check does not hold; what was accepted waits for the next ingest.
        StorageError: The disk refused.
    """
    summary = Summary(step="ingest")
    if not has_desk(job.workspace):
        summary.notes.append(NOBODY)
        return summary
    with alone(job), desk_of(job.workspace, job.clock) as desk:
        await run("index the inbox", lambda: in_thread(index, job, desk))
        summary.changed = await run("remind of what waits unread", lambda: in_thread(_remind, job, desk))
        loaded, gone, published, unscored = await run(
            "load and publish sightings", lambda: in_thread(publish, job, desk)
        )
        summary.read = loaded
        if unscored:
            summary.failed["scores"] = unscored
        if published is not None:
            summary.notes.append(f"published {published.path.name}: {loaded} sightings in, {gone} gone")
        summary.notes += await run("credit what is due", lambda: in_thread(settle, job, desk))
        if problem := await run("send messages", lambda: in_thread(_send, job, desk)):
            summary.notes.append(problem)
    return summary


async def take_in(job: Job, run: Runner = at_once) -> str:
    """Loads what is new on the desk for a build that is under way, which publishes it.

    Returns:
        Why it could not be done: what a desk or one of its rows cannot do must not keep pages from being built.
    """
    if not has_desk(job.workspace):
        return ""
    try:
        with alone(job), desk_of(job.workspace, job.clock) as desk:
            await run("index the inbox", lambda: in_thread(index, job, desk))
            await run("load the sightings", lambda: in_thread(_load, job, desk))
    except DetenteError as error:
        return str(error)
    return ""


async def credit(job: Job, run: Runner = at_once) -> list[str]:
    """Credits what is due by what a build has just published; returns what is worth telling of it."""
    if not has_desk(job.workspace):
        return []
    try:
        with desk_of(job.workspace, job.clock) as desk:
            return await run("credit what is due", lambda: in_thread(settle, job, desk))
    except DetenteError as error:
        return [f"nothing was credited: {error}"]


async def verify_ledger(job: Job, run: Runner = at_once) -> str:
    """What is wrong with the ledger, in a sentence; empty where nothing is, or nobody has reported anything."""
    if not has_desk(job.workspace):
        return ""

    def read() -> str:
        heads_file, now = job.workspace.data / heads.FILE_NAME, job.clock.now()
        with desk_of(job.workspace, job.clock) as desk, desk.reading() as c:
            return paid.verify_with_sightings(c, heads_file, job.workspace.rules.rewards, now).problem

    try:
        return await run("verify the ledger", lambda: in_thread(read))
    except DetenteError as error:
        return f"could not be verified: {error}"


def settle(job: Job, desk: Desk) -> list[str]:
    """Credits what is due by what is published now; what keeps it from that is told, and keeps nothing else back."""
    try:
        settled = rewarding.settle(job, desk)
    except DetenteError as error:
        return [f"nothing was credited: {error}"]
    if settled.events:
        _note_own_events(job, desk, settled.events)
    return [] if settled.problem == rewarding.UNCOMPARED else settled.sentences


def index(job: Job, desk: Desk) -> None:
    """Brings what waits in the inbox onto the desk.

    Raises:
        DeskError: The desk cannot be used now.
        StorageError: The disk refused.
    """
    indexer.index_new(
        desk, inbox_of(job.workspace), attachments_of(job.workspace), limits_of(job.workspace.settings.limits)
    )


def _remind(job: Job, desk: Desk) -> int:
    now = job.clock.now()
    with desk.reading() as c:  # most of the time nobody is late, and readers keep nobody waiting
        if not nudges.due(c, now, job.zone):
            return 0
    with desk.writing() as c:
        return len(nudges.record_nudges(c, now, job.zone))


def _note(job: Job) -> Path:
    return job.workspace.data / "ingest.json"


def _incoming(job: Job, desk: Desk) -> tuple[Incoming, int]:
    mark = build.desk_mark(job.warehouse)
    key = changes.account_key(job.workspace.data)
    with desk.reading() as c:
        found = changes.sightings_since_mark(c, mark, key)
    return Incoming(rows=found.rows, gone=found.gone, mark=found.mark, anew=found.anew), found.last_event_id


def _load(job: Job, desk: Desk) -> None:
    incoming, _ = _incoming(job, desk)
    build.take_in_sightings(job.warehouse, incoming, scoring.judged(desk))


def publish(job: Job, desk: Desk) -> tuple[int, int, Published | None, str]:
    """Loads, scores and publishes what is new on the desk.

    Returns:
        Rows that came, rows that went, the file where one was made, and why nothing was scored.
    """
    incoming, last_event_id = _incoming(job, desk)
    keep = job.workspace.settings.limits.keep_published
    problems: list[str] = []

    def score() -> None:
        problems.append(scoring.score_new(job, everything=False))

    published = build.ingest(job.warehouse, incoming, job.clock.now(), keep, scoring.judged(desk), score)
    _write_note(job, last_event_id)
    return len(incoming.rows), len(incoming.gone), published, "".join(problems)


def _write_note(job: Job, last_event_id: int) -> None:
    with suppress(OSError):  # without it somebody looks once more than needed
        aside = _note(job).with_suffix(".tmp")
        at = job.clock.now().isoformat()
        aside.write_text(json.dumps({"event_id": last_event_id, "at": at}) + "\n", encoding="utf-8")
        aside.replace(_note(job))


def _note_own_events(job: Job, desk: Desk, count: int) -> None:
    """Counts the steps just written among those that an ingest has seen: they are nothing for the warehouse."""
    with desk.reading() as c:
        newest = sightings.last_event_id(c)
    if newest == ingested(job) + count:
        _write_note(job, newest)


def _send(job: Job, desk: Desk) -> str:
    """Sends what is due, where a mail server is named; returns why it could not."""
    settings = job.workspace.settings
    if settings.mail is None:
        return ""
    try:
        return messages.deliver(
            desk, messages.smtp(settings.mail, job.workspace.root), sender_address=settings.mail.sender,
            base_url=settings.web.base_url, company=settings.company.name,
        ).problem  # fmt: skip
    except DeskError as error:
        return str(error)
