"""Rounds of the sides in turn, with a build beside them; and what they say as a table."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from bench.accepting.client import Plan, Told
from bench.accepting.photo import photo
from bench.accepting.servers import Running, Side, a_build_beside, running
from bench.contenders.detente import Detente
from bench.contenders.installing import WORK
from bench.measure import ROOT, Server

Load = Literal["photo", "text"]
LOADS: dict[Load, str] = {"photo": "with a photo of 300 KB", "text": "without a photo"}
PAGES = 1200
WARM_S = 1.0
LEAST_SHARE, MOST_P99 = 0.8, 1.5


@dataclass(frozen=True, kw_only=True)
class Round:
    """One side under one load for some seconds.

    Attributes:
        per_s: Sightings that were taken, per second.
        p50: Milliseconds until half of them were answered.
        p99: Until 99 of 100 were.
        cpu_ms: What a sighting cost the server and the processes that it started.
        clients: Cores that the clients kept busy.
        refused: Answers that were none of 200, 201 and 303.
        lost: Sightings that were taken and are not on the disk.
        waiting: Sightings that were taken and not yet in the desk when the server ended.
        start_s: How long the server took to listen.
        end_s: How long it took to end.
        peak_mb: Its largest resident set.
        is_ours: Whether the goals are for it.
    """

    side: str
    load: Load
    per_s: float
    p50: float
    p99: float
    cpu_ms: float
    clients: float
    refused: int
    lost: int
    waiting: int
    start_s: float
    end_s: float
    peak_mb: float
    is_ours: bool = True


@dataclass(frozen=True, kw_only=True)
class Accepting:
    """Everything that was measured.

    Attributes:
        rounds: In their order.
        builds: How many builds ended well meanwhile.
        seconds: Length of one round.
    """

    rounds: Sequence[Round]
    builds: int
    seconds: float


def measure(*, seconds: float, rounds: int, make_sides: Callable[[Path, Path], Sequence[Side]]) -> Accepting:
    """Measures the sides in turn, so that what the machine does meanwhile falls on all of them.

    Args:
        seconds: Length of a round.
        rounds: How often each side is measured with a photo; half as often without.
        make_sides: Given a folder and a workspace; the first side is the one that the others are judged by.
    """
    folder = WORK / "accepting"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "photo.jpg").write_bytes(photo())
    with Server(PAGES) as site:
        filled = Detente()
        filled.prepare(folder, site)
        site.turn("dynamic", 1)
        filled.check(1)
    sides = make_sides(folder, folder / "workspace")
    done: list[Round] = []
    often: dict[Load, int] = {"photo": rounds, "text": max(1, rounds // 2)}
    with a_build_beside(folder / "workspace", folder / "build.log") as builds:
        time.sleep(1)
        for load in [load for load, times in often.items() for _ in range(times)]:
            for side in sides:
                one = _round(side, load, seconds, folder)
                done.append(one)
                print(
                    f"{one.side:32} {one.load:6} {one.per_s:7.0f} /s  p50 {one.p50:6.1f} ms  p99 {one.p99:6.1f} ms  "
                    f"{one.cpu_ms:5.2f} CPU-ms  {one.refused} refused  {one.lost} lost  {one.waiting} waiting",
                    flush=True,
                )
        return Accepting(rounds=done, builds=builds(), seconds=seconds)


def _round(side: Side, load: Load, seconds: float, folder: Path) -> Round:
    with running(side, folder / f"{side.path.strip('/').replace('/', '-')}.log") as server:
        _send(side, load, WARM_S, folder, server)
        before, cpu = side.count(), server.cpu_s()
        told = _send(side, load, seconds, folder, server)
        cpu, peak = server.cpu_s() - cpu, server.peak_mb()
    refused = sum(count for status, count in told.statuses.items() if status not in (200, 201, 303))
    if refused:
        print(f"{side.name} refused: {told.first_refusal}", file=sys.stderr)
    ms = sorted(told.ms) or [float("nan")]
    done = Round(
        side=side.name,
        load=load,
        per_s=len(told.ms) / told.wall_s,
        p50=statistics.median(ms),
        p99=ms[int(len(ms) * 0.99)],
        cpu_ms=1000 * cpu / max(1, len(told.ms)),
        clients=told.cpu_s / told.wall_s,
        refused=refused,
        lost=len(told.ms) - (side.count() - before),
        waiting=side.waiting(),
        start_s=server.start_s,
        end_s=server.end_s,
        peak_mb=peak,
        is_ours=side.is_ours,
    )
    side.clear()
    return done


def _send(side: Side, load: Load, seconds: float, folder: Path, server: Running) -> Told:
    plan = Plan(
        port=server.port,
        path=side.path,
        headers=side.headers,
        people=side.people,
        fields=side.fields,
        file_field=side.file_field,
        photo=str(folder / "photo.jpg") if load == "photo" else None,
        seconds=seconds,
    )
    ended = subprocess.run(
        [sys.executable, "-m", "bench.accepting.client"],
        cwd=ROOT,
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ended.stdout)
    return Told(**(told | {"statuses": {int(status): count for status, count in told["statuses"].items()}}))
