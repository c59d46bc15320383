"""`detente serve` as a process: it answers at once, lets its owner in, and ends what it started."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
from waiting import soon

from cli.flows_child import FlowsChild
from detente import workspace as workspaces

DETENTE = [sys.executable, "-c", "from cli.main import run; run()"]
pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace whose pages are served at any free port."""
    workspaces.init(tmp_path / "ws")
    settings = tmp_path / "ws" / "detente.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[web]\nport = 0\n", encoding="utf-8")
    return tmp_path / "ws"


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DETENTE_"))}
    return kept | {"NO_COLOR": "1"} | more


@contextmanager
def serving(folder: Path, *words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = folder.parent / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*DETENTE, "serve", "--workspace", str(folder), *words],
            env=_environment(**environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process, log
    finally:
        family = [] if process.poll() is not None else psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        for child in family:
            child.kill()


def _said(log: Path, pattern: str) -> str:
    found = soon(lambda: re.search(pattern, log.read_text(encoding="utf-8")))
    assert isinstance(found, re.Match)
    return str(found[1])


def _asked(url: str, method: str, path: str, **headers: str) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    with closing(connection):
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()


def test_the_owner_of_this_machine_comes_in_by_the_link_and_a_signal_ends_it(folder: Path) -> None:
    with serving(folder, "--no-flows") as (process, log):
        url = _said(log, r"Détente: (http://127\.0\.0\.1:\d+)\n")
        link = _said(log, r"minutes: http://[^/]+(/sign-in/link/\S+)\n")
        assert _asked(url, "GET", "/health")[0].status == 200
        assert _asked(url, "GET", link)[0].status == 200
        entered, _ = _asked(url, "POST", link)
        assert entered.status == 303
        cookie = str(entered.getheader("Set-Cookie")).split(";")[0]
        assert _asked(url, "GET", "/admin/people", Cookie=cookie)[0].status == 200
        health = _asked(url, "GET", "/admin/health", Cookie=cookie)[1]
        assert "not kept: started with --no-flows" in health
        assert _asked(url, "POST", link)[0].status == 422

        second = subprocess.run(
            [*DETENTE, "serve", "--workspace", str(folder)],
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (second.returncode, second.stderr) == (
            2,
            (
                f"detente: {folder}: `detente serve` runs here already (process {process.pid}, {url}); "
                "use that one, or end it\n"
            ),
        )

        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()
    text = log.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert text.count(link) == 1  # the log of requests names the route, not the secret
    assert not (folder / "data" / "serve.json").exists()


def test_it_starts_anew_with_a_new_link_for_the_same_owner(folder: Path) -> None:
    links = set()
    for _ in range(2):
        with serving(folder, "--no-flows") as (process, log):
            links.add(_said(log, r"minutes: http://[^/]+(/sign-in/link/\S+)\n"))
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
    assert len(links) == 2


def test_schedules_that_cannot_be_kept_do_not_touch_the_pages(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with serving(folder, DETENTE_PREFECT__PORT=port) as (process, log):
            url = _said(log, r"Détente: (http://\S+)\n")
            assert _said(log, rf"(port {port} is taken)")
            assert _said(log, r"(keeps the schedules ended with code 1; it starts anew in 5 s)")
            assert _asked(url, "GET", "/health")[0].status == 200
            link = _said(log, r"minutes: http://[^/]+(/sign-in/link/\S+)\n")
            cookie = str(_asked(url, "POST", link)[0].getheader("Set-Cookie")).split(";")[0]
            health = _asked(url, "GET", "/admin/health", Cookie=cookie)[1]
            assert "their process ended with code 1; it is started anew" in health
            assert "Something needs a look." in health
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def test_a_taken_port_is_an_error_that_says_what_to_do(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [*DETENTE, "serve", "--no-flows", "--workspace", str(folder)],
            env=_environment(DETENTE_WEB__PORT=str(port)),
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "web.port" in ended.stderr


@pytest.mark.parametrize("words", [["--host", "0.0.0.0"], []])
def test_beyond_this_machine_it_does_not_start_before_somebody_can_sign_in(folder: Path, words: list[str]) -> None:
    more = {} if words else {"DETENTE_WEB__HOST": "0.0.0.0", "DETENTE_WEB__BASE_URL": "https://intel.acme.test"}
    ended = subprocess.run(
        [*DETENTE, "serve", "--no-flows", "--workspace", str(folder), *words],
        env=_environment(**more),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ("nobody can sign in" if more else "set web.base_url") in ended.stderr
    assert "sign-in/link" not in ended.stderr


# The other process


SLEEPER = """
import time
from cli.flows_child import end_with_parent
end_with_parent()
print("up", flush=True)
time.sleep(60)
"""


def test_a_process_that_keeps_failing_is_started_anew_later_each_time() -> None:
    said: list[str] = []
    child = FlowsChild([sys.executable, "-c", "raise SystemExit(7)"], said.append, pauses_s=(0.05, 0.1, 600.0))
    child.start()
    soon(lambda: len(said) >= 3)
    assert not child.state().is_well
    assert "code 7" in child.state().words
    child.stop()  # in the midst of the last pause
    assert ["in 0.05 s" in said[0], "in 0.1 s" in said[1], "in 600 s" in said[2]] == [True] * 3


def test_a_process_that_runs_is_well_and_ends_with_us(tmp_path: Path) -> None:
    said: list[str] = []
    up = tmp_path / "up"
    child = FlowsChild([sys.executable, "-c", f"open({str(up)!r}, 'w').close()\n{SLEEPER}"], said.append)
    child.start()
    soon(lambda: "process" in child.state().words and "kept by" in child.state().words)
    process = psutil.Process(int(re.findall(r"process (\d+)", child.state().words)[0]))
    soon(up.exists)
    child.stop()
    assert not process.is_running()
    assert said == []


def test_the_other_process_ends_when_the_one_that_started_it_is_killed(tmp_path: Path) -> None:
    starter = (
        "import subprocess, sys, time\n"
        f"words = [sys.executable, '-c', {SLEEPER!r}]\n"
        "child = subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True)\n"
        "print(child.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        assert process.stdout.readline() == "up\n"
        process.kill()
    soon(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_command_that_is_not_there_is_told() -> None:
    said: list[str] = []
    child = FlowsChild(["/none/such"], said.append, pauses_s=(30.0,))
    child.start()
    soon(lambda: said)
    assert not child.state().is_well
    child.stop()
