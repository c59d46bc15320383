"""A score is the sum of its six parts: bounded, monotone in each, and the same for the same inputs in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scored_items import ABSURD, RULES, random_inputs

from detente.rules import PART_NAMES, RelevanceRules
from scoring.relevance import WHOLE, possible, score

CASES = 100_000
POINTS = [f"points_{name}" for name in PART_NAMES]
# which way the score goes where an input grows and all others stay
RISING = ("demand_money", "deals_lost", "importance", "theirs", "fit", "undecided", "recent_sources")
FALLING = ("ours", "days_ahead", "age_days", "expected_sources", "deals_all")


def with_weights(*weights: float) -> RelevanceRules:
    parts = {
        name: getattr(RULES, name).model_copy(update={"weight": weight})
        for name, weight in zip(PART_NAMES, weights, strict=True)
    }
    return RULES.model_copy(update=parts)


SEVENTH = with_weights(*(np.array([1, 1, 1, 1, 1, 2]) / 7).tolist())
SIXTH = with_weights(*[1 / 6] * 6)
ONLY_ONE = with_weights(0, 0, 0, 1, 0, 0)


@pytest.mark.parametrize("rules", [RULES, SEVENTH, SIXTH, ONLY_ONE], ids=["default", "sevenths", "sixths", "one"])
def test_the_parts_sum_to_the_score_and_stay_within_their_bounds(rules: RelevanceRules) -> None:
    scored = score(random_inputs(1, CASES), rules)

    assert (scored["score"] == scored[POINTS].sum(axis=1)).all()
    assert scored["score"].between(0, WHOLE).all()
    for name, most in possible(rules).items():
        assert scored[f"points_{name}"].between(0, most).all()
        assert scored[f"x_{name}"].between(0, 1).all()
        assert (scored[f"points_{name}"] - most * scored[f"x_{name}"]).abs().max() <= 0.5


@pytest.mark.parametrize("rules", [RULES, SEVENTH, SIXTH, ONLY_ONE], ids=["default", "sevenths", "sixths", "one"])
def test_what_the_parts_can_give_sums_to_a_hundred_points(rules: RelevanceRules) -> None:
    most = possible(rules)

    assert sum(most.values()) == WHOLE
    assert all(abs(most[name] - WHOLE * weight) < 1 for name, weight in rules.weights.items())


@pytest.mark.parametrize("name", RISING + FALLING)
def test_a_score_never_moves_against_an_input(name: str) -> None:
    less = random_inputs(2, CASES, absurd=0.1)
    # from nothing known to something, too, where something can only add
    values = less[name].to_numpy()
    more = less.assign(**{name: np.where(values >= 0, values * 1.5 + np.random.default_rng(3).random(CASES), values)})

    before, after = score(less, RULES)["score"], score(more, RULES)["score"]

    assert (after >= before).all() if name in RISING else (after <= before).all()
    assert (after != before).any()


@pytest.mark.parametrize("name", PART_NAMES)
def test_a_larger_part_gives_no_fewer_points(name: str) -> None:
    """Whatever the weights, of two items that differ in one part the one that has more of it is not below."""
    scored = score(random_inputs(4, CASES), SEVENTH).sort_values(f"x_{name}")

    assert scored[f"points_{name}"].is_monotonic_increasing


def test_the_score_does_not_hang_on_the_order_of_its_inputs() -> None:
    rows = random_inputs(5, CASES)
    order = np.random.default_rng(6).permutation(CASES)

    shuffled = score(rows.iloc[order], RULES)

    pd.testing.assert_frame_equal(score(rows, RULES), shuffled.sort_index())


def test_the_same_inputs_have_the_same_score_alone_and_among_others() -> None:
    rows = random_inputs(7, CASES)
    scored = score(rows, RULES)

    pd.testing.assert_frame_equal(scored, score(rows, RULES))
    for place in range(0, CASES, CASES // 50):
        alone = score(rows.iloc[[place]], RULES)
        assert alone["score"].iloc[0] == scored["score"].iloc[place]
        assert alone["missing"].iloc[0] == scored["missing"].iloc[place]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("demand_money", "demand"), ("deals", "threat"), ("deals_lost", "threat"), ("importance", "gap"),
        ("theirs", "gap"), ("ours", "gap"), ("fit", "theme"), ("undecided", "novelty"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -5.0], ids=str)
def test_what_is_no_figure_makes_its_part_missing_and_worth_nothing(name: str, part: str, value: float) -> None:
    rows = random_inputs(8, 2_000, absurd=0.0).assign(**{name: value, "theme": "Single sign-on"})

    scored = score(rows, RULES)

    assert (scored[f"points_{part}"] == 0).all()
    assert scored["missing"].map(lambda missing: part in missing).all()


def test_any_mix_of_absurd_figures_has_a_score() -> None:
    """NaN, infinite, negative, tiny, huge: in every column at once."""
    scored = score(random_inputs(9, CASES, absurd=1.0), RULES)

    assert scored["score"].between(0, WHOLE).all()
    assert scored["grade"].str.fullmatch("[A-F][1-6]").all()
    assert scored["missing"].map(lambda missing: set(missing) <= set(PART_NAMES)).all()
    assert np.isinf(ABSURD).any()


def test_an_age_below_zero_or_a_date_too_far_ahead_does_not_press() -> None:
    rows = random_inputs(10, 4, absurd=0.0).assign(
        days_ahead=[-1.0, 91.0, 90.0, 0.0], age_days=[-1.0, -np.inf, np.nan, np.nan]
    )

    scored = score(rows, RULES)

    assert scored["x_time"].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert [("time" in missing) for missing in scored["missing"]] == [True, True, False, False]


def test_more_deals_than_there_were_cannot_be_lost() -> None:
    rows = random_inputs(16, 3, absurd=0.0).assign(deals=5.0, deals_all=9.0, rivals=2.0, deals_lost=[5.0, 6.0, 1e300])

    assert score(rows, RULES)["points_threat"].nunique() == 1


def test_an_item_without_a_theme_lacks_the_comparison_but_its_fit_is_known_to_be_none() -> None:
    rows = random_inputs(11, 1, absurd=0.0).assign(theme=None, fit=np.nan, theirs=np.nan, ours=np.nan)

    scored = score(rows, RULES).iloc[0]

    assert (scored["points_theme"], scored["points_gap"]) == (0, 0)
    assert "theme" not in scored["missing"]
    assert "gap" in scored["missing"]


def test_what_they_have_and_nobody_says_whether_we_do_is_no_gap_but_unknown() -> None:
    rows = random_inputs(12, 3, absurd=0.0).assign(
        theme="Single sign-on", importance=1.0, theirs=1.0, ours=[np.nan, 0.0, 1.0]
    )

    scored = score(rows, RULES)

    assert scored["points_gap"].tolist() == [0, 1500, 0]
    assert [("gap" in missing) for missing in scored["missing"]] == [True, False, False]


def test_who_reports_and_how_sure_is_never_in_the_score() -> None:
    rows = random_inputs(13, CASES)

    trusted = score(rows.assign(source_letter="A", claim_number=1.0, independent_sources=9.0), RULES)

    assert (trusted["score"] == score(rows, RULES)["score"]).all()
    assert (trusted["grade"] == "A1").all()


def test_columns_beside_the_inputs_are_kept() -> None:
    rows = random_inputs(14, 3).assign(cluster_id=["a", "b", "c"])

    assert score(rows, RULES)["cluster_id"].tolist() == ["a", "b", "c"]


def test_no_rows_have_no_scores() -> None:
    assert score(random_inputs(15, 1).iloc[:0], RULES).empty
