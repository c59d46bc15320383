"""Loads the workspace and the archive's logs, and recalls what they say; loading the same again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from detente.records import Dismissal, KnownRobots, LastFetch, Outcome, Page, PageKind
from warehouse.archive import Archive
from warehouse.database import Connection
from warehouse.json_lines import Row, insert_files, insert_rows
from warehouse.readings import options_of


@dataclass(frozen=True, kw_only=True, slots=True)
class CompetitorRow:
    """A competitor as the warehouse knows it."""

    competitor: str
    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


def load_workspace(
    connection: Connection,
    competitors: Sequence[CompetitorRow],
    pages: Sequence[Page],
    reader_versions: Mapping[PageKind, int],
    dismissals: Sequence[Dismissal],
    own_versions: Mapping[str, int],
) -> None:
    """Puts the workspace's competitors, pages and dismissals in the place of those of the build before.

    Pages that are no longer watched stay known by what was fetched of them.

    Args:
        connection: The warehouse.
        competitors: As in the workspace.
        pages: As in the workspace.
        reader_versions: Versions of the built-in readers.
        dismissals: As in the workspace.
        own_versions: By page id, the version of the reader of each page that is not read by a built-in one.
    """
    connection.execute("DELETE FROM raw.competitor")
    connection.execute("DELETE FROM raw.page")
    connection.execute("DELETE FROM raw.dismissal")
    insert_rows(connection, "raw.dismissal", [_dismissal_row(rule) for rule in dismissals])
    insert_rows(
        connection,
        "raw.competitor",
        [{"competitor": c.competitor, "name": c.name, "aliases": c.aliases, "domains": c.domains} for c in competitors],
    )
    insert_rows(
        connection,
        "raw.page",
        [
            {
                "page_id": p.page_id, "competitor": p.competitor, "url": p.url, "kind": p.kind,
                "every_hours": p.every_hours, "render": p.render, "watched": True,
                "options": options_of(p.selectors, p.earlier_selectors),
                "reader_version": own_versions.get(p.page_id, reader_versions[p.kind]),
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


def _dismissal_row(rule: Dismissal) -> Row:
    old, new = rule.between or (None, None)
    return {
        "rule_id": rule.rule_id, "page_id": rule.page_id, "kind": rule.kind, "subject": rule.subject,
        "any_value": rule.between is None, "old": old, "new": new, "because": rule.because, "since": rule.since,
    }  # fmt: skip


def load_logs(connection: Connection, archive: Archive, now: datetime) -> int:
    """Loads the logs that are not in the warehouse yet and returns how many there were."""
    loaded = {name for (name,) in connection.execute("SELECT name FROM raw.log").fetchall()}
    count = 0
    for kind, table, key in (("fetches", "raw.fetch", "fetch_id"), ("runs", "raw.run", "run_id")):
        logs = [path for path in archive.logs(kind) if archive.name_of(path) not in loaded]
        if logs:
            insert_files(connection, table, [str(path) for path in logs], unless=key)
            names = [{"name": archive.name_of(path), "kind": kind, "loaded_at": now} for path in logs]
            insert_rows(connection, "raw.log", names)
            count += len(logs)
    return count


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
