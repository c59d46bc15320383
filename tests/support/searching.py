"""Looks for words wherever they could stand: in the bytes of files, in zips, and in compressed columns."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb


def files_with(folder: Path, words: Sequence[bytes], without: Sequence[str] = ()) -> list[str]:
    """Files below a folder that hold one of the words, as paths; what begins with a path of `without` is left out."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if not name.startswith(tuple(without)) and any(word in body for body in _bodies(path) for word in words):
            found.append(name)
    return found


def columns_with(file: Path, word: str) -> list[str]:
    """Tables of a DuckDB file that hold the word; DuckDB compresses texts, so that bytes alone prove little."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{file}' AS looked (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'looked'"
        ).fetchall()
        assert tables
        for schema, table in tables:
            question = f"SELECT count(*) FROM looked.{schema}.{table} AS one WHERE contains(one::VARCHAR, ?)"
            if connection.execute(question, [word]).fetchall() != [(0,)]:
                found.append(f"{schema}.{table}")
    return found


def _bodies(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield packed.read(name)
