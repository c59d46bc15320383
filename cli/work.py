"""`detente run`, `serve`, `import-history` and `rebuild`: what writes the warehouse."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.flows_child import end_with_parent
from cli.screen import progress, say, show_summary
from cli.words import JsonOption, NowOption, WorkspaceOption, moment, the_workspace
from detente.errors import UsageError
from detente.records import Summary
from detente.toml_file import nearest
from flows import history, order, runs
from flows.job import Job
from flows.work import Ask, FlowName

SOME_FAILED = 3


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(run)
    app.command()(serve)
    app.command("import-history")(import_history)
    app.command()(rebuild)


def run(
    flow: Annotated[
        str, typer.Argument(help="collect, build, daily (both), weekly, pipeline (all), or ingest (sightings alone).")
    ],
    workspace: WorkspaceOption = None,
    week: Annotated[str | None, typer.Option(help="The report's week, e.g. 2026-W46; last week by default.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Fetch pages that are not due, too.")] = False,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Runs a flow: by Prefect where its API answers, at once where it does not.

    Example: detente run pipeline
    """
    names: dict[str, FlowName] = {
        "collect": "collect", "build": "build", "daily": "daily", "weekly": "weekly", "pipeline": "pipeline",
        "ingest": "ingest",
    }  # fmt: skip
    if flow not in names:
        raise UsageError(f"no flow {flow!r}{nearest(flow, list(names))}")
    asked = Ask(flow=names[flow], week=week, everything=everything, now=moment(now))
    with progress() as bars:
        summary = runs.run(the_workspace(workspace), asked, bars, say)
    _end(summary, as_json)


class Part(StrEnum):
    """The processes of `detente serve`."""

    WEB = "web"
    FLOWS = "flows"


def serve(
    workspace: WorkspaceOption = None,
    no_flows: Annotated[bool, typer.Option("--no-flows", help="Serve the pages alone; keep no schedules.")] = False,
    host: Annotated[str | None, typer.Option(help="Listen there instead of at web.host.")] = None,
    part: Annotated[Part, typer.Option(hidden=True, help="Which of the two processes this is.")] = Part.WEB,
) -> None:
    """Serves the pages, and keeps the schedules beside them with Prefect's server and its UI.

    Example: detente serve
    """
    loaded = the_workspace(workspace)
    if part is Part.FLOWS:
        from flows.serving import serve as serve_flows  # noqa: PLC0415  (brings Prefect's server settings)

        end_with_parent()
        serve_flows(loaded, say)
        return
    if host is not None:
        web = loaded.settings.web.model_copy(update={"host": host})
        loaded = replace(loaded, settings=loaded.settings.model_copy(update={"web": web}))
    from cli.web import serve as serve_pages  # noqa: PLC0415  (brings what no other command needs)

    serve_pages(loaded, say, with_flows=not no_flows)


def import_history(
    page: Annotated[str, typer.Argument(help="The page, as <competitor>/<name>.")],
    folder: Annotated[Path, typer.Argument(help="Saved versions; dates in their names, or in an index beside them.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reads saved versions of a page as if they had been fetched on their dates. Follow it with `detente run build`.

    Example: detente import-history globex/pricing ~/wayback/globex-pricing
    """
    loaded = the_workspace(workspace)
    with progress() as bars:
        job = Job(workspace=loaded, progress=bars)
        with job.alone("detente import-history"):
            summary = history.import_history(job, loaded.page(page), folder)
    _end(summary, as_json)


def rebuild(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Makes the warehouse anew from the archive, with the same rows.

    Example: detente rebuild
    """
    with progress() as bars:
        job = Job(workspace=the_workspace(workspace), progress=bars)
        with job.alone("detente rebuild"):
            summary = asyncio.run(order.rebuild(job))
    _end(summary, as_json)


def _end(summary: Summary, as_json: bool) -> None:
    show_summary(summary, as_json=as_json)
    if summary.failed:
        raise typer.Exit(SOME_FAILED)
