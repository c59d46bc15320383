"""Imports saved versions of a page as if they had been fetched on their dates."""

from __future__ import annotations

from pathlib import Path

from detente.records import Fetch, Outcome, Page, Summary, content_key
from flows.job import Job
from sources.history import SavedVersion, saved_versions

# A log that names this many versions is small, and a kill loses no more than this many reads.
_PER_LOG = 500


def import_history(job: Job, page: Page, folder: Path) -> Summary:
    """Archives and logs every saved version; importing the same again changes nothing.

    Raises:
        UsageError: The folder holds no version with a date.
        StorageError: The disk refused.
    """
    found = saved_versions(folder)
    summary = Summary(step="import-history", notes=list(found.notes))
    job.progress.step(f"import {len(found.versions)} versions", len(found.versions))
    known = {fetch_id for log in job.archive.logs("fetches") for fetch_id in job.archive.fetch_ids(log)}
    fetches: list[Fetch] = []
    for version in found.versions:
        fetch = _as_fetch(job, page, version)
        if fetch.fetch_id in known:
            summary.unchanged += 1
        else:
            fetches.append(fetch)
            summary.read += 1
        if len(fetches) >= _PER_LOG:
            job.archive.log_fetches(fetches)
            fetches = []
        job.progress.advance()
    job.archive.log_fetches(fetches)
    return summary


def _as_fetch(job: Job, page: Page, version: SavedVersion) -> Fetch:
    body = version.path.read_bytes()
    snapshot = job.archive.put(body)
    return Fetch(
        fetch_id=content_key(page.page_id, version.at.isoformat(), "import", snapshot),
        page_id=page.page_id,
        competitor=page.competitor,
        url=page.url,
        final_url=version.url or page.url,
        kind=page.kind,
        origin="import",
        purpose="check",
        outcome=Outcome.OK,
        detail="saved version",
        fetched_at=version.at,
        snapshot=snapshot,
        body_bytes=len(body),
    )
