"""Each reward rule: what it pays, and where it pays nothing, with the words that its reporter reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sighting_facts import MONDAY, at, awards, decision, points, reason, sighting

from scoring.rewards import SightingFacts


def test_nothing_is_earned_by_sending() -> None:
    sent = sighting("one", review=None, reviewed_at=None, reviewed_by=())

    (award,) = awards(sent, now=at(days=3))

    assert (award.state, award.points) == ("pending", 5)


def test_what_is_new_and_found_true_earns_five() -> None:
    (award,) = awards(sighting("one"))

    assert (award.rule, award.stage, award.state, award.points) == ("new", "verified", "earned", 5)
    assert award.sentence == "5 × 1.0 new × 1.0 fresh = 5, rule v1"


def test_the_sentence_shows_what_was_multiplied() -> None:
    (award,) = awards(sighting("one", observed_on=date(2026, 10, 28)))

    assert award.sentence == "5 × 1.0 new × 0.78 fresh = 4, rule v1"
    assert [(term.name, str(term.factor), term.because) for term in award.terms] == [
        ("new", "1.00", "nobody had told it before"),
        ("fresh", "0.78", "seen 5 days before it was told"),
    ]


# days between seeing and telling, and what is left of 5 points
@pytest.mark.parametrize(("days", "left"), [(0, 5), (1, 5), (5, 4), (7, 4), (14, 3), (28, 1), (46, 1), (60, 0)])
def test_waiting_costs(days: int, left: int) -> None:
    seen = sighting("one", observed_on=(MONDAY - timedelta(days=days)).date())

    assert points(seen)["one"].get("new", 0) == left


@pytest.mark.parametrize("claimed", [None, date(2026, 11, 2), date(2027, 6, 1)])
def test_a_day_that_is_left_out_or_lies_ahead_is_the_day_it_was_sent(claimed: date | None) -> None:
    assert points(sighting("one", observed_on=claimed))["one"] == {"new": 5}


def test_without_evidence_a_rule_pays_three_at_most() -> None:
    (award,) = awards(sighting("one", has_evidence=False))

    assert award.points == 3
    assert award.sentence == "5 × 1.0 new × 1.0 fresh = 5, at most 3 without evidence, rule v1"


CONFIRMS = {"received_at": at(days=3), "cluster_id": "cluster one"}


def test_the_first_to_confirm_has_two_the_second_one_and_the_third_is_told_too() -> None:
    first = sighting("one")
    others = [
        sighting(name, person, **(CONFIRMS | {"received_at": at(hours=position)}))
        for position, (name, person) in enumerate([("two", "bo"), ("three", "cy"), ("four", "di"), ("five", "ed")], 1)
    ]
    own = [sighting(f"own of {each.person_id}", each.person_id, received_at=at(days=7)) for each in others]

    found = points(first, *others, *own)

    assert [found[name] for name in ("one", "two", "three", "four", "five")] == [
        {"new": 5}, {"corroboration": 2}, {"corroboration": 1}, {"duplicate": 1}, {},
    ]  # fmt: skip


# what makes two sightings one source, and what the later reporter is told
DEPENDENT = {
    "one deal": ({"deal_key": "deal of ana one"}, "one conversation is one source"),
    "no customer and no deal": ({"account_key": None, "deal_key": None}, "so that it can be checked"),
    "one account": ({"account_key": "account of ana one"}, "from the same customer"),
    "one team within two days": (
        {"manager_id": "manager of ana", "received_at": at(hours=47)}, "a team is one voice for a while",
    ),
    "the manager": ({"person_id": "manager of ana", "received_at": at(hours=5)}, "a team is one voice for a while"),
    "one text": ({"text_digest": "text one"}, "the same words or the same file"),
    "one photo": ({"evidence_digests": ("photo",)}, "the same words or the same file"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), DEPENDENT.values(), ids=DEPENDENT)
def test_one_source_confirms_nothing(changed: dict[str, object], said: str) -> None:
    first = sighting("one", reviewed_at=at(hours=1), evidence_digests=("photo",))
    later = sighting("two", "bo", **(CONFIRMS | changed))
    own = sighting("own", later.person_id, received_at=at(days=7))

    assert points(first, later, own)["two"] == {}
    assert said in reason("two", replace(first, reviewed_at=at(days=9)), later, own)


def test_the_same_team_confirms_after_two_days() -> None:
    later = sighting("two", "bo", manager_id="manager of ana", received_at=at(hours=49), cluster_id="cluster one")

    assert points(sighting("one"), later, sighting("own", "bo", received_at=at(days=7)))["two"] == {"corroboration": 2}


def test_told_in_good_faith_before_anybody_had_looked_is_one_point() -> None:
    confirmed = [sighting("one"), sighting("two", "bo", **CONFIRMS), sighting("three", "cy", **CONFIRMS)]
    own = [sighting(f"own of {person}", person, received_at=at(days=7)) for person in ("bo", "cy", "di")]
    first = replace(confirmed[0], reviewed_at=at(days=8))
    seen = [replace(each, reviewed_at=at(days=8)) for each in confirmed[1:]]
    before = sighting("four", "di", received_at=at(days=4), cluster_id="cluster one")

    assert points(first, *seen, before, *own)["four"] == {"duplicate": 1}
    assert (
        reason("four", *confirmed, before, *own) == "a colleague had told it, and it had been looked at, before you did"
    )


def test_a_confirmation_is_paid_to_whoever_finds_things_too() -> None:
    first, echo = sighting("one"), sighting("two", "bo", **CONFIRMS)

    (award,) = [each for each in awards(first, echo, now=at(days=60)) if each.sighting_id == "two"]
    assert (award.points, award.state) == (2, "pending")
    assert award.sentence == "2 × 1.0 confirmed × 0.86 fresh = 2, once you have told something new yourself, rule v1"
    assert reason("two", first, echo, now=at(days=95)).startswith("a confirmation counts once you have told something")
    assert points(first, echo, sighting("own", "bo", received_at=at(days=20)))["two"] == {"corroboration": 2}


def test_who_confirms_late_has_it_no_fresher_than_it_was_first_told() -> None:
    late = sighting("two", "bo", received_at=at(days=14), observed_on=at(days=14).date(), cluster_id="cluster one")

    found = awards(sighting("one"), late, sighting("own", "bo", received_at=at(days=7)))

    assert [each.sentence for each in found if each.sighting_id == "two"] == [
        "2 × 1.0 confirmed × 0.5 fresh = 1, rule v1"
    ]


def test_a_decision_that_rests_on_it_pays_five_and_once() -> None:
    decisions = (decision(at(days=5)), decision(at(days=6), decision_id="d2", kind="price"))

    assert points(sighting("one", decisions=decisions))["one"] == {"new": 5, "linked": 5}


@pytest.mark.parametrize("kind", ["watch", "decline"])
def test_a_decision_after_which_nothing_is_done_pays_nothing(kind: str) -> None:
    assert points(sighting("one", decisions=(decision(at(days=5), kind=kind),)))["one"] == {"new": 5}


@pytest.mark.parametrize(("days", "linked"), [(-1, None), (0, 5), (91, 5), (92, None)])
def test_a_decision_counts_within_thirteen_weeks(days: int, linked: int | None) -> None:
    assert points(sighting("one", decisions=(decision(at(days=days)),)))["one"].get("linked") == linked


def test_who_told_it_first_has_most_of_a_decision() -> None:
    taken = (decision(at(days=5)),)
    first = sighting("one", decisions=taken)
    later = sighting("two", "bo", decisions=taken, **CONFIRMS)

    found = points(first, later, sighting("own", "bo", received_at=at(days=7)))

    assert (found["one"]["linked"], found["two"]["linked"]) == (5, 1)


def test_a_decision_that_turned_out_right_pays_two_more() -> None:
    taken = decision(at(days=5), outcome="right")

    assert points(sighting("one", decisions=(taken,)))["one"] == {"new": 5, "linked": 5, "right": 2}
    assert points(sighting("one", decisions=(replace(taken, outcome="wrong"),)))["one"] == {"new": 5, "linked": 5}


# what earns nothing whoever looks at it, and what the reporter reads
NOTHING: dict[str, tuple[dict[str, object], str]] = {
    "waiting": ({"gate": "waiting"}, "it waits for your answer to how you learned it"),
    "quarantined": ({"gate": "quarantined"}, "what may not be collected is never paid"),
    "rejected": ({"gate": "rejected"}, "what may not be collected is never paid"),
    "withdrawn": ({"is_withdrawn": True}, "you took it back"),
    "a public page": ({"source": "public"}, "what anybody can read on a public page is not paid"),
    "seen by the crawler before": (
        {"seen_first_at": at(days=-2)}, "the competitor's own page said so on 31 Oct, before you did",
    ),
    "seen by the crawler in the next two days": (
        {"seen_first_at": at(days=1)}, "the competitor's own page said so on 3 Nov, where we read it ourselves",
    ),
    "in a digest before": ({"published_at": at(days=-5)}, "our own digest had told it on 28 Oct, before you did"),
    "a stub": ({"completed_at": None}, "it is too short to check"),
    "context": ({"review": "context"}, "it was useful to know, but no news by itself; thank you"),
    "wrong": ({"review": "wrong"}, "it turned out otherwise; an honest mistake costs you nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), NOTHING.values(), ids=NOTHING)
def test_what_earns_nothing_says_why(changed: dict[str, object], said: str) -> None:
    (award,) = awards(sighting("one", **changed))

    assert (award.points, award.state) == (0, "nothing")
    assert award.because_nothing.startswith(said)
    assert award.sentence == award.because_nothing


def test_a_page_that_says_it_later_takes_nothing() -> None:
    assert points(sighting("one", seen_first_at=at(days=3)))["one"] == {"new": 5}


def test_a_decision_pays_nothing_for_what_was_public() -> None:
    taken = (decision(at(days=5)),)

    assert points(sighting("one", seen_first_at=at(days=-1), decisions=taken))["one"] == {}


def test_a_stub_does_not_block_a_full_report() -> None:
    stub = sighting("one", completed_at=at(days=3), reviewed_at=at(days=4))
    full = sighting("two", "bo", received_at=at(hours=5), cluster_id="cluster one")

    assert points(stub, full)["two"] == {"new": 5}


def test_a_stub_that_is_completed_within_a_day_keeps_its_place() -> None:
    stub = sighting("one", completed_at=at(hours=23))
    full = sighting("two", "bo", received_at=at(hours=5), cluster_id="cluster one")

    assert points(stub, full)["one"] == {"new": 5}


def test_what_one_person_tells_twice_is_paid_once() -> None:
    again = sighting("two", received_at=at(days=1), cluster_id="cluster one")

    assert points(sighting("one"), again) == {"one": {"new": 5}, "two": {}}
    assert reason("two", sighting("one"), again) == "you had told it already"


def _piece(name: str, days: float, **changed: object) -> SightingFacts:
    return sighting(name, received_at=at(days=days), deal_key="deal", account_key="account", **changed)


def test_one_finding_in_five_pieces_is_paid_once() -> None:
    pieces = [_piece(f"piece {day}", day) for day in range(5)]

    assert points(*pieces) == {"piece 0": {"new": 5}} | {f"piece {day}": {} for day in range(1, 5)}


def test_who_names_no_deal_names_the_same_one_each_time() -> None:
    pieces = [sighting(f"piece {day}", received_at=at(days=day), deal_key=None) for day in range(3)]

    assert sum(sum(each.values()) for each in points(*pieces).values()) == 5


def test_a_second_thing_from_one_deal_is_paid_when_a_page_or_a_colleague_bears_it_out() -> None:
    first, second = _piece("one", 0), _piece("two", 1)
    colleague = sighting("three", "bo", received_at=at(days=4), cluster_id="cluster two")

    assert points(first, second)["two"] == {}
    assert points(first, replace(second, seen_first_at=at(days=8)))["two"] == {"new": 5}
    assert points(first, second, colleague)["two"] == {"new": 5}


def test_a_decision_on_any_piece_counts_for_the_finding() -> None:
    pieces = [_piece("one", 0), _piece("two", 1, decisions=(decision(at(days=5)),))]

    assert points(*pieces)["one"] == {"new": 5, "linked": 5}


@pytest.mark.parametrize("reviewer", ["ana", "manager of ana"])
def test_neither_the_reporter_nor_the_manager_reviews(reviewer: str) -> None:
    (award,) = awards(sighting("one", reviewed_by=(reviewer,)), now=at(days=5))

    assert award.state == "pending"


def test_what_nobody_has_looked_at_for_a_quarter_is_not_promised_any_more() -> None:
    sent = sighting("one", review=None, reviewed_at=None)

    assert reason("one", sent, now=at(days=92)).startswith("nobody has looked at it for 13 weeks")
    assert points(replace(sent, review="verified", reviewed_at=at(days=200)))["one"] == {"new": 5}


def test_what_is_merged_or_split_later_is_right_by_itself() -> None:
    first, other = sighting("one"), sighting("two", "bo", received_at=at(days=1))
    own = sighting("own", "bo", received_at=at(days=7))
    merged = replace(other, cluster_id="cluster one")

    assert points(first, other, own)["two"] == {"new": 5}
    assert points(first, merged, own)["two"] == {"corroboration": 2}
    assert points(first, replace(merged, person_id="ana"), own)["two"] == {}
