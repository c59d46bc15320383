"""Runs a flow at once, or by Prefect where its API answers; the words of the command line end here."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

from detente.records import Summary
from detente.workspace import Workspace
from flows.address import api_that_answers
from flows.job import Progress, progress_now
from flows.work import Ask, job_for, work


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
