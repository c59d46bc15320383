"""The desk's database: one writer at a time, readers that see one moment, tables that migrate, and plain words."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from postgresql_server import PASSWORD
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk import audit, migrations
from desk.database import Desk
from desk.schema import APPEND_ONLY, metadata, sighting, sighting_event
from desk.schema import audit as audit_table
from detente.errors import DeskError, StorageError

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
KILLED_MIGRATING = """
from sqlalchemy import Engine, event
left = int(sys.argv[3])
@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    left -= statement.startswith(("CREATE", "\\nCREATE"))
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
desk()
"""
KILLED_WRITING = """
opened = desk()
for n in range(1000):
    with opened.writing() as c:
        audit.record(c, by=None, action="first", subject=str(n), now=opened.clock.now())
        audit.record(c, by=None, action="second", subject=str(n), now=opened.clock.now())
    print(n, flush=True)
"""

FILL = """
import resource
opened = desk()
def write(words):
    with opened.writing() as c:
        audit.record(c, by=None, action="noted", subject="x", now=SystemClock().now(), words=words)
def rows():
    with opened.reading() as c:
        return len(audit.entries(c, limit=100_000))
write([])
folder = Path(sys.argv[1])
if sys.argv[3] == "tmpfs":
    room = os.statvfs(folder)
    (folder / "ballast").write_bytes(b"x" * (room.f_bavail - 20) * room.f_frsize)
else:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / "desk.sqlite").stat().st_size + 50_000, hard))
before = rows()
try:
    while True:
        write(["x" * 300] * 10)
        before = rows()
except Exception as error:
    print(type(error).__name__, error)
print(before)
print(rows())
(folder / "ballast").unlink(missing_ok=True)
if sys.argv[3] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
write([])
print(rows())
"""


def started(place, program, *words):
    command = [sys.executable, "-c", OPEN + program, str(place.data), place.url, *map(str, words)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def another_process_writes(place):
    with started(place, HOLD) as holder:
        assert holder.stdout.readline() == "held\n"
        yield
        holder.stdin.write("end\n")
        holder.stdin.flush()
        assert holder.wait() == 0


def note(c, now, **detail):
    audit.record(c, by=None, action="noted", subject="x", now=now, **detail)


def count(desk):
    with desk.reading() as c:
        return c.execute(select(func.count()).select_from(audit_table)).scalar_one()


def differences(desk):
    with desk.reading() as c:
        context = MigrationContext.configure(
            c, opts={"version_table": migrations.VERSION_TABLE, "compare_server_default": True}
        )
        return compare_metadata(context, metadata)


# --- how it is kept


def test_every_sqlite_connection_flushes_each_commit_and_checks_keys(tmp_path, clock):
    desk = Desk.open(tmp_path, "", clock, patience_s=7)

    with desk.reading() as first, desk.writing() as second:
        for c in (first, second):
            names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
            found = {name: c.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}
            assert found == {
                "journal_mode": "delete",
                "synchronous": 2,
                "foreign_keys": 1,
                "recursive_triggers": 1,
                "busy_timeout": 7000,
            }
    desk.close()


def test_a_sqlite_desk_and_its_journal_are_for_their_owner_alone(tmp_path, clock):
    desk = Desk.open(tmp_path / "data", "", clock)

    with desk.writing() as c:
        note(c, clock.now())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}

    assert modes == {"desk.sqlite": 0o600, "desk.sqlite-journal": 0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    desk.close()


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path, clock):
    Desk.open(tmp_path, "", clock).close()
    (tmp_path / "desk.sqlite").chmod(0o644)

    Desk.open(tmp_path, "", clock).close()

    assert stat.S_IMODE((tmp_path / "desk.sqlite").stat().st_mode) == 0o600


def test_a_desk_that_a_tool_put_into_wal_mode_is_taken_out_of_it(tmp_path, clock):
    Desk.open(tmp_path, "", clock).close()
    tool = sqlite3.connect(tmp_path / "desk.sqlite")
    assert tool.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    tool.close()

    desk = Desk.open(tmp_path, "", clock)

    with desk.reading() as c:
        assert c.execute(text("PRAGMA journal_mode")).scalar_one() == "delete"
    desk.close()


def test_times_come_back_as_utc_and_compare_across_zones(desk):
    east = datetime(2026, 11, 16, 1, 30, 15, 123456, tzinfo=timezone(timedelta(hours=9)))
    with desk.writing() as c:
        note(c, east)
        note(c, east.astimezone(UTC) + timedelta(minutes=1))

    with desk.reading() as c:
        first, second = reversed(audit.entries(c))
        later = c.execute(select(audit_table.c.audit_id).where(audit_table.c.at > east)).scalars().all()

    assert first.at == east
    assert first.at.utcoffset() == timedelta(0)
    assert later == [second.audit_id]


def test_a_time_without_a_zone_is_refused(desk):
    with pytest.raises(Exception, match="names no time zone"), desk.writing() as c:
        note(c, datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001


def test_amounts_are_kept_to_the_cent_and_compare_as_amounts(desk, add):
    amounts = ["0.10", "9.99", "120000", "9999999999999999.99", None]
    ana = add("Ana", "rep")
    with desk.writing() as c:
        for number, amount in enumerate(amounts):
            c.execute(
                insert(sighting).values(
                    sighting_id=f"s{number}",
                    person_id=ana.person_id,
                    channel="form",
                    received_at=desk.clock.now(),
                    digest="",
                    text="",
                    deal_amount=amount and Decimal(amount),
                )
            )

    with desk.reading() as c:
        column = sighting.c.deal_amount
        found = c.execute(select(column).order_by(sighting.c.sighting_id)).scalars().all()
        above = c.execute(select(column).where(column >= Decimal("9.99")).order_by(column)).scalars().all()

    assert [value if value is None else str(value) for value in found] == [
        "0.10",
        "9.99",
        "120000.00",
        "9999999999999999.99",
        None,
    ]
    assert above == [Decimal(amount) for amount in amounts[1:4]]


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_an_auditor_wants_to_see_cannot_be_changed_or_removed(desk, add, table):
    ana = add("Ana", "rep")
    with desk.writing() as c:
        row = {"person_id": ana.person_id, "channel": "form", "received_at": desk.clock.now(), "digest": "", "text": ""}
        c.execute(insert(sighting).values(sighting_id="s1", **row))
        event = {"sighting_id": "s1", "kind": "received", "at": desk.clock.now(), "detail": {"a": 1}}
        c.execute(insert(sighting_event).values(**event))
    [key] = metadata.tables[table].primary_key.columns
    columns = ", ".join(column.name for column in metadata.tables[table].columns)
    changes = [update(metadata.tables[table]).values(at=desk.clock.now()), delete(metadata.tables[table])]
    changes += (
        [text(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}")]
        if desk.where.endswith(".sqlite")
        else [text(f"TRUNCATE {table}")]
    )
    with desk.reading() as c:
        before = c.execute(select(metadata.tables[table]).order_by(key)).all()

    for change in changes:
        with pytest.raises(IntegrityError, match="only ever added to"), desk.writing() as c:
            c.execute(change)

    with desk.reading() as c:
        assert before
        assert before == c.execute(select(metadata.tables[table]).order_by(key)).all()


# --- readers and writers


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
        for writer in [pool.submit(write) for _ in range(4)]:
            writer.result()
        for other in others:
            other.communicate()
            assert other.returncode == 0
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


# --- migrations


def test_the_migrations_make_the_tables_that_the_code_knows(desk):
    assert differences(desk) == []


def test_the_newest_migration_is_the_one_that_the_code_names():
    folder = Path(migrations.__file__).parent

    assert ScriptDirectory(str(folder)).get_heads() == [migrations.HEAD]


def test_what_the_code_calls_append_only_is_guarded_in_the_database(desk):
    with desk.reading() as c:
        if desk.where.endswith(".sqlite"):
            query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        else:
            query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        assert set(c.execute(text(query)).scalars()) == set(APPEND_ONLY)


def test_a_desk_of_a_newer_version_is_left_as_it_is(place, clock):
    desk = place.open(clock)
    with desk.writing() as c:
        c.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9876'"))

    with pytest.raises(DeskError, match=r"made by a newer Détente \(its tables are of step 9876\): upgrade Détente"):
        place.open(clock)

    with desk.reading() as c:
        assert c.execute(text(f"SELECT version_num FROM {migrations.VERSION_TABLE}")).scalars().all() == ["9876"]
    desk.close()


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_migration_that_is_killed_half_way_is_done_anew(new_place, clock, after):
    with started(new_place, KILLED_MIGRATING, after) as killed:
        killed.communicate()
    assert killed.returncode == -9

    desk = new_place.open(clock)

    assert differences(desk) == []
    with desk.writing() as c:
        note(c, clock.now())
    desk.close()


@pytest.mark.slow
def test_two_processes_that_open_a_new_desk_at_once_make_it_once(new_place, clock):
    both = [started(new_place, "desk().close()") for _ in range(2)]
    assert [one.communicate() and one.returncode for one in both] == [0, 0]

    desk = new_place.open(clock)

    assert differences(desk) == []
    desk.close()


def test_opening_a_current_desk_does_not_import_alembic(place, clock):
    place.open(clock).close()
    program = "desk().close()\nprint([name for name in sys.modules if name.startswith('alembic')])"

    with started(place, program) as opened:
        assert opened.stdout.read() == "[]\n"


# --- what goes wrong, in plain words


@pytest.mark.slow
def test_a_disk_that_is_full_is_told_and_healed_by_making_room(tmp_path):
    small_disk = 'mount -t tmpfs -o size=4m none "$1" || exit 9; shift; exec "$@"'
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", small_disk, "sh", str(tmp_path)]
    may_mount = not subprocess.run([*mount, "true"], capture_output=True).returncode
    # where a small disk cannot be mounted, a limit on the size of files stands for it
    for way, first in [("limit", []), *([("tmpfs", mount)] if may_mount else [])]:
        command = [sys.executable, "-c", OPEN + FILL, str(tmp_path / way), "", way]

        done = subprocess.run([*first, *command], capture_output=True, text=True)

        assert done.returncode == 0, done.stderr
        error, before, full, after = done.stdout.splitlines()
        assert error.startswith("StorageError "), error
        assert "room" in error
        assert int(before) == int(full) > 0
        assert int(after) == int(before) + 1


def test_a_file_that_is_no_database_is_told(tmp_path, clock):
    (tmp_path / "desk.sqlite").write_bytes(b"not a database at all, but long enough to look like one" * 100)

    with pytest.raises(DeskError, match=r"desk\.sqlite: it is no SQLite database: restore it from a backup"):
        Desk.open(tmp_path, "", clock)


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path, clock):
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="cannot be made"):
        Desk.open(tmp_path / "file" / "data", "", clock)


def test_a_full_disk_is_told_and_nothing_is_written(tmp_path, clock):
    desk = Desk.open(tmp_path, "", clock)

    def fill():
        with desk.writing() as c:
            pages = c.execute(text("PRAGMA page_count")).scalar_one()
            c.execute(text(f"PRAGMA max_page_count = {pages}"))
            for _ in range(1000):
                note(c, clock.now(), words=["x" * 300] * 10)

    with pytest.raises(StorageError, match="the disk is full: make room"):
        fill()

    assert count(desk) == 0
    desk.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hush@db.test/d",
        "sqlite:///elsewhere.sqlite",
        "postgresql+asyncpg://u:hush@db.test/d",
        "postgresql://u:hush@db.test",
        "u:hush@db.test",
    ],
)
def test_a_url_of_no_postgresql_database_is_refused_without_repeating_it(tmp_path, clock, url):
    with pytest.raises(DeskError, match="names no PostgreSQL database; write it like") as refused:
        Desk.open(tmp_path, url, clock)

    assert "hush" not in str(refused.value)


def test_without_its_driver_the_extra_is_named(tmp_path):
    program = (
        "import importlib.abc\n"
        "class None_(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'psycopg': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, None_())\n"
        "try: desk()\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    command = [sys.executable, "-c", OPEN + program, str(tmp_path), "postgresql://db.test/d"]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.stdout.startswith("DeskError ")
    assert "pip install 'detente[postgresql]'" in done.stdout


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path, clock):
    with pytest.raises(
        DeskError, match=r"PostgreSQL database d at 127\.0\.0\.1: no connection: .*; look whether"
    ) as told:
        Desk.open(tmp_path, "postgresql://u:hush@127.0.0.1:9/d", clock)

    assert "hush" not in str(told.value)


@pytest.mark.system("postgres")
def test_what_the_server_refuses_is_told_in_plain_words(postgresql, tmp_path, clock):
    database = postgresql.new_database()
    right = postgresql.url(database, user=f"with_password:{PASSWORD.replace(' ', '%20')}")
    wrong = postgresql.url(database, user="with_password:hush")

    with pytest.raises(
        DeskError, match=r"no connection: .*password.*; look whether the server runs, and at"
    ) as refused:
        Desk.open(tmp_path, wrong, clock)
    assert "hush" not in str(refused.value)
    with pytest.raises(DeskError, match=r"no connection: .*nowhere"):
        Desk.open(tmp_path, postgresql.url("nowhere"), clock)
    with pytest.raises(DeskError, match="the user lacks a right"):
        Desk.open(tmp_path, right, clock)


@pytest.mark.system("postgres")
def test_connections_that_the_server_cut_are_made_anew(postgresql, tmp_path, clock):
    desk = Desk.open(tmp_path, postgresql.url(postgresql.new_database()), clock)

    def be_cut():
        with desk.writing() as c:
            note(c, clock.now())
            mine = c.execute(text("SELECT pg_backend_pid()")).scalar_one()
            postgresql.run(f"SELECT pg_terminate_backend({mine})")
            note(c, clock.now())

    with pytest.raises(DeskError, match="try again"):
        be_cut()

    with desk.writing() as c:
        note(c, clock.now())

    assert count(desk) == 1
    desk.close()


# --- what was deleted is gone


def test_a_vacuum_leaves_no_byte_of_what_was_removed_and_everything_works_on(desk, place, add, clock):
    add("Zebulon")
    with desk.writing() as c:
        c.execute(delete(metadata.tables["person_role"]))
        c.execute(delete(metadata.tables["person"]))

    desk.vacuum()

    if place.is_sqlite:
        assert b"Zebulon" not in (place.data / "desk.sqlite").read_bytes()
    for _ in range(2):
        with desk.writing() as c:
            note(c, clock.now())
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"), desk.reading() as c:
            note(c, clock.now())
    assert count(desk) == 3


def test_a_vacuum_that_waits_in_vain_is_told(place, clock):
    desk = place.open(clock, patience_s=0.2)
    if place.is_sqlite:
        with another_process_writes(place), pytest.raises(DeskError, match="is busy"):
            desk.vacuum()
    with desk.writing(), ThreadPoolExecutor(1) as pool, pytest.raises(DeskError, match="is busy"):
        pool.submit(desk.vacuum).result()
    desk.close()
