"""What readers saw, on its way into the warehouse: once per set of facts, in one short section."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from detente.errors import StorageError
from detente.records import PageKind, Reading, content_key
from warehouse.database import Connection
from warehouse.json_lines import insert_files, to_json_line
from warehouse.observations import Facts

# What one statement loads; DuckDB takes several times as much memory for it.
_FILE_BYTES = 8 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A snapshot that the reader of its page has not read yet."""

    page_id: str
    kind: PageKind
    url: str
    snapshot: str
    content_type: str | None
    imported: bool


def options_of(selectors: Mapping[str, str], earlier: Sequence[Mapping[str, str]] = ()) -> str:
    """What tells one way of reading a page from another: empty without selectors."""
    if not selectors:
        return ""
    return content_key(*(f"{name}={one[name]}" for one in (selectors, *earlier) for name in sorted(one)))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadBefore:
    """How a page's newest snapshot was read, so that one with the same fingerprint need not be.

    Attributes:
        fingerprint: What the two would share.
        status: What came of it.
        reason: Why, where it is not `read`.
        how: What the reader went by.
        facts_id: What it saw.
        observations: How many.
    """

    fingerprint: str
    status: str
    reason: str
    how: str
    facts_id: str | None
    observations: int


class ReadingRows:
    """Readings as lines of files, gathered outside the lock and stored in one short section.

    Observations are kept only where their set of facts is new: a page that differs from its last version in noise
    alone adds one line. The files are gone when the context ends.
    """

    def __init__(self, known: Iterable[str], options: Mapping[str, str]) -> None:
        self._known = set(known)
        self._options = options
        self._folder = ExitStack()
        self._files: dict[str, list[IO[bytes]]] = {}
        self._longest: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._path = Path(self._folder.enter_context(tempfile.TemporaryDirectory(prefix="detente-")))
        return self

    def __exit__(self, *_: object) -> None:
        for files in self._files.values():
            for file in files:
                file.close()
        self._folder.close()

    def add(self, page_id: str, snapshot: str, reading: Reading, fingerprint: str) -> ReadBefore:
        """Takes what a reader saw in a snapshot; returns it as what is known of the page from now on.

        Raises:
            StorageError: The disk refused.
        """
        facts = Facts(page_id, reading.observations) if reading.observations else None
        before = ReadBefore(
            fingerprint=fingerprint,
            status=reading.status,
            reason=reading.reason,
            how=reading.how,
            facts_id=facts.facts_id if facts else None,
            observations=len(reading.observations),
        )
        self.add_again(page_id, snapshot, before, reader=reading.reader, version=reading.version)
        if facts and facts.facts_id not in self._known:
            self._known.add(facts.facts_id)
            # snapshots come in the order of their time: an observation keeps the words of the first
            for table, observations in facts.lines(snapshot, number=len(self._known)).items():
                self._write(table, observations)
        return before

    def add_again(self, page_id: str, snapshot: str, before: ReadBefore, *, reader: str, version: int) -> None:
        """Takes a snapshot that shows what the page showed before.

        Raises:
            StorageError: The disk refused.
        """
        options = self._options.get(page_id, "")
        key = content_key(page_id, snapshot, reader, version, options)
        row: dict[str, object] = {
            "reading_id": key, "page_id": page_id, "snapshot": snapshot, "reader": reader, "reader_version": version,
            "options": options,
        }  # fmt: skip
        self._write("reading", f"{to_json_line(row | asdict(before))}\n".encode())

    def store(self, connection: Connection) -> None:
        """Inserts what is not there yet."""
        for table, files in self._files.items():
            for file in files:
                file.flush()
                if table == "reading":
                    insert_files(connection, "raw.reading", [file.name], unless="reading_id")
                else:
                    _insert_observations(connection, table, file.name, self._longest[table])

    def _write(self, table: str, line: bytes) -> None:
        files = self._files.setdefault(table, [])
        try:
            if not files or files[-1].tell() > _FILE_BYTES:
                files.append((self._path / f"{table}-{len(files)}.jsonl").open("wb"))
            files[-1].write(line)
        except OSError as error:
            raise StorageError(
                f"{self._path}: cannot be written: {error.strerror}; make room there (or set TMPDIR), then run again"
            ) from error
        self._longest[table] = max(self._longest.get(table, 0), len(line))


def unread(connection: Connection) -> list[Unread]:
    """The snapshots that today's readers have not read, oldest first."""
    rows = connection.execute(
        """
        SELECT
            f.page_id, p.kind, arg_min(f.final_url, f.fetched_at), f.snapshot, arg_min(f.content_type, f.fetched_at),
            bool_and(f.origin = 'import')
        FROM raw.fetch AS f
        JOIN raw.page AS p ON p.page_id = f.page_id
        WHERE f.outcome = 'ok' AND f.snapshot IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM raw.reading AS r
                WHERE r.page_id = f.page_id AND r.snapshot = f.snapshot
                    AND r.reader_version = p.reader_version AND r.options = p.options
            )
        GROUP BY f.page_id, p.kind, f.snapshot
        ORDER BY min(f.fetched_at), f.page_id
        """
    ).fetchall()
    return [
        Unread(page_id=page_id, kind=kind, url=url, snapshot=snapshot, content_type=content_type, imported=imported)
        for page_id, kind, url, snapshot, content_type, imported in rows
    ]


def read_before(connection: Connection) -> dict[str, ReadBefore]:
    """By page, how its newest snapshot was read by today's reader."""
    rows = connection.execute(
        """
        SELECT r.page_id, r.fingerprint, r.status, r.reason, r.how, r.facts_id, r.observations
        FROM raw.reading AS r
        JOIN raw.page AS p ON p.page_id = r.page_id AND p.reader_version = r.reader_version AND p.options = r.options
        JOIN raw.fetch AS f ON f.page_id = r.page_id AND f.snapshot = r.snapshot
        WHERE r.fingerprint IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY r.page_id ORDER BY f.fetched_at DESC) = 1
        """
    ).fetchall()
    return {
        page_id: ReadBefore(
            fingerprint=fingerprint, status=status, reason=reason, how=how, facts_id=facts, observations=count
        )
        for page_id, fingerprint, status, reason, how, facts, count in rows
    }


def known_facts(connection: Connection) -> list[str]:
    """The sets of facts that the warehouse has."""
    return [row[0] for row in connection.execute("SELECT DISTINCT facts_id FROM raw.fact").fetchall()]


# Words that SQL keeps for itself, or that would say too little there.
_RENAMED = {"plan_group": "group", "limit_value": "limit"}


def _insert_observations(connection: Connection, table: str, path: str, longest: int) -> None:
    """Inserts sets of facts, and those of their observations that are new; no line is longer than `longest` bytes."""
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE raw.{table})").fetchall()
    names = {name: kind for name, kind in described if name not in ("observation_id", "page_id", "snapshot")}
    struct = ", ".join(f'"{_RENAMED.get(name, name)}" {kind}' for name, kind in names.items())
    columns = {
        "number": "BIGINT", "facts_id": "VARCHAR", "page_id": "VARCHAR", "snapshot": "VARCHAR", "ids": "VARCHAR[]",
        "observations": f"STRUCT({struct})[]",
    }  # fmt: skip
    options = f"format = 'newline_delimited', maximum_object_size = {longest + 1}, columns = {columns!r}"
    connection.execute(
        f"""
        INSERT INTO raw.fact
        SELECT s.facts_id, s.observation_id, s.position
        FROM (
            SELECT facts_id, unnest(ids) AS observation_id, generate_subscripts(ids, 1) - 1 AS position
            FROM read_json(?, {options})
        ) AS s
        WHERE NOT EXISTS (
            SELECT 1 FROM raw.fact AS t WHERE t.facts_id = s.facts_id AND t.observation_id = s.observation_id
        )
        """,
        [path],
    )
    picked = ", ".join(f's.o."{_RENAMED.get(name, name)}"' for name in names)
    connection.execute(
        f"""
        INSERT INTO raw.{table} (observation_id, page_id, snapshot, {", ".join(names)})
        SELECT s.observation_id, s.page_id, s.snapshot, {picked}
        FROM (
            SELECT number, page_id, snapshot, unnest(ids) AS observation_id, unnest(observations) AS o
            FROM read_json(?, {options})
        ) AS s
        WHERE s.observation_id NOT IN (SELECT observation_id FROM raw.{table})
        QUALIFY row_number() OVER (PARTITION BY s.observation_id ORDER BY s.number) = 1
        """,
        [path],
    )
