"""The reference leaves nothing out: commands, settings, files, tables, outcomes, errors and JSON keys."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from typer.main import get_command

from cli.main import app
from detente import errors
from detente.dismissed import RuleEntry
from detente.records import Document, Outcome, PageKind, ReadStatus
from detente.settings import setting_tables
from detente.wanted import QuestionEntry
from detente.workspace import CompetitorEntry, PageEntry, ThemeEntry
from sources import readers
from warehouse.tables import tables

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"

_PAGES: dict[PageKind, str] = {
    "pricing": "<h1>Plans</h1><section><h2>Team</h2><p>$9 per user per month</p><ul><li>5 GB</li></ul></section>"
    "<section><h2>Business</h2><p>$19 per user per month</p><ul><li>9 GB</li></ul></section>",
    "release_notes": "# Changelog\n\n## 1.2.0 - 2026-11-02\n\n- Added: search\n\n"
    "## 1.1.0 - 2026-10-02\n\n- Fixed: login\n",
    "page": "<main><h1>Security</h1><p>We encrypt all data of our customers at rest.</p></main>",
}


def _generator():
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_those_that_the_code_gives():
    assert _generator().main(["--check"]) == 0, "run `python docs/generate.py`"


def test_every_setting_and_key_of_a_workspace_file_has_a_meaning():
    tables_of_settings = list(setting_tables().values())

    without = [
        f"{model.__name__}.{name}"
        for model in (*tables_of_settings, CompetitorEntry, PageEntry, ThemeEntry, RuleEntry, QuestionEntry)
        for name, field in model.model_fields.items()
        if not field.description
    ]

    assert without == []


def test_every_published_table_and_column_stands_in_the_reference():
    text = (REFERENCE / "tables.md").read_text(encoding="utf-8")

    missing = [
        f"{table.name}.{column}"
        for table in tables()
        if table.published
        for column in table.columns
        if f"| `{column}` |" not in text.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
    ]

    assert missing == []


def test_every_outcome_has_its_meaning_and_no_other_is_named():
    text = (REFERENCE / "outcomes.md").read_text(encoding="utf-8")
    of_fetch = text.partition("## Of a fetch")[2].partition("\n## ")[0]
    of_reading = text.partition("## Of a reading")[2].partition("\n## ")[0]

    assert [outcome.value for outcome in Outcome] == _first_cells(of_fetch)
    assert [status.value for status in ReadStatus] == _first_cells(of_reading)


def test_every_state_of_a_page_has_its_meaning():
    query = next(table for table in tables() if table.name == "page_health").query
    states = set(re.findall(r"(?:THEN|ELSE) '(\w+)'", query))
    text = (REFERENCE / "outcomes.md").read_text(encoding="utf-8").partition("## Of a page")[2].partition("\n## ")[0]

    assert states == set(_first_cells(text))


def test_what_to_do_is_said_for_every_outcome():
    text = (DOCS / "how-to" / "when-something-fails.md").read_text(encoding="utf-8")

    assert [outcome.value for outcome in Outcome if f"`{outcome.value}`" not in text] == []


def test_every_exit_code_of_an_error_is_documented():
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)}

    for page in (REFERENCE / "commands.md", DOCS / "how-to" / "when-something-fails.md"):
        text = page.read_text(encoding="utf-8")
        assert {f"| {code} |" for code in codes} <= set(re.findall(r"\| \d+ \|", text))


@pytest.mark.parametrize("kind", list(_PAGES))
def test_the_json_of_extract_has_the_keys_that_are_documented(kind):
    text = (REFERENCE / "extract-json.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## `{kind}`\n")[2].partition("\n## ")[0]
    documented = {name for cell in re.findall(r"^\| (`.*?) \|", section, re.M) for name in re.findall(r"`(\w+)`", cell)}
    url = "https://globex.example/page" + (".md" if kind == "release_notes" else "")
    reading = readers.read(kind, Document(body=_PAGES[kind].encode(), url=url))

    keys = set(_keys(readers.to_json(kind, reading)))

    assert reading.observations
    assert keys == documented


def _first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", text, re.M)


def _keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    return [key for inner in value for key in _keys(inner)] if isinstance(value, list) else []


def test_every_command_that_a_page_names_exists(documents):
    commands = set(get_command(app).commands)
    named = {
        (page.name, name)
        for page in documents
        for name in re.findall(r"(?:`|^\$ )detente ([a-z][a-z-]*)", page.read_text(encoding="utf-8"), re.M)
    }

    assert [one for one in sorted(named) if one[1] not in commands] == []


def test_every_setting_that_a_page_names_exists(documents):
    known = {f"{table}.{key}" for table, model in setting_tables().items() for key in model.model_fields}
    named = {
        (page.name, name)
        for page in documents
        for name in re.findall(rf"`((?:{'|'.join(setting_tables())})\.[a-z_]+)`", page.read_text(encoding="utf-8"))
    }

    assert [one for one in sorted(named) if one[1] not in known and not one[1].endswith((".toml", ".yaml"))] == []


def test_every_page_that_the_code_names_exists():
    rooms = ("cli", "desk", "detente", "examples", "flows", "reports", "scoring", "sources", "warehouse", "web")
    files = [ROOT / "Makefile", ROOT / "prefect.yaml", *(path for room in rooms for path in (ROOT / room).rglob("*.*"))]
    texts = {path: path.read_text("utf-8") for path in files if path.suffix in {".py", ".sql", ".toml", ".yaml", ""}}

    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in texts.items()
        for name in re.findall(r"\bdocs/[\w/.-]*\w", text)
        if not list(ROOT.glob(f"{name}*"))
    ]

    assert missing == []
