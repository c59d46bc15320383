"""Told more often than before counts only as far as it is not chance."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.relevance.lift import gamma_quantile, momentum, momentum_of

# by shape and probability, from the incomplete gamma function's series, to four places
KNOWN = [
    (3, 0.1, 1.1021), (4, 0.05, 1.3663), (4, 0.1, 1.7448), (6, 0.1, 3.1519), (11, 0.1, 7.0207), (31, 0.1, 24.1129),
    (101, 0.05, 85.0571), (3, 0.95, 6.2958), (11, 0.95, 16.9622),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "probability", "known"), KNOWN)
def test_the_quantile_is_within_a_hundredth_of_the_true_one(shape: float, probability: float, known: float) -> None:
    assert gamma_quantile(np.array([float(shape)]), probability)[0] == pytest.approx(known, rel=0.01)


@pytest.mark.parametrize(
    ("recent", "expected", "least", "most"),
    [
        (0, 0, 0, 0),
        (1, 0, 0, 0),  # one voice about something new is one voice
        (3, 0, 0.3, 0.5),
        (5, 5, 0, 0),
        (7, 5, 0, 0),  # may be chance
        (20, 5, 0.55, 0.65),
        (200, 50, 0.7, 0.75),  # four times as often, surely
        (2, 50, 0, 0),
    ],
)
def test_momentum_begins_where_chance_ends(recent: float, expected: float, least: float, most: float) -> None:
    assert least <= momentum_of(recent, expected, 0.9) <= most


def test_who_wants_to_be_surer_sees_less_momentum() -> None:
    assert momentum_of(12, 5, 0.8) > momentum_of(12, 5, 0.95)


@pytest.mark.parametrize("figure", [np.nan, np.inf, -np.inf, -1.0], ids=str)
def test_a_count_that_is_none_has_no_momentum(figure: float) -> None:
    assert momentum_of(figure, 1.0, 0.9) == 0
    assert momentum_of(9.0, figure, 0.9) == 0


def test_momentum_rises_with_what_is_told_and_falls_with_what_is_usual() -> None:
    random = np.random.default_rng(1)
    recent, expected = random.integers(0, 300, 100_000).astype(float), random.random(100_000) * 100

    here = momentum(recent, expected, 0.9)

    assert ((here >= 0) & (here < 1)).all()
    assert (momentum(recent + 1, expected, 0.9) >= here).all()
    assert (momentum(recent, expected + 1, 0.9) <= here).all()
