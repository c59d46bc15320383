"""The warehouse is opened in short sections under one lock, migrated by the book, and says what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from timeline import Timeline

from detente.errors import WarehouseBusyError, WarehouseError, WarehouseVersionError
from warehouse import Warehouse
from warehouse.database import STORAGE_VERSION, migrations

HOLD = """
import sys, time
from pathlib import Path
from warehouse import Warehouse
with Warehouse(Path(sys.argv[1])).section("the night's build") as connection:
    connection.execute("CREATE TABLE raw.of_the_holder (x INTEGER)")
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process_writes(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder


def test_migrations_are_applied_once_and_recorded_with_the_hash_of_their_text(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for _ in range(2):
        with warehouse.section("test") as connection:
            rows = connection.execute("SELECT number, name, sha256 FROM schema_migration ORDER BY number").fetchall()

    expected = [(number, name, hashlib.sha256(text.encode()).hexdigest()) for number, name, text in migrations()]
    assert expected == rows
    assert [number for number, _, _ in migrations()] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("UPDATE schema_migration SET sha256 = 'edited' WHERE number = 1", "was applied with other text"),
        (
            "INSERT INTO schema_migration VALUES (9999, 'future', 'x', now()::TIMESTAMP, '9.0', 1)",
            "made by a newer Détente",
        ),
    ],
)
def test_a_warehouse_with_edited_or_newer_migrations_is_refused_and_left_as_it_is(
    tmp_path: Path, spoil: str, said: str
) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.section("test") as connection:
        connection.execute(spoil)
    before = warehouse.path.read_bytes()

    with pytest.raises(WarehouseVersionError, match=said) as caught, warehouse.section("test"):
        pass

    assert "detente rebuild" in str(caught.value)
    assert before == warehouse.path.read_bytes()


def test_new_files_have_the_format_that_every_supported_duckdb_reads(tmp_path: Path, known: Timeline) -> None:
    with Warehouse(tmp_path).section("test") as connection:
        tags = dict(
            connection.execute("SELECT database_name, tags FROM duckdb_databases() WHERE NOT internal").fetchall()
        )
    with duckdb.connect() as connection:
        published = known.build().published.path
        connection.execute(f"ATTACH '{published}' AS published (READ_ONLY)")
        tags |= dict(
            connection.execute("SELECT database_name, tags FROM duckdb_databases() WHERE NOT internal").fetchall()
        )

    for name in ("warehouse", "published"):
        assert STORAGE_VERSION in str(tags[name]["storage_version"]), tags


def test_what_one_section_writes_the_next_one_reads(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.section("write") as connection:
        connection.execute("INSERT INTO raw.competitor VALUES ('globex', 'Globex', [], [])")

    with warehouse.section("read") as connection:
        assert connection.execute("SELECT competitor FROM raw.competitor").fetchall() == [("globex",)]
    assert not list(tmp_path.glob("*.wal"))
    assert not list(tmp_path.glob("*.holder.json"))


@pytest.mark.slow
def test_a_second_writer_waits_and_is_then_told_who_holds_the_warehouse(tmp_path: Path) -> None:
    with another_process_writes(tmp_path) as holder:
        started = time.monotonic()
        with pytest.raises(WarehouseBusyError) as caught, Warehouse(tmp_path, lock_timeout_s=0.5).section("mine"):
            pass
        assert time.monotonic() - started >= 0.5
        assert f"`the night's build` (process {holder.pid}, since 20" in str(caught.value)

        holder.stdin.close()  # type: ignore[union-attr]  # it ends its section; the waiting one goes on
        with Warehouse(tmp_path, lock_timeout_s=30).section("mine") as connection:
            assert connection.execute("SELECT count(*) FROM raw.of_the_holder").fetchall() == [(0,)]


@pytest.mark.slow
def test_the_lock_of_a_writer_that_was_killed_is_free_and_its_uncommitted_rows_are_gone(tmp_path: Path) -> None:
    with another_process_writes(tmp_path) as holder:
        holder.kill()
        holder.wait()

        with Warehouse(tmp_path, lock_timeout_s=5).section("mine") as connection:
            connection.execute("INSERT INTO raw.competitor VALUES ('globex', 'Globex', [], [])")


@pytest.mark.slow
def test_whoever_opens_the_file_without_our_lock_is_named(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.section("test"):
        pass
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(warehouse.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as notebook:
        assert notebook.stdout is not None
        notebook.stdout.readline()
        with (
            pytest.raises(WarehouseBusyError, match=rf"\(PID {notebook.pid}\) without our lock"),
            warehouse.section("test"),
        ):
            pass


def test_a_lock_file_of_somebody_who_is_gone_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "warehouse.lock").write_text("")
    (tmp_path / "warehouse.holder.json").write_text(json.dumps({"purpose": "x", "pid": 1, "since": "2020"}))

    with Warehouse(tmp_path, lock_timeout_s=0).section("mine"):
        assert json.loads((tmp_path / "warehouse.holder.json").read_text())["purpose"] == "mine"


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : 4096 + 64] = bytes(64)
    path.write_bytes(data)


def _empty_header(path: Path) -> None:
    path.write_bytes(b"\0" * 12_288 + path.read_bytes()[12_288:])


def _not_duckdb(path: Path) -> None:
    path.write_text("SQLite format 3\0 or whatever else")


@pytest.mark.parametrize("damage", [_truncated, _flipped, _empty_header, _not_duckdb])
def test_a_damaged_file_is_told_with_the_way_to_make_it_anew(tmp_path: Path, known: Timeline, damage: object) -> None:
    warehouse = Warehouse(tmp_path)
    shutil.copyfile(known.warehouse.path, warehouse.path)
    damage(warehouse.path)  # type: ignore[operator]

    with pytest.raises(WarehouseError) as caught, warehouse.section("test") as connection:
        connection.execute("SELECT * FROM raw.fetch").fetchall()

    assert "`detente rebuild`" in str(caught.value)
    assert str(warehouse.path) in str(caught.value)


def _checksum(block: bytes | bytearray) -> int:
    """DuckDB's own, so that a header can be written as a later version would write it."""
    found = 5381
    for (word,) in struct.iter_unpack("<Q", block):
        found ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return found


def test_a_file_of_a_newer_duckdb_is_told_as_that(tmp_path: Path, known: Timeline) -> None:
    warehouse = Warehouse(tmp_path)
    data = bytearray(known.warehouse.path.read_bytes())
    assert struct.pack("<Q", _checksum(data[8:4096])) == data[:8]
    data[12:20] = struct.pack("<Q", 9_999)
    data[:8] = struct.pack("<Q", _checksum(data[8:4096]))
    warehouse.path.write_bytes(data)

    with pytest.raises(WarehouseVersionError, match="written by a newer DuckDB; upgrade"), warehouse.section("test"):
        pass


@pytest.mark.parametrize("left", ["warehouse.duckdb", "warehouse.duckdb.new", "warehouse.duckdb.wal"])
def test_what_a_process_killed_while_making_the_file_leaves_behind_is_in_nobodys_way(tmp_path: Path, left: str) -> None:
    (tmp_path / left).write_bytes(b"")
    if left.endswith(".new"):
        (tmp_path / left).write_bytes(b"\0" * 4096)

    with Warehouse(tmp_path).section("test") as connection:
        assert connection.execute("SELECT count(*) FROM raw.fetch").fetchall() == [(0,)]
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'warehouse'").fetchall()
    assert STORAGE_VERSION in str(tags)
    assert {"warehouse.duckdb"} == {path.name for path in tmp_path.iterdir()} - {"warehouse.lock"}


def test_an_error_in_a_section_leaves_the_lock_free(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, lock_timeout_s=0)
    with pytest.raises(WarehouseError, match="no_such_table"), warehouse.section("test") as connection:
        connection.execute("SELECT * FROM no_such_table")

    with warehouse.section("test") as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
