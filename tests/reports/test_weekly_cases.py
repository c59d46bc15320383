"""Whole weeks as a person reviewed them: `week.toml` says what happened, `report.md` and `report.json` what is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from mornings import World, read_case

from reports import weekly

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/week.toml"))


def numbered_hashes(text: str) -> str:
    """The text with every hash as a number, so that a case does not depend on how a record is spelled out."""
    numbers: dict[str, int] = {}
    return re.sub(
        r"\b(?:[0-9a-f]{64}|[0-9a-f]{32}|(?<=snapshot )[0-9a-f]{12})\b",
        lambda found: f"hash{numbers.setdefault(found[0][:12], len(numbers) + 1)}",
        text,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_week_is_told_as_it_was_reviewed(case: Path, world: World) -> None:
    world.live(read_case(case)["steps"])
    report = world.report()

    assert (case / "report.md").read_text(encoding="utf-8") == numbered_hashes(weekly.render_markdown(report))
    assert json.loads((case / "report.json").read_text(encoding="utf-8")) == json.loads(
        numbered_hashes(weekly.render_json(report))
    )
    html = weekly.render_html(report)
    assert report.coverage.sentence in html
    assert html == weekly.render_html(world.report())
