"""`detente ledger` on a terminal: fund, show, give out, hand to payroll, verify."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from desk_rows import id_of, put_hold, put_sighting

from desk import audit, people
from desk.places import desk_of
from desk.rewarding import ledger
from detente.clock import SystemClock
from detente.errors import BudgetError, LedgerError, NotAllowedError, StorageError, UsageError
from detente.workspace import init, load

Q4 = "2026-Q4"
BY = ("--by", "ada@acme.test")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    init(tmp_path / "ws")
    return tmp_path / "ws"


@pytest.fixture
def typed(here, workspace: Path) -> Any:
    """A command about the ledger of the workspace."""
    return lambda *words, code=0: _checked(here("ledger", *words, "-w", str(workspace)), code)


def _checked(result: Any, code: int) -> Any:
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def team(workspace: Path) -> dict[str, str]:
    """Ada is an admin; Rita earned 5 points, 3 more are pending."""
    with desk_of(load(workspace), SystemClock()) as desk:
        with desk.writing() as c:
            now = desk.clock.now()
            roles = {"Ada": "admin", "=Rita": "rep"}
            ids = {
                name: people.add_person(
                    c, name=name, email=f"{name.strip('=').lower()}@acme.test", roles=[role], by=None, now=now
                ).person_id
                for name, role in roles.items()
            }
            ledger.fund(c, Q4, 50, by=None, now=now)
        for number, points in ((1, 5), (2, 3)):
            put_sighting(desk, number, ids["=Rita"])
            with desk.writing() as c:
                hold_id = put_hold(c, id_of(number), ids["=Rita"], points, now=now)
                if number == 1:
                    ledger.post(c, hold_id, by=None, now=now)
    return ids


def heads_of(workspace: Path) -> list[int]:
    path = workspace / "data" / "ledger-heads.jsonl"
    return [json.loads(line)["entries"] for line in path.read_text().splitlines()]


def test_a_quarter_is_funded_by_the_budget_of_the_rules_once(typed, workspace, team):
    for _ in range(2):
        said = typed("fund", "2027-Q1", *BY)
        assert "2000 points for 2027-Q1; 2000 of its budget are promised to nobody" in said.output
    with pytest.raises(LedgerError, match="another --key adds"):
        typed("fund", "2027-Q1", "--points", "5", *BY)

    said = typed("fund", "2027-Q1", "--points", "5", "--key", "more", *BY)

    assert "2005 of its budget" in said.output
    assert heads_of(workspace) == [5, 6]


def test_what_is_shown_is_what_was_asked_for(typed, team):
    rows = json.loads(typed("show", "--json").stdout)
    of_rita = json.loads(typed("show", "--person", "rita@acme.test", "--json").stdout)
    of_sighting = json.loads(typed("show", "--sighting", id_of(2), "--quarter", Q4, "--json").stdout)

    assert [one["kind"] for one in rows] == ["fund", "hold", "post", "hold"]
    assert [one["entry_id"] for one in of_rita] == [2, 3, 4]
    assert [one["entry_id"] for one in of_sighting] == [4]
    assert of_sighting[0]["postings"] == [
        {"account": f"program:{Q4}", "points": -3},
        {"account": f"pending:{team['=Rita']}", "points": 3},
    ]


def test_entries_are_shown_within_eighty_columns(typed, team, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    shown = typed("show").stdout

    assert "5 × 0.8 fresh = 5, rule v1" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80


def test_points_are_given_out_once_per_voucher_and_never_too_many(typed, workspace, team):
    for _ in range(2):
        assert "4 points redeemed; 1 are left" in typed("redeem", "rita@acme.test", "4", "--key", "v1", *BY).output

    with pytest.raises(BudgetError, match="has 1 points earned, and this takes 2"):
        typed("redeem", "rita@acme.test", "2", "--key", "v2", *BY)
    assert heads_of(workspace) == [5]


def test_a_gift_that_was_written_by_mistake_is_undone_and_what_the_rules_made_is_not(typed, team):
    typed("redeem", "rita@acme.test", "4", "--key", "v1", *BY)

    assert "entry 6 reverses entry 5" in typed("reverse", "5", *BY).output
    with pytest.raises(LedgerError, match="was made by the rules"):
        typed("reverse", "3", *BY)


def test_somebody_who_is_no_admin_changes_nothing(typed, team):
    for words in (
        ("fund", "2027-Q1"), ("redeem", "ada@acme.test", "1", "--key", "v"), ("export", Q4), ("reverse", "1")
    ):  # fmt: skip
        with pytest.raises(NotAllowedError):
            typed(*words, "--by", "rita@acme.test")
    with pytest.raises(UsageError, match=r"nobody here is 'nobody@acme\.test'"):
        typed("fund", "2027-Q1", "--by", "nobody@acme.test")


def test_where_there_is_more_than_one_person_somebody_must_answer(typed, team):
    with pytest.raises(UsageError, match="say who answers for this: --by"):
        typed("fund", "2027-Q1")


def test_alone_on_one_machine_its_owner_answers(typed):
    assert "of its budget" in typed("fund", Q4, "--points", "7").output


def test_the_export_is_for_its_owner_alone_holds_no_formula_and_is_in_the_audit(typed, workspace, team, tmp_path):
    target = tmp_path / "points.csv"

    said = typed("export", Q4, "--to", str(target), *BY)

    [row] = csv.DictReader(target.read_text(encoding="utf-8").splitlines())
    assert row == {
        "quarter": Q4, "person_id": team["=Rita"], "name": "'=Rita", "email": "rita@acme.test", "earned": "5",
        "redeemed": "0", "pending": "3", "available": "5", "up_to_entry": "4",
    }  # fmt: skip
    assert target.stat().st_mode & 0o777 == 0o600
    assert "1 rows; they name people" in said.output
    with desk_of(load(workspace), SystemClock()) as desk, desk.reading() as c:
        [entry, *_] = audit.entries(c, subject=Q4)
    assert (entry.action, entry.by, entry.detail) == ("ledger_exported", team["Ada"], {"people": 1, "up_to_entry": 4})


def test_numbers_below_zero_stay_numbers(typed, workspace, team, tmp_path):
    typed("redeem", "rita@acme.test", "5", "--key", "v1", *BY)
    with desk_of(load(workspace), SystemClock()) as desk, desk.writing() as c:
        ledger.bring(c, 2, "nothing", reason={}, by=None, now=desk.clock.now())

    typed("export", Q4, "--to", str(tmp_path / "points.csv"), *BY)

    [row] = csv.DictReader((tmp_path / "points.csv").read_text(encoding="utf-8").splitlines())
    assert (row["earned"], row["redeemed"], row["available"]) == ("0", "5", "-5")


def test_a_file_that_cannot_be_written_is_told(typed, team, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="choose another place"):
        typed("export", Q4, "--to", str(tmp_path / "file" / "x.csv"), *BY)


def test_verify_says_so_and_writes_the_head_down(typed, workspace, team):
    found = json.loads(typed("verify", "--json").stdout)

    assert found["entries"] == 4
    assert found["faults"] == []
    assert heads_of(workspace) == [4]
    assert found["head_hash"] in typed("verify").stdout
    assert "had no head" not in typed("verify").output


def test_verify_says_that_it_had_no_head_to_hold_the_entries_against(typed, workspace, team):
    typed("verify")
    (workspace / "data" / "ledger-heads.jsonl").unlink()

    assert "had no head of the entries after 0" in " ".join(typed("verify").output.split())


def test_verify_names_the_first_bad_entry_and_ends_with_1(typed, workspace, team):
    typed("verify")
    tool = sqlite3.connect(workspace / "data" / "desk.sqlite")
    tool.executescript(
        "DROP TRIGGER ledger_posting_refuses_update; UPDATE ledger_posting SET points = points * 2 WHERE entry_id = 3"
    )
    tool.close()

    said = typed("verify", code=1)

    assert [fault["entry_id"] for fault in json.loads(typed("verify", "--json", code=1).stdout)["faults"]] == [3]
    assert "3 was changed: its hash is another one" in " ".join(said.stdout.split())
    assert "first at entry 3: pay nothing out" in said.output
    assert heads_of(workspace) == [4]
