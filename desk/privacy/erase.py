"""Erases a person: their words, files and ways in go; that something was reported, and what became of it, stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, or_, select, update

from desk import audit, people
from desk.accepting.inbox import Inbox
from desk.database import Connection, Desk
from desk.following import sightings
from desk.indexing.attachments import Attachments
from desk.personal import without_names
from desk.privacy.export import entries_of
from desk.schema import (
    attachment,
    decision,
    identity,
    message,
    note,
    person,
    person_role,
    session,
    sighting,
    sighting_event,
    sign_in_link,
    token,
)
from detente.errors import NotFoundError

FORMER = "former member"
# what a person wrote into a sighting, and what each of it becomes
BLANK: dict[str, object] = {
    "text": "", "competitor_name": "", "customer": "", "deal": "", "deal_amount_text": "", "area": "", "comparison": "",
    "digest": "",
}  # fmt: skip
NO_FILE: dict[str, object] = {
    "file_name": "", "kind": "refused", "reason": "erased", "media_type": "", "stored_hash": None, "received_hash": "",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What an erasure removes, or would remove.

    Attributes:
        person_id: Whom.
        sightings: How many of their sightings lose their words; they go on being counted.
        notes: How many questions, answers and reasons.
        files: How many stored files; one that somebody else's sighting holds, too, stays.
        entries: How many entries of the inbox are blanked.
        doors: How many sessions, links, tokens and identities.
        messages: How many mails that were sent or wait.
    """

    person_id: str
    sightings: int
    notes: int
    files: int
    entries: int
    doors: int
    messages: int


def plan(desk: Desk, inbox: Inbox, person_id: str) -> Erased:
    """What `erase` would remove; nothing is changed.

    Raises:
        NotFoundError: There is no such person.
    """
    with desk.reading() as c:
        if c.execute(select(person.c.person_id).where(person.c.person_id == person_id)).first() is None:
            raise NotFoundError("there is no such person")
        own = select(sighting.c.sighting_id).where(sighting.c.person_id == person_id)
        counts = {
            "sightings": _count(c, sighting, sighting.c.person_id == person_id, sighting.c.digest != ""),
            "notes": _count(
                c, note, or_(note.c.person_id == person_id, note.c.sighting_id.in_(own)), note.c.text != ""
            ),
            "doors": sum(_count(c, table, table.c.person_id == person_id) for table in _DOORS),
            "messages": _count(c, message, or_(message.c.person_id == person_id, message.c.sighting_id.in_(own))),
        }
        hashes = _own_hashes(c, person_id)
    entries = sum(not entry.is_erased for _, entry in entries_of(inbox, person_id))
    return Erased(person_id=person_id, files=len(hashes), entries=entries, **counts)


def erase(
    desk: Desk, inbox: Inbox, attachments: Attachments, person_id: str, *, by: str | None, now: datetime
) -> Erased:
    """Removes what a person wrote, sent and was known by; run it again where it was interrupted.

    What waits in the inbox must have been indexed before. Bytes that a database frees are gone after `Desk.vacuum`; the
    warehouse takes the events that this writes with its next ingest.

    Raises:
        NotFoundError: There is no such person.
        StorageError: The disk refused; run it again.
    """
    with desk.writing() as c:
        people.disable(c, person_id, by=by, now=now)  # nothing new comes of them from here on
    planned = plan(desk, inbox, person_id)
    with desk.reading() as c:
        hashes = _own_hashes(c, person_id)
    # files first: while their rows are there, a run that was interrupted finds them again
    for stored_hash in hashes:
        attachments.remove(stored_hash)
    for _, entry in list(entries_of(inbox, person_id)):
        if not entry.is_erased:
            inbox.blank(entry.entry_id)
        _remove_leftovers(inbox.folder, entry.entry_id)
    with desk.writing() as c:
        _blank(c, person_id, now)
        audit.record(
            c, by=by, action="person_erased", subject=person_id, now=now, sightings=planned.sightings,
            notes=planned.notes, files=planned.files,
        )  # fmt: skip
    return planned


_DOORS = (identity, session, sign_in_link, token)


def _count(c: Connection, table: object, *conditions: object) -> int:
    return int(c.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())  # type: ignore[arg-type]


def _own_hashes(c: Connection, person_id: str) -> list[str]:
    """Stored files that only this person's sightings hold."""
    holders = select(attachment.c.stored_hash, sighting.c.person_id).join(
        sighting, sighting.c.sighting_id == attachment.c.sighting_id
    )
    owners: dict[str, set[str]] = {}
    for row in c.execute(holders.where(attachment.c.stored_hash.is_not(None))):
        owners.setdefault(row.stored_hash, set()).add(row.person_id)
    return sorted(stored_hash for stored_hash, who in owners.items() if who == {person_id})


def _mask_in_decisions(c: Connection, person_id: str) -> None:
    """Takes out of the reasons of decisions the names that nobody could tell as such any more, once they are blank."""
    told = select(sighting_event.c.detail).join(sighting, sighting.c.sighting_id == sighting_event.c.sighting_id)
    mine = (sighting_event.c.kind == "decided", sighting.c.person_id == person_id)
    ids = {str(event.detail.get("decision_id")) for event in c.execute(told.where(*mine))}
    query = (
        select(sighting.c.customer, sighting.c.deal, person.c.name)
        .join(person, person.c.person_id == sighting.c.person_id)
        .where(person.c.person_id == person_id)
    )
    names = [{"[customer]": row.customer, "[deal]": row.deal, "[reporter]": row.name} for row in c.execute(query)]
    for row in c.execute(select(decision).where(decision.c.decision_id.in_(ids))).all() if names else ():
        words = {name: without_names(getattr(row, name), *names) for name in ("because", "reply")}
        c.execute(update(decision).where(decision.c.decision_id == row.decision_id).values(words))


def _blank(c: Connection, person_id: str, now: datetime) -> None:
    own = select(sighting.c.sighting_id).where(sighting.c.person_id == person_id)
    _mask_in_decisions(c, person_id)
    if c.execute(select(person.c.erased_at).where(person.c.person_id == person_id)).scalar_one() is None:
        for row in c.execute(own).all():
            sightings.record(c, row.sighting_id, "erased", by=None, now=now)
    c.execute(update(sighting).where(sighting.c.person_id == person_id).values(BLANK))
    c.execute(update(attachment).where(attachment.c.sighting_id.in_(own)).values(NO_FILE))
    c.execute(update(note).where(or_(note.c.person_id == person_id, note.c.sighting_id.in_(own))).values(text=""))
    c.execute(delete(message).where(or_(message.c.person_id == person_id, message.c.sighting_id.in_(own))))
    for table in (*_DOORS, person_role):
        c.execute(delete(table).where(table.c.person_id == person_id))
    c.execute(
        update(person)
        .where(person.c.person_id == person_id)
        .values(
            name=FORMER, email=None, password_hash=None, manager_id=None,
            disabled_at=func.coalesce(person.c.disabled_at, now), erased_at=func.coalesce(person.c.erased_at, now),
        )
    )  # fmt: skip


def _remove_leftovers(inbox: Path, entry_id: str) -> None:
    """What a process that was killed, or damage, left of an entry beside it."""
    for folder in ("aside", "damaged"):
        for path in (inbox / folder).glob(f"{entry_id}-*"):
            path.unlink(missing_ok=True)
