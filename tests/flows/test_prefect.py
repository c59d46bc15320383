"""Prefect runs the same order: its runs, artifacts, deployments and schedules, with a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from small_site import SmallSite
from waiting import soon

from flows.address import answers
from flows.server import free_port, prefect_server

DETENTE = [sys.executable, "-c", "from cli.main import run; run()"]
# what a flow does in a process of its own, as `detente run` would with the server's address in the environment
PIPELINE = """
import asyncio, sys
from flows import prefect_flows, runs
from detente.clock import SystemClock
from datetime import datetime
ask = runs.Ask(flow="pipeline", everything=True, now=datetime.fromisoformat(sys.argv[1]))
print(asyncio.run(prefect_flows.call(ask)))
"""


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DETENTE_"))}
    return kept | {"NO_COLOR": "1", "DO_NOT_TRACK": "1"} | more


def api(url: str, path: str, **body: Any) -> Any:
    request = urllib.request.Request(f"{url}/{path}", method="GET" if path.startswith("deployments/name") else "POST")
    if request.method == "POST":
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


@pytest.mark.slow
def test_a_flow_that_prefect_runs_is_seen_there_with_its_steps_and_artifacts(
    site: SmallSite, folder: Path, tmp_path: Path
) -> None:
    site.broken["/trust"] = 503
    with prefect_server(tmp_path / "prefect", free_port(), tmp_path / "server.log") as extra:
        ended = subprocess.run(
            [sys.executable, "-c", PIPELINE, "2026-10-05T03:00:00+00:00"],
            env=environment(**extra, DETENTE_WORKSPACE=str(folder)),
            capture_output=True,
            text=True,
            timeout=120,
        )
        url = extra["PREFECT_API_URL"]
        assert ended.returncode == 0, ended.stderr
        [run] = api(url, "flow_runs/filter")
        tasks = soon(lambda: _completed(url, 5), 30)
        artifacts = {artifact["key"]: artifact for artifact in api(url, "artifacts/filter")}

    assert (run["name"] != "", run["state_type"]) == (True, "COMPLETED")
    assert str(folder) not in json.dumps(
        run["parameters"]
    )  # parameters are kept for ever, and a path may name a person
    assert {"recall the fetch log", "fetch 3 pages", "load the logs", "make, check and publish the tables"} <= tasks
    assert "2 read, 0 unchanged, 0 not due, 0 changes, 1 failed" in artifacts["pipeline-summary"]["data"]
    assert "data/weekly/2026-W40/report.html" in artifacts["pipeline-summary"]["data"]
    assert "globex/page" in artifacts["pipeline-failed"]["data"]
    assert (folder / "data" / "weekly" / "2026-W40" / "report.html").is_file()


def _completed(url: str, at_least: int) -> set[str] | None:
    runs = api(url, "task_runs/filter")
    done = {run["name"] for run in runs if run["state_type"] == "COMPLETED"}
    return done if len(done) >= at_least else None


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*DETENTE, "serve", "--workspace", str(folder)], env=environment(), stdout=output, stderr=subprocess.STDOUT
        )
    family = psutil.Process(process.pid)
    try:
        yield process
    finally:
        if process.poll() is None:
            children = family.children(recursive=True)
            process.kill()
            process.wait()
            for child in children:
                child.kill()


@pytest.mark.slow
def test_serving_keeps_the_schedules_catches_up_once_and_ends_cleanly(site: SmallSite, tmp_path: Path) -> None:
    port = free_port()
    schedule = 'collect = "15 4 * * *"\nweekly = "30 6 * * 1"\n'
    web = free_port()
    folder = site.workspace(tmp_path / "ws", prefect=f"port = {port}\n", schedule=schedule, web=f"port = {web}\n")
    log, url = tmp_path / "serve.log", f"http://127.0.0.1:{port}/api"
    with serving(folder, log) as process:
        soon(lambda: b"Ctrl-C ends" in log.read_bytes() or process.poll() is not None, 150)
        assert process.poll() is None, log.read_text()
        daily = soon(lambda: _deployment(url, "daily/daily"), 60)
        weekly = soon(lambda: _deployment(url, "pipeline/weekly"), 60)

        assert _schedules(daily) == [("15 4 * * *", "Europe/Berlin")]
        assert _schedules(weekly) == [("30 6 * * 1", "Europe/Berlin")]
        assert weekly["parameters"] == {"unless_done": True}
        assert not daily["paused"]

        # nothing had ever run here, so that one pipeline stood for all; an ingest comes every hour, perhaps just now
        flows = {one["id"]: one["name"] for one in api(url, "flows/filter")}
        ended = [(flows[run["flow_id"]], run["state_type"]) for run in _ended(url)]
        assert [run for run in ended if run[0] != "ingest"] == [("pipeline", "COMPLETED")]
        assert "catching up once: pipeline" in log.read_text()
        assert list((folder / "data" / "weekly").glob("*/report.html"))

        second = subprocess.run(
            [*DETENTE, "serve", "--workspace", str(folder)],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 2
        assert second.stderr == (
            f"detente: {folder}: `detente serve` runs here already (process {process.pid}, "
            f"http://127.0.0.1:{web}); use that one, or end it\n"
        )

        site.show(team="59", notes=3, place="Ireland")
        asked = len(site.asked)
        triggered = api(
            url,
            f"deployments/{daily['id']}/create_flow_run",
            parameters={"everything": True},
            state={"type": "SCHEDULED"},
        )
        run = soon(lambda: _terminal(url, triggered["id"]), 90)
        assert run["state_type"] == "COMPLETED", log.read_text()
        assert len(site.asked) > asked

        told = subprocess.run(
            [*DETENTE, "run", "build", "--workspace", str(folder), "--json"],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert told.returncode == 0, told.stderr
        assert f"this run is told to Prefect at {url}" in told.stderr
        assert json.loads(told.stdout)["step"] == "build"

        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0, log.read_text()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert not alive, [one.cmdline() for one in alive]
    assert not answers(url)
    assert not (folder / "data" / "serving.json").exists()
    assert "Traceback" not in log.read_text()


def _deployment(url: str, name: str) -> Any:
    try:
        return api(url, f"deployments/name/{name}")
    except OSError:
        return None


def _schedules(deployment: Any) -> list[tuple[str, str]]:
    return [(one["schedule"]["cron"], one["schedule"]["timezone"]) for one in deployment["schedules"] if one["active"]]


def _ended(url: str) -> list[Any]:
    return [
        run
        for run in api(url, "flow_runs/filter")
        if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
    ]


def _terminal(url: str, run_id: str) -> Any:
    return next((run for run in _ended(url) if run["id"] == run_id), None)
