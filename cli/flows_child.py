"""The process that keeps the schedules, beside that of the pages: watched, started anew, and ended with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from web.flows_state import FlowsState

# After it ended by itself it is started anew, later each time: what keeps failing must not keep the machine busy.
_PAUSES_S = (5.0, 15.0, 60.0, 300.0)
# Who ran for so long begins anew with the first pause.
_STEADY_S = 600.0
_STOP_S = 6.0


def command(root: Path) -> list[str]:
    """How the process is started."""
    words = ["serve", "--part", "flows", "--workspace", str(root)]
    return [sys.executable, "-c", "from cli.main import run; run()", *words]


class FlowsChild:
    """The other process.

    Args:
        command: How it is started.
        say: Is told when it ends by itself.
        pauses_s: How long to wait before it is started anew, each time.
    """

    def __init__(
        self, command: Sequence[str], say: Callable[[str], None], pauses_s: Sequence[float] = _PAUSES_S
    ) -> None:
        self._command = list(command)
        self._say = say
        self._pauses_s = tuple(pauses_s)
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_with: int | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts it, and a thread that watches it."""
        self._thread = threading.Thread(target=self._watch, name="flows", daemon=True)
        self._thread.start()

    def state(self) -> FlowsState:
        """How it does."""
        process = self._process
        if process is not None and process.poll() is None:
            return FlowsState(words=f"kept by process {process.pid}; Prefect's page shows more", is_well=True)
        if self._ended_with is not None:
            return FlowsState(
                words=f"their process ended with code {self._ended_with}; it is started anew", is_well=False
            )
        return FlowsState(words="their process is being started", is_well=True)

    def stop(self) -> None:
        """Ends it within some seconds."""
        self._ending.set()
        process = self._process
        if process is not None:
            _end(process)
        if self._thread is not None:
            self._thread.join(_STOP_S)

    def _watch(self) -> None:
        failed = 0
        while not self._ending.is_set():
            begun = time.monotonic()
            code = self._run()
            if self._ending.is_set():
                return
            self._ended_with = code
            failed = 1 if time.monotonic() - begun >= _STEADY_S else failed + 1
            pause = self._pauses_s[min(failed, len(self._pauses_s)) - 1]
            self._say(
                f"the process that keeps the schedules ended with code {code}; it starts anew in {pause:g} s. "
                "The pages are not touched by it, and reports are taken"
            )
            self._ending.wait(pause)

    def _run(self) -> int:
        # it ends by itself when this end of the pipe is closed, however this process dies; a session of its own keeps
        # a Ctrl-C in the terminal from it: it is told to end once, by us
        try:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603  (our own)
        except OSError:
            return -1
        with process:
            self._process = process
            if self._ending.is_set():
                _end(process)
            return process.wait()


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def end_with_parent() -> None:
    """In that process: ends it when the one that started it is gone, and ends it in order when it is told to."""

    def ended(_signal: int, _frame: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    def wait() -> None:
        with suppress(OSError, ValueError):
            # not by way of `sys.stdin`: its lock, held while this waits, would break the end of the interpreter
            while os.read(0, 1024):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, ended)
    threading.Thread(target=wait, name="parent", daemon=True).start()
