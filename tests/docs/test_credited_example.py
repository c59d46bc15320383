"""The page on how reps are credited has the sums that the code gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sighting_facts import RULES, at, awards, decision, points, sighting

PAGE = Path(__file__).parents[2] / "docs/explanation/how-reps-are-credited.md"
TEXT = PAGE.read_text(encoding="utf-8")
ANA = sighting("one", observed_on=(at() - timedelta(days=5)).date(), decisions=(decision(at(days=6), outcome="right"),))
BEN = sighting("two", "ben", received_at=at(days=1), cluster_id="cluster one")
OWN = sighting("own", "ben", received_at=at(days=9))


@pytest.mark.parametrize("rule", ["new", "linked", "right"])
def test_anas_sums_are_the_codes(rule: str) -> None:
    (award,) = [each for each in awards(ANA) if each.rule == rule]

    assert f"| {rule} | {award.sentence} |" in TEXT


def test_what_ana_has_and_would_have_had() -> None:
    late, at_once = (sum(points(each)["one"].values()) for each in (ANA, replace(ANA, observed_on=at().date())))

    assert f"she would have had {at_once} points instead of {late}" in TEXT


def test_bens_sum_is_the_codes() -> None:
    (award,) = [each for each in awards(ANA, BEN, OWN) if each.sighting_id == "two"]

    assert award.sentence in TEXT


def test_the_table_has_the_points_of_the_rules() -> None:
    rules = RULES.rewards
    first, second = rules.rule("corroboration").factors  # type: ignore[union-attr]
    for words, name, factor in (
        ("true and new", "new", 1), ("confirming, as the first", "corroboration", first),
        ("confirming, as the second", "corroboration", second), ("told too, as the next", "duplicate", 1),
        ("something is done because of it", "linked", 1), ("that was right", "right", 1),
        ("made up or copied", "fabricated", 1),
    ):  # fmt: skip
        rule = rules.rule(name)  # type: ignore[arg-type]
        assert rule is not None
        assert f"| {words} | {round(rule.points * factor)} |".replace("-", "−") in TEXT


def test_the_words_have_the_numbers_of_the_rules() -> None:
    rules = RULES.rewards
    told = " ".join(TEXT.split())
    for words in (
        f"each rule pays {rules.evidence_above} points at most", f"within {rules.split_days:g} days is one finding",
        f"the {rules.clawback_days:g} days before is looked at again", f"in the next {rules.cool_down_days:g} days",
        f"within {rules.window_days / 7:g} weeks before or after",
    ):  # fmt: skip
        assert words in told, words
    numbers = (rules.daily_cap, rules.weekly_cap, rules.freshness_half_life_days, rules.page_hours, rules.team_hours)
    assert (*numbers, rules.grace_hours, rules.record_least, rules.record_share, rules.standing_least) == (
        2, 5, 14, 48, 48, 24, 10, 0.2, 5,
    )  # fmt: skip
