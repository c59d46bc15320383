"""The servers that are measured: the bare endpoint, and `detente serve`; each a process of its own, started anew."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.measure import ROOT, BenchError, environment

CLIENTS = 20
DETENTE = [sys.executable, "-c", "from cli.main import run; run()"]
_STARTS_WITHIN_S, _ENDS_WITHIN_S = 60.0, 60.0


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the servers, and what is sent to it.

    Attributes:
        name: As the table calls it.
        command: Starts it, given the folder of the run and a port.
        path: Where sightings are sent to.
        fields: Form fields; see `Plan`.
        file_field: Name of the field with the photo.
        headers: One mapping per client.
        people: Who sends, one per client.
        stored: Folders in which each taken sighting is one file.
        behind: Those of them whose sightings are not in the desk yet.
        is_ours: Whether it is Détente, for which the goals are.
    """

    name: str
    command: Callable[[int], Sequence[str]]
    path: str
    fields: Mapping[str, str]
    file_field: str
    stored: Sequence[Path]
    behind: Sequence[Path] = ()
    headers: Sequence[Mapping[str, str]] = field(default_factory=lambda: [{}] * CLIENTS)
    people: Sequence[str] = field(default_factory=lambda: [""] * CLIENTS)
    is_ours: bool = True

    def count(self) -> int:
        """How many sightings are on the disk."""
        return _files(self.stored)

    def waiting(self) -> int:
        """How many of them are not in the desk yet."""
        return _files(self.behind)

    def clear(self) -> None:
        """Takes away what was stored, so that every round begins alike."""
        for folder in self.stored:
            for path in folder.rglob("*"):
                if path.is_file():
                    path.unlink()


def _files(folders: Sequence[Path]) -> int:
    # a file may just be moving from one folder to another
    return len({path.name for folder in folders for path in folder.rglob("*") if path.is_file()})


@dataclass(kw_only=True)
class Running:
    """A server that listens.

    Attributes:
        port: Loopback port.
        start_s: From starting the process to the first connection.
        end_s: From SIGTERM to its end; known once it has ended.
    """

    port: int
    start_s: float
    process: psutil.Process
    end_s: float = 0.0

    def cpu_s(self) -> float:
        """CPU seconds of the server and of the processes that it has started."""
        total = 0.0
        with suppress(psutil.Error):
            for one in [self.process, *self.process.children(recursive=True)]:
                times = one.cpu_times()
                total += times.user + times.system
            ended = self.process.cpu_times()
            total += ended.children_user + ended.children_system
        return total

    def peak_mb(self) -> float:
        """Largest resident set of the server's own process so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(side: Side, log: Path) -> Iterator[Running]:
    """Starts a server, waits until it listens, and ends it with the block.

    Raises:
        BenchError: It did not start.
    """
    port = _free_port()
    began = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(
            side.command(port),
            cwd=ROOT,
            env=environment(log.parent, {"PYTHONPATH": str(ROOT), "DETENTE_WEB__PORT": str(port)}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not _listens(port):
            if process.poll() is not None or time.perf_counter() - began > _STARTS_WITHIN_S:
                raise BenchError(f"{side.name} did not start: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.02)
        server = Running(port=port, start_s=time.perf_counter() - began, process=psutil.Process(process.pid))
        yield server
        began = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(_ENDS_WITHIN_S)
        server.end_s = time.perf_counter() - began
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def bare(folder: Path, fields: Mapping[str, str], *, parsed: bool = False) -> Side:
    """The bare endpoint, which is sent the same bytes as the form; `parsed`: it takes them apart first."""
    home = folder / ("parsed" if parsed else "bare")
    shutil.rmtree(home, ignore_errors=True)
    return Side(
        name="bare, with the form parsed" if parsed else "bare write, fsync, link, fsync",
        command=lambda port: [sys.executable, "-m", "bench.accepting.bare", str(home), str(port)],
        path="/parsed" if parsed else "/bare",
        fields=fields,
        file_field="files",
        stored=[home / "new"],
        is_ours=False,
    )


@contextmanager
def a_build_beside(workspace: Path, log: Path) -> Iterator[Callable[[], int]]:
    """Runs `detente run build` over and over in another process; gives a way to ask how many have ended well."""
    script = 'i=0; while :; do "$@" >/dev/null 2>>build.err && i=$((i+1)); echo $i > builds; done'
    counter = log.parent / "builds"
    counter.write_text("0")
    process = subprocess.Popen(
        ["sh", "-c", script, "sh", *DETENTE, "run", "build", "--workspace", str(workspace)],
        cwd=log.parent,
        env=environment(log.parent, {"PYTHONPATH": str(ROOT)}),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield lambda: int(counter.read_text() or 0)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
