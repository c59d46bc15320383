"""What was kept for long enough goes, as listed before; what is counted goes on being counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from desk_rows import id_of, put_attachment, put_sighting
from set_clock import SetClock
from sqlalchemy import select, update

from desk import schema, sign_in
from desk.accepting.inbox import Entry, FileNote, Inbox
from desk.database import Desk
from desk.following import messages, sightings
from desk.indexing.attachments import Attachments
from desk.privacy import retention
from detente.errors import NotFoundError
from detente.people import Person
from detente.settings import RetentionSettings
from detente.sightings import Gate

Add = Callable[..., Person]
SETTINGS = RetentionSettings()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments")


@pytest.fixture
def rita(add: Add) -> str:
    return add("Rita", "rep").person_id


def entry_at(inbox: Inbox, number: int, person_id: str, at: datetime, **more: Any) -> None:
    note = FileNote(name="photo.png", media_type="image/png", byte_count=1, received_hash="0" * 64)
    entry = Entry(
        entry_id=id_of(number), sighting_id=id_of(number), person_id=person_id, channel="form", received_at=at,
        digest="d", gate=Gate(state="quarantined"), submission={"sighting_id": id_of(number), "text": "canary"},
        files=(note,),
    )  # fmt: skip
    inbox.put(replace(entry, **more), [b"canary"])
    inbox.keep(id_of(number))


def ran(desk: Desk, inbox: Inbox, attachments: Attachments) -> retention.Outdated:
    """Lists and removes; the two must be the same."""
    now = desk.clock.now()
    planned = retention.outdated(desk, inbox, SETTINGS, now)
    removed = retention.remove(desk, inbox, attachments, SETTINGS, by=None, now=now)
    assert planned == removed
    assert retention.outdated(desk, inbox, SETTINGS, now).is_empty
    return removed


def rows(desk: Desk, table: Any) -> list[Any]:
    with desk.reading() as c:
        return list(c.execute(select(table).order_by(*table.primary_key.columns)))


def test_a_file_goes_after_its_days_and_not_before(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    put_sighting(desk, 1, rita)
    stored = attachments.put(b"photo")
    one = put_attachment(desk, 1, id_of(1), stored)
    clock.go(days=SETTINGS.attachments_days)
    before = ran(desk, inbox, attachments)
    clock.go(seconds=1)
    after = ran(desk, inbox, attachments)

    assert before.is_empty
    assert after.files == (one,)
    with pytest.raises(NotFoundError):
        attachments.get(stored)
    [row] = rows(desk, schema.attachment)
    assert (row.kind, row.reason, row.file_name, row.stored_hash, row.byte_count) == ("refused", "erased", "", None, 3)


def test_a_file_that_a_younger_sighting_holds_stays(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    put_sighting(desk, 1, rita)
    stored = attachments.put(b"photo")
    put_attachment(desk, 1, id_of(1), stored)
    clock.go(days=300)
    put_sighting(desk, 2, rita)
    put_attachment(desk, 2, id_of(2), stored)
    clock.go(days=101)

    assert len(ran(desk, inbox, attachments).files) == 1
    assert attachments.get(stored) == b"photo"


def test_a_desk_made_anew_lacks_the_file_too(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    put_sighting(desk, 1, rita)
    one = put_attachment(desk, 1, id_of(1), attachments.put(b"photo"))
    told = {"attachment_id": one, "stored_hash": "0" * 64, "file_name": "photo.png"}
    entry_at(inbox, 1, rita, clock.now(), attachments=(told,))
    entry = inbox.find(id_of(1))
    assert entry is not None
    inbox.rewrite(entry)
    clock.go(days=401)
    ran(desk, inbox, attachments)

    entry = inbox.find(id_of(1))
    assert entry is not None
    assert (entry.attachments[0]["stored_hash"], entry.attachments[0]["file_name"]) == (None, "")
    assert entry.submission["text"] == "canary"


def test_files_that_were_never_unpacked_go_too_and_the_words_stay(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    entry_at(inbox, 1, rita, clock.now())
    put_sighting(desk, 1, rita, gate="quarantined")
    clock.go(days=401)

    assert ran(desk, inbox, attachments).unopened == (id_of(1),)
    entry = inbox.find(id_of(1))
    assert entry is not None
    assert (entry.files, entry.submission["text"]) == ((), "canary")
    with pytest.raises(NotFoundError):
        inbox.file(id_of(1), 0)


def test_words_go_after_their_days_and_what_is_counted_stays(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    at = clock.now()
    entry_at(inbox, 1, rita, at)
    put_sighting(desk, 1, rita, text="canary", customer="canary", comparison="canary")
    with desk.writing() as c:
        sightings.answer(c, id_of(1), "canary", by=rita, now=at)
    clock.go(days=SETTINGS.text_days)
    put_sighting(desk, 2, rita, text="young")
    with desk.writing() as c:
        sightings.answer(c, id_of(1), "young", by=rita, now=clock.now())
    events = rows(desk, schema.sighting_event)
    early = ran(desk, inbox, attachments)
    clock.go(seconds=1)
    found = ran(desk, inbox, attachments)

    assert (early.texts, early.notes) == ((), ())
    assert (found.texts, len(found.notes)) == ((id_of(1),), 1)
    assert [row.text for row in rows(desk, schema.sighting)] == ["", "young"]
    assert sorted(row.text for row in rows(desk, schema.note)) == ["", "young"]
    assert "canary" not in str(rows(desk, schema.sighting)) + str(rows(desk, schema.note))
    entry = inbox.find(id_of(1))
    assert entry is not None
    assert (entry.is_erased, entry.submission["text"]) == (True, "")
    assert rows(desk, schema.sighting_event)[: len(events)] == events
    old = rows(desk, schema.sighting)[0]
    assert (old.person_id, old.received_at, old.competitor, old.source) == (rita, at, "globex", "customer")


def test_a_withdrawn_sighting_loses_its_words_too(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    put_sighting(desk, 1, rita)
    with desk.writing() as c:
        sightings.withdraw(c, id_of(1), by=rita, now=clock.now())
    clock.go(days=731)

    assert ran(desk, inbox, attachments).texts == (id_of(1),)


def test_ended_ways_in_and_sent_mails_go_and_open_ones_stay(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    now = clock.now()
    with desk.writing() as c:
        sign_in.begin_session(c, rita, now, 1)
        sign_in.begin_session(c, rita, now, 24 * 365)
        sign_in.new_link(c, rita, now)
        sign_in.new_token(c, rita, "old", ["sightings:write"], now, 1, by=rita)
        sign_in.new_token(c, rita, "for ever", ["sightings:write"], now, None, by=rita)
        messages.queue(c, rita, "unread", None, now=now)
        c.execute(update(schema.message).values(sent_at=now))
        messages.queue(c, rita, "unread", None, now=now)
    clock.go(days=SETTINGS.sessions_days + 1, seconds=3601)

    assert ran(desk, inbox, attachments).ended == {"sessions": 1, "links": 1, "tokens": 1, "messages": 1}
    assert [row.name for row in rows(desk, schema.token)] == ["for ever"]
    assert len(rows(desk, schema.session)) == 1
    assert [row.sent_at for row in rows(desk, schema.message)] == [None]


def test_a_run_stands_in_the_audit_and_one_without_work_does_not(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: str, clock: SetClock
) -> None:
    put_sighting(desk, 1, rita)
    ran(desk, inbox, attachments)
    before = [row.action for row in rows(desk, schema.audit)]
    clock.go(days=731)
    ran(desk, inbox, attachments)

    assert "retention_run" not in before
    assert [row.action for row in rows(desk, schema.audit)] == [*before, "retention_run"]
