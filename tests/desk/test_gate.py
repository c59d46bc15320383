"""The gate decides by answers and a few plain words, before anything is written."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import get_args

import pytest
from office import said

from desk.accepting import gate, gate_text
from detente.sightings import GateState

CASES = Path(__file__).parent / "cases"
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "what-may-be-reported.md"


def _rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _rows("gate_answers.csv"), ids=lambda row: row["rule"])
def test_answers_decide(row: dict[str, str]) -> None:
    answers = {name: row[name] or None for name in gate.ANSWERS}
    judged = gate.judge(said(**answers))

    assert (judged.state, judged.reasons) == (row["state"], tuple(row["reasons"].split()))
    assert judged.keeps_files == (row["keeps_files"] == "yes")
    assert judged.keeps_text == (row["state"] != "not_kept")


@pytest.mark.parametrize("row", _rows("gate_text.csv"), ids=lambda row: row["text"][:60])
def test_words_decide_only_where_they_leave_little_doubt(row: dict[str, str]) -> None:
    judged = gate.judge(said(row["text"].replace("\\n", "\n"), competitor="globex"))

    assert judged.reasons == tuple(row["reason"].split())
    assert judged.state == ("quarantined" if row["reason"] else "cleared")


def test_the_comparison_is_read_as_the_text_is() -> None:
    judged = gate.judge(said("See below.", comparison="Their sheet is marked confidential."))

    assert judged.reasons == ("text_says_confidential",)


def test_a_new_name_is_a_rival_too() -> None:
    judged = gate.judge(said("We agreed with Hooli on prices.", competitor_name="Hooli"))

    assert judged.reasons == ("agreed_with_competitor",)


def test_every_rule_has_words_for_people_and_every_case_its_rule() -> None:
    fired = {name for row in _rows("gate_answers.csv") for name in row["reasons"].split()}
    fired |= {row["reason"] for row in _rows("gate_text.csv") if row["reason"]}

    assert fired == set(gate.REASONS)
    assert all(len(words) > 20 for words in gate.REASONS.values())


def test_nobody_who_tells_of_a_mistake_is_blamed() -> None:
    for name in ("competitor_own_prices", "not_meant_for_me", "did_not_know_me", "agreed_with_competitor"):
        assert "saying so" in gate.REASONS[name].lower()


def test_a_source_asks_its_follow_ups_and_no_others() -> None:
    for source, questions in gate.FOLLOW_UPS.items():
        assert gate.missing(said(source=source)) == questions
        answered = dict.fromkeys(questions, "no") | ({"meant_for_me": "yes"} if "meant_for_me" in questions else {})
        assert gate.missing(said(source=source, **answered)) == ()
    assert set(gate.QUESTIONS) == set(gate.ANSWERS)


@pytest.mark.parametrize(
    "piece", ["we agreed with ", "Anna Berg is ", "marked as a ", "says the ", "under a ", "a", "\n ", "A. "]
)
def test_a_long_text_that_was_made_to_be_slow_is_judged_quickly(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    gate.judge(said(text, competitor="globex"))

    assert time.process_time() - began < 2


def _table(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading of the page, without their marks."""
    lines = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].splitlines()
    rows = lines[lines.index(next(line for line in lines if line.startswith("|"))) :]
    table = rows[: next((number for number, line in enumerate(rows) if not line.startswith("|")), len(rows))]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in table[2:]]


def test_the_page_lists_the_rules_as_they_are() -> None:
    every = tuple(gate.FOLLOW_UPS)
    assert _table("The rules over answers") == [
        [
            rule.name, rule.question, " or ".join(rule.answers),
            "every source" if rule.sources == every else ", ".join(rule.sources),
            rule.state, "kept" if rule.keeps_files else "not kept",
        ]
        for rule in gate.RULES
    ]  # fmt: skip
    assert _table("The questions") == [
        [source, ", ".join(questions) or "nothing"] for source, questions in gate.FOLLOW_UPS.items()
    ]
    assert {row[0] for row in _table("The rules over words")} == set(gate_text.REASONS)
    assert {row[0] for row in _table("What becomes of it")} == set(get_args(GateState))


def test_the_page_names_every_rule() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in gate.REASONS if f"`{name}`" not in text] == []
