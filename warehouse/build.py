"""The build: what was fetched and read becomes tables, checked and published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import duckdb

from detente.errors import WarehouseError
from detente.records import Dismissal, KnownRobots, LastFetch, Page, PageKind
from warehouse import load, readings, tables
from warehouse.archive import Archive
from warehouse.database import Connection, Warehouse
from warehouse.load import CompetitorRow
from warehouse.publish import Published, newest, publish
from warehouse.read import connect
from warehouse.readings import ReadBefore, ReadingRows, Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What the fetch log remembers before a collection.

    Attributes:
        last: By page.
        robots: By origin.
    """

    last: Mapping[str, LastFetch]
    robots: Mapping[str, KnownRobots]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToRead:
    """What the readers have before them.

    Attributes:
        unread: Snapshots, the oldest first.
        known_facts: Sets of facts that the warehouse has.
        before: By page, how its newest snapshot was read.
    """

    unread: Sequence[Unread]
    known_facts: Sequence[str]
    before: Mapping[str, ReadBefore]


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What a build made.

    Attributes:
        published: The new published file.
        changes: Changes in it that nobody has dismissed, by id.
        broken: Watched pages that answer, but from which their reader no longer gets anything, each with why.
        unconfirmed: Watched pages that need further looks before a change is told, and how many.
        warnings: Checks that warn.
    """

    published: Published
    changes: frozenset[str]
    broken: Mapping[str, str]
    unconfirmed: Mapping[str, int]
    warnings: tuple[str, ...]


def recall(warehouse: Warehouse, archive: Archive, now: datetime) -> Memory:
    """Loads what the archive has, and says what the fetch log remembers. Takes one short section.

    Raises:
        WarehouseError: Busy, of a newer version, or damaged.
    """
    with warehouse.section("collect: recall") as connection:
        load.load_logs(connection, archive, now)
        return Memory(last=load.last_fetches(connection), robots=load.known_robots(connection, archive))


def take_in(
    warehouse: Warehouse,
    archive: Archive,
    competitors: Sequence[CompetitorRow],
    pages: Sequence[Page],
    reader_versions: Mapping[PageKind, int],
    now: datetime,
    dismissals: Sequence[Dismissal] = (),
    own_versions: Mapping[str, int] | None = None,
) -> ToRead:
    """Loads the workspace and the archive's logs; returns what the readers have to read."""
    with warehouse.section("build: load logs") as connection:
        load.load_workspace(connection, competitors, pages, reader_versions, dismissals, own_versions or {})
        load.load_logs(connection, archive, now)
        return ToRead(
            unread=readings.unread(connection),
            known_facts=readings.known_facts(connection),
            before=readings.read_before(connection),
        )


def finish(warehouse: Warehouse, rows: ReadingRows, now: datetime, keep: int) -> Built:
    """Stores the readings, makes all tables anew, checks and publishes them.

    Raises:
        CheckFailedError: A check does not hold; the tables stay as they were.
        StorageError: The disk refused.
    """
    with warehouse.section("build: tables") as connection:
        with _at_once(connection):  # a reading without its observations would never be read again
            rows.store(connection)
        with _at_once(connection):
            tables.build(connection)
            warnings = tables.check(connection)
        changes = _column(connection, "SELECT change_id FROM core.change WHERE dismissed_by IS NULL")
        broken = dict(
            connection.execute("SELECT page_id, reason FROM core.page_health WHERE state = 'reader_broken'").fetchall()
        )
        unconfirmed = dict(connection.execute("SELECT page_id, looks_missing FROM core.unconfirmed_page").fetchall())
        published = publish(connection, warehouse.published, now, keep)
    return Built(published=published, changes=changes, broken=broken, unconfirmed=unconfirmed, warnings=tuple(warnings))


@contextmanager
def _at_once(connection: Connection) -> Iterator[None]:
    """One transaction: all of it, or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def change_ids(warehouse: Warehouse) -> frozenset[str]:
    """The changes that the newest published file holds and that nobody has dismissed; none before the first."""
    try:
        published = newest(warehouse.published)
    except WarehouseError:
        return frozenset()
    with connect(published) as connection:
        try:
            return _column(connection, "SELECT change_id FROM change WHERE dismissed_by IS NULL")
        except duckdb.Error:
            return frozenset()


def _column(connection: Connection, question: str) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute(question).fetchall())
