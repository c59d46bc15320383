"""Every case folder: an input, and what was reviewed to be in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench.quality.documents import is_stated, measure
from detente.records import ReleaseEntry
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


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_date_of_a_case_is_stated_in_it(case: Path) -> None:
    """The bench counts invented dates in documents that nobody labelled; here none may be."""
    assert measure(case, pattern="input.*").invented == ()


def test_the_bench_sees_a_date_that_is_not_stated() -> None:
    entry = ReleaseEntry(
        version="1.0",
        title=None,
        published_on=date(2026, 11, 3),
        published_text="3 Nov 2026",
        kinds=(),
        body="",
        first_line="",
        link=None,
        guid=None,
        area=None,
        text="1.0",
        place="line 1",
    )
    assert is_stated(entry, ["# 1.0 (3 Nov 2026)"])
    assert not is_stated(entry, ["# 1.0 (4 Nov 2026)"])
    assert not is_stated(replace(entry, published_on=date(2026, 11, 4)), ["# 1.0 (3 Nov 2026)"])
    assert not is_stated(replace(entry, published_on=date(2025, 11, 3)), ["# 1.0 (3 Nov 2026)"])
    assert not is_stated(replace(entry, published_text=""), ["# 1.0 (3 Nov 2026)"])
