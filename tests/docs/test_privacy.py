"""The privacy page leaves nothing out: every table and column of the desk, and every published column of a sighting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desk.schema import metadata
from detente.settings import RetentionSettings
from warehouse.tables import tables

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert found, title
    return found[1]


def columns_by_table() -> dict[str, set[str]]:
    """What the page says of the desk: a row without a table's name goes on with the table above."""
    told: dict[str, set[str]] = {}
    table = ""
    for line in section("On the desk").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or cells[0] in ("table", "---"):
            continue
        table = cells[0].strip("`") or table
        told.setdefault(table, set()).update(re.findall(r"`(\w+)`", cells[1]))
    return told


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_every_column_of_the_desk_stands_on_the_page(name: str) -> None:
    assert columns_by_table().get(name, set()) == {column.name for column in metadata.tables[name].columns}


def test_the_page_names_no_table_that_is_not_there() -> None:
    assert set(columns_by_table()) == set(metadata.tables)


def test_every_published_column_of_a_sighting_stands_on_the_page() -> None:
    [sighting] = [table for table in tables() if table.name == "sighting"]

    named = set(re.findall(r"`(\w+)`", section("In the published table `sighting`")))
    assert set(sighting.columns) <= named


def test_the_days_are_those_of_the_settings() -> None:
    told = section("How long")
    for name in RetentionSettings.model_fields:
        assert f"`retention.{name}`" in told
    for days in (
        RetentionSettings().attachments_days,
        RetentionSettings().text_days,
        RetentionSettings().sessions_days,
    ):
        assert f"{days} days" in told
