"""What goes wrong with the database is told in plain words, and nothing half-written is left."""

from __future__ import annotations

import subprocess
import sys

import pytest
from desk_processes import OPEN, count, note
from postgresql_server import PASSWORD
from sqlalchemy import text

from desk.database import Desk
from detente.errors import DeskError, StorageError

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


@pytest.mark.system("postgres")
@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_url_of_a_postgresql_database_may_be_spelled_in_every_usual_way(postgresql, tmp_path, clock, scheme):
    url = postgresql.url(postgresql.new_database()).replace("postgresql", scheme, 1)

    desk = Desk.open(tmp_path, url, clock)

    assert count(desk) == 0
    assert list(tmp_path.iterdir()) == []
    desk.close()


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
def test_a_connection_that_was_cut_while_nobody_used_it_is_not_noticed(postgresql, tmp_path, clock):
    database = postgresql.new_database()
    desk = Desk.open(tmp_path, postgresql.url(database), clock)

    postgresql.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    assert count(desk) == 0
    desk.close()


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
