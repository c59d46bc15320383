"""The demo: a workspace of invented competitors, and the pipeline over six weeks of them."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from detente.errors import StorageError, UsageError
from detente.records import Summary
from detente.weeks import Week
from detente.workspace import Workspace, load
from examples.demo import FIRST_WEEK, LAST_WEEK, Change, DemoSite, Script, iso_week, write_workspace_files
from flows import demo_sightings
from flows.job import Progress, progress_now
from flows.server import free_port, prefect_server
from flows.work import Ask, job_for, work
from warehouse import ask

_MARK = ".detente-demo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A change or release as the published warehouse tells it."""

    week: str
    competitor: str
    page: str
    kind: str
    subject: str
    old: str | None
    new: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Best:
    """The item that matters most for the roadmap.

    Attributes:
        item_id: Which one.
        title: What it says.
        theme: The line of the roadmap that it scores for; empty for none.
        score: In hundredths of a point.
    """

    item_id: str
    title: str
    theme: str
    score: int


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What the demo came to.

    Attributes:
        root: The workspace.
        summaries: One per week, by its label.
        found: All that was found, in the order of time.
        missed: Planned changes that were not found.
        unplanned: Found, although nobody planned it.
        sightings: How many sightings the invented reps sent.
        judged: How many of them were reviewed, and how many decisions were made.
        points: How many points were earned.
        best: The item with the highest score; None where nothing has one.
        report: The last weekly report.
    """

    root: Path
    summaries: dict[str, Summary] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    missed: list[Change] = field(default_factory=list)
    unplanned: list[Found] = field(default_factory=list)
    sightings: int = 0
    judged: tuple[int, int] = (0, 0)
    points: int = 0
    best: Best | None = None
    report: Path


def run(folder: Path, progress: Progress, say: Callable[[str], None], *, by_prefect: bool) -> Outcome:
    """Makes the demo's workspace in `folder` and runs the pipeline for each of its weeks.

    Args:
        folder: An older demo in it is replaced; anything else is left alone.
        progress: Told how far it is.
        say: Told what is going on, a line at a time.
        by_prefect: Start a Prefect server, run the flows by it, and stop it.

    Raises:
        UsageError: The folder holds something else than an older demo.
        ServiceError: Prefect's server does not start.
    """
    _clear(folder)
    with ExitStack() as stack:
        site = stack.enter_context(DemoSite())
        write_workspace_files(folder, site.urls)
        workspace = load(folder)
        if by_prefect:
            say("starting a Prefect server for the demo; that takes a quarter of a minute")
            log = workspace.data / "prefect-server.log"
            os.environ |= stack.enter_context(prefect_server(workspace.data / "prefect", free_port(), log))
            os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
            os.environ["DETENTE_WORKSPACE"] = str(workspace.root)
        token = progress_now.set(progress)
        try:
            summaries, sightings = asyncio.run(_weeks(workspace, site, progress, by_prefect=by_prefect))
        finally:
            progress_now.reset(token)
    outcome = Outcome(
        root=workspace.root,
        summaries=summaries,
        found=found_in(workspace),
        sightings=sightings,
        report=workspace.data / "weekly" / iso_week(LAST_WEEK) / "report.html",
    )
    outcome.missed, outcome.unplanned = compare(site.script, outcome.found)
    outcome.judged, outcome.points = demo_sightings.judged(workspace)
    outcome.best = best_in(workspace)
    return outcome


async def _weeks(
    workspace: Workspace, site: DemoSite, progress: Progress, *, by_prefect: bool
) -> tuple[dict[str, Summary], int]:
    """The run of each week by its label, and how many sightings were sent."""
    call = _by_prefect() if by_prefect else _directly(workspace)
    summaries: dict[str, Summary] = {}
    sent = 0
    people = demo_sightings.hire(workspace, thursday(iso_week(FIRST_WEEK), workspace) - timedelta(days=7))
    for number in range(FIRST_WEEK, LAST_WEEK + 1):
        site.set_week(number)
        label = iso_week(number)
        progress.step(f"week {label}")
        now = thursday(label, workspace)
        sent += await asyncio.to_thread(demo_sightings.report, workspace, number, people, now)
        summaries[label] = await call(Ask(flow="pipeline", week=label, everything=True, now=now))
        await asyncio.to_thread(demo_sightings.judge, workspace, number, people, now)
    return summaries, sent


def _by_prefect() -> Callable[[Ask], Awaitable[Summary]]:
    from flows import prefect_flows  # noqa: PLC0415  (Prefect reads its settings when it is imported)

    return prefect_flows.call


def _directly(workspace: Workspace) -> Callable[[Ask], Awaitable[Summary]]:
    async def call(asked: Ask) -> Summary:
        return await work(job_for(workspace, asked), asked)

    return call


def thursday(label: str, workspace: Workspace) -> datetime:
    """Five in the morning of a week's Thursday, when the demo collects."""
    day = Week.parse(label).monday() + timedelta(days=3)
    zone = ZoneInfo(workspace.settings.company.time_zone)
    return datetime.combine(day, time(5), tzinfo=zone).astimezone(UTC)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise UsageError(f"{folder}: holds something else than an older demo; name another folder")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / _MARK).write_text(
            "This folder is made by `detente demo`, and replaced by the next one.\n", encoding="utf-8"
        )
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written: {error.strerror}; name another folder") from None


def found_in(workspace: Workspace) -> list[Found]:
    """All changes and news that the published warehouse tells, in the order of time."""
    rows = ask(
        workspace.data / "published",
        """
        SELECT changed_at, competitor, page_id, kind, subject, "old", "new" FROM change WHERE dismissed_by IS NULL
        UNION ALL
        SELECT first_seen_at, competitor, page_id, 'release', coalesce(version, title), NULL, title
        FROM release
        WHERE NOT backfill
        ORDER BY ALL
        """,
    )
    zone = workspace.settings.company.time_zone
    return [
        Found(
            week=str(Week.of(at.replace(tzinfo=UTC), zone)),  # type: ignore[attr-defined]
            competitor=str(competitor),
            page=str(page_id).partition("/")[2],
            kind=str(kind),
            subject=str(subject),
            old=None if old is None else str(old),
            new=None if new is None else str(new),
        )
        for at, competitor, page_id, kind, subject, old, new in rows.rows
    ]


def best_in(workspace: Workspace) -> Best | None:
    """The item with the highest score for a theme."""
    rows = ask(
        workspace.data / "published",
        """
        SELECT item_id, title, theme, score
        FROM relevance
        JOIN item USING (item_id)
        WHERE theme IS NOT NULL
        ORDER BY score DESC, item_id, theme
        LIMIT 1
        """,
    ).rows
    return next(
        (
            Best(item_id=str(item_id), title=str(title), theme=str(theme), score=int(str(score)))
            for item_id, title, theme, score in rows
        ),
        None,
    )


def compare(script: Script, found: list[Found]) -> tuple[list[Change], list[Found]]:
    """The planned changes that were not found, and what was found that nobody planned.

    A plan whose monthly and annual price change at once is one planned change and may be two found ones.
    """
    planned = [change for change in script.changes if script.seen_in(change) is not None]
    missed = [change for change in planned if not any(_same(script, change, one) for one in found)]
    unplanned = [one for one in found if not any(_same(script, change, one) for change in planned)]
    return missed, unplanned


def _same(script: Script, change: Change, one: Found) -> bool:
    seen = script.seen_in(change)
    if seen is None or (iso_week(seen), change.competitor, change.page, change.kind) != (
        one.week,
        one.competitor,
        one.page,
        one.kind,
    ):
        return False
    if change.kind in ("feature_added", "feature_removed", "limit_changed"):
        plan, _, feature = one.subject.partition(": ")
        said = f"{feature} {one.old or ''} {one.new or ''}".lower()
        words = str(change.new if change.kind == "feature_added" else change.old).lower()
        return plan == change.subject and any(word in said for word in words.split() if len(word) > 3)
    if change.kind == "text_changed":
        return one.old == change.old and one.new == change.new
    if change.kind == "release":
        return change.subject in f"{one.subject} {one.new}"
    return one.subject == change.subject
