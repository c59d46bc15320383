"""Killed at any moment: what was acknowledged is there exactly once, whole, and indexing goes on where it stopped."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from office import NOW, Office
from set_clock import SetClock
from sqlalchemy import func, select

from desk import people, schema
from desk.database import Desk
from desk.indexing import indexer

CHILD = Path(__file__).with_name("killed.py")
ROOTS = [Path(__file__).parents[1] / "support", Path(__file__).parents[2]]


def _killed_after(seconds: float, data: Path, work: str, person_id: str) -> list[str]:
    """What the child said until it was killed, or ended."""
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(data), work, person_id],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, ROOTS))}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(seconds)
    child.kill()
    said = child.communicate()[0]
    return [line for line in said.split("\n")[:-1] if line]


@pytest.mark.slow
def test_what_was_acknowledged_before_a_kill_is_there_exactly_once(tmp_path: Path) -> None:
    chance = random.Random(4)
    office = Office(Desk.open(tmp_path, "", SetClock()), tmp_path)
    with office.desk.writing() as c:
        ana = people.add_person(c, name="Ana", email="ana@acme.test", roles=["rep"], by=None, now=NOW).person_id
    acknowledged: list[str] = []
    for _ in range(4):
        acknowledged += _killed_after(chance.uniform(0.05, 0.4), tmp_path, "accept", ana)
        office.inbox.sweep(older_than_s=0)
        _killed_after(chance.uniform(0.0, 0.5), tmp_path, "index", ana)
    indexer.index_new(*office.parts)

    assert len(acknowledged) > 10
    with office.desk.reading() as c:
        there = list(c.execute(select(schema.sighting.c.sighting_id)).scalars())
        files = c.execute(select(func.count()).select_from(schema.attachment)).scalar()
        events = c.execute(select(func.count()).select_from(schema.sighting_event)).scalar()
    assert set(acknowledged) <= set(there)
    assert (files, events) == (len(there), 2 * len(there))
    assert list(office.inbox.new()) == list(office.inbox.aside.iterdir()) == []
    assert not (office.inbox.folder / "damaged").exists()
    assert {path.stem for path in office.inbox.kept()} == set(there)
    office.desk.close()
