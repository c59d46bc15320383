"""Simulated quarters: honest work pays and cheating does not, by the rules that are shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import pandas as pd
import pytest

from detente.rules import default_rules
from scoring.simulation import Assumptions, Compared, compare, fairness, simulate
from scoring.simulation.quarter import KINDS

SEEDS = range(3)
HONEST = [kind.name for kind in KINDS if kind.is_honest]
# of these the share is far below the goal in any three quarters; of the others in twenty (docs/quality.md), since what
# is added to honest work within a few minutes is much up and down
STEADY = (
    "inventor", "inventor, forged files", "hoarder", "hoarder, lying", "pair inventing", "ring inventing",
    "sybil inventing", "splitter over deals", "pair echoing", "ring echoing", "claim-staker", "spammer",
)  # fmt: skip


@pytest.fixture(scope="module")
def quarters() -> pd.DataFrame:
    return simulate(default_rules(), seeds=SEEDS)


@pytest.fixture(scope="module")
def shares(quarters: pd.DataFrame) -> Mapping[str, Compared]:
    return {each.kind: each for each in compare(quarters)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", STEADY)
def test_cheating_brings_less_than_a_quarter_of_honest_work(shares: Mapping[str, Compared], kind: str) -> None:
    assert shares[kind].of_honest <= 0.25


@pytest.mark.slow
@pytest.mark.parametrize("kind", HONEST)
def test_honest_work_is_paid_alike(shares: Mapping[str, Compared], kind: str) -> None:
    assert 0.7 <= shares[kind].of_honest <= 1.4


@pytest.mark.slow
def test_nobody_is_worse_off_with_a_small_territory(quarters: pd.DataFrame) -> None:
    assert fairness(quarters).is_fair


@pytest.mark.slow
def test_the_same_seed_is_the_same_quarter(quarters: pd.DataFrame) -> None:
    again = simulate(default_rules(), seeds=[1])

    pd.testing.assert_frame_equal(again, quarters[quarters["seed"] == 1].reset_index(drop=True))


@pytest.mark.slow
def test_where_nothing_is_charged_and_all_is_paid_cheating_pays() -> None:
    """Else the simulation could not tell good rules from bad ones."""
    rules = default_rules()
    lax = rules.rewards.model_copy(
        update={
            "daily_cap": 1000, "weekly_cap": 1000, "evidence_above": 1000, "cool_down_days": 0.001,
            "clawback_days": 0.001, "split_days": 0.001, "record_least": 1000, "page_hours": 0,
            "rules": [rule for rule in rules.rewards.rules if rule.name != "fabricated"],
        }
    )  # fmt: skip

    shares = {
        each.kind: each.of_honest for each in compare(simulate(rules.model_copy(update={"rewards": lax}), seeds=[0]))
    }

    assert sum(share > 0.25 for kind, share in shares.items() if kind not in HONEST) >= 8


def test_every_assumption_has_its_reason_and_a_share_is_one() -> None:
    assumed = Assumptions()
    for each in fields(Assumptions):
        assert len(Assumptions.because(each.name)) > 5, each.name
    shares = ("believes_", "calls_", "sees_", "knows_", "decided_", "hears_m", "hears_o", "right", "tells", "brings")
    for each in fields(Assumptions):
        if each.name.startswith(shares):
            assert 0 <= getattr(assumed, each.name) <= 1
            assert 0 <= getattr(assumed.gullible(), each.name) <= 1


def test_gullible_reviewers_believe_more_and_find_less() -> None:
    usual, fooled = Assumptions(), Assumptions().gullible()

    assert fooled.believes_invented == 2 * usual.believes_invented
    assert fooled.call_back == usual.call_back / 2
    assert usual.believes_echo < fooled.believes_echo < 1
