"""What a flow may be asked to do, and the doing of it, whoever runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from detente.clock import StartedClock, SystemClock
from detente.records import Summary
from detente.weeks import Week
from detente.workspace import Workspace
from flows import ingest, order
from flows.job import Job
from flows.steps import Runner, at_once

FlowName = Literal["collect", "build", "daily", "weekly", "pipeline", "ingest"]


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


async def work(job: Job, ask: Ask, run: Runner = at_once) -> Summary:
    """Runs what was asked for, alone on its workspace; an ingest keeps only other ingests out.

    Raises:
        WarehouseBusyError: Another run is under way.
    """
    if ask.flow == "ingest":
        return await ingest.ingest(job, run)
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
