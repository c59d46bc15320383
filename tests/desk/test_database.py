"""How the desk keeps what it is given: flushed, for its owner alone, in UTC and to the cent, and never changed."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from desk_processes import another_process_writes, count, note
from desk_rows import id_of, put_judgements, put_sighting
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk import audit
from desk.database import Desk
from desk.schema import APPEND_ONLY, metadata, sighting
from desk.schema import audit as audit_table
from detente.errors import DeskError


def test_every_sqlite_connection_flushes_each_commit_and_checks_keys(tmp_path, clock):
    desk = Desk.open(tmp_path, "", clock, patience_s=7)

    with desk.reading() as first, desk.writing() as second:
        for c in (first, second):
            names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
            found = {name: c.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}
            assert found == {
                "journal_mode": "truncate",
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
        assert c.execute(text("PRAGMA journal_mode")).scalar_one() == "truncate"
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
    put_sighting(desk, 1, add("Ana", "rep").person_id)
    with desk.reading() as c:
        ana = c.execute(select(sighting.c.person_id)).scalar_one()
    put_judgements(desk, id_of(1), ana)
    key = metadata.tables[table].primary_key.columns
    column, *_ = metadata.tables[table].columns
    columns = ", ".join(column.name for column in metadata.tables[table].columns)
    changes = [update(metadata.tables[table]).values({column: column}), delete(metadata.tables[table])]
    changes += (
        [text(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}")]
        if desk.where.endswith(".sqlite")
        else [text(f"TRUNCATE {table} CASCADE")]
    )
    with desk.reading() as c:
        before = c.execute(select(metadata.tables[table]).order_by(*key)).all()

    for change in changes:
        with pytest.raises(IntegrityError, match="only ever added to"), desk.writing() as c:
            c.execute(change)

    with desk.reading() as c:
        assert before
        assert before == c.execute(select(metadata.tables[table]).order_by(*key)).all()


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
