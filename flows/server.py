"""Prefect's server as a child process: started with settings that suit one machine, and stopped again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from detente.errors import ServiceError
from flows.address import answers

# The first start makes the server's database, which took up to 47 s on a busy machine with two cores.
START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 20.0


def environment(home: Path, port: int) -> dict[str, str]:
    """The environment of Prefect's server, and of what talks to it.

    No analytics; batches, since each task would else cost the server 25 ms; the page's own address for the UI.
    """
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,sources,warehouse,reports",
    }


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def prefect_server(home: Path, port: int, log: Path) -> Iterator[Mapping[str, str]]:
    """Runs Prefect's server on a loopback port; gives the environment in which flows find it.

    Args:
        home: Folder of the server's database.
        port: Loopback port.
        log: File that takes what the server prints.

    Raises:
        ServiceError: The port is taken, or the server does not answer in time; with the log's place.
    """
    if is_taken(port):
        raise ServiceError(
            f"port {port} is taken, so Prefect's server cannot start there; end that program, "
            "or choose another port with prefect.port in detente.toml"
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    extra = environment(home, port)
    with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start"],
            env=os.environ | extra,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # a Ctrl-C in the terminal is not for it; in a session of our own it stays, and ends with whoever ends that
            start_new_session=os.getsid(0) != os.getpid(),
        )
    try:
        _wait(server, extra["PREFECT_API_URL"], log)
        yield extra
    finally:
        _stop(server)


def _wait(server: subprocess.Popen[bytes], api_url: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServiceError(f"Prefect's server ended with code {server.returncode} while starting; {log} says why")
        if answers(api_url):
            return
        time.sleep(0.2)
    raise ServiceError(f"Prefect's server did not answer at {api_url} in {START_TIMEOUT_S:g} s; {log} says why")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
