"""A desk that other processes use, too: what they run, and the least that can be written and counted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from desk import audit
from desk.database import Connection, Desk
from desk.schema import audit as audit_table

# How each of their programs begins: `desk()` opens the desk that the first two words name.
OPEN = """
import os, signal, sys
from pathlib import Path
from desk import audit
from desk.database import Desk
from detente.clock import SystemClock
desk = lambda: Desk.open(Path(sys.argv[1]), sys.argv[2], SystemClock())
"""
HOLD = """
with desk().writing() as c:
    audit.record(c, by=None, action="held", subject="x", now=SystemClock().now())
    print("held", flush=True)
    sys.stdin.readline()
"""


def started(place: Any, program: str, *words: object) -> subprocess.Popen[str]:
    """A process that runs the program over the desk of a place."""
    command = [sys.executable, "-c", OPEN + program, str(place.data), place.url, *map(str, words)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def another_process_writes(place: Any) -> Iterator[None]:
    """While another process holds the turn to write."""
    with started(place, HOLD) as holder:
        assert holder.stdout.readline() == "held\n"
        yield
        holder.stdin.write("end\n")
        holder.stdin.flush()
        assert holder.wait() == 0


def note(c: Connection, now: datetime, **detail: Any) -> None:
    """Writes something."""
    audit.record(c, by=None, action="noted", subject="x", now=now, **detail)


def count(desk: Desk) -> int:
    """How often something was written."""
    with desk.reading() as c:
        return c.execute(select(func.count()).select_from(audit_table)).scalar_one()
