"""A workspace of a small site that has been collected for two weeks, and the command line over it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_site import SmallSite, at, small_site
from typer.testing import CliRunner, Result

from cli.main import app
from detente.clock import StartedClock
from detente.workspace import load
from flows import order
from flows.job import Job, Silent

Detente = Callable[..., "subprocess.CompletedProcess[str]"]


def _detente(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DETENTE_"))}
    kept.pop("FORCE_COLOR", None)
    feed = more.pop("feed", None)
    command = [sys.executable, "-c", "from cli.main import run; run()", *words]
    return subprocess.run(command, env=kept | more, input=feed, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="session")
def detente() -> Detente:
    """The command in a process of its own, as people start it."""
    return _detente


@pytest.fixture(scope="session")
def here() -> Callable[..., Result]:
    """The command in this process, for what works: it starts at once."""
    return lambda *words, **more: CliRunner().invoke(app, list(words), catch_exceptions=False, **more)


@pytest.fixture(scope="package")
def site() -> Iterator[SmallSite]:
    with small_site() as running:
        yield running


@pytest.fixture(scope="package")
def collected(site: SmallSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace; tests only read it."""
    folder = site.workspace(tmp_path_factory.mktemp("cli") / "ws")
    for moment, team in (("2026-10-05T03:00Z", "49"), ("2026-10-12T03:00Z", "59")):
        site.show(team=team, notes=2, place="Ireland")
        job = Job(workspace=load(folder), clock=StartedClock(at(moment)), progress=Silent())
        assert asyncio.run(order.collect_and_build(job)).failed == {}
    return folder
