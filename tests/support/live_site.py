"""The site as people see it: a workspace, somebody of every role, and a server on a free loopback port."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn

from desk import people, sightings, sign_in
from desk.database import Desk
from detente import workspace as workspaces
from detente.clock import SystemClock
from detente.people import Person
from detente.workspace import Workspace
from web.app import create_app
from web.shop import Shop

COMPETITORS = {
    "globex": ("Globex Desk", ["Globex", "GLX"], 3),
    "initech": ("Initech", ["Ini"], 2),
    "hooli": ("Hooli", [], 1),
    "umbrella": ("Umbrella", [], 1),
    "soylent": ("Soylent", [], 1),
    "vehement": ("Vehement Capital", [], 0),
    "massive": ("Massive Dynamic", [], 0),
}
ROLES = ("rep", "pm", "sales_lead", "legal", "admin", "viewer")


def a_workspace(root: Path, settings: str = "") -> Workspace:
    """A workspace with seven competitors; `settings` is added to its `detente.toml`."""
    (root / "competitors").mkdir(parents=True)
    company = '[company]\nname = "Acme Corp"\ncurrency = "EUR"\ntime_zone = "Europe/Berlin"\n'
    (root / "detente.toml").write_text(company + settings, encoding="utf-8")
    for slug, (name, aliases, pages) in COMPETITORS.items():
        lines = [f'name = "{name}"', f"aliases = {aliases!r}".replace("'", '"')]
        for number in range(pages):
            lines += ["[[pages]]", 'kind = "page"', f'name = "p{number}"', f'url = "https://{slug}.example/{number}"']
        (root / "competitors" / f"{slug}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return workspaces.load(root)


@dataclass
class LiveSite:
    """A server that runs in a thread of the test.

    Attributes:
        url: Its address, without a slash at the end.
        shop: What its endpoints work with.
        people: One person per role, and `other_rep`; each with the password `a long password`.
    """

    url: str
    shop: Shop
    people: dict[str, Person]
    server: uvicorn.Server
    thread: threading.Thread

    def sign_in(self, context: Any, who: str) -> None:
        """Signs a browser's context in as `who`, as if they had typed their password."""
        with self.shop.desk.writing() as c:
            secret = sign_in.begin_session(c, self.people[who].person_id, self.shop.clock.now(), 12)
        context.add_cookies([{"name": self.shop.site.cookie, "value": secret, "url": self.url, "httpOnly": True}])

    def end_sessions(self, who: str) -> None:
        """Ends every session of `who`, as time does."""
        with self.shop.desk.writing() as c:
            people.end_sessions(c, self.people[who].person_id, self.shop.clock.now())
        self.shop.sessions.forget()

    def received(self, who: str = "rep") -> list[Any]:
        """The sightings of `who` on the desk, the newest first, once the inbox is empty."""
        self.shop.indexing.run_once()
        with self.shop.desk.reading() as c:
            return list(sightings.sightings_of(c, self.people[who].person_id, 100, None))

    def close(self) -> None:
        """Ends the server and closes the desk."""
        self.server.should_exit = True
        self.thread.join(20)
        self.shop.desk.close()


def serve(root: Path, settings: str = "") -> LiveSite:
    """Starts a site over a new workspace at `root`."""
    workspace = a_workspace(root, settings)
    clock = SystemClock()
    desk = Desk.open(workspace.data, "", clock)
    with desk.writing() as c:
        known = {role: _added(c, role, (role,), clock) for role in ROLES}
        known["other_rep"] = _added(c, "other_rep", ("rep",), clock)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = create_app(workspace, desk, clock=clock, port=port)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started, "the site did not start"
    return LiveSite(f"http://127.0.0.1:{port}", app.state.shop, known, server, thread)


def _added(c: Any, name: str, roles: tuple[str, ...], clock: SystemClock) -> Person:
    now = clock.now() - timedelta(days=1)
    shown = name.replace("_", " ").title()
    return people.add_person(c, name=f"{shown} Person", email=f"{name}@acme.test", roles=roles, by=None, now=now)
