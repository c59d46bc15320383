"""The build: what was fetched and read becomes tables, checked and published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from detente.errors import WarehouseError
from detente.records import Dismissal, KnownRobots, LastFetch, Page, PageKind
from warehouse import judgements, load, readings, sightings, tables, waiting
from warehouse.archive import Archive
from warehouse.database import Connection, Warehouse, at_once
from warehouse.judgements import Judged
from warehouse.load import CompetitorRow
from warehouse.publish import Published, newest, publish, publish_touched
from warehouse.read import connect
from warehouse.readings import ReadBefore, ReadingRows, Unread
from warehouse.sightings import Incoming

# With more rows than these a file is sooner made anew than copied and mended.
_MOST_TOUCHED = 50_000


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


def finish(
    warehouse: Warehouse,
    rows: ReadingRows,
    now: datetime,
    keep: int,
    score: Callable[[], None] = lambda: None,
) -> Built:
    """Stores the readings, makes all tables anew, checks and publishes them.

    Args:
        warehouse: The warehouse.
        rows: What the readers saw.
        now: When the build was started.
        keep: How many published files are kept.
        score: Finds clusters, themes and scores of the items, while nobody holds the warehouse.

    Raises:
        CheckFailedError: A check does not hold; the tables stay as they were.
        StorageError: The disk refused.
    """
    with warehouse.section("build: tables") as connection:
        with at_once(connection):  # a reading without its observations would never be read again
            rows.store(connection)
        with at_once(connection):
            # until the rest is made of them, nobody takes these for whole
            sightings.set_mark(connection, "tables", "")
            sightings.set_mark(connection, "basis", "")
            found = set(tables.found_tables())
            before = [table for table in tables.tables() if table.name not in found]
            tables.build(connection, before)
            warnings = tables.check(connection, before)
    score()
    with warehouse.section("build: publish") as connection:
        with at_once(connection):
            after = [table for table in tables.tables() if table.name in found]
            tables.build(connection, after)
            warnings += tables.check(connection, after)
            sightings.set_mark(connection, "tables", tables.digest())
            sightings.set_mark(connection, "basis", "")
        changes = _column(connection, "SELECT change_id FROM core.change WHERE dismissed_by IS NULL")
        broken = dict(
            connection.execute("SELECT page_id, reason FROM core.page_health WHERE state = 'reader_broken'").fetchall()
        )
        unconfirmed = dict(connection.execute("SELECT page_id, looks_missing FROM core.unconfirmed_page").fetchall())
        published = _publish(connection, warehouse, now, keep)
    return Built(published=published, changes=changes, broken=broken, unconfirmed=unconfirmed, warnings=tuple(warnings))


def desk_mark(warehouse: Warehouse) -> str:
    """How far the desk has been loaded, in the desk's own words; empty before the first time."""
    with warehouse.section("ingest: recall") as connection:
        return sightings.mark(connection, "loaded")


def take_in_sightings(warehouse: Warehouse, incoming: Incoming, judged: Judged | None = None) -> None:
    """Loads sightings for the build that is to come; nothing is published here.

    Raises:
        CheckFailedError: A check on them does not hold; none of them is loaded, so that the build can go on.
    """
    with warehouse.section("build: load sightings") as connection, at_once(connection):
        _take(connection, incoming, judged)
        only = [table for table in tables.reading("sighting") if not table.after]
        tables.build(connection, only)
        tables.check(connection, only)


def ingest(
    warehouse: Warehouse,
    incoming: Incoming,
    now: datetime,
    keep: int,
    judged: Judged | None = None,
    score: Callable[[], None] = lambda: None,
) -> Published | None:
    """Loads sightings, makes anew what they concern, checks and publishes; None where nothing is new.

    Short sections: a build beside it loses nothing, and neither does this.

    Args:
        warehouse: The warehouse.
        incoming: Sightings of the desk.
        now: When the ingest was started.
        keep: How many published files are kept.
        judged: What people judged; None: as before.
        score: Finds clusters, themes and scores of what waits for them, while nobody holds the warehouse.

    Raises:
        CheckFailedError: A check does not hold; rows, tables and mark stay as they were.
        StorageError: The disk refused; what was loaded is published by the next one.
    """
    with warehouse.section("ingest: sightings") as connection:
        made = sightings.mark(connection, "tables") == tables.digest()
        # somebody removed the file: until the next build, what readers have knows more than this would tell
        bare = not made and _is_bare(connection) and _has_published(warehouse)
        is_published = _is_published(connection)
        is_empty = incoming.is_empty and not judgements.differ(connection, judged)
        if is_empty and (bare or (made and is_published)):
            return None
        with at_once(connection):
            differs = _take(connection, incoming, judged)
            if made and is_published and not differs:
                sightings.set_mark(connection, "published", _state(connection))
                return None
            if made:
                # what is found in them comes next
                _make_touched(connection, ("sighting", "item"))
            elif not bare:  # before the first build, and after an upgrade
                _make_all(connection)
        if bare:
            return None
    score()
    with warehouse.section("ingest: publish") as connection:
        with at_once(connection):
            is_fresh = sightings.mark(connection, "tables") == tables.digest()
            if is_fresh:
                _make_touched(connection)
            else:  # a build that is under way was faster than this; or it was killed
                _make_all(connection)
        return _publish(connection, warehouse, now, keep, is_fresh=is_fresh)


def forget(warehouse: Warehouse, archive: Archive, now: datetime) -> Published | None:
    """Writes the warehouse and its published file anew, so that no byte of what was deleted is left in either.

    DuckDB does not overwrite what it frees. Older published files are removed, and so are the archived scores of what
    may no longer be seen; None where there is no warehouse.

    Raises:
        StorageError: The disk refused; run it again.
    """
    if not warehouse.path.exists():
        return None
    from warehouse import scoring_rows  # noqa: PLC0415  (pandas takes half a second, which an ingest needs not)

    warehouse.compact()
    with warehouse.section("forget: publish") as connection:
        scoring_rows.forget(connection, archive)
        # a copy of what is published would have its bytes
        sightings.set_mark(connection, "basis", "")
        return _publish(connection, warehouse, now, keep=1)


def _take(connection: Connection, incoming: Incoming, judged: Judged | None) -> bool:
    differs = sightings.load(connection, incoming)
    return (judged is not None and judgements.load(connection, judged)) or differs


def _make_all(connection: Connection) -> list[str]:
    tables.build(connection)
    sightings.set_mark(connection, "tables", tables.digest())
    sightings.set_mark(connection, "basis", "")
    return tables.check(connection)


def _make_touched(connection: Connection, only: Collection[str] | None = None) -> None:
    touched = {name: ids for name, ids in _touched(connection).items() if only is None or name in only}
    tables.update(connection, touched)
    tables.check_fresh(connection)


def _touched(connection: Connection) -> dict[str, list[str]]:
    """By table, the rows that are not as in the newest published file."""
    return {table.name: waiting.ids_of(connection, table.name) for table in tables.touchable()}


def _is_bare(connection: Connection) -> bool:
    """Whether nothing of the archive has been loaded yet."""
    return not connection.execute("SELECT 1 FROM raw.log LIMIT 1").fetchall()


def _has_published(warehouse: Warehouse) -> bool:
    try:
        newest(warehouse.published)
    except WarehouseError:
        return False
    return True


def _is_published(connection: Connection) -> bool:
    return sightings.mark(connection, "published") == _state(connection)


def _state(connection: Connection) -> str:
    """How far the desk has been loaded, sightings and judgements."""
    judged = sightings.mark(connection, "judged")
    return sightings.mark(connection, "loaded") + (f" {judged}" if judged else "")


def _publish(
    connection: Connection, warehouse: Warehouse, now: datetime, keep: int, *, is_fresh: bool = False
) -> Published:
    """Publishes all; or, where what waits has just been made anew and nothing else differs, only that."""
    removed = sightings.mark(connection, "removed")
    basis, touched = _basis(connection, warehouse), _touched(connection)
    if not is_fresh or removed or basis is None or sum(map(len, touched.values())) > _MOST_TOUCHED:
        # what may no longer be seen does not stay in the files that older readers would find
        published = publish(connection, warehouse.published, now, 1 if removed else keep)
    else:
        published = publish_touched(connection, warehouse.published, now, keep, basis, touched)
    # after it, so that what a kill kept from being published is published by the next one
    with at_once(connection):
        sightings.set_mark(connection, "published", _state(connection))
        sightings.set_mark(connection, "removed", "")
        sightings.set_mark(connection, "basis", published.path.name)
        for name in touched:
            waiting.done(connection, name)
    return published


def _basis(connection: Connection, warehouse: Warehouse) -> Path | None:
    """The newest published file, if the tables are as it is but for the rows that wait; None where nobody knows."""
    name = sightings.mark(connection, "basis")
    try:
        found = newest(warehouse.published)
    except WarehouseError:
        return None
    return found.path if name == found.path.name else None


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
