"""Changes have short ids; one that is dismissed becomes a rule, and comes back when the rule is taken away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from small_site import PRICING
from typer.testing import CliRunner, Result

from cli.main import app
from detente.errors import UsageError

Here = Callable[..., Result]


@pytest.fixture
def folder(collected: Path, tmp_path: Path) -> Path:
    """A copy of the collected workspace, in which a price and a text have changed."""
    return Path(shutil.copytree(collected, tmp_path / "ws", symlinks=True))


@pytest.fixture
def changes(here: Here, folder: Path) -> Callable[..., Result]:
    return lambda *words: here("changes", *words, "-w", str(folder), env={"COLUMNS": "80"})


@pytest.fixture
def refused(folder: Path) -> Callable[..., str]:
    def sentence(*words: str) -> str:
        with pytest.raises(UsageError) as caught:
            CliRunner().invoke(app, ["changes", *words, "-w", str(folder)], catch_exceptions=False)
        return str(caught.value)

    return sentence


@pytest.fixture
def listed(changes: Callable[..., Result]) -> Callable[..., list[dict[str, Any]]]:
    return lambda *words: json.loads(changes("list", "--json", *words).stdout)


@pytest.mark.parametrize("command", ["list", "dismiss", "dismissals", "restore"])
def test_every_command_of_the_group_has_help_with_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, ["changes", command, "--help"], env={"COLUMNS": "200"})

    assert shown.exit_code == 0
    assert f"Example: detente changes {command}" in shown.output
    group = typer.main.get_command(app).commands["changes"]  # type: ignore[attr-defined]
    assert all(parameter.help for parameter in group.commands[command].params if parameter.name != "help")


@pytest.mark.slow
def test_changes_are_listed_with_ids_that_fit_a_line(changes: Callable[..., Result], listed: Any) -> None:
    shown = changes("list").stdout.splitlines()

    assert shown[0].split() == ["id", "seen", "page", "change"]
    assert max(map(len, shown)) <= 80
    [price] = [change for change in listed() if change["kind"] == "price_increase"]
    assert price["change_id"].startswith(price["id"])
    [line] = [line for line in shown if line.startswith(price["id"])]
    assert line.split()[1:5] == ["2026-10-12", "globex/pricing", "price", "increase,"]


@pytest.fixture
def many(here: Here, folder: Path) -> None:
    """Seventeen more changes, which cannot all begin with letters of their own."""
    saved = folder.parent / "saved"
    saved.mkdir()
    for day in range(1, 18):
        (saved / f"2024-03-{day:02}.html").write_text(PRICING.replace("{team}", str(10 + day)))
    here("import-history", "globex/pricing", str(saved), "-w", str(folder))
    here("run", "build", "-w", str(folder))


def test_a_limit_says_that_there_are_more(many: None, changes: Callable[..., Result], listed: Any) -> None:
    assert "only the newest 5; --limit shows more" in changes("list", "--limit", "5").stderr
    assert len(listed("--limit", "5")) == 5
    assert len(listed("--page", "globex/page")) == 0
    assert "no changes" in changes("list", "--page", "globex/page").stderr


@pytest.mark.slow
def test_a_dismissed_change_is_a_rule_and_is_told_no_more_until_it_is_restored(
    changes: Callable[..., Result], refused: Callable[..., str], listed: Any, here: Here, folder: Path
) -> None:
    before = listed()
    [price] = [change for change in before if change["kind"] == "price_increase"]

    said = changes("dismiss", price["id"][:5], "--because", 'an "experiment"').stderr
    rule = said.partition("by rule ")[2].split()[0]
    assert "from the next build on; `detente run build` makes one now" in said
    assert f"not in force before the next build: {rule}" in changes("dismissals").stderr
    assert refused("dismiss", price["id"], "--because", "again") == (
        f"rule {rule!r} says that already; it counts from the next build on: `detente run build` makes one now"
    )

    here("run", "build", "-w", str(folder))
    assert [change["id"] for change in listed()] == [one["id"] for one in before if one != price]
    assert [one["dismissed_by"] for one in listed("--all") if one["id"] == price["id"]] == [rule]
    assert f"dismissed by {rule}" in " ".join(changes("list", "--all").stdout.split())
    assert "is dismissed already, by rule" in refused("dismiss", price["id"], "--because", "again")
    [shown] = json.loads(changes("dismissals", "--json").stdout)
    assert (shown["rule_id"], shown["suppressed"], shown["because"]) == (rule, 0, 'an "experiment"')
    assert 'because: an "experiment"' in " ".join(changes("dismissals").stdout.split())

    changes("restore", rule)
    here("run", "build", "-w", str(folder))
    assert listed() == before


def test_any_value_leaves_the_values_out(changes: Callable[..., Result], listed: Any, folder: Path) -> None:
    changes("dismiss", listed()[0]["id"], "--because", "it rotates", "--any-value")

    assert "between" not in (folder / "dismissed.toml").read_text().partition("[[rules]]")[2]


def test_a_beginning_that_several_changes_share_names_them(
    many: None, refused: Callable[..., str], listed: Any
) -> None:
    ids = [change["change_id"] for change in listed()]
    shared = next(letter for letter in "0123456789abcdef" if sum(one.startswith(letter) for one in ids) > 1)

    assert f"changes begin with {shared!r}; write more of one: {shared}" in refused("dismiss", shared, "--because", "x")


def test_a_rule_that_fits_nothing_any_more_is_shown_as_such(
    changes: Callable[..., Result], here: Here, folder: Path
) -> None:
    (folder / "dismissed.toml").write_text(
        '[[rules]]\nid = "old"\npage = "globex/pricing"\nkind = "price_increase"\nsubject = "Gone"\n'
        'because = "it was one"\nsince = 2026-01-01\n'
    )
    here("run", "build", "-w", str(folder))

    assert "fits nothing any more" in " ".join(changes("dismissals").stdout.split())
