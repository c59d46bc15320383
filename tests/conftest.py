"""What all tests share: a line at the end for every test that a missing system program kept from running."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import postgresql_server
import pytest

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "postgres": postgresql_server.programs(),
}
_MISSING = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MISSING] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = config.stash[_MISSING]
    kept = []
    for item in items:
        needs = [mark.args[0] for mark in item.iter_markers("system")]
        lacking = [name for name in needs if not any(shutil.which(program) for program in PROGRAMS[name])]
        for name in lacking:
            missing[name] = missing.get(name, 0) + 1
        if not lacking:
            kept.append(item)
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for name, count in config.stash[_MISSING].items():
        terminalreporter.write_line(f"{count} tests did not run: the system has no {name}; install it to run them.")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgresql_server.PostgreSQL]:
    """A PostgreSQL server of this process; a test that asks for it carries the mark `system("postgres")`."""
    with postgresql_server.running() as server:
        yield server
