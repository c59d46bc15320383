"""Reads the cells of an XLSX file, as `python -m desk.reading.sheet FILE`: a process of its own, with narrow limits.

A workbook is a zip of XML that a stranger may have made; what it does to its reader ends with this process. Formulas
are never worked out: a cell has the value that the program which saved the file left in it.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from itertools import count as count_from
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 10
MAX_UNPACKED = 50_000_000
MAX_PARTS = 2_000
MAX_ROWS = 5_000
MAX_COLUMNS = 200
# rows are counted past this one no more: a single cell in the last row of a sheet is a million rows
_MAX_ROW_NUMBER = 100_000
_MAX_CHARS = 20_000_000


class _RefusedError(Exception):
    """The file is no table that is read here; its text says why."""


def main(path: Path) -> int:
    """Writes a JSON line per row, `[number, cells]`, or one `{"fault": …}`; a cell is a text or `{"fault": …}`."""
    with suppress(ValueError, OSError):  # not every system knows this limit; the next one holds everywhere
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        _check(path)
        for line in _bounded(_lines(path)):
            sys.stdout.write(line + "\n")
    except _RefusedError as refused:
        sys.stdout.write(json.dumps({"fault": str(refused)}) + "\n")
    return 0


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    written = 0
    for line in lines:
        written += len(line)
        if written > _MAX_CHARS:
            raise _RefusedError("holds more text than a table of sightings may; split it")
        yield line


def _check(path: Path) -> None:
    """Looks at the zip's list of contents alone; the library never unpacks more than that list says."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _RefusedError("is no XLSX file, or one with a password; save it anew as XLSX or CSV") from None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise _RefusedError(
            f"unpacks to {unpacked // 1_000_000:,} MB in {len(parts):,} parts, which no table of sightings needs "
            f"({MAX_UNPACKED // 1_000_000} MB are the limit); save the rows as CSV"
        )


def _lines(path: Path) -> Iterator[str]:
    """A JSON line per row in which something stands, after a note where there is more than one sheet."""
    # imported here: with the memory limit on
    from openpyxl import load_workbook  # noqa: PLC0415

    warnings.simplefilter("ignore")  # of styles and extensions that do not concern the cells
    with _said_plainly("cannot be read as a workbook; save it anew as XLSX or CSV"):
        books = [load_workbook(path, read_only=True, data_only=only, keep_links=False) for only in (True, False)]
        sheets = [book.worksheets[0] for book in books]
        for sheet in sheets:
            sheet.reset_dimensions()  # what a file says of its size need not be so
    count = len(books[0].sheetnames)
    if count > 1:
        yield json.dumps({"note": f"only the first of its {count} sheets is read"})
    # each cell twice: its value, and whether that is the result of a formula
    pairs = zip(sheets[0].iter_rows(), sheets[1].iter_rows(), strict=True)
    for number in count_from(1):
        with _said_plainly("is damaged; save it anew as XLSX or CSV"):
            pair = next(pairs, None)
        if pair is None:
            return
        if number > _MAX_ROW_NUMBER:
            raise _RefusedError(f"has cells below row {_MAX_ROW_NUMBER:,}; delete them, or save the rows as CSV")
        cells = [_cell(shown, meant) for shown, meant in zip(*pair, strict=False)]
        while cells and cells[-1] == "":
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise _RefusedError(f"has more than {MAX_COLUMNS} columns in row {number}; delete what is no field")
        if cells:
            yield json.dumps([number, cells], ensure_ascii=True)


@contextmanager
def _said_plainly(fault: str) -> Iterator[None]:
    """The library raises whatever a broken file leads it to; only a lack of memory ends the process."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise _RefusedError(fault) from error


def _cell(shown: Any, meant: Any) -> str | dict[str, str]:
    """The value as people would type it; an error or a formula without a value is a fault."""
    value = shown.value
    if shown.data_type == "e":
        return {"fault": f"holds the error {value} of a formula"}
    match value:
        case None:
            if meant.data_type == "f":
                return {"fault": "holds a formula without its result; open the file, save it, and try again"}
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value).strip()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
