"""The schedules of `detente serve`: Prefect's server with its UI, and the deployments, beside the pages' process."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from filelock import FileLock, Timeout

from detente.errors import DetenteError, UsageError
from detente.workspace import Workspace
from flows import runs
from flows.address import serving_file
from flows.job import Job, Silent
from flows.schedules import missed
from flows.server import prefect_server
from flows.watching import watching
from flows.work import Ask, FlowName


@contextmanager
def _only_one(workspace: Workspace) -> Iterator[None]:
    """Keeps a second process that serves the same workspace's schedules out.

    Raises:
        UsageError: There is one; the message says where its UI is.
    """
    workspace.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(workspace.data / "flows.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"{workspace.root}: its schedules are kept already{_where(workspace)}; use that process, or end it"
        ) from None
    try:
        yield
    finally:
        serving_file(workspace).unlink(missing_ok=True)
        lock.release()


def _where(workspace: Workspace) -> str:
    try:
        found = json.loads(serving_file(workspace).read_text(encoding="utf-8"))
        return f" (process {found['pid']}, {found['api_url'].removesuffix('/api')})"
    except (OSError, ValueError, KeyError):
        return ""


def serve(workspace: Workspace, say: Callable[[str], None]) -> None:
    """Serves until it is interrupted; `say` is told what is going on, a line at a time.

    Raises:
        UsageError: Another process keeps the schedules of this workspace.
        ServiceError: Prefect's server does not start.
    """
    settings = workspace.settings.prefect
    with ExitStack() as stack:
        stack.enter_context(_only_one(workspace))
        os.environ["DETENTE_WORKSPACE"] = str(workspace.root)
        stack.enter_context(watching(workspace, say))
        if settings.api_url:
            os.environ["PREFECT_API_URL"] = settings.api_url
        else:
            say(f"starting Prefect's server on port {settings.port}; the first time takes half a minute")
            log = workspace.data / "prefect-server.log"
            os.environ |= stack.enter_context(prefect_server(workspace.data / "prefect", settings.port, log))
        api_url = os.environ["PREFECT_API_URL"]
        note = json.dumps({"api_url": api_url, "pid": os.getpid()})
        serving_file(workspace).write_text(note, encoding="utf-8")
        say(f"Prefect's UI: {api_url.removesuffix('/api')}")
        # Prefect reads its settings when it is imported
        from flows.deployments import serve_deployments  # noqa: PLC0415

        for flow in missed(workspace, Job(workspace=workspace).archive.runs(), datetime.now(UTC)):
            say(f"catching up once: {flow}")
            _catch_up(workspace, flow, say)
        company = workspace.settings.company
        schedule = workspace.settings.schedule
        say(f"collect at '{schedule.collect}', weekly at '{schedule.weekly}' ({company.time_zone}); Ctrl-C ends")
        asyncio.run(serve_deployments(workspace))


def _catch_up(workspace: Workspace, flow: FlowName, say: Callable[[str], None]) -> None:
    """One run for all that were missed; what goes wrong in it is said, and the schedules go on."""
    try:
        say(str(runs.run(workspace, Ask(flow=flow), Silent(), say)))
    except DetenteError as error:
        say(f"{flow}: {error}")
