"""A sighting that nobody reads for three working days is told to Product and to its reporter, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from desk_rows import id_of, put_sighting
from sqlalchemy import select

from desk import people, schema
from desk.database import Desk
from desk.following import nudges, sightings
from detente.people import Person

Add = Callable[..., Person]
ZONE = "Europe/Berlin"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# received, and from when on it is late; Berlin: +01:00 in winter, +02:00 up to 25 October 2026
DEADLINES = [
    ("2026-11-16T10:00+01:00", "2026-11-19T10:00+01:00", "Monday to Thursday"),
    ("2026-11-18T10:00+01:00", "2026-11-23T10:00+01:00", "Wednesday: the weekend between does not count"),
    ("2026-11-20T23:30+01:00", "2026-11-25T23:30+01:00", "Friday night"),
    ("2026-11-21T09:00+01:00", "2026-11-26T00:00+01:00", "Saturday counts from Monday's midnight"),
    ("2026-11-22T23:59+01:00", "2026-11-26T00:00+01:00", "Sunday, too"),
    ("2026-11-20T23:30+00:00", "2026-11-26T00:00+01:00", "Friday in UTC is Saturday in Berlin"),
    ("2026-10-23T10:00+02:00", "2026-10-28T10:00+01:00", "the clock goes back: the same time of day"),
]


@pytest.mark.parametrize(("since", "late"), [row[:2] for row in DEADLINES], ids=[row[2] for row in DEADLINES])
def test_three_working_days_end_at_the_same_time_of_day(since: str, late: str) -> None:
    assert nudges.deadline(moment(since).astimezone(UTC), ZONE) == moment(late)


def late_at(desk: Desk, now: str) -> list[str]:
    with desk.reading() as c:
        return nudges.due(c, moment(now), ZONE)


def test_it_is_late_from_the_deadline_on_and_not_before(desk: Desk, add: Add) -> None:
    put_sighting(desk, 1, add("Rita", "rep").person_id, at=moment("2026-11-18T10:00+01:00"))

    assert late_at(desk, "2026-11-23T09:59:59.999999+01:00") == []
    assert late_at(desk, "2026-11-23T10:00+01:00") == [id_of(1)]


@pytest.mark.parametrize("gate", ["waiting", "quarantined", "not_kept", "rejected"])
def test_what_product_may_not_read_is_never_late(desk: Desk, add: Add, gate: str) -> None:
    put_sighting(desk, 1, add("Rita", "rep").person_id, gate=gate, at=moment("2026-11-02T10:00+01:00"))

    assert late_at(desk, "2026-11-23T10:00+01:00") == []


@pytest.mark.parametrize("kind", ["read", "withdrawn", "nudged"])
def test_what_was_read_taken_back_or_told_is_not_late(desk: Desk, add: Add, kind: str) -> None:
    put_sighting(desk, 1, add("Rita", "rep").person_id, at=moment("2026-11-02T10:00+01:00"))
    with desk.writing() as c:
        sightings.record(c, id_of(1), kind, by=None, now=moment("2026-11-03T10:00+01:00"))

    assert late_at(desk, "2026-11-23T10:00+01:00") == []


def test_the_days_of_a_released_sighting_count_from_its_release(desk: Desk, add: Add) -> None:
    put_sighting(desk, 1, add("Rita", "rep").person_id, gate="quarantined", at=moment("2026-11-02T10:00+01:00"))
    with desk.writing() as c:
        sightings.record(c, id_of(1), "released", by=None, now=moment("2026-11-17T12:00+01:00"))

    assert late_at(desk, "2026-11-20T11:59+01:00") == []
    assert late_at(desk, "2026-11-20T12:00+01:00") == [id_of(1)]


def test_product_and_the_reporter_are_told_once_and_nobody_else(desk: Desk, add: Add) -> None:
    rita, paul, petra = add("Rita", "rep"), add("Paul", "pm"), add("Petra", "pm", "rep")
    gone = add("Gus", "pm")
    add("Sue", "sales_lead")
    now = moment("2026-11-23T10:00+01:00")
    put_sighting(desk, 1, rita.person_id, at=now - timedelta(days=10))
    put_sighting(desk, 2, petra.person_id, at=now - timedelta(days=9))
    with desk.writing() as c:
        people.disable(c, gone.person_id, by=None, now=now)
    for _ in range(2):
        with desk.writing() as c:
            told = nudges.record_nudges(c, now, ZONE)
        now += timedelta(days=30)

    with desk.reading() as c:
        rows = c.execute(select(schema.message.c.sighting_id, schema.message.c.person_id, schema.message.c.kind)).all()
        happened = [event.kind for event in sightings.events(c, id_of(1))]
        states = c.execute(select(schema.sighting_state.c.nudged_at)).scalars().all()
    assert told == []
    assert sorted(tuple(row) for row in rows) == sorted(
        [
            (id_of(1), paul.person_id, "unread"),
            (id_of(1), petra.person_id, "unread"),
            (id_of(1), rita.person_id, "unread_told"),
            (id_of(2), paul.person_id, "unread"),
            (id_of(2), petra.person_id, "unread_told"),
        ]
    )
    assert happened == ["received", "cleared", "nudged"]
    assert states == [moment("2026-11-23T10:00+01:00")] * 2
