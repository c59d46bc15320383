"""Sightings reach readers within seconds, beside whatever else runs, exactly once, and whoever was killed."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from desk_rows import id_of
from reporting import plain_workspace, report, somebody
from small_site import SmallSite

from desk.accepting.limits import limits_of
from desk.changes import KEY_FILE
from desk.following import sightings
from desk.indexing import indexer
from desk.places import attachments_of, desk_of, inbox_of
from desk.rewarding import ledger
from detente.clock import StartedClock
from detente.errors import DeskError, WarehouseBusyError
from detente.people import Person
from detente.records import Summary
from detente.rules import default_text
from detente.workspace import Workspace, load
from flows import ingest, order
from flows.job import Job, Silent
from flows.server import free_port
from flows.steps import at_once
from flows.watching import Watcher, watching
from flows.work import Ask, work
from warehouse import ask
from warehouse.lock import held

JobAt = Callable[[str], Job]
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return load(plain_workspace(tmp_path / "ws", limits="lock_timeout_s = 1"))


@pytest.fixture
def rita(workspace: Workspace) -> Person:
    return somebody(workspace, "Rita", "rep", now=NOW)


def job_of(workspace: Workspace, now: datetime = NOW) -> Job:
    return Job(workspace=workspace, clock=StartedClock(now), progress=Silent())


def ingested(workspace: Workspace, now: datetime = NOW) -> Summary:
    return asyncio.run(ingest.ingest(job_of(workspace, now)))


def rows(workspace: Workspace, question: str) -> list[tuple[Any, ...]]:
    return ask(workspace.data / "published", question).rows


def published(workspace: Workspace) -> set[str]:
    return {path.name for path in (workspace.data / "published").glob("detente-*.duckdb")}


def test_what_was_accepted_is_indexed_loaded_and_published_in_one_go(workspace: Workspace, rita: Person) -> None:
    report(workspace, 1, rita.person_id, now=NOW, deal_amount="€120k", text="Globex halves its price.")

    summary = ingested(workspace)

    assert (summary.step, summary.read, summary.failed) == ("ingest", 1, {})
    question = "SELECT person_id, competitor, deal_amount::INT, deal_currency FROM sighting"
    assert rows(workspace, question) == [(rita.person_id, "globex", 120_000, "EUR")]
    assert rows(workspace, "SELECT kind, title FROM item") == [("sighting", "Globex halves its price.")]
    assert list(inbox_of(workspace).new()) == []


def test_where_nothing_is_new_nothing_is_published(workspace: Workspace, rita: Person) -> None:
    report(workspace, 1, rita.person_id, now=NOW)
    ingested(workspace)
    before = published(workspace)

    assert ingested(workspace).read == 0
    assert published(workspace) == before


def test_that_somebody_read_it_is_nothing_to_publish(workspace: Workspace, rita: Person) -> None:
    report(workspace, 1, rita.person_id, now=NOW)
    ingested(workspace)
    before = published(workspace)
    paul = somebody(workspace, "Paul", "pm", now=NOW)
    with desk_of(workspace, StartedClock(NOW)) as desk, desk.writing() as c:
        sightings.mark_read(c, id_of(1), by=paul.person_id, now=NOW)

    ingested(workspace)

    assert published(workspace) == before


def test_where_nobody_has_reported_anything_no_desk_is_made(workspace: Workspace) -> None:
    summary = ingested(workspace)

    assert summary.notes == ["nobody has reported anything yet"]
    assert not workspace.data.exists() or list(workspace.data.iterdir()) == []


def test_an_ingest_runs_while_another_run_holds_the_workspace(workspace: Workspace, rita: Person) -> None:
    report(workspace, 1, rita.person_id, now=NOW)

    with job_of(workspace).alone("a collection of an hour"):
        asyncio.run(work(job_of(workspace), Ask(flow="ingest")))

    assert rows(workspace, "SELECT count(*) FROM sighting") == [(1,)]


def test_two_ingests_take_turns(workspace: Workspace, rita: Person) -> None:
    report(workspace, 1, rita.person_id, now=NOW)

    with held(workspace.data / "ingest.lock", "another ingest", 1), pytest.raises(WarehouseBusyError, match="another"):
        ingested(workspace)
    assert ingested(workspace).read == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "paused_before", ["make, check and publish the tables", "load the sightings", "read 3 snapshots"]
)
def test_a_pipeline_that_is_paused_and_an_ingest_beside_it_lose_nothing(
    site: SmallSite, folder: Path, job_at: JobAt, paused_before: str
) -> None:
    workspace = load(folder)
    rita = somebody(workspace, "Rita", "rep", now=NOW)
    between: list[Any] = []

    async def paused(name: str, step: Callable[[], Any]) -> Any:
        if name == paused_before and not between:
            report(workspace, 2, rita.person_id, now=NOW)
            # in a thread, as another process would: the pipeline holds its locks
            ran = threading.Thread(target=lambda: between.append(attempt(workspace)))
            ran.start()
            ran.join()
        return await at_once(name, step)

    report(workspace, 1, rita.person_id, now=NOW)
    summary = asyncio.run(order.pipeline(job_at("2026-10-05T03:00Z"), paused))
    ingested(workspace)

    assert (summary.read, summary.failed, len(between)) == (3, {}, 1)
    assert rows(workspace, "SELECT sighting_id FROM sighting ORDER BY ALL") == [(id_of(1),), (id_of(2),)]
    assert rows(workspace, "SELECT count(*) FROM plan_price") == [(3,)]
    assert rows(workspace, "SELECT count(*) FROM release") == [(2,)]


def attempt(workspace: Workspace) -> str:
    """An ingest beside the pipeline; while that loads sightings itself, this one waits in vain, and is told so."""
    quick = workspace.settings.limits.model_copy(update={"lock_timeout_s": 0.2})
    settings = workspace.settings.model_copy(update={"limits": quick})
    try:
        return str(ingested(replace(workspace, settings=settings)))
    except WarehouseBusyError as error:
        return str(error)


@pytest.mark.slow
def test_every_build_and_rebuild_takes_sightings_in(site: SmallSite, folder: Path, job_at: JobAt) -> None:
    workspace = load(folder)
    rita = somebody(workspace, "Rita", "rep", now=NOW)
    counts = []
    for number, flow in enumerate((order.build_tables, order.collect_and_build, order.rebuild), start=1):
        report(workspace, number, rita.person_id, now=NOW)
        asyncio.run(flow(job_at("2026-10-05T03:00Z")))  # type: ignore[operator]
        counts += rows(workspace, "SELECT count(*) FROM sighting")

    assert counts == [(1,), (2,), (3,)]


@pytest.mark.slow
def test_a_rebuild_gives_the_same_rows(site: SmallSite, folder: Path, job_at: JobAt) -> None:
    workspace = load(folder)
    rita = somebody(workspace, "Rita", "rep", now=NOW)
    report(workspace, 1, rita.person_id, now=NOW, customer="Soylent", deal="Renewal")
    report(workspace, 2, rita.person_id, now=NOW, competitor=None, competitor_name="Hooli")
    asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))
    with desk_of(workspace, StartedClock(NOW)) as desk, desk.writing() as c:
        sightings.withdraw(c, id_of(2), by=rita.person_id, now=NOW)
    ingested(workspace)
    questions = ("SELECT * FROM sighting ORDER BY ALL", "SELECT * FROM item ORDER BY ALL")
    before = [rows(workspace, question) for question in questions]
    asyncio.run(order.rebuild(job_at("2026-10-05T03:00Z")))

    assert before == [rows(workspace, question) for question in questions]
    assert len(before[0]) == 1


@pytest.mark.slow
def test_a_desk_that_cannot_be_used_keeps_no_page_from_being_collected_and_built(
    site: SmallSite, folder: Path, job_at: JobAt
) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "desk.sqlite").write_text("this is no database, however long one looks at it" * 100)

    summary = asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))

    assert list(summary.failed) == ["sightings"]
    assert "desk.sqlite" in summary.failed["sightings"]
    assert rows(load(folder), "SELECT count(*) FROM plan_price") == [(3,)]


@pytest.mark.slow
def test_the_daily_run_tells_of_a_ledger_that_somebody_changed(workspace: Workspace) -> None:
    with desk_of(workspace, StartedClock(NOW)) as desk, desk.writing() as c:
        ledger.fund(c, "2026-Q4", 100, by=None, now=NOW)
    assert asyncio.run(ingest.verify_ledger(job_of(workspace))) == ""
    tool = sqlite3.connect(workspace.data / "desk.sqlite")
    tool.execute("DROP TRIGGER ledger_posting_refuses_update")
    tool.execute("UPDATE ledger_posting SET points = points * 2 WHERE entry_id = 1")
    tool.commit()
    tool.close()

    failed = asyncio.run(order.collect_and_build(job_of(workspace))).failed

    assert list(failed) == ["ledger"]
    assert failed["ledger"].startswith("the ledger is not as it was written, first at entry 1: pay nothing out")


def test_a_desk_made_anew_from_the_inbox_replaces_what_the_warehouse_had(workspace: Workspace, rita: Person) -> None:
    for number in (1, 2, 3):
        report(workspace, number, rita.person_id, now=NOW + timedelta(minutes=number))
    ingested(workspace)
    (workspace.data / "desk.sqlite").unlink()
    with desk_of(workspace, StartedClock(NOW)) as desk:
        limits = limits_of(workspace.settings.limits)
        indexer.refill(desk, inbox_of(workspace), attachments_of(workspace), limits)
        with desk.writing() as c:
            sightings.withdraw(c, id_of(1), by=rita.person_id, now=NOW)
    ingested(workspace)

    assert rows(workspace, "SELECT sighting_id FROM sighting ORDER BY ALL") == [(id_of(2),), (id_of(3),)]


def test_without_the_secret_all_customers_get_new_keys_together(workspace: Workspace, rita: Person) -> None:
    report(workspace, 1, rita.person_id, now=NOW, customer="Soylent")
    ingested(workspace)
    before = rows(workspace, "SELECT account_key FROM sighting")
    (workspace.data / KEY_FILE).unlink()
    report(workspace, 2, rita.person_id, now=NOW, customer="soylent")
    ingested(workspace)

    after = rows(workspace, "SELECT account_key FROM sighting")
    assert after[0] == after[1] != before[0]


def test_a_late_sighting_is_told_once(workspace: Workspace, rita: Person) -> None:
    somebody(workspace, "Paul", "pm", now=NOW)
    report(workspace, 1, rita.person_id, now=NOW)
    summaries = [ingested(workspace, NOW + timedelta(days=days)) for days in (0, 2, 4, 5)]

    assert [summary.changed for summary in summaries] == [0, 0, 1, 0]
    with desk_of(workspace, StartedClock(NOW)) as desk, desk.reading() as c:
        assert [event.kind for event in sightings.events(c, id_of(1))] == [
            "received",
            "cleared",
            "clustered",
            "credited",
            "nudged",
        ]


def test_a_late_sighting_is_told_by_mail_where_there_is_a_server_and_one_that_is_away_stops_nothing(
    tmp_path: Path,
) -> None:
    kept = Kept()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    mail = f'host = "127.0.0.1"\nport = {server.port}\nsender = "detente@acme.test"\nsecurity = "none"'
    workspace = load(plain_workspace(tmp_path / "ws", mail=mail, web='base_url = "https://intel.acme.test"'))
    report(workspace, 1, somebody(workspace, "Rita", "rep", now=NOW).person_id, now=NOW)
    away = ingested(workspace, NOW + timedelta(days=4))
    server.start()
    back = ingested(workspace, NOW + timedelta(days=5))
    server.stop()

    assert (away.read, away.changed, back.notes) == (1, 1, [])
    assert "the mail server cannot be used" in away.notes[-1]
    [sent] = kept.kept
    assert f"https://intel.acme.test/r/{id_of(1)}" in sent
    assert "They pay half" not in sent


class Kept(MessageHandler):
    """Keeps what a mail server was handed."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def handle_message(self, message: object) -> None:
        self.kept.append(str(message))


class Steps:
    """An ingest that a test lets fail."""

    def __init__(self) -> None:
        self.done = 0
        self.problem: Exception | None = None

    def __call__(self) -> Summary:
        if self.problem is not None:
            raise self.problem
        self.done += 1
        return Summary(step="ingest")


def test_a_watcher_ingests_only_where_something_waits(workspace: Workspace, rita: Person) -> None:
    done: list[Summary] = []
    said: list[str] = []

    def do() -> Summary:
        done.append(ingested(workspace))
        return done[-1]

    watcher = Watcher(workspace, do, said.append)
    watcher.look()
    report(workspace, 1, rita.person_id, now=NOW)
    counts = []
    for _ in range(3):
        assert watcher.look()
        counts.append(len(done))

    assert counts == [1, 1, 1]
    with desk_of(workspace, StartedClock(NOW)) as desk, desk.writing() as c:
        sightings.withdraw(c, id_of(1), by=rita.person_id, now=NOW)
    watcher.look()
    assert len(done) == 2


def test_what_goes_wrong_never_ends_a_watcher_and_is_told_once_without_anybodys_words(
    workspace: Workspace, rita: Person
) -> None:
    steps = Steps()
    said: list[str] = []
    watcher = Watcher(workspace, steps, said.append)
    report(workspace, 1, rita.person_id, now=NOW)
    for problem in (DeskError("the desk is busy"), DeskError("the desk is busy"), ValueError("canary"), None):
        steps.problem = problem
        assert watcher.look() is (problem is None)

    assert said == [
        "ingest: the desk is busy; it is tried again, and nothing is lost",
        "ingest: ValueError; it is tried again, and nothing is lost",
        "ingest: works again",
    ]
    assert steps.done == 1


@pytest.mark.slow
def test_while_it_is_watched_a_sighting_is_published_within_seconds(workspace: Workspace, rita: Person) -> None:
    said: list[str] = []
    with watching(workspace, said.append, every_s=0.1):
        report(workspace, 1, rita.person_id, now=NOW)
        end = datetime.now(UTC) + timedelta(seconds=20)
        while datetime.now(UTC) < end and not (workspace.data / "published" / "current.json").exists():
            threading.Event().wait(0.05)

    assert rows(workspace, "SELECT count(*) FROM sighting") == [(1,)]
    assert said == []


def test_rules_that_changed_under_their_version_score_nothing_and_the_old_scores_stay(
    workspace: Workspace, rita: Person
) -> None:
    report(workspace, 1, rita.person_id, now=NOW)
    ingested(workspace)
    scores = rows(workspace, "SELECT item_id, score FROM relevance")
    (workspace.root / "rules.toml").write_text(default_text().replace("= 21\n", "= 42\n"), encoding="utf-8")
    changed = load(workspace.root)
    report(changed, 2, rita.person_id, now=NOW)
    refused = ingested(changed)
    after = rows(workspace, "SELECT item_id, score FROM relevance")
    built = asyncio.run(order.build_tables(job_of(changed)))
    raised = default_text().replace("= 21\n", "= 42\n").replace("version = 1\n", "version = 2\n")
    (workspace.root / "rules.toml").write_text(raised, encoding="utf-8")
    asyncio.run(order.build_tables(job_of(load(workspace.root))))

    assert "version 1 was in use with other numbers; write `version = 2`" in refused.failed["scores"]
    assert refused.failed["scores"] == built.failed["scores"]
    assert scores == after
    assert rows(workspace, "SELECT count(*) FROM sighting") == [(2,)]
    assert rows(workspace, "SELECT count(DISTINCT item_id), min(rules_version) FROM relevance") == [(2, 2)]
