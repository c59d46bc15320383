"""The weekly lot: of the lower half, each as likely as the other, the same for the same week."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from scoring.evaluation.sample import draw


def _open(count: int) -> pd.DataFrame:
    return pd.DataFrame({"item_id": [f"i{n:04}" for n in range(count)], "score": [100 * n for n in range(count)]})


@pytest.mark.parametrize(
    ("count", "drawn"), [(0, 0), (1, 0), (2, 1), (19, 1), (20, 1), (22, 2), (100, 5), (400, 20), (4_000, 20)]
)
def test_a_tenth_of_the_lower_half_at_least_one_and_at_most_twenty(count: int, drawn: int) -> None:
    found = draw(_open(count), "2026-W47")

    assert len(found) == drawn
    assert list(found.columns) == ["item_id", "score", "probability"]
    assert found["item_id"].is_unique
    assert found["item_id"].is_monotonic_increasing
    if drawn:
        assert found["score"].max() < 100 * (count // 2)
        assert found["probability"].tolist() == pytest.approx([drawn / (count // 2)] * drawn)


def test_a_week_has_one_lot_whatever_the_order_and_another_week_another() -> None:
    items = _open(100)
    first = draw(items, "2026-W47")

    pd.testing.assert_frame_equal(first, draw(items.sample(frac=1, random_state=1), "2026-W47"))
    assert first["item_id"].tolist() != draw(items, "2026-W48")["item_id"].tolist()
    assert first["item_id"].tolist() != draw(items, "2026-W47", seed=1)["item_id"].tolist()


@pytest.mark.slow
def test_each_is_as_likely_as_it_says() -> None:
    items = _open(40)
    times = Counter(one for seed in range(2_000) for one in draw(items, "2026-W47", seed)["item_id"])

    assert len(times) == 20
    assert all(times[one] / 2_000 == pytest.approx(0.1, abs=0.03) for one in times)


def test_items_with_equal_scores_are_parted_by_their_ids() -> None:
    assert set(draw(_open(6).assign(score=0), "2026-W47")["item_id"]) <= {"i0000", "i0001", "i0002"}
