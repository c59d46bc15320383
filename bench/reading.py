"""How long reading a page takes beside what BeautifulSoup with lxml takes merely to parse it.

Run as a program it measures once: `python -m bench.reading FOLDER`, each document in a process in which it has not been
read before, since readers remember what lines mean.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

from bench.measure import ROOT
from detente.records import Document, PageKind
from sources import readers

ROUNDS = 5
_SETS: Sequence[tuple[str, PageKind]] = (("pricing", "pricing"), ("releases", "release_notes"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """One document.

    Attributes:
        document: Its name.
        kind: Which reader read it.
        size: Bytes.
        read_ms: Decode, parse, extract and normalise; median over the rounds.
        parse_ms: `BeautifulSoup(body, "lxml")`; median over the rounds.
    """

    document: str
    kind: PageKind
    size: int
    read_ms: float
    parse_ms: float

    @property
    def is_markup(self) -> bool:
        """HTML or XML: what BeautifulSoup parses as more than one text."""
        return not self.document.endswith((".md", ".rst", ".txt"))

    @property
    def ratio(self) -> float:
        """Our time as a share of merely parsing."""
        return self.read_ms / self.parse_ms


def measure(gold: Path) -> list[Timing]:
    """Times every open document, several times, in processes of their own.

    Args:
        gold: The folder with the labelled sets.
    """
    rounds = [
        json.loads(
            subprocess.run(
                [sys.executable, "-m", "bench.reading", str(gold), str(number)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for number in range(ROUNDS)
    ]
    return [
        Timing(
            document=path.name,
            kind=kind,
            size=path.stat().st_size,
            read_ms=statistics.median(one[path.name][0] for one in rounds),
            parse_ms=statistics.median(one[path.name][1] for one in rounds),
        )
        for path, kind in _documents(gold)
    ]


def _documents(gold: Path) -> list[tuple[Path, PageKind]]:
    return [
        (path, kind)
        for name, kind in _SETS
        for path in sorted((gold / name / "open").iterdir())
        if path.suffix != ".json"
    ]


def _once(gold: Path, number: int) -> dict[str, tuple[float, float]]:
    """Milliseconds of reading and of parsing, by document; who goes first changes with the round."""
    taken: dict[str, tuple[float, float]] = {}
    warm = Document(body=b"<p>Basic</p><p>$1 / month</p>", url="https://warm.example/")
    for kind in ("pricing", "release_notes"):
        readers.read(kind, warm)
    BeautifulSoup(warm.body, "lxml")
    for position, (path, kind) in enumerate(_documents(gold)):
        body = path.read_bytes()
        document = Document(body=body, url=path.as_uri())
        if (number + position) % 2:
            read, parsed = _timed_read(kind, document), _timed_parse(body)
        else:
            parsed, read = _timed_parse(body), _timed_read(kind, document)
        taken[path.name] = read, parsed
    return taken


def _timed_read(kind: PageKind, document: Document) -> float:
    began = time.perf_counter()
    readers.read(kind, document)
    return 1000 * (time.perf_counter() - began)


def _timed_parse(body: bytes) -> float:
    began = time.perf_counter()
    BeautifulSoup(body, "lxml")
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps(_once(Path(sys.argv[1]), int(sys.argv[2]))))
