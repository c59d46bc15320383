"""Run in a process of its own by test_settle_killed: settles, and is killed at a statement that writes."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from desk.places import open_desk
from detente.clock import StartedClock
from detente.workspace import load
from flows.crediting import Place
from flows.rewarding import credit


def main(root: Path, at: str, kill_before: int) -> None:
    now = datetime.fromisoformat(at)
    workspace = load(root)
    desk = open_desk(workspace, StartedClock(now))
    written = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def before(connection: Connection, _c: object, statement: str, *_more: object) -> None:
        nonlocal written
        written += statement.startswith(("INSERT", "UPDATE"))
        if written == kill_before:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "commit")
    def commit(connection: Connection) -> None:
        if written and kill_before == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    since = now - timedelta(days=181)
    places = {
        sighting_id: Place(
            cluster_id=sighting_id, account_key=sighting_id, deal_key=sighting_id, seen_first_at=None, theme="Pricing",
            others=0, has_page=False,
        )
        for sighting_id in sys.stdin.read().split()
    }  # fmt: skip
    credit(desk, workspace, places, since=since, earliest=since, now=now)
    sys.stdout.write(f"{written}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
