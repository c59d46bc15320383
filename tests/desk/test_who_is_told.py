"""Legal is told by mail of what the gate holds back, whichever way it came there; who asked is told of answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from office import NOW, Office, said, sent
from sqlalchemy import select

from desk import people, schema
from desk.database import Desk
from desk.following import messages, sightings
from desk.indexing import indexer
from detente.people import Person

Add = Callable[..., Person]
CANARY = "CANARY-7Q"
HELD = {"source": "customer", "confidential": "yes"}
NOT_KEPT = {"source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes"}


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Office:
    return Office(desk, tmp_path / "data")


def _sent(office: Office, by: Person, text: str = CANARY, **more: Any) -> str:
    sighting_id = sent(office.inbox, said(text, **more), (), person_id=by.person_id, channel="form").sighting_id
    indexer.index_new(*office.parts)
    return sighting_id


def _told(office: Office) -> list[tuple[str, str, str | None]]:
    query = select(schema.message, schema.person.c.name).join(
        schema.person, schema.person.c.person_id == schema.message.c.person_id
    )
    with office.desk.reading() as c:
        return sorted((row.name, row.kind, row.sighting_id) for row in c.execute(query))


@pytest.mark.parametrize(("answers", "kind"), [(HELD, "quarantined"), (NOT_KEPT, "not_kept")])
def test_everybody_of_legal_is_told_but_the_reporter_and_who_is_disabled(
    office: Office, add: Add, answers: dict[str, str], kind: str
) -> None:
    add("Lea", "legal")
    reporter, gone = add("Leo", "legal", "rep"), add("Lars", "legal")
    add("Paul", "pm")
    add("Adam", "admin")
    with office.desk.writing() as c:
        people.disable(c, gone.person_id, by=None, now=NOW)

    held = _sent(office, reporter, **answers)
    indexer.index_new(*office.parts)

    assert _told(office) == [("Lea", kind, held)]


def test_legal_hears_nothing_of_what_is_cleared_or_waits(office: Office, add: Add) -> None:
    add("Lea", "legal")
    ana = add("Ana", "rep")
    _sent(office, ana, source="public")
    sent(office.inbox, said(CANARY, source=None), (), person_id=ana.person_id, channel="slack")
    indexer.index_new(*office.parts)
    assert _told(office) == []


def test_legal_is_told_when_an_answer_holds_it_back(office: Office, add: Add) -> None:
    add("Lea", "legal")
    ana = add("Ana", "rep")
    waits = sent(office.inbox, said(CANARY, source=None), (), person_id=ana.person_id, channel="slack").sighting_id
    indexer.index_new(*office.parts)
    with office.desk.writing() as c:
        sightings.complete(c, waits, HELD, by=ana.person_id, now=NOW)
    added = _sent(office, ana, "Globex cut Team.", source="public")
    with office.desk.writing() as c:
        sightings.answer(c, added, "The slide was marked confidential.", by=ana.person_id, now=NOW)
    assert _told(office) == sorted([("Lea", "quarantined", waits), ("Lea", "quarantined", added)])


@pytest.mark.parametrize("kind", ["quarantined", "not_kept"])
def test_the_mail_to_legal_names_the_sighting_and_holds_nothing_of_it(kind: str) -> None:
    row = {
        "kind": kind, "sighting_id": "0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81", "email": "lea@acme.test",
        "created_at": NOW, "message_id": "m1",
    }  # fmt: skip
    mail = messages.mail_for(row, sender_address="d@acme.test", base_url="https://intel.acme.test", company="Acme")
    assert "R-0D9CF1C0" in mail["Subject"]
    assert "Legal" in mail["Subject"]
    assert "/r/0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81" in mail.get_content()


def test_who_asked_is_told_of_the_answer_and_nobody_of_one_that_is_held_back(office: Office, add: Add) -> None:
    reporter, asker = add("Rita", "rep"), add("Paul", "pm")
    add("Pia", "pm")
    open_one, held = _sent(office, reporter, source="public"), _sent(office, reporter, source="public")
    for sighting_id, text in ((open_one, "The Pro plan."), (held, "It is marked confidential, though.")):
        with office.desk.writing() as c:
            sightings.ask(c, sighting_id, "Which one?", by=asker.person_id, now=NOW)
            sightings.answer(c, sighting_id, text, by=reporter.person_id, now=NOW)

    assert [one for one in _told(office) if one[0] != "Rita"] == [("Paul", "answer", open_one)]
