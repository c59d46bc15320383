"""Bytes are kept once by their hash, and a log never names bytes that are not there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detente.errors import StorageError, WarehouseError
from detente.records import Fetch, Outcome
from warehouse import Archive

AT = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)


def fetch(number: int = 1, snapshot: str | None = None) -> Fetch:
    return Fetch(
        fetch_id=f"f{number}", page_id="globex/pricing", competitor="globex", url="https://globex.test/",
        final_url="https://globex.test/", kind="pricing", origin="web", purpose="check", outcome=Outcome.OK,
        fetched_at=AT + timedelta(minutes=number), snapshot=snapshot,
    )  # fmt: skip


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", bytes(range(256)) * 5000, b"a" * 20_000_000], ids=["empty", "small", "binary", "bomb"]
)
def test_what_was_put_comes_back_before_and_after_it_is_durable(archive: Archive, body: bytes) -> None:
    digest = archive.put(body)

    assert archive.get(digest) == body
    archive.log_fetches([fetch(snapshot=digest)])
    assert archive.get(digest) == body
    assert Archive(archive.folder).get(digest) == body


def test_the_same_bytes_are_kept_once(archive: Archive) -> None:
    first = archive.put(b"page")
    archive.log_fetches([fetch(1, first)])
    before = files(archive.folder)

    assert archive.put(b"page") == first
    assert before == files(archive.folder)


def test_bytes_that_were_put_but_never_logged_are_nowhere_to_be_seen(archive: Archive) -> None:
    digest = archive.put(b"page")

    anew = Archive(archive.folder)
    assert anew.logs("fetches") == []
    with pytest.raises(WarehouseError, match="this snapshot is missing"):
        anew.get(digest)
    assert anew.sweep() == 1
    assert files(archive.folder) == set()


def test_a_sweep_leaves_what_is_being_fetched_alone(archive: Archive) -> None:
    digest = archive.put(b"page")

    assert archive.sweep() == 0
    archive.log_fetches([fetch(snapshot=digest)])
    assert archive.get(digest) == b"page"


def test_a_death_between_snapshots_and_log_leaves_no_log_and_the_next_run_heals_it(archive: Archive) -> None:
    log = archive.log_fetches([fetch(snapshot=archive.put(b"page"))])
    assert log is not None
    log.unlink()  # this is what such a death leaves behind: bytes without a log

    anew = Archive(archive.folder)
    assert anew.logs("fetches") == []
    assert anew.log_fetches([fetch(snapshot=anew.put(b"page"))]) == log
    assert [anew.name_of(path) for path in anew.logs("fetches")] == [archive.name_of(log)]


def test_damaged_bytes_are_told_and_never_handed_out(archive: Archive) -> None:
    digest, other = archive.put(b"page"), archive.put(b"other")
    archive.log_fetches([fetch(1, digest), fetch(2, other)])
    path = archive.folder / "snapshots" / digest[:2] / f"{digest}.zst"
    whole = path.read_bytes()

    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WarehouseError, match="damaged"):
        archive.get(digest)

    path.write_bytes((archive.folder / "snapshots" / other[:2] / f"{other}.zst").read_bytes())
    with pytest.raises(WarehouseError, match="not those of its name"):
        archive.get(digest)

    path.write_bytes(b"")
    with pytest.raises(WarehouseError, match="damaged"):
        archive.get(digest)

    path.unlink()
    with pytest.raises(WarehouseError, match="restore data/archive from a backup"):
        archive.get(digest)


def test_the_same_fetches_logged_twice_are_one_log(archive: Archive) -> None:
    one, two = fetch(1), fetch(2)

    assert archive.log_fetches([one, two]) == archive.log_fetches([two, one])
    assert len(archive.logs("fetches")) == 1


def test_nothing_fetched_leaves_no_log(archive: Archive) -> None:
    assert archive.log_fetches([]) is None
    assert archive.logs("fetches") == []


def test_logs_are_lines_of_json_in_utc_and_stand_in_the_order_of_time(archive: Archive) -> None:
    late = archive.log_fetches([replace(fetch(9), fetched_at=AT + timedelta(days=40))])
    berlin = datetime.fromisoformat("2026-10-05T07:00:00+02:00")
    early = archive.log_fetches([replace(fetch(1), fetched_at=berlin, detail="zwölf\nZeilen")])

    assert [early, late] == archive.logs("fetches")
    assert early is not None
    [line] = early.read_text(encoding="utf-8").splitlines()
    row = json.loads(line)
    assert (row["fetched_at"], row["detail"], row["outcome"]) == ("2026-10-05 05:00:00", "zwölf\nZeilen", "ok")
    assert archive.fetch_ids(early) == ["f1"]


def test_no_half_written_file_is_ever_taken_for_a_log(archive: Archive) -> None:
    log = archive.log_fetches([fetch()])
    assert log is not None
    log.with_suffix(".4711.tmp").write_text('{"fetch_id": "ha')

    assert archive.logs("fetches") == [log]


def test_a_folder_that_cannot_be_written_is_told_and_leaves_nothing(archive: Archive) -> None:
    archive.folder.parent.mkdir(exist_ok=True)
    archive.folder.write_text("a file where the folder should be")

    with pytest.raises(StorageError, match="make room or mend the disk"):
        archive.put(b"page")
    with pytest.raises(StorageError, match="cannot be written"):
        archive.log_fetches([fetch()])
