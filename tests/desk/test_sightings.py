"""What people do with a sighting: who may, what it changes, and that nothing is lost of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import NOW, Office, said, sent

from desk import audit
from desk.database import Connection, Desk
from desk.following import lists, sightings
from desk.following.sighting_log import EVENT_KINDS
from desk.indexing import indexer
from detente.errors import ConflictError, DetenteError, NotAllowedError, NotFoundError, SubmissionError
from detente.people import Person

Add = Callable[..., Person]
QUARANTINED = {"source": "customer", "confidential": "yes"}
HELD = {
    "quarantined": QUARANTINED,
    "waiting": {"source": None},
    "not_kept": {"source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes"},
}


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Office:
    return Office(desk, tmp_path / "data")


@pytest.fixture
def ana(add: Add) -> Person:
    return add("Ana", "rep")


@pytest.fixture
def paul(add: Add) -> Person:
    return add("Paul", "pm")


@pytest.fixture
def lena(add: Add) -> Person:
    return add("Lena", "legal")


@pytest.fixture
def put(office: Office, ana: Person) -> Callable[..., str]:
    """Puts a report of Ana's on the desk and tells its id."""

    def put(text: str = "Globex cut Pro.", **more: Any) -> str:
        now = more.pop("now", NOW)
        accepted = sent(office.inbox, said(text, **more), person_id=ana.person_id, channel="mail", now=now)
        indexer.index_new(*office.parts)
        return accepted.sighting_id

    return put


def _kinds(c: Connection, id_: str) -> list[str]:
    return [event.kind for event in sightings.events(c, id_)]


def _state(c: Connection, id_: str) -> tuple[object, ...]:
    row = sightings.sighting(c, id_)
    return row.gate, row.is_withdrawn, row.read_at, row.nudged_at, row.last_event_id


ACTIONS: dict[str, Callable[[Connection, str, str, Any], object]] = {
    "read": lambda c, id_, by, now: sightings.mark_read(c, id_, by=by, now=now),
    "ask": lambda c, id_, by, now: sightings.ask(c, id_, "Which edition?", by=by, now=now),
    "answer": lambda c, id_, by, now: sightings.answer(c, id_, "Pro.", by=by, now=now),
    "withdraw": lambda c, id_, by, now: sightings.withdraw(c, id_, by=by, now=now),
    "release": lambda c, id_, by, now: sightings.release(c, id_, "Public by now.", by=by, now=now),
    "reject": lambda c, id_, by, now: sightings.reject(c, id_, "It is theirs.", by=by, now=now),
    "complete": lambda c, id_, by, now: sightings.complete(c, id_, {"source": "public"}, by=by, now=now),
    **{
        kind: lambda c, id_, by, now, kind=kind: sightings.record(c, id_, kind, by=by, now=now)  # type: ignore[misc]
        for kind in EVENT_KINDS
        if kind not in ("received", "read")
    },
}


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begin=st.sampled_from(["cleared", *HELD]),
    steps=st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.booleans()), max_size=12),
)
def test_where_a_sighting_stands_is_the_fold_of_its_events(
    office: Office, ana: Person, lena: Person, put: Callable[..., str], begin: str, steps: list[tuple[str, bool]]
) -> None:
    id_ = put(**HELD.get(begin, {}))
    for number, (action, by_reporter) in enumerate(steps):
        by = ana.person_id if by_reporter else lena.person_id
        try:
            with office.desk.writing() as c:
                ACTIONS[action](c, id_, by, NOW + timedelta(minutes=number))
        except DetenteError:
            pass
    with office.desk.reading() as c:
        folded = sightings.fold(sightings.events(c, id_))
        assert _state(c, id_) == (
            folded.gate, folded.is_withdrawn, folded.read_at, folded.nudged_at, folded.last_event_id,
        )  # fmt: skip
        kinds = _kinds(c, id_)
    if "withdrawn" in kinds:
        assert set(kinds[kinds.index("withdrawn") + 1 :]) <= {"erased"}


ROLES = ("rep", "pm", "sales_lead", "legal", "admin", "viewer")
SEES = {
    "cleared": {"pm", "sales_lead", "admin"},
    "quarantined": {"legal"},
    "waiting": {"legal"},
    "not_kept": {"legal"},
    "rejected": {"legal"},
    "cleared, withdrawn": set(),
    "quarantined, withdrawn": {"legal"},
}


@pytest.mark.parametrize("standing", SEES)
def test_who_sees_what(
    office: Office, ana: Person, lena: Person, put: Callable[..., str], add: Add, standing: str
) -> None:
    state, _, withdrawn = standing.partition(", ")
    id_ = put(**HELD.get("quarantined" if state == "rejected" else state, {}))
    people = {role: add(f"Some {role}".replace(" ", ""), role) for role in ROLES} | {"nobody": add("Nobody")}
    with office.desk.writing() as c:
        if state == "rejected":
            sightings.reject(c, id_, "No.", by=lena.person_id, now=NOW)
        if withdrawn:
            sightings.withdraw(c, id_, by=ana.person_id, now=NOW)
    seeing = set()
    with office.desk.reading() as c:
        for role, person in people.items():
            try:
                seeing.add((role, sightings.visible_to(c, id_, person).gate)[0])
            except NotFoundError as refused:
                assert str(refused) == "there is no such sighting"  # noqa: PT017
        assert sightings.visible_to(c, id_, ana).sighting_id == id_
    assert seeing == SEES[standing]


def test_what_is_not_there_is_told_like_what_is_not_yours(office: Office, ana: Person) -> None:
    with office.desk.reading() as c, pytest.raises(NotFoundError, match=r"^there is no such sighting$"):
        sightings.visible_to(c, "no such", ana)


def test_the_first_reading_counts_and_the_reporters_own_does_not(
    office: Office, ana: Person, paul: Person, put: Callable[..., str]
) -> None:
    id_ = put()
    for by, minutes in ((ana, 1), (paul, 2), (paul, 3)):
        with office.desk.writing() as c:
            sightings.mark_read(c, id_, by=by.person_id, now=NOW + timedelta(minutes=minutes))

    with office.desk.reading() as c:
        assert sightings.sighting(c, id_).read_at == NOW + timedelta(minutes=2)
        assert _kinds(c, id_) == ["received", "cleared", "read"]
        assert lists.for_product(c, only_unread=True) == []
        assert [row.sighting_id for row in lists.for_product(c)] == [id_]


@pytest.mark.parametrize("state", HELD)
def test_what_is_held_is_read_by_nobody(office: Office, lena: Person, put: Callable[..., str], state: str) -> None:
    id_ = put(**HELD[state])
    with office.desk.writing() as c:
        sightings.mark_read(c, id_, by=lena.person_id, now=NOW)
        assert sightings.sighting(c, id_).read_at is None


def test_questions_and_answers_are_notes_and_events_hold_no_word_of_them(
    office: Office, ana: Person, paul: Person, put: Callable[..., str]
) -> None:
    id_ = put()
    with office.desk.writing() as c:
        sightings.ask(c, id_, " Which\r\nedition? ", by=paul.person_id, now=NOW)
        sightings.answer(c, id_, "<b>Pro</b>", by=ana.person_id, now=NOW + timedelta(minutes=1))

    with office.desk.reading() as c:
        notes = sightings.notes_of(c, id_)
        details = [event.detail for event in sightings.events(c, id_)]
    assert [(note.kind, note.text, note.by_name) for note in notes] == [
        ("question", "Which\nedition?", "Paul"),
        ("answer", "<b>Pro</b>", "Ana"),
    ]
    assert [detail.get("note_id") for detail in details[2:]] == [note.note_id for note in notes]
    assert "edition" not in str(details)
    assert "Pro" not in str(details)


def test_a_button_that_was_pressed_twice_asks_once(
    office: Office, ana: Person, paul: Person, put: Callable[..., str]
) -> None:
    id_ = put()
    with office.desk.writing() as c:
        for by, text in ((paul, "Which?"), (paul, "Which? "), (ana, "Which?"), (paul, "Which?")):
            sightings.ask(c, id_, text, by=by.person_id, now=NOW)
        assert [event.by for event in sightings.events(c, id_)[2:]] == [paul.person_id, ana.person_id, paul.person_id]


@pytest.mark.parametrize("text", ["", " \n\x00", "x" * 5001], ids=["nothing", "blank", "too long"])
def test_a_note_is_a_sentence(office: Office, ana: Person, put: Callable[..., str], text: str) -> None:
    id_ = put()
    with pytest.raises(SubmissionError) as refused, office.desk.writing() as c:
        sightings.ask(c, id_, text, by=ana.person_id, now=NOW)
    assert refused.value.faults.keys() == {"question"}


def test_only_the_reporter_answers_and_withdraws(office: Office, paul: Person, put: Callable[..., str]) -> None:
    id_, waiting = put(), put(source=None)
    for act in (sightings.withdraw, lambda *a, **k: sightings.answer(*a, "x", **k)):
        with pytest.raises(NotFoundError), office.desk.writing() as c:
            act(c, id_, by=paul.person_id, now=NOW)
    with pytest.raises(NotFoundError), office.desk.writing() as c:
        sightings.complete(c, waiting, {"source": "public"}, by=paul.person_id, now=NOW)


def test_what_was_withdrawn_is_over(office: Office, ana: Person, paul: Person, put: Callable[..., str]) -> None:
    id_ = put()
    for _ in range(2):
        with office.desk.writing() as c:
            sightings.withdraw(c, id_, by=ana.person_id, now=NOW)

    with office.desk.writing() as c:
        assert _kinds(c, id_) == ["received", "cleared", "withdrawn"]
        assert lists.for_product(c) == lists.for_product(c, only_unread=True) == sightings.quarantine(c) == []
        assert [row.sighting_id for row in sightings.sightings_of(c, ana.person_id)] == [id_]
        sightings.mark_read(c, id_, by=paul.person_id, now=NOW)
        assert sightings.sighting(c, id_).read_at is None
        sightings.record(c, id_, "erased", by=None, now=NOW)
    for kind in ("decided", "question", "nudged"):
        with pytest.raises(ConflictError, match="withdrawn"), office.desk.writing() as c:
            sightings.record(c, id_, kind, by=None, now=NOW)


def test_an_event_of_no_kind_or_no_sighting_is_refused(office: Office) -> None:
    with pytest.raises(NotFoundError), office.desk.writing() as c:
        sightings.record(c, "no such", "read", by=None, now=NOW)
    with pytest.raises(ValueError, match="no kind"), office.desk.writing() as c:
        sightings.record(c, "no such", "liked", by=None, now=NOW)  # type: ignore[arg-type]


COMPLETED = [
    ({"source": "public"}, "cleared", ()),
    ({"source": "customer", "confidential": "no"}, "cleared", ()),
    ({"source": "customer", "confidential": "not_sure"}, "quarantined", ("confidential_unsure",)),
    (HELD["not_kept"], "not_kept", ("competitor_own_prices",)),
]


@pytest.mark.parametrize(("answers", "state", "reasons"), COMPLETED, ids=str)
def test_answers_let_the_gate_judge_anew(
    office: Office, ana: Person, put: Callable[..., str], answers: dict[str, str], state: str, reasons: tuple[str, ...]
) -> None:
    id_ = put(source=None, customer="Hooli")
    with office.desk.writing() as c:
        gate = sightings.complete(c, id_, answers, by=ana.person_id, now=NOW)

    assert (gate.state, gate.reasons) == (state, reasons)
    with office.desk.reading() as c:
        row = sightings.sighting(c, id_)
        newest = sightings.events(c, id_)[-1]
    assert {name: getattr(row, name) for name in answers} == answers
    assert (row.gate, newest.kind, newest.by) == (state, state, ana.person_id)
    assert newest.detail == {"answers": answers, "reasons": list(reasons)}
    kept = ("", "") if state == "not_kept" else ("Globex cut Pro.", "Hooli")
    assert (row.text, row.customer) == kept


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, "source"),
        ({"source": ""}, "source"),
        ({"source": "a bird"}, "source"),
        ({"source": "partner"}, "nda"),
        ({"source": "partner", "nda": "maybe", "confidential": "no"}, "nda"),
        ({"source": "public", "person_id": "p_else"}, "person_id"),
        ({"source": "public", "text": "else"}, "text"),
    ],
    ids=str,
)
def test_what_is_no_answer_is_told_by_its_field(
    office: Office, ana: Person, put: Callable[..., str], answers: dict[str, str], field: str
) -> None:
    id_ = put(source=None)
    with pytest.raises(SubmissionError) as refused, office.desk.writing() as c:
        sightings.complete(c, id_, answers, by=ana.person_id, now=NOW)
    assert field in refused.value.faults
    with office.desk.reading() as c:
        assert sightings.sighting(c, id_).gate == "waiting"


def test_an_answer_that_was_given_is_not_changed_afterwards(
    office: Office, ana: Person, put: Callable[..., str]
) -> None:
    id_ = put(source="partner", confidential="yes")
    with pytest.raises(SubmissionError, match="cannot be changed"), office.desk.writing() as c:
        sightings.complete(c, id_, {"confidential": "no", "nda": "no"}, by=ana.person_id, now=NOW)
    with office.desk.writing() as c:
        gate = sightings.complete(c, id_, {"confidential": "yes", "nda": "no"}, by=ana.person_id, now=NOW)
    assert gate.reasons == ("marked_confidential",)
    with pytest.raises(ConflictError, match="does not wait"), office.desk.writing() as c:
        sightings.complete(c, id_, {"nda": "no"}, by=ana.person_id, now=NOW)


def test_legal_releases_with_a_reason_and_the_log_says_who(
    office: Office, lena: Person, put: Callable[..., str]
) -> None:
    id_ = put(**QUARANTINED)
    with office.desk.writing() as c:
        sightings.release(c, id_, "It was on their web site.", by=lena.person_id, now=NOW)

    with office.desk.reading() as c:
        assert sightings.sighting(c, id_).gate == "cleared"
        assert [row.sighting_id for row in lists.for_product(c, only_unread=True)] == [id_]
        assert sightings.quarantine(c) == []
        assert sightings.notes_of(c, id_) == []
        assert [note.text for note in sightings.notes_of(c, id_, ["reason"])] == ["It was on their web site."]
        (entry,) = audit.entries(c, subject=id_)
        assert (entry.action, entry.by) == ("sighting_released", lena.person_id)


def test_what_legal_rejected_it_may_still_release(office: Office, lena: Person, put: Callable[..., str]) -> None:
    id_ = put(**QUARANTINED)
    with office.desk.writing() as c:
        sightings.reject(c, id_, "It is theirs.", by=lena.person_id, now=NOW)
        assert sightings.sighting(c, id_).gate == "rejected"
        assert lists.for_product(c) == []
        with pytest.raises(ConflictError, match="rejected"):
            sightings.reject(c, id_, "Again.", by=lena.person_id, now=NOW)
        sightings.release(c, id_, "They published it.", by=lena.person_id, now=NOW)
        assert sightings.sighting(c, id_).gate == "cleared"
        assert _kinds(c, id_) == ["received", "quarantined", "rejected", "released"]


@pytest.mark.parametrize("review", [sightings.release, sightings.reject], ids=["release", "reject"])
def test_a_review_needs_a_reason_another_person_and_a_quarantined_report(
    office: Office, ana: Person, lena: Person, put: Callable[..., str], review: Callable[..., None]
) -> None:
    id_, open_, waiting = put(**QUARANTINED), put(), put(source=None)
    with office.desk.writing() as c:
        with pytest.raises(SubmissionError, match="reason: is empty"):
            review(c, id_, "  ", by=lena.person_id, now=NOW)
        with pytest.raises(NotAllowedError, match="their own report"):
            review(c, id_, "Mine.", by=ana.person_id, now=NOW)
        for other in (open_, waiting):
            with pytest.raises(ConflictError):
                review(c, other, "Why not.", by=lena.person_id, now=NOW)
        assert _kinds(c, id_) == ["received", "quarantined"]
        sightings.withdraw(c, id_, by=ana.person_id, now=NOW)
        with pytest.raises(ConflictError, match="withdrawn"):
            review(c, id_, "Late.", by=lena.person_id, now=NOW)


def test_lists_go_on_where_they_stopped(office: Office, ana: Person, put: Callable[..., str]) -> None:
    same = [put(f"Report {number}") for number in range(3)]
    later = put("Report 3", now=NOW + timedelta(hours=1))
    whole = [later, *sorted(same, reverse=True)]
    with office.desk.reading() as c:
        shown: list[str] = []
        while rows := sightings.sightings_of(c, ana.person_id, limit=2, before=shown[-1] if shown else None):
            shown += [row.sighting_id for row in rows]
        assert shown == whole
        assert [row.sighting_id for row in lists.for_product(c, limit=1, before=whole[0], only_unread=True)] == [
            whole[1]
        ]


def test_the_newest_event_is_known(office: Office, put: Callable[..., str]) -> None:
    with office.desk.reading() as c:
        assert sightings.last_event_id(c) == 0
    id_ = put()
    with office.desk.reading() as c:
        assert sightings.last_event_id(c) == sightings.sighting(c, id_).last_event_id > 0


def test_a_short_name_can_be_said_aloud() -> None:
    assert sightings.short_name("0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81") == "R-0D9CF1C0"
