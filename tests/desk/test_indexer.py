"""From the inbox to the desk: any number of times, by any number at once, and killed anywhere."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from office import LIMITS, NOW, Office, said, sent, upload
from pictures import photo
from sqlalchemy import func, select

from desk import schema
from desk.accepting.accept import accept_attachment
from desk.database import Desk
from desk.following import lists, sightings
from desk.indexing import indexer
from detente.people import Person

Add = Callable[..., Person]
QUARANTINED = {"source": "customer", "confidential": "yes"}
CANARY = "CANARY-7Q"


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Office:
    return Office(desk, tmp_path / "data")


@pytest.fixture
def ana(add: Add) -> Person:
    return add("Ana", "rep")


def _index(office: Office) -> list[str]:
    return indexer.index_new(*office.parts)


def _put(office: Office, ana: Person, text: str = "Globex cut Pro.", files: Any = (), **more: Any) -> str:
    channel = more.pop("channel", "form")
    return sent(office.inbox, said(text, **more), files, person_id=ana.person_id, channel=channel).sighting_id


def _rows(office: Office, *tables: str) -> list[Any]:
    """All rows of these tables, but for ids that count up."""
    with office.desk.reading() as c:
        found = []
        for name in tables or ("sighting", "sighting_state", "sighting_event", "attachment"):
            table = schema.metadata.tables[name]
            columns = [column for column in table.columns if column.name not in ("event_id", "last_event_id")]
            found += [(name, *map(repr, row)) for row in c.execute(select(*columns))]
    return sorted(found)


def _places(office: Office) -> set[str]:
    return {path.relative_to(office.inbox.folder).parts[0] for path in office.inbox.folder.rglob("*.zip")}


def _stored(office: Office) -> list[Path]:
    return [path for path in office.attachments.folder.rglob("*") if path.is_file()]


def test_a_report_comes_to_the_desk_as_it_was_accepted(office: Office, ana: Person) -> None:
    id_ = _put(
        office, ana, competitor="globex", customer="Hooli", deal_amount="1,5m", happened_on="2026-11-12", stage="lost"
    )

    assert _index(office) == [id_]
    with office.desk.reading() as c:
        row = sightings.sighting(c, id_)
        kinds = [event.kind for event in sightings.events(c, id_)]
    assert (row.text, row.competitor, row.customer, row.stage) == ("Globex cut Pro.", "globex", "Hooli", "lost")
    assert (str(row.deal_amount), row.deal_currency, row.deal_amount_text) == ("1500000.00", "EUR", "1,5m")
    assert (row.gate, row.received_at, str(row.happened_on)) == ("cleared", NOW, "2026-11-12")
    assert kinds == ["received", "cleared"]
    assert _places(office) == {"kept"}


def test_indexing_again_changes_nothing(office: Office, ana: Person) -> None:
    _put(office, ana, files=[upload(photo())])
    _put(office, ana, files=[upload(b"x", "a.pdf")], **QUARANTINED)
    _index(office)
    before = _rows(office)

    assert _index(office) == []
    assert _rows(office) == before


def _killed_before_the_move(office: Office, work: Callable[[], object]) -> None:
    """Does the work, and puts the inbox back as it was before: the desk has everything, the inbox does not know."""
    saved = office.inbox.folder.with_name("saved")
    shutil.copytree(office.inbox.folder, saved)
    work()
    shutil.rmtree(office.inbox.folder)
    saved.rename(office.inbox.folder)


def test_what_a_killed_process_left_half_written_is_swept(office: Office, ana: Person) -> None:
    _put(office, ana, files=[upload(photo())])
    _index(office)
    left = [office.inbox.aside / "half", office.attachments.folder / "aside" / "half"]
    for path in left:
        path.write_bytes(b"half")
        os.utime(path, (1, 1))
    _index(office)

    assert [path for path in left if path.exists()] == []


def test_killed_between_the_rows_and_the_move_it_goes_on(office: Office, ana: Person) -> None:
    id_ = _put(office, ana, files=[upload(photo()), upload(b"%PDF", "a.pdf")])
    _killed_before_the_move(office, lambda: _index(office))
    before = _rows(office)
    assert _places(office) == {"new"}

    assert _index(office) == []
    assert _rows(office) == before
    assert _places(office) == {"kept"}
    entry = office.inbox.find(id_)
    assert entry is not None
    assert not entry.holds_files


def test_killed_between_the_rows_and_the_photos_it_goes_on(office: Office, ana: Person) -> None:
    id_ = _put(office, ana, files=[upload(photo())])
    saved = office.inbox.folder.with_name("saved")
    shutil.copytree(office.inbox.folder, saved)
    _index(office)
    # the rows were written, the photo was not
    with office.desk.writing() as c:
        c.execute(schema.attachment.delete())
    shutil.rmtree(office.attachments.folder)
    shutil.rmtree(office.inbox.folder)
    saved.rename(office.inbox.folder)

    assert _index(office) == []
    with office.desk.reading() as c:
        (file,) = sightings.attachments_of(c, id_)
    assert office.attachments.get(file.stored_hash or "").startswith(b"\xff\xd8")


@pytest.mark.slow
def test_two_that_index_at_once_do_it_once(office: Office, ana: Person) -> None:
    ids = {_put(office, ana, f"Report {number}", [upload(photo())]) for number in range(12)}
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(_index(office))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _index(office)

    assert sorted(found) == sorted(ids)
    with office.desk.reading() as c:
        assert c.execute(select(func.count()).select_from(schema.attachment)).scalar() == 12
        assert c.execute(select(func.count()).select_from(schema.sighting_event)).scalar() == 24
    assert _places(office) == {"kept"}


def test_a_photo_is_kept_without_its_original(office: Office, ana: Person) -> None:
    body = photo(comment=CANARY.encode())
    _put(office, ana, files=[upload(body)])
    _index(office)

    assert len(_stored(office)) == 1
    for path in office.inbox.folder.parent.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes()


def test_the_same_photo_is_stored_once_linked_twice_and_hinted_at(office: Office, ana: Person, add: Add) -> None:
    ben = add("Ben", "rep")
    first = _put(office, ana, files=[upload(photo())] * 3)
    second = _put(office, ben, files=[upload(photo(), "other.jpg")])
    _put(office, ben, files=[upload(photo(), "held.jpg")], **QUARANTINED)
    _index(office)

    assert len(_stored(office)) == 1
    with office.desk.reading() as c:
        assert len(sightings.attachments_of(c, first)) == 3
        assert sightings.same_files(c, first) == [second]
        assert sightings.same_files(c, second) == [first]


@pytest.mark.parametrize("held", ["quarantined", "waiting"])
def test_files_of_what_is_held_are_not_unpacked(office: Office, ana: Person, held: str) -> None:
    answers = QUARANTINED if held == "quarantined" else {"source": None}
    id_ = _put(office, ana, CANARY, [upload(photo())], channel="mail", **answers)
    _index(office)

    with office.desk.reading() as c:
        assert sightings.sighting(c, id_).gate == held
        assert sightings.attachments_of(c, id_) == []
        assert sightings.receipt(c, id_).files_waiting == 1
        assert lists.for_product(c) == lists.for_product(c, only_unread=True) == []
        assert [row.sighting_id for row in sightings.quarantine(c)] == [id_]
    assert _stored(office) == []
    entry = office.inbox.find(id_)
    assert entry is not None
    assert entry.holds_files


@pytest.mark.parametrize("one", [True, False], ids=["right away", "by the next sweep"])
def test_files_are_unpacked_when_legal_releases(office: Office, ana: Person, add: Add, one: bool) -> None:
    lena = add("Lena", "legal")
    id_ = _put(office, ana, files=[upload(photo())], **QUARANTINED)
    _index(office)
    with office.desk.writing() as c:
        sightings.release(c, id_, "It was on their web site.", by=lena.person_id, now=NOW)
    if one:
        indexer.index_one(*office.parts, id_)
    else:
        _index(office)

    with office.desk.reading() as c:
        assert [file.kind for file in sightings.attachments_of(c, id_)] == ["image"]
    assert len(_stored(office)) == 1


def test_answers_that_forbid_the_words_take_them_out_everywhere(office: Office, ana: Person) -> None:
    id_ = _put(office, ana, CANARY, [upload(CANARY.encode(), "a.txt")], channel="slack", source=None, customer=CANARY)
    _index(office)
    answers = {"source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes"}
    with office.desk.writing() as c:
        assert sightings.complete(c, id_, answers, by=ana.person_id, now=NOW).state == "not_kept"
    _index(office)

    assert CANARY not in str(_rows(office))
    for path in office.inbox.folder.parent.rglob("*"):
        assert path.suffix != ".zip" or CANARY.encode() not in path.read_bytes()
    entry = office.inbox.find(id_)
    assert entry is not None
    assert (entry.gate.state, entry.submission["own_prices"]) == ("not_kept", "yes")


def test_answers_that_forbid_files_alone_take_those_out(office: Office, ana: Person) -> None:
    id_ = _put(office, ana, "It came by mistake.", [upload(CANARY.encode(), "a.txt")], channel="mail", source=None)
    _index(office)
    answers = {"source": "document", "confidential": "no", "nda": "no", "meant_for_me": "no"}
    with office.desk.writing() as c:
        assert sightings.complete(c, id_, answers, by=ana.person_id, now=NOW).state == "quarantined"
    indexer.index_one(*office.parts, id_)

    with office.desk.reading() as c:
        assert sightings.sighting(c, id_).text == "It came by mistake."
    for path in office.inbox.folder.rglob("*.zip"):
        assert CANARY.encode() not in path.read_bytes()


def _later(office: Office, person: Person, id_: str, body: bytes = b"later", entry_id: str = "") -> str:
    entry_id = entry_id or str(uuid.uuid4())
    accept_attachment(
        office.inbox, entry_id, id_, upload(body, "later.txt"), person_id=person.person_id, now=NOW, limits=LIMITS
    )
    return entry_id


def test_a_file_that_comes_later_joins_its_report(office: Office, ana: Person) -> None:
    id_ = _put(office, ana, files=[upload(b"first", "first.txt")])
    _index(office)
    _later(office, ana, id_)

    assert _index(office) == []
    with office.desk.reading() as c:
        assert [file.file_name for file in sightings.attachments_of(c, id_)] == ["first.txt", "later.txt"]
        assert [event.kind for event in sightings.events(c, id_)] == ["received", "cleared", "attachment"]
    before = _rows(office)
    _index(office)
    assert _rows(office) == before


def test_a_file_that_comes_right_behind_its_report_finds_it(office: Office, ana: Person) -> None:
    id_ = _put(office, ana)
    entry_id = _later(office, ana, id_)
    # by whatever accident it stands first
    os.utime(office.inbox.folder / "new" / f"{entry_id}.zip", (1, 1))
    _index(office)
    _index(office)

    with office.desk.reading() as c:
        assert len(sightings.attachments_of(c, id_)) == 1


def test_a_file_for_what_is_held_waits_with_it(office: Office, ana: Person, add: Add) -> None:
    lena = add("Lena", "legal")
    id_ = _put(office, ana, files=[upload(b"first", "first.txt")], **QUARANTINED)
    _index(office)
    _later(office, ana, id_)
    _index(office)
    assert _stored(office) == []

    with office.desk.writing() as c:
        sightings.release(c, id_, "Fine.", by=lena.person_id, now=NOW)
    indexer.index_one(*office.parts, id_)
    with office.desk.reading() as c:
        assert len(sightings.attachments_of(c, id_)) == 2


def test_a_file_for_what_was_withdrawn_is_not_stored(office: Office, ana: Person) -> None:
    id_ = _put(office, ana)
    _index(office)
    _later(office, ana, id_, CANARY.encode())
    with office.desk.writing() as c:
        sightings.withdraw(c, id_, by=ana.person_id, now=NOW)
    _index(office)

    assert _stored(office) == []
    for path in office.inbox.folder.rglob("*.zip"):
        assert CANARY.encode() not in path.read_bytes()


def test_one_damaged_entry_never_stops_the_rest(office: Office, ana: Person, caplog: pytest.LogCaptureFixture) -> None:
    good = [_put(office, ana, f"{CANARY} {number}") for number in range(3)]
    broken = office.inbox.folder / "new" / f"{uuid.uuid4()}.zip"
    broken.write_bytes(f"{CANARY} no zip".encode())
    os.utime(broken, (1, 1))
    nobody = _put(office, replace(ana, person_id="p_nobody"), CANARY)

    with caplog.at_level(logging.INFO):
        assert sorted(_index(office)) == sorted(good)
    assert len(list((office.inbox.folder / "damaged").iterdir())) == 2
    assert CANARY not in caplog.text
    assert nobody in caplog.text
    assert "nobody on the desk" in caplog.text
    assert _index(office) == []


def test_a_file_for_a_report_that_is_not_there_is_set_aside(office: Office, ana: Person) -> None:
    elsewhere = Office(office.desk, office.inbox.folder.with_name("elsewhere"))
    entry_id = _later(elsewhere, ana, _put(elsewhere, ana))
    shutil.copy(elsewhere.inbox.folder / "new" / f"{entry_id}.zip", office.inbox.folder / "new")
    _index(office)

    assert [path.name[:36] for path in (office.inbox.folder / "damaged").iterdir()] == [entry_id]


@pytest.mark.slow
def test_many_reports_and_photos_are_all_there(office: Office, ana: Person) -> None:
    ids = [
        _put(office, ana, f"Report {number}", [upload(photo(form="PNG", colour=(number, 0, 0)))])
        for number in range(60)
    ]

    assert sorted(_index(office)) == sorted(ids)
    assert len(_stored(office)) == 60
    assert len(list(office.inbox.kept())) == 60


def test_a_picture_that_cannot_be_decoded_is_refused_with_words_and_its_bytes_are_not_destroyed(
    office: Office, ana: Person
) -> None:
    body = b"\xff\xd8\xff" + b"\x00" * 100
    id_ = _put(office, ana, files=[upload(body)])
    _index(office)

    with office.desk.reading() as c:
        (file,) = sightings.attachments_of(c, id_)
    assert (file.kind, file.stored_hash) == ("refused", None)
    assert "cannot be decoded" in file.reason
    assert office.inbox.file(id_, 0) == body
    before = _rows(office)
    _index(office)
    assert _rows(office) == before


def test_a_desk_that_is_gone_is_made_anew_from_the_inbox(office: Office, ana: Person, tmp_path: Path) -> None:
    _put(office, ana, "one", [upload(photo()), upload(b"%PDF", "a.pdf")], deal_amount="€120k", competitor="globex")
    _put(office, ana, "two", [upload(photo())], **QUARANTINED)
    third = _put(office, ana, "three")
    _put(office, ana, "four", channel="mail", source=None)
    _index(office)
    _later(office, ana, third)
    _index(office)
    before = _rows(office)
    new = Office(Desk.open(tmp_path / "another", "", office.desk.clock), tmp_path / "data")

    assert indexer.refill(*new.parts) == 4
    assert _rows(new) == before
    assert indexer.refill(*new.parts) == 0
    assert _rows(new) == before
    with new.desk.reading() as c:
        assert [(row.name, row.disabled_at is not None) for row in c.execute(select(schema.person))] == [
            ("Unknown person", True)
        ]
    new.desk.close()


def test_what_was_withdrawn_or_erased_does_not_come_back_with_a_new_desk(
    office: Office, ana: Person, tmp_path: Path
) -> None:
    withdrawn, erased = _put(office, ana, "withdrawn"), _put(office, ana, CANARY)
    _index(office)
    with office.desk.writing() as c:
        sightings.withdraw(c, withdrawn, by=ana.person_id, now=NOW)
    _index(office)
    office.inbox.blank(erased)
    new = Office(Desk.open(tmp_path / "another", "", office.desk.clock), tmp_path / "data")
    indexer.refill(*new.parts)

    with new.desk.reading() as c:
        assert sightings.sighting(c, withdrawn).is_withdrawn
        assert sightings.sighting(c, erased).text == ""
    assert CANARY not in str(_rows(new))
    new.desk.close()
