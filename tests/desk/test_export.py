"""An export of a person holds all that is kept of them, from every table and file, and nothing that opens a door."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from desk_rows import id_of, put_attachment, put_judgements, put_sighting
from sqlalchemy import Column, String, Text, insert, update

from desk import audit, people, schema, sign_in
from desk.accepting.inbox import Entry, FileNote, Inbox
from desk.database import Desk
from desk.following import messages, sightings
from desk.indexing.attachments import Attachments
from desk.privacy.data_map import NOBODYS, SECRETS, rows_of
from desk.privacy.export import export_person
from detente.errors import NotFoundError, StorageError
from detente.people import Person
from detente.sightings import Gate

Add = Callable[..., Person]
# ids and enumerated words, which no canary can stand in; a column that is in neither list fails the test
WORDS = {
    "person_role.role", "sighting.channel", "sighting.competitor", "sighting.source",
    "sighting.confidential", "sighting.nda", "sighting.meant_for_me", "sighting.knew_me", "sighting.own_prices",
    "sighting.deal_currency", "sighting.stage", "sighting.motive", "sighting.confidence", "sighting.digest",
    "sighting_state.gate", "sighting_event.kind", "note.kind", "attachment.kind", "attachment.stored_hash",
    "attachment.received_hash", "message.kind", "audit.subject", "decision.kind", "decision.item_id",
}  # fmt: skip


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments")


@pytest.fixture
def rita(desk: Desk, inbox: Inbox, attachments: Attachments, add: Add) -> Person:
    """Somebody of whom there is a row in every table."""
    rita, paul = add("Rita", "rep", password="a long pass phrase"), add("Paul", "pm")
    now = desk.clock.now()
    put_sighting(desk, 1, rita.person_id, close_on=date(2026, 12, 1), deal_amount=Decimal("9.50"), deal_currency="EUR")
    put_attachment(desk, 1, id_of(1), attachments.put(b"canary-of-the-stored-file"))
    with desk.writing() as c:
        sightings.answer(c, id_of(1), "An answer.", by=rita.person_id, now=now)
        people.link_identity(c, "https://idp.test", "subject", rita.person_id, by=None, now=now)
        sign_in.begin_session(c, rita.person_id, now, 1)
        sign_in.new_link(c, rita.person_id, now)
        sign_in.new_token(c, rita.person_id, "laptop", ["sightings:write"], now, 30, by=rita.person_id)
        messages.queue(c, rita.person_id, "unread_told", id_of(1), now=now)
        audit.record(c, by=rita.person_id, action="canary_action", subject=id_of(1), now=now)
    note = FileNote(name="photo.png", media_type="image/png", byte_count=1, received_hash="0" * 64)
    entry = Entry(
        entry_id=id_of(2), sighting_id=id_of(2), person_id=rita.person_id, channel="form", received_at=now, digest="d",
        gate=Gate(state="quarantined"), files=(note,),
        submission={"sighting_id": id_of(2), "text": "canary-of-the-inbox"},
    )  # fmt: skip
    inbox.put(entry, [b"canary-of-the-unopened-file"])
    put_sighting(desk, 7, paul.person_id, text="canary-of-a-colleague")
    put_judgements(desk, id_of(1), rita.person_id)
    with desk.writing() as c:
        mine = {"decision_id": "d_2", "item_id": "change", "person_id": rita.person_id, "at": now}
        words = {"kind": "watch", "theme": "", "because": "", "reply": "", "is_blind": False}
        c.execute(insert(schema.decision).values(**mine, **words))
    return rita


def exported(desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, target: Path) -> dict[str, bytes]:
    export_person(desk, inbox, attachments, rita.person_id, target, company="Acme")
    with zipfile.ZipFile(target) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_every_table_of_the_desk_is_in_it(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, tmp_path: Path
) -> None:
    found = exported(desk, inbox, attachments, rita, tmp_path / "rita.zip")

    for table in schema.metadata.sorted_tables:
        if table.name in NOBODYS:
            continue
        rows = json.loads(found[f"tables/{table.name}.json"])
        assert rows, table.name
        assert rows[0].keys() == {column.name for column in table.columns} - SECRETS, table.name


def texts() -> list[Column[str]]:
    return [
        column
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | Text)
        and not (column.primary_key or column.foreign_keys or column.name in SECRETS)
        and f"{table.name}.{column.name}" not in WORDS
        and table.name not in schema.APPEND_ONLY
    ]


@pytest.mark.parametrize("column", texts(), ids=str)
def test_a_word_in_any_column_is_in_it(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, tmp_path: Path, column: Column[str]
) -> None:
    with desk.writing() as c:
        table = column.table
        mine = table.c.person_id == rita.person_id if "person_id" in table.c else table.c.sighting_id == id_of(1)
        c.execute(update(table).where(mine).values({column.name: "canary"}))

    found = exported(desk, inbox, attachments, rita, tmp_path / "rita.zip")

    assert b"canary" in found[f"tables/{column.table.name}.json"].replace(b"canary_action", b"")


def test_every_file_is_in_it(desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, tmp_path: Path) -> None:
    found = exported(desk, inbox, attachments, rita, tmp_path / "rita.zip")

    bodies = b"".join(found.values())
    assert b"canary-of-the-stored-file" in bodies
    assert found[f"inbox/{id_of(2)}/files/0"] == b"canary-of-the-unopened-file"
    assert b"canary-of-the-inbox" in found[f"inbox/{id_of(2)}/entry.json"]


def test_nothing_of_a_colleague_and_nothing_that_opens_a_door_is_in_it(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, tmp_path: Path
) -> None:
    found = exported(desk, inbox, attachments, rita, tmp_path / "rita.zip")

    bodies = b"".join(found.values())
    assert b"canary-of-a-colleague" not in bodies
    assert b"paul@acme.test" not in bodies
    assert b"argon2" not in bodies
    openers = b"".join(body for name, body in found.items() if "ledger" not in name)
    assert b'hash": "' not in openers.replace(b"stored_hash", b"").replace(b"received_hash", b"")
    assert (tmp_path / "rita.zip").stat().st_mode & 0o777 == 0o600


def test_every_table_stands_in_the_map(desk: Desk) -> None:
    assert set(rows_of("p")) | NOBODYS == {table.name for table in schema.metadata.sorted_tables}


def test_nobody_is_exported_who_is_not_there(
    desk: Desk, inbox: Inbox, attachments: Attachments, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError):
        export_person(desk, inbox, attachments, "p_0", tmp_path / "x.zip", company="Acme")
    assert not (tmp_path / "x.zip").exists()


def test_a_target_that_cannot_be_written_is_told(
    desk: Desk, inbox: Inbox, attachments: Attachments, rita: Person, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="choose another place"):
        export_person(desk, inbox, attachments, rita.person_id, tmp_path / "file" / "x.zip", company="Acme")
