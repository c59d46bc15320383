"""Saved versions of a page: a folder of files, each with its date in an index or in its name."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from detente.errors import UsageError

INDEX_NAMES = ("index.jsonl", "index.json", "index.csv")
_FILE_KEYS = ("file", "filename", "path", "name")
_DATE_KEYS = ("timestamp", "datetime", "date", "fetched_at", "captured_at")
# 2019-04-26T10:11:12Z, 2019-04-26, or the fourteen digits of a web archive
_STAMP = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?:[T_ -]?(\d{2})[:-]?(\d{2})[:-]?(\d{2})Z?)?(?!\d)")
_YEARS = range(1990, 2101)


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedVersion:
    """One saved version.

    Attributes:
        path: The file.
        at: When it was saved (UTC).
        url: Where it came from, if the index says so.
    """

    path: Path
    at: datetime
    url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedVersions:
    """What a folder holds.

    Attributes:
        versions: Oldest first.
        notes: What was left out, and why.
    """

    versions: tuple[SavedVersion, ...]
    notes: tuple[str, ...]


def saved_versions(folder: Path) -> SavedVersions:
    """The saved versions in a folder, by its index (JSON Lines, JSON or CSV with a file and a date), or by file names.

    Versions of one day keep the index's order (or that of their names), a second apart.

    Raises:
        UsageError: No such folder, an index that cannot be read, or nothing with a date.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; name the one that holds the saved versions")
    index = next((folder / name for name in INDEX_NAMES if (folder / name).is_file()), None)
    rows = _indexed(index, folder) if index else _named(folder)
    notes: list[str] = []
    found: list[SavedVersion] = []
    for path, stamp, url in rows:
        at = _moment(stamp)
        if at is None:
            notes.append(f"{path.name}: left out, since {stamp!r} holds no date")
        elif not path.is_file():
            notes.append(f"{path.name}: left out, since there is no such file")
        elif not path.resolve().is_relative_to(folder.resolve()):
            notes.append(f"{path.name}: left out, since it is a link that leads outside of {folder}")
        else:
            found.append(SavedVersion(path=path, at=at, url=url))
    if not found:
        raise UsageError(
            f"{folder}: no saved version with a date; put the date into each file's name (2024-03-01.html), "
            f"or beside them an {' or '.join(INDEX_NAMES)} with 'file' and 'date'"
        )
    found.sort(key=lambda version: version.at)
    for position in range(1, len(found)):  # two versions of one day must not become one moment
        if found[position].at <= found[position - 1].at:
            found[position] = replace(found[position], at=found[position - 1].at + timedelta(seconds=1))
    return SavedVersions(versions=tuple(found), notes=tuple(notes))


def _named(folder: Path) -> Iterator[tuple[Path, str, None]]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            yield path, path.name, None


def _indexed(index: Path, folder: Path) -> Iterator[tuple[Path, str, str | None]]:
    for number, row in enumerate(_index_rows(index), 1):
        file = next((row[key] for key in _FILE_KEYS if row.get(key)), None)
        stamp = next((row[key] for key in _DATE_KEYS if row.get(key)), None)
        if not isinstance(file, str) or stamp is None:
            raise UsageError(f"{index}: entry {number} needs a 'file' and a 'date'; it has {', '.join(map(str, row))}")
        path = (folder / file).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise UsageError(f"{index}: entry {number} names {file!r}, which is outside of {folder}")
        url = row.get("url")
        yield path, str(stamp), url if isinstance(url, str) and url.startswith(("http://", "https://")) else None


def _index_rows(index: Path) -> list[Mapping[str, object]]:
    try:
        text = index.read_text(encoding="utf-8-sig")
        if index.suffix == ".csv":
            return list(csv.DictReader(text.splitlines()))
        rows = json.loads(text) if index.suffix == ".json" else [json.loads(line) for line in text.splitlines() if line]
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{index}: cannot be read: {error}") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{index}: must hold a list of entries with 'file' and 'date'")
    return rows


def _moment(stamp: str) -> datetime | None:
    for found in _STAMP.finditer(stamp):
        year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
        if year in _YEARS:
            try:
                return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            except ValueError:
                continue
    return None
