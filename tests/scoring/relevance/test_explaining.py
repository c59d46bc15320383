"""An explanation is the stored score: its parts, what moved it most, and what would change it by the same rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scored_items import NOW, RULES, SSO, item, page, random_inputs, row_of

from detente.rules import PART_NAMES
from scoring.relevance import Asking, explanation, possible, score
from scoring.relevance.sentences import of_part


def stored(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    fits = more.pop("fits", [(row["item_id"], SSO.key, 0.8) for row in rows])
    return score(pd.DataFrame([row_of(*rows, fits=fits, **more)]), RULES).iloc[0].to_dict()


def asked(account: str = "north") -> dict[str, Any]:
    return item(
        "a", account_key=account, deal_key="d", deal_amount=120_000.0, stage="negotiation", confidence="certain"
    )


def test_the_parts_are_the_stored_ones_in_their_order_and_sum_to_the_score() -> None:
    scored = score(random_inputs(1, 60), RULES)

    for row in scored.to_dict("records"):
        told = explanation(row, RULES)
        assert tuple(part.name for part in told.parts) == PART_NAMES
        assert [part.points for part in told.parts] == [row[f"points_{name}"] for name in PART_NAMES]
        assert sum(part.points for part in told.parts) == told.score == row["score"]
        assert {part.name for part in told.parts if part.is_missing} == set(row["missing"])
        assert all(part.sentence.endswith(".") for part in told.parts)
        assert told.faults == ()


@pytest.mark.parametrize("name", PART_NAMES)
def test_what_is_stored_and_is_not_what_its_inputs_give_is_told(name: str) -> None:
    row = stored(asked(), page("b"))
    spoiled = row | {f"points_{name}": row[f"points_{name}"] + 1}

    faults = explanation(spoiled, RULES).faults

    shown = f"{name}: {spoiled[f'points_{name}'] / 100:.1f} is stored"
    assert faults[0].startswith(shown)
    assert faults[1].startswith(f"score: {row['score'] / 100:.1f} is stored, and the parts sum to")


def test_a_spoiled_sum_is_told() -> None:
    row = stored(asked())

    assert len(explanation(row | {"score": row["score"] + 100}, RULES).faults) == 1


def test_what_would_change_it_is_the_score_of_the_changed_inputs() -> None:
    row = stored(asked())
    worth = row["demand_money"]

    changes = {one.sentence: one for one in explanation(row, RULES, currency="EUR").would_change}

    another = changes["another account that asks for as much as those do on average"]
    again = score(pd.DataFrame([row | {"demand_money": 2 * worth}]), RULES)["score"].iloc[0]
    assert (another.score, another.difference) == (again, again - row["score"])
    assert another.difference > 0
    assert changes["it is decided"].difference == -750
    assert changes["we have it"].difference < 0 < changes["a page of theirs shows that they have it"].difference


def test_what_would_change_nothing_is_left_out_and_the_most_comes_first() -> None:
    told = explanation(stored(asked()), RULES).would_change

    sizes = [abs(one.difference) for one in told]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 not in sizes


def test_without_a_theme_nothing_is_said_of_gap_or_trend() -> None:
    told = explanation(stored(item("a"), fits=()), RULES)

    assert not any("theirs" in one.sentence or "theme" in one.sentence for one in told.would_change)
    assert told.parts[4].sentence == "It fits no theme of the roadmap."


def test_the_facts_are_those_without_which_the_score_would_be_lowest() -> None:
    row = stored(asked(), page("b"))
    accounts = [Asking(item_id="a", amount=120_000.0, worth=row["demand_money"])]

    facts = explanation(row, RULES, currency="EUR", accounts=accounts, evidence={"gap": ["b"]}).top_facts

    assert len(facts) == 3
    assert [fact.points for fact in facts] == sorted((fact.points for fact in facts), reverse=True)
    assert facts[0].sentence.startswith("Their own page shows it; we do not have it.")
    assert (facts[0].points, facts[0].evidence) == (1500, ("b",))


def test_each_account_is_a_fact_with_the_sighting_that_counts() -> None:
    accounts = [Asking(item_id=name, amount=400_000.0, worth=70_000.0) for name in ("a", "b")]
    row = stored(asked()) | {"demand_money": 140_000.0, "demand_accounts": 2.0, "deals": None, "theirs": None}
    row = score(pd.DataFrame([row | {"age_days": 300.0, "fit": 0.1, "undecided": 0.0}]), RULES).iloc[0].to_dict()

    facts = explanation(row, RULES, currency="EUR", accounts=accounts).top_facts

    told = [fact for fact in facts if fact.sentence == "An account asks for it: of 400,000 EUR, 70,000 count."]
    assert {fact.evidence for fact in told} == {("a",), ("b",)}


SENTENCES: dict[str, tuple[str, dict[str, Any], str]] = {
    "no amount": ("demand", {"demand_money": None}, "No account with a known amount asks for it."),
    "one amount": (
        "demand", {"demand_money": 35_000.0, "demand_stated": 1e15, "demand_accounts": 1.0},
        "1 account asks for it; of 1,000,000,000,000,000 EUR as stated, 35,000 count: unverified amounts by 50 %, at ",
    ),
    "no deal": (
        "threat", {"deals": np.nan}, "No deal of the last 365 days is known in which this competitor stood.",
    ),
    "deals": (
        "threat", {"deals": 12.0, "deals_lost": 5.0, "deals_all": 40.0},
        "This competitor stood in 12 of 40 competitive deals of the last 365 days; 5 of them were lost.",
    ),
    "one deal": (
        "threat", {"deals": 1.0, "deals_lost": 1.0, "deals_all": 1.0},
        "This competitor stood in 1 of 1 competitive deal of the last 365 days; 1 of them was lost; with so ",
    ),
    "no theme": ("gap", {"theme": None}, "It fits no theme, so there is nothing to compare."),
    "nothing of theirs": (
        "gap", {"theme": "SSO", "theirs": None}, "Nobody has shown or said that they have it: unknown, which is ",
    ),
    "nothing of ours": (
        "gap", {"theme": "SSO", "theirs": 0.5, "ours": None},
        "Somebody said that they have it, and no page shows it; whether we have it, the roadmap does not say.",
    ),
    "a gap": (
        "gap", {"theme": "SSO", "theirs": 1.0, "ours": 0.5, "importance": 0.5},
        "Their own page shows it; we have a part of it. The theme weighs 50 % of the heaviest one.",
    ),
    "no date": ("time", {}, "No date is known that would press."),
    "a deal ahead": ("time", {"days_ahead": 12.0, "age_days": 50.0}, "A deal closes in 12 days."),
    "a deal today": ("time", {"days_ahead": 0.0, "age_days": 0.0}, "A deal closes today."),
    "just happened": ("time", {"days_ahead": 60.0, "age_days": 1.4}, "It happened 1 day ago."),
    "a theme": (
        "theme", {"theme": "SSO", "fit": 0.82, "status": "next"},
        "It fits 'SSO' by 82 %; what stands under 'next' counts 90 %.",
    ),
    "new, no theme": (
        "novelty", {"undecided": 1.0}, "Nothing has been decided; without a theme there is no trend.",
    ),
    "watched, short history": (
        "novelty", {"undecided": 0.5, "recent_sources": 2.0, "expected_sources": None},
        "It is only watched; 2 sources tell of its theme in 4 weeks, and the history is too short to say what is ",
    ),
    "decided, chance": (
        "novelty", {"undecided": 0.0, "recent_sources": 1.0, "expected_sources": 0.6},
        "It is decided; 1 source tells of its theme in 4 weeks, where 0.6 are usual: which may be chance.",
    ),
    "a trend": (
        "novelty", {"undecided": 1.0, "recent_sources": 20.0, "expected_sources": 5.0},
        "Nothing has been decided; 20 sources tell of its theme in 4 weeks, where 5.0 are usual: surely 2.6 times",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SENTENCES)
def test_a_sentence_says_the_figures_and_names_what_is_unknown(case: str) -> None:
    name, row, said = SENTENCES[case]

    assert of_part(name, row, RULES, "EUR").startswith(said)


def test_how_sure_it_is_stands_beside_the_score_in_words() -> None:
    told = explanation(stored(asked()), RULES)

    assert told.confidence == (
        "F3: too little of the source has been looked at; what is said is possibly true (1 independent source)"
    )


def test_an_explanation_needs_no_more_than_the_stored_row() -> None:
    row = stored(item("a", close_on=date(2026, 12, 1)), now=NOW)

    told = explanation({name: value for name, value in row.items() if pd.isna(value) is not True}, RULES)

    assert told.score == row["score"]
    assert [part.possible for part in told.parts] == list(possible(RULES).values())
