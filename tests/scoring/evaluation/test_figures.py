"""Figures that were worked out by hand, a folder each."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.evaluation.isotonic import fitted
from scoring.evaluation.ranking import figures, ranked

NAMES = ("agreement", "precision", "ndcg")
CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def _of(values: list[float], gains: list[int], weights: list[float], k: int) -> dict[str, float]:
    gain = np.array(gains, dtype=np.int64)
    found = figures(ranked(np.array(values, dtype=float), gain), np.array([weights], dtype=float), k)
    return {name: float(getattr(found, name)[0]) for name in NAMES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_figures_are_as_worked_out_by_hand(case: Path) -> None:
    items = pd.read_csv(case / "items.csv")
    expected = json.loads((case / "expected.json").read_text())

    found = _of(items["value"].tolist(), items["gain"].tolist(), items["weight"].tolist(), expected["k"])

    wanted = {name: np.nan if expected[name] is None else expected[name] for name in NAMES}
    assert found == pytest.approx(wanted, abs=1e-5, nan_ok=True)


ITEMS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=12)


@given(ITEMS, st.integers(1, 6))
def test_an_item_of_weight_three_is_three_items(items: list[tuple[int, int, int]], k: int) -> None:
    apart = [(value, gain) for value, gain, weight in items for _ in range(weight)]
    once = _of(*map(list, zip(*items, strict=True)), k)  # type: ignore[arg-type]
    thrice = _of([one[0] for one in apart], [one[1] for one in apart], [1.0] * len(apart), k)

    assert once == pytest.approx(thrice, nan_ok=True)


@given(ITEMS, st.integers(1, 6), st.randoms(use_true_random=False))
def test_figures_hang_on_no_order_of_rows_and_are_shares(items, k, shuffling) -> None:
    found = _of(*map(list, zip(*items, strict=True)), k)
    shuffled = list(items)
    shuffling.shuffle(shuffled)
    again = _of(*map(list, zip(*shuffled, strict=True)), k)

    assert found == pytest.approx(again, nan_ok=True)
    assert all(np.isnan(value) or -1e-9 <= value <= 1 + 1e-9 for value in found.values())


def test_steps_are_pooled_where_they_would_fall() -> None:
    scores = np.array([1.0, 2, 3, 4, 5])
    steps = fitted(scores, np.array([0.0, 1, 0, 1, 1]), np.ones(5))

    assert steps.begins.tolist() == [1, 2, 4]
    assert steps.chances.tolist() == [0, 0.5, 1]
    assert steps.of(np.array([-9.0, 1.5, 3.9, 4.0, 99])).tolist() == [0, 0, 0.5, 1, 1]


def test_steps_weigh_what_was_drawn_by_lot() -> None:
    steps = fitted(np.array([1.0, 2, 2]), np.array([1.0, 0, 1]), np.array([1.0, 3, 1]))
    assert steps.chances.tolist() == pytest.approx([0.4])


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=30))
def test_steps_rise_and_keep_the_mean(labels: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in labels])
    happened = np.array([float(done) for _, done in labels])
    steps = fitted(scores, happened, np.ones(len(labels)))

    assert (np.diff(steps.chances) > 0).all()
    assert float(steps.of(scores).mean()) == pytest.approx(float(happened.mean()))


def test_each_row_of_weights_is_a_world_of_its_own() -> None:
    gain = np.array([2, 0, 1, 2], dtype=np.int64)
    order = ranked(np.array([4.0, 3, 3, 1]), gain)
    rows = np.array([[1.0, 1, 1, 1], [0, 2, 1, 1], [3, 0, 0, 1]])
    found = figures(order, rows, 2)

    for number, row in enumerate(rows):
        alone = figures(order, row[None, :], 2)
        for name in NAMES:
            assert getattr(found, name)[number] == pytest.approx(getattr(alone, name)[0], nan_ok=True)
