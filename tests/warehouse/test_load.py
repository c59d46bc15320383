"""Loading is idempotent: whatever comes twice, in whatever order and in however many files, is there once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from timeline import VERSIONS, Timeline, price

from detente.errors import StorageError
from detente.records import Fetch, LastFetch, Outcome, Page, PlanPrice, content_key
from warehouse import ReadingRows, build
from warehouse.database import Connection
from warehouse.load import load_logs
from warehouse.readings import options_of


def counts(connection: Connection) -> dict[str, int]:
    names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()
    return {name: connection.execute(f"SELECT count(*) FROM raw.{name}").fetchall()[0][0] for (name,) in names}


def test_the_same_logs_and_readings_twice_add_nothing(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    with timeline.warehouse.section("look") as connection:
        before = counts(connection)
    timeline.build()
    with timeline.warehouse.section("forget which logs are loaded") as connection:
        connection.execute("DELETE FROM raw.log")
        assert load_logs(connection, timeline.archive, timeline.at) == 2
        assert before == counts(connection)


def test_logs_that_overlap_are_loaded_once(timeline: Timeline) -> None:
    one, two, three = (timeline.fetch(price("Team", "49"), noise=n) for n in range(3))
    timeline.archive.log_fetches([one, two])
    timeline.archive.log_fetches([two, three, two])
    with timeline.warehouse.section("load") as connection:
        load_logs(connection, timeline.archive, timeline.at)
        assert counts(connection)["fetch"] == 3
        timeline.archive.log_fetches([one, three])
        assert load_logs(connection, timeline.archive, timeline.at) == 1
        assert counts(connection)["fetch"] == 3


def test_a_log_copied_under_another_name_adds_nothing(timeline: Timeline) -> None:
    timeline.fetch(price("Team", "49"))
    [log] = timeline.archive.logs("fetches")
    shutil.copy(log, log.with_name("20990101T000000-restored-twice.jsonl"))
    with timeline.warehouse.section("load") as connection:
        load_logs(connection, timeline.archive, timeline.at)
        assert counts(connection)["fetch"] == 1


def test_readings_stored_twice_are_there_once(timeline: Timeline) -> None:
    fetch = timeline.fetch(price("Team", "49"), price("Pro", "99"))
    timeline.build()
    # as one that was made before the other was stored
    with ReadingRows([], {}) as rows, timeline.warehouse.section("store") as connection:
        rows.add(fetch.page_id, fetch.snapshot or "", timeline.read(fetch.snapshot or ""), fingerprint="")
        before = counts(connection)
        rows.store(connection)
        assert before == counts(connection)


def test_a_page_that_differs_only_in_noise_adds_a_reading_and_no_facts(timeline: Timeline) -> None:
    timeline.fetch(price("Team", "49"))
    timeline.build()
    with timeline.warehouse.section("look") as connection:
        before = counts(connection)
    timeline.fetch(price("Team", "49.00", text="US$ 49.00"), noise="rotates")
    timeline.build()
    with timeline.warehouse.section("look") as connection:
        after = counts(connection)

    grown = {name for name in after if after[name] != before[name]}
    assert grown == {"fetch", "reading", "log"}


def test_a_newer_reader_reads_every_snapshot_again_and_only_its_readings_count(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    newer = VERSIONS | {"pricing": 2}
    to_read = build.take_in(timeline.warehouse, timeline.archive, [], list(timeline.pages.values()), newer, timeline.at)
    assert len(to_read.unread) == 2

    with ReadingRows(to_read.known_facts, {}) as rows:
        for one in to_read.unread:
            seen = replace(timeline.read(one.snapshot), version=2, observations=(price("Team", "50"),))
            rows.add(one.page_id, one.snapshot, seen, fingerprint="")
        build.finish(timeline.warehouse, rows, timeline.at, keep=3)

    assert [(Decimal(50),)] == timeline.rows("SELECT amount FROM plan_price")
    assert timeline.rows("SELECT count(*) FROM change") == [(0,)]


def test_other_selectors_are_another_way_of_reading(timeline: Timeline) -> None:
    timeline.fetch(price("Team", "49"))
    timeline.build()
    page = timeline.page()
    timeline.pages[page.page_id] = replace(page, selectors={"plan": ".card"})
    pages = list(timeline.pages.values())

    to_read = build.take_in(timeline.warehouse, timeline.archive, [], pages, VERSIONS, timeline.at)

    assert len(to_read.unread) == 1
    assert options_of({"a": "1", "b": "2"}) == options_of({"b": "2", "a": "1"}) != options_of({"a": "2", "b": "1"})
    assert options_of({}) == ""


def test_a_page_that_left_the_workspace_keeps_its_history(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    timeline.pages.clear()
    timeline.build()

    assert timeline.rows("SELECT page_id, watched FROM page") == [("globex/pricing", False)]
    assert [(Decimal(49),)] == timeline.rows("SELECT amount FROM plan_price")
    assert timeline.rows("SELECT count(*) FROM page_health") == [(0,)]


def test_readings_that_find_no_room_are_told(timeline: Timeline) -> None:
    fetch = timeline.fetch(price("Team", "49"))
    reading = timeline.read(fetch.snapshot or "")
    with ReadingRows([], {}) as rows:
        shutil.rmtree(rows._path)
        with pytest.raises(StorageError, match="make room there"):
            rows.add(fetch.page_id, fetch.snapshot or "", reading, "")


HOSTILE = "=cmd|' /C calc'!A0 \"quoted\", \\back\\slash\nnew line\ttab "
HOSTILE += "\u202eright-to-left 🧨 \x01 {brace} $name '; DROP TABLE raw.fetch; --"


def test_hostile_text_comes_out_as_it_went_in(timeline: Timeline) -> None:
    text = f"{HOSTILE} 1,234,567.891234"
    timeline.fetch(PlanPrice(plan=HOSTILE, amount=Decimal("1234567.891234"), currency="USD", text=text))
    timeline.build()

    assert [(HOSTILE, text, Decimal("1234567.891234"))] == timeline.rows("SELECT plan, text, amount FROM plan_price")


def test_a_text_of_many_megabytes_is_loaded(timeline: Timeline) -> None:
    long = f"$49 {'x' * 9_000_000}"
    timeline.fetch(price("Team", "49", text=long))
    timeline.build()

    assert [(len(long),)] == timeline.rows("SELECT length(text) FROM plan_price")


def _last(timeline: Timeline) -> LastFetch:
    memory = build.recall(timeline.warehouse, timeline.archive, timeline.at)
    return memory.last["globex/pricing"]


def test_the_log_remembers_the_validators_of_the_last_answer_and_counts_checks_since_a_full_one(
    timeline: Timeline,
) -> None:
    full = timeline.fetch(price("Team", "49"), etag='"a"', last_modified="Mon")
    timeline.fetch(price("Team", "49"), outcome=Outcome.NOT_MODIFIED, conditional=True, etag='"a"', last_modified="Mon")
    settled = timeline.fetch(price("Team", "49"), outcome=Outcome.NOT_MODIFIED, conditional=True, etag='"a"')
    timeline.fetch(outcome=Outcome.SERVER_ERROR)

    last = _last(timeline)

    assert (full.snapshot, '"a"', 2) == (last.snapshot, last.etag, last.checks_since_full)
    assert settled.fetched_at == last.fetched_at
    assert last.not_before is None


def test_the_log_remembers_until_when_a_server_wants_to_be_left_alone(timeline: Timeline) -> None:
    timeline.fetch(price("Team", "49"))
    asked = timeline.fetch(outcome=Outcome.RATE_LIMITED, retry_after_s=7200)
    assert _last(timeline).not_before == asked.fetched_at + timedelta(hours=2)

    timeline.fetch(price("Team", "49"))
    assert _last(timeline).not_before is None


def test_saved_versions_leave_no_validators_and_do_not_make_a_page_fresh(timeline: Timeline) -> None:
    timeline.fetch(price("Team", "49"), origin="import")

    assert "globex/pricing" not in build.recall(timeline.warehouse, timeline.archive, timeline.at).last


def test_the_last_good_robots_txt_is_remembered_beside_the_newest_outcome(timeline: Timeline) -> None:
    body = timeline.archive.put(b"User-agent: *\nDisallow: /x\n")
    good = _robots(timeline, Outcome.OK, body, 0)
    bad = _robots(timeline, Outcome.SERVER_ERROR, None, 1)
    timeline.archive.log_fetches([good, bad])

    memory = build.recall(timeline.warehouse, timeline.archive, timeline.at)

    known = memory.robots["https://globex.test"]
    assert (Outcome.SERVER_ERROR, bad.fetched_at, b"User-agent: *\nDisallow: /x\n") == (
        known.outcome, known.fetched_at, known.body
    )  # fmt: skip
    assert memory.last == {}


def _robots(timeline: Timeline, outcome: Outcome, snapshot: str | None, hours: int) -> Fetch:
    at = timeline.at + timedelta(hours=hours)
    return Fetch(
        fetch_id=content_key("robots", at), page_id="robots:https://globex.test", competitor="",
        url="https://globex.test/robots.txt", final_url="https://globex.test/robots.txt", kind="robots", origin="web",
        purpose="robots", outcome=outcome, fetched_at=at, snapshot=snapshot,
    )  # fmt: skip


def test_pages_of_the_workspace_are_replaced_by_every_build(tmp_path: Path) -> None:
    timeline = Timeline(tmp_path)
    timeline.page("globex/pricing")
    timeline.build()
    timeline.pages = {
        "globex/plans": Page(page_id="globex/plans", competitor="globex", url="https://g.test/", kind="pricing")
    }
    timeline.build()

    assert timeline.rows("SELECT page_id, state FROM page_health") == [("globex/plans", "not_fetched")]
