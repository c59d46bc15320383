"""The demo's people: what they report week by week, and what Product makes of it, on the way that all of it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from desk import people
from desk.accepting.accept import accept
from desk.accepting.limits import limits_of
from desk.database import Connection, Desk
from desk.deciding import decisions, edits, reviews
from desk.following import sightings
from desk.indexing import indexer
from desk.places import attachments_of, desk_of, inbox_of
from desk.rewarding import ledger
from detente.people import Person
from detente.workspace import Workspace
from examples.demo.sightings import (
    OWNER,
    DemoDecision,
    DemoSighting,
    load_decisions,
    load_merges,
    load_people,
    load_sightings,
)
from flows import rewarding
from flows.job import Job
from flows.work import Ask, job_for
from warehouse import ask

_MEMBERS = """
    SELECT member.item_id, member.item_id IN (SELECT sighting_id FROM sighting)
    FROM cluster_member AS member
    JOIN cluster_member AS this ON this.cluster_id = member.cluster_id
    WHERE this.item_id = $item
    ORDER BY ALL
"""
_SCORE = "SELECT score, rules_version FROM relevance WHERE item_id = $item ORDER BY score DESC LIMIT 1"
_FIRST, _APART = timedelta(hours=-60), timedelta(hours=5)
_ANSWERED_AFTER = timedelta(hours=3)
_READER, _JUDGE = "priya", "olav"
_REVIEWED_AFTER = timedelta(hours=4)


def hire(workspace: Workspace, now: datetime) -> Mapping[str, str]:
    """Puts the demo's people on the desk, and whoever runs the demo with them; their ids by their keys."""
    with desk_of(workspace, _job(workspace, now).clock) as desk, desk.writing() as c:
        owner = people.ensure_local_owner(c, now)
        ids = {OWNER: owner.person_id}
        for key, one in load_people().items():  # who manages stands above those who are managed
            ids[key] = people.add_person(
                c, name=one.name, email=one.email, roles=one.roles, by=owner.person_id, now=now,
                manager_id=ids.get(one.manager),
            ).person_id  # fmt: skip
        return ids


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


def judge(workspace: Workspace, week: int, ids: Mapping[str, str], collected_at: datetime) -> None:
    """Lets Product review and decide, once a week's pages are collected, and credits what is due by it."""
    now = collected_at + _REVIEWED_AFTER
    job = _job(workspace, now)
    told = {one.key: one.submission.sighting_id for one in load_sightings() if one.key}
    with desk_of(workspace, job.clock) as desk:
        with desk.writing() as c:
            priya, olav = (people.person(c, ids[key]) for key in (_READER, _JUDGE))
            for pair in load_merges():
                if pair.week == week:
                    edits.merge(c, told[pair.one], told[pair.other], by=priya, now=now)
            for one in load_sightings():
                if one.review and one.reviewed_in == week:
                    reviews.record(c, one.submission.sighting_id, cast("Any", one.review), by=priya, now=now)
            for verdict in load_decisions():
                item_id = told[verdict.on]
                if verdict.week == week:
                    _decide(c, job, item_id, verdict, priya, now)
                if verdict.judged_in == week:
                    [newest, *_] = decisions.of_item(c, item_id)
                    decisions.judge(c, newest.decision_id, cast("Any", verdict.outcome), by=olav, now=now)
        rewarding.settle(job, desk)


def _decide(c: Connection, job: Job, item_id: str, verdict: DemoDecision, by: Person, now: datetime) -> None:
    """Decides with what is published beside the item: the sightings of its cluster, and its score."""
    published = job.workspace.data / "published"
    members = ask(published, _MEMBERS, {"item": item_id}).rows
    scores = ask(published, _SCORE, {"item": item_id}).rows
    score, version = (int(str(value)) for value in scores[0]) if scores else (None, None)
    decisions.decide(
        c, item_id=item_id, kind=cast("Any", verdict.kind), theme=verdict.theme, because=verdict.because,
        reply=verdict.reply, sightings=[str(sighting_id) for sighting_id, is_sighting in members if is_sighting],
        items=[str(member) for member, _ in members], score=score, rules_version=version, by=by, now=now,
    )  # fmt: skip


def judged(workspace: Workspace) -> tuple[tuple[int, int], int]:
    """How many sightings were reviewed, how many decisions were made, and how many points were earned."""
    with desk_of(workspace, _job(workspace, None).clock) as desk, desk.reading() as c:
        earned = sum(one.points for one in ledger.held(c) if one.state == "earned")
        return (len(reviews.standings(c)), len(decisions.every(c))), earned


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


def _job(workspace: Workspace, now: datetime | None) -> Job:
    return job_for(workspace, Ask(flow="ingest", now=now))
