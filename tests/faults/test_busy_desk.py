"""A desk that something holds for long neither loses nor delays a sighting of somebody who is at work."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from served import Served, new_id, photo

pytestmark = pytest.mark.slow


@contextmanager
def held(served: Served, how: str) -> Iterator[None]:
    """The desk's database, locked by another process's hand."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(served.data / "desk.sqlite", isolation_level=None, timeout=30)) as connection:
            connection.execute(f"BEGIN {how}")
            is_held.set()
            is_over.wait(60)
            connection.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    assert is_held.wait(30)
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_sighting_is_taken_while_something_holds_the_desk(served: Served, how: str) -> None:
    assert served.report("rita", new_id(), "Before.")[0] == 201
    ids = [new_id() for _ in range(4)]
    with held(served, how):
        for sighting_id in ids:
            began = time.monotonic()
            assert served.report("rita", sighting_id, "Globex bought Initech.", [("p.jpg", photo("p"))])[0] == 201
            assert time.monotonic() - began < 3
            time.sleep(0.6)
        # whom nobody has seen yet cannot be known
        if how == "EXCLUSIVE":
            assert served.report("ravi", new_id(), "Who is that?")[0] == 503

    served.wait_until_indexed()
    kept = {row[0] for row in served.rows("SELECT sighting_id FROM sighting")}
    assert set(ids) <= kept
    assert len(kept) == len(ids) + 1


def test_what_lies_in_the_inbox_and_is_no_entry_stops_nothing(served: Served) -> None:
    inbox = served.data / "inbox"
    for name, body in (("no-id.zip", b"x"), (f"{new_id()}.zip", b"PK"), (f"{new_id()}.zip", b""), ("x.txt", b"x")):
        (inbox / "new" / name).write_bytes(body)
    sighting_id = new_id()

    assert served.report("rita", sighting_id, "Globex bought Initech.")[0] == 201

    until = time.monotonic() + 20
    while not served.rows("SELECT 1 FROM sighting WHERE sighting_id = ?", sighting_id):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert len(list((inbox / "damaged").iterdir())) == 3
    assert b"3 in data/inbox/damaged" in served.page("ada", "/admin/health")[1]
