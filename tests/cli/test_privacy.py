"""What somebody's data are, how they go, and what is over its time, from the terminal."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from company import NOW
from desk_rows import id_of
from reporting import plain_workspace, report, somebody
from typer.testing import Result

from detente.errors import NotFoundError, UsageError
from detente.people import Person
from detente.workspace import Workspace, load

Here = Callable[..., Result]
TEXT = "They pay half."


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return load(plain_workspace(tmp_path / "ws"))


@pytest.fixture
def rita(workspace: Workspace) -> Person:
    rita = somebody(workspace, "Rita", "rep", now=NOW)
    report(workspace, 1, rita.person_id, now=NOW, text=TEXT)
    return rita


def words_in(folder: Path) -> bool:
    return any(TEXT.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def asked(here: Here, workspace: Workspace, *words: str) -> Result:
    return here(*words, "--workspace", str(workspace.root))


@pytest.mark.parametrize("by", ["email", "person_id"])
def test_a_person_is_exported_by_e_mail_or_id(
    here: Here, workspace: Workspace, rita: Person, tmp_path: Path, by: str
) -> None:
    target = tmp_path / "rita.zip"
    result = asked(here, workspace, "person", "export", str(getattr(rita, by)), "--to", str(target))

    assert f"wrote {target}: " in result.stderr
    with zipfile.ZipFile(target) as packed:
        assert TEXT in packed.read("tables/sighting.json").decode()


def test_a_dry_run_counts_and_removes_nothing(here: Here, workspace: Workspace, rita: Person) -> None:
    result = asked(here, workspace, "person", "erase", "rita@acme.test", "--dry-run", "--json")

    assert json.loads(result.stdout) == {
        "person_id": rita.person_id, "sightings": 1, "notes": 0, "files": 0, "entries": 1, "doors": 0, "messages": 0,
    }  # fmt: skip
    assert words_in(workspace.data)


def test_an_erasure_must_be_said_twice_where_nobody_can_be_asked(
    here: Here, workspace: Workspace, rita: Person
) -> None:
    with pytest.raises(UsageError, match="this cannot be undone: look with --dry-run first, and then say --yes"):
        asked(here, workspace, "person", "erase", "rita@acme.test")
    assert words_in(workspace.data)


@pytest.mark.slow
def test_somebody_is_erased_and_an_interrupted_erasure_goes_on_by_the_id(
    here: Here, workspace: Workspace, rita: Person
) -> None:
    asked(here, workspace, "run", "ingest")
    before = words_in(workspace.data)
    first = asked(here, workspace, "person", "erase", "rita@acme.test", "--yes")
    again = asked(here, workspace, "person", "erase", rita.person_id, "--yes")

    assert (before, words_in(workspace.data)) == (True, False)
    assert f"{rita.person_id}: removed: the words of 1 sightings" in first.stderr
    assert "out of our reach: backups" in first.stderr
    assert "the words of 0 sightings" in again.stderr
    assert "rita" not in first.stderr.lower()


def test_whoever_is_not_there_is_not_found(here: Here, workspace: Workspace, rita: Person) -> None:
    for command in ("export", "erase"):
        with pytest.raises(NotFoundError):
            asked(here, workspace, "person", command, "nobody@acme.test")


@pytest.mark.slow
def test_retention_lists_and_then_removes_the_same(here: Here, workspace: Workspace, rita: Person) -> None:
    then = (NOW + timedelta(days=731)).isoformat()
    planned = asked(here, workspace, "retention", "run", "--dry-run", "--now", then)
    kept = words_in(workspace.data)
    removed = asked(here, workspace, "retention", "run", "--now", then)
    after: Any = json.loads(asked(here, workspace, "retention", "run", "--now", then, "--json").stdout)

    assert planned.stdout == removed.stdout == f"text of sighting {id_of(1)}\n"
    assert "would go: 0 × file, 1 × text of sighting" in planned.stderr
    assert (kept, words_in(workspace.data)) == (True, False)
    assert (after["texts"], after["files"]) == ([], [])
