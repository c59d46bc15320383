"""The ledger beside a model of one page: random steps by one writer, by several at once, and by one that is killed.

`DETENTE_LEDGER_STEPS=10000` runs as many steps per seed, and `DETENTE_LEDGER_SEEDS` other seeds than 1 to 20.
"""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ledger_machine
import pytest
from desk_rows import id_of
from ledger_machine import REPS, SIGHTINGS, Machine, expected_standing, standing
from set_clock import SetClock
from sqlalchemy import insert

from desk import people, schema
from desk.database import Desk
from desk.rewarding import heads
from desk.rewarding.verify import verify

STEPS = int(os.environ.get("DETENTE_LEDGER_STEPS", "500"))
SEEDS = int(os.environ.get("DETENTE_LEDGER_SEEDS", "20"))
ROOTS = [Path(__file__).parents[2] / "support", Path(__file__).parents[3]]
BATCH = 100
THREADS = 4


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a folder: what a power cut leaves is not what is tried here."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


def with_people(desk: Desk, seed: int) -> Machine:
    """Reps who are admins, too, each with sightings."""
    now = desk.clock.now()
    with desk.writing() as c:
        reps = [
            people.add_person(c, name=f"Rep {n}", email=f"r{n}@acme.test", roles=["rep", "admin"], by=None, now=now)
            for n in range(REPS)
        ]
        admin = people.add_person(c, name="Ada", email="ada@acme.test", roles=["admin"], by=None, now=now)
        ids = [(id_of(n), reps[n % REPS].person_id) for n in range(SIGHTINGS)]
        told = {"channel": "form", "received_at": now, "digest": "", "text": ""}
        c.execute(insert(schema.sighting), [told | {"sighting_id": s, "person_id": p} for s, p in ids])
        state = {"gate": "cleared", "is_withdrawn": False, "last_event_id": 0}
        c.execute(insert(schema.sighting_state), [state | {"sighting_id": s} for s, _ in ids])
    return Machine(admin.person_id, [one.person_id for one in reps], random.Random(seed))


def alone(desk: Desk, machine: Machine, steps: int) -> None:
    """Many steps in one transaction: what is refused has written nothing."""
    with desk.writing() as c:
        for _ in range(steps):
            machine.step(c)


def together(desk: Desk, machine: Machine, steps: int) -> None:
    """Several writers, each step a transaction of its own; the model moves on in the same turn."""

    def write() -> None:
        for _ in range(steps // THREADS):
            with desk.writing() as c:
                machine.step(c)

    with ThreadPoolExecutor(THREADS) as pool:
        for one in [pool.submit(write) for _ in range(THREADS)]:
            one.result()


def killed(desk: Desk, machine: Machine, data: Path, url: str, after_s: float) -> int:
    """A process that writes step after step until it is killed; returns how many steps it took.

    What it acknowledged is there, and of the step after that all or nothing.
    """
    kept = data / "machine"
    kept.write_bytes(pickle.dumps(machine))
    child = subprocess.Popen(
        [sys.executable, ledger_machine.__file__, str(data), url, str(kept)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, ROOTS))}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    acknowledged = len(child.stdout.read(1))
    time.sleep(after_s)
    child.kill()
    acknowledged += len(child.communicate()[0])
    assert child.returncode == -9
    for _ in range(acknowledged):
        machine.expected(machine.next())
    with desk.reading() as c:
        found = standing(c)
    if found != expected_standing(machine.model):
        machine.expected(machine.next())
        acknowledged += 1
    assert found == expected_standing(machine.model)
    return acknowledged


def check(desk: Desk, machine: Machine, data: Path) -> None:
    with desk.reading() as c:
        heads.write_down(c, data / heads.FILE_NAME, desk.clock.now())
        verified = verify(c, data / heads.FILE_NAME)
        found = standing(c)
    assert verified.faults == ()
    assert expected_standing(machine.model) == found
    assert verified.entries == found[0]
    assert all(points >= 0 for account, points in found[1].items() if account.startswith(("program", "pending", "red")))


def run(desk: Desk, data: Path, url: str, seed: int) -> dict[str, Any]:
    machine = with_people(desk, seed)
    dice = random.Random(-seed)
    kills = steps = 0
    while steps < STEPS:
        alone(desk, machine, BATCH)
        steps += BATCH
        if dice.random() < 0.2:
            together(desk, machine, BATCH)
            steps += BATCH
        # at least once in the middle of the shortest run, and every two thousand steps or so of a long one
        if kills <= steps // 2000 and steps >= STEPS // 2:
            steps += killed(desk, machine, data, url, dice.uniform(0, 0.15))
            kills += 1
            check(desk, machine, data)
    check(desk, machine, data)
    return {"steps": steps, "kills": kills, "entries": machine.model.count}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_whatever_is_done_in_any_order_the_ledger_is_what_the_model_says(data: Path, seed: int) -> None:
    desk = Desk.open(data, "", SetClock())

    told = run(desk, data, "", seed)

    desk.close()
    sys.stdout.write(f"\nseed {seed}: {told}\n")
    assert told["kills"] >= 1


@pytest.mark.slow
def test_on_each_database_it_is_the_same(desk: Desk, place: Any, data: Path) -> None:
    place.data.mkdir(exist_ok=True)

    assert run(desk, place.data, place.url, 21)["kills"] >= 1
