"""Collect, build, look again, report: in this order, with whatever fails told and whatever was kept standing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_site import SmallSite

from detente.dismissed import add_rule, rule_for
from detente.errors import StorageError, WarehouseBusyError
from detente.records import Fetch, LastFetch, Page, Summary
from detente.weeks import Week
from flows import order, runs
from flows.job import Job
from warehouse import Archive, ask

JobAt = Callable[[str], Job]
MONDAY, NEXT_MONDAY = "2026-10-05T03:00Z", "2026-10-12T03:00Z"


def rows(job: Job, question: str) -> list[tuple[Any, ...]]:
    return ask(job.workspace.data / "published", question).rows


def do(work: Awaitable[Summary]) -> Summary:
    async def wait() -> Summary:
        return await work

    return asyncio.run(wait())


@pytest.mark.slow
def test_what_changed_between_two_weeks_is_found_confirmed_and_reported(site: SmallSite, job_at: JobAt) -> None:
    first = do(order.pipeline(job_at(MONDAY)))
    do(order.collect_and_build(job_at("2026-10-06T03:00Z")))
    site.show(team="59", notes=3, place="Frankfurt")
    second = do(order.pipeline(job_at(NEXT_MONDAY), week=Week.parse("2026-W42")))

    assert (first.read, first.changed, first.failed) == (3, 0, {})
    assert (second.read, second.changed, second.failed) == (3, 2, {})
    job = job_at(NEXT_MONDAY)
    assert rows(
        job,
        """
        SELECT kind, subject, regexp_extract("old", 'Ireland|^.*month$'), regexp_extract("new", 'Frankfurt|^.*month$')
        FROM change ORDER BY kind
        """,
    ) == [
        ("price_increase", "Team", "49 USD / user / month", "59 USD / user / month"),
        ("text_changed", "Data", "Ireland", "Frankfurt"),
    ]
    assert rows(job, "SELECT title FROM release WHERE NOT backfill") == [("Version 1.3",)]
    assert rows(job, "SELECT DISTINCT purpose FROM pub.page_fetch ORDER BY ALL") == [("check",), ("confirm",)]
    report = job.workspace.data / "weekly" / "2026-W42"
    assert "data/weekly/2026-W42/report.html" in second.notes
    assert {"report.html", "report.md", "report.json"} <= {path.name for path in report.iterdir()}
    assert "59" in (report / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_a_page_whose_reader_is_broken_is_named_by_every_run_until_it_is_mended(site: SmallSite, job_at: JobAt) -> None:
    do(order.collect_and_build(job_at(MONDAY)))
    site.pages["/pricing"] = ("text/html", "<!doctype html><title>Hello</title><main><p>Everything is new.</p></main>")
    broken = [do(order.collect_and_build(job_at(f"2026-10-{day:02}T03:00Z"))) for day in (6, 7)]
    health = rows(job_at(MONDAY), "SELECT state, stale, reason FROM page_health WHERE page_id = 'globex/pricing'")
    site.show(team="49", notes=2, place="Ireland")
    mended = do(order.collect_and_build(job_at("2026-10-08T03:00Z")))

    [(state, stale, reason)] = health
    assert (state, stale) == ("reader_broken", True)
    assert [one.failed for one in broken] == [{"globex/pricing": f"reader broken: {reason}"}] * 2
    assert broken[1].read == 0
    assert (mended.failed, mended.changed) == ({}, 0)


@pytest.mark.slow
def test_a_rule_of_the_workspace_dismisses_a_change_with_the_next_build(
    site: SmallSite, folder: Path, job_at: JobAt
) -> None:
    do(order.collect_and_build(job_at(MONDAY)))
    site.show(team="59", notes=2, place="Ireland")
    found = do(order.collect_and_build(job_at(NEXT_MONDAY)))
    [(since,)] = rows(job_at(NEXT_MONDAY), "SELECT changed_at FROM change")
    rule = rule_for(
        page_id="globex/pricing", kind="price_increase", subject="Team", between=None, because="an experiment",
        since=since.replace(tzinfo=UTC),
    )  # fmt: skip
    add_rule(folder, rule)
    do(order.build_tables(job_at(NEXT_MONDAY)))

    assert found.changed == 1
    assert rows(job_at(NEXT_MONDAY), "SELECT dismissed_by FROM change") == [(rule.rule_id,)]
    assert rows(job_at(NEXT_MONDAY), "SELECT count(*) FROM item WHERE kind = 'change'") == [(0,)]

    site.show(team="49", notes=2, place="Ireland")
    assert do(order.collect_and_build(job_at("2026-10-19T03:00Z"))).changed == 0
    do(order.rebuild(job_at("2026-10-19T03:00Z")))
    assert rows(job_at("2026-10-19T03:00Z"), "SELECT matched, suppressed FROM dismissal") == [(2, 1)]


@pytest.mark.slow
def test_a_second_run_on_the_same_day_asks_for_nothing(site: SmallSite, job_at: JobAt) -> None:
    do(order.collect_and_build(job_at(MONDAY)))
    do(order.collect_and_build(job_at("2026-10-05T03:05Z")))
    asked = len(site.asked)

    summary = do(order.collect_and_build(job_at("2026-10-05T20:00Z")))

    assert (summary.read, summary.not_due) == (0, 3)
    assert summary.notes == ["no page was due; `--all` reads them now"]
    assert asked == len(site.asked)


def test_everything_is_asked_for_when_a_person_wants_it(site: SmallSite, job_at: JobAt) -> None:
    do(order.collect_and_build(job_at(MONDAY)))

    summary = do(order.collect(job_at("2026-10-05T04:00Z"), everything=True))

    assert (summary.read, summary.unchanged, summary.not_due) == (0, 3, 0)


def test_a_host_that_fails_leaves_the_others_alone(site: SmallSite, folder: Path, job_at: JobAt) -> None:
    site.competitor(folder, "initech", {"/pricing": "pricing"}, port=9)
    site.broken["/trust"] = 503

    summary = do(order.pipeline(job_at(MONDAY)))

    assert {"globex/page", "initech/pricing"} == set(summary.failed)
    assert summary.failed["globex/page"].startswith("server_error")
    assert summary.failed["initech/pricing"].startswith("connection")
    assert summary.read == 2
    assert rows(job_at(MONDAY), "SELECT page_id, state FROM page_health ORDER BY ALL") == [
        ("globex/page", "failing"),
        ("globex/pricing", "ok"),
        ("globex/release-notes", "ok"),
        ("initech/pricing", "failing"),
    ]
    assert rows(job_at(MONDAY), "SELECT flow, state, failed FROM run ORDER BY ALL") == [("collect", "partial", 2)]


@pytest.mark.slow
def test_a_page_that_comes_back_after_an_outage_is_no_change(site: SmallSite, job_at: JobAt) -> None:
    for day, broken in ((5, 0), (6, 0), (7, 503), (8, 404), (9, 0), (10, 0)):
        site.broken = {path: broken for path in site.pages if broken}
        do(order.collect_and_build(job_at(f"2026-10-{day:02}T03:00Z")))

    assert rows(job_at(MONDAY), "SELECT * FROM change") == []
    assert rows(job_at(MONDAY), "SELECT DISTINCT state FROM page_health") == [("ok",)]


class FullDisk(Archive):
    """An archive whose disk is full after so many snapshots."""

    def __init__(self, folder: Path, room: int) -> None:
        super().__init__(folder)
        self.room = room

    def put(self, body: bytes) -> str:
        self.room -= 1
        if self.room < 0:
            raise StorageError(f"{self.folder}: cannot be written: No space left on device; make room, then run again")
        return super().put(body)


@pytest.mark.slow
def test_a_full_disk_ends_the_run_and_what_was_logged_before_is_kept(site: SmallSite, job_at: JobAt) -> None:
    do(order.collect_and_build(job_at(MONDAY)))
    site.show(team="59", notes=3, place="Frankfurt")
    job = job_at(NEXT_MONDAY)
    job.__dict__["archive"] = FullDisk(job.workspace.data / "archive", room=1)
    before = len(job.archive.logs("fetches"))

    with pytest.raises(StorageError, match="make room") as caught:
        do(order.pipeline(job))

    assert caught.value.exit_code == 1
    assert before == len(job.archive.logs("fetches"))
    assert rows(job, "SELECT count(*) FROM pub.page_fetch") == [(6,)]  # three checks, and three more looks at the text

    summary = do(order.pipeline(job_at(NEXT_MONDAY)))
    assert (summary.read, summary.changed) == (3, 2)


def test_a_step_that_fails_is_not_recorded_as_done(job_at: JobAt) -> None:
    job = job_at(MONDAY)

    async def broken(name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        if "publish" in name:
            raise StorageError("full; make room")
        return await work()

    with pytest.raises(StorageError):
        do(order.pipeline(job, broken))

    assert [run["flow"] for run in job.archive.runs()] == ["collect"]


@pytest.mark.slow
def test_the_weeks_report_is_written_once_where_that_is_asked(job_at: JobAt) -> None:
    ask_for = runs.Ask(flow="pipeline", unless_done=True)
    do(runs.work(job_at(MONDAY), ask_for))
    again = do(runs.work(job_at("2026-10-06T03:00Z"), ask_for))
    next_week = do(runs.work(job_at(NEXT_MONDAY), ask_for))

    assert again.notes == ["the report of that week has been written already"]
    assert "data/weekly/2026-W41/report.html" in next_week.notes
    flows = [(run["flow"], run["slot"]) for run in job_at(MONDAY).archive.runs() if run["flow"] == "weekly"]
    assert flows == [("weekly", "2026-W41"), ("weekly", "2026-W40")]


@pytest.mark.slow
def test_a_report_written_in_the_midst_of_its_week_does_not_stand_for_the_weeks_report(job_at: JobAt) -> None:
    do(runs.work(job_at(MONDAY), runs.Ask(flow="pipeline", week="2026-W41")))
    on_schedule = do(runs.work(job_at(NEXT_MONDAY), runs.Ask(flow="pipeline", unless_done=True)))

    assert "data/weekly/2026-W41/report.html" in on_schedule.notes


def test_two_runs_over_one_workspace_are_kept_apart(site: SmallSite, tmp_path: Path, job_at: JobAt) -> None:
    job = job_at(MONDAY)
    settings = job.workspace.settings
    limits = settings.limits.model_copy(update={"lock_timeout_s": 0.2})
    job = replace(job, workspace=replace(job.workspace, settings=settings.model_copy(update={"limits": limits})))

    with job.alone("detente run weekly"), pytest.raises(WarehouseBusyError, match=r"`detente run weekly` \(process"):
        do(runs.work(job, runs.Ask(flow="collect")))
    assert site.asked == []


@pytest.mark.slow
def test_a_rebuild_gives_the_same_rows_and_leaves_nothing_aside(site: SmallSite, job_at: JobAt) -> None:
    do(order.collect_and_build(job_at(MONDAY)))
    site.show(team="59", notes=3, place="Frankfurt")
    do(order.collect_and_build(job_at(NEXT_MONDAY)))
    job = job_at(NEXT_MONDAY)
    questions = [
        f"SELECT * FROM pub.{name} ORDER BY ALL"
        for name in ("change", "plan_price", "release", "page_fetch", "page_health")
    ]
    before = [rows(job, question) for question in questions]
    job.warehouse.path.write_bytes(b"ruined")

    summary = do(order.rebuild(job))

    assert summary.step == "rebuild"
    assert before == [rows(job, question) for question in questions]
    assert not [path.name for path in job.workspace.data.iterdir() if "rebuild" in path.name]
    do(order.collect_and_build(job_at("2026-10-13T05:00Z")))


def test_a_damaged_snapshot_is_told_and_keeps_nobody_else_from_being_read(site: SmallSite, job_at: JobAt) -> None:
    job = job_at(MONDAY)
    do(order.collect(job))
    log = json.loads(job.archive.logs("fetches")[0].read_text().splitlines()[-1])
    (job.workspace.data / "archive" / "snapshots" / log["snapshot"][:2] / f"{log['snapshot']}.zst").write_bytes(b"")

    summary = do(order.build_tables(job_at(MONDAY)))

    assert [log["page_id"]] == list(summary.failed)
    assert "restore it from a backup" in summary.failed[log["page_id"]]
    assert summary.read == 2


@pytest.mark.parametrize(("hours", "due"), [(0.5, False), (21.5, False), (21.7, True), (24, True)])
def test_a_page_is_due_when_nearly_its_whole_cadence_has_gone_by(job_at: JobAt, hours: float, due: bool) -> None:
    page = Page(page_id="a/b", competitor="a", url="https://a.test/", kind="page")
    now = job_at(MONDAY).clock.now()
    last = LastFetch(page_id="a/b", url=page.url, fetched_at=now - timedelta(hours=hours))

    assert due == order.is_due(page, last, now)
    assert order.is_due(page, None, now)


def test_batches_keep_the_pages_of_a_host_together() -> None:
    pages = [
        Page(page_id=f"h{n % 7}/p{n}", competitor="x", url=f"https://h{n % 7}.test/{n}", kind="page")
        for n in range(700)
    ]

    made = list(order.batches(pages))

    assert sorted(page.page_id for batch in made for page in batch) == sorted(page.page_id for page in pages)
    hosts = [{page.url.split("/")[2] for page in batch} for batch in made]
    assert sum(map(len, hosts)) == 7
    assert all(len(batch) <= order.PAGES_PER_BATCH for batch in made)
    assert list(order.batches([])) == []


def test_every_fetch_of_a_batch_is_logged_when_the_batch_is_done(job_at: JobAt) -> None:
    job = job_at(MONDAY)
    do(order.collect(job))

    [log] = job.archive.logs("fetches")
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {"check", "robots"} == {line["purpose"] for line in lines}
    assert set(lines[0]) == set(Fetch.__dataclass_fields__)
