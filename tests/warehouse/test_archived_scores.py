"""Scores of the archive: a file that is damaged is named, since no rebuild mends it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from detente.errors import WarehouseError
from warehouse.archive import Archive
from warehouse.scoring_rows import load_archived

NOW = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100, b"no table"], ids=len)
def test_a_damaged_file_of_scores_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "scores" / "2026" / "11" / "20261116T000000-0123456789abcdef.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw; CREATE TABLE raw.log (name VARCHAR, kind VARCHAR, loaded_at TIMESTAMP)")

        with pytest.raises(WarehouseError, match=f"{path.name}: damaged; take it from a backup"):
            load_archived(connection, Archive(tmp_path), NOW)
