"""The tables are made and brought forward in one piece, once, and never backward."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from desk_processes import note, started
from sqlalchemy import text

from desk import migrations
from desk.schema import APPEND_ONLY, metadata
from detente.errors import DeskError

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


def differences(desk):
    with desk.reading() as c:
        context = MigrationContext.configure(
            c, opts={"version_table": migrations.VERSION_TABLE, "compare_server_default": True}
        )
        return compare_metadata(context, metadata)


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
