"""Every case folder: a page, and the blocks that were reviewed to be its main text."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources import cases, readers

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_reads_as_reviewed(folder: Path) -> None:
    case = cases.case_at(folder, kind="page")
    expected = cases.expected_of(case)

    assert expected is not None
    assert cases.differences(expected, case.kind, readers.read(case.kind, case.document)) == []
