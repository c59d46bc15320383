"""What has been kept for long enough: files, words, ended sessions. What is counted goes on being counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from desk import audit
from desk.accepting.inbox import DamagedEntryError, Entry, Inbox
from desk.database import Connection, Desk
from desk.following import sightings
from desk.indexing.attachments import Attachments
from desk.privacy.erase import BLANK, NO_FILE
from desk.schema import attachment, message, note, session, sighting, sign_in_link, token
from detente.settings import RetentionSettings

_IN_ONE_STATEMENT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Outdated:
    """What is removed, by id.

    Attributes:
        files: Attachments whose file goes.
        unopened: Entries of the inbox whose files go: they were never unpacked, since the gate never cleared them.
        texts: Sightings whose words go.
        notes: Questions, answers and reasons whose words go.
        ended: By table, how many ended sessions, links, tokens and sent messages go.
    """

    files: tuple[str, ...]
    unopened: tuple[str, ...]
    texts: tuple[str, ...]
    notes: tuple[str, ...]
    ended: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remove."""
        return not (self.files or self.unopened or self.texts or self.notes or any(self.ended.values()))


def outdated(desk: Desk, inbox: Inbox, settings: RetentionSettings, now: datetime) -> Outdated:
    """Lists what `remove` would remove at that time; nothing is changed."""
    files_before = now - timedelta(days=settings.attachments_days)
    text_before = now - timedelta(days=settings.text_days)
    with desk.reading() as c:
        files = select(attachment.c.attachment_id).where(
            attachment.c.stored_hash.is_not(None), attachment.c.added_at < files_before
        )
        texts = select(sighting.c.sighting_id).where(sighting.c.digest != "", sighting.c.received_at < text_before)
        notes = select(note.c.note_id).where(note.c.text != "", note.c.at < text_before)
        return Outdated(
            files=tuple(sorted(c.execute(files).scalars())),
            unopened=tuple(sorted(entry.entry_id for entry in _unopened(inbox, files_before))),
            texts=tuple(sorted(c.execute(texts).scalars())),
            notes=tuple(sorted(c.execute(notes).scalars())),
            ended={
                name: int(c.execute(select(func.count()).select_from(table).where(condition)).scalar_one())
                for name, (table, condition) in _ended(settings, now).items()
            },
        )


def remove(
    desk: Desk, inbox: Inbox, attachments: Attachments, settings: RetentionSettings, *, by: str | None, now: datetime
) -> Outdated:
    """Removes what is outdated and returns the list; run it again where it was interrupted.

    Raises:
        StorageError: The disk refused; run it again.
    """
    found = outdated(desk, inbox, settings, now)
    if found.is_empty:
        return found
    _remove_files(desk, inbox, attachments, found)
    for sighting_id in found.texts:
        inbox.blank(sighting_id)
    with desk.writing() as c:
        _forget(c, found, now)
        for table, condition in _ended(settings, now).values():
            c.execute(delete(table).where(condition))
        counts = {"files": len(found.files) + len(found.unopened), "texts": len(found.texts), "notes": len(found.notes)}
        audit.record(c, by=by, action="retention_run", subject="desk", now=now, **counts, **found.ended)
    return found


def _remove_files(desk: Desk, inbox: Inbox, attachments: Attachments, found: Outdated) -> None:
    ids = set(found.files)
    with desk.reading() as c:
        rows = c.execute(select(attachment).where(attachment.c.stored_hash.is_not(None))).all()
    kept = {row.stored_hash for row in rows if row.attachment_id not in ids}
    touched: set[str] = set()
    for row in rows:
        if row.attachment_id in ids:
            if row.stored_hash not in kept:
                attachments.remove(row.stored_hash)
            touched.add(row.sighting_id)
    for sighting_id in sorted(touched):
        with desk.reading() as c:
            later = [event.detail.get("entry_id") for event in sightings.events(c, sighting_id)]
        for entry_id in (sighting_id, *(str(one) for one in later if one)):
            _strip(inbox, entry_id, ids)
    for entry_id in found.unopened:
        entry = inbox.find(entry_id)
        if entry is not None:
            inbox.rewrite(replace(entry, files=()))


def _strip(inbox: Inbox, entry_id: str, ids: set[str]) -> None:
    """Takes the outdated files out of what an entry tells of its attachments: a desk made anew lacks them, too."""
    entry = inbox.find(entry_id)
    if entry is None or not any(row["attachment_id"] in ids for row in entry.attachments):
        return
    rows = tuple(row | NO_FILE if row["attachment_id"] in ids else row for row in entry.attachments)
    inbox.rewrite(replace(entry, attachments=rows))


def _forget(c: Connection, found: Outdated, now: datetime) -> None:
    for part in _parts(found.files):
        touched = select(attachment.c.sighting_id).where(attachment.c.attachment_id.in_(part)).distinct()
        for sighting_id in c.execute(touched).scalars().all():
            sightings.record(c, sighting_id, "erased", by=None, now=now, what="files")
        c.execute(update(attachment).where(attachment.c.attachment_id.in_(part)).values(NO_FILE))
    for part in _parts(found.texts):
        for sighting_id in part:
            sightings.record(c, sighting_id, "erased", by=None, now=now, what="text")
        c.execute(update(sighting).where(sighting.c.sighting_id.in_(part)).values(BLANK))
    for part in _parts(found.notes):
        c.execute(update(note).where(note.c.note_id.in_(part)).values(text=""))


def _ended(settings: RetentionSettings, now: datetime) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    before = now - timedelta(days=settings.sessions_days)
    return {
        "sessions": (session, func.coalesce(session.c.ended_at, session.c.expires_at) < before),
        "links": (sign_in_link, func.coalesce(sign_in_link.c.used_at, sign_in_link.c.expires_at) < before),
        "tokens": (token, func.coalesce(token.c.revoked_at, token.c.expires_at) < before),
        "messages": (message, message.c.sent_at < before),
    }


def _unopened(inbox: Inbox, before: datetime) -> list[Entry]:
    found = []
    for path in inbox.kept():
        try:
            entry = inbox.read(path)
        except (DamagedEntryError, FileNotFoundError):
            continue
        if entry.holds_files and entry.files and entry.received_at < before:
            found.append(entry)
    return found


def _parts(ids: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [ids[start : start + _IN_ONE_STATEMENT] for start in range(0, len(ids), _IN_ONE_STATEMENT)]
