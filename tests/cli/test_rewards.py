"""`detente rewards` on a terminal: a statement, where reps stand, what to look at, and the simulation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from desk_rows import id_of, put_hold, put_sighting

from cli.rewards import handled
from cli.simulated import as_json_of, show_simulated
from desk import people
from desk.places import desk_of
from desk.rewarding import ledger
from detente.clock import SystemClock
from detente.errors import UsageError
from detente.people import Person
from detente.quarters import Quarter
from detente.rules import default_rules
from detente.workspace import init, load
from scoring.simulation.quarter import KINDS

SEEDS = 3


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    init(tmp_path / "ws")
    return tmp_path / "ws"


def _frame(of_cheats: float) -> pd.DataFrame:
    """Quarters in which honest reps have ten points an hour, and cheats that share of it."""
    rows: list[dict[str, Any]] = []
    for seed in range(SEEDS):
        for kind in KINDS:
            per_hour = 10 if kind.is_honest else 10 * of_cheats
            rows.append(
                {
                    "kind": kind.name, "is_honest": kind.is_honest, "is_added": kind.is_added, "seed": seed,
                    "people": 2,
                    "sightings": 50, "points": 2 * per_hour, "hours": 2.0, "added_points": 2 * per_hour,
                    "added_hours": 2.0, "deals": 20, "standing": 0.5, "points_per_hour": float(per_hour),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("share", "verdict"), [(0.25, "25 % is met"), (0.26, "25 % is NOT met")])
def test_the_simulation_says_whether_the_goal_is_met(
    capsys: pytest.CaptureFixture[str], share: float, verdict: str
) -> None:
    show_simulated(_frame(share), _frame(2 * share), default_rules(), seeds=SEEDS, weeks=13)

    told = capsys.readouterr().out
    assert f"Best cheat: spammer, {round(100 * share)} %; the goal of at most {verdict}" in told
    assert f"Where reviewers are fooled: spammer, {round(200 * share)} %" in told
    assert "nobody is worse off" in told


def test_the_simulation_fits_a_narrow_screen(capsys: pytest.CaptureFixture[str]) -> None:
    show_simulated(_frame(0.1), _frame(0.2), default_rules(), seeds=SEEDS, weeks=13)

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len([line for line in lines if line.startswith(tuple(kind.name for kind in KINDS))]) == len(KINDS)


def test_programs_are_told_every_seed_and_every_assumption() -> None:
    told = as_json_of(_frame(0.1), _frame(0.2), default_rules(), seeds=SEEDS, weeks=13)

    assert told["goal_is_met"] is True
    assert len(told["by_seed"]) == SEEDS * len(KINDS)
    assert all(each["because"] for each in told["assumptions"])
    json.dumps(told)


@pytest.mark.slow
def test_the_simulation_runs_outside_of_a_workspace(here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    told = json.loads(here("rewards", "simulate", "--seeds", "1", "--weeks", "4", "--json").stdout)

    assert (told["seeds"], told["rules_version"]) == (1, default_rules().version)


@pytest.fixture
def ana(workspace: Path) -> str:
    """Ana sent one sighting, of which three points are pending; returns the quarter."""
    loaded = load(workspace)
    with desk_of(loaded, SystemClock()) as desk:
        now = desk.clock.now()
        quarter = str(Quarter.of(now, loaded.settings.company.time_zone))
        with desk.writing() as c:
            person = people.add_person(c, name="Ana Lima", email="ana@acme.test", roles=["rep"], by=None, now=now)
            ledger.fund(c, quarter, 100, by=None, now=now)
        put_sighting(desk, 1, person.person_id)
        with desk.writing() as c:
            put_hold(c, id_of(1), person.person_id, 3, now=now, quarter=quarter)
    return quarter


def _typed(here: Any, workspace: Path, *words: str) -> str:
    result = here("rewards", *words, "-w", str(workspace))
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_a_statement_tells_line_by_line_and_its_sums(here: Any, workspace: Path, ana: str) -> None:
    told = _typed(here, workspace, "statement", "ana@acme.test")

    assert "5 × 0.8 fresh = 3, rule v1" in told
    assert f"{ana}: earned 0, pending 3, redeemed 0" in told


def test_a_statement_for_programs(here: Any, workspace: Path, ana: str) -> None:
    told = json.loads(_typed(here, workspace, "statement", "ana@acme.test", "--quarter", ana, "--json"))

    assert (told["quarter"], told["pending"], len(told["lines"])) == (ana, 3, 1)


def test_an_empty_statement_says_when_points_come(here: Any, workspace: Path, ana: str) -> None:
    told = _typed(here, workspace, "statement", "ana@acme.test", "--quarter", "2020-Q1")

    assert "nothing for Ana Lima in 2020-Q1 yet; points come when a sighting is reviewed" in told


@pytest.mark.parametrize("command", ["standing", "flags"])
def test_before_anything_is_compared_it_is_said_what_to_do(here: Any, workspace: Path, ana: str, command: str) -> None:
    with pytest.raises(UsageError, match="`detente run build` makes them"):
        here("rewards", command, "-w", str(workspace))


def test_a_table_of_deals_with_an_unknown_person_is_refused_with_its_line(tmp_path: Path) -> None:
    table = tmp_path / "deals.csv"
    table.write_text("email,deals\nana@acme.test,12\nnobody@acme.test,3\n", encoding="utf-8")
    ana = Person(person_id="p1", name="Ana", email="ana@acme.test", roles=frozenset(), is_disabled=False)

    with pytest.raises(UsageError, match=r"deals\.csv:3: it needs the e-mail of somebody here and a whole number"):
        handled(table, {"p1": ana})
