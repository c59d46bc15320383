"""Lists of sightings for pages: which ones, and from where on. Who may see a list is the caller's to know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from desk.database import Connection
from desk.following.sighting_rows import SightingRow, rows_of
from desk.personal import without_names
from desk.schema import note, person
from desk.schema import sighting as sighting_table
from desk.schema import sighting_state as state_table


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a sighting says, as all colleagues may read it.

    Attributes:
        sighting_id: Which one.
        text: Its text; addresses and numbers are masked, and the names of the customer, the deal and the reporter.
        received_at: When it was received.
        person_id: Who reported it; for no page.
    """

    sighting_id: str
    text: str
    received_at: datetime
    person_id: str


def for_product(
    c: Connection, *, limit: int = 50, before: str = "", competitor: str = "", only_unread: bool = False
) -> list[SightingRow]:
    """What Product may read, the newest first.

    Args:
        c: A connection.
        limit: How many at most.
        before: The id of the last one that was shown; only older ones follow. Empty: from the newest on.
        competitor: Slug of the only competitor that counts; empty: all.
        only_unread: Leaves out what has been read.
    """
    which = [_may_be_read()]
    if competitor:
        which.append(sighting_table.c.competitor == competitor)
    if only_unread:
        which.append(state_table.c.read_at.is_(None))
    return rows_of(c, *which, limit=limit, before=before)


def unread_count(c: Connection) -> int:
    """How many of those that Product may read nobody has read yet."""
    query = select(func.count()).select_from(state_table).where(_may_be_read(), state_table.c.read_at.is_(None))
    return int(c.execute(query).scalar_one())


def waiting_of(c: Connection, person_id: str, limit: int = 50) -> list[SightingRow]:
    """Those of somebody's own sightings that wait for an answer, the newest first."""
    which = [
        sighting_table.c.person_id == person_id,
        state_table.c.gate == "waiting",
        state_table.c.is_withdrawn.is_(False),
    ]
    return rows_of(c, *which, limit=limit)


def asked_of(c: Connection, person_id: str, limit: int = 50) -> list[SightingRow]:
    """Those of somebody's own sightings about which a question is open, the newest first."""
    of_it = note.c.sighting_id == state_table.c.sighting_id
    asked = select(func.max(note.c.at)).where(of_it, note.c.kind == "question").scalar_subquery()
    answered = select(func.max(note.c.at)).where(of_it, note.c.kind == "answer").scalar_subquery()
    which = [
        sighting_table.c.person_id == person_id,
        state_table.c.gate == "cleared",
        state_table.c.is_withdrawn.is_(False),
        asked.is_not(None),
        or_(answered.is_(None), answered < asked),
    ]
    return rows_of(c, *which, limit=limit)


def recent(c: Connection, competitor: str, limit: int) -> list[Heard]:
    """What was reported about a competitor, the newest first, as far as all colleagues may read it."""
    return _heard(c, sighting_table.c.competitor == competitor, limit)


def heard(c: Connection, sighting_ids: Collection[str]) -> list[Heard]:
    """What these sightings say, the newest first, as far as all colleagues may read it."""
    return _heard(c, sighting_table.c.sighting_id.in_(sighting_ids), len(sighting_ids)) if sighting_ids else []


def _heard(c: Connection, which: ColumnElement[bool], limit: int) -> list[Heard]:
    query = (
        select(
            sighting_table.c.sighting_id,
            sighting_table.c.text,
            sighting_table.c.received_at,
            sighting_table.c.person_id,
            sighting_table.c.customer,
            sighting_table.c.deal,
            person.c.name,
        )
        .join(state_table, state_table.c.sighting_id == sighting_table.c.sighting_id)
        .join(person, person.c.person_id == sighting_table.c.person_id)
        .where(_may_be_read(), which)
        .order_by(sighting_table.c.received_at.desc(), sighting_table.c.sighting_id.desc())
        .limit(limit)
    )
    return [
        Heard(
            sighting_id=row.sighting_id,
            text=without_names(row.text, {"[customer]": row.customer, "[deal]": row.deal, "[reporter]": row.name}),
            received_at=row.received_at,
            person_id=row.person_id,
        )
        for row in c.execute(query)
    ]


def readable(c: Connection, sighting_ids: Collection[str]) -> frozenset[str]:
    """Those of these sightings that colleagues may read now: a published file may be older than a withdrawal."""
    if not sighting_ids:
        return frozenset()
    query = select(state_table.c.sighting_id).where(_may_be_read(), state_table.c.sighting_id.in_(sighting_ids))
    return frozenset(c.execute(query).scalars())


def names_of(c: Connection, person_ids: Collection[str]) -> dict[str, str]:
    """People's names by their ids."""
    if not person_ids:
        return {}
    query = select(person.c.person_id, person.c.name).where(person.c.person_id.in_(set(person_ids)))
    return {row.person_id: row.name for row in c.execute(query)}


def _may_be_read() -> ColumnElement[bool]:
    return and_(state_table.c.gate == "cleared", state_table.c.is_withdrawn.is_(False))
