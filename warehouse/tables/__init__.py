"""The warehouse's tables, a folder each: the query that makes it, its grain and columns, and its checks."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib import resources
from typing import Literal

from detente.errors import CheckFailedError
from warehouse.database import Connection
from warehouse.waiting import among

_CORE = re.compile(r"\bcore\.(\w+)\b")
_CHECK = re.compile(r"^-- #(fail|warn) (.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A question whose every row is a fault.

    Attributes:
        table: The table it is about.
        name: What must hold, in words.
        level: `fail` stops the build and publishes nothing; `warn` is told.
        query: The question.
    """

    table: str
    name: str
    level: Literal["fail", "warn"]
    query: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table of the schema `core`.

    Attributes:
        name: Its name, and that of its folder.
        grain: What one row is.
        published: Whether readers may see it.
        after: The tables that its query reads.
        key: The columns that tell a row from all others.
        touched_by: The column by whose values an ingest makes rows anew; empty: only a build makes this table.
        columns: Meaning by column, in order.
        query: The query that makes it.
        checks: What must hold.
    """

    name: str
    grain: str
    published: bool
    after: tuple[str, ...]
    key: tuple[str, ...]
    touched_by: str
    columns: dict[str, str]
    query: str
    checks: tuple[Check, ...]


@cache
def tables() -> tuple[Table, ...]:
    """All tables, each after those that it reads."""
    found = {}
    for folder in resources.files("warehouse").joinpath("tables").iterdir():
        if not folder.joinpath("query.sql").is_file():
            continue
        about = tomllib.loads(folder.joinpath("table.toml").read_text(encoding="utf-8"))
        checks = [
            Check(
                table=folder.name,
                name=f"{', '.join(about['key'])} is unique",
                level="fail",
                query=_unique(folder.name, about["key"]),
            ),
            *(
                Check(
                    table=folder.name,
                    name=f"{column} is never null",
                    level="fail",
                    query=f"SELECT * FROM core.{folder.name} WHERE {column} IS NULL",
                )
                for column in about["not_null"]
            ),
        ]
        extra = folder.joinpath("checks.sql")
        if extra.is_file():
            checks += _checks(folder.name, extra.read_text(encoding="utf-8"))
        found[folder.name] = Table(
            name=folder.name,
            grain=about["grain"],
            published=about["published"],
            after=tuple(about.get("after", ())),
            key=tuple(about["key"]),
            touched_by=about.get("touched_by", ""),
            columns=about["columns"],
            query=folder.joinpath("query.sql").read_text(encoding="utf-8"),
            checks=tuple(checks),
        )
    order = TopologicalSorter({name: table.after for name, table in sorted(found.items())}).static_order()
    return tuple(found[name] for name in order)


def reading(raw: str) -> tuple[Table, ...]:
    """The tables that are made of a table of the schema `raw`, directly or by way of others, in order."""
    found: dict[str, Table] = {}
    for table in tables():
        if re.search(rf"\braw\.{raw}\b", table.query) or found.keys() & set(table.after):
            found[table.name] = table
    return tuple(found.values())


def found_tables() -> tuple[str, ...]:
    """The names of the tables that are made of what was found in items, and not of what was seen and told alone."""
    raws = ("cluster_member", "item_theme", "score", "decision", "sighting_evidence")
    names = {table.name for raw in raws for table in reading(raw)}
    return tuple(table.name for table in tables() if table.name in names)


def digest() -> str:
    """What tells tables that were made by other queries from those that these would make."""
    return hashlib.sha256("\0".join(table.query for table in tables()).encode()).hexdigest()


def touchable() -> tuple[Table, ...]:
    """The tables of which single rows can be made anew, in order."""
    return tuple(table for table in tables() if table.touched_by)


def build(connection: Connection, only: Sequence[Table] | None = None) -> None:
    """Makes every table anew, or these alone, inside the caller's transaction."""
    for table in tables() if only is None else only:
        connection.execute(f"CREATE OR REPLACE TABLE core.{table.name} AS\n{table.query}")


def update(connection: Connection, touched: Mapping[str, Sequence[str]]) -> None:
    """Makes only the rows anew whose `touched_by` is one of these, by table, inside the caller's transaction.

    What is new stands in `temp.fresh_<table>` as well, until it is made again: to look for it in tables of a million
    rows once more would take longer than to make it.
    """
    for table in touchable():
        ids = touched.get(table.name)
        if not ids:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh_{table.name} AS FROM core.{table.name} LIMIT 0")
            continue
        clause, bound = among(ids)
        where = f"WHERE {table.touched_by} IN {clause}"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE fresh_{table.name} AS SELECT * FROM ({table.query}) {where}", bound
        )
        connection.execute(f"DELETE FROM core.{table.name} {where}", bound)
        connection.execute(f"INSERT INTO core.{table.name} BY NAME FROM temp.fresh_{table.name}")


def check(connection: Connection, only: Sequence[Table] | None = None) -> list[str]:
    """Runs every check, or those of these tables, and returns the warnings, a line each.

    Raises:
        CheckFailedError: Something that must hold does not.
    """
    faults: dict[str, list[str]] = {"fail": [], "warn": []}
    for table in tables() if only is None else only:
        for one in table.checks:
            _run(connection, one, one.query, faults)
    return _warnings(faults)


def check_fresh(connection: Connection) -> list[str]:
    """Runs the checks of what `update` has made last, as if there were no other rows.

    Raises:
        CheckFailedError: Something that must hold does not.
    """
    faults: dict[str, list[str]] = {"fail": [], "warn": []}
    names = {table.name for table in touchable()}

    def fresh(found: re.Match[str]) -> str:
        return f"temp.fresh_{found[1]}" if found[1] in names else found[0]

    for table in touchable():
        for one in table.checks:
            _run(connection, one, _CORE.sub(fresh, one.query), faults)
    return _warnings(faults)


def _run(connection: Connection, one: Check, query: str, faults: dict[str, list[str]]) -> None:
    rows = connection.execute(f"SELECT * FROM ({query}) LIMIT 3").fetchall()
    if rows:
        shown = "; ".join(", ".join(str(value)[:60] for value in row[:4]) for row in rows)
        faults[one.level].append(f"core.{one.table}: {one.name}, but not in: {shown}")


def _warnings(faults: Mapping[str, list[str]]) -> list[str]:
    if faults["fail"]:
        raise CheckFailedError(
            "nothing was published, since a check does not hold. "
            + " | ".join(faults["fail"])
            + ". `detente rebuild` makes the tables anew from the archive; if that does not help, please report it"
        )
    return faults["warn"]


def _unique(table: str, key: list[str]) -> str:
    columns = ", ".join(key)
    return f"SELECT {columns}, count(*) AS times FROM core.{table} GROUP BY ALL HAVING count(*) > 1"


def _checks(table: str, text: str) -> list[Check]:
    heads = list(_CHECK.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        Check(
            table=table,
            name=head[2].strip(),
            level="fail" if head[1] == "fail" else "warn",
            query=text[head.end() : end].strip().rstrip(";"),
        )
        for head, end in zip(heads, ends, strict=True)
    ]
