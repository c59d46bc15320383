"""What somebody might do to be paid twice, or to be let off: it comes to nothing."""

from __future__ import annotations

from datetime import timedelta

from crediting_office import NOW, Office
from desk_rows import id_of
from reporting import somebody

from desk.following import sightings
from flows.crediting import Settled
from flows.rewarding import anchor


def test_what_was_paid_for_good_is_not_paid_by_another_rule_when_clusters_change(office: Office) -> None:
    office.tell(1, office.ana, at=NOW - timedelta(hours=80))
    office.tell(2, office.ben, cluster=1)
    office.tell(3, office.ben, at=NOW - timedelta(days=1))
    for number in (1, 2, 3):
        office.review(number, "verified")
    office.settle()
    assert office.credits(2) == [("corroboration", 2, "earned")]

    office.place(2, 2)  # split, when the time in which it could be taken back is over
    office.settle(days=100)

    assert office.credits(2) == [("corroboration", 2, "earned")]
    assert office.settle(days=100) == Settled()
    office.written()


def test_whoever_made_something_up_does_not_get_the_charge_back_by_having_it_held_back(office: Office) -> None:
    office.tell(1, office.ana)
    office.tell(2, office.ana, at=NOW - timedelta(days=1))
    for number in (1, 2):
        office.review(number, "verified")
    office.settle()
    office.review(1, "fabricated")
    office.settle()
    before = office.credits(1)
    assert before == [("new", 3, "nothing"), ("fabricated", -3, "earned")]

    with office.desk.writing() as c:
        sightings.hold(c, id_of(1), "yes", by=office.ana.person_id, now=NOW)
    del office.places[id_of(1)]
    office.settle()

    assert office.credits(1) == before


def test_a_report_keeps_no_credit_of_a_decision_that_was_replaced_by_one_that_leaves_it_out(office: Office) -> None:
    pia = somebody(office.workspace, "Pia", "pm", now=NOW)
    office.tell(1, office.ana)
    office.tell(2, pia, cluster=1, at=NOW + timedelta(hours=1))
    office.tell(3, pia, at=NOW + timedelta(days=1))
    for number in (1, 2, 3):
        office.review(number, "verified", days=1)
    first = office.decide(1, days=1, sightings=[id_of(1), id_of(2)])
    office.settle(days=1)
    assert [rule for rule, _, _ in office.credits(2)] == ["corroboration", "linked"]

    # her own report is told of her decision, and does not count for it
    office.decide(1, days=2, kind="decline", sightings=[id_of(1), id_of(2)], expected_previous=first, by=pia)
    office.settle(days=2)

    assert [rule for rule, _, state in office.credits(1) if state != "nothing"] == ["new"]
    assert [rule for rule, _, state in office.credits(2) if state != "nothing"] == ["corroboration"]


def test_credits_that_cannot_be_anchored_are_there_and_that_is_told(office: Office) -> None:
    office.tell(1, office.ana)
    office.settle()
    path = office.workspace.data / "ledger-heads.jsonl"
    path.mkdir()

    assert anchor(office.workspace, office.desk, NOW).startswith("credits are written, but not anchored: ")
    path.rmdir()
    assert anchor(office.workspace, office.desk, NOW) == ""
    assert path.read_text(encoding="ascii").count("\n") == 1
