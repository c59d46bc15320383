"""The files of sightings: taken out of the inbox once the gate has cleared, or thrown away where it forbids them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from uuid import UUID, uuid5

from sqlalchemy import and_, insert, or_, select

from desk.accepting import gate
from desk.accepting.inbox import DamagedEntryError, Entry, Inbox
from desk.accepting.limits import Limits
from desk.database import Connection, Desk
from desk.following.sighting_log import events, last_event_id, reasons
from desk.following.sighting_rows import AttachmentRow, SightingRow, sighting
from desk.indexing.attachments import Attachments, prepared
from desk.schema import attachment as attachment_table
from desk.schema import sighting_event
from detente.sightings import Gate

log = logging.getLogger(__name__)  # without traces, which could hold what a person wrote

# of an entry whose words may not be kept
_BARE = ("sighting_id", "competitor", *gate.ANSWERS)


def unpack(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits, entries: Sequence[Entry]) -> None:
    """Stores the files of these entries, writes their rows, and takes what came out of the inbox.

    It may be killed anywhere, and run again: stored files are durable before a row names them, and the row before the
    inbox lets go. A file that was refused stays in its entry, where nobody sees it: a decoder's fault must not destroy
    what was acknowledged.

    Args:
        desk: Where the rows go; each sighting must be there.
        inbox: Where the entries are.
        attachments: Where the files go.
        limits: Bounds of a picture.
        entries: Entries that hold files, all of cleared sightings.

    Raises:
        StorageError: The disk refused; run it again.
    """
    came = [(entry, position) for entry in entries for position in range(len(entry.files))]
    files = [(inbox.file(entry.entry_id, position), entry.files[position].name) for entry, position in came]
    ready = prepared(files, limits)
    rows = []
    for (entry, position), one in zip(came, ready, strict=True):
        stored = attachments.put(one.body) if one.body is not None else None
        rows.append(
            AttachmentRow(
                attachment_id=str(uuid5(UUID(entry.entry_id), str(position))),
                sighting_id=entry.sighting_id,
                position=position,
                file_name=one.file_name,
                kind=one.kind,
                reason=one.reason[:200],
                media_type=one.media_type,
                byte_count=len(one.body or b""),
                stored_hash=stored,
                received_hash=one.received_hash,
                added_at=entry.received_at,
            )
        )
    with desk.writing() as c:
        for row in rows:
            add_row(c, row)
    for entry in entries:
        ids = {str(uuid5(UUID(entry.entry_id), str(position))) for position in range(len(entry.files))}
        mine = [row for row in rows if row.attachment_id in ids]
        if all(row.kind != "refused" for row in mine):
            inbox.rewrite(replace(entry, attachments=tuple(_plain(row) for row in mine)))
        inbox.keep(entry.entry_id)


def add_row(c: Connection, row: AttachmentRow) -> None:
    """Writes an attachment's row, unless it is there or its sighting may no longer have one."""
    there = sighting(c, row.sighting_id)
    if there.gate != "cleared" or there.is_withdrawn:
        return
    known = select(attachment_table.c.attachment_id).where(attachment_table.c.attachment_id == row.attachment_id)
    if c.execute(known).one_or_none() is None:
        c.execute(insert(attachment_table).values(**asdict(row)))


def settle(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits, sighting_id: str) -> None:
    """Brings the inbox's entries of a sighting in line with what was decided about it since.

    Cleared: its files are unpacked. Not kept: text and files are taken out. Withdrawn: the entry says so, so that a
    desk made anew says so too. May be run again at any time.
    """
    with desk.reading() as c:
        row = sighting(c, sighting_id)
        happened = events(c, sighting_id)
    added = [
        str(event.detail["entry_id"]) for event in happened if event.kind == "attachment" and "entry_id" in event.detail
    ]
    keeps_files = row.gate != "not_kept" and gate.keeps_files(reasons(happened))
    for entry_id in (sighting_id, *added):
        try:
            entry = inbox.find(entry_id)
        except DamagedEntryError as error:
            log.error("an entry cannot be brought in line with the desk: %s", error)  # noqa: TRY400
            continue
        if entry is None:
            continue
        if not keeps_files:
            _strip(inbox, entry, row, reasons(happened))
        elif row.is_withdrawn:
            _mark_withdrawn(inbox, entry)
        elif row.gate == "cleared" and entry.holds_files and entry.files:
            unpack(desk, inbox, attachments, limits, [entry])


def settle_all(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits) -> None:
    """Settles every sighting about which a person decided since the last time, whoever was killed in between."""
    mark = inbox.settled()
    with desk.reading() as c:
        last = last_event_id(c)
        decided = or_(
            sighting_event.c.kind.in_(("released", "withdrawn")),
            and_(
                sighting_event.c.kind.in_(("cleared", "quarantined", "not_kept")),
                sighting_event.c.person_id.is_not(None),
            ),
        )
        # a desk that was made anew counts from the beginning
        after = sighting_event.c.event_id > (mark if mark <= last else 0)
        ids = list(c.execute(select(sighting_event.c.sighting_id).where(after, decided).distinct()).scalars())
    for sighting_id in ids:
        settle(desk, inbox, attachments, limits, sighting_id)
    if last != mark:
        inbox.set_settled(last)


def _strip(inbox: Inbox, entry: Entry, row: SightingRow, why: tuple[str, ...]) -> None:
    keeps_text = row.gate != "not_kept"
    if not entry.gate.keeps_files and (keeps_text or not entry.gate.keeps_text):
        return
    stripped = replace(entry, files=(), attachments=(), gate=replace(entry.gate, keeps_files=False))
    if not keeps_text:
        answers = {name: getattr(row, name) for name in _BARE if getattr(row, name) is not None}
        stripped = replace(
            stripped,
            submission=answers | {"text": ""} if entry.kind == "sighting" else {},
            digest="",
            deal_amount=None,
            deal_currency=None,
            gate=Gate(state="not_kept", reasons=why, keeps_text=False, keeps_files=False),
        )
    inbox.rewrite(stripped)


def _mark_withdrawn(inbox: Inbox, entry: Entry) -> None:
    if entry.is_withdrawn or entry.kind != "sighting":
        return
    files = [inbox.file(entry.entry_id, position) for position in range(len(entry.files))] if entry.holds_files else ()
    inbox.rewrite(replace(entry, is_withdrawn=True), files)


def _plain(row: AttachmentRow) -> dict[str, object]:
    return asdict(row) | {"added_at": row.added_at.isoformat()}
