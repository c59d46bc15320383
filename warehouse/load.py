"""Loads the archive's logs and the readers' observations; loading the same again changes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Self

from detente.records import KnownRobots, LastFetch, Outcome, Page, PageKind, Reading, content_key
from warehouse.archive import Archive, to_json_line
from warehouse.database import Connection
from warehouse.observations import Facts

# DuckDB's reader takes a few times this much memory, whatever the lines are like.
_LOG_LINE = 1 << 20


Row = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class CompetitorRow:
    """A competitor as the warehouse knows it."""

    competitor: str
    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A snapshot that the reader of its page has not read yet."""

    page_id: str
    kind: PageKind
    url: str
    snapshot: str
    content_type: str | None
    imported: bool


def options_of(selectors: Mapping[str, str]) -> str:
    """What tells one way of reading a page from another: empty without selectors."""
    return content_key(*(f"{name}={selectors[name]}" for name in sorted(selectors))) if selectors else ""


def load_workspace(
    connection: Connection,
    competitors: Sequence[CompetitorRow],
    pages: Sequence[Page],
    reader_versions: Mapping[PageKind, int],
) -> None:
    """Puts the workspace's competitors and pages in the place of those of the build before.

    Pages that are no longer watched stay known by what was fetched of them.
    """
    connection.execute("DELETE FROM raw.competitor")
    connection.execute("DELETE FROM raw.page")
    _insert(
        connection,
        "raw.competitor",
        [{"competitor": c.competitor, "name": c.name, "aliases": c.aliases, "domains": c.domains} for c in competitors],
    )
    _insert(
        connection,
        "raw.page",
        [
            {
                "page_id": p.page_id, "competitor": p.competitor, "url": p.url, "kind": p.kind,
                "every_hours": p.every_hours, "render": p.render, "watched": True, "options": options_of(p.selectors),
                "reader_version": reader_versions[p.kind],
            }
            for p in pages
        ],
    )  # fmt: skip
    versions = [{"kind": kind, "version": version} for kind, version in reader_versions.items()]
    for row in versions:
        connection.execute(
            """
            INSERT INTO raw.page
            SELECT page_id, any_value(competitor), arg_max(url, fetched_at), kind, NULL, FALSE, FALSE, '', ?
            FROM raw.fetch
            WHERE kind = ? AND page_id NOT IN (SELECT page_id FROM raw.page)
            GROUP BY page_id, kind
            """,
            [row["version"], row["kind"]],
        )


def load_logs(connection: Connection, archive: Archive, now: datetime) -> int:
    """Loads the logs that are not in the warehouse yet and returns how many there were."""
    loaded = {name for (name,) in connection.execute("SELECT name FROM raw.log").fetchall()}
    count = 0
    for kind, table, key in (("fetches", "raw.fetch", "fetch_id"), ("runs", "raw.run", "run_id")):
        logs = [path for path in archive.logs(kind) if archive.name_of(path) not in loaded]
        if logs:
            _insert_files(connection, table, [str(path) for path in logs], unless=key)
            names = [{"name": archive.name_of(path), "kind": kind, "loaded_at": now} for path in logs]
            _insert(connection, "raw.log", names)
            count += len(logs)
    return count


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
        self._files: dict[str, IO[bytes]] = {}
        self._longest: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._path = Path(self._folder.enter_context(tempfile.TemporaryDirectory(prefix="detente-")))
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()
        self._folder.close()

    def add(self, page_id: str, snapshot: str, reading: Reading, fingerprint: str) -> ReadBefore:
        """Takes what a reader saw in a snapshot; returns it as what is known of the page from now on.

        Raises:
            OSError: The disk refused.
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
            OSError: The disk refused.
        """
        options = self._options.get(page_id, "")
        key = content_key(page_id, snapshot, reader, version, options)
        row: Row = {
            "reading_id": key, "page_id": page_id, "snapshot": snapshot, "reader": reader, "reader_version": version,
            "options": options,
        }  # fmt: skip
        self._write("reading", f"{to_json_line(row | asdict(before))}\n".encode())

    def store(self, connection: Connection) -> None:
        """Inserts what is not there yet."""
        for table, file in self._files.items():
            file.flush()
            if table == "reading":
                _insert_files(connection, "raw.reading", [file.name], unless="reading_id")
            else:
                _insert_observations(connection, table, file.name, self._longest[table])

    def _write(self, table: str, line: bytes) -> None:
        if table not in self._files:
            self._files[table] = (self._path / f"{table}.jsonl").open("wb")
        self._files[table].write(line)
        self._longest[table] = max(self._longest.get(table, 0), len(line))


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


def last_fetches(connection: Connection) -> dict[str, LastFetch]:
    """What the fetch log remembers of each page, by its id."""
    rows = connection.execute(
        """
        WITH answered AS (
            SELECT *, row_number() OVER (PARTITION BY page_id ORDER BY fetched_at DESC, fetch_id) AS newest
            FROM raw.fetch
            WHERE kind <> 'robots' AND origin = 'web' AND outcome IN ('ok', 'not_modified')
        ),
        fulls AS (
            SELECT page_id, max(fetched_at) AS full_at
            FROM raw.fetch
            WHERE origin = 'web' AND outcome = 'ok' AND NOT conditional
            GROUP BY page_id
        ),
        waits AS (
            SELECT page_id, arg_max(retry_after_s, fetched_at) AS retry_after_s, max(fetched_at) AS fetched_at
            FROM raw.fetch
            WHERE kind <> 'robots' AND origin = 'web'
            GROUP BY page_id
        )
        SELECT
            w.page_id, a.url, a.snapshot, a.etag, a.last_modified, a.fetched_at,
            (
                SELECT count(*) FROM raw.fetch AS c
                WHERE c.page_id = w.page_id AND c.conditional
                    AND c.fetched_at > coalesce(u.full_at, TIMESTAMP '0001-01-01')
            ),
            CASE WHEN newest_wait.retry_after_s IS NOT NULL THEN w.fetched_at END, newest_wait.retry_after_s
        FROM waits AS w
        LEFT JOIN answered AS a ON a.page_id = w.page_id AND a.newest = 1
        LEFT JOIN fulls AS u ON u.page_id = w.page_id
        LEFT JOIN raw.fetch AS newest_wait ON newest_wait.page_id = w.page_id AND newest_wait.fetched_at = w.fetched_at
            AND newest_wait.outcome = 'rate_limited'
        """
    ).fetchall()
    found = {}
    for page_id, url, snapshot, etag, last_modified, fetched_at, since_full, asked_at, wait_s in rows:
        found[page_id] = LastFetch(
            page_id=page_id,
            url=url or "",
            snapshot=snapshot,
            etag=etag,
            last_modified=last_modified,
            fetched_at=_aware(fetched_at),
            checks_since_full=since_full,
            not_before=asked_at.replace(tzinfo=UTC) + timedelta(seconds=wait_s) if wait_s and asked_at else None,
        )
    return found


def known_robots(connection: Connection, archive: Archive) -> dict[str, KnownRobots]:
    """The last robots.txt of every origin, with the last good copy of its text."""
    rows = connection.execute(
        """
        SELECT
            page_id, max(fetched_at), arg_max(outcome, fetched_at),
            arg_max(snapshot, fetched_at) FILTER (WHERE outcome IN ('ok', 'not_modified'))
        FROM raw.fetch
        WHERE kind = 'robots'
        GROUP BY page_id
        """
    ).fetchall()
    return {
        page_id.removeprefix("robots:"): KnownRobots(
            origin=page_id.removeprefix("robots:"),
            fetched_at=fetched_at.replace(tzinfo=UTC),
            outcome=Outcome(outcome),
            body=archive.get(snapshot) if snapshot else None,
        )
        for page_id, fetched_at, outcome, snapshot in rows
    }


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _insert(connection: Connection, table: str, rows: Sequence[Row], unless: str = "") -> None:
    """Inserts rows through DuckDB's own JSON reader: typed by the table, and never row by row."""
    if not rows:
        return
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        path = Path(folder) / "rows.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{to_json_line(row)}\n" for row in rows)
        _insert_files(connection, table, [str(path)], unless=unless)


def _insert_files(connection: Connection, table: str, paths: list[str], unless: str = "") -> None:
    """Inserts the rows of these JSON files, less those whose key is in the table or comes twice."""
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
    columns = dict(described)
    names = ", ".join(columns)
    options = f"format = 'newline_delimited', maximum_object_size = {_LOG_LINE}, columns = {columns!r}"
    query = f"SELECT {names} FROM read_json(?, {options}) AS s"
    if unless:
        same = " AND ".join(f"t.{key.strip()} = s.{key.strip()}" for key in unless.split(","))
        query += (
            f" WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE {same})"
            f" QUALIFY row_number() OVER (PARTITION BY {unless}) = 1"
        )
    connection.execute(f"INSERT INTO {table} ({names}) {query}", [paths])


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
