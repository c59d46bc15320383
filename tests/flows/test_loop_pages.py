"""The crawler is the referee: what a watched page said before is not new, and the receipt says since when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from desk_rows import id_of
from reporting import report, somebody
from small_site import SmallSite, at

from desk.deciding import reviews
from desk.following import sightings
from desk.places import desk_of
from desk.rewarding import ledger
from detente.clock import StartedClock
from detente.workspace import load
from flows import order, rewarding
from flows.job import Job

JobAt = Callable[[str], Job]


@pytest.mark.slow
def test_what_a_page_said_before_earns_nothing_and_the_receipt_says_since_when(
    site: SmallSite, folder: Path, job_at: JobAt
) -> None:
    asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))
    site.show(team="59", notes=2, place="Ireland")
    asyncio.run(order.collect_and_build(job_at("2026-10-12T03:00Z"), everything=True))
    workspace, told_at = load(folder), at("2026-10-14T09:00Z")
    rita, paul = somebody(workspace, "Rita", "rep", now=told_at), somebody(workspace, "Paul", "pm", now=told_at)
    heard = "Globex has raised the price of Team from $49 to $59 per user and month, a customer told us."
    report(workspace, 1, rita.person_id, now=told_at, text=heard, customer="Soylent")
    asyncio.run(order.collect_and_build(job_at("2026-10-15T03:00Z"), everything=True))
    with desk_of(workspace, StartedClock(told_at)) as desk, desk.writing() as c:
        reviews.record(c, id_of(1), "verified", by=paul, now=told_at)
    rewarding.settle_now(workspace, StartedClock(at("2026-10-15T09:00Z")))

    with desk_of(workspace, StartedClock(told_at)) as desk, desk.reading() as c:
        assert ledger.entries(c) == []
        receipt = sightings.receipt(c, id_of(1), reader_id=rita.person_id)
    told = {step.kind: (step.title, step.detail) for step in receipt.steps}
    assert told["clustered"][0] == "Put beside what their own page says"
    assert told["credited"] == (
        "No points for this one",
        "The competitor's own page said so on 12 Oct, before you did.",
    )
