"""Decisions: who may, what is frozen with them, who hears of them, and that two at once are not two."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from desk_processes import started
from desk_rows import put_sighting
from sqlalchemy import func, select

from desk import audit, people, schema
from desk.deciding import decisions
from desk.following import sightings
from detente.errors import ConflictError, DetenteError, NotAllowedError, NotFoundError, SubmissionError

from .conftest import NEVER_MIND, Product


def _kinds(product: Product, sighting_id: str) -> list[str]:
    with product.desk.reading() as c:
        return [event.kind for event in sightings.events(c, sighting_id)]


def _one(product: Product, decision_id: str) -> decisions.Decision:
    with product.desk.reading() as c:
        return decisions.decision_of(c, decision_id)


def _count(product: Product) -> int:
    with product.desk.reading() as c:
        return int(c.execute(select(func.count()).select_from(schema.decision)).scalar_one())


def test_what_stood_beside_it_is_frozen_with_it(product: Product) -> None:
    decision_id = product.decide(theme="Team plans", reply=" We build it. ", is_blind=True)

    assert _one(product, decision_id) == decisions.Decision(
        decision_id=decision_id, item_id=product.said, kind="build", theme="Team plans", because=NEVER_MIND,
        reply="We build it.", by=product.paul.person_id, is_blind=True, score=6_250, rules_version=1,
        at=product.clock.now(), sightings=(product.said, product.also),
    )  # fmt: skip


def test_every_reporter_hears_of_it_and_events_and_audit_hold_no_word_of_it(product: Product) -> None:
    decision_id = product.decide(theme="Team plans", reply="We build it.")

    with product.desk.reading() as c:
        for id_ in (product.said, product.also):
            told = sightings.events(c, id_)[2:]
            assert [event.kind for event in told] == ["read", "linked", "decided"]
            assert told[1].detail == {"decision_id": decision_id}
            assert told[2].detail == {"decision_id": decision_id, "decision_kind": "build"}
        [entry] = audit.entries(c, subject=decision_id)
        messages = c.execute(select(schema.message.c.person_id, schema.message.c.kind)).all()
    assert (entry.action, entry.by) == ("decided", product.paul.person_id)
    assert "customers" not in str(entry)
    assert set(messages) == {(product.ana.person_id, "decided"), (product.bea.person_id, "decided")}


def test_without_a_theme_nothing_is_linked(product: Product) -> None:
    product.decide()
    assert _kinds(product, product.said)[2:] == ["read", "decided"]


def test_a_change_without_any_report_is_decided_too(product: Product) -> None:
    decision_id = product.decide(item_id="c_1", sightings=[], score=None, rules_version=None)
    assert _one(product, decision_id).sightings == ()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"kind": "ship"}, "kind: is none of build, match, counter_message, price, watch, decline"),
        ({"because": " \n\x00"}, "because: is empty"),
        ({"because": "x" * 5_001}, "because: has 5,001 characters"),
        ({"reply": "x" * 5_001}, "reply: has 5,001 characters"),
        ({"theme": "x" * 201}, "theme: has 201 characters"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "+".join(value),
)
def test_a_word_that_is_missing_unknown_or_too_long_is_refused(
    product: Product, words: dict[str, str], fault: str
) -> None:
    with pytest.raises(SubmissionError, match=fault):
        product.decide(**words)
    assert _count(product) == 0


@pytest.mark.parametrize("who", ["ana", "bea"])
def test_only_product_decides(product: Product, who: str) -> None:
    with pytest.raises(NotAllowedError, match="needs the role pm"):
        product.decide(by=getattr(product, who))


def test_whose_report_alone_it_is_does_not_decide_on_it_nor_whom_they_report_to(product: Product) -> None:
    own = put_sighting(product.desk, 3, product.paul.person_id)
    for by, item, those in ((product.paul, own, [own]), (product.mia, product.said, [product.said])):
        with pytest.raises(NotAllowedError, match="ask a colleague"):
            product.decide(by=by, item_id=item, sightings=those)
    assert _count(product) == 0
    assert product.decide(by=product.petra, item_id=own, sightings=[own])


def test_an_admin_who_makes_themselves_a_pm_is_credited_by_nobody_but_a_second_person(product: Product) -> None:
    with product.desk.writing() as c:
        people.set_roles(
            c, product.ana.person_id, ["rep", "admin", "pm"], by=product.ana.person_id, now=product.clock.now()
        )
        ana = people.person(c, product.ana.person_id)
    with pytest.raises(NotAllowedError, match="ask a colleague"):
        product.decide(by=ana, sightings=[product.said])
    assert _one(product, product.decide(by=ana)).sightings == (product.also,)


def test_what_the_decider_or_their_team_reported_hears_of_it_and_does_not_count(product: Product) -> None:
    decision_id = product.decide(by=product.mia)

    assert _one(product, decision_id).sightings == (product.also,)
    assert _kinds(product, product.said)[-1] == "decided"


def test_what_was_withdrawn_or_is_held_back_contributes_nothing(product: Product) -> None:
    held = put_sighting(product.desk, 3, product.bea.person_id, gate="quarantined")
    with product.desk.writing() as c:
        sightings.withdraw(c, product.also, by=product.bea.person_id, now=product.clock.now())

    decision_id = product.decide(sightings=[product.said, product.also, held])

    assert _one(product, decision_id).sightings == (product.said,)
    assert _kinds(product, held)[2:] == []
    for item in (product.also, held):
        with pytest.raises(ConflictError, match="withdrawn or is held back"):
            product.decide(item_id=item, sightings=[item])


def test_a_retry_is_the_decision_that_stands(product: Product) -> None:
    first = product.decide()
    assert product.decide(now=product.clock.go(hours=1), score=7_000) == first
    assert _count(product) == 1
    assert _kinds(product, product.said).count("decided") == 1


def test_who_comes_second_is_told_of_the_first_and_may_replace_it(product: Product) -> None:
    first = product.decide()
    with pytest.raises(ConflictError, match=f"build was decided on 2026-11-16 at 09:00 UTC, as {first}"):
        product.decide(by=product.petra, kind="decline")
    second = product.decide(by=product.petra, kind="decline", expected_previous=first)

    with product.desk.reading() as c:
        assert [one.decision_id for one in decisions.of_item(c, product.said)] == [second, first]
        standing = decisions.newest(c, [product.said])
    assert standing is not None
    assert standing.kind == "decline"
    with pytest.raises(ConflictError, match="decline was decided"):
        product.decide(by=product.paul, kind="watch", expected_previous=first)


def test_a_decision_on_any_item_of_the_cluster_is_seen(product: Product) -> None:
    first = product.decide()
    with pytest.raises(ConflictError, match=first):
        product.decide(item_id=product.also, items=[product.said, product.also])
    assert product.decide(item_id=product.also, items=[product.said, product.also], expected_previous=first)


def test_what_does_not_stand_is_not_replaced(product: Product) -> None:
    with pytest.raises(ConflictError, match="does not stand on this item"):
        product.decide(expected_previous="d_nothing")


def test_a_clock_that_was_set_back_does_not_bring_an_older_decision_back(product: Product) -> None:
    first = product.decide()
    second = product.decide(kind="watch", now=product.clock.now() - timedelta(days=1), expected_previous=first)
    with product.desk.reading() as c:
        standing = decisions.newest(c, [product.said])
    assert standing is not None
    assert standing.decision_id == second


@pytest.mark.slow
def test_of_two_who_decide_at_once_one_decides_and_the_other_is_told(product: Product) -> None:
    def decide(number: int) -> str:
        by = (product.paul, product.petra)[number % 2]
        try:
            return product.decide(by=by)
        except DetenteError as refused:
            return type(refused).__name__

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(decide, range(40)))

    assert _count(product) == 1
    assert _kinds(product, product.said).count("decided") == 1
    assert {answer for answer in answers if not answer.startswith("d_")} == {"ConflictError"}
    assert answers.count("ConflictError") == 20


JUDGING = [
    ("paul", "their own decision"),
    ("ana", "needs the role"),
    ("bea", "needs the role"),
    ("mia", "reports to you"),
]


@pytest.mark.parametrize(("who", "why"), JUDGING)
def test_how_it_turned_out_is_said_by_somebody_who_has_no_share_in_it(product: Product, who: str, why: str) -> None:
    decision_id = product.decide()
    with pytest.raises(NotAllowedError, match=why), product.desk.writing() as c:
        decisions.judge(c, decision_id, "right", by=getattr(product, who), now=product.clock.now())


def test_the_newest_word_on_how_it_turned_out_counts(product: Product) -> None:
    decision_id = product.decide()
    with product.desk.writing() as c:
        for outcome in ("right", "partly", "partly"):
            decisions.judge(c, decision_id, outcome, by=product.petra, now=product.clock.now())
        assert decisions.outcomes(c)[decision_id].outcome == "partly"
        assert [entry.detail for entry in audit.entries(c, subject=decision_id)][:2] == [
            {"outcome": "partly"},
            {"outcome": "right"},
        ]
        with pytest.raises(SubmissionError, match="right, partly, wrong"):
            decisions.judge(c, decision_id, "so-so", by=product.petra, now=product.clock.now())  # type: ignore[arg-type]


def test_a_decision_that_was_replaced_is_not_judged(product: Product) -> None:
    first = product.decide()
    second = product.decide(kind="watch", expected_previous=first)
    with pytest.raises(ConflictError, match=f"replaced by {second}"), product.desk.writing() as c:
        decisions.judge(c, first, "right", by=product.petra, now=product.clock.now())
    with pytest.raises(NotFoundError), product.desk.writing() as c:
        decisions.judge(c, "d_nothing", "right", by=product.petra, now=product.clock.now())


def test_decisions_are_found_by_the_beginning_of_their_id(product: Product) -> None:
    first = product.decide()
    with product.desk.reading() as c:
        assert decisions.beginning_with(c, first[:8]).decision_id == first
        for beginning in ("", "d_x", "%"):
            with pytest.raises(NotFoundError, match="no decision"):
                decisions.beginning_with(c, beginning)


KILLED = """
from desk.deciding import decisions
from desk import people
opened = desk()
with opened.writing() as c:
    by = people.person_by_email(c, "paul@acme.test")
    decisions.decide(
        c, item_id=sys.argv[3], kind="build", because=sys.argv[5], sightings=[sys.argv[3], sys.argv[4]], score=6_250,
        rules_version=1, by=by, now=opened.clock.now(),
    )
    if sys.argv[6] == "before":
        print("ready", flush=True)
        sys.stdin.readline()
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("when", "left"), [("before", 0), ("after", 1)])
def test_who_was_killed_while_deciding_decides_again_and_it_is_one(
    product: Product, place: Any, when: str, left: int
) -> None:
    with started(place, KILLED, product.said, product.also, NEVER_MIND, when) as decider:
        assert decider.stdout is not None
        assert decider.stdout.readline() == "ready\n"
        decider.kill()

    assert _count(product) == left
    product.decide()
    assert _count(product) == 1
    assert _kinds(product, product.said).count("decided") == 1
