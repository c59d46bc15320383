"""`detente explain` shows a score in plain words at 80 columns, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scored_office import ASKED, OTHER, PAST, ScoredOffice
from typer.testing import Result

from detente.errors import UsageError
from detente.rules import PART_NAMES, default_text

pytestmark = pytest.mark.slow
Here = Callable[..., Result]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = ScoredOffice(tmp_path_factory.mktemp("office"))
    made.fill()
    made.build()
    return made.root


def shown(here: Here, office: Path, *words: str, columns: int = 80) -> str:
    done = here("explain", *words, "-w", str(office), env={"COLUMNS": str(columns)})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_sum_is_shown_part_by_part_with_what_moved_it_and_what_would_change_it(here: Here, office: Path) -> None:
    text = shown(here, office, ASKED[:8])

    lines = text.splitlines()
    assert lines[0] == "Clinic group needs SAML single sign-on before they sign; Globex has it in Team."
    score = json.loads(shown(here, office, ASKED, "--json"))["explanation"]["score"]
    assert f"{score / 100:.1f} of 100 points" in lines
    parts = [line.split() for line in lines if line.split()[:1] and line.split()[0] in PART_NAMES]
    assert [words[0] for words in parts] == list(PART_NAMES)
    # each is shown rounded to a tenth
    assert abs(sum(round(float(words[2]) * 100) for words in parts) - score) <= 30
    for heading in ("what moved it most", "what would change it", "the nearest item that was decided"):
        assert heading in lines
    assert f"[{PAST[:8]}]" in text
    assert "scored 2026-10-10 05:00 UTC by rules version 1" in lines


def test_at_80_columns_no_line_is_wider(here: Here, office: Path) -> None:
    assert max(map(len, shown(here, office, OTHER).splitlines())) <= 80


def test_json_holds_the_stored_integers(here: Here, office: Path) -> None:
    told = json.loads(shown(here, office, ASKED, "--json"))

    assert told["explanation"]["score"] == sum(part["points"] for part in told["explanation"]["parts"])
    assert [part["name"] for part in told["explanation"]["parts"]] == list(PART_NAMES)
    assert told["explanation"]["nearest"]["item_id"] == PAST


def test_rules_of_today_that_are_others_are_told(here: Here, office: Path) -> None:
    text = default_text().replace("scale = 250000", "scale = 500000").replace("version = 1", "version = 2")
    (office / "rules.toml").write_text(text, encoding="utf-8")
    try:
        assert "rules.toml has changed since" in shown(here, office, ASKED)
    finally:
        (office / "rules.toml").unlink()


def test_an_item_that_is_not_there_is_told_in_a_sentence(here: Here, office: Path) -> None:
    with pytest.raises(UsageError, match="no item whose id begins with 'ffff'"):
        here("explain", "ffff", "-w", str(office))
