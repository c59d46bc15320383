"""A site with somebody of every role behind a real server on loopback, over a clock that a test moves."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from set_clock import SetClock

from desk import people, sign_in
from desk.database import Desk
from detente import workspace as workspaces
from detente.people import Person
from web.app import create_app
from web.routing import Routes
from web.services import Services

ROLES = ("rep", "pm", "sales_lead", "legal", "admin", "viewer")
PASSWORD = "four words do well"
_COMPANY = '[company]\nname = "Acme Corp"\ncurrency = "EUR"\ntime_zone = "Europe/Berlin"\n'
_GLOBEX = 'name = "Globex Desk"\naliases = ["Globex"]\n'


@dataclass
class WebSite:
    """A running site.

    Attributes:
        url: Where it listens, without a slash at the end.
        root: The workspace's folder.
        services: What its endpoints work with.
        clock: Its time.
        people: By role; `disabled` is a rep who was disabled, `other_rep` a second one.
        letters: The mails that left.
    """

    url: str
    root: Path
    services: Services
    clock: SetClock
    people: dict[str, Person]
    letters: list[EmailMessage]
    server: uvicorn.Server
    thread: threading.Thread
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return self.services.desk

    def client(self, who: str | None = None, *, host: str | None = None) -> httpx.Client:
        """A browser that follows no redirects; signed in where `who` is given. It says `Host: host` where that is."""
        headers = {"Sec-Fetch-Site": "same-origin"} | ({"Host": host} if host else {})
        made = httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=20)
        if who is not None:
            made.cookies.set(self.services.site.cookie, self.session(who))
        self.clients.append(made)
        return made

    def program(self, secret: str | None = None) -> httpx.Client:
        """A program: no cookie, no header that browsers send; with a token where one is given."""
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        made = httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=20)
        self.clients.append(made)
        return made

    def session(self, who: str) -> str:
        """The secret of a new session; of one that died with them where they are disabled."""
        with self.desk.writing() as c:
            if who == "disabled":
                people.enable(c, self.people[who].person_id, by=None, now=self.clock.now())
            secret = sign_in.begin_session(c, self.people[who].person_id, self.clock.now(), 12)
            if who == "disabled":
                people.disable(c, self.people[who].person_id, by=None, now=self.clock.now())
        return secret

    def token(self, who: str, *scopes: Any) -> tuple[str, str]:
        """Id and secret of a new token."""
        person_id = self.people[who].person_id
        with self.desk.writing() as c:
            return sign_in.new_token(c, person_id, "a program", scopes, self.clock.now(), 30, person_id)

    def raw(self, request: bytes, patience_s: float = 10.0) -> bytes:
        """Bytes as they are, and what is answered until the connection ends or falls silent."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        answer = b""
        with socket.create_connection((host, int(port)), timeout=patience_s) as connection:
            connection.sendall(request)
            while b"\r\n\r\n" not in answer:
                piece = connection.recv(65_536)
                if not piece:
                    break
                answer += piece
        return answer

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.server.should_exit = True
        self.thread.join(20)
        self.desk.close()


def web_site(
    root: Path,
    settings: str = "",
    *,
    files: Mapping[str, str] | None = None,
    routes: Sequence[Routes] | None = None,
    beside: bool = False,
    clock: SetClock | None = None,
) -> WebSite:
    """Starts a site over a new workspace at `root`.

    Args:
        root: The workspace's folder.
        settings: Added to `detente.toml`.
        files: More files of the workspace, by name; only their owner may read them.
        routes: The routes, where not all of them.
        beside: Whether the indexing and the mail run beside it.
        clock: Its time.
    """
    (root / "competitors").mkdir(parents=True)
    (root / "competitors" / "globex.toml").write_text(_GLOBEX, encoding="utf-8")
    (root / "detente.toml").write_text(_COMPANY + settings, encoding="utf-8")
    for name, text in (files or {}).items():
        (root / name).write_text(text, encoding="utf-8")
        (root / name).chmod(0o600)
    workspace = workspaces.load(root)
    clock = clock or SetClock()
    desk = Desk.open(workspace.data, "", clock)
    known = _people(desk, clock)
    letters: list[EmailMessage] = []
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = create_app(workspace, desk, clock=clock, port=port, deliver=letters.append, routes=routes, beside=beside)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            lifespan="on",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    assert server.started, "the site did not start"
    return WebSite(f"http://127.0.0.1:{port}", root, app.state.services, clock, known, letters, server, thread)


def _people(desk: Desk, clock: SetClock) -> dict[str, Person]:
    now = clock.now()
    with desk.writing() as c:
        known = {
            who: people.add_person(
                c,
                name=f"{who.replace('_', ' ').title()} Person",
                email=f"{who}@acme.test",
                roles=(who if who in ROLES else "rep",),
                by=None,
                now=now,
            )
            for who in (*ROLES, "disabled", "other_rep")
        }
        people.disable(c, known["disabled"].person_id, by=None, now=now)
        return {who: people.person(c, person.person_id) for who, person in known.items()}
