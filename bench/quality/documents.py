"""Reads unlabelled release notes and posts, and looks up in its source every date that was read from them."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from detente.records import Document, ReadStatus, ReleaseEntry
from sources import readers

__all__ = ["Documents", "Invented", "is_stated", "measure"]

_NOT_DOCUMENTS = ("index.json", "_index.json")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Invented:
    """A date that its document does not state.

    Attributes:
        document: Path below the folder.
        entry: Version or title.
        date: Day that was read, or the text that it was said to come from.
    """

    document: str
    entry: str
    date: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Documents:
    """What was read from a folder.

    Attributes:
        documents: Number of files.
        read: Of those, with at least one entry.
        empty: Path and reason of those without.
        not_parsed: Path and reason of those that are not text, or broken.
        crashed: Path and exception; the rule is that there is none.
        formats: Documents by the format that they were read as.
        entries: Number of entries.
        dated: Entries with a day.
        undated: Entries without.
        invented: Dates that the document does not state.
        seconds: Time for reading all of them, without looking up the dates.
        median_ms: Median time of a document, in milliseconds.
    """

    documents: int
    read: int
    empty: Mapping[str, str]
    not_parsed: Mapping[str, str]
    crashed: Mapping[str, str]
    formats: Mapping[str, int]
    entries: int
    dated: int
    undated: int
    invented: Sequence[Invented]
    seconds: float
    median_ms: float


def measure(folder: Path, *, pattern: str = "*") -> Documents:
    """Reads every file below a folder as release notes; lists of what is in the folder are passed over.

    Args:
        folder: Any folder.
        pattern: Only files of such a name.
    """
    empty: dict[str, str] = {}
    not_parsed: dict[str, str] = {}
    crashed: dict[str, str] = {}
    formats: Counter[str] = Counter()
    invented: list[Invented] = []
    times: list[float] = []
    entries = dated = 0
    for path in _files(folder, pattern):
        name = path.relative_to(folder).as_posix()
        document = Document(body=path.read_bytes(), url=path.resolve().as_uri())
        start = time.perf_counter()
        try:
            reading = readers.read("release_notes", document)
        except Exception as error:  # noqa: BLE001  counting them is what this is for
            crashed[name] = f"{type(error).__name__}: {error}"[:200]
            continue
        finally:
            times.append(time.perf_counter() - start)
        if reading.status is ReadStatus.NOT_PARSED:
            not_parsed[name] = reading.reason
        elif not reading.observations:
            empty[name] = reading.reason
        else:
            formats[reading.how] += 1
        found = [each for each in reading.observations if isinstance(each, ReleaseEntry)]
        entries += len(found)
        dated += sum(1 for each in found if each.published_on)
        invented.extend(_invented(found, document, name))
    return Documents(
        documents=len(times),
        read=sum(formats.values()),
        empty=empty,
        not_parsed=not_parsed,
        crashed=crashed,
        formats=dict(formats.most_common()),
        entries=entries,
        dated=dated,
        undated=entries - dated,
        invented=tuple(invented),
        seconds=sum(times),
        median_ms=1000 * sorted(times)[len(times) // 2] if times else 0.0,
    )


def is_stated(entry: ReleaseEntry, sources: Iterable[str]) -> bool:
    """Whether a document states an entry's date.

    The verbatim text of the date must occur; the day and the month must be in it, the month as a number or a word;
    and so must the year, unless it stands elsewhere in the document (a heading such as "2026").

    Args:
        entry: As read.
        sources: The document with its white space folded, in every form in which the date may stand: with and without
            markup, and its address.
    """
    if not entry.published_on:
        return not entry.published_text or any(entry.published_text in source for source in sources)
    sources = [source for source in sources if entry.published_text and entry.published_text in source]
    numbers = [int(number) for number in _NUMBER.findall(entry.published_text)]
    day = entry.published_on
    has_month = day.month in numbers or bool(_WORD.search(entry.published_text))
    has_year = day.year in numbers or any(str(day.year) in source for source in sources)
    return bool(sources) and day.day in numbers and has_month and has_year


def _invented(entries: Sequence[ReleaseEntry], document: Document, name: str) -> list[Invented]:
    text = document.body.decode("utf-8", "replace")
    sources = [" ".join(each.split()) for each in (text, unescape(text), unescape(_TAG.sub(" ", text)), document.url)]
    return [
        Invented(
            document=name,
            entry=entry.version or entry.title or entry.place,
            date=entry.published_on.isoformat() if entry.published_on else entry.published_text,
        )
        for entry in entries
        if not is_stated(entry, sources)
    ]


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.rglob(pattern) if path.is_file() and path.name not in _NOT_DOCUMENTS)
