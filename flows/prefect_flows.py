"""The flows as Prefect sees them: the same order, each step a task, each summary an artifact.

The workspace comes from the environment variable DETENTE_WORKSPACE: a path may hold a person's name, and parameters of
runs are kept for ever.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from detente.records import Summary
from detente.workspace import find, load
from flows.work import Ask, job_for, work

Result = TypeVar("Result")


async def as_task(name: str, work: Callable[[], Awaitable[Result]]) -> Result:
    """Runs a step as a task; it is retried by nobody, since fetching retries itself and all else is local."""

    async def step() -> Result:
        return await work()

    # the name groups the same steps of many runs, so that numbers in it are left out
    general = " ".join(word for word in name.split() if not any(char.isdigit() for char in word))
    return await task(name=general, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(step)()


async def _run(ask: Ask) -> Summary:
    workspace = load(find(Path(os.environ.get("DETENTE_WORKSPACE", "."))))
    summary = await work(job_for(workspace, ask), ask, as_task)
    await _tell(summary)
    return summary


async def _tell(summary: Summary) -> None:
    """The summary as artifacts: a line of numbers, and a table of what could not be read."""
    get_run_logger().info("%s", summary)
    notes = "".join(f"\n- {note}" for note in summary.notes)
    await acreate_markdown_artifact(f"{summary}\n{notes}", key=f"{summary.step}-summary")
    if summary.failed:
        table = [{"page": page, "reason": reason} for page, reason in sorted(summary.failed.items())]
        await acreate_table_artifact(table, key=f"{summary.step}-failed")


@flow(name="collect")
async def collect(everything: bool = False, now: datetime | None = None) -> Summary:
    """Fetches the pages that are due and logs every attempt."""
    return await _run(Ask(flow="collect", everything=everything, now=now))


@flow(name="build")
async def build(now: datetime | None = None) -> Summary:
    """Reads what has not been read, makes the tables, checks and publishes them."""
    return await _run(Ask(flow="build", now=now))


@flow(name="daily")
async def daily(everything: bool = False, now: datetime | None = None) -> Summary:
    """Collects, builds, and looks again at what has changed."""
    return await _run(Ask(flow="daily", everything=everything, now=now))


@flow(name="weekly")
async def weekly(week: str | None = None, now: datetime | None = None, unless_done: bool = False) -> Summary:
    """Writes the weekly report."""
    return await _run(Ask(flow="weekly", week=week, now=now, unless_done=unless_done))


@flow(name="pipeline")
async def pipeline(
    week: str | None = None, everything: bool = False, now: datetime | None = None, unless_done: bool = False
) -> Summary:
    """Collects, builds, looks again at what has changed, and writes the weekly report."""
    return await _run(Ask(flow="pipeline", week=week, everything=everything, now=now, unless_done=unless_done))


@flow(name="ingest")
async def ingest(now: datetime | None = None) -> Summary:
    """Loads and publishes what was reported since the last time."""
    return await _run(Ask(flow="ingest", now=now))


async def call(ask: Ask) -> Summary:
    """Runs the flow that was asked for in this process, told to the Prefect API of the environment."""
    match ask.flow:
        case "collect":
            return await collect(everything=ask.everything, now=ask.now)
        case "build":
            return await build(now=ask.now)
        case "daily":
            return await daily(everything=ask.everything, now=ask.now)
        case "weekly":
            return await weekly(week=ask.week, now=ask.now, unless_done=ask.unless_done)
        case "ingest":
            return await ingest(now=ask.now)
        case "pipeline":
            return await pipeline(week=ask.week, everything=ask.everything, now=ask.now, unless_done=ask.unless_done)


def _end_quietly() -> None:
    """Silences the last moments of the process, when all of ours and of Prefect's has been said.

    Prefect's threads outlive the interpreter's modules, and DuckDB's binding then prints forty lines about "leaks".
    """
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


atexit.register(_end_quietly)
