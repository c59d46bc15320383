"""Questions to the published warehouse: read-only, one statement, nothing outside the file."""

from __future__ import annotations

import csv
import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb

from detente.errors import StorageError, UsageError, WarehouseError
from warehouse.database import Connection, quoted
from warehouse.publish import Published, newest
from warehouse.tables import tables

Parameter = str | int | float | bool | datetime | None
ExportFormat = Literal["parquet", "csv", "json"]

# what a spreadsheet takes for the begin of a formula, also after blanks and in full width
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n\x00]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The answer to a question.

    Attributes:
        columns: Names, in order.
        rows: Values, in the order of the columns.
        truncated: There were more rows than asked for.
    """

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    truncated: bool


def connect(published: Published) -> Connection:
    """A read-only connection to a published file; `pub` is searched first, so that tables need no prefix."""
    connection = duckdb.connect(
        str(published.path),
        read_only=True,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_persistent_secrets": "false",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET search_path = 'pub'")
    return connection


def open(folder: Path | str) -> Connection:  # noqa: A001  (the name that notebooks write: warehouse.open)
    """A read-only DuckDB connection to the newest published file of a workspace.

    Args:
        folder: The workspace, or its `data/` folder.

    Returns:
        A DuckDB connection: `.sql(…).df()` gives a pandas frame.

    Raises:
        WarehouseError: Nothing has been published yet.
    """
    folder = Path(folder)
    data = folder / "data" if (folder / "data").is_dir() else folder
    return connect(newest(data / "published"))


def ask(
    folder: Path,
    question: str,
    parameters: Mapping[str, Parameter] | None = None,
    *,
    limit: int | None = None,
    seconds: float | None = None,
    memory: str = "1GB",
) -> Rows:
    """Runs one statement that reads, on the newest published file below `folder` (the `published/` folder).

    Args:
        folder: Where the published files are.
        question: One SELECT (or EXPLAIN) statement; `$name` stands for a parameter.
        parameters: Values by name, bound and never spelled into the statement.
        limit: Rows to return at most.
        seconds: Wall time after which the statement is interrupted.
        memory: What it may use.

    Raises:
        UsageError: Not one reading statement, or SQL that does not work; the message is DuckDB's own.
        WarehouseError: Nothing has been published, the file cannot be read, or the time was up.
    """
    with _shut_in(newest(folder), _size(memory)) as connection:
        _must_read(connection, question)
        clock = threading.Timer(seconds, connection.interrupt) if seconds else None
        if clock:
            clock.start()
        try:
            cursor = connection.execute(question, dict(parameters or {}))
            columns = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)
        except duckdb.InterruptException:
            raise WarehouseError(
                f"the statement was stopped after {seconds:g} s; ask for less, or raise limits.sql_seconds"
            ) from None
        except duckdb.Error as error:
            raise UsageError(str(error)) from None
        finally:
            if clock:
                clock.cancel()
    return Rows(columns=columns, rows=rows[:limit], truncated=limit is not None and len(rows) > limit)


def export(folder: Path, target: Path, kind: ExportFormat) -> list[Path]:
    """Writes every published table into `target`, one file each, and returns the files.

    CSV cells that a spreadsheet would take for a formula are prefixed with an apostrophe; Parquet and JSON are not.

    Raises:
        WarehouseError: Nothing has been published yet.
        StorageError: The target cannot be written.
    """
    written = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        with connect(newest(folder)) as connection:
            for table in (table for table in tables() if table.published):
                path = target / f"{table.name}.{kind}"
                if kind == "csv":
                    _write_csv(connection, table.name, path)
                else:
                    options = "FORMAT parquet, COMPRESSION zstd" if kind == "parquet" else "FORMAT json, ARRAY true"
                    connection.execute(f"COPY (SELECT * FROM pub.{table.name}) TO '{quoted(path)}' ({options})")
                written.append(path)
    except OSError as error:
        raise StorageError(f"{target}: cannot be written: {error.strerror}; choose another folder") from error
    except duckdb.IOException as error:
        raise StorageError(f"{target}: cannot be written: {error}; choose another folder") from error
    return written


def _write_csv(connection: Connection, table: str, path: Path) -> None:
    cursor = connection.execute(f"SELECT * FROM pub.{table}")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([column[0] for column in cursor.description or ()])
        while rows := cursor.fetchmany(10_000):
            writer.writerows([spreadsheet_cell(value) for value in row] for row in rows)


def spreadsheet_cell(value: object) -> object:
    """A cell that no spreadsheet runs; numbers stay numbers."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")  # 49, where the column's type says 49.000000
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def _shut_in(published: Published, memory: str) -> Connection:
    """A connection to a published file that opens nothing else."""
    try:
        connection = connect(published)
        connection.execute(f"SET memory_limit = '{memory}'")
        # settings that close the doors, in the order in which they can be closed
        connection.execute("SET temp_directory = ''")
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET disabled_filesystems = 'LocalFileSystem'")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        raise WarehouseError(
            f"{published.path}: cannot be read: {error}; try again, or publish a new one with `detente run build`"
        ) from None
    return connection


def _must_read(connection: Connection, question: str) -> None:
    try:
        statements: Sequence[duckdb.Statement] = connection.extract_statements(question)
    except duckdb.Error as error:
        raise UsageError(str(error)) from None
    if len(statements) != 1:
        raise UsageError(f"one statement at a time, please; these are {len(statements)}")
    if statements[0].type.name not in ("SELECT", "EXPLAIN"):
        raise UsageError(f"only SELECT and EXPLAIN read; this is {statements[0].type.name}")


def _size(memory: str) -> str:
    if not memory.replace(".", "", 1).rstrip("KMGTiBkmgtb ").isdigit():
        raise UsageError(f"{memory!r} is no size; write it like 512MB or 2GB")
    return memory
