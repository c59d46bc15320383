"""What becomes of made-up sightings, of those around them, and of whoever guesses."""

from __future__ import annotations

from dataclasses import replace

from sighting_facts import at, awards, points, reason, sighting

FAKE = sighting("fake", review="fabricated", reviewed_at=at(days=20), received_at=at(days=10))


def test_what_was_made_up_is_charged_and_earns_nothing_else() -> None:
    (award,) = awards(FAKE)

    assert (award.rule, award.stage, award.points, award.state) == ("fabricated", "fabricated", -10, "earned")
    assert award.sentence == "−10 × 1.0 made up or copied = −10, rule v1"


def test_what_was_found_to_be_made_up_is_charged_though_its_reporter_has_it_held_back_or_withdraws_it() -> None:
    for after in ({"gate": "quarantined"}, {"is_withdrawn": True}):
        assert points(replace(FAKE, **after))["fake"] == {"fabricated": -10}  # type: ignore[arg-type]


def test_what_is_quarantined_is_never_charged_where_nobody_found_it_made_up() -> None:
    assert points(replace(FAKE, gate="quarantined", review=None, reviewed_at=None))["fake"] == {}


def test_nothing_is_paid_in_the_month_after_it_was_found() -> None:
    before, after = sighting("before", received_at=at(days=20, hours=-1)), sighting("after", received_at=at(days=50))
    before, after = (replace(each, reviewed_at=at(days=60)) for each in (before, after))
    during = sighting("during", received_at=at(days=49, hours=23))

    assert points(FAKE, before, during, after) == {
        "fake": {"fabricated": -10}, "before": {"new": 5}, "during": {}, "after": {"new": 5},
    }  # fmt: skip
    assert reason("during", FAKE, during) == "after a made-up sighting nothing is paid for a while: until 22 Dec"


def test_the_second_time_nothing_is_paid_for_twice_as_long() -> None:
    again = sighting("again", review="fabricated", received_at=at(days=50), reviewed_at=at(days=55))
    late = sighting("late", received_at=at(days=114))

    assert reason("late", FAKE, again, late) == "after a made-up sighting nothing is paid for a while: until 25 Feb"
    assert reason("late", FAKE, again, replace(late, received_at=at(days=115))) == ""


def test_what_was_believed_before_is_looked_at_again() -> None:
    believed = sighting("believed", received_at=at(days=1), reviewed_at=at(days=3))
    long_ago = sighting("long ago", received_at=at(days=-71), reviewed_at=at(days=-70))

    states = {each.sighting_id: each.state for each in awards(FAKE, believed, long_ago) if each.rule == "new"}

    assert states == {"believed": "pending", "long ago": "earned"}
    assert points(FAKE, replace(believed, reviewed_at=at(days=21)))["believed"] == {"new": 5}


def test_who_told_the_same_as_a_fake_is_looked_at_again_and_not_blamed() -> None:
    honest = sighting("honest", "bo", received_at=at(days=5), cluster_id="cluster fake")

    (award,) = [each for each in awards(FAKE, honest) if each.sighting_id == "honest"]

    assert (award.state, award.points) == ("pending", 5)


def test_a_fake_takes_no_place_from_who_tells_the_truth_later() -> None:
    honest = sighting("honest", "bo", received_at=at(days=11), reviewed_at=at(days=21), cluster_id="cluster fake")

    assert points(FAKE, honest)["honest"] == {"new": 5}


def test_a_verdict_that_is_taken_back_gives_everything_back() -> None:
    after = sighting("after", received_at=at(days=30))

    assert points(replace(FAKE, review="verified"), after) == {"fake": {"new": 5}, "after": {"new": 5}}


def _record(found_true: int, of: int) -> list[object]:
    return [
        sighting(f"s{number}", received_at=at(days=number), review="verified" if number < found_true else "context")
        for number in range(of)
    ]


def test_who_is_hardly_ever_right_is_not_paid_until_it_is_more() -> None:
    facts = [*_record(1, 10), sighting("next", received_at=at(days=20))]

    assert reason("next", *facts).startswith("of your last 10 that were looked at, 1 were found true and new")  # type: ignore[arg-type]
    assert points(*facts)["s0"] == {"new": 5}  # type: ignore[arg-type]


def test_one_in_five_is_enough_and_everybody_has_ten_tries() -> None:
    next_ = sighting("next", received_at=at(days=20))

    assert points(*_record(2, 10), next_)["next"] == {"new": 5}  # type: ignore[arg-type]
    assert points(*_record(0, 9), next_)["next"] == {"new": 5}  # type: ignore[arg-type]
