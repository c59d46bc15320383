"""Who is reminded that a sighting waits: read by nobody for three working days, it is told to the PMs, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from desk.database import Connection
from desk.following import messages, sightings
from desk.schema import person, person_role, sighting, sighting_event, sighting_state

WORKING_DAYS = 3
_SATURDAY = 5
# before these the sighting was not there for a PM to read
_SHOWN = ("cleared", "released")


def deadline(since: datetime, zone: str, days: int = WORKING_DAYS) -> datetime:
    """The same time of day, so many working days (Monday to Friday) later; a weekend counts from Monday's midnight.

    Args:
        since: When the sighting could first be read (UTC).
        zone: The company's time zone, whose days they are.
        days: How many.

    Returns:
        UTC; from this moment on it is late.
    """
    at = since.astimezone(ZoneInfo(zone))
    day, clock = at.date(), at.time()
    if day.weekday() >= _SATURDAY:
        day += timedelta(days=7 - day.weekday())
        clock = clock.min
    for _ in range(days):
        day += timedelta(days=3 if day.weekday() == _SATURDAY - 1 else 1)
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(since.tzinfo)


def due(c: Connection, now: datetime, zone: str) -> list[str]:
    """Ids of cleared sightings that nobody has read for three working days and of which nobody was reminded yet."""
    shown = (
        select(sighting_event.c.sighting_id, func.max(sighting_event.c.at).label("shown_at"))
        .where(sighting_event.c.kind.in_(_SHOWN))
        .group_by(sighting_event.c.sighting_id)
        .subquery()
    )
    query = (
        select(sighting.c.sighting_id, sighting.c.received_at, shown.c.shown_at)
        .join(sighting_state, sighting_state.c.sighting_id == sighting.c.sighting_id)
        .join(person, person.c.person_id == sighting.c.person_id)
        .outerjoin(shown, shown.c.sighting_id == sighting.c.sighting_id)
        .where(
            sighting_state.c.gate == "cleared",
            sighting_state.c.is_withdrawn.is_(False),
            sighting_state.c.read_at.is_(None),
            sighting_state.c.nudged_at.is_(None),
            person.c.erased_at.is_(None),
            sighting.c.received_at <= now - timedelta(days=WORKING_DAYS),
        )
        .order_by(sighting.c.received_at, sighting.c.sighting_id)
    )
    return [
        row.sighting_id
        for row in c.execute(query)
        if deadline(max(row.received_at, row.shown_at or row.received_at), zone) <= now
    ]


def record_nudges(c: Connection, now: datetime, zone: str) -> list[str]:
    """Notes for every late sighting that it was told of, and writes the messages; once, however often it is called.

    Args:
        c: A connection that writes.
        now: The time (UTC).
        zone: The company's time zone.

    Returns:
        Ids of the sightings.
    """
    late = due(c, now, zone)
    if not late:
        return []
    managers = [
        row.person_id
        for row in c.execute(
            select(person.c.person_id)
            .join(person_role, person_role.c.person_id == person.c.person_id)
            .where(person_role.c.role == "pm", person.c.disabled_at.is_(None), person.c.erased_at.is_(None))
            .order_by(person.c.person_id)
        )
    ]
    for sighting_id in late:
        sightings.record(c, sighting_id, "nudged", by=None, now=now)
        reporter = c.execute(select(sighting.c.person_id).where(sighting.c.sighting_id == sighting_id)).scalar_one()
        for manager in managers:
            if manager != reporter:
                messages.queue(c, manager, "unread", sighting_id, now=now)
        messages.queue(c, reporter, "unread_told", sighting_id, now=now)
    return late
