"""Rewards by which a cheat would pay, or an honest rep be charged, are refused at load: file, line, way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.errors import WorkspaceError
from detente.rules import default_rules, default_text, load_rules

TEXT = default_text()
RULES = "[rewards]"
EACH = "[[rewards.rules]]"


def _table(name: str) -> str:
    """The table of a rule, as it stands."""
    start = TEXT.index(f'[[rewards.rules]]\nname = "{name}"')
    return TEXT[start : TEXT.index("because", start)]


def _points(name: str, points: int) -> tuple[str, str]:
    table = _table(name)
    old = next(line for line in table.splitlines() if line.startswith("points"))
    return table, table.replace(old, f"points = {points}")


def _factors(name: str, factors: str) -> tuple[str, str]:
    table = _table(name)
    return table, "".join(
        f"{line}\n" if not line.startswith("factors") else factors and f"factors = {factors}\n"
        for line in table.splitlines()
    )


# what is written instead of what, the line that is named (the first of the new text that begins so), and the words
FAULTS: dict[str, tuple[tuple[str, str], str, str]] = {
    "a fake that is paid": (_points("fabricated", 10), EACH, "a fake never paid; give it points below 0"),
    "honest work that is charged": (_points("new", -5), EACH, "honest work is never charged"),
    "half a point": (
        (_table("new"), _table("new").replace("points = 5", "points = 2.5")), "points = 2.5", "integer",
    ),
    "points without end": (_points("linked", 10**9), "points = 1000000000", "less than or equal to 1000"),
    "nothing charged for a fake": (
        (TEXT[TEXT.index('[[rewards.rules]]\nname = "fabricated"') : TEXT.index("# What an amount")], ""), EACH,
        "no rule 'fabricated': making things up would cost nothing; add one with points = -10",
    ),
    "a fake that pays for another": (
        _points("fabricated", -9), EACH, "'fabricated' charges 9, and a sighting that is believed and used brings 10",
    ),
    "paid at another stage": (
        ('stage = "judged"', 'stage = "verified"'), EACH, 'write stage = "judged"',
    ),
    "every lent account earns": (
        _factors("corroboration", ""), EACH,
        "without factors pays every further voice in full, so that every lent account earns",
    ),
    "later voices earn more": (
        _factors("corroboration", "[0.5, 1.0]"), EACH, "the factors of 'corroboration' rise",
    ),
    "many voices earn more than the first": (
        _factors("linked", "[1.0, 0.5, 0.5, 0.5]"), EACH, "adding voices would pay more than finding",
    ),
    "repeating earns more than finding": (
        _points("corroboration", 4), EACH, "'corroboration' pays up to 6 for what 'new' pays 5",
    ),
    "two of a kind": (
        (_table("right"), _table("right").replace('"right"', '"linked"').replace('"judged"', '"decided"')), EACH,
        "a second rule 'linked' would pay the same twice",
    ),
    "waiting costs nothing": (
        ("freshness_floor = 0.05", "freshness_floor = 0.9"), "freshness_floor = 0.9", "give it at most 0.5",
    ),
    "three words hold a place for a week": (
        ("grace_hours = 24", "grace_hours = 168"), "grace_hours = 168", "give it at most 72",
    ),
    "a week below a day": (
        ("weekly_cap = 5", "weekly_cap = 1"), "weekly_cap = 1", "it is below daily_cap (2)",
    ),
    "no cap": (("daily_cap = 2", "daily_cap = 0"), "daily_cap = 0", "greater than or equal to 1"),
    "no cool-down": (("cool_down_days = 30", "cool_down_days = 1"), "cool_down_days = 1", "give it at least 7"),
    "evidence is never asked for": (
        ("evidence_above = 3", "evidence_above = 5"), EACH, "evidence would never be asked for; give it at most 4",
    ),
    "honest reps are stopped": (("record_share = 0.2", "record_share = 0.9"), "record_share = 0.9", "at most 0.5"),
    "a budget below nothing": (("budget = 2000", "budget = -1"), "budget = -1", "greater than or equal to 0"),
    "a number without a reason": (
        ('because.team_hours = "Two of one', 'because.team_hour = "Two of one'), RULES, "because.team_hours is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "line", "said"), FAULTS.values(), ids=FAULTS)
def test_rules_by_which_a_cheat_would_pay_are_refused(
    tmp_path: Path, change: tuple[str, str], line: str, said: str
) -> None:
    old, new = change
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")

    with pytest.raises(WorkspaceError) as refused:
        load_rules(tmp_path)

    (told,) = str(refused.value).splitlines()
    path, number, words = told.split(":", 2)
    assert said in words
    assert path == str(tmp_path / "rules.toml")
    assert text.splitlines()[int(number) - 1].startswith(line)


def test_the_rules_that_a_workspace_begins_with_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(TEXT, encoding="utf-8")

    assert load_rules(tmp_path) == default_rules()


def test_a_program_without_points_is_allowed(tmp_path: Path) -> None:
    text = TEXT[: TEXT.index("[[rewards.rules]]")] + TEXT[TEXT.index("# What an amount") :]
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")

    assert load_rules(tmp_path).rewards.rules == []
