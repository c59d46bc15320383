"""The work that is measured, each in a process of its own: `python -m bench.scoring.work <folder> <what> <items>`."""

from __future__ import annotations

import json
import resource
import sys
import time
import uuid
from pathlib import Path

from bench.scoring.world import NOW, fill
from detente.clock import StartedClock
from detente.workspace import load
from flows.job import Job, Silent
from flows.scorer import Scorer
from warehouse import Incoming, ask, build, tables
from warehouse.database import at_once
from warehouse.publish import publish
from warehouse.sightings import set_mark


def main() -> None:
    """Does the work and tells what it took, as JSON."""
    folder, what, items = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    job = Job(workspace=load(folder), clock=StartedClock(NOW), progress=Silent())
    steps = {"fill": _fill, "everything": _everything, "one": _one}[what](job, items)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"steps": steps, "peak_mb": peak_mb}))


def _fill(job: Job, items: int) -> dict[str, float]:
    started = time.monotonic()
    fill(job.warehouse, items)
    return {"fill": time.monotonic() - started}


def _everything(job: Job, items: int) -> dict[str, float]:
    """All clusters, themes and scores, and then the tables that are made of them, checked and published."""
    took: dict[str, float] = {}
    scorer = Scorer(job)
    for name, step in (
        ("notice", scorer.notice),
        ("clusters and themes", lambda: scorer.find(tell=False)),
        ("scores", lambda: scorer.score(tell=False)),
        ("tables", lambda: _tables(job)),
        ("publish", lambda: _publish(job)),
    ):
        started = time.monotonic()
        step()
        took[name] = time.monotonic() - started
    took["cpu"] = time.process_time()
    [(scored,)] = ask(job.warehouse.published, "SELECT count(DISTINCT item_id) FROM relevance").rows
    assert scored == items, f"only {scored} of {items} items have a score"
    return took


def _tables(job: Job) -> None:
    with job.warehouse.section("bench: tables") as connection, at_once(connection):
        found = set(tables.found_tables())
        after = [table for table in tables.tables() if table.name in found]
        tables.build(connection, after)
        tables.check(connection, after)
        set_mark(connection, "tables", tables.digest())


def _publish(job: Job) -> None:
    with job.warehouse.section("bench: publish") as connection:
        published = publish(connection, job.warehouse.published, NOW, 3)
        with at_once(connection):
            set_mark(connection, "basis", published.path.name)


def _one(job: Job, items: int) -> dict[str, float]:
    """One new report of a competitor that is told of more than the average one."""
    from flows import scoring  # noqa: PLC0415

    row = {
        "sighting_id": str(uuid.uuid4()), "person_id": "p0001", "channel": "form", "received_at": NOW,
        "competitor": "rival-030", "source": "customer", "may_call": False, "attachments": 0,
        "text": "They offer single sign-on at half the price, says the buyer, and it works with our directory.",
    }  # fmt: skip
    mark = str(items) + row["sighting_id"][:8]  # type: ignore[index]
    started, cpu = time.monotonic(), time.process_time()
    scored: list[float] = []

    def score() -> None:
        began = time.monotonic()
        problem = scoring.score_new(job, everything=False)
        assert not problem, problem
        scored.append(time.monotonic() - began)

    published = build.ingest(job.warehouse, Incoming(rows=[row], gone=[], mark=mark), NOW, 3, None, score)
    took, cpu = time.monotonic() - started, time.process_time() - cpu
    assert published is not None
    question = f"SELECT count(*) FROM relevance WHERE item_id = '{row['sighting_id']}'"
    assert ask(job.warehouse.published, question).rows != [(0,)]
    return {"ingest": took, "cpu": cpu, "of that scoring": sum(scored)}


if __name__ == "__main__":
    main()
