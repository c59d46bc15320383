"""Every case folder: a page, and the blocks that were reviewed to be its main text."""

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
    document = Document(body=source.read_bytes(), url=about["url"], selectors=about.get("selectors", {}))
    return readers.to_json("page", readers.read("page", document))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_reads_as_reviewed(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert expected == reading_of(case)
