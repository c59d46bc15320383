"""Standing: how often what somebody reports is of use, beside others of the team with as many occasions."""

from __future__ import annotations

import pytest
from sighting_facts import RULES, at, awards, sighting

from scoring.rewards import SightingFacts, Standing, standing
from scoring.rewards.standing import wilson_lower

TEAMS = {"ana": "north", "bo": "north", "cy": "north", "di": "south"}


def _sent(person: str, useful: int, of: int) -> list[SightingFacts]:
    return [
        sighting(
            f"{person} {number}",
            person,
            received_at=at(days=2 * number),
            review="verified" if number < useful else "context",
        )
        for number in range(of)
    ]


def _standing(deals: dict[str, int], *facts: SightingFacts) -> dict[str, Standing]:
    return {each.person_id: each for each in standing(awards(*facts), deals, TEAMS, RULES.rewards)}


# Wilson's interval by hand, 95 %
@pytest.mark.parametrize(
    ("successes", "trials", "low"), [(0, 0, 0.0), (0, 10, 0.0), (5, 10, 0.2366), (10, 10, 0.7225), (50, 100, 0.4038)]
)
def test_the_lower_bound_is_wilsons(successes: int, trials: int, low: float) -> None:
    assert wilson_lower(successes, trials) == pytest.approx(low, abs=5e-5)


def test_a_small_territory_with_the_same_share_and_rate_stands_the_same() -> None:
    found = _standing({"ana": 20, "bo": 10}, *_sent("ana", 8, 12), *_sent("bo", 4, 6))

    assert found["ana"].score == pytest.approx(found["bo"].score)
    assert found["ana"].points_per_deal == found["bo"].points_per_deal


def test_who_is_right_more_often_stands_before_who_sends_more() -> None:
    found = _standing({"ana": 10, "bo": 10}, *_sent("ana", 6, 7), *_sent("bo", 6, 18))

    assert (found["ana"].rank, found["bo"].rank) == (1, 2)


def test_nobody_is_ranked_with_fewer_than_five() -> None:
    found = _standing({"ana": 10, "bo": 10}, *_sent("ana", 4, 4), *_sent("bo", 1, 5))

    assert (found["ana"].rank, found["bo"].rank) == (None, 1)


def test_ranks_are_within_a_team() -> None:
    found = _standing({"ana": 10, "di": 10}, *_sent("ana", 5, 6), *_sent("di", 1, 6))

    assert [(found[person].team, found[person].rank) for person in ("ana", "di")] == [("north", 1), ("south", 1)]


def test_who_has_deals_and_sends_nothing_is_shown_and_not_ranked() -> None:
    (only,) = _standing({"cy": 12}).values()

    assert (only.submitted, only.points, only.score, only.rank) == (0, 0, 0.0, None)
