"""Sightings, notes and attachments as the desk keeps them, and who may see which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select

from desk.database import Connection
from desk.schema import attachment as attachment_table
from desk.schema import note, person, sighting_state
from desk.schema import sighting as sighting_table
from detente.errors import NotFoundError
from detente.people import Person, Role
from detente.sightings import GateState

PRODUCT: frozenset[Role] = frozenset({"pm", "sales_lead", "admin"})
"""The roles that read what the gate cleared."""

_HELD: tuple[GateState, ...] = ("quarantined", "waiting", "not_kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class SightingRow:
    """A sighting and where it stands; the first columns are those of the table `sighting`."""

    sighting_id: str
    person_id: str
    channel: str
    received_at: datetime
    sent_at: datetime | None
    digest: str
    text: str
    competitor: str | None
    competitor_name: str
    source: str | None
    confidential: str | None
    nda: str | None
    meant_for_me: str | None
    knew_me: str | None
    own_prices: str | None
    customer: str
    deal: str
    deal_amount_text: str
    deal_amount: Decimal | None
    deal_currency: str | None
    stage: str | None
    close_on: date | None
    area: str
    comparison: str
    motive: str | None
    confidence: str | None
    happened_on: date | None
    may_call: bool
    gate: GateState
    is_withdrawn: bool
    read_at: datetime | None
    nudged_at: datetime | None
    last_event_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentRow:
    """A file with a sighting; the columns are those of the table `attachment`."""

    attachment_id: str
    sighting_id: str
    position: int
    file_name: str
    kind: str
    reason: str
    media_type: str
    byte_count: int
    stored_hash: str | None
    received_hash: str
    added_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteRow:
    """A question, an answer, or legal's reason.

    Attributes:
        note_id: Random.
        kind: `question`, `answer` or `reason`.
        text: As written; empty once erased.
        at: When.
        person_id: Who wrote it.
        by_name: Their name.
    """

    note_id: str
    kind: str
    text: str
    at: datetime
    person_id: str
    by_name: str


_COLUMNS = [*sighting_table.columns, *(one for one in sighting_state.columns if one.name != "sighting_id")]
_NAMES = tuple(field.name for field in fields(SightingRow))


def sighting(c: Connection, sighting_id: str) -> SightingRow:
    """One sighting, whoever asks.

    Raises:
        NotFoundError: There is none with that id.
    """
    found = rows_of(c, sighting_table.c.sighting_id == sighting_id, limit=1)
    if not found:
        raise NotFoundError("there is no such sighting")
    return found[0]


def visible_to(c: Connection, sighting_id: str, person: Person) -> SightingRow:
    """One sighting, for somebody who may see it.

    Their own they may always see. What the gate cleared, and nobody withdrew, Product may see; all else is for legal.

    Raises:
        NotFoundError: There is none, or it is not for this person: the two are told alike.
    """
    row = sighting(c, sighting_id)
    is_own = row.person_id == person.person_id
    for_product = row.gate == "cleared" and not row.is_withdrawn and bool(PRODUCT & person.roles)
    for_legal = row.gate != "cleared" and "legal" in person.roles
    if not (is_own or for_product or for_legal):
        raise NotFoundError("there is no such sighting")
    return row


def sightings_of(c: Connection, person_id: str, limit: int = 50, before: str | None = None) -> list[SightingRow]:
    """What somebody reported, newest first.

    Args:
        c: A connection.
        person_id: Whose.
        limit: How many at most.
        before: The id of the last one that was shown; only older ones follow.
    """
    return rows_of(c, sighting_table.c.person_id == person_id, limit=limit, before=before)


def quarantine(
    c: Connection, limit: int = 50, before: str | None = None, states: Collection[GateState] = _HELD
) -> list[SightingRow]:
    """What legal has to look at or to know of, newest first: quarantined, waiting for an answer, and not kept."""
    return rows_of(
        c,
        sighting_state.c.gate.in_(tuple(states)),
        sighting_state.c.is_withdrawn.is_(False),
        limit=limit,
        before=before,
    )


def attachments_of(c: Connection, sighting_id: str) -> list[AttachmentRow]:
    """The files of a sighting that were unpacked, in their order."""
    table = attachment_table
    found = c.execute(
        select(table).where(table.c.sighting_id == sighting_id).order_by(table.c.added_at, table.c.position)
    )
    return [AttachmentRow(**row._mapping) for row in found]


def attachment(c: Connection, attachment_id: str) -> AttachmentRow:
    """One file's row; whether somebody may see it is whether they may see its sighting.

    Raises:
        NotFoundError: There is none with that id.
    """
    found = c.execute(select(attachment_table).where(attachment_table.c.attachment_id == attachment_id)).one_or_none()
    if found is None:
        raise NotFoundError("there is no such file")
    return AttachmentRow(**found._mapping)


def same_files(c: Connection, sighting_id: str) -> list[str]:
    """Ids of other sightings, cleared and not withdrawn, with which the very same file came: perhaps duplicates."""
    table, other = attachment_table, attachment_table.alias()
    query = (
        select(other.c.sighting_id)
        .join(table, table.c.received_hash == other.c.received_hash)
        .join(sighting_state, sighting_state.c.sighting_id == other.c.sighting_id)
        .where(
            table.c.sighting_id == sighting_id,
            other.c.sighting_id != sighting_id,
            sighting_state.c.gate == "cleared",
            sighting_state.c.is_withdrawn.is_(False),
        )
        .distinct()
        .order_by(other.c.sighting_id)
    )
    return list(c.execute(query).scalars())


def notes_of(c: Connection, sighting_id: str, kinds: Collection[str] = ("question", "answer")) -> list[NoteRow]:
    """Questions and answers, oldest first; legal's reasons only where they are asked for."""
    query = (
        select(note, person.c.name.label("by_name"))
        .join(person, person.c.person_id == note.c.person_id)
        .where(note.c.sighting_id == sighting_id, note.c.kind.in_(tuple(kinds)))
        .order_by(note.c.at, note.c.note_id)
    )
    return [
        NoteRow(
            note_id=row.note_id, kind=row.kind, text=row.text, at=row.at, person_id=row.person_id, by_name=row.by_name
        )
        for row in c.execute(query)
    ]


def shown_text(row: SightingRow, *, is_own: bool) -> str | None:
    """What was reported, where it may be shown outside the legal role; None otherwise.

    What the gate holds back is not even shown to its reporter: neither their pages nor their terminal are the legal
    role's.
    """
    may = row.gate == "cleared" or (row.gate == "waiting" and is_own)
    return row.text if may and row.text and (is_own or not row.is_withdrawn) else None


def short_name(sighting_id: str) -> str:
    """What people call it, e.g. `R-0D9CF1C0`; short enough to be said aloud, and never looked up by."""
    return f"R-{sighting_id[:8].upper()}"


def rows_of(c: Connection, *which: ColumnElement[bool], limit: int, before: str | None = None) -> list[SightingRow]:
    """Sightings for which all of these hold, the newest first.

    Args:
        c: A connection.
        which: Conditions on the tables `sighting` and `sighting_state`; the first says whose list it is.
        limit: How many at most.
        before: The id of the last one that was shown; only older ones follow.
    """
    table = sighting_table
    query = select(*_COLUMNS).join(sighting_state, sighting_state.c.sighting_id == table.c.sighting_id).where(*which)
    if before:
        # as if there were none where the list's first condition, which says whose it is, does not hold for it: where
        # a list goes on must not tell of a sighting that is not for its reader
        asked = select(table.c.received_at).join(sighting_state, sighting_state.c.sighting_id == table.c.sighting_id)
        last = c.execute(asked.where(table.c.sighting_id == before, *which[:1])).scalar_one_or_none()
        if last is not None:
            same = and_(table.c.received_at == last, table.c.sighting_id < before)
            query = query.where(or_(table.c.received_at < last, same))
    query = query.order_by(table.c.received_at.desc(), table.c.sighting_id.desc()).limit(limit)
    return [SightingRow(**{name: row._mapping[name] for name in _NAMES}) for row in c.execute(query)]
