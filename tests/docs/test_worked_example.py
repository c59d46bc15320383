"""The worked example of how items are scored has the figures that the code gives."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from scored_items import RULES, item, items_of

from detente.rules import PART_NAMES
from scoring.relevance import explanation, possible, score
from scoring.relevance.demand import contributions

PAGE = Path(__file__).parents[2] / "docs/explanation/how-items-are-scored.md"
FACTS = {
    "item_id": "a", "theme": "Single sign-on", "demand_accounts": 2.0, "deals": 12.0, "deals_lost": 5.0,
    "deals_all": 40.0, "rivals": 4.0, "importance": 1.5 / 2, "theirs": 1.0, "ours": 0.0, "days_ahead": 18.0,
    "age_days": 10.0, "fit": 0.6, "status": "now", "undecided": 1.0, "recent_sources": 9.0, "expected_sources": 3.0,
    "independent_sources": 3.0, "source_letter": "F", "claim_number": 1.0,
}  # fmt: skip


def table(head: str) -> dict[str, list[str]]:
    """The rows of the table with that head, by their first cell."""
    lines = PAGE.read_text(encoding="utf-8").split(f"| {head} |")[1].splitlines()[2:]
    rows: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith("|"):
            break
        first, *rest = (cell.strip(" *") for cell in line.strip("|").split("|"))
        rows[first] = rest
    return rows


@pytest.fixture(scope="module")
def scored() -> dict[str, object]:
    asked = items_of(
        item("a", account_key="one", deal_amount=120_000.0, stage="negotiation", motive="job_blocked"),
        item("b", account_key="other", deal_amount=900_000.0, stage="proposal", motive="parity_checkbox"),
    )
    worth = contributions(asked.assign(cluster=0), RULES.demand)["worth"]
    assert worth.tolist() == [42_000, 25_000]
    row = FACTS | {"demand_money": worth.sum(), "demand_stated": 1_020_000.0}
    return dict(score(pd.DataFrame([row]), RULES).iloc[0])


def test_each_part_and_the_sum_are_the_codes(scored: dict[str, object]) -> None:
    told = table("part | share | of | points")

    most = possible(RULES)
    for name in PART_NAMES:
        points = scored[f"points_{name}"]
        assert told[name] == [f"{scored[f'x_{name}']:.3f}", str(most[name] // 100), f"{points / 100:.2f}"]  # type: ignore[operator]
    assert told["score"][-1] == f"{scored['score'] / 100:.2f}"  # type: ignore[operator]
    assert sum(round(100 * float(told[name][-1])) for name in PART_NAMES) == scored["score"]


def test_what_would_change_it_is_scored_again(scored: dict[str, object]) -> None:
    told = table("if | score")

    changes = {one.sentence: f"{one.score / 100:.2f}" for one in explanation(scored, RULES).would_change}
    assert len(told) == 6
    for sentence, cells in told.items():
        assert cells == [changes[sentence]]


def test_what_each_part_can_give_is_in_the_first_table() -> None:
    told = table("part | asks | most")

    assert {name: int(cells[-1]) * 100 for name, cells in told.items()} == possible(RULES)


@pytest.mark.parametrize(
    "figure", ["1 − exp(−67,000 ÷ 250,000) = 0.235", "0.5 ^ (10 ÷ 21) = 0.719", "1 − exp(−0.102 ÷ 0.15) = 0.493"]
)
def test_the_figures_in_the_text_are_right(figure: str) -> None:
    sides = re.sub(r"exp\(", "__import__('math').exp(", figure.replace("−", "-").replace("÷", "/").replace(",", ""))
    left, right = sides.replace("^", "**").split(" = ")

    assert eval(left) == pytest.approx(float(right), abs=0.0006)
