"""`detente serve`: the pages in this process, the schedules in another one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from cli.flows_child import FlowsChild, command
from cli.words import the_desk
from desk import people, sign_in
from desk.database import Desk
from detente.errors import UsageError
from detente.workspace import Workspace
from web import listen
from web.app import create_app
from web.flows_state import AskFlows, FlowsState
from web.site import is_loopback

_LINK_MINUTES = 15


def serve(workspace: Workspace, say: Callable[[str], None], *, with_flows: bool) -> None:
    """Serves the pages until SIGTERM or Ctrl-C, and has the schedules kept beside them.

    Raises:
        UsageError: It is served already, or others could reach it and nobody could sign in.
        ServiceError: The port is taken.
        DeskError: The desk cannot be used.
    """
    listen.log_to_stderr()
    with ExitStack() as stack:
        stack.enter_context(_only_one(workspace))
        desk = stack.enter_context(the_desk(workspace))
        listen.refuse_exposed(workspace, desk)
        listening = stack.enter_context(closing(listen.listener(workspace.settings.web)))
        port = int(listening.getsockname()[1])
        flows: AskFlows = _not_wanted
        if with_flows:
            child = FlowsChild(command(workspace.root), say)
            flows = child.state
        app = create_app(workspace, desk, clock=desk.clock, port=port, flows=flows)
        site = app.state.services.site
        _note(workspace, site.base_url)

        def announce() -> None:
            say(f"Détente: {site.base_url}")
            if link := owners_link(workspace, desk):
                say(f"sign in once, within {_LINK_MINUTES} minutes: {site.url(link)}")
            if with_flows:
                child.start()
                stack.callback(child.stop)

        listen.run(app, listening, announce)
        say("ended; what was taken is kept")


def _not_wanted() -> FlowsState:
    return FlowsState(words="not kept: started with --no-flows", is_well=True)


def owners_link(workspace: Workspace, desk: Desk) -> str | None:
    """A link for whom this computer belongs to; None where others reach the pages too, as through a proxy.

    What a service prints is kept in a log, where a link has no place: there it is made for the very first sign-in
    alone, and afterwards with `detente person link`.
    """
    web = workspace.settings.web
    if not is_loopback(web.host):
        return None
    is_public = bool(web.base_url) and not is_loopback(urlsplit(web.base_url).hostname or "")
    now = desk.clock.now()
    with desk.writing() as connection:
        if is_public and people.people(connection):
            return None
        owner = people.local_owner(connection, now)
        if owner is None or owner.is_disabled:
            return None
        return f"/sign-in/link/{sign_in.new_link(connection, owner.person_id, now, _LINK_MINUTES)}"


@contextmanager
def _only_one(workspace: Workspace) -> Iterator[None]:
    """Keeps a second `detente serve` over the same workspace out.

    Raises:
        UsageError: There is one; the message says where it is.
    """
    workspace.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(workspace.data / "serve.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"{workspace.root}: `detente serve` runs here already{_where(workspace)}; use that one, or end it"
        ) from None
    try:
        yield
    finally:
        (workspace.data / "serve.json").unlink(missing_ok=True)
        lock.release()


def _note(workspace: Workspace, url: str) -> None:
    note = json.dumps({"url": url, "pid": os.getpid()})
    (workspace.data / "serve.json").write_text(note, encoding="utf-8")


def _where(workspace: Workspace) -> str:
    try:
        found = json.loads((workspace.data / "serve.json").read_text(encoding="utf-8"))
        return f" (process {found['pid']}, {found['url']})"
    except (OSError, ValueError, KeyError):
        return ""
