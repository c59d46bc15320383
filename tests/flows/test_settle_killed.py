"""Killed at any statement, settling leaves all as it was; run again, it ends where an undisturbed one does."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_rows import id_of, put_sighting
from reporting import plain_workspace, somebody
from sqlalchemy import func, select

from desk import schema
from desk.deciding import reviews
from desk.places import desk_of
from desk.rewarding import ledger
from desk.rewarding.verify import verify
from detente.clock import StartedClock
from detente.workspace import Workspace, load

CHILD = Path(__file__).with_name("settling.py")
ROOTS = [Path(__file__).parents[1] / "support", Path(__file__).parents[2]]
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
IDS = [id_of(1), id_of(2)]


def settled(workspace: Workspace, kill_before: int) -> str:
    """What a process said that settles; nothing where it was killed."""
    done = subprocess.run(
        [sys.executable, str(CHILD), str(workspace.root), NOW.isoformat(), str(kill_before)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, ROOTS))}, input="\n".join(IDS), text=True,
        stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    return done.stdout


def known(workspace: Workspace) -> Any:
    """What the ledger and the receipts say, whatever the entries' numbers; and the ledger verifies."""
    with desk_of(workspace, StartedClock(NOW)) as desk, desk.reading() as c:
        assert verify(c, None).faults == ()
        held = [(one.entry.sighting_id, one.entry.rule, one.points, one.state) for one in ledger.held(c)]
        events = c.execute(
            select(schema.sighting_event.c.sighting_id, schema.sighting_event.c.kind, func.count()).group_by(
                schema.sighting_event.c.sighting_id, schema.sighting_event.c.kind
            )
        )
        return sorted(held), sorted(map(tuple, events)), len(ledger.entries(c))


@pytest.mark.slow
def test_whoever_is_killed_while_crediting_leaves_nothing_half_done(tmp_path: Path) -> None:
    workspace = load(plain_workspace(tmp_path / "ws"))
    rita, paul = somebody(workspace, "Rita", "rep", now=NOW), somebody(workspace, "Paul", "pm", now=NOW)
    with desk_of(workspace, StartedClock(NOW)) as desk:
        for number in (1, 2):
            at = NOW - timedelta(days=number)
            text = f"Globex told us that Team costs {number} euros per seat."
            put_sighting(desk, number, rita.person_id, at=at, text=text, customer=f"Customer {number}")
        with desk.writing() as c:
            reviews.record(c, id_of(1), "verified", by=paul, now=NOW)
    before = known(workspace)

    assert settled(workspace, 0) == "", "killed at the commit"
    assert known(workspace) == before
    killed = 0
    for kill_before in range(1, 40, 4):
        if said := settled(workspace, kill_before):
            break
        killed += 1
        assert known(workspace) == before
    else:
        pytest.fail("settling writes more than this test kills")
    assert killed >= 4
    after = known(workspace)

    assert int(said) > 0
    assert [(rule, points, state) for _, rule, points, state in after[0]] == [
        ("new", 3, "earned"),
        ("new", 3, "pending"),
    ]
    for _ in range(2):
        assert settled(workspace, -1) == "0\n"
    assert known(workspace) == after
