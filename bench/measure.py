"""Runs a command and measures its whole process tree; runs the server that all contenders are measured against."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from bench.site import Site

LONGEST_S = 900.0
_EVERY_S = 0.05
ROOT = Path(__file__).resolve().parents[1]


class BenchError(Exception):
    """A contender could not be measured; the message is what the table says."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one check of all pages took.

    Attributes:
        wall_s: From start to end of the process.
        cpu_s: User and system time of the process and of those that it started and waited for.
        peak_mb: Largest sum of resident sets of the tree, sampled every 50 ms.
        others: Cores that other processes than it and the server kept busy meanwhile; 0 is a quiet machine.
        code: Exit code.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    others: float
    code: int


class _Memory(threading.Thread):
    """Samples the resident sets of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._ended.is_set():
            total = 0
            with suppress(psutil.Error):
                for process in [self._root, *self._root.children(recursive=True)]:
                    with suppress(psutil.Error):
                        total += process.memory_info().rss
            self.peak = max(self.peak, total)
            self._ended.wait(_EVERY_S)

    def end(self) -> int:
        self._ended.set()
        self.join()
        return self.peak


def _busy_s() -> float:
    """CPU seconds that the machine has used since it was started."""
    times = psutil.cpu_times()
    return times.user + times.system + getattr(times, "nice", 0.0) + getattr(times, "irq", 0.0)


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment without proxies and without settings of the contenders; their home is a folder of the bench."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith(("DETENTE_", "PREFECT_", "PYTHON"))
    }
    return ours | {"HOME": str(home), "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": ""} | dict(more or {})


def run(
    command: Sequence[str | Path], *, home: Path, server: Server, log: Path, more: Mapping[str, str] | None = None
) -> Cost:
    """Runs a command to its end.

    Args:
        command: Program and arguments.
        home: Folder that it runs in.
        server: Whose CPU time is not counted as that of others.
        log: Where its output goes.
        more: Environment variables.

    Raises:
        BenchError: It was stopped because it took longer than a quarter of an hour.
    """
    busy, served = _busy_s(), server.cpu_s()
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=home,
            env=environment(home, more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    memory = _Memory(process.pid)
    memory.start()
    late = threading.Timer(LONGEST_S, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    late.cancel()
    # Popen must not wait for a process that has been waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = memory.end()
    if wall >= LONGEST_S:
        raise BenchError(f"stopped after {LONGEST_S / 60:.0f} minutes")
    cpu = usage.ru_utime + usage.ru_stime
    others = max(0.0, _busy_s() - busy - cpu - (server.cpu_s() - served)) / wall
    return Cost(wall_s=wall, cpu_s=cpu, peak_mb=peak / 1e6, others=others, code=process.returncode)


class Server:
    """The server process; ends with the `with` block."""

    def __init__(self, pages: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.site = Site(pages, port)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.server", str(pages), str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._read() != "ready":
            raise BenchError("the server did not start: its message stands above")
        self._seen = psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)

    def _read(self) -> str:
        return (self._process.stdout.readline() if self._process.stdout else "").strip()

    def turn(self, mode: str, revision: int) -> dict[str, int]:
        """Sets mode (`dynamic`, `validators`) and revision; returns what was answered since the last call."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{mode} {revision}\n")
        self._process.stdin.flush()
        counts: dict[str, int] = json.loads(self._read())
        return counts

    def cpu_s(self) -> float:
        """CPU seconds that the server has used."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)
