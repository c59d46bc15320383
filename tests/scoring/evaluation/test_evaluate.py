"""On generated labels a good score is found good, one that is chance is not, and few labels tell nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.quality.decided_items import decided_items
from scoring.evaluation import Evaluation, evaluate
from scoring.evaluation.blocks import resamples
from scoring.evaluation.calibration import calibration
from scoring.evaluation.evaluate import BASELINES, SCORE, group
from scoring.evaluation.labels import POINTS, a_weeks_work, labels_of
from scoring.evaluation.ranking import figures, ranked
from scoring.evaluation.stability import REACH, stability

RESAMPLED = 200


def _evaluated(frame: pd.DataFrame, **more: int) -> Evaluation:
    return evaluate(frame, frame, resampled=RESAMPLED, **more)


def test_a_good_score_beats_every_plain_order_by_more_than_chance() -> None:
    found = _evaluated(decided_items(300, strength=0.8)).all

    assert [one.name for one in found.orders] == [SCORE, *BASELINES]
    assert found.is_better
    assert found.orders[0].agreement.low > 0.8
    assert found.best_baseline is not None
    assert found.best_baseline.agreement.high < found.orders[0].agreement.low


def test_a_perfect_score_is_found_perfect() -> None:
    score = found = _evaluated(decided_items(300, strength=1)).all.orders[0]
    assert score.precision.value == pytest.approx(1)
    assert found.agreement.value > 0.99


@pytest.mark.parametrize("seed", range(3))
def test_a_score_that_is_chance_is_not_found_better_than_a_plain_order(seed: int) -> None:
    found = _evaluated(decided_items(300, strength=0, seed=seed)).all

    assert found.is_enough
    assert not found.is_better
    assert found.orders[0].agreement.includes(0.5)


def test_a_score_that_only_repeats_a_plain_order_is_not_found_better() -> None:
    frame = decided_items(400, strength=0.8)
    frame["largest_deal"] = frame["score"].astype(float)
    found = _evaluated(frame).all

    assert found.best_baseline is not None
    assert found.best_baseline.name == "largest deal"
    assert not found.is_better


@pytest.mark.parametrize(("count", "is_enough"), [(0, False), (49, False), (50, True)])
def test_below_fifty_labels_nothing_is_told(count: int, is_enough: bool) -> None:
    found = _evaluated(decided_items(count, strength=0.8) if count else decided_items(1, strength=1).head(0))

    assert found.all.labels == count
    assert found.all.is_enough is is_enough
    assert bool(found.all.orders) is is_enough


def test_labels_that_are_all_alike_tell_nothing() -> None:
    assert not _evaluated(decided_items(60, strength=1).assign(kind="decline")).all.is_enough


def test_blind_labels_and_outcomes_stand_apart() -> None:
    frame = decided_items(600, strength=0.8)
    frame["outcome"] = np.where(frame.index % 4 == 0, "right", None)
    frame.loc[frame.index % 8 == 0, "outcome"] = "wrong"
    found = _evaluated(frame)

    assert found.blind.labels == int(frame["is_blind"].sum())
    assert found.blind.is_enough
    assert found.judged.labels == 150
    assert found.judged.acted_on == 75
    assert found.judged.orders[0].agreement.includes(0.5)


def test_without_a_part_that_carries_the_score_it_agrees_less_and_without_chance_more() -> None:
    found = {one.name: one.gain for one in _evaluated(decided_items(600, strength=0.9)).all.ablation}

    assert list(found) == [f"without {name}" for name in ("demand", "threat", "gap", "time", "theme", "novelty")]
    assert abs(found["without gap"].value) < 0.01
    assert found["without gap"].low < found["without gap"].value < found["without gap"].high


def test_the_order_of_rows_changes_nothing_and_a_seed_gives_the_same() -> None:
    frame = decided_items(120, strength=0.5)
    shuffled = frame.sample(frac=1, random_state=3)

    assert _evaluated(frame, seed=7) == _evaluated(shuffled, seed=7)
    assert _evaluated(frame, seed=7).all != _evaluated(frame, seed=8).all


@pytest.mark.slow
def test_intervals_cover_what_is_true_although_items_of_a_week_hang_together() -> None:
    """Of what is true, 95 % of the intervals are to hold it; a hundred histories tell that to within some points."""
    truth = _agreement(decided_items(60_000, strength=0.5, seed=99, weeks=2_000, per_block=1))
    covered = 0
    for seed in range(100):
        labels = labels_of(decided_items(300, strength=0.5, seed=seed, weeks=13, per_block=1))
        order = ranked(labels.frame["score"].to_numpy(dtype=float), labels.gain)
        drawn = np.concatenate(list(resamples(labels.block, np.random.default_rng(seed), 200)))
        again = figures(order, drawn.astype(float), 5).agreement
        low, high = np.percentile(again, [2.5, 97.5])
        covered += low <= truth <= high
    assert covered >= 88


def _agreement(frame: pd.DataFrame) -> float:
    labels = labels_of(frame)
    order = ranked(labels.frame["score"].to_numpy(dtype=float), labels.gain)
    return float(figures(order, labels.weight[None, :], 5).agreement[0])


@pytest.mark.slow
def test_weights_undo_that_low_scores_are_rarely_looked_at() -> None:
    """All items above the middle are labelled and a tenth of those below, as the weekly lot does it."""
    everything = decided_items(40_000, strength=0.6, weeks=500)
    low = everything["score"] < everything["score"].median()
    lot = np.random.default_rng(1).random(len(everything)) < 0.1
    seen = everything[~low | lot].copy()
    seen["probability"] = np.where(seen["score"] < everything["score"].median(), 0.1, 1.0)

    truth = _agreement(everything)
    assert _agreement(seen) == pytest.approx(truth, abs=0.01)
    assert abs(_agreement(seen.assign(probability=1.0)) - truth) > 0.03


def test_k_is_what_a_week_brings() -> None:
    frame = decided_items(7, strength=1).assign(week=["a", "a", "a", "b", "c", "c", "c"])
    assert a_weeks_work(labels_of(frame)) == 3
    assert a_weeks_work(labels_of(frame.head(0))) == 1


def test_chances_that_are_true_are_found_true_and_those_of_chance_no_better_than_the_share() -> None:
    good = calibration(labels_of(decided_items(800, strength=0.7, weeks=24)), 5)
    chance = calibration(labels_of(decided_items(800, strength=0, weeks=24)), 5)

    assert good is not None
    assert chance is not None
    assert good.quarter == "2026-Q2"
    assert good.fitted_on + good.tested_on == 800
    assert good.brier < good.brier_base - 0.03
    assert chance.brier > chance.brier_base - 0.005
    assert sum(one.count for one in good.bins) == good.tested_on
    assert all(abs(one.foretold - one.happened) < 0.2 for one in good.bins)
    assert good.top.count == 5
    assert good.top.happened > 0.7


def test_a_quarter_that_has_too_little_before_it_is_not_tested() -> None:
    assert calibration(labels_of(decided_items(60, strength=1, weeks=8)), 5) is None


def test_the_highest_that_stand_apart_stay_and_those_that_hang_on_one_weight_do_not() -> None:
    apart = pd.DataFrame({"item_id": [f"i{n:02}" for n in range(40)]} | dict.fromkeys(POINTS, 0))
    apart["points_demand"] = [2_500 if n < 10 else 100 for n in range(40)]
    close = apart.copy()
    close["points_demand"] = [1_500 if n % 4 == 0 else 0 for n in range(40)]
    close["points_theme"] = [1_450 if n % 4 == 1 else 0 for n in range(40)]

    steady, shaky = stability(apart), stability(close)

    assert steady is not None
    assert shaky is not None
    assert (steady.least, steady.is_meaningful) == (1, True)
    assert (shaky.top, shaky.items, shaky.is_meaningful) == (10, 40, False)
    assert shaky.moved in ("demand -20 %", "theme +20 %")
    assert stability(apart.head(0)) is None


def test_a_mistake_of_ours_is_told() -> None:
    frame = decided_items(3, strength=1)
    for broken, why in (
        (frame.drop(columns="fit"), "lack fit"),
        (frame.assign(kind="ship"), "no kind"),
        (frame.assign(item_id="one"), "two labels"),
    ):
        with pytest.raises(ValueError, match=why):
            labels_of(broken)


def test_a_probability_that_is_none_counts_as_one() -> None:
    frame = decided_items(4, strength=1).assign(probability=[0.5, None, 0.0, 7.0])
    assert sorted(labels_of(frame).weight.tolist()) == [1, 1, 1, 2]


def test_a_group_counts_what_it_was_made_of() -> None:
    labels = labels_of(decided_items(60, strength=1, weeks=3))
    assert group(labels, resampled=5).blocks == 12


@pytest.mark.parametrize("seed", range(5))
def test_what_is_out_of_reach_may_be_left_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = pd.DataFrame(
        {"item_id": [f"i{n:04}" for n in range(300)]} | {name: rng.integers(0, 1_600, 300) for name in POINTS}
    )
    score = items[list(POINTS)].sum(axis=1)
    near = items[score >= REACH * score.nlargest(10).min()]

    assert len(near) < 300
    assert stability(near, 300) == stability(items)
