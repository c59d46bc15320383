"""The one order in which things are done; whoever runs it decides what a step is.

`detente run` runs each step at once; under Prefect each is a task. There is no second copy of the order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from detente.errors import DetenteError
from detente.records import (
    Fetch,
    FetchPurpose,
    KnownRobots,
    LastFetch,
    Outcome,
    Page,
    Summary,
)
from detente.weeks import Week
from flows import ingest, sampling, scoring
from flows.job import Job
from flows.reading import ReadingDesk
from flows.steps import Runner, at_once, in_thread
from sources import readers
from sources.fetch import fetch_pages
from sources.own_readers import readers_of
from warehouse import ReadingRows, Unread, build

# Large enough that a step's own cost is nothing beside its work, small enough that a kill loses little.
PAGES_PER_BATCH = 500
SNAPSHOTS_PER_BATCH = 500
# A daily page is due again when nearly a day has gone by: a schedule is never exact to the second.
DUE_SHARE = 0.9


async def collect(job: Job, run: Runner = at_once, *, everything: bool = False) -> Summary:
    """Fetches the pages that are due, or all, and logs every attempt.

    Raises:
        WarehouseError: The fetch log's memory cannot be read.
        StorageError: The disk refused; what was logged before stays.
    """
    started_at = job.clock.now()
    summary = Summary(step="collect")
    memory = await run("recall the fetch log", lambda: in_thread(build.recall, job.warehouse, job.archive, started_at))
    pages = job.workspace.pages
    due = [page for page in pages if everything or is_due(page, memory.last.get(page.page_id), started_at)]
    summary.not_due = len(pages) - len(due)
    fetches = await _fetch(job, run, due, memory.last, memory.robots, "check")
    _count(summary, fetches, memory.last)
    if due and summary.not_due:
        summary.notes.append(f"{summary.not_due} pages were not due")
    elif not due and pages:
        summary.notes.append("no page was due; `--all` reads them now")
    job.record(summary, job.today, started_at)
    return summary


async def confirm(job: Job, looks: Mapping[str, int], run: Runner = at_once) -> None:
    """Looks again at pages whose newest facts too few fetches have shown, each as often as it takes.

    Args:
        job: What the run is over.
        looks: How many looks a page needs, by its id; a run that was killed between two looks takes only the rest.
        run: Runs the steps.
    """
    started_at = job.clock.now()
    memory = await run("recall the fetch log", lambda: in_thread(build.recall, job.warehouse, job.archive, started_at))
    for number in range(max(looks.values())):
        pages = [page for page in job.workspace.pages if looks.get(page.page_id, 0) > number]
        await _fetch(job, run, pages, memory.last, memory.robots, "confirm")


async def build_tables(job: Job, run: Runner = at_once) -> Summary:
    """Reads what has not been read, makes the tables, checks and publishes them.

    Raises:
        CheckFailedError: A check does not hold; readers keep the file that they have.
        WarehouseError: Busy, of a newer version, or damaged.
        StorageError: The disk refused.
    """
    summary, _ = await _build_and_record(job, run)
    return summary


async def weekly(job: Job, run: Runner = at_once, *, week: Week | None = None) -> Summary:
    """Writes the weekly report of a week, last week's by default, from the newest published file.

    Raises:
        WarehouseError: Nothing has been published yet.
        StorageError: The disk refused.
    """
    from reports import weekly as weekly_report  # noqa: PLC0415  (most runs write no report, and it brings much along)

    started_at = job.clock.now()
    week = week or Week.of(started_at, job.zone).previous()
    summary = Summary(step="weekly")
    job.progress.step(f"report of {week}")
    company = job.workspace.settings.company

    def write() -> list[str]:
        report = weekly_report.gather(
            job.workspace.data, week, zone=job.zone, company=company.name, currency=company.currency
        )
        folder = job.workspace.data / "weekly" / str(week)
        return [path.relative_to(job.workspace.root).as_posix() for path in weekly_report.write(report, folder)]

    summary.notes += await run(f"report of {week}", lambda: in_thread(write))
    job.record(summary, str(week), started_at)
    return summary


async def collect_and_build(job: Job, run: Runner = at_once, *, everything: bool = False) -> Summary:
    """What the daily schedule does: takes sightings in, collects, builds, and looks again at what has changed."""
    problem = await _ingest(job, run)
    collected = await collect(job, run, everything=everything)
    if problem:
        collected.failed["sightings"] = problem
    summary, built = await _build_and_record(job, run)
    collected.changed, collected.failed = summary.changed, collected.failed | summary.failed
    if built.unconfirmed:
        await confirm(job, built.unconfirmed, run)
        summary, _ = await _build_and_record(job, run)
        collected.changed += summary.changed
        collected.failed |= summary.failed
    collected.notes += summary.notes
    # once a day, since it reads every entry; a desk that cannot be used was told already
    if not problem and (problem := await ingest.verify_ledger(job, run)):
        collected.failed["ledger"] = problem
    return collected


async def pipeline(job: Job, run: Runner = at_once, *, week: Week | None = None, everything: bool = False) -> Summary:
    """All of it: collects, builds, looks again at what has changed, and writes the weekly report."""
    started_at = job.clock.now()
    summary = await collect_and_build(job, run, everything=everything)
    written = await weekly(job, run, week=week)
    summary.step = "pipeline"
    summary.notes += written.notes
    job.record(summary, job.today, started_at)
    return summary


async def rebuild(job: Job, run: Runner = at_once) -> Summary:
    """Makes the warehouse anew from the archive beside the old one, and then puts it in its place.

    Raises:
        DetenteError: As building does; the old warehouse stays.
    """
    anew = replace(job, warehouse_name="rebuild.duckdb")
    anew.warehouse.remove()
    summary, _ = await _build(anew, run, job.clock.now())
    job.warehouse.replace_by(anew.warehouse)
    # what an ingest put into the old one while this was made
    if problem := await _ingest(job, run):
        summary.failed["sightings"] = problem
    summary.step = "rebuild"
    return summary


def is_due(page: Page, last: LastFetch | None, now: datetime) -> bool:
    """Whether a page's last answer is no longer fresh, by the page's own cadence."""
    if last is None or last.fetched_at is None:
        return True
    return (now - last.fetched_at).total_seconds() >= page.every_hours * 3600 * DUE_SHARE


def batches(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Pages in batches; those of one host stand together, so that its pace is kept in one place."""
    by_host: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        by_host[urlsplit(page.url).netloc].append(page)
    batch: list[Page] = []
    for _, of_host in sorted(by_host.items()):
        if batch and len(batch) + len(of_host) > PAGES_PER_BATCH:
            yield batch
            batch = []
        batch += of_host
    if batch:
        yield batch


async def _fetch(
    job: Job,
    run: Runner,
    pages: Sequence[Page],
    last: Mapping[str, LastFetch],
    robots: Mapping[str, KnownRobots],
    purpose: FetchPurpose,
) -> list[Fetch]:
    """Fetches pages batch by batch; each batch is logged when it is done."""
    verb = "look again" if purpose == "confirm" else "fetch"
    if pages:
        job.progress.step(f"{verb} {len(pages)} pages", len(pages))
    fetched: list[Fetch] = []
    known = dict(robots)

    def done(fetch: Fetch) -> None:
        if fetch.purpose != "robots":
            job.progress.advance()

    for batch in batches(pages):

        async def fetch_and_log(batch: list[Page] = batch) -> list[Fetch]:
            fetches = await fetch_pages(
                batch,
                settings=job.workspace.settings.fetch,
                clock=job.clock,
                keep=job.archive.put,
                last=last,
                robots=known,
                purpose=purpose,
                contact=job.workspace.settings.company.contact,
                done=done,
            )
            await in_thread(job.archive.log_fetches, fetches)
            return fetches

        fetched += await run(f"{verb} {len(batch)} pages", fetch_and_log)
    return [fetch for fetch in fetched if fetch.purpose != "robots"]


def _count(summary: Summary, fetches: Sequence[Fetch], last: Mapping[str, LastFetch]) -> None:
    for fetch in fetches:
        before = last.get(fetch.page_id)
        if fetch.outcome == Outcome.NOT_MODIFIED or (
            fetch.outcome == Outcome.OK and before is not None and before.snapshot == fetch.snapshot
        ):
            summary.unchanged += 1
        elif fetch.outcome == Outcome.OK:
            summary.read += 1
        else:
            reason = f"{fetch.outcome.value}: {fetch.detail}" if fetch.detail else fetch.outcome.value
            summary.failed[fetch.page_id] = reason


async def _ingest(job: Job, run: Runner) -> str:
    """An ingest whose failure keeps nothing else from being done; returns why it failed."""
    try:
        await ingest.ingest(job, run)
    except DetenteError as error:
        return str(error)
    return ""


async def _build_and_record(job: Job, run: Runner) -> tuple[Summary, build.Built]:
    started_at = job.clock.now()
    before = build.change_ids(job.warehouse)
    summary, built = await _build(job, run, started_at)
    summary.changed = len(built.changes - before)
    summary.notes += built.warnings
    if problem := await sampling.draw(job, run):
        summary.notes.append(problem)
    job.record(summary, job.today, started_at)
    return summary, built


async def _build(job: Job, run: Runner, now: datetime) -> tuple[Summary, build.Built]:
    summary = Summary(step="build")
    own = readers_of(job.workspace.root, job.workspace.pages)
    to_read = await run(
        "load the logs",
        lambda: in_thread(
            build.take_in,
            job.warehouse,
            job.archive,
            job.competitors(),
            job.workspace.pages,
            {kind: readers.reader_version(kind) for kind in readers.READERS},
            now,
            job.workspace.dismissals,
            {page_id: reader.version for page_id, reader in own.items()},
        ),
    )
    desk = ReadingDesk(job, to_read.before, own)
    with ReadingRows(to_read.known_facts, desk.options) as rows:
        if to_read.unread:
            job.progress.step(f"read {len(to_read.unread)} snapshots", len(to_read.unread))
        for start in range(0, len(to_read.unread), SNAPSHOTS_PER_BATCH):
            part = to_read.unread[start : start + SNAPSHOTS_PER_BATCH]

            def read(part: Sequence[Unread] = part) -> None:
                desk.read(part, rows, summary)

            await run(f"read {len(part)} snapshots", lambda read=read: in_thread(read))  # type: ignore[misc]
        if problem := await ingest.take_in(job, run):
            summary.failed["sightings"] = problem
        job.progress.step("make, check and publish the tables")
        problems: list[str] = []

        def score() -> None:
            problems.append(scoring.score_new(job, everything=True))

        keep = job.workspace.settings.limits.keep_published
        built = await run(
            "make, check and publish the tables",
            lambda: in_thread(build.finish, job.warehouse, rows, now, keep, score),
        )
    # a desk that cannot be used is told once
    if (unscored := "".join(problems)) not in ("", summary.failed.get("sightings")):
        summary.failed["scores"] = unscored
    summary.notes += await ingest.credit(job, run)
    # told by every run until it is mended, and not only by the one that met the new page
    summary.failed |= {page: f"reader broken: {reason}" for page, reason in built.broken.items()}
    return summary, built
