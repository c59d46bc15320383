"""The weekly lot is drawn by the first build of a week, once, from what is undecided."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from decided_file import Known
from reporting import plain_workspace, somebody

from desk.deciding import samples
from desk.places import desk_of
from detente.clock import StartedClock
from detente.weeks import Week
from detente.workspace import Workspace, load
from flows import sampling
from flows.job import Job, Silent

MONDAY = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return load(plain_workspace(tmp_path / "ws"))


def _job(workspace: Workspace, now: datetime = MONDAY) -> Job:
    return Job(workspace=workspace, clock=StartedClock(now), progress=Silent())


def _published(workspace: Workspace, count: int = 40) -> None:
    at = datetime(2026, 11, 9)  # noqa: DTZ001  (as the warehouse keeps times)
    known = Known()
    for number in range(count):
        known.item(f"i{number:02}", at)
        known.score(f"i{number:02}", at, 100 * number)
    # low, and decided
    known.item("decided", at, decision_id="d_1")
    known.score("decided", at, 1)
    known.publish(workspace.data)


def _drawn(workspace: Workspace) -> list[samples.Sampled]:
    with desk_of(workspace, StartedClock(MONDAY)) as desk, desk.reading() as c:
        return samples.every(c)


def test_the_first_build_of_a_week_draws_and_no_later_one(workspace: Workspace) -> None:
    somebody(workspace, "Rita", "rep", now=MONDAY)
    _published(workspace)
    for days in (0, 0, 3, 6):
        assert asyncio.run(sampling.draw(_job(workspace, MONDAY + timedelta(days=days)))) == ""
        assert len(_drawn(workspace)) == 2

    asyncio.run(sampling.draw(_job(workspace, MONDAY + timedelta(days=7))))

    found = _drawn(workspace)
    assert [one.week for one in found] == ["2026-W47"] * 2 + ["2026-W48"] * 2
    assert all(one.item_id < "i20" and one.probability == pytest.approx(0.1) for one in found)
    assert all(one.score == 100 * int(one.item_id[1:]) for one in found)


def test_of_two_builds_at_once_one_draws(workspace: Workspace) -> None:
    somebody(workspace, "Rita", "rep", now=MONDAY)
    _published(workspace)
    job = _job(workspace)
    with desk_of(workspace, job.clock) as desk:
        with desk.writing() as c:
            other = [samples.Sampled(item_id="another", score=1, probability=1.0)]
            assert samples.keep(c, Week.of(MONDAY, job.zone), other, now=MONDAY)
        assert sampling.draw_now(job, desk) == 0

    assert [one.item_id for one in _drawn(workspace)] == ["another"]


def test_where_nobody_has_a_desk_or_nothing_is_open_nothing_is_drawn(workspace: Workspace) -> None:
    assert asyncio.run(sampling.draw(_job(workspace))) == ""
    somebody(workspace, "Rita", "rep", now=MONDAY)
    _published(workspace, 0)
    assert asyncio.run(sampling.draw(_job(workspace))) == ""
    assert _drawn(workspace) == []


def test_what_cannot_be_drawn_is_told_and_keeps_nothing_from_ending(workspace: Workspace) -> None:
    somebody(workspace, "Rita", "rep", now=MONDAY)
    assert "nothing is published yet" in asyncio.run(sampling.draw(_job(workspace)))
