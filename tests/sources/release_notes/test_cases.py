"""Every case folder: an input, and what was reviewed to be in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sources import cases, readers

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_reads_as_reviewed(folder: Path) -> None:
    case = cases.case_at(folder, kind="release_notes")
    expected = cases.expected_of(case)

    assert expected is not None
    assert cases.differences(expected, case.kind, readers.read(case.kind, case.document)) == []


def test_there_are_cases_for_every_format() -> None:
    hows = {json.loads((case / "expected.json").read_text(encoding="utf-8"))["how"] for case in CASES}
    assert {"rss", "atom", "json_feed", "json", "markdown", "post", "html", "text", "debian"} <= hows
