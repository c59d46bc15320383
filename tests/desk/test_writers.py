"""One writer at a time over all threads and processes, and readers that see one moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from desk_processes import another_process_writes, count, note, started
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from desk import audit
from desk.database import Desk
from desk.schema import audit as audit_table
from detente.errors import DeskError

COUNT = """
import json
from sqlalchemy import func, select
from desk.schema import audit as table
opened = desk()
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[3])):
    with opened.writing() as c:
        n = c.execute(select(func.count()).select_from(table)).scalar_one()
        audit.record(c, by=None, action="counted", subject="x", now=opened.clock.now(), n=n)
"""
KILLED_WRITING = """
opened = desk()
for n in range(1000):
    with opened.writing() as c:
        audit.record(c, by=None, action="first", subject=str(n), now=opened.clock.now())
        audit.record(c, by=None, action="second", subject=str(n), now=opened.clock.now())
    print(n, flush=True)
"""


def test_an_error_undoes_all_that_was_written(desk):
    def fail():
        with desk.writing() as c:
            note(c, desk.clock.now())
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()

    assert count(desk) == 0


def test_a_reader_cannot_write_not_even_after_a_writer_used_its_connection(desk):
    for _ in range(3):
        with desk.writing() as c:
            note(c, desk.clock.now())
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"), desk.reading() as c:
            note(c, desk.clock.now())

    assert count(desk) == 3


def test_a_reader_sees_one_moment_and_the_next_reader_the_newest(desk):
    def write():
        with desk.writing() as c:
            note(c, desk.clock.now())

    with ThreadPoolExecutor(1) as pool:
        with desk.reading() as c:
            seen = [c.execute(select(func.count()).select_from(audit_table)).scalar_one()]
            writing = pool.submit(write)
            # on PostgreSQL it ends meanwhile, on SQLite it waits for the reader
            threading.Event().wait(0.2)
            seen.append(c.execute(select(func.count()).select_from(audit_table)).scalar_one())
        writing.result()

    assert seen == [0, 0]
    assert count(desk) == 1


def test_many_threads_read_at_once(desk):
    together = threading.Barrier(30)

    def read():
        with desk.reading() as c:
            together.wait(20)
            return c.execute(select(func.count()).select_from(audit_table)).scalar_one()

    with ThreadPoolExecutor(30) as pool:
        assert [one.result() for one in [pool.submit(read) for _ in range(30)]] == [0] * 30


@pytest.mark.slow
def test_writers_of_all_threads_and_processes_take_turns_and_ids_appear_in_their_order(desk, place):
    """Each looks how many rows there are and writes that number: two at once would write it twice."""
    others = [started(place, COUNT, 40) for _ in range(2)]
    for other in others:
        assert other.stdout.readline() == "ready\n"
    for other in others:
        other.stdin.write("go\n")
        other.stdin.flush()
    looks: list[list[int]] = []
    ended = threading.Event()

    def write():
        for _ in range(10):
            with desk.writing() as c:
                note(c, desk.clock.now(), n=c.execute(select(func.count()).select_from(audit_table)).scalar_one())

    def look():
        while not ended.is_set():
            with desk.reading() as c:
                looks.append(c.execute(select(audit_table.c.audit_id).order_by(audit_table.c.audit_id)).scalars().all())
            ended.wait(0.01)

    with ThreadPoolExecutor(5) as pool:
        looking = pool.submit(look)
        try:
            for writer in [pool.submit(write) for _ in range(4)]:
                writer.result()
            for other in others:
                other.communicate()
                assert other.returncode == 0
        finally:
            ended.set()
        looking.result()

    with desk.reading() as c:
        rows = c.execute(select(audit_table).order_by(audit_table.c.audit_id)).all()
    assert [row.detail["n"] for row in rows] == list(range(120))
    ids = [row.audit_id for row in rows]
    assert len(looks) > 5
    # whoever saw an id had seen all smaller ones
    assert all(seen == ids[: len(seen)] for seen in looks)


def test_a_writer_that_waits_in_vain_is_told_that_the_desk_is_busy(place, clock):
    desk = place.open(clock, patience_s=0.2)
    with another_process_writes(place), pytest.raises(DeskError, match="is busy: another process"), desk.writing():
        pytest.fail("two write at once")

    with desk.writing() as c:
        note(c, clock.now())

    assert count(desk) == 2
    desk.close()


def test_a_writer_that_waits_for_one_of_its_own_process_is_told_so(place, clock):
    desk = place.open(clock, patience_s=0.1)

    told = pytest.raises(DeskError, match="is busy: another writer of this process")
    with desk.writing(), ThreadPoolExecutor(1) as pool, told:
        pool.submit(desk.writing().__enter__).result()

    with desk.writing() as c:
        note(c, clock.now())
    assert count(desk) == 1
    desk.close()


def test_a_reader_that_does_not_end_makes_a_sqlite_writer_give_up_whole(tmp_path, clock):
    desk = Desk.open(tmp_path, "", clock, patience_s=0.2)

    with desk.reading() as c:
        c.execute(select(audit_table)).all()
        with pytest.raises(DeskError, match="is busy"), desk.writing() as writer:
            note(writer, clock.now())

    assert count(desk) == 0
    desk.close()


@pytest.mark.slow
def test_a_writer_that_is_killed_leaves_what_it_had_committed_and_nothing_half(place, clock):
    Desk.open(place.data, place.url, clock).close()
    with started(place, KILLED_WRITING) as writer:
        told = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
        told += [int(line) for line in writer.stdout]

    desk = place.open(clock)
    with desk.writing() as c:
        note(c, clock.now())
    with desk.reading() as c:
        written = {action: [] for action in ("first", "second", "noted")}
        for entry in reversed(audit.entries(c, limit=10_000)):
            written[entry.action].append(entry.subject)

    assert written["first"] == written["second"]
    # the last one may have been committed and not told any more
    assert [*map(str, told)] in (written["first"], written["first"][:-1])
    desk.close()
