"""What is judged comes onto the ledger and the receipts: once, explained, and undone where it holds no more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from crediting_office import NOW, QUARTER, Office
from desk_rows import id_of, put_attachment, put_sighting
from reporting import somebody

from desk.deciding import decisions
from desk.following import sightings
from desk.rewarding import ledger
from detente.rules import default_text
from detente.workspace import load
from flows.crediting import Settled


def test_nothing_is_earned_by_sending_alone_and_the_receipt_says_what_is_pending(office: Office) -> None:
    office.tell(1, office.ana)

    settled = office.settle()

    assert (settled.promised, settled.paid, office.has(office.ana)) == (1, 0, (3, 0))
    title, detail = office.steps(1)["credited"]
    assert title == "3 points pending, until somebody of Product has found it true"
    assert detail == "5 × 1.0 new × 1.0 fresh = 5, at most 3 without evidence, rule v1 (pending)"
    assert office.steps(1)["clustered"][0] == "Compared: nobody else has told this so far"


def test_settling_again_writes_nothing(office: Office) -> None:
    office.tell(1, office.ana)
    office.tell(2, office.ben, cluster=1)
    office.review(1, "verified")
    office.settle()
    before = office.written()

    for _ in range(3):
        assert office.settle() == Settled()
    assert office.written() == before


def test_what_was_found_true_is_earned_with_its_sentence(office: Office) -> None:
    office.tell(1, office.ana, happened_on=(NOW - timedelta(days=5)).date())
    put_attachment(office.desk, 1, id_of(1), "a" * 64)
    office.settle()
    office.review(1, "verified")
    office.settle()

    assert office.has(office.ana) == (0, 4)
    assert office.steps(1)["credited"] == ("Credited to you: 4 points", "5 × 1.0 new × 0.78 fresh = 4, rule v1")


def test_verified_taken_back_and_verified_again_nets_right_and_every_step_stays_on_the_ledger(office: Office) -> None:
    office.tell(1, office.ana)
    told = []
    for word in ("verified", "taken_back", "verified", "wrong", "verified"):
        office.review(1, word)
        office.settle()
        told.append((office.has(office.ana), office.steps(1)["credited"][0]))

    assert told == [
        ((0, 3), "Credited to you: 3 points"),
        ((3, 0), "3 points pending, until somebody of Product has found it true"),
        ((0, 3), "Credited to you: 3 points"),
        ((0, 0), "Taken back"),
        ((0, 3), "Credited to you: 3 points"),
    ]
    with office.desk.reading() as c:
        kinds = [one.kind for one in ledger.entries(c)]
    assert kinds[:4] == ["fund", "hold", "post", "reverse"]
    assert kinds.count("hold") == 1
    office.written()


def test_a_duplicate_that_is_merged_after_it_was_paid_is_taken_back_and_paid_as_what_it_is(office: Office) -> None:
    office.tell(1, office.ana, at=NOW - timedelta(days=3))
    office.tell(2, office.ben)
    office.tell(3, office.ben, at=NOW - timedelta(days=1))
    for number in (1, 2, 3):
        office.review(number, "verified")
    office.settle()
    assert (office.has(office.ana), office.has(office.ben)) == ((0, 3), (0, 6))

    office.place(2, 1)
    office.settle()

    assert office.has(office.ana) == (0, 3)
    assert office.credits(2) == [("new", 3, "nothing"), ("corroboration", 2, "earned")]
    office.place(2, 2)
    office.settle()
    assert office.credits(2) == [("new", 3, "earned"), ("corroboration", 2, "nothing")]
    assert office.settle() == Settled()
    office.written()


def test_a_decision_that_rests_on_it_and_turns_out_right_is_credited(office: Office) -> None:
    office.tell(1, office.ana)
    office.review(1, "verified")
    decision_id = office.decide(1, reply="We build it in January.")
    office.settle()
    assert office.has(office.ana) == (0, 6)  # of each no more than three, without evidence
    assert office.steps(1)["decided"] == (
        "Decided: it will be built",
        "Three asked for it.\nWe build it in January.",
    )

    lead = somebody(office.workspace, "Lea", "sales_lead", now=NOW)
    with office.desk.writing() as c:
        decisions.judge(c, decision_id, "right", by=lead, now=NOW + timedelta(days=30))
    office.settle(days=31)

    assert office.credits(1) == [("new", 3, "earned"), ("linked", 3, "earned"), ("right", 2, "earned")]
    title, detail = office.steps(1)["credited"]
    assert title == "Credited to you: 8 points"
    assert len(detail.splitlines()) == 3


def test_what_comes_due_when_the_budget_is_used_up_waits_and_is_credited_once_when_there_is_more(
    office: Office, tmp_path: Path
) -> None:
    rules = default_text().replace("budget = 2000", "budget = 4")
    (office.workspace.root / "rules.toml").write_text(rules, encoding="utf-8")
    office.workspace = load(office.workspace.root)
    office.tell(1, office.ana)
    office.tell(2, office.ben, at=NOW + timedelta(hours=1))
    settled = office.settle()

    assert (settled.promised, settled.waiting) == (1, 1)
    assert settled.sentences == ["1 award waits: this quarter's points are used up; `detente ledger fund` adds to them"]
    assert office.steps(2)["credited"][0] == "Due, and waiting"
    before = office.written()
    assert office.settle().waiting == 1
    assert office.written() == before

    admin = somebody(office.workspace, "Ada", "admin", now=NOW)
    with office.desk.writing() as c:
        ledger.fund(c, QUARTER, 10, by=admin.person_id, now=NOW, key="more")
    assert office.settle().promised == 1
    assert (office.has(office.ana), office.has(office.ben)) == ((3, 0), (3, 0))
    assert office.settle() == Settled()


def test_the_machine_funds_a_quarter_once_and_the_next_one_anew(office: Office) -> None:
    office.tell(1, office.ana)
    office.settle()
    office.tell(2, office.ana, at=NOW + timedelta(days=60))
    office.settle(days=60)

    with office.desk.reading() as c:
        funded = [(one.quarter, one.idem_key, one.by_id) for one in ledger.entries(c) if one.kind == "fund"]
        left = [ledger.left(c, quarter) for quarter in (QUARTER, "2027-Q1")]
    assert funded == [(QUARTER, f"fund:{QUARTER}:budget", None), ("2027-Q1", "fund:2027-Q1:budget", None)]
    assert left == [1997, 1997]


def test_what_was_withdrawn_after_it_was_paid_is_taken_back(office: Office) -> None:
    office.tell(1, office.ana)
    office.review(1, "verified")
    office.settle()
    with office.desk.writing() as c:
        sightings.withdraw(c, id_of(1), by=office.ana.person_id, now=NOW)
    del office.places[id_of(1)]
    office.settle()

    assert office.has(office.ana) == (0, 0)
    assert office.steps(1)["credited"] == ("Taken back", "You took the sighting back.")
    assert office.settle() == Settled()


@pytest.mark.parametrize("gate", ["quarantined", "waiting", "not_kept"])
def test_what_the_gate_holds_back_never_comes_onto_the_ledger(office: Office, gate: str) -> None:
    put_sighting(office.desk, 1, office.ana.person_id, gate=gate, at=NOW)

    assert office.settle() == Settled()
    with office.desk.reading() as c:
        assert ledger.entries(c) == []
    assert "credited" not in office.steps(1)


def test_what_the_gate_holds_back_later_is_taken_back(office: Office) -> None:
    office.tell(1, office.ana)
    office.review(1, "verified")
    office.settle()
    with office.desk.writing() as c:
        sightings.hold(c, id_of(1), "yes", by=office.ana.person_id, now=NOW)
    del office.places[id_of(1)]
    office.settle()

    assert office.has(office.ana) == (0, 0)


def test_what_a_page_had_said_before_earns_nothing_and_says_when(office: Office) -> None:
    office.tell(1, office.ana)
    office.place(1, 1, seen_first_at=NOW - timedelta(days=4), has_page=True)
    office.review(1, "verified")
    office.settle()

    assert office.credits(1) == []
    title, detail = office.steps(1)["credited"]
    assert title == "No points for this one"
    assert detail == "The competitor's own page said so on 12 Nov, before you did."
    assert office.steps(1)["clustered"][0] == "Put beside what their own page says"


def test_something_made_up_costs_what_it_had_earned_and_is_charged_and_both_can_be_undone(office: Office) -> None:
    office.tell(1, office.ana)
    office.tell(2, office.ana, at=NOW + timedelta(days=1))
    office.tell(3, office.ana, at=NOW + timedelta(days=2))
    for number in (1, 2, 3):
        office.review(number, "verified", days=3)
    office.settle(days=3)
    assert office.has(office.ana) == (0, 9)

    office.review(3, "fabricated", days=4)
    office.settle(days=4)
    # what it had earned went, then what was left; the other two are to be looked at again
    assert office.has(office.ana) == (6, -6)
    assert office.credits(3) == [("new", 3, "nothing"), ("fabricated", -6, "earned")]
    before = office.written()
    assert office.settle(days=4) == Settled()
    assert office.written() == before

    office.review(3, "verified", days=5)
    office.settle(days=5)
    assert office.has(office.ana) == (0, 9)
    assert office.settle(days=5) == Settled()
    office.written()


def test_of_somebody_who_was_erased_what_was_earned_stays_and_what_was_promised_goes_back(office: Office) -> None:
    from desk.privacy.erase import _blank  # noqa: PLC0415

    office.tell(1, office.ana)
    office.tell(2, office.ana, at=NOW + timedelta(days=1))
    office.review(1, "verified")
    office.settle()
    assert office.has(office.ana) == (3, 3)
    with office.desk.writing() as c:
        _blank(c, office.ana.person_id, NOW)
    office.places.clear()
    office.settle()

    assert office.has(office.ana) == (0, 3)
    assert office.settle() == Settled()


def test_what_is_not_published_yet_is_left_as_it_is(office: Office) -> None:
    office.tell(1, office.ana)
    office.review(1, "verified")
    office.settle()
    place = office.places.pop(id_of(1))
    office.tell(2, office.ben)
    office.places.pop(id_of(2))

    assert office.settle() == Settled()
    assert (office.has(office.ana), office.has(office.ben)) == ((0, 3), (0, 0))
    office.places[id_of(1)] = place


def test_a_promise_follows_the_facts_until_it_is_paid_and_what_was_paid_stays(office: Office) -> None:
    office.tell(1, office.ana)
    office.settle()
    put_attachment(office.desk, 1, id_of(1), "a" * 64)
    office.settle()
    assert office.has(office.ana) == (5, 0)
    assert office.credits(1) == [("new", 3, "nothing"), ("new", 5, "pending")]
    office.review(1, "verified")
    office.settle()

    assert office.has(office.ana) == (0, 5)
    assert office.settle() == Settled()


def test_a_promise_that_nobody_looks_at_for_a_quarter_goes_back_to_the_budget(office: Office) -> None:
    office.tell(1, office.ana)
    office.settle()
    office.settle(days=92)
    assert office.has(office.ana) == (0, 0)
    office.settle(days=400)

    assert office.steps(1)["credited"][0] == "No points for this one"


def test_what_was_paid_stays_paid_when_its_time_is_over(office: Office) -> None:
    office.tell(1, office.ana)
    office.review(1, "verified")
    office.settle()
    for days in (92, 170, 300):
        assert office.settle(days=days) == Settled()
    office.review(1, "taken_back", days=171)
    office.settle(days=171)

    assert office.has(office.ana) == (0, 3)


def test_rules_that_change_in_the_middle_of_a_week_leave_what_was_credited_before(office: Office) -> None:
    office.tell(1, office.ana)
    office.review(1, "verified")
    office.settle()
    rules = default_text().replace("version = 1", "version = 2").replace("points = 5", "points = 4", 1)
    rules = rules.replace("evidence_above = 3", "evidence_above = 2")
    (office.workspace.root / "rules.toml").write_text(rules, encoding="utf-8")
    office.workspace = load(office.workspace.root)
    office.tell(2, office.ben)
    office.review(2, "verified")
    office.settle()

    assert (office.has(office.ana), office.has(office.ben)) == ((0, 3), (0, 2))
    assert office.steps(1)["credited"][1].endswith("rule v1")
    assert office.steps(2)["credited"][1].endswith("rule v2")


def test_rules_that_changed_under_the_same_version_credit_nothing_and_say_so(office: Office) -> None:
    office.tell(1, office.ana)
    office.settle()
    text = default_text().replace("points = 5", "points = 4", 1)
    (office.workspace.root / "rules.toml").write_text(text, encoding="utf-8")
    office.workspace = load(office.workspace.root)
    office.tell(2, office.ben)
    settled = office.settle()

    assert "version 1 was in use with other numbers" in settled.problem
    assert office.has(office.ben) == (0, 0)


def test_a_promise_to_one_is_one_however_many_settle_at_once(office: Office) -> None:
    for number in range(1, 6):
        office.tell(number, office.ana if number % 2 else office.ben, at=NOW - timedelta(days=number))
        office.review(number, "verified")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: office.settle(), range(16)))

    assert (office.has(office.ana), office.has(office.ben)) == ((0, 9), (0, 6))
    office.written()


def test_others_than_the_reporter_see_that_it_was_credited_and_not_with_how_much(office: Office) -> None:
    office.tell(1, office.ana)
    office.review(1, "verified")
    office.tell(2, office.ana)
    office.settle()
    with office.desk.reading() as c:
        shown = [sightings.receipt(c, id_of(number), reader_id=office.paula.person_id).steps[-1] for number in (1, 2)]

    assert [(step.title, step.detail, step.is_done) for step in shown] == [
        ("Credited", "", True), ("Not credited yet", "", False)
    ]  # fmt: skip
