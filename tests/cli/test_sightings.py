"""`detente sighting`: what is said to be safe is safe, once; nothing is asked where nobody can answer."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.sighting_import import RowResult, write_results
from cli.sightings import asked
from desk import people
from desk.accepting.inbox import Inbox
from desk.database import Desk
from desk.following import sightings
from detente.clock import SystemClock
from detente.errors import DetenteError, SubmissionError

MINE = "0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81"
PUBLIC = ("--source", "public")


@pytest.fixture
def workspace(tmp_path):
    """A workspace without people."""
    root = tmp_path / "ws"
    (root / "competitors").mkdir(parents=True)
    (root / "detente.toml").write_text('[company]\nname = "Acme Corp"\ncurrency = "EUR"\n')
    (root / "competitors" / "globex.toml").write_text('name = "Globex Desk"\naliases = ["Globex"]\n')
    return root


@pytest.fixture
def detente(workspace):
    """The command over it."""

    def run(*words, **more):
        env = {"DETENTE_WORKSPACE": str(workspace), "COLUMNS": "200"}
        return CliRunner(env=env).invoke(app, ["sighting", *map(str, words)], catch_exceptions=False, **more)

    return run


@pytest.fixture
def team(workspace):
    """Bo reports, Vic only looks; their e-mails."""
    with closing(Desk.open(workspace / "data", "", SystemClock())) as desk, desk.writing() as c:
        for name, role in (("bo", "rep"), ("vic", "viewer"), ("dis", "rep")):
            one = people.add_person(
                c, name=name.title(), email=f"{name}@acme.test", roles=(role,), by=None, now=desk.clock.now()
            )
        people.disable(c, one.person_id, by=None, now=desk.clock.now())
    return "bo@acme.test"


def rows(workspace):
    """Every sighting on the desk, by id."""
    with closing(Desk.open(workspace / "data", "", SystemClock())) as desk, desk.reading() as c:
        everybody = {one.person_id for one in people.people(c)}
        found = [row for person_id in everybody for row in sightings.sightings_of(c, person_id, 1_000)]
    return {row.sighting_id: row for row in found}


def refusal(detente, *words, **more):
    with pytest.raises(DetenteError) as refused:
        detente(*words, **more)
    return refused.value


def test_a_sighting_is_on_the_desk_when_the_command_ends(detente, workspace):
    told = detente("add", "Team is at 49", "--competitor", "globex", *PUBLIC, "--deal-amount", "€120k", "--may-call")

    assert told.exit_code == 0
    (found,) = rows(workspace).values()
    assert told.stdout.startswith(f"R-{found.sighting_id[:8].upper()}  cleared\nhttp://127.0.0.1:8321/r/")
    assert (found.text, found.competitor, found.channel, found.may_call) == (
        "Team is at 49",
        "globex",
        "terminal",
        True,
    )
    assert "deal: EUR 120,000" in told.stderr


def test_the_same_id_is_the_same_sighting_and_something_else_under_it_is_refused(detente, workspace):
    answers = [detente("add", "Team is at 49", *PUBLIC, "--id", MINE.upper(), "--json") for _ in range(2)]

    first, again = (json.loads(one.stdout) for one in answers)
    assert [first.pop("is_new"), again.pop("is_new")] == [True, False]
    assert first == again
    assert list(rows(workspace)) == [MINE]
    assert refusal(detente, "add", "Other words", *PUBLIC, "--id", MINE).exit_code == 2
    assert refusal(detente, "add", "x", *PUBLIC, "--id", "../../x").exit_code == 2


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("add", "x"), "source"),
        (("add", "x", "--source", "customer"), "confidential"),
        (("add", "x", "--source", "rumour"), "source"),
        (("add", "", *PUBLIC), "text"),
        (("add", "x", *PUBLIC, "--close-on", "tomorrow"), "close_on"),
        (("add", "x", *PUBLIC, "--deal-amount", "much"), "deal_amount"),
    ],
)
def test_without_a_terminal_nothing_is_asked_and_the_field_is_named(detente, workspace, words, field):
    refused = refusal(detente, *words)

    assert isinstance(refused, SubmissionError)
    assert field in refused.faults
    assert rows(workspace) == {}


def test_the_text_may_come_from_standard_input(detente, workspace):
    detente("add", "-", *PUBLIC, input="Two\nlines\n")

    assert [one.text for one in rows(workspace).values()] == ["Two\nlines"]


def test_a_competitor_is_found_by_its_alias_and_an_unknown_one_is_told(detente, workspace):
    detente("add", "one", *PUBLIC, "--competitor", "GLOBEX")
    told = detente("add", "two", *PUBLIC, "--competitor", "Gl0bex")

    assert {(one.competitor, one.competitor_name) for one in rows(workspace).values()} == {
        ("globex", ""),
        (None, "Gl0bex"),
    }
    assert "kept as a new name" in told.stderr


def test_files_go_along_and_one_that_is_too_large_or_missing_is_told(detente, workspace, tmp_path):
    small, large = tmp_path / "note.txt", tmp_path / "large.bin"
    small.write_text("a note")
    large.write_bytes(b"x" * 10_000_001)

    detente("add", "With a file", *PUBLIC, "--file", small, "--id", MINE)

    entry = Inbox(workspace / "data" / "inbox").find(MINE)
    assert [note.name for note in entry.files] == ["note.txt"]
    assert "larger than 10 MB" in str(refusal(detente, "add", "x", *PUBLIC, "--file", large))
    assert "cannot be read" in str(refusal(detente, "add", "x", *PUBLIC, "--file", tmp_path / "none.txt"))


def test_what_was_confidential_goes_to_legal_and_that_is_told(detente, workspace):
    told = detente("add", "Secret", "--source", "customer", "--confidential", "not sure")

    assert "quarantined" in told.stdout
    assert "Legal looks first" in told.stderr


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_what_is_held_back_is_not_shown_in_the_terminal_either(detente, workspace, as_json):
    detente("add", "CANARY-7Q", "--source", "customer", "--confidential", "yes", "--id", MINE)

    for told in (detente("list", *as_json), detente("show", MINE, *as_json)):
        assert "quarantined" in told.stdout
        assert "CANARY-7Q" not in told.output
    assert rows(workspace)[MINE].text == "CANARY-7Q"


def test_who_reports_is_named_where_others_were_added(detente, workspace, team):
    detente("add", "Mine", *PUBLIC, "--as", "BO@acme.test")

    assert [one.text for one in rows(workspace).values()] == ["Mine"]
    assert "--as" in str(refusal(detente, "add", "x", *PUBLIC))
    assert "nobody here is" in str(refusal(detente, "add", "x", *PUBLIC, "--as", "eve@acme.test"))
    for who in ("vic", "dis"):
        assert refusal(detente, "add", "x", *PUBLIC, "--as", f"{who}@acme.test").exit_code == 1


def test_what_is_missing_is_asked_for_and_no_more():
    questions = []

    def answer(question, words):
        questions.append(words)
        return {"How did you learn this?": "Document"}.get(question, "Not sure")

    found = asked({"sighting_id": MINE, "nda": "no"}, answer)

    assert found == {"source": "document", "confidential": "not_sure", "meant_for_me": "not_sure"}
    assert len(questions) == 3


@pytest.mark.slow
def test_on_a_terminal_it_asks(workspace):
    controller, terminal = pty.openpty()
    command = [sys.executable, "-c", "from cli.main import run; run()", "sighting", "add", "Team is at 49", "--json"]
    env = os.environ | {"DETENTE_WORKSPACE": str(workspace), "PYTHONPATH": str(Path.cwd()), "NO_COLOR": "1"}
    with subprocess.Popen(command, env=env, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.close(terminal)
        os.write(controller, b"customer\nno\n")
        out, err = process.communicate(timeout=60)
    os.close(controller)

    assert process.returncode == 0, err.decode()
    assert json.loads(out)["state"] == "cleared"
    assert b"How did you learn this?" in err


def test_a_receipt_and_a_list_tell_what_became_of_it(detente, workspace, team):
    detente("add", "Team is at 49", *PUBLIC, "--id", MINE, "--as", team)

    shown = detente("show", MINE, "--as", team)
    told = json.loads(detente("show", MINE, "--as", team, "--json").stdout)
    listed = json.loads(detente("list", "--as", team, "--json").stdout)

    assert shown.stdout.startswith("R-0D9CF1C0  cleared\nTeam is at 49\n")
    assert "Not read yet" in shown.stdout
    assert [step["is_done"] for step in told["steps"]][:2] == [True, False]
    assert [(one["sighting_id"], one["state"]) for one in listed] == [(MINE, "cleared")]
    assert refusal(detente, "show", "0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e82", "--as", team).exit_code == 1


def test_what_a_text_holds_is_shown_and_not_obeyed(detente, workspace):
    detente("add", "[bold]red[/bold] \x1b[31mred\u202e", *PUBLIC, "--id", MINE)

    shown = detente("show", MINE).stdout

    assert "[bold]red[/bold]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


TABLE = """text,source,confidential,reporter
Public,public,,
Heard,,,
Secret,customer,yes,
=1+1,public,,{extra}
,public,,
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "sightings.csv"
    path.write_text(TABLE.format(extra="eve@acme.test"))
    return path


def results(told):
    return [one["result"] for one in json.loads(told.stdout)]


def test_each_row_of_a_table_has_its_result_and_again_changes_nothing(detente, workspace, team, table):
    first = detente("import", table, "--as", team, "--json")
    before = rows(workspace)
    again = detente("import", table, "--as", team, "--json")

    assert (first.exit_code, again.exit_code) == (3, 3)
    assert results(first) == ["new", "waiting", "quarantined", "fault", "fault"]
    assert results(again) == ["known", "known", "known", "fault", "fault"]
    assert {one.text: (one.gate, one.channel) for one in before.values()} == {
        "Public": ("cleared", "import"),
        "Heard": ("waiting", "import"),
        "Secret": ("quarantined", "import"),
    }
    assert rows(workspace) == before
    assert "5 rows: 3 known, 2 fault" in again.stderr


def test_a_trial_tells_the_same_and_keeps_nothing(detente, workspace, team, table):
    tried = detente("import", table, "--as", team, "--json", "--dry-run")

    assert rows(workspace) == {}
    assert not table.with_suffix(".results.csv").exists()
    assert results(tried) == results(detente("import", table, "--as", team, "--json"))
    assert results(detente("import", table, "--as", team, "--json", "--dry-run"))[0] == "known"


def test_the_results_stand_beside_the_table(detente, workspace, team, table):
    table.write_text("text,deal_amount\nx,=1+1\n")

    detente("import", table, "--as", team)

    with table.with_suffix(".results.csv").open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["row"], line["result"]) == ("2", "fault")
    assert line["what"].startswith("deal_amount:")


@pytest.mark.parametrize("what", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_results_runs_in_a_spreadsheet(tmp_path, what):
    path = write_results(tmp_path / "t.csv", [RowResult(row=2, result="fault", what=what)])

    with path.open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["what"] == f"'{what}"


def test_a_row_whose_content_was_told_otherwise_before_is_a_fault_of_that_row(detente, workspace, team, table):
    table.write_text(f"id,text,source\n{MINE},one,public\n")
    detente("import", table, "--as", team)
    table.write_text(f"id,text,source\n{MINE},other,public\n,next,public\n")

    told = detente("import", table, "--as", team, "--json")

    assert results(told) == ["fault", "new"]
    assert json.loads(told.stdout)[0]["what"].startswith("id:")


@pytest.mark.parametrize("who", ["vic@acme.test", "dis@acme.test"])
def test_rows_of_who_may_not_report_are_faults(detente, workspace, team, table, who):
    table.write_text(f"text,source,reporter\nx,public,{who}\ny,public,{team}\n")

    told = detente("import", table, "--json")

    assert results(told) == ["fault", "new"]
    assert json.loads(told.stdout)[0]["what"].startswith("reporter:")


MAIL = "From: Bo <bo@acme.test>\nMessage-ID: <{id}@acme.test>\nSubject: Globex cut Team\n\nsource: public\n\nTo 49.\n"


def test_a_mail_is_a_sighting_of_its_sender_once(detente, workspace, team, tmp_path):
    path = tmp_path / "one.eml"
    path.write_text(MAIL.format(id="a"))

    first, again = detente("mail", path), detente("mail", path)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "cleared" in first.stdout
    assert "known" in again.stdout
    (found,) = rows(workspace).values()
    assert (found.channel, found.competitor, found.text) == ("mail", "globex", "Globex cut Team\n\nTo 49.")


def test_a_mail_that_cannot_be_taken_is_told_and_the_others_are(detente, workspace, team, tmp_path):
    paths = [tmp_path / f"{n}.eml" for n in range(3)]
    paths[0].write_text(MAIL.format(id="b").replace("bo@", "eve@"))
    paths[1].write_text("no mail")
    paths[2].write_text(MAIL.format(id="c"))

    told = detente("mail", *paths)

    assert told.exit_code == 3
    assert told.stderr.count("refused:") == 2
    assert len(rows(workspace)) == 1


def test_mails_are_fetched_only_where_a_folder_is_named(detente, workspace):
    assert "[mail_in]" in str(refusal(detente, "mail", "--fetch"))
    assert "name .eml files" in str(refusal(detente, "mail"))


def test_somebody_is_linked_to_slack_from_the_terminal(workspace, team):
    env = {"DETENTE_WORKSPACE": str(workspace)}
    told = CliRunner(env=env).invoke(app, ["person", "slack", team, "T1", "U1"], catch_exceptions=False)

    assert told.exit_code == 0
    with closing(Desk.open(workspace / "data", "", SystemClock())) as desk, desk.reading() as c:
        assert people.person_by_identity(c, "slack:T1", "U1").email == team


def test_what_the_inbox_kept_comes_back_to_a_desk_that_lacks_it(detente, workspace):
    detente("add", "Globex offers Team at 49", *PUBLIC, "--id", MINE)
    (workspace / "data" / "desk.sqlite").unlink()
    assert "1 sighting was missing, and is back" in detente("refill").output
    assert "0 sightings were missing, and are back" in detente("refill").output
    with closing(Desk.open(workspace / "data", "", SystemClock())) as desk, desk.reading() as c:
        assert sightings.sighting(c, MINE).text == "Globex offers Team at 49"
