"""A workspace on disk that a test may spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

DETENTE = '[company]\nname = "Acme"\ntime_zone = "Europe/Berlin"\n'
GLOBEX = """\
name = "Globex Desk"
domains = ["globex.test"]

[[pages]]
kind = "pricing"
url = "https://www.globex.test/pricing"

[[pages]]
kind = "release_notes"
url = "https://www.globex.test/changelog.xml"
"""
ROADMAP = '[[themes]]\nname = "Single sign-on"\nstatus = "now"\n'

Spoil = Callable[..., Path]


@pytest.fixture
def workspace_with(tmp_path: Path) -> Spoil:
    """Makes a valid workspace, less what the test puts in its place: texts by file name, None for no such file."""

    def make(files: dict[str, str | None] | None = None) -> Path:
        texts: dict[str, str | None] = {
            "detente.toml": DETENTE, "competitors/globex.toml": GLOBEX, "roadmap.toml": ROADMAP
        }  # fmt: skip
        for name, text in (texts | (files or {})).items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            if text is not None:
                path.write_text(text, encoding="utf-8")
        return tmp_path

    return make
