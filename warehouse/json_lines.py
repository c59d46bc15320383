"""Rows on their way into DuckDB: lines of JSON, read by DuckDB's own reader, typed by the table, never row by row."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from warehouse.database import Connection

Row = dict[str, object]

# DuckDB's reader takes a few times this much memory, whatever the lines are like; these are short.
_MAX_LINE = 1 << 20
# rows of which one statement takes the JSON as a parameter: texts are bounded, so that this is some megabytes at most
_PER_STATEMENT = 200


def to_json_line(values: object) -> str:
    """One line of JSON; times as naive UTC, as the warehouse keeps them, and decimals as text."""
    return json.dumps(values, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a row")


def insert_rows(connection: Connection, table: str, rows: Sequence[Row], unless: str = "") -> None:
    """Inserts rows whose keys are columns of the table."""
    if not rows:
        return
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        path = Path(folder) / "rows.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{to_json_line(row)}\n" for row in rows)
        insert_files(connection, table, [str(path)], unless=unless)


def insert_files(connection: Connection, table: str, paths: list[str], unless: str = "") -> None:
    """Inserts the rows of these JSON files, less those whose key is in the table or comes twice."""
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
    columns = dict(described)
    names = ", ".join(columns)
    options = f"format = 'newline_delimited', maximum_object_size = {_MAX_LINE}, columns = {columns!r}"
    query = f"SELECT {names} FROM read_json(?, {options}) AS s"
    if unless:
        same = " AND ".join(f"t.{key.strip()} = s.{key.strip()}" for key in unless.split(","))
        query += (
            f" WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE {same})"
            f" QUALIFY row_number() OVER (PARTITION BY {unless}) = 1"
        )
    connection.execute(f"INSERT INTO {table} ({names}) {query}", [paths])


def insert_bound(connection: Connection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Inserts rows whose keys are columns of the table; a column that is missing is null.

    As a parameter and not as a file, which a kill would leave behind with people's words in it.
    """
    columns = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall())
    names = ", ".join(columns)
    statement = (
        f"INSERT INTO {table} ({names}) "
        f"SELECT {names} FROM (SELECT unnest(from_json(?, '{json.dumps([columns])}'), recursive := true))"
    )
    for part in _parts(rows):
        connection.execute(statement, [to_json_line(part)])


def _parts(rows: Sequence[Mapping[str, object]]) -> Iterator[Sequence[Mapping[str, object]]]:
    for start in range(0, len(rows), _PER_STATEMENT):
        yield rows[start : start + _PER_STATEMENT]
