"""A workspace with a small site, two reps, a PM and somebody of legal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from company import NOW, Company
from reporting import somebody
from small_site import SmallSite, small_site

from detente.workspace import load


@pytest.fixture
def site() -> Iterator[SmallSite]:
    with small_site() as running:
        yield running


@pytest.fixture
def company(site: SmallSite, tmp_path: Path) -> Company:
    workspace = load(site.workspace(tmp_path / "ws"))
    people = {"Rita": "rep", "Ralf": "rep", "Paul": "pm", "Lea": "legal"}
    return Company(workspace, *(somebody(workspace, name, role, now=NOW) for name, role in people.items()))
