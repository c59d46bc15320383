"""The fixtures of the reports' tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from mornings import World
from timeline import Timeline


@pytest.fixture
def worlds(tmp_path: Path) -> Callable[[str], World]:
    return lambda name: World(Timeline(tmp_path / name))


@pytest.fixture
def world(worlds: Callable[[str], World]) -> World:
    return worlds("one")
