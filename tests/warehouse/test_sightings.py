"""Sightings come in beside the builds, quickly and exactly once; what may no longer be seen goes, bytes and all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from timeline import START, Timeline, price, sighting

from detente.errors import CheckFailedError
from warehouse import Archive, Incoming, ReadingRows, Warehouse, build, newest, tables

CANARY = "canary-7f3a says that they pay half"


def published_bytes(timeline: Timeline) -> bytes:
    return b"".join(path.read_bytes() for path in timeline.warehouse.published.glob("*.duckdb"))


def core(timeline: Timeline, name: str) -> list[tuple[Any, ...]]:
    with timeline.warehouse.section("look") as connection:
        return connection.execute(f"SELECT * FROM core.{name} ORDER BY ALL").fetchall()


def test_a_sighting_is_published_at_once_and_is_an_item(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.seen(price("Team", "59"))
    timeline.build()

    published = timeline.reported(sighting(deal_amount=Decimal("120000.50"), deal_currency="EUR"))

    assert published == newest(timeline.warehouse.published)
    assert timeline.rows("SELECT competitor, source, deal_amount, deal_currency FROM sighting") == [
        ("globex", "customer", Decimal("120000.50"), "EUR")
    ]
    [(changed_at,)] = timeline.rows("SELECT changed_at FROM change")
    question = "SELECT kind, competitor, page_id, title, happened_at, needs_review FROM item ORDER BY kind"
    title, received_at = sighting()["text"], START.replace(tzinfo=None)
    assert timeline.rows(question) == [
        ("change", "globex", "globex/pricing", "price increase: Team", changed_at, False),
        ("sighting", "globex", None, title, received_at, False),
    ]


def test_loading_the_same_again_changes_nothing_and_a_changed_row_takes_the_place_of_the_old(
    timeline: Timeline,
) -> None:
    timeline.reported(sighting(1), sighting(2))
    timeline.reported(sighting(1), sighting(2), mark="2")
    timeline.reported(sighting(2, attachments=3), mark="3")

    assert timeline.rows("SELECT sighting_id, attachments FROM sighting ORDER BY ALL") == [
        (sighting(1)["sighting_id"], 0),
        (sighting(2)["sighting_id"], 3),
    ]


def test_a_desk_made_anew_leaves_nothing_of_the_old_one(timeline: Timeline) -> None:
    timeline.reported(sighting(1), sighting(2))
    timeline.reported(sighting(2), mark="9", anew=True)

    assert timeline.rows("SELECT sighting_id FROM sighting") == [(sighting(2)["sighting_id"],)]


def test_where_nothing_is_new_nothing_is_published(timeline: Timeline) -> None:
    first = timeline.reported(sighting())

    assert timeline.reported() is None
    assert newest(timeline.warehouse.published) == first


def test_what_was_loaded_by_a_run_that_was_killed_before_it_published_is_published_by_the_next(
    timeline: Timeline,
) -> None:
    timeline.reported(sighting(1))
    with timeline.warehouse.section("as a killed one leaves it") as connection:
        connection.execute("UPDATE raw.mark SET value = 'before' WHERE name = 'published'")

    assert timeline.reported() is not None
    assert timeline.reported() is None


def test_a_pipeline_under_way_and_an_ingest_beside_it_lose_nothing_of_each_other(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    timeline.fetch(price("Team", "59"))
    timeline.fetch(price("Team", "59"), noise="other bytes")
    pages = list(timeline.pages.values())
    to_read = build.take_in(timeline.warehouse, timeline.archive, [], pages, {"pricing": 1}, timeline.at)

    timeline.reported(sighting(1))
    with ReadingRows(to_read.known_facts, {}) as rows:
        for one in to_read.unread:
            rows.add(one.page_id, one.snapshot, timeline.read(one.snapshot), one.snapshot)
        timeline.reported(sighting(2), mark="2")
        between = timeline.rows("SELECT kind FROM item ORDER BY ALL")
        build.finish(timeline.warehouse, rows, timeline.at, keep=3)

    assert between == [("sighting",), ("sighting",)]
    assert timeline.rows("SELECT kind FROM item ORDER BY ALL") == [("change",), ("sighting",), ("sighting",)]
    assert build.desk_mark(timeline.warehouse) == "2"


def test_only_what_is_made_of_sightings_is_made_anew() -> None:
    by_touch = {table.name for table in tables.touchable()}
    assert {table.name for table in tables.reading("sighting")} == by_touch
    assert {table.name for table in tables.reading("score")} == {"relevance", "relevance_history"}
    assert {"change", "item"} <= {table.name for table in tables.reading("fetch")}


def test_an_ingest_gives_the_rows_that_a_whole_build_would(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    timeline.reported(sighting(1), sighting(2, text="x " * 200, competitor=None, competitor_name="Hooli"))
    before = core(timeline, "item"), core(timeline, "sighting")
    timeline.build()

    assert before == (core(timeline, "item"), core(timeline, "sighting"))
    assert len(before[0]) == 2


def test_after_an_upgrade_all_tables_are_made_anew(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    with timeline.warehouse.section("as an older version leaves it") as connection:
        connection.execute("UPDATE raw.mark SET value = 'older' WHERE name = 'tables'")
        connection.execute("CREATE OR REPLACE TABLE core.plan_price AS SELECT 1 AS plan_price_id")

    timeline.reported(sighting())

    assert timeline.rows("SELECT plan FROM plan_price") == [("Team",)]


def test_a_warehouse_that_was_removed_never_publishes_less_than_readers_have(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    timeline.warehouse.remove()

    assert timeline.reported(sighting()) is None
    assert timeline.reported(mark="2") is None
    assert timeline.rows("SELECT plan FROM plan_price") == [("Team",)]
    timeline.build()
    assert timeline.rows("SELECT count(*) FROM sighting") == [(1,)]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"deal_amount": Decimal(5)}, "an amount has its currency"),
        ({"deal_amount": Decimal(-5), "deal_currency": "EUR"}, "an amount has its currency and is positive"),
        ({"source": None}, "source is never null"),
        ({"sighting_id": "1"}, "an id is a UUID"),
    ],
)
def test_a_row_that_breaks_a_rule_is_not_loaded_and_its_text_is_not_told(
    timeline: Timeline, row: dict[str, Any], rule: str
) -> None:
    timeline.reported(sighting(1))

    with pytest.raises(CheckFailedError, match=rule) as caught:
        timeline.reported(
            sighting(2, text=CANARY, comparison=CANARY, area=CANARY, competitor_name=CANARY, **row), mark="2"
        )

    assert "canary" not in str(caught.value)
    assert timeline.rows("SELECT count(*) FROM sighting") == [(1,)]
    assert build.desk_mark(timeline.warehouse) == "1"


def test_the_same_row_twice_is_never_published(timeline: Timeline) -> None:
    with pytest.raises(CheckFailedError, match="sighting_id is unique"):
        timeline.reported(sighting(1), sighting(1))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Short.", "Short."),
        (" Two\n\n lines\t here ", "Two lines here"),
        ("word " * 40, "word " * 14 + "word word…"),
        ("x" * 200, "x" * 80 + "…"),
        ("", None),
    ],
)
def test_the_title_of_a_sighting_is_its_first_words(timeline: Timeline, text: str, title: str | None) -> None:
    timeline.reported(sighting(text=text))

    [(found,)] = timeline.rows("SELECT title FROM item")
    assert found == title


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"competitor": "globex"}, None),
        ({"competitor": None, "competitor_name": "Hooli"}, "a name that is not known: Hooli"),
        ({"competitor": None}, "the reporter is not sure which competitor it is about"),
    ],
)
def test_a_sighting_without_a_known_competitor_needs_review(
    timeline: Timeline, row: dict[str, Any], reason: str
) -> None:
    timeline.reported(sighting(**row))

    assert timeline.rows("SELECT needs_review, review_reason FROM item") == [(reason is not None, reason)]


def test_what_is_withdrawn_is_in_no_published_file(timeline: Timeline) -> None:
    timeline.reported(sighting(1, text=CANARY), sighting(2))
    held = CANARY.encode() in published_bytes(timeline)
    timeline.reported(gone=[sighting(1)["sighting_id"]], mark="2")

    assert held
    assert CANARY.encode() not in published_bytes(timeline)
    assert timeline.rows("SELECT count(*) FROM item") == [(1,)]


def test_what_is_withdrawn_while_a_build_is_under_way_is_in_no_published_file_after_it(timeline: Timeline) -> None:
    timeline.reported(sighting(1, text=CANARY), sighting(2))
    timeline.reported(sighting(3), mark="2")
    held = CANARY.encode() in published_bytes(timeline)

    build.take_in_sightings(timeline.warehouse, Incoming(rows=[], gone=[sighting(1)["sighting_id"]], mark="3"))
    timeline.build()

    assert held
    assert CANARY.encode() not in published_bytes(timeline)
    timeline.reported(sighting(4), mark="4")
    assert len(list(timeline.warehouse.published.glob("detente-*.duckdb"))) == 2


def test_what_is_forgotten_leaves_no_byte_in_the_warehouse_and_all_else_stays(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49"))
    timeline.build()
    timeline.reported(sighting(1, text=CANARY), sighting(2))
    timeline.reported(gone=[sighting(1)["sighting_id"]], mark="2")
    before = {table.name: core(timeline, table.name) for table in tables.tables()}
    left = CANARY.encode() in timeline.warehouse.path.read_bytes()

    build.forget(timeline.warehouse, timeline.archive, timeline.at)

    assert left
    assert CANARY.encode() not in timeline.warehouse.path.read_bytes()
    assert CANARY.encode() not in published_bytes(timeline)
    assert len(list(timeline.warehouse.published.glob("detente-*.duckdb"))) == 1
    assert {table.name: core(timeline, table.name) for table in tables.tables()} == before
    assert timeline.build().warnings == ()


def test_there_is_nothing_to_forget_before_there_is_a_warehouse(tmp_path: Path) -> None:
    assert build.forget(Warehouse(tmp_path), Archive(tmp_path / "archive"), START) is None
    assert list(tmp_path.iterdir()) == []
