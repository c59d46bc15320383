"""A CSV or XLSX file with a sighting per row, as submissions."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.reading import sheet
from detente.errors import StorageError, SubmissionError, UsageError
from detente.fields import as_word, competitor_fields, known_as, submission_of
from detente.sightings import Submission
from detente.toml_file import nearest
from detente.workspace import Competitor

MAX_BYTES = 20_000_000
MAX_ROWS = sheet.MAX_ROWS
_SECONDS = 60.0
_REPORTER = "reporter"
# ids of rows are made in here, so that a file that is imported again names the same sightings
_ROWS = uuid.UUID("5b0f3c1e-4a52-4a43-9c0c-6d5a0a6f7f11")

Cell = str | Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    """One row of the file.

    Attributes:
        number: As a spreadsheet counts: the header is row 1.
        reporter: E-mail address in lower case; empty where the file names none.
        submission: None where the row has faults.
        faults: What is wrong, by field.
    """

    number: int
    reporter: str
    submission: Submission | None
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableFile:
    """A table as it was read.

    Attributes:
        rows: In the file's order; rows in which nothing stands are left out.
        notes: What a person should know of how it was read.
    """

    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]


def read_table(path: Path, competitors: Iterable[Competitor], reporter: str = "") -> TableFile:
    """Reads a table of sightings.

    The first row names the fields. A row without an `id` gets one that is made of its reporter and its content, so
    that importing a file again changes nothing.

    Args:
        path: The file; what its name ends in says which kind it is.
        competitors: Those that are known, by slug, name or alias.
        reporter: E-mail address of whom the rows are by, where the file has no such column.

    Raises:
        UsageError: The file is missing, or of no kind that is read here.
        SubmissionError: It cannot be read as a table, or a column is unknown.
    """
    kind = path.suffix.casefold()
    if kind not in (".csv", ".xlsx"):
        raise UsageError(f"{path}: tables end in .csv or .xlsx; save it as one of them")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _fault(path, f"has {size:,} bytes, and {MAX_BYTES:,} are the limit; split it")
        lines, notes = _csv(path) if kind == ".csv" else _xlsx(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {error.strerror}") from None
    if not lines:
        raise _fault(path, "is empty; its first row names the fields, such as: text,competitor,source")
    columns = _columns(path, lines[0][1])
    if len(lines) - 1 > MAX_ROWS:
        raise _fault(path, f"has {len(lines) - 1:,} rows, and {MAX_ROWS:,} are the limit; split it")
    known = tuple(competitors)
    rows = (_row(number, columns, cells, known, reporter) for number, cells in lines[1:] if any(cells))
    return TableFile(rows=tuple(rows), notes=notes)


def _fault(path: Path, text: str) -> SubmissionError:
    return SubmissionError({"": f"{path.name}: {text}"})


def _columns(path: Path, titles: Sequence[Cell]) -> list[str]:
    """The field of each column; empty for a column without a title."""
    columns: list[str] = []
    choices = [*Submission.model_fields, _REPORTER]
    for position, title in enumerate(titles, 1):
        if not isinstance(title, str):
            raise _fault(path, f"the title of column {position} {title['fault']}")
        name = known_as(title, (_REPORTER,)) if title.strip() else ""
        if name is None or name == "sent_at":
            raise _fault(path, f"unknown column {title.strip()[:60]!r}{nearest(title.strip().casefold(), choices)}")
        if name and name in columns:
            raise _fault(path, f"column {title.strip()[:60]!r} names {name!r} a second time; keep one of the two")
        columns.append(name)
    if "text" not in columns:
        raise _fault(path, "no column 'text' (or 'what happened'); the first row names the fields")
    return columns


def _row(
    number: int, columns: Sequence[str], cells: Sequence[Cell], competitors: Sequence[Competitor], reporter: str
) -> TableRow:
    fields: dict[str, str] = {}
    faults: dict[str, str] = {}
    for position, cell in enumerate(cells):
        name = columns[position] if position < len(columns) else ""
        if not isinstance(cell, str):
            faults[name] = cell["fault"]
        elif cell.strip() and not name:
            faults[""] = f"has a value in column {position + 1}, which has no title"
        elif cell.strip():
            fields[name] = cell.strip()
    who = fields.pop(_REPORTER, reporter).casefold()
    row_id = fields.pop("sighting_id", "").casefold() or _row_id(who, fields)
    values: dict[str, Any] = {name: as_word(name, value) for name, value in fields.items()}
    values |= competitor_fields(values.pop("competitor", ""), competitors)
    try:
        submission = submission_of({"sighting_id": row_id, **values})
    except SubmissionError as error:
        faults = error.faults | faults
    if faults:
        faults = {("id" if name == "sighting_id" else name): fault for name, fault in faults.items()}
        return TableRow(number=number, reporter=who, submission=None, faults=faults)
    return TableRow(number=number, reporter=who, submission=submission)


def _row_id(reporter: str, fields: Mapping[str, str]) -> str:
    return str(uuid.uuid5(_ROWS, json.dumps([reporter, sorted(fields.items())], ensure_ascii=True)))


def _csv(path: Path) -> tuple[list[tuple[int, list[Cell]]], tuple[str, ...]]:
    import pandas as pd  # noqa: PLC0415  (takes half a second, which no other command should)

    text, notes = _text(path)
    heading = text.split("\n", 1)[0]
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=max(",;\t", key=heading.count),
            header=None,
            # more than any row has: what stands beyond the titled columns is a fault of its row, not of the file
            names=range(sheet.MAX_COLUMNS),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            nrows=MAX_ROWS + 2,
            engine="python",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise _fault(path, f"cannot be read as CSV: {error}") from None
    table = frame.fillna("").to_numpy(dtype=object).tolist()
    return [(number, _without_empty_end(row)) for number, row in enumerate(table, 1) if any(row)], notes


def _without_empty_end(cells: list[Cell]) -> list[Cell]:
    filled = max((position for position, cell in enumerate(cells, 1) if cell), default=0)
    return cells[:filled]


def _text(path: Path) -> tuple[str, tuple[str, ...]]:
    """The file's text; spreadsheets write UTF-8 with a mark, UTF-16, or the code page of Windows."""
    body = path.read_bytes()
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    notes: tuple[str, ...] = ()
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = body.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _fault(path, f"is neither UTF-8 nor Windows text (byte {error.start}); save it as UTF-8") from None
        notes = ("it is no UTF-8 and was read as Windows text (cp1252); look at the accents",)
    if "\0" in text:
        raise _fault(path, "is no text: it holds NUL characters; save it as CSV in UTF-8")
    return text, notes


def _xlsx(path: Path) -> tuple[list[tuple[int, list[Cell]]], tuple[str, ...]]:
    """What the child process reads; whatever becomes of it, this process goes on."""
    command = [sys.executable, "-m", "desk.reading.sheet", str(path.resolve())]
    # numpy, which the library loads, would take a gigabyte of address space for its threads
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603  (our own module, and a path)
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _fault(path, "takes too long to read; save the rows as CSV") from None
    if done.returncode != 0:
        raise _fault(path, "needs more memory or time than a table of sightings may; save the rows as CSV")
    lines: list[tuple[int, list[Cell]]] = []
    notes: list[str] = []
    for line in done.stdout.splitlines():
        match json.loads(line):
            case {"fault": fault}:
                raise _fault(path, fault)
            case {"note": note}:
                notes.append(note)
            case [number, cells]:
                lines.append((number, cells))
    return lines, tuple(notes)
