"""A workspace served by `detente serve` in a process of its own, for tests that kill it, fill its disk or flood it."""

from __future__ import annotations

import functools
import hashlib
import http.client
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from desk import people, sign_in
from desk.database import Desk
from detente.clock import SystemClock

DETENTE = [sys.executable, "-c", "from cli.main import run; run()"]
BOUNDARY = "----detente-test-7d1f0c5e"
SETTINGS = """[company]
name = "Acme"

[limits]
sightings_per_minute = 1000000
"""
GLOBEX = 'name = "Globex"\n'
STARTS_WITHIN_S = 60.0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@functools.cache
def _picture(side: int) -> Image.Image:
    return Image.effect_noise((side, side), 60)


def photo(mark: str, side: int = 48) -> bytes:
    """A small JPEG whose bytes no other mark has."""
    out = io.BytesIO()
    _picture(side).save(out, "JPEG", comment=mark.encode())
    return out.getvalue()


def multipart(fields: Mapping[str, str], files: Sequence[tuple[str, bytes]] = (), file_field: str = "files") -> bytes:
    """A form as browsers send it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    for name, body in files:
        head = f'Content-Disposition: form-data; name="{file_field}"; filename="{name}"\r\nContent-Type: image/jpeg'
        parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + body + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def sighting(sighting_id: str, text: str, **fields: str) -> str:
    """A sighting as the API takes it."""
    return json.dumps({"sighting_id": sighting_id, "text": text, "source": "public", "competitor": "globex"} | fields)


def new_id() -> str:
    """An id as a client mints it."""
    return str(uuid.uuid4())


@dataclass
class Served:
    """A workspace, and the server of it.

    Attributes:
        folder: The workspace.
        port: Where it listens.
        tokens: By name of a person: an API token.
        cookies: The secret of a session.
        person_ids: Their id.
        start_s: How long each start took until the server answered.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    person_ids: dict[str, str] = field(default_factory=dict)
    start_s: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    before: Sequence[str] = ()

    @property
    def data(self) -> Path:
        """Where it keeps things: as the server sees it, where it has a disk of its own."""
        own = Path(f"/proc/{self.process.pid}/root") if self.before and self.process else Path("/")
        return own / (self.folder / "data").relative_to("/")

    @property
    def log(self) -> Path:
        """What it said."""
        return self.folder.parent / f"{self.folder.name}.log"

    @property
    def temporary(self) -> Path:
        """Its own folder for temporary files."""
        return self.folder.parent / f"{self.folder.name}-tmp"

    def make(self, names: Mapping[str, Sequence[str]], settings: str = SETTINGS) -> Served:
        """Writes the workspace, and its people with their roles and tokens."""
        (self.folder / "competitors").mkdir(parents=True)
        self.temporary.mkdir()
        (self.folder / "detente.toml").write_text(settings)
        (self.folder / "competitors" / "globex.toml").write_text(GLOBEX)
        desk, clock = Desk.open(self.data, "", SystemClock()), SystemClock()
        with closing(desk), desk.writing() as connection:
            for name, roles in names.items():
                person = people.add_person(
                    connection, name=name, email=f"{name}@acme.test", roles=frozenset(roles), by=None, now=clock.now()
                )
                self.person_ids[name] = person.person_id
                self.cookies[name] = sign_in.begin_session(connection, person.person_id, clock.now(), hours=12)
                _, self.tokens[name] = sign_in.new_token(
                    connection,
                    person.person_id,
                    "test",
                    {"sightings:write", "sightings:read"},
                    clock.now(),
                    days=None,
                    by=person.person_id,
                )
        return self

    def start(self) -> Served:
        """Starts the server and waits until it answers."""
        began = time.perf_counter()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*self.before, *DETENTE, "serve", "--no-flows", "--workspace", str(self.folder)],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while True:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/health")[0] == 200:
                    break
            assert self.process.poll() is None, self.log.read_text()
            assert time.perf_counter() - began < STARTS_WITHIN_S, self.log.read_text()
            time.sleep(0.01)
        self.start_s.append(time.perf_counter() - began)
        return self

    def environment(self) -> dict[str, str]:
        """What the server and commands run with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DETENTE_"))}
        return kept | {
            "NO_COLOR": "1", "TMPDIR": str(self.temporary), "DETENTE_WEB__PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH", "")])),
        }  # fmt: skip

    def kill(self) -> None:
        """Kill −9: of the server itself, and of nothing that it may have started."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ends it as a service manager does; whatever is left of its group is ended for good."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> tuple[int, bytes]:
        """Sends a request on a connection of its own; gives status and body.

        Raises:
            OSError, http.client.HTTPException: There was no whole answer.
        """
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()

    def headers(self, name: str) -> dict[str, str]:
        """Those of a form that a person's program sends."""
        return {
            "Authorization": f"Bearer {self.tokens[name]}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }

    def report(
        self, name: str, sighting_id: str, text: str, files: Sequence[tuple[str, bytes]] = (), **fields: str
    ) -> tuple[int, dict[str, Any]]:
        """Sends a sighting; gives status and answer."""
        body = multipart({"sighting": sighting(sighting_id, text, **fields)}, files)
        status, body = self.ask("POST", "/api/v1/sightings", body, self.headers(name))
        answer: dict[str, Any] = json.loads(body)
        return status, answer

    def page(self, name: str, path: str) -> tuple[int, bytes]:
        """A page as a person's browser gets it."""
        return self.ask("GET", path, headers=self.browser(name))

    def send_form(self, name: str, path: str, fields: Mapping[str, str], **files: bytes) -> tuple[int, bytes]:
        """Sends a form as a person's browser does."""
        body = multipart(fields, list(files.items()))
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self.ask("POST", path, body, self.browser(name) | kind)

    def browser(self, name: str) -> dict[str, str]:
        """The headers of a person's browser; of nobody's for an empty name."""
        cookie = {"Cookie": f"detente={self.cookies[name]}"} if name else {}
        return {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", **cookie}

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Runs a command in the workspace, beside the server."""
        return subprocess.run(
            [*DETENTE, *words, "--workspace", str(self.folder)],
            env=self.environment(),
            capture_output=True,
            timeout=180,
        )

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the desk holds."""
        with closing(sqlite3.connect(f"file:{self.data / 'desk.sqlite'}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def files_of(self, *folders: str) -> list[Path]:
        """Files in folders of the inbox."""
        return [path for name in folders for path in sorted((self.data / "inbox" / name).rglob("*")) if path.is_file()]

    def wait_until_indexed(self, within_s: float = 60.0) -> None:
        """Waits until nothing in the inbox is new."""
        until = time.monotonic() + within_s
        while left := self.files_of("new"):
            assert time.monotonic() < until, f"{len(left)} are still new; {self.log.read_text()[-2000:]}"
            time.sleep(0.05)

    def wait_until_swept(self, within_s: float = 30.0) -> None:
        """Lets what lies aside be old, and waits until the server has taken it away."""
        until = time.monotonic() + within_s
        for path in self.files_of("aside"):
            os.utime(path, (0, 0))
        while left := self.files_of("aside"):
            assert time.monotonic() < until, f"{len(left)} lie aside"
            time.sleep(0.05)

    def damages(self) -> list[str]:
        """What must never be found while no server is at work: half entries, wrong hashes, files without a row."""
        found = [f"left aside: {path.name}" for path in self.files_of("aside")]
        found += [f"set aside as damaged: {path.name}" for path in self.files_of("damaged")]
        stored = {path.name: path for path in (self.data / "attachments").rglob("*") if path.is_file()}
        for name, path in stored.items():
            if hashlib.sha256(path.read_bytes()).hexdigest() != name:
                found.append(f"attachment {name} has other bytes than its name says")
        known = {row[0] for row in self.rows("SELECT stored_hash FROM attachment WHERE stored_hash IS NOT NULL")}
        found += [f"attachment {name} has no row" for name in stored.keys() - known]
        found += [f"attachment {name} has no file" for name in known - stored.keys()]
        found += [f"temporary file: {path.name}" for path in self.temporary.rglob("*") if path.is_file()]
        return found
