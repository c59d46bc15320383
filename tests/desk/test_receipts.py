"""A receipt tells the reporter what became of a report, kindly, and nothing that is for legal alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from office import NOW, Office, said, sent, upload
from pictures import photo

from desk.database import Desk
from desk.following import sightings
from desk.indexing import indexer
from detente.people import Person

Add = Callable[..., Person]
NOT_KEPT = {"source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes"}


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Office:
    return Office(desk, tmp_path / "data")


@pytest.fixture
def ana(add: Add) -> Person:
    return add("Ana", "rep")


@pytest.fixture
def put(office: Office, ana: Person) -> Callable[..., str]:
    def put(**more: Any) -> str:
        files = more.pop("files", ())
        accepted = sent(office.inbox, said("Globex cut Pro.", **more), files, person_id=ana.person_id, channel="mail")
        indexer.index_new(*office.parts)
        return accepted.sighting_id

    return put


def _receipt(office: Office, id_: str, **more: bool) -> sightings.Receipt:
    with office.desk.reading() as c:
        return sightings.receipt(c, id_, **more)


def _said(receipt: sightings.Receipt) -> str:
    steps = " ".join(f"{step.title} {step.detail} {step.by_name}" for step in receipt.steps)
    return f"{steps} {' '.join(receipt.reasons)} {receipt.nudge} {[note.text for note in receipt.notes]}"


def test_a_new_report_has_its_whole_way_before_it(office: Office, put: Callable[..., str]) -> None:
    receipt = _receipt(office, put())

    assert [(step.kind, step.is_done, step.at) for step in receipt.steps] == [
        ("received", True, NOW),
        ("read", False, None),
        ("clustered", False, None),
        ("linked", False, None),
        ("decided", False, None),
        ("credited", False, None),
    ]
    assert [step.title for step in receipt.steps[1:3]] == ["Not read yet", "Not compared with others yet"]
    assert (receipt.reasons, receipt.nudge, receipt.files_waiting) == ((), "", 0)


def test_every_step_has_its_time_and_its_person(office: Office, put: Callable[..., str], add: Add) -> None:
    id_, paul = put(), add("Paul", "pm")
    with office.desk.writing() as c:
        for hours, kind in enumerate(("read", "clustered", "linked", "decided", "credited"), 1):
            detail = {"said": "build"} if kind == "decided" else {}
            by = None if kind == "clustered" else paul.person_id
            sightings.record(c, id_, kind, by=by, now=NOW + timedelta(hours=hours), **detail)  # type: ignore[arg-type]
    receipt = _receipt(office, id_)

    assert all(step.is_done for step in receipt.steps)
    assert [step.at for step in receipt.steps] == [NOW + timedelta(hours=hours) for hours in range(6)]
    assert [step.by_name for step in receipt.steps] == [None, "Paul", None, "Paul", "Paul", None]
    assert receipt.steps[4].detail == "build"


@pytest.mark.parametrize(
    ("answers", "kind", "words"),
    [
        ({"source": None}, "waiting", "Please answer the open question"),
        ({"source": "customer", "confidential": "yes"}, "quarantined", "You did right to answer honestly"),
        (NOT_KEPT, "not_kept", "Saying so was right and never counts against you"),
    ],
    ids=["waiting", "quarantined", "not_kept"],
)
def test_what_is_held_says_so_kindly_and_promises_nothing(
    office: Office, put: Callable[..., str], answers: dict[str, Any], kind: str, words: str
) -> None:
    receipt = _receipt(office, put(**answers))

    assert [(step.kind, step.is_done) for step in receipt.steps] == [("received", True), (kind, True)]
    assert words in receipt.steps[1].detail
    assert len(receipt.reasons) == 1


@pytest.mark.parametrize(("review", "title"), [("release", "Released by legal"), ("reject", "Not used")])
def test_the_reporter_hears_the_outcome_and_not_the_reason_nor_who(
    office: Office, put: Callable[..., str], add: Add, review: str, title: str
) -> None:
    id_, lena = put(source="customer", confidential="yes"), add("Lena", "legal")
    with office.desk.writing() as c:
        getattr(sightings, review)(c, id_, "INTERNAL-REASON", by=lena.person_id, now=NOW + timedelta(hours=1))
    receipt = _receipt(office, id_)

    assert (receipt.steps[1].title, receipt.steps[1].at) == (title, NOW + timedelta(hours=1))
    assert "INTERNAL-REASON" not in _said(receipt)
    assert "Lena" not in _said(receipt)
    assert "INTERNAL-REASON" in _said(_receipt(office, id_, with_legal_reasons=True))
    # what was released goes on like any other
    assert len(receipt.steps) == (7 if review == "release" else 2)


def test_what_was_withdrawn_shows_what_had_happened_and_no_more(
    office: Office, put: Callable[..., str], ana: Person, add: Add
) -> None:
    id_, paul = put(), add("Paul", "pm")
    with office.desk.writing() as c:
        sightings.mark_read(c, id_, by=paul.person_id, now=NOW + timedelta(hours=1))
        sightings.withdraw(c, id_, by=ana.person_id, now=NOW + timedelta(hours=2))
    receipt = _receipt(office, id_)

    assert [(step.kind, step.is_done) for step in receipt.steps] == [
        ("received", True), ("read", True), ("withdrawn", True),
    ]  # fmt: skip


def test_a_reminder_is_told(office: Office, put: Callable[..., str], add: Add) -> None:
    id_, paul = put(), add("Paul", "pm")
    with office.desk.writing() as c:
        sightings.record(c, id_, "nudged", by=None, now=NOW + timedelta(days=3))
    assert "they were reminded" in _receipt(office, id_).nudge

    with office.desk.writing() as c:
        sightings.mark_read(c, id_, by=paul.person_id, now=NOW + timedelta(days=4))
    assert "Product was reminded" in _receipt(office, id_).nudge


def test_files_are_listed_once_they_are_unpacked(office: Office, put: Callable[..., str]) -> None:
    receipt = _receipt(office, put(files=[upload(photo()), upload(b"%PDF", "offer.pdf")]))
    held = _receipt(office, put(files=[upload(photo())], source="customer", confidential="yes"))

    assert [(file.kind, file.file_name) for file in receipt.attachments] == [
        ("image", "photo.jpg"), ("file", "offer.pdf"),
    ]  # fmt: skip
    assert (receipt.files_waiting, held.files_waiting, held.attachments) == (0, 1, [])
