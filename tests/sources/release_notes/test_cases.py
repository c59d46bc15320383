"""Every case folder: an input, and what was reviewed to be in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.records import Document
from sources import readers

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def reading_of(case: Path) -> dict[str, object]:
    about = json.loads((case / "case.json").read_text(encoding="utf-8"))
    (source,) = case.glob("input.*")
    document = Document(body=source.read_bytes(), url=about["url"], content_type=about.get("content_type"))
    return readers.to_json("release_notes", readers.read("release_notes", document))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_reads_as_reviewed(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert expected == reading_of(case)


def test_there_are_cases_for_every_format() -> None:
    hows = {json.loads((case / "expected.json").read_text(encoding="utf-8"))["how"] for case in CASES}
    assert {"rss", "atom", "json_feed", "json", "markdown", "post", "html", "text", "debian"} <= hows
