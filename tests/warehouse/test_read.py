"""Questions read one published file and nothing else; exports run nowhere."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from timeline import Timeline

from detente.errors import StorageError, UsageError, WarehouseError
from warehouse import ask, export, tables
from warehouse.read import spreadsheet_cell

PUBLIC = [table.name for table in tables.tables() if table.published]


def published(known: Timeline) -> Path:
    return known.warehouse.published


@pytest.mark.parametrize("body", [b"", b"nonsense" * 1000], ids=["empty", "other bytes"])
def test_a_published_file_that_cannot_be_read_is_named_with_what_to_do(known: Timeline, body: bytes) -> None:
    path = (published(known) / "current.duckdb").resolve()
    spoilt = path.with_name("detente-20990101T000000Z-00000000.duckdb")
    spoilt.write_bytes(body)
    pointer = published(known) / "current.json"
    sound = pointer.read_text()
    pointer.write_text(sound.replace(path.name, spoilt.name))

    with pytest.raises(WarehouseError, match=r"cannot be read: .*`detente run build`"):
        ask(published(known), "SELECT 1")
    pointer.write_text(sound)
    spoilt.unlink()


def test_a_question_gives_names_and_rows_and_says_when_there_are_more(known: Timeline) -> None:
    rows = ask(published(known), "SELECT range AS n FROM range(5)", limit=3)

    assert (rows.columns, rows.rows, rows.truncated) == (("n",), [(0,), (1,), (2,)], True)
    assert not ask(published(known), "SELECT range AS n FROM range(3)", limit=3).truncated


@pytest.mark.parametrize("name", PUBLIC)
def test_every_published_table_can_be_asked_for(known: Timeline, name: str) -> None:
    assert ask(published(known), f"SELECT count(*) > 0 FROM pub.{name}").rows == [(True,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SHOW TABLES",
        "DESCRIBE change",
        "SUMMARIZE change",
        "EXPLAIN SELECT 1",
        "FROM change",
        "VALUES (1)",
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a",
    ],
)
def test_what_only_reads_is_allowed(known: Timeline, statement: str) -> None:
    assert ask(published(known), statement).rows


def test_parameters_are_bound_and_never_spelled_into_the_statement(known: Timeline) -> None:
    values: dict[str, Any] = {
        "text": "'; DROP TABLE change; --",
        "n": 3,
        "at": datetime(2026, 1, 1),  # noqa: DTZ001
        "none": None,
    }

    [row] = ask(published(known), "SELECT $text, $n, $at, $none", values).rows

    assert tuple(values.values()) == row


WRITES = [
    "INSERT INTO change SELECT * FROM change",
    "DELETE FROM change",
    "UPDATE change SET kind = 'x'",
    "CREATE TABLE mine AS SELECT 1 AS x",
    "CREATE TEMP TABLE mine AS SELECT 1 AS x",
    "CREATE VIEW mine AS SELECT 1 AS x",
    "DROP TABLE change",
    "ALTER TABLE change ADD COLUMN x INTEGER",
    "COPY change TO 'out.csv'",
    "COPY change FROM '/etc/passwd'",
    "EXPORT DATABASE 'out'",
    "ATTACH 'other.duckdb'",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA enable_profiling",
    "SET memory_limit = '100GB'",
    "RESET memory_limit",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "CALL pragma_version()",
    "PREPARE p AS SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM change",
    "WITH gone AS (DELETE FROM change RETURNING *) SELECT * FROM gone",
]


@pytest.mark.parametrize("statement", WRITES)
def test_what_does_more_than_read_is_refused(known: Timeline, statement: str) -> None:
    before = ask(published(known), "SELECT count(*) FROM change").rows

    with pytest.raises(UsageError):
        ask(published(known), statement)

    assert before == ask(published(known), "SELECT count(*) FROM change").rows


OUTSIDE = [
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/*')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_parquet('http://127.0.0.1:1/x.parquet')",
    "SELECT * FROM read_json('https://example.test/x.json')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM known",  # a variable of the process, as notebooks may use them
]


@pytest.mark.parametrize("statement", OUTSIDE)
def test_nothing_outside_of_the_file_is_read(known: Timeline, statement: str) -> None:
    with pytest.raises(UsageError):
        ask(published(known), statement)


def test_secrets_of_the_environment_are_not_in_reach(known: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_FETCH__PROXY", "http://user:hush@proxy.test")

    with pytest.raises(UsageError):
        ask(published(known), "SELECT getenv('DETENTE_FETCH__PROXY')")


@pytest.mark.parametrize("statement", ["SELECT 1; SELECT 2", "SELECT 1; DROP TABLE change", ""])
def test_it_is_one_statement_at_a_time(known: Timeline, statement: str) -> None:
    with pytest.raises(UsageError, match="one statement at a time"):
        ask(published(known), statement)


def test_a_mistake_is_told_in_duckdbs_own_words(known: Timeline) -> None:
    with pytest.raises(UsageError, match=r"(?s)chagne.*change"):
        ask(published(known), "SELECT * FROM chagne")
    with pytest.raises(UsageError, match="syntax error"):
        ask(published(known), "SELEC 1")
    with pytest.raises(UsageError, match="missing"):
        ask(published(known), "SELECT $missing")


def test_a_runaway_is_stopped(known: Timeline) -> None:
    with pytest.raises(WarehouseError, match=r"stopped after 0\.2 s"):
        ask(
            published(known), "SELECT sum(a.range * b.range) FROM range(1000000) AS a, range(1000000) AS b", seconds=0.2
        )


def test_a_statement_gets_no_more_memory_than_allowed(known: Timeline) -> None:
    with pytest.raises((UsageError, WarehouseError), match=r"(?i)memory"):
        ask(published(known), "SELECT list(range) FROM range(100000000)", memory="50MB", seconds=20)


@pytest.mark.parametrize("memory", ["", "lots", "1GB'; DROP TABLE change; --", "MB"])
def test_an_amount_of_memory_is_a_size(known: Timeline, memory: str) -> None:
    with pytest.raises(UsageError, match="is no size"):
        ask(published(known), "SELECT 1", memory=memory)


def test_csv_cells_are_no_formulas_and_numbers_stay_numbers(known: Timeline, tmp_path: Path) -> None:
    written = export(published(known), tmp_path / "out", "csv")

    assert sorted(f"{name}.csv" for name in PUBLIC) == sorted(path.name for path in written)
    tables_read = {
        path.stem: list(csv.DictReader(path.read_text("utf-8").splitlines(keepends=True))) for path in written
    }
    [news] = [row for row in tables_read["release"] if row["version"] == "1.1"]
    assert news["body"] == '\'=HYPERLINK("http://evil.test")'
    [change] = [row for row in tables_read["change"] if row["kind"] == "limit_changed"]
    assert float(change["old_amount"]) == 5
    for rows in tables_read.values():
        for row in rows:
            for cell in row.values():
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), row
                assert not cell.startswith("-") or float(cell), row


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "\x00=1"])
def test_no_spelling_of_a_formula_gets_through(cell: str) -> None:
    assert spreadsheet_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [-1, -0.5, None, True, "a=1", "1 + 1", "Größe", "'=1"])
def test_numbers_and_harmless_texts_stay_as_they_are(cell: object) -> None:
    assert spreadsheet_cell(cell) is cell


@pytest.mark.parametrize(
    ("amount", "text"), [("49.000000", "49"), ("-1.500000", "-1.5"), ("1E+3", "1000"), ("0.000000", "0")]
)
def test_amounts_are_written_without_the_zeros_of_their_column(amount: str, text: str) -> None:
    assert spreadsheet_cell(Decimal(amount)) == text


def test_parquet_and_json_hold_the_text_as_it_is(known: Timeline, tmp_path: Path) -> None:
    question = "SELECT * FROM pub.release ORDER BY ALL"
    export(published(known), tmp_path / "p", "parquet")
    export(published(known), tmp_path / "j", "json")

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        read = connection.execute(f"SELECT * FROM '{tmp_path}/p/release.parquet' ORDER BY ALL").fetchall()
    assert known.rows(question) == read
    bodies = {row["version"]: row["body"] for row in json.loads((tmp_path / "j" / "release.json").read_text())}
    assert bodies["1.1"] == '=HYPERLINK("http://evil.test")'


def test_an_export_to_where_nothing_can_be_written_is_told(known: Timeline, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="choose another folder"):
        export(published(known), tmp_path / "file", "csv")
