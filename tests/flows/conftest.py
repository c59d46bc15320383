"""A small site, a workspace that watches it, and a job at a moment of the test's choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crediting_office import NOW, Office
from reporting import plain_workspace, somebody
from small_site import SmallSite, at, small_site

from desk.places import open_desk
from detente.clock import StartedClock
from detente.workspace import load
from flows.job import Job, Silent

JobAt = Callable[[str], Job]


@pytest.fixture
def site() -> Iterator[SmallSite]:
    with small_site() as running:
        yield running


@pytest.fixture
def folder(site: SmallSite, tmp_path: Path) -> Path:
    return site.workspace(tmp_path / "ws")


@pytest.fixture
def job_at(folder: Path) -> JobAt:
    """The job at a moment such as 2026-10-05T05:00Z."""

    def make(moment: str) -> Job:
        return Job(workspace=load(folder), clock=StartedClock(at(moment)), progress=Silent())

    return make


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    workspace = load(plain_workspace(tmp_path / "ws"))
    desk = open_desk(workspace, StartedClock(NOW))
    people = [somebody(workspace, name, role, now=NOW) for name, role in (("Ana", "rep"), ("Ben", "rep"))]
    yield Office(workspace, desk, *people, somebody(workspace, "Paula", "pm", now=NOW))
    desk.close()
