"""Erasing somebody takes their words, files and ways in; that something was reported, and what became of it, stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from desk_rows import id_of, put_attachment, put_sighting
from set_clock import SetClock
from sqlalchemy import select

from desk import audit, people, schema, sign_in
from desk.accepting.inbox import Entry, FileNote, Inbox
from desk.database import Desk
from desk.following import messages, sightings
from desk.indexing.attachments import Attachments
from desk.privacy import erase
from detente.errors import NotFoundError
from detente.people import Person
from detente.sightings import Gate

Add = Callable[..., Person]
CANARY = "canary-7f3a"
BODY = f"{CANARY} bytes of a file".encode()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments")


@pytest.fixture
def rita(desk: Desk, inbox: Inbox, attachments: Attachments, add: Add) -> Person:
    """Somebody of whom there is something in every place, a canary in each."""
    rita, paul = add(f"Rita{CANARY}", "rep", password="a long pass phrase"), add("Paul", "pm")
    now = desk.clock.now()
    columns = ("text", "competitor_name", "customer", "deal", "area", "comparison", "deal_amount_text")
    words = dict.fromkeys(columns, CANARY)
    note = FileNote(name=f"{CANARY}.png", media_type="image/png", byte_count=len(BODY), received_hash="0" * 64)
    for number, gate in ((1, "cleared"), (2, "quarantined")):
        put_sighting(desk, number, rita.person_id, gate=gate, **words)
        entry = Entry(
            entry_id=id_of(number), sighting_id=id_of(number), person_id=rita.person_id, channel="form",
            received_at=now, digest="d" * 64, gate=Gate(state=gate),
            submission={"sighting_id": id_of(number), "text": CANARY}, files=(note,),
        )  # fmt: skip
        inbox.put(entry, [BODY])
        inbox.keep(id_of(number))
    put_attachment(desk, 1, id_of(1), attachments.put(BODY), file_name=f"{CANARY}.png")
    with desk.writing() as c:
        sightings.ask(c, id_of(1), f"{CANARY}?", by=paul.person_id, now=now)
        sightings.answer(c, id_of(1), f"{CANARY}!", by=rita.person_id, now=now)
        people.link_identity(c, "https://idp.test", CANARY, rita.person_id, by=None, now=now)
        sign_in.begin_session(c, rita.person_id, now, 1)
        sign_in.new_link(c, rita.person_id, now)
        sign_in.new_token(c, rita.person_id, CANARY, ["sightings:write"], now, 30, by=rita.person_id)
        messages.queue(c, rita.person_id, "unread_told", id_of(1), now=now)
    (inbox.folder / "aside" / f"{id_of(1)}-0123").write_text(CANARY)
    (inbox.folder / "damaged").mkdir()
    (inbox.folder / "damaged" / f"{id_of(2)}-0123.zip").write_text(CANARY)
    return rita


def everything(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    with desk.reading() as c:
        return {
            table.name: [dict(row._mapping) for row in c.execute(select(table))]
            for table in schema.metadata.sorted_tables
        }


def files_with(folder: Path, words: str) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes())


def test_no_word_file_or_way_in_is_left(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, tmp_path: Path
) -> None:
    before = everything(desk)
    erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())
    desk.vacuum()
    after = everything(desk)

    assert CANARY in str(before)
    assert CANARY not in str(after)
    assert rita.email not in str(after)
    assert list(files_with(tmp_path, CANARY)) == []
    for name in ("identity", "session", "sign_in_link", "token", "message"):
        assert (len(before[name]) > 0, after[name]) == (True, []), name


def test_what_happened_and_all_totals_stay_under_a_former_member(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person
) -> None:
    before = everything(desk)
    erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())
    after = everything(desk)

    assert [event for event in after["sighting_event"] if event["kind"] != "erased"] == before["sighting_event"]
    assert [row["kind"] for row in after["sighting_event"]].count("erased") == 2
    for name in ("sighting", "sighting_state", "attachment", "note", "person"):
        assert len(after[name]) == len(before[name]), name
    kept = ("sighting_id", "person_id", "channel", "received_at", "competitor", "source", "deal_amount")
    assert [[row[name] for name in kept] for row in after["sighting"]] == [
        [row[name] for name in kept] for row in before["sighting"]
    ]
    [former] = [row for row in after["person"] if row["person_id"] == rita.person_id]
    assert (former["name"], former["email"], former["password_hash"]) == ("former member", None, None)
    assert former["erased_at"] == former["disabled_at"] == desk.clock.now()


def test_an_erasure_stands_in_the_audit_without_a_name(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person
) -> None:
    erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())

    with desk.reading() as c:
        newest = audit.entries(c, subject=rita.person_id)[0]
    assert (newest.action, dict(newest.detail)) == ("person_erased", {"sightings": 2, "notes": 2, "files": 1})


def test_a_dry_run_tells_the_same_and_changes_nothing(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, tmp_path: Path
) -> None:
    before, files = everything(desk), sorted(files_with(tmp_path, CANARY))
    planned = erase.plan(desk, inbox, rita.person_id)

    assert (everything(desk), sorted(files_with(tmp_path, CANARY))) == (before, files)
    assert asdict(planned) == {
        "person_id": rita.person_id, "sightings": 2, "notes": 2, "files": 1, "entries": 2, "doors": 4, "messages": 3,
    }  # fmt: skip
    assert erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now()) == planned


def test_erasing_twice_is_as_good_as_once(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, clock: SetClock
) -> None:
    erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())
    before = everything(desk)
    clock.go(days=1)
    again = erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())

    assert (again.sightings, again.notes, again.files, again.entries, again.doors) == (0, 0, 0, 0, 0)
    after = everything(desk)
    assert {name: rows for name, rows in after.items() if name != "audit"} == {
        name: rows for name, rows in before.items() if name != "audit"
    }


def test_a_file_that_a_colleague_reported_too_stays_theirs(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, add: Add
) -> None:
    ralf = add("Ralf", "rep")
    put_sighting(desk, 3, ralf.person_id)
    shared = attachments.put(BODY)
    put_attachment(desk, 3, id_of(3), shared)

    erased = erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())

    assert erased.files == 0
    assert attachments.get(shared) == BODY


def test_colleagues_and_their_sightings_stay_as_they_are(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, add: Add
) -> None:
    ralf = add("Ralf", "rep")
    put_sighting(desk, 3, ralf.person_id, text="Initech is cheap.")
    with desk.writing() as c:
        sightings.answer(c, id_of(3), "They say so.", by=ralf.person_id, now=desk.clock.now())

    erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())

    after = everything(desk)
    assert [row["text"] for row in after["sighting"] if row["person_id"] == ralf.person_id] == ["Initech is cheap."]
    assert [row["text"] for row in after["note"] if row["person_id"] == ralf.person_id] == ["They say so."]
    assert [row["email"] for row in after["person"] if row["person_id"] == ralf.person_id] == ["ralf@acme.test"]


def test_what_was_erased_is_not_taken_a_second_time(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person
) -> None:
    erase.erase(desk, inbox, attachments, rita.person_id, by=None, now=desk.clock.now())

    entry = inbox.find(id_of(1))
    assert entry is not None
    assert (entry.is_erased, entry.submission, entry.files) == (True, {"sighting_id": id_of(1), "text": ""}, ())


def test_nobody_is_erased_who_is_not_there(desk: Desk, inbox: Inbox, attachments: Attachments) -> None:
    with pytest.raises(NotFoundError):
        erase.plan(desk, inbox, "p_0")
    with pytest.raises(NotFoundError):
        erase.erase(desk, inbox, attachments, "p_0", by=None, now=desk.clock.now())


def test_what_sqlite_frees_is_only_gone_after_a_vacuum(tmp_path: Path) -> None:
    """A proof that the search for bytes can find something."""
    desk = Desk.open(tmp_path, "", SetClock())
    with desk.writing() as c:
        people.add_person(c, name=CANARY, email="rita@acme.test", roles=["rep"], by=None, now=desk.clock.now())
    before = CANARY.encode() in (tmp_path / "desk.sqlite").read_bytes()
    with desk.writing() as c:
        c.execute(schema.person_role.delete())
        c.execute(schema.person.delete())
    desk.vacuum()
    with desk.writing() as c:
        people.add_person(c, name="Paul", email="paul@acme.test", roles=["pm"], by=None, now=desk.clock.now())
    with desk.reading() as c:
        names = [one.name for one in people.people(c)]
    desk.close()

    assert before
    assert CANARY.encode() not in (tmp_path / "desk.sqlite").read_bytes()
    assert names == ["Paul"]
