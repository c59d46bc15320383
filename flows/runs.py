"""Runs a flow at once, or hands it to Prefect where its API answers; the words of the command line end here."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from detente.clock import StartedClock, SystemClock
from detente.records import Summary
from detente.weeks import Week
from detente.workspace import Workspace
from flows import order
from flows.address import api_that_answers
from flows.job import Job, Progress, progress_now

FlowName = Literal["collect", "build", "daily", "weekly", "pipeline"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What a flow is asked to do.

    Attributes:
        flow: Which one.
        week: The week of the report, as `2026-W46`; last week's by default.
        everything: Fetch pages that are not due, too.
        now: The time that the run is for; the present by default.
        unless_done: Do nothing where the week's report has been written already.
    """

    flow: FlowName
    week: str | None = None
    everything: bool = False
    now: datetime | None = None
    unless_done: bool = False


def job_for(workspace: Workspace, ask: Ask) -> Job:
    """The job that a flow works on."""
    clock = StartedClock(ask.now) if ask.now else SystemClock()
    return Job(workspace=workspace, clock=clock)


async def work(job: Job, ask: Ask, run: order.Runner = order.at_once) -> Summary:
    """Runs what was asked for, alone on its workspace.

    Raises:
        WarehouseBusyError: Another run is under way.
    """
    week = Week.parse(ask.week) if ask.week else None
    if ask.unless_done and job.is_reported(week or Week.of(job.clock.now(), job.zone).previous()):
        return Summary(step=ask.flow, notes=["the report of that week has been written already"])
    flows: dict[FlowName, Callable[[], Awaitable[Summary]]] = {
        "collect": lambda: order.collect(job, run, everything=ask.everything),
        "build": lambda: order.build_tables(job, run),
        "daily": lambda: order.collect_and_build(job, run, everything=ask.everything),
        "weekly": lambda: order.weekly(job, run, week=week),
        "pipeline": lambda: order.pipeline(job, run, week=week, everything=ask.everything),
    }
    with job.alone(f"detente run {ask.flow}"):
        return await flows[ask.flow]()


def run(workspace: Workspace, ask: Ask, progress: Progress, say: Callable[[str], None]) -> Summary:
    """Runs a flow by Prefect where its API answers, and at once where it does not; `say` is told which.

    Raises:
        DetenteError: As the flow's steps do.
    """
    api_url = api_that_answers(workspace)
    token = progress_now.set(progress)
    try:
        if api_url is None:
            say("no Prefect API answers, so this runs at once and leaves no trace in Prefect")
            return asyncio.run(work(job_for(workspace, ask), ask))
        say(f"this run is told to Prefect at {api_url}")
        return asyncio.run(_by_prefect(workspace, ask, api_url))
    finally:
        progress_now.reset(token)


async def _by_prefect(workspace: Workspace, ask: Ask, api_url: str) -> Summary:
    """Prefect reads its settings when it is imported, so it is imported here and not before."""
    os.environ.setdefault("PREFECT_API_URL", api_url)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING" if sys.stderr.isatty() else "INFO")
    os.environ["DETENTE_WORKSPACE"] = str(workspace.root)
    from flows import prefect_flows  # noqa: PLC0415

    return await prefect_flows.call(ask)
