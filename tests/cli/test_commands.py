"""Every command says what it does, what went wrong in one sentence, and by its exit code what to think of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from small_site import PRICING, SmallSite
from typer.testing import CliRunner, Result

from cli.main import app
from detente.errors import DetenteError

Here = Callable[..., Result]
Detente = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = [
    "init", "check", "demo", "run", "serve", "import-history", "rebuild", "sql", "export", "extract", "decide",
    "review", "sample", "explain", "evaluate", "match", "similar",
]  # fmt: skip
GROUPS = {
    "person": [
        "add",
        "list",
        "roles",
        "disable",
        "enable",
        "password",
        "link",
        "token",
        "tokens",
        "revoke",
        "export",
        "erase",
        "slack",
    ],
    "sighting": ["add", "import", "list", "mail", "refill", "show"],
    "retention": ["run"],
    "changes": ["list", "dismiss", "dismissals", "restore"],
    "sources": ["test"],
    "readers": ["list", "new", "test"],
    "cluster": ["show", "merge", "split", "suggest"],
    "ledger": ["verify", "show", "fund", "redeem", "reverse", "export"],
    "rewards": ["statement", "standing", "flags", "simulate"],
}


def sentence_of(*words: str) -> tuple[int, str]:
    """The exit code and the sentence of a command that fails."""
    with pytest.raises(DetenteError) as caught:
        CliRunner().invoke(app, list(words), catch_exceptions=False)
    return caught.value.exit_code, str(caught.value)


def test_all_commands_are_listed() -> None:
    shown = CliRunner().invoke(app, ["--help"])

    assert shown.exit_code == 0
    group = typer.main.get_command(app)
    assert {*COMMANDS, *GROUPS} == set(group.commands)  # type: ignore[attr-defined]
    for command in (*COMMANDS, *GROUPS):
        assert f"  {command} " in shown.output
    assert "Exit codes: 0 ok, 1 failed, 2 usage, 3 some sources failed" in shown.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_a_meaning_for_each_of_its_words(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})

    assert shown.exit_code == 0
    assert f"Example: detente {command}" in shown.output
    one = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    assert all(parameter.help for parameter in one.params if parameter.name != "help"), command


@pytest.mark.parametrize(("group", "command"), [(group, one) for group, of in GROUPS.items() for one in of])
def test_every_command_of_a_group_has_help_too(group: str, command: str) -> None:
    shown = CliRunner().invoke(app, [group, command, "--help"], env={"COLUMNS": "200"})

    assert f"Example: detente {group} {command}" in shown.output
    commands = typer.main.get_command(app).commands[group].commands  # type: ignore[attr-defined]
    assert set(commands) == set(GROUPS[group])
    assert all(parameter.help for parameter in commands[command].params if parameter.name != "help"), command


def test_the_version_is_told() -> None:
    shown = CliRunner().invoke(app, ["--version"])

    assert (shown.exit_code, shown.output) == (0, "detente 0.1.0\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "pipline"], "no flow 'pipline'; did you mean 'pipeline'?"),
        (["run", "x"], "known are build, collect, daily, ingest, pipeline, weekly"),
        (["extract", "prices", "x.html"], "no kind 'prices'"),
        (["extract", "release-notes", "x.html"], "did you mean 'release_notes'?"),
        (["extract", "pricing", "gone.html"], "gone.html: cannot be read: No such file"),
        (["extract", "pricing", "x.html", "--selector", "card"], "write it as name=css"),
        (["run", "pipeline", "--now", "yesterday"], "'yesterday' is no time"),
        (["import-history", "globex/prices", "."], "did you mean 'globex/pricing'?"),
        (["import-history", "globex/pricing", "gone"], "gone: no such folder"),
        (["run", "weekly", "--week", "46"], "'46' is not an ISO week"),
        (
            ["changes", "list", "--competitor", "globx"],
            "no competitor 'globx' in this workspace; did you mean 'globex'?",
        ),
        (["changes", "list", "--page", "globex/prices"], "did you mean 'globex/pricing'?"),
        (["changes", "dismiss", "xyz", "--because", "y"], "no change whose id begins with 'xyz'"),
        (["changes", "dismiss", "", "--because", "y"], "`detente changes list` shows them"),
        (["changes", "restore", "xyz"], "no rule 'xyz'"),
        (["sql", "SELECT 1", "--param", "x"], "write it as name=value"),
        (["sql", "SELEC 1"], "syntax error"),
        (["sql", "DROP TABLE change"], "only SELECT and EXPLAIN read"),
    ],
)
def test_wrong_words_are_told_with_the_right_ones_and_exit_code_2(
    collected: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.setenv("DETENTE_WORKSPACE", str(collected))

    code, sentence = sentence_of(*words)

    assert code == 2
    assert said in sentence


@pytest.mark.slow
def test_an_error_is_one_sentence_on_standard_error_and_never_a_traceback(detente: Detente, tmp_path: Path) -> None:
    for words, code, said in [
        (("run", "pipeline", "--workspace", str(tmp_path)), 2, "no detente.toml here or above"),
        (("run", "no[bold]where[/bold]"), 2, "no flow 'no[bold]where[/bold]'"),
        (("nonsense",), 2, "No such command"),
        (("sql",), 2, "Missing argument"),
    ]:
        ended = detente(*words)
        assert ended.returncode == code, ended.stderr
        assert ended.stdout == ""
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_workspace_without_a_build_is_told_what_to_run(site: SmallSite, tmp_path: Path) -> None:
    folder = site.workspace(tmp_path / "ws")

    assert sentence_of("sql", "SELECT 1", "--workspace", str(folder))[0] == 1
    assert "`detente run pipeline`" in sentence_of("export", str(tmp_path / "out"), "--workspace", str(folder))[1]


@pytest.mark.slow
def test_init_check_and_the_first_hint(tmp_path: Path, detente: Detente) -> None:
    folder = tmp_path / "acme-intel"
    made = detente("init", str(folder))
    checked = detente("check", "--workspace", str(folder))
    again = detente("init", str(folder))

    assert (made.returncode, checked.returncode, again.returncode) == (0, 0, 2)
    assert f"`detente run pipeline --workspace {folder}`" in made.stderr
    assert "0 competitors, 0 pages, 0 themes, 0 questions; all valid" in checked.stderr


def test_check_tells_every_fault_on_a_line_of_its_own(tmp_path: Path, detente: Detente) -> None:
    (tmp_path / "detente.toml").write_text('[company]\nname = "A"\ncurency = "EUR"\n[fetch]\nretries = "x"\n')
    ended = detente("check", "--workspace", str(tmp_path))

    assert ended.returncode == 2
    assert ended.stderr.splitlines()[0] == (
        f"detente: {tmp_path}/detente.toml:3: unknown key 'curency'; did you mean 'currency'?"
    )
    assert len(ended.stderr.splitlines()) == 2


@pytest.mark.slow
def test_some_pages_failed_is_exit_code_3_and_json_stays_json(
    site: SmallSite, tmp_path: Path, detente: Detente
) -> None:
    folder = site.workspace(tmp_path / "ws")
    site.broken["/trust"] = 503
    try:
        ended = detente("run", "pipeline", "--workspace", str(folder), "--json")
    finally:
        site.broken.clear()

    assert ended.returncode == 3, ended.stderr
    said = json.loads(ended.stdout)
    assert (said["step"], said["read"], list(said["failed"])) == ("pipeline", 2, ["globex/page"])
    assert "no Prefect API answers, so this runs at once" in ended.stderr
    assert "fetch 3 pages …" in ended.stderr


@pytest.mark.slow
def test_history_is_imported_and_the_warehouse_made_anew(site: SmallSite, tmp_path: Path, detente: Detente) -> None:
    folder = site.workspace(tmp_path / "ws")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "2024-03-01.html").write_text(PRICING.replace("{team}", "39"))

    imported = detente(
        "import-history", "globex/pricing", str(tmp_path / "saved"), "--workspace", str(folder), "--json"
    )
    rebuilt = detente("rebuild", "--workspace", str(folder), "--json")
    built = detente("run", "build", "--workspace", str(folder), "--json")
    asked = detente(
        "sql", "SELECT amount::INT AS amount FROM plan_price WHERE plan = 'Team'", "-w", str(folder), "-f", "json"
    )

    assert json.loads(imported.stdout)["read"] == 1, imported.stderr
    assert json.loads(rebuilt.stdout)["step"] == "rebuild", rebuilt.stderr
    assert json.loads(built.stdout)["step"] == "build", built.stderr
    assert json.loads(asked.stdout) == [{"amount": 39}], asked.stderr


def test_a_published_file_answers_in_three_formats(collected: Path, here: Here) -> None:
    question = "SELECT kind, subject, old_amount, changed_at::DATE AS day, NULL AS nothing FROM change"
    table, lines, objects = (
        here("sql", question, "--workspace", str(collected), "--format", name) for name in ("table", "csv", "json")
    )

    assert [line.split() for line in table.stdout.splitlines()] == [
        ["kind", "subject", "old_amount", "day", "nothing"], ["price_increase", "Team", "49", "2026-10-12"]
    ]  # fmt: skip
    assert lines.stdout == "kind,subject,old_amount,day,nothing\nprice_increase,Team,49,2026-10-12,\n"
    assert json.loads(objects.stdout) == [
        {"kind": "price_increase", "subject": "Team", "old_amount": 49, "day": "2026-10-12", "nothing": None}
    ]


def test_parameters_and_questions_from_standard_input(collected: Path, here: Here) -> None:
    ended = here(
        "sql",
        "-",
        "-w",
        str(collected),
        "-p",
        "plan=Team",
        "-f",
        "csv",
        input="SELECT count(*) AS n FROM plan_price WHERE plan = $plan",
    )

    assert ended.stdout == "n\n2\n"


def test_a_cut_answer_is_said_to_be_cut(collected: Path, here: Here) -> None:
    ended = here("sql", "SELECT * FROM range(5)", "-w", str(collected), "--limit", "2", "-f", "csv")

    assert ended.stdout == "range\n0\n1\n"
    assert "truncated: only the first 2 rows; --limit shows more" in ended.stderr


def test_csv_on_the_screen_is_no_formula_either(collected: Path, here: Here) -> None:
    ended = here("sql", "SELECT '=1+1' AS \"=cell\", -3 AS number", "-w", str(collected), "-f", "csv")

    assert ended.stdout == "'=cell,number\n'=1+1,-3\n"


@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
def test_an_export_says_what_it_wrote(collected: Path, tmp_path: Path, kind: str) -> None:
    shown = CliRunner().invoke(app, ["export", str(tmp_path / "out"), "-w", str(collected), "--format", kind])

    assert shown.exit_code == 0
    assert (tmp_path / "out" / f"change.{kind}").stat().st_size > 0
    assert shown.stdout == ""


def test_what_a_reader_sees_is_shown_with_the_keys_that_the_scorer_reads(tmp_path: Path, here: Here) -> None:
    page, notes = tmp_path / "page.html", tmp_path / "notes.md"
    page.write_text(PRICING.replace("{team}", "49"))
    notes.write_text(
        "# Changelog\n\n## 1.2.0 - 2026-10-01\n\n- Added: exports\n\n## 1.1.0 - 2026-09-01\n\n- Fixed: imports\n"
    )

    pricing: dict[str, Any] = json.loads(here("extract", "pricing", str(page), "--json").stdout)
    releases: dict[str, Any] = json.loads(here("extract", "release_notes", str(notes), "--json").stdout)

    team = next(plan for plan in pricing["plans"] if plan["name"] == "Team")
    assert {"name", "custom_price", "prices"} <= set(team)
    [price] = [price for price in team["prices"] if price["amount"]]
    assert (price["currency"], price["period"], price["unit"]) == ("USD", "month", "user")
    assert float(price["amount"]) == 49
    assert [(entry["version"], entry["date"]) for entry in releases["entries"]] == [
        ("1.2.0", "2026-10-01"),
        ("1.1.0", "2026-09-01"),
    ]
    assert {"version", "title", "date", "first_line"} <= set(releases["entries"][0])


@pytest.mark.slow
def test_a_page_is_fetched_and_read_by_its_address(site: SmallSite, detente: Detente) -> None:
    address = f"http://127.0.0.1:{site.port}/pricing"

    refused = detente("extract", "pricing", address)
    shown = detente("extract", "pricing", address, "--allow", f"127.0.0.1:{site.port}", COLUMNS="200")

    assert refused.returncode == 2
    assert "refused_address" in refused.stderr
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("pricing: read, ")
    assert "per user / month" in shown.stdout
