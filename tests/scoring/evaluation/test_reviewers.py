"""Cohen's kappa, worked out by hand."""

from __future__ import annotations

import pytest

from scoring.evaluation.reviewers import kappa


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        # three of four alike; a is said five times of eight: 25/64 + 9/64 by chance
        ([("a", "a"), ("a", "a"), ("a", "b"), ("b", "b")], (0.75 - 34 / 64) / (1 - 34 / 64)),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
    ],
)
def test_two_people_agree_as_far_as_beyond_chance(pairs: list[tuple[str, str]], expected: float) -> None:
    assert kappa(pairs) == pytest.approx(expected)
    assert kappa([(other, one) for one, other in pairs]) == pytest.approx(expected)


@pytest.mark.parametrize("pairs", [[], [("a", "a")] * 60])
def test_without_pairs_or_with_one_word_alone_it_cannot_be_told(pairs: list[tuple[str, str]]) -> None:
    assert kappa(pairs) is None
