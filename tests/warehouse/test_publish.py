"""Published files are read-only, hold only what may be seen, and never change under a reader's hands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from timeline import Timeline, price

import warehouse
from detente.errors import WarehouseError
from warehouse import newest, tables


def test_a_published_file_is_read_only_and_the_pointers_lead_to_it(known: Timeline) -> None:
    published = known.build().published
    folder = known.warehouse.published

    assert published.path.stat().st_mode & 0o777 == 0o444
    assert published == newest(folder)
    assert (folder / "current.duckdb").resolve() == published.path
    assert json.loads((folder / "current.json").read_text())["file"] == published.path.name
    assert not [path for path in folder.iterdir() if "tmp" in path.name or path.name.endswith(".wal")]


def test_only_published_tables_are_in_it_each_with_a_meaning_for_every_column(known: Timeline) -> None:
    with warehouse.open(known.folder) as connection:
        found = connection.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()").fetchall()
        columns = connection.execute(
            """
            SELECT table_name || '.' || column_name, comment FROM duckdb_columns()
            WHERE schema_name = 'pub' AND table_name <> 'build'
            """
        ).fetchall()

    public = [table for table in tables.tables() if table.published]
    assert {f"pub.{table.name}": table.grain for table in public} == {
        name: comment for name, comment in found if name != "pub.build"
    }
    assert {f"{table.name}.{name}": meaning for table in public for name, meaning in table.columns.items()} == dict(
        columns
    )


def test_no_page_body_is_published(known: Timeline) -> None:
    assert not {"plan_feature_raw", "page_text", "raw"} & {table.name for table in tables.tables() if table.published}
    assert b"Timeline" not in known.build().published.path.read_bytes()


@pytest.mark.slow
def test_a_reader_goes_on_with_the_file_it_has_while_new_ones_are_published_and_old_ones_swept(
    timeline: Timeline,
) -> None:
    timeline.fetch(price("Team", "49"))
    first = timeline.build().published
    with warehouse.open(timeline.folder) as reader:
        assert reader.execute("SELECT count(*) FROM pub.page_fetch").fetchall() == [(1,)]
        for number in range(4):
            timeline.fetch(price("Team", "49"), noise=number)
            timeline.build()

        assert not first.path.exists()
        assert reader.execute("SELECT count(*) FROM pub.page_fetch").fetchall() == [(1,)]
        assert reader.execute("SELECT plan, amount::INT FROM plan_price").fetchall() == [("Team", 49)]
        with warehouse.open(timeline.folder) as another:
            assert another.execute("SELECT count(*) FROM pub.page_fetch").fetchall() == [(5,)]
    assert len(list(timeline.warehouse.published.glob("detente-*.duckdb"))) == 3


def test_what_a_killed_build_left_aside_is_swept_by_the_next(timeline: Timeline) -> None:
    folder = timeline.warehouse.published
    folder.mkdir()
    for name in ("detente-20200101T000000Z-dead.tmp", "detente-20200101T000000Z-dead.tmp.wal", "current.json.4711.tmp"):
        (folder / name).write_text("half")

    published = timeline.build().published.path

    assert {published.name, "current.json", "current.duckdb"} == {path.name for path in folder.iterdir()}


def test_a_pointer_that_leads_nowhere_is_told(timeline: Timeline) -> None:
    published = timeline.build().published.path
    published.unlink()
    with pytest.raises(WarehouseError, match="`detente run build` publishes a new one"):
        timeline.rows("SELECT 1")

    (timeline.warehouse.published / "current.json").write_text("{")
    with pytest.raises(WarehouseError, match="nothing is published yet"):
        timeline.rows("SELECT 1")


def test_notebooks_open_the_workspace_or_its_data_folder(known: Timeline, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(known.folder)

    for folder in (tmp_path, str(tmp_path), known.folder):
        with warehouse.open(folder) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM change").fetchall() == [(True,)]


def test_what_notebooks_get_cannot_write(known: Timeline) -> None:
    with warehouse.open(known.folder) as connection, pytest.raises(Exception, match=r"read.only"):
        connection.execute("CREATE TABLE pub.mine (x INTEGER)")


def test_the_same_facts_published_twice_are_the_same_rows(known: Timeline) -> None:
    questions = [f"SELECT * FROM pub.{table.name} ORDER BY ALL" for table in tables.tables() if table.published]
    before = [known.rows(question) for question in questions]
    known.build()

    assert before == [known.rows(question) for question in questions]
