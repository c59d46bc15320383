"""A run may be killed at any moment: the next one ends with the rows of a run that was never killed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_site import SmallSite, at

from warehouse import Warehouse, ask, newest
from warehouse.tables import tables

RUN = [sys.executable, "-c", "from cli.main import run; run()", "run", "pipeline"]
KILLS = int(os.environ.get("DETENTE_KILLS", "8"))
# Only what says when something was fetched, or is made of that; and what tells how often there were runs.
TIMES = {
    "fetch_id",
    "change_id",
    "item_id",
    "elapsed_ms",
    "valid_from",
    "valid_to",
    "seen_from",
    "seen_to",
    "failing_since",
    "cluster_id",
    "near_item_id",
    "age_days",
    "x_time",
    "points_time",
    "score",
}
# a killed run may have scored what the next one scores again
NOT_COMPARED = {"run", "relevance_history"}


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DETENTE_"))}
    return kept | {"NO_COLOR": "1"}


def start(folder: Path, moment: str) -> subprocess.Popen[str]:
    command = [*RUN, "--workspace", str(folder), "--now", moment]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def run_whole(folder: Path, moment: str) -> list[str]:
    """Runs the pipeline to its end and returns the lines that told its steps."""
    process = start(folder, moment)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    return told.splitlines()


def killed_at(folder: Path, moment: str, line: int, delay_s: float) -> bool:
    """Kills a run so long after it told its n-th step; says whether it was still under way."""
    with start(folder, moment) as process:
        assert process.stderr is not None
        for _ in range(line):
            process.stderr.readline()
        time.sleep(delay_s)
        process.kill()
        process.wait()
    return process.returncode == -9


def rows_of(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with Warehouse(folder / "data").section("compare") as connection:
        found = {}
        for table in tables():
            columns = [name for name in table.columns if name not in TIMES and not name.endswith("_at")]
            if table.name not in NOT_COMPARED:
                query = f"SELECT {', '.join(columns)} FROM core.{table.name} ORDER BY ALL"
                found[table.name] = connection.execute(query).fetchall()
    return found


def weeks(site: SmallSite, folder: Path, kills: Sequence[int], dice: random.Random) -> int:
    """A life of the site, each week with so many killed runs and a whole one; returns how many were hit at work."""
    site.workspace(folder)
    site.show(team="49", notes=2, place="Ireland")
    moment = at("2026-10-05T03:00Z")
    lines = len(run_whole(folder, moment.isoformat()))
    hit = 0
    for week, times in enumerate(kills, 1):
        site.show(team=str(49 + week), notes=2 + week, place=("Ireland", "Frankfurt")[week % 2])
        moment += timedelta(days=7)
        for _ in range(times):
            delay_s = dice.choice((0, 0.02, 0.05, 0.1, 0.2, 0.4))
            hit += killed_at(folder, moment.isoformat(), dice.randrange(lines + 4), delay_s)
            moment += timedelta(minutes=1)
        run_whole(folder, moment.isoformat())
    return hit


@pytest.mark.slow
def test_a_run_that_was_killed_at_any_moment_is_healed_by_the_next(site: SmallSite, tmp_path: Path) -> None:
    seed = int(os.environ.get("DETENTE_SEED", "1"))
    # few a week, since a week's work is done once the first runs have got far enough
    kills = [len(part) for part in (range(KILLS)[start : start + 3] for start in range(0, KILLS, 3))]
    weeks(site, tmp_path / "unharmed", [0] * len(kills), random.Random(0))
    expected = rows_of(tmp_path / "unharmed")

    hit = weeks(site, tmp_path / "killed", kills, random.Random(seed))

    assert hit >= KILLS / 2, f"only {hit} of {KILLS} kills found a run under way"
    found = rows_of(tmp_path / "killed")
    for name, rows in expected.items():
        assert rows == found[name], f"core.{name} differs; DETENTE_SEED={seed}"
    assert len(found["change"]) == 2 * len(kills)  # a price and a text a week
    folder = tmp_path / "killed" / "data"
    assert [(3 * len(kills),)] == ask(folder / "published", "SELECT count(*) FROM item").rows
    assert newest(folder / "published").path.exists()
    assert not list((folder / "archive" / "incoming").glob("*"))
    assert not [path.name for path in folder.rglob("*") if path.name.endswith((".tmp", ".wal", ".new", ".holder.json"))]


@pytest.mark.slow
def test_the_comparison_of_two_warehouses_can_fail(site: SmallSite, tmp_path: Path) -> None:
    run_whole(site.workspace(tmp_path / "one"), "2026-10-05T03:00Z")
    site.show(team="49.50", notes=2, place="Ireland")
    run_whole(site.workspace(tmp_path / "two"), "2026-10-05T03:00Z")

    one, two = rows_of(tmp_path / "one"), rows_of(tmp_path / "two")
    assert {"page_fetch", "plan_price", "observation_interval", "page_health"} <= {
        name for name in one if one[name] != two[name]
    }
