"""Listening: where, whether that is safe, and until when."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from desk import people
from desk.database import Desk
from detente.errors import ServiceError, UsageError
from detente.settings import WebSettings
from detente.workspace import Workspace
from web.site import is_loopback

# Requests under way get so long to be answered at the end.
_GRACE_S = 3
_BACKLOG = 1024
_SWITCH_S = 0.001


def refuse_exposed(workspace: Workspace, desk: Desk) -> None:
    """Keeps a site from being reachable for others before anybody can sign in to it.

    Raises:
        UsageError: It would be; the message says what is missing.
    """
    settings = workspace.settings
    if is_loopback(settings.web.host):
        return
    where = f"web.host is {settings.web.host}, which others can reach"
    if not settings.web.base_url:
        raise UsageError(
            f"{where}: set web.base_url in detente.toml to the address that people type, such as "
            "https://intel.acme.test (or http://…, if nobody can listen on the way), or leave web.host at 127.0.0.1"
        )
    with desk.reading() as connection:
        has_way = people.somebody_has_password(connection) or (
            settings.oidc is not None
            or (
                settings.mail is not None
                and any(person.email and not person.is_disabled for person in people.people(connection))
            )
        )
    if not has_way:
        raise UsageError(
            f"{where}, and nobody can sign in: start it with --host 127.0.0.1 and sign in by the link that it prints "
            "to add people and set a password, or set up [oidc] or [mail] in detente.toml"
        )


def listener(web: WebSettings) -> socket.socket:
    """A socket that listens where the settings say; connections wait in it until the server takes them.

    Raises:
        ServiceError: The address or the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ServiceError(
            f"cannot listen on {web.host}:{web.port}: {error.strerror or error}; end the program that does, "
            "or choose another port with web.port in detente.toml"
        ) from None


def run(app: FastAPI, listening: socket.socket, announce: Callable[[], None]) -> None:
    """Serves until SIGTERM or Ctrl-C; then answers what is under way, and returns.

    Args:
        app: The application.
        listening: A socket that listens.
        announce: Called once a signal ends this as it should.
    """
    config = uvicorn.Config(
        app,
        access_log=False,  # ours names routes, not addresses
        server_header=False,
        proxy_headers=False,  # web/app.py looks at them, where proxies are trusted
        ws="none",
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=30,
        backlog=_BACKLOG,
    )
    # else a thread that makes a sighting durable waits up to 5 ms at every step until another one lets it go on
    sys.setswitchinterval(_SWITCH_S)
    server = uvicorn.Server(config)
    with _ending_quietly(server):
        announce()
        server.run(sockets=[listening])


@contextmanager
def _ending_quietly(server: uvicorn.Server) -> Iterator[None]:
    """A signal that comes before the server listens to signals ends it too, and so does none when it has ended.

    The server raises the one that ended it once more when it is done.
    """

    def ended(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    former = {one: signal.signal(one, ended) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in former.items():
            signal.signal(one, handler)


def log_to_stderr() -> None:
    """Our own lines on standard error, and of others only what goes wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("detente").setLevel(logging.INFO)
