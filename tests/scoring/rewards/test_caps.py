"""Caps: two paid sightings a day, five a week, by the workspace's days; the best are paid."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sighting_facts import MONDAY, NOW, RULES, at, points, reason, sighting

from scoring.rewards import due


def test_two_a_day_are_paid_and_they_are_the_best() -> None:
    facts = [
        sighting("small", has_evidence=False),
        sighting("large", received_at=at(hours=2)),
        sighting("larger", received_at=at(hours=4)),
    ]

    assert points(*facts) == {"small": {}, "large": {"new": 5}, "larger": {"new": 5}}
    assert reason("small", *facts) == "2 sightings of that day are paid already"


def test_five_a_week_are_paid() -> None:
    facts = [sighting(f"s{day}", received_at=at(days=day)) for day in range(8)]

    assert [sum(each.values()) for each in points(*facts).values()] == [5, 5, 5, 5, 5, 0, 0, 5]
    assert reason("s6", *facts) == "5 sightings of that week are paid already"


def test_what_earns_nothing_takes_no_place() -> None:
    facts = [
        sighting("context", review="context"),
        sighting("public", seen_first_at=at(days=-1)),
        sighting("one", received_at=at(hours=1)),
        sighting("two", received_at=at(hours=2)),
    ]

    assert points(*facts) == {"context": {}, "public": {}, "one": {"new": 5}, "two": {"new": 5}}


def test_what_waits_takes_no_place_from_what_is_found_true() -> None:
    waiting = [sighting(f"w{hour}", received_at=at(hours=hour), review=None, reviewed_at=None) for hour in range(2)]
    true = [sighting(f"t{hour}", received_at=at(hours=hour + 3), has_evidence=False) for hour in range(2)]

    assert points(*waiting, *true) == {"w0": {}, "w1": {}, "t0": {"new": 3}, "t1": {"new": 3}}


def test_a_day_is_that_of_the_workspace() -> None:
    # 23:30 and 00:30 in Berlin are two days, and one in UTC
    late = MONDAY.replace(hour=22, minute=30)
    facts = [sighting(f"s{number}", received_at=late) for number in range(2)]
    facts += [sighting(f"s{number}", received_at=late.replace(hour=23)) for number in range(2, 4)]

    def paid(zone: str) -> int:
        return sum(each.points > 0 for each in due(facts, RULES, NOW, ZoneInfo(zone)))

    assert (paid("UTC"), paid("Europe/Berlin")) == (2, 4)
