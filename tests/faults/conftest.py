"""A served workspace with two reps, a product manager and somebody of the legal role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served

PEOPLE = {
    "rita": ["rep"], "ravi": ["rep"], "pat": ["pm"], "sal": ["sales_lead"], "ada": ["admin"], "vic": ["viewer"],
    "lee": ["legal"],
}  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Served]:
    """Made, not started; ended after the test."""
    served = Served(tmp_path / "acme").make(PEOPLE)
    yield served
    served.stop()


@pytest.fixture
def served(made: Served) -> Served:
    """Made and started."""
    return made.start()
