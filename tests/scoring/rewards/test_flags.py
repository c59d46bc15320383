"""Patterns that a person should look at: each shows up where it is, honest work shows none, and nothing is taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sighting_facts import NOW, RULES, at, awards, points, sighting

from scoring.rewards import Flag, SightingFacts, due, flags


def _flags(facts: Sequence[SightingFacts]) -> list[Flag]:
    return flags(facts, due(facts, RULES, NOW, UTC), RULES.rewards)


def _kinds(facts: Sequence[SightingFacts]) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.kind, each.people) for each in _flags(facts)]


def _honest() -> list[SightingFacts]:
    """Three people, three weeks: each finds something weekly, and confirms one thing of another."""
    own = [
        sighting(f"{person} {week}", person, received_at=at(days=7 * week + day))
        for day, person in enumerate(("ana", "bo", "cy"))
        for week in range(3)
    ]
    confirming = [
        sighting("bo confirms", "bo", received_at=at(days=3), cluster_id="cluster ana 0"),
        sighting("cy confirms", "cy", received_at=at(days=10), cluster_id="cluster bo 1"),
    ]
    return own + confirming


def _mutual(people: Sequence[str], times: int) -> list[SightingFacts]:
    """Each finds something, and the next in the circle confirms it, so many times."""
    facts = []
    for number in range(times):
        first, other = people[number % len(people)], people[(number + 1) % len(people)]
        day = 7 * (number // 2) + number % 2
        facts.append(sighting(f"find {number}", first, received_at=at(days=day), cluster_id=f"c{number}"))
        facts.append(sighting(f"echo {number}", other, received_at=at(days=day, hours=5), cluster_id=f"c{number}"))
    return facts


def test_honest_work_is_not_flagged() -> None:
    assert _flags(_honest()) == []


def test_one_fact_in_thirty_reports_is_one_payment_and_a_flag() -> None:
    pieces = [
        sighting(f"piece {number:02d}", received_at=at(days=number // 6, hours=number % 6), deal_key="deal")
        for number in range(30)
    ]

    assert sum(sum(each.values()) for each in points(*pieces).values()) == 5
    (flag,) = _flags(pieces)
    assert (flag.kind, flag.people, len(flag.sightings)) == ("splitting", ("ana",), 30)
    assert flag.why == "30 sightings from one deal about one competitor within 60 days"


def test_a_copied_press_release_is_not_paid_and_flagged() -> None:
    copies = [sighting(f"copy {number}", received_at=at(days=number), seen_first_at=at(days=-1)) for number in range(4)]

    assert sum(sum(each.values()) for each in points(*copies).values()) == 0
    assert _kinds(copies) == [("copies", ("ana",))]


def test_the_same_words_from_two_people_are_paid_once_and_flagged() -> None:
    own = [sighting(f"own {number}", received_at=at(days=7 * number), text_digest=f"t{number}") for number in range(3)]
    same = [
        sighting(f"same {number}", "bo", received_at=at(days=7 * number + 1), text_digest=f"t{number}")
        for number in range(3)
    ]
    clustered = [*own]
    for first, copy in zip(own, same, strict=True):
        clustered.append(sighting(copy.sighting_id, "bo", received_at=copy.received_at, text_digest=copy.text_digest,
                                  cluster_id=first.cluster_id))  # fmt: skip

    assert all(not points(*clustered)[each.sighting_id] for each in same)
    assert ("copies", ("bo",)) in _kinds(clustered)


@pytest.mark.parametrize(("times", "found"), [(3, []), (4, [("reciprocity", ("ana", "bo"))])])
def test_two_who_live_by_confirming_each_other_are_flagged(times: int, found: list[object]) -> None:
    assert _kinds(_mutual(("ana", "bo"), times)) == found


def test_a_circle_in_which_no_two_confirm_each_other_is_flagged() -> None:
    assert _kinds(_mutual(("ana", "bo", "cy", "di"), 12)) == [("ring", ("ana", "bo", "cy", "di"))]


def test_two_who_confirm_each_other_beside_much_work_of_their_own_are_not() -> None:
    own = [
        sighting(f"own {person} {number}", person, received_at=at(days=7 * number + day))
        for number in range(8)
        for day, person in enumerate(("ana", "bo"), 2)
    ]

    assert _kinds([*_mutual(("ana", "bo"), 4), *own]) == []


def test_a_day_with_very_many_is_flagged() -> None:
    many = [sighting(f"s{number}", received_at=at(hours=number / 4)) for number in range(10)]

    assert _kinds(many) == [("burst", ("ana",))]


def test_what_comes_at_the_end_of_the_quarter_is_flagged() -> None:
    end = datetime(2026, 12, 29, 9, tzinfo=UTC)
    late = [sighting(f"late {number}", received_at=end - timedelta(days=number)) for number in range(3)]
    early = [sighting(f"early {number}", received_at=at(days=number)) for number in range(3)]

    assert _kinds([*early, *late]) == [("sandbagging", ("ana",))]
    assert _kinds([*early, *late[:2]]) == []


def test_a_flag_takes_nothing() -> None:
    facts = _mutual(("ana", "bo"), 6)

    assert _flags(facts)
    assert all(each.state != "nothing" or "cap" not in each.because_nothing for each in awards(*facts))
    assert sum(each.points for each in awards(*facts)) > 0


def test_what_is_kept_apart_shows_nobody() -> None:
    kept = [sighting(f"s{number}", received_at=at(hours=number / 4), gate="quarantined") for number in range(12)]

    assert _flags(kept) == []
