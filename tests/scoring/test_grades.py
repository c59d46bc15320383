"""Who says it and what is said are graded apart, and each needs its own evidence."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.grades import claim_grades, source_grades, wilson


@pytest.mark.parametrize(
    ("verified", "wrong", "fabricated", "letter"),
    [
        (0, 0, 0, "F"),
        (1, 0, 0, "F"),  # one that was right is no track record
        (0, 1, 0, "F"),  # nor is one that was wrong
        (3, 0, 0, "C"),
        (6, 0, 0, "B"),
        (16, 0, 0, "A"),
        (15, 0, 1, "B"),  # one that was made up costs as much as one that was wrong
        (90, 10, 0, "A"),
        (50, 50, 0, "C"),
        (1, 3, 0, "D"),
        (0, 4, 2, "E"),
        (2, 20, 0, "E"),
    ],
)
def test_a_letter_needs_a_record(verified: int, wrong: int, fabricated: int, letter: str) -> None:
    assert source_grades(np.array([verified]), np.array([wrong]), np.array([fabricated])).tolist() == [letter]


def test_one_more_found_true_never_lowers_a_letter_that_a_record_has_earned() -> None:
    order = np.array([*"EDFCBA"])
    rank = {letter: place for place, letter in enumerate(order)}
    verified, false = (grid.ravel() for grid in np.meshgrid(np.arange(60), np.arange(60)))
    none = np.zeros_like(false)

    here = source_grades(verified, false, none)
    better = source_grades(verified + 1, false, none)

    assert all(rank[after] >= rank[before] for before, after in zip(here.tolist(), better.tolist(), strict=True))


def test_wilsons_bounds_are_the_published_ones() -> None:
    low, high = wilson(np.array([8.0, 0.0, 0.0]), np.array([10.0, 10.0, 0.0]))

    assert low.round(3).tolist() == [0.49, 0.0, 0.0]
    assert high.round(3).tolist() == [0.943, 0.278, 1.0]


@pytest.mark.parametrize(
    ("independent", "page", "file", "confidence", "contradicted", "number"),
    [
        (3, False, False, "heard", False, 1),
        (2, True, False, None, False, 1),
        (1, True, False, None, False, 2),
        (2, False, False, None, False, 2),
        (1, False, True, None, False, 3),
        (1, False, False, "certain", False, 3),
        (1, False, False, "likely", False, 4),
        (1, False, False, "heard", False, 4),
        (1, False, False, None, False, 6),
        (0, False, False, None, False, 6),
        (1, False, True, "certain", True, 5),
        (3, True, True, "certain", True, 4),
    ],
)
def test_a_claims_number_comes_of_what_is_said_alone(
    independent: int, page: bool, file: bool, confidence: str | None, contradicted: bool, number: int
) -> None:
    told = (independent, page, file, confidence == "certain", confidence is not None, contradicted)

    assert claim_grades(*(np.array([one]) for one in told)).tolist() == [number]


def test_a_count_that_is_unknown_is_none() -> None:
    assert source_grades(np.array([np.nan, -3]), np.array([0, np.nan]), np.array([0, 0])).tolist() == ["F", "F"]
    off = np.array([False])
    assert claim_grades(np.array([np.nan]), off, off, off, off, off).tolist() == [6]
