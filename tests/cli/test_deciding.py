"""Deciding, reviewing and mending from the terminal: what is said, and what is refused in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from decided_file import Known, of_labels
from desk_rows import id_of, put_sighting
from reporting import plain_workspace, somebody
from typer.testing import CliRunner, Result

from bench.quality.decided_items import decided_items
from cli.main import app
from desk.deciding import edits, samples
from desk.places import desk_of
from detente.clock import SystemClock
from detente.errors import ConflictError, NotAllowedError, UsageError
from detente.weeks import Week
from detente.workspace import Workspace, load

CHANGE, RELEASE, SAID = "3f9a21c0aaaa", "77778888bbbb", id_of(1)
AT = datetime(2026, 11, 16, 9)  # noqa: DTZ001  (as the warehouse keeps times)
ROADMAP = '[[themes]]\nname = "Team plans"\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A change with Ana's sighting beside it, and a release; Paul and Petra are of Product."""
    folder = plain_workspace(tmp_path / "ws")
    (folder / "roadmap.toml").write_text(ROADMAP)
    loaded = load(folder)
    now = datetime.now(UTC)
    ana = somebody(loaded, "Ana", "rep", now=now)
    for name in ("Paul", "Petra"):
        somebody(loaded, name, "pm", now=now)
    with desk_of(loaded, SystemClock()) as desk:
        put_sighting(desk, 1, ana.person_id)
    known = Known()
    known.item(CHANGE, AT)
    known.item(SAID, AT + timedelta(hours=1), kind="sighting", cluster=CHANGE)
    known.item(RELEASE, AT, kind="release")
    known.score(CHANGE, AT, 6_250, theme="Team plans")
    known.score(CHANGE, AT, 7_000, theme="Exports")
    known.publish(loaded.data)
    return loaded


@pytest.fixture
def told(workspace: Workspace) -> Callable[..., Result]:
    """What a command says, as Paul."""

    def command(*words: str, by: str = "paul") -> Result:
        who = ["--as", f"{by}@acme.test"] if words[0] in ("decide", "review") or words[1] in ("merge", "split") else []
        return CliRunner().invoke(
            app, [*words, *who, "-w", str(workspace.root)], catch_exceptions=False, env={"COLUMNS": "80"}
        )

    return command


@pytest.fixture
def as_data(told: Callable[..., Result]) -> Callable[..., Any]:
    return lambda *words, **more: json.loads(told(*words, "--json", **more).stdout)


def test_a_decision_says_what_it_is_about_and_what_happens_next(told: Callable[..., Result]) -> None:
    shown = told("decide", "3f9a", "build", "--because", "Four deals.", "--theme", "team plans", "--blind")

    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0].startswith("build for “Team plans”  d_")
    assert shown.stdout.splitlines()[1:] == [
        "  change 3f9a21c0, globex: About 3f9a21c0aaaa",
        "  and 1 other item of its cluster",
        "  62.5 points by rules version 1, which you had not seen",
    ]
    assert "its reporter hears of it" in shown.stderr
    assert "detente decide --outcome right d_" in shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= 80


def test_without_a_theme_the_highest_score_is_frozen(as_data: Callable[..., Any]) -> None:
    found = as_data("decide", SAID[:12], "counter-message", "--because", "They say so.")
    assert (found["score"], found["kind"], found["sightings"], found["cluster_id"]) == (
        None, "counter_message", [SAID], CHANGE,
    )  # fmt: skip
    assert as_data("decide", "7777", "watch", "--because", "x")["score"] is None


def test_who_comes_second_is_told_and_may_replace_it(told: Callable[..., Result], as_data: Callable[..., Any]) -> None:
    first = as_data("decide", "3f9a", "build", "--because", "Four deals.")
    again = as_data("decide", "3f9a", "build", "--because", "Four deals.")
    with pytest.raises(ConflictError, match=f"--instead {first['decision_id']} replaces it"):
        told("decide", SAID, "decline", "--because", "No.", by="petra")
    second = as_data("decide", SAID, "decline", "--because", "No.", "--instead", first["decision_id"], by="petra")

    assert (again["decision_id"], again["is_new"], first["score"]) == (first["decision_id"], False, 7_000)
    assert second["replaces"] == first["decision_id"]
    listed = as_data("decide", "--list")
    assert [row["decision_id"] for row in listed] == [second["decision_id"], first["decision_id"]]


def test_a_colleague_says_how_it_turned_out(told: Callable[..., Result], as_data: Callable[..., Any]) -> None:
    made = as_data("decide", "3f9a", "build", "--because", "Four deals.")["decision_id"]
    with pytest.raises(NotAllowedError, match="their own decision"):
        told("decide", "--outcome", "right", made)
    shown = told("decide", "--outcome", "right", made[:8], by="petra")

    assert shown.stdout == f"{made} (build): right\n"
    assert as_data("decide", "--list")[0]["outcome"] == "right"
    assert "right" in told("decide", "--list").stdout


def test_a_review_says_what_stands(told: Callable[..., Result], as_data: Callable[..., Any]) -> None:
    first = told("review", "R-00000000", "verified")
    second = told("review", SAID, "wrong", "--blind", by="petra")
    back = told("review", SAID, "taken_back")

    assert first.stdout == "R-00000000: verified\n"
    assert "reviewers differ: verified stands" in second.stderr
    assert back.stdout == "R-00000000: your review is taken back\n"
    found = as_data("review", SAID, "wrong", by="petra")
    assert (found["outcome"], found["reviewers"], found["is_disputed"]) == ("wrong", 1, False)


REFUSED = [
    (("decide", "3f9a", "buld"), "did you mean 'build'"),
    (("decide", "3f9a", "build"), "because: is empty"),
    (("decide", "3f9a"), "name an item and what is done"),
    (("decide", "3f9a", "build", "--because", "x", "--theme", "Team plan"), "did you mean 'Team plans'"),
    (("decide", "9", "build", "--because", "x"), "no item whose id begins with '9'"),
    (("decide", "", "build", "--because", "x"), "name an item"),
    (("decide", "--outcome", "good", "d_1"), "no outcome 'good'"),
    (("decide", "--outcome", "right"), "name the decision"),
    (("review", "3f9a", "verified"), "what a page said is not reviewed"),
    (("review", SAID, "verifed"), "did you mean 'verified'"),
]


@pytest.mark.parametrize(("words", "why"), REFUSED, ids=lambda value: " ".join(value)[:40])
def test_what_is_wrong_is_said_in_a_sentence(told: Callable[..., Result], words: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        told(*words)


def test_a_cluster_shows_its_items_and_is_mended(
    workspace: Workspace, told: Callable[..., Result], as_data: Callable[..., Any]
) -> None:
    shown = told("cluster", "show", SAID).stdout.splitlines()
    split = told("cluster", "split", CHANGE, SAID)
    merged = told("cluster", "merge", CHANGE, RELEASE, by="petra")

    assert shown[0] == "2 items, 1 independent source; a page says it"
    assert [line[:8] for line in shown[2:4]] == [CHANGE[:8], SAID[:8]]
    assert [row["item_id"] for row in as_data("cluster", "show", "3f9a")["items"]] == [CHANGE, SAID]
    assert "they are not one thing; it counts from the next build on" in split.stderr
    assert "they are one thing; it counts" in merged.stderr
    with desk_of(workspace, SystemClock()) as desk, desk.reading() as c:
        assert [(one.kind, one.item_id) for one in edits.standing(c)] == [("split", SAID), ("merge", CHANGE)]


def test_suggestions_leave_out_what_stands_in_the_cluster_already(
    workspace: Workspace, told: Callable[..., Result], as_data: Callable[..., Any]
) -> None:
    known = Known()
    known.item("a1", AT, kind="sighting")
    known.item("a2", AT, kind="sighting", cluster="a1")
    known.item("b1", AT, kind="sighting")
    known.item("c1", AT, kind="sighting")
    for row, text in zip(
        known.rows["sighting"],
        ["Globex gives half off.", "Globex gives half off.", "Half off is what Globex gives.", "Quite another matter."],
        strict=True,
    ):
        row["text"] = text
    known.publish(workspace.data)

    assert [row["item_id"] for row in as_data("cluster", "suggest", "a1")] == ["b1"]
    shown = told("cluster", "suggest", "a1")
    assert "detente cluster merge a1 ID" in shown.stderr
    assert "b1" in shown.stdout
    assert "anything like it" in told("cluster", "suggest", "c1").stderr


def test_the_weeks_sample_is_shown_with_what_became_of_it(
    workspace: Workspace, told: Callable[..., Result], as_data: Callable[..., Any]
) -> None:
    week = Week.of(SystemClock().now(), "Europe/Berlin")
    assert f"nothing was drawn for {week}" in told("sample", "-w", str(workspace.root)).stderr
    with desk_of(workspace, SystemClock()) as desk, desk.writing() as c:
        drawn = [samples.Sampled(item_id=one, score=1, probability=0.1) for one in (RELEASE, "gone")]
        samples.keep(c, week, drawn, now=desk.clock.now())
    told("decide", RELEASE, "decline", "--because", "No.")

    found = as_data("sample", "--week", str(week))
    assert [(row["item_id"], row["title"], row["verdict"]) for row in found["items"]] == [
        (RELEASE, f"About {RELEASE}", "decline"),
        ("gone", "gone since", "open"),
    ]
    assert "drawn by lot" in told("sample", "--week", str(week)).stdout


def test_evaluate_says_too_few_or_which_order_is_better(workspace: Workspace, told: Callable[..., Result]) -> None:
    few = told("evaluate", "--seed", "1").stdout
    of_labels(decided_items(60, strength=0.9)).publish(workspace.data)
    many = told("evaluate", "--seed", "1").stdout

    assert "too few to tell: 50 are needed, 50 more" in few
    assert "%" not in few.split("weights")[0]
    assert "60 decisions with a score of their time" in many
    assert "the score is better than the best plain order" in many
    assert "decided before the score was seen" in many
    with pytest.raises(UsageError, match="is no date"):
        told("evaluate", "--since", "july")


def test_evaluate_for_programs_has_no_number_that_is_none(workspace: Workspace, as_data: Callable[..., Any]) -> None:
    of_labels(decided_items(60, strength=0.9)).publish(workspace.data)
    found = as_data("evaluate", "--seed", "1")

    assert (found["all"]["labels"], found["all"]["is_enough"], found["all"]["is_better"]) == (60, True, True)
    assert found["all"]["orders"][0]["name"] == "score"
    assert found["judged"]["labels"] == 0
    assert found["calibration"] is None or found["calibration"]["tested_on"] >= 25


@pytest.mark.parametrize("command", ["decide", "review", "sample", "evaluate", "cluster show", "cluster merge"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert f"Example: detente {command}" in shown.output
    assert typer.main.get_command(app) is not None
