"""The demo's reps: people on the desk, and what they report week by week, on the way that every sighting takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from desk import people
from desk.accepting.accept import accept
from desk.accepting.limits import limits_of
from desk.database import Desk
from desk.following import sightings
from desk.indexing import indexer
from desk.places import attachments_of, desk_of, inbox_of
from detente.workspace import Workspace
from examples.demo.sightings import OWNER, DemoSighting, load_people, load_sightings
from flows.job import Job
from flows.work import Ask, job_for

_FIRST, _APART = timedelta(hours=-60), timedelta(hours=5)
_ANSWERED_AFTER = timedelta(hours=3)
_READER = "priya"


def hire(workspace: Workspace, now: datetime) -> Mapping[str, str]:
    """Puts the demo's people on the desk, and whoever runs the demo with them; their ids by their keys."""
    with desk_of(workspace, _job(workspace, now).clock) as desk, desk.writing() as c:
        owner = people.ensure_local_owner(c, now)
        added = {
            key: people.add_person(c, name=one.name, email=one.email, roles=one.roles, by=owner.person_id, now=now)
            for key, one in load_people().items()
        }
        return {OWNER: owner.person_id} | {key: person.person_id for key, person in added.items()}


def report(workspace: Workspace, week: int, ids: Mapping[str, str], collected_at: datetime) -> int:
    """Sends a week's sightings in the days before it is collected, and lets a product manager read them.

    Args:
        workspace: The demo's.
        week: Number of the week.
        ids: The people's ids by their keys.
        collected_at: When that week's pages are collected.

    Returns:
        How many were sent.
    """
    sent = [one for one in load_sightings() if one.week == week]
    for position, one in enumerate(sent):
        now = collected_at + _FIRST + position * _APART
        job = _job(workspace, now)
        inbox, limits = inbox_of(workspace), limits_of(workspace.settings.limits)
        accept(
            inbox, replace_day(one, now).submission, [], person_id=ids[one.by], channel="form", now=now, limits=limits,
            competitors=[c.slug for c in workspace.competitors], currency=workspace.settings.company.currency,
        )  # fmt: skip
        with desk_of(workspace, job.clock) as desk:
            indexer.index_new(desk, inbox, attachments_of(workspace), limits)
            _talk(desk, one, ids, now)
    return len(sent)


def replace_day(one: DemoSighting, now: datetime) -> DemoSighting:
    """The same sighting, as something that happened on the day before."""
    return replace(one, submission=one.submission.model_copy(update={"happened_on": (now - timedelta(days=1)).date()}))


def _talk(desk: Desk, one: DemoSighting, ids: Mapping[str, str], now: datetime) -> None:
    sighting_id, later = one.submission.sighting_id, now + _ANSWERED_AFTER
    with desk.writing() as c:
        if one.is_read:
            sightings.mark_read(c, sighting_id, by=ids[_READER], now=later)
        if one.question:
            sightings.ask(c, sighting_id, one.question, by=ids[_READER], now=later)
        if one.answer:
            sightings.answer(c, sighting_id, one.answer, by=ids[one.by], now=later + _ANSWERED_AFTER)


def _job(workspace: Workspace, now: datetime) -> Job:
    return job_for(workspace, Ask(flow="ingest", now=now))
