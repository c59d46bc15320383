"""Lists of sightings, for pages: which ones, in which order, and from where on. Who may see a list is the caller's to know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from desk import personal, sightings
from desk.database import Connection
from desk.schema import attachment as attachment_table
from desk.schema import person, sighting, sighting_event, sighting_state
from desk.sightings import AttachmentRow, SightingRow
from detente.errors import NotFoundError

_HELD = ("quarantined", "rejected", "not_kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a sighting says, as colleagues may read it.

    Attributes:
        sighting_id: Which one.
        text: Its text, e-mail addresses and phone numbers masked.
        received_at: When it was received.
    """

    sighting_id: str
    text: str
    received_at: datetime


def of_person(c: Connection, person_id: str, *, limit: int, before: str = "") -> list[SightingRow]:
    """Somebody's own sightings, the newest first.

    Args:
        c: A reading connection.
        person_id: Whose.
        limit: How many at most.
        before: A cursor: the list goes on behind it.
    """
    return _rows(c, _all().where(sighting.c.person_id == person_id), limit, before)


def waiting_of(c: Connection, person_id: str, limit: int = 50) -> list[SightingRow]:
    """Those of somebody's sightings that wait for an answer, the newest first."""
    query = _all().where(
        sighting.c.person_id == person_id,
        sighting_state.c.gate == "waiting",
        sighting_state.c.is_withdrawn.is_(False),
    )
    return _rows(c, query, limit, "")


def cleared(
    c: Connection, *, limit: int, before: str = "", competitor: str = "", only_unread: bool = False
) -> list[SightingRow]:
    """What colleagues may read, the newest first.

    Args:
        c: A reading connection.
        limit: How many at most.
        before: A cursor: the list goes on behind it.
        competitor: Slug of the only competitor that counts; empty: all.
        only_unread: Leaves out what has been read.
    """
    query = _all().where(_may_be_read())
    if competitor:
        query = query.where(sighting.c.competitor == competitor)
    if only_unread:
        query = query.where(sighting_state.c.read_at.is_(None))
    return _rows(c, query, limit, before)


def unread_count(c: Connection) -> int:
    """How many of those that colleagues may read nobody has read yet."""
    query = select(func.count()).select_from(sighting_state).where(_may_be_read(), sighting_state.c.read_at.is_(None))
    return int(c.execute(query).scalar_one())


def held(c: Connection, *, limit: int, before: str = "", only_open: bool = False) -> list[SightingRow]:
    """What the gate holds back, the newest first; `only_open`: what legal has still to decide."""
    states = _HELD[:1] if only_open else _HELD
    return _rows(c, _all().where(sighting_state.c.gate.in_(states)), limit, before)


def recent(c: Connection, competitor: str, limit: int) -> list[Heard]:
    """What colleagues reported about a competitor, the newest first, as far as everybody may read it."""
    query = (
        select(sighting.c.sighting_id, sighting.c.text, sighting.c.received_at)
        .join(sighting_state, sighting_state.c.sighting_id == sighting.c.sighting_id)
        .where(_may_be_read(), sighting.c.competitor == competitor)
        .order_by(sighting.c.received_at.desc(), sighting.c.sighting_id)
        .limit(limit)
    )
    return [
        Heard(sighting_id=row.sighting_id, text=personal.masked(row.text), received_at=row.received_at)
        for row in c.execute(query)
    ]


def readable(c: Connection, sighting_ids: Collection[str]) -> frozenset[str]:
    """Those of these sightings that colleagues may read now: a published file may be older than a withdrawal."""
    if not sighting_ids:
        return frozenset()
    query = select(sighting_state.c.sighting_id).where(_may_be_read(), sighting_state.c.sighting_id.in_(sighting_ids))
    return frozenset(c.execute(query).scalars())


def names_of(c: Connection, person_ids: Collection[str]) -> dict[str, str]:
    """People's names by their ids."""
    if not person_ids:
        return {}
    query = select(person.c.person_id, person.c.name).where(person.c.person_id.in_(set(person_ids)))
    return {row.person_id: row.name for row in c.execute(query)}


def name_of(c: Connection, person_id: str) -> str:
    """Somebody's name; empty where there is nobody of that id."""
    return names_of(c, [person_id]).get(person_id, "")


def attachment(c: Connection, attachment_id: str) -> AttachmentRow:
    """One file; whether somebody may have it, its sighting decides.

    Raises:
        NotFoundError: There is none.
    """
    query = select(attachment_table.c.sighting_id).where(attachment_table.c.attachment_id == attachment_id)
    sighting_id = c.execute(query).scalar_one_or_none()
    for one in sightings.receipt(c, sighting_id).attachments if sighting_id else ():
        if one.attachment_id == attachment_id:
            return one
    raise NotFoundError("there is no such file")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened to a sighting.

    Attributes:
        kind: What, in one word.
        at: When.
        by: Id of the person who did it; None: the machine itself.
    """

    kind: str
    at: datetime
    by: str | None


def events(c: Connection, sighting_id: str) -> list[Event]:
    """All that happened to a sighting, the oldest first."""
    query = (
        select(sighting_event).where(sighting_event.c.sighting_id == sighting_id).order_by(sighting_event.c.event_id)
    )
    return [Event(kind=row.kind, at=row.at, by=row.person_id) for row in c.execute(query)]


def was_held(c: Connection, sighting_id: str) -> bool:
    """Whether the gate ever held a sighting back."""
    return any(one.kind in _HELD for one in events(c, sighting_id))


def cursor_of(row: SightingRow) -> str:
    """The cursor behind which a list goes on after this row."""
    return f"{row.received_at.astimezone(UTC).isoformat()},{row.sighting_id}"


def _all() -> Select[tuple[str]]:
    return select(sighting.c.sighting_id).join(sighting_state, sighting_state.c.sighting_id == sighting.c.sighting_id)


def _may_be_read() -> ColumnElement[bool]:
    return and_(sighting_state.c.gate == "cleared", sighting_state.c.is_withdrawn.is_(False))


def _rows(c: Connection, query: Select[tuple[str]], limit: int, before: str) -> list[SightingRow]:
    newest = (sighting.c.received_at.desc(), sighting.c.sighting_id)
    ids: Sequence[str] = c.execute(query.where(_behind(before)).order_by(*newest).limit(limit)).scalars().all()
    return [sightings.sighting(c, one) for one in ids]


def _behind(cursor: str) -> ColumnElement[bool]:
    """What stands behind a cursor; nothing stands behind one that is none."""
    if not cursor:
        return sighting.c.sighting_id.is_not(None)
    moment, _, sighting_id = cursor.partition(",")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return false()
    if at.tzinfo is None:
        return false()
    received = sighting.c.received_at
    return or_(received < at, and_(received == at, sighting.c.sighting_id > sighting_id))
