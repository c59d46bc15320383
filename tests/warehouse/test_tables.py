"""Every table says what it is, holds to it, and needs no index or constraint."""

from __future__ import annotations

import re

import pytest
from timeline import START, Timeline, price

from detente.errors import CheckFailedError, WarehouseError
from warehouse import newest, tables


def test_no_index_constraint_sequence_or_trigger_anywhere(known: Timeline) -> None:
    with known.warehouse.section("test") as connection:
        assert connection.execute("SELECT index_name FROM duckdb_indexes()").fetchall() == []
        assert connection.execute("SELECT table_name, constraint_text FROM duckdb_constraints()").fetchall() == []
        assert connection.execute("SELECT sequence_name FROM duckdb_sequences()").fetchall() == []
        assert connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []
    for _, name, text in __import__("warehouse.database", fromlist=["migrations"]).migrations():
        for word in ("INDEX", "PRIMARY KEY", "UNIQUE", "REFERENCES", "SEQUENCE", "TRIGGER"):
            code = "\n".join(line.split("--")[0] for line in text.upper().splitlines())
            assert word not in code, f"{name}: {word}"


@pytest.mark.parametrize("name", [table.name for table in tables.tables()])
def test_a_table_has_the_columns_it_documents_in_their_order(known: Timeline, name: str) -> None:
    table = next(table for table in tables.tables() if table.name == name)
    with known.warehouse.section("test") as connection:
        columns = [row[0] for row in connection.execute(f"DESCRIBE core.{name}").fetchall()]

    assert columns == list(table.columns)
    assert set(table.key) <= set(columns)
    assert table.grain.startswith("one row per ")
    assert all(table.columns.values())


@pytest.mark.parametrize("name", [table.name for table in tables.tables()])
def test_the_known_timeline_has_rows_in_every_table(known: Timeline, name: str) -> None:
    with known.warehouse.section("test") as connection:
        assert connection.execute(f"SELECT count(*) > 0 FROM core.{name}").fetchall() == [(True,)]


def test_a_table_comes_after_all_tables_that_its_query_reads() -> None:
    made: set[str] = set()
    for table in tables.tables():
        read = {other.name for other in tables.tables() if re.search(rf"\bcore\.{other.name}\b", table.query)}
        assert read == set(table.after), table.name
        assert read <= made
        made.add(table.name)


def test_a_check_that_fails_publishes_nothing_and_keeps_the_tables(timeline: Timeline) -> None:
    timeline.fetch(price("Team", "49"))
    before = timeline.build().published.path
    with timeline.warehouse.section("spoil") as connection:
        connection.execute("INSERT INTO raw.page SELECT * FROM raw.page WHERE FALSE")
        # the same fetch twice, as no load of ours would store it
        connection.execute("INSERT INTO raw.fetch SELECT * FROM raw.fetch")

    with pytest.raises(CheckFailedError, match=r"core\.page_fetch: fetch_id is unique, but not in: ") as caught:
        timeline.build()

    assert "nothing was published" in str(caught.value)
    assert before == newest(timeline.warehouse.published).path
    assert timeline.rows("SELECT count(*) FROM pub.page_fetch") == [(1,)]
    with timeline.warehouse.section("look") as connection:
        assert connection.execute("SELECT count(*) FROM core.page_fetch").fetchall() == [(1,)]


def test_a_column_that_is_never_null_is_checked(timeline: Timeline) -> None:
    timeline.fetch(price("Team", "49"))
    timeline.build()
    with timeline.warehouse.section("spoil") as connection:
        connection.execute("UPDATE raw.fetch SET outcome = NULL")

    with pytest.raises(CheckFailedError, match="outcome is never null"):
        timeline.build()


def test_a_warning_is_told_and_stops_nothing(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49", currency=None))

    built = timeline.build()

    assert len(built.warnings) == 1
    assert "a price has its currency" in built.warnings[0]
    assert timeline.rows("SELECT count(*) FROM plan_price") == [(1,)]


AMOUNTS = [
    ("1234.50", "$1,234.50"),
    ("1234.5", "1.234,50 €"),
    ("100000", "₹1,00,000"),
    ("0.5", "$.50"),
    ("0", "Free for ever"),
    ("1200", "$1.2k"),
    ("12", "١٢ ر.س"),
    ("9800", "９８００円"),
    ("19.99", "19⁹⁹ €"),
]


@pytest.mark.parametrize(("amount", "text"), AMOUNTS, ids=[text for _, text in AMOUNTS])
def test_an_amount_occurs_in_its_text_however_it_is_written(timeline: Timeline, amount: str, text: str) -> None:
    timeline.fetch(price("Team", amount, text=text))

    assert timeline.build().warnings == ()


@pytest.mark.parametrize("text", ["$59", "Contact us", "$94", ""])
def test_an_amount_that_its_text_does_not_hold_is_never_published(timeline: Timeline, text: str) -> None:
    timeline.fetch(price("Team", "49", text=text))

    with pytest.raises(CheckFailedError, match="every amount occurs in the text that it was read from"):
        timeline.build()


def test_every_check_is_a_question_that_works(known: Timeline) -> None:
    with known.warehouse.section("test") as connection:
        assert tables.check(connection) == []
    assert len([check for table in tables.tables() for check in table.checks]) > 60


def test_before_the_first_build_readers_are_told_what_to_do(timeline: Timeline) -> None:
    with pytest.raises(WarehouseError, match="nothing is published yet; `detente run pipeline` does that"):
        timeline.rows("SELECT 1")


def test_a_build_of_nothing_publishes_empty_tables(timeline: Timeline) -> None:
    built = timeline.build()

    assert (START, frozenset()) == (built.published.as_of, built.changes)
    assert timeline.rows("SELECT count(*) FROM change") == [(0,)]
