"""The same items have the same clusters and scores, in however many steps they came; what is gone is nowhere."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from scored_workspace import NOW, Scored, told

from detente.rules import default_text
from detente.workspace import load
from warehouse import ReadingRows, build, scoring_rows
from warehouse.judgements import Judged

SAYINGS = (
    "Globex gives the Team plan for half its price to everybody who signs before the end of the year, says the buyer.",
    "Single sign-on with our own directory is what they miss; Globex has SAML since spring and shows it in every demo.",
    "Their support answers within an hour now, which is why the customer stays with them for another year at least.",
    "They lost a week of data in October and told nobody about it until the customer's own people found out.",
)
# each takes twenty seconds
SEEDS = range(int(os.environ.get("DETENTE_SEEDS", "1")))
CANARY = "canary-5d1e pays half"


def life(dice: random.Random, count: int) -> list[dict[str, Any]]:
    """Sightings of a year, many in nearly the same words."""
    rows = []
    for number in range(1, count + 1):
        words = dice.choice(SAYINGS).split(" ")
        if dice.random() < 0.5:
            del words[dice.randrange(len(words))]
        deal = (
            {}
            if dice.random() < 0.5
            else {"deal_amount": Decimal(dice.randrange(1, 90) * 1000), "deal_currency": "USD"}
        )
        rows.append(
            told(
                number, " ".join(words), days=dice.randrange(0, 200), person_id=f"p-{dice.randrange(5)}",
                account_key=dice.choice([None, "a1", "a2", "a3"]), deal_key=dice.choice([None, "d1", "d2"]),
                stage=dice.choice([None, "lost", "proposal"]), competitor=dice.choice(["globex", "initech", None]),
                attachments=dice.randrange(2), **deal,
            )
        )  # fmt: skip
    return rows


def in_steps(dice: random.Random, rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    shuffled = dice.sample(rows, len(rows))
    steps = []
    while shuffled:
        size = dice.randrange(1, 6)
        steps.append(shuffled[:size])
        shuffled = shuffled[size:]
    return steps


def edit(number: int, kind: str, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    ids = sorted((one["sighting_id"], other["sighting_id"]))
    return {"edit_id": number, "kind": kind, "item_id": ids[0], "other_id": ids[1], "edited_at": NOW}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_in_however_many_steps_items_came_and_went_their_clusters_and_scores_are_those_of_one_step(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    rows = life(dice, 30)
    gone = dice.sample(rows, 5)
    left = [row for row in rows if row not in gone]
    edits = [edit(n, dice.choice(["merge", "split"]), *dice.sample(left, 2)) for n in range(1, 5)]
    judged = Judged(edits=edits)
    stepwise, at_once = Scored(tmp_path / "stepwise"), Scored(tmp_path / "at-once")
    for step in in_steps(dice, rows):
        stepwise.ingest(*step)
    stepwise.ingest(judged=judged)
    for row in gone:
        stepwise.ingest(gone=[row["sighting_id"]])
    at_once.ingest(*left, judged=judged)

    clusters = ("cluster", "cluster_member", "item_theme")
    before, expected = stepwise.found(), at_once.found()
    assert {name: before[name] for name in clusters} == {name: expected[name] for name in clusters}, seed
    assert len(before["cluster"]) < len(before["cluster_member"]) == len(left)
    assert stepwise.core() == stepwise.made_whole(), seed
    # an ingest scores what it touches; a build settles what everything is measured by
    stepwise.build()
    at_once.build()
    assert stepwise.found() == at_once.found(), seed


def test_what_an_ingest_publishes_is_what_a_build_publishes(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(*(told(number, text, days=number) for number, text in enumerate(SAYINGS, 1)))
    scored.ingest(told(9, SAYINGS[0], account_key="a9"))
    delta = scored.found()
    scored.build()

    assert delta["relevance"]
    assert {name: rows for name, rows in delta.items() if name != "relevance"} == {
        name: rows for name, rows in scored.found().items() if name != "relevance"
    }
    assert scored.rows("SELECT items FROM cluster ORDER BY items DESC LIMIT 1") == [(2,)]


def test_a_score_is_appended_where_it_differs_and_the_old_one_stays(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(told(1, SAYINGS[0]))
    scored.build()
    scored.build()
    once = scored.rows("SELECT count(*) FROM relevance_history")
    scored.at(scored.workspace, NOW + timedelta(days=7))
    scored.build()

    themes = scored.rows("SELECT count(*) FROM relevance")
    assert once == themes
    history = scored.rows("SELECT score, succeeded_at IS NULL FROM relevance_history ORDER BY scored_at")
    assert len(history) == 2 * themes[0][0]
    assert {is_newest for _, is_newest in history} == {True, False}
    newest = {score for score, is_newest in history if is_newest}
    assert newest == {row[0] for row in scored.rows("SELECT score FROM relevance")}


def test_what_nobody_has_decided_is_scored_by_each_build_for_a_quarter(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(told(1, SAYINGS[0]), told(2, SAYINGS[2]))
    verdict = {
        "decision_id": "d1", "item_id": told(2, "")["sighting_id"], "kind": "decline", "theme": None,
        "because": "it is rare", "decided_at": NOW, "is_blind": False,
    }  # fmt: skip
    scored.ingest(judged=Judged(decisions=[verdict]))
    counts = []
    for days in (0, 30, 60, 120, 150):
        scored.at(scored.workspace, NOW + timedelta(days=days))
        scored.build()
        counts.append(
            scored.rows("SELECT item_id, count(DISTINCT scored_at) FROM relevance_history GROUP BY 1 ORDER BY 1")
        )

    assert [row[0][1] for row in counts] == [1, 2, 3, 3, 3]
    assert {row[1][1] for row in counts} == {2}  # before it was decided, and after
    assert scored.rows("SELECT decision_id IS NOT NULL FROM cluster ORDER BY 1") == [(False,), (True,)]


def test_other_rules_score_everything_again_and_name_their_version(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(told(1, SAYINGS[0], days=300))
    scored.build()
    rules = scored.workspace.root / "rules.toml"
    rules.write_text(default_text().replace("version = 1", "version = 2").replace("= 21\n", "= 42\n"), encoding="utf-8")
    scored.at(load(scored.workspace.root), NOW)
    scored.build()

    assert scored.rows("SELECT DISTINCT rules_version FROM relevance") == [(2,)]
    assert scored.rows("SELECT DISTINCT rules_version FROM relevance_history ORDER BY 1") == [(1,), (2,)]


def test_a_rebuild_keeps_what_things_were_scored_at_their_time(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(told(1, SAYINGS[0]), told(2, SAYINGS[1]))
    question = "SELECT * FROM relevance_history ORDER BY ALL"
    before = scored.rows(question)
    files = sorted((scored.workspace.data / "archive" / "scores").rglob("*.parquet"))
    scored.job.warehouse.remove()
    for path in (scored.workspace.data / "published").iterdir():
        path.unlink()
    scored.ingest(told(1, SAYINGS[0]), told(2, SAYINGS[1]), score=False)
    scored.build()

    assert before
    assert scored.rows(question) == before
    assert sorted((scored.workspace.data / "archive" / "scores").rglob("*.parquet")) == files


def test_what_is_withdrawn_leaves_no_cluster_score_or_byte_behind(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    gone = told(1, CANARY, days=3)
    scored.ingest(gone, told(2, CANARY.replace("5d1e", "other")), told(3, CANARY, days=1))
    held = b"".join(path.read_bytes() for path in scored.job.warehouse.published.glob("*.duckdb"))
    scored.ingest(gone=[gone["sighting_id"], told(3, "")["sighting_id"]])

    assert b"canary-5d1e" in held
    left = b"".join(path.read_bytes() for path in scored.job.warehouse.published.glob("*.duckdb"))
    assert b"canary-5d1e" not in left
    assert gone["sighting_id"] not in repr(scored.core())
    with scored.job.warehouse.section("look") as connection:
        assert connection.execute("SELECT DISTINCT item_id FROM raw.score").fetchall() == [
            (told(2, "")["sighting_id"],)
        ]


@pytest.mark.parametrize("step", ["loaded", "scored"])
def test_while_nothing_may_be_scored_what_is_withdrawn_goes_all_the_same(tmp_path: Path, step: str) -> None:
    scored = Scored(tmp_path)
    gone = told(1, f"{SAYINGS[0]} {CANARY}", days=3)
    scored.ingest(gone, told(2, f"{SAYINGS[0]} {CANARY}"), told(3, SAYINGS[2]), score=step == "scored")
    scored.ingest(gone=[gone["sighting_id"], told(2, "")["sighting_id"]], score=False)

    assert len(scored.rows("SELECT * FROM cluster")) == 1
    assert b"canary" not in b"".join(path.read_bytes() for path in scored.job.warehouse.published.glob("*.duckdb"))


def test_of_a_cluster_the_oldest_left_gives_it_its_name_even_while_nothing_may_be_scored(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(*(told(number, SAYINGS[0], days=10 - number) for number in (1, 2, 3)))
    scored.ingest(gone=[told(1, "")["sighting_id"]], score=False)

    assert scored.rows("SELECT cluster_id, items FROM cluster") == [(told(2, "")["sighting_id"], 2)]


@pytest.mark.parametrize(
    "more",
    [
        {"competitor": None},
        {"text": None},
        {"text": "", "comparison": "x" * 20_000},
        {"text": "🦆\u0000 \u202e drop table"},
        {"deal_amount": Decimal("9999999999999999.99"), "deal_currency": "USD"},
        {"deal_amount": Decimal(5), "deal_currency": "XXX"},
        {"received_at": NOW + timedelta(days=4000)},
        {"close_on": "9999-12-31", "happened_on": "1900-01-01"},
    ],
    ids=str,
)
def test_whatever_an_item_says_or_leaves_out_has_a_cluster_and_a_score(tmp_path: Path, more: dict[str, Any]) -> None:
    scored = Scored(tmp_path)
    scored.ingest(told(1, SAYINGS[0]) | more, told(2, SAYINGS[1]))
    scored.build()

    assert scored.rows("SELECT count(*) FROM cluster") == [(2,)]
    assert scored.rows("SELECT count(DISTINCT item_id), bool_and(score BETWEEN 0 AND 10000) FROM relevance") == [
        (2, True)
    ]


def test_without_a_roadmap_items_are_scored_for_no_theme(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    (scored.workspace.root / "roadmap.toml").unlink()
    scored.at(load(scored.workspace.root), NOW)
    scored.ingest(told(1, SAYINGS[0]))

    assert scored.rows("SELECT theme, score > 0 FROM relevance") == [(None, True)]


@pytest.mark.slow
def test_ten_thousand_of_the_very_same_words_are_one_cluster(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(*(told(number, SAYINGS[0], days=number % 50) for number in range(1, 10_001)))

    assert scored.rows("SELECT items, sightings FROM cluster") == [(10_000, 10_000)]
    assert scored.rows("SELECT count(DISTINCT item_id) FROM relevance") == [(10_000,)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_between_any_two_sections_the_next_ingest_heals_it(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    rows = life(dice, 12)
    whole, killed = Scored(tmp_path / "whole"), Scored(tmp_path / "killed")
    whole.ingest(*rows[:6])
    whole.ingest(*rows[6:])
    for part, section in ((rows[:6], "score: store scores"), (rows[6:], "score: store clusters")):
        stop_at(killed, section, lambda part=part: killed.ingest(*part))  # type: ignore[misc]
    killed.ingest(*rows)

    assert {name: rows for name, rows in killed.found().items() if name != "relevance"} == {
        name: rows for name, rows in whole.found().items() if name != "relevance"
    }
    killed.build()
    whole.build()
    assert killed.found() == whole.found()


def stop_at(scored: Scored, section: str, do: Any) -> None:
    """Does it until the section of that purpose would be opened."""

    class StoppedError(Exception):
        pass

    class Warehouse(type(scored.job.warehouse)):  # type: ignore[misc]
        def section(self, purpose: str) -> Any:
            if purpose == section:
                raise StoppedError
            return super().section(purpose)

    own = scored.job.warehouse
    scored.job.__dict__["warehouse"] = Warehouse(own.folder, lock_timeout_s=2)
    with pytest.raises(StoppedError):
        do()
    scored.job.__dict__["warehouse"] = own


def test_a_build_beside_an_ingest_scores_what_that_brought(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    scored.ingest(told(1, SAYINGS[0]))
    between: list[object] = []

    def score() -> None:
        between.append(scored.ingest(told(2, SAYINGS[0])))
        scored._score(everything=True)

    with ReadingRows([], {}) as rows:
        build.finish(scored.job.warehouse, rows, NOW, 3, score)

    assert between[0] is not None
    assert scored.rows("SELECT items FROM cluster") == [(2,)]
    assert scored.rows("SELECT count(DISTINCT item_id) FROM relevance") == [(2,)]
    assert scored.core() == scored.made_whole()


def test_what_is_forgotten_leaves_the_archive_of_scores_and_what_was_scored_beside_it_stays(tmp_path: Path) -> None:
    scored = Scored(tmp_path)
    gone = told(1, SAYINGS[0])["sighting_id"]
    scored.ingest(told(1, SAYINGS[0]), told(2, SAYINGS[1]))
    scored.ingest(told(1, SAYINGS[0], attachments=2))
    before = archived_ids(scored)
    scored.ingest(gone=[gone])
    build.forget(scored.job.warehouse, scored.job.archive, NOW)

    assert gone in before
    assert archived_ids(scored) == {told(2, "")["sighting_id"]}


def archived_ids(scored: Scored) -> set[str]:
    with scored.job.warehouse.section("look") as connection:
        paths = [str(path) for path in scoring_rows.archived(scored.job.archive)]
        return {row[0] for row in connection.execute("SELECT item_id FROM read_parquet(?)", [paths]).fetchall()}
