"""A look at one page as it is now, beside what is known of it; nothing is written to the archive or the warehouse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import reports
import warehouse
from detente.clock import Clock, SystemClock
from detente.errors import UsageError, WarehouseError
from detente.records import (
    Document,
    Observation,
    Outcome,
    Page,
    PageKind,
    PlanFeature,
    PlanPrice,
    Reading,
    ReadStatus,
    ReleaseEntry,
)
from detente.workspace import Workspace
from flows.reading import read_document
from sources import readers
from sources.fetch import fetch_one
from sources.own_readers import OwnReader, readers_of
from sources.suggest import Suggested, suggest
from warehouse import Archive


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What is known of a page.

    Attributes:
        source: `published` (what the newest published file believes), `snapshot` (the newest in the archive, read
            again), or `nothing`.
        at: When that was last seen on the page.
        observations: The facts.
    """

    source: str
    at: datetime | None = None
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A page now and before.

    Attributes:
        page: The page.
        url: Where what is read now came from.
        reading: What its reader sees now.
        before: What is known of it.
        suggested: Selectors that would read it better, where it is not read well.
    """

    page: Page
    url: str
    reading: Reading
    before: Before
    suggested: tuple[Suggested, ...]


def look(workspace: Workspace, page: Page, file: Path | None = None, clock: Clock | None = None) -> Look:
    """Fetches the page, politely and once, or takes a saved file in its place, and reads it with its reader.

    Raises:
        UsageError: The page does not answer, or the file cannot be read.
    """
    own = readers_of(workspace.root, [page]).get(page.page_id)
    document = _saved(page, file) if file else _fetched(workspace, page, clock or SystemClock())
    reading = read_document(page.kind, document, own, page.earlier_selectors, imported=False)
    return Look(
        page=page,
        url=document.url,
        reading=reading,
        before=_known(workspace, page) or _read_again(workspace, page, own),
        suggested=() if own else _better(page.kind, document, reading),
    )


def _better(kind: PageKind, document: Document, reading: Reading) -> tuple[Suggested, ...]:
    """Selectors for a page that is not read, or by which fewer prices need review."""
    if reading.status != ReadStatus.READ:
        return tuple(suggest(kind, document))
    review = sum(isinstance(one, PlanPrice) and one.needs_review for one in reading.observations)
    return tuple(one for one in suggest(kind, document) if one.review < review) if review else ()


def newest_snapshot(workspace: Workspace, page: Page) -> tuple[Document, datetime] | None:
    """The newest version of a page that the archive has, and when it was fetched; None where it has none.

    Raises:
        WarehouseError: Its bytes are missing or damaged.
    """
    archive = Archive(workspace.data / "archive")
    newest: dict[str, Any] = {}
    for log in reversed(archive.logs("fetches")):
        for line in log.read_text(encoding="utf-8").splitlines():
            fetch = json.loads(line)
            if fetch["page_id"] == page.page_id and fetch["outcome"] == Outcome.OK and fetch["snapshot"]:
                newest = max(newest, fetch, key=lambda one: one.get("fetched_at", ""))
        if newest:
            break
    if not newest:
        return None
    document = Document(
        body=archive.get(newest["snapshot"]),
        url=newest["final_url"],
        content_type=newest["content_type"],
        selectors=page.selectors,
    )
    return document, datetime.fromisoformat(newest["fetched_at"]).replace(tzinfo=UTC)


def _fetched(workspace: Workspace, page: Page, clock: Clock) -> Document:
    settings = workspace.settings
    fetch, body = asyncio.run(
        fetch_one(page.url, settings=settings.fetch, clock=clock, render=page.render, contact=settings.company.contact)
    )
    if fetch.outcome != Outcome.OK:
        raise UsageError(f"{page.page_id}: {page.url}: {fetch.outcome.value}: {fetch.detail}")
    return Document(body=body, url=fetch.final_url, content_type=fetch.content_type, selectors=page.selectors)


def _saved(page: Page, file: Path) -> Document:
    try:
        return Document(body=file.read_bytes(), url=page.url, selectors=page.selectors)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None


def _known(workspace: Workspace, page: Page) -> Before | None:
    """What the newest published file believes; None where it knows nothing of the page."""
    rows: list[dict[str, Any]] = []
    facts: list[Observation] = []
    asked = {"pricing": ("page_prices", "page_features"), "release_notes": ("page_releases",), "page": ()}[page.kind]
    for name in asked:
        question = reports.question(name)
        try:
            answer = warehouse.ask(workspace.data / "published", question.sql, question.bound({"page": page.page_id}))
        except (WarehouseError, UsageError):  # nothing published yet, or by a version that had no such table
            return None
        found = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        rows += found
        facts += [_RECORD[name](row) for row in found]
    seen = [row["last_seen_at"] for row in rows if row["last_seen_at"]]
    if not facts:
        return None
    return Before(source="published", at=max(seen).replace(tzinfo=UTC) if seen else None, observations=tuple(facts))


def _read_again(workspace: Workspace, page: Page, own: OwnReader | None) -> Before:
    found = newest_snapshot(workspace, page)
    if found is None:
        return Before(source="nothing")
    document, at = found
    return Before(source="snapshot", at=at, observations=readers.read(page.kind, document, own).observations)


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in (*names, "last_seen_at")}


def _price(row: Mapping[str, Any]) -> PlanPrice:
    return PlanPrice(group=row["plan_group"], **_without(row, "plan_group"))


def _feature(row: Mapping[str, Any]) -> PlanFeature:
    return PlanFeature(group=row["plan_group"], limit=row["limit_value"], **_without(row, "plan_group", "limit_value"))


def _release(row: Mapping[str, Any]) -> ReleaseEntry:
    return ReleaseEntry(kinds=tuple(row["kinds"] or ()), **_without(row, "kinds"))


_RECORD: Mapping[str, Callable[[Mapping[str, Any]], Observation]] = {
    "page_prices": _price,
    "page_features": _feature,
    "page_releases": _release,
}
