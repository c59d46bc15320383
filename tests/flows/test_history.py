"""Saved versions are read as if fetched on their dates; twice changes nothing, and nothing outside is read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_site import PRICING

from detente.errors import UsageError
from detente.records import Summary
from flows import history, order
from flows.job import Job
from warehouse import ask

JobAt = Callable[[str], Job]
NOW = "2026-10-05T03:00Z"
PRICES = {"2024-03-01": "29", "2024-09-15": "39", "2025-06-30": "49"}


def saved(folder: Path, names: dict[str, str]) -> Path:
    folder.mkdir()
    for date, name in names.items():
        (folder / name).write_text(PRICING.replace("{team}", PRICES[date]), encoding="utf-8")
    return folder


def imported(job: Job, folder: Path) -> Summary:
    return history.import_history(job, job.workspace.page("globex/pricing"), folder)


def prices(job: Job) -> list[tuple[Any, ...]]:
    asyncio.run(order.build_tables(job))
    question = "SELECT amount::INT, valid_from::DATE::VARCHAR FROM plan_price WHERE plan = 'Team' ORDER BY valid_from"
    return ask(job.workspace.data / "published", question).rows


EXPECTED = [(29, "2024-03-01"), (39, "2024-09-15"), (49, "2025-06-30")]


@pytest.mark.parametrize("index", ["names", "archive names", "index.jsonl", "index.json", "index.csv"])
def test_versions_are_found_by_an_index_or_by_their_names(job_at: JobAt, tmp_path: Path, index: str) -> None:
    job = job_at(NOW)
    names = {date: f"v{n}.html" for n, date in enumerate(PRICES)}
    if index == "names":
        names = {date: f"pricing-{date}.html" for date in PRICES}
    elif index == "archive names":
        names = {date: f"{date.replace('-', '')}101112.html" for date in PRICES}
    folder = saved(tmp_path / "saved", names)
    entries = [{"file": name, "date": date, "url": "https://old.globex.test/pricing"} for date, name in names.items()]
    if index == "index.jsonl":
        (folder / index).write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    elif index == "index.json":
        (folder / index).write_text(json.dumps(entries))
    elif index == "index.csv":
        (folder / index).write_text("file,date\n" + "".join(f"{name},{date}\n" for date, name in names.items()))

    summary = imported(job, folder)

    assert (summary.read, summary.unchanged, summary.notes) == (3, 0, [])
    assert prices(job) == EXPECTED


def test_the_same_history_twice_adds_no_row(job_at: JobAt, tmp_path: Path) -> None:
    folder = saved(tmp_path / "saved", {date: f"{date}.html" for date in PRICES})
    imported(job_at(NOW), folder)
    before = prices(job_at(NOW))

    again = imported(job_at(NOW), folder)

    assert (again.read, again.unchanged) == (0, 3)
    assert before == prices(job_at(NOW)) == EXPECTED
    assert len(job_at(NOW).archive.logs("fetches")) == 1


def test_a_version_added_later_takes_its_place_in_time(job_at: JobAt, tmp_path: Path) -> None:
    names = {date: f"{date}.html" for date in PRICES}
    folder = saved(tmp_path / "saved", {date: names[date] for date in ("2024-03-01", "2025-06-30")})
    imported(job_at(NOW), folder)
    assert [EXPECTED[0], EXPECTED[2]] == prices(job_at(NOW))
    (folder / names["2024-09-15"]).write_text(PRICING.replace("{team}", "39"), encoding="utf-8")

    summary = imported(job_at(NOW), folder)

    assert (summary.read, summary.unchanged) == (1, 2)
    assert prices(job_at(NOW)) == EXPECTED


def test_versions_of_one_day_keep_their_order(job_at: JobAt, tmp_path: Path) -> None:
    folder = saved(tmp_path / "saved", {"2024-03-01": "a 2024-03-01.html", "2024-09-15": "b 2024-03-01.html"})

    imported(job_at(NOW), folder)

    assert prices(job_at(NOW)) == [(29, "2024-03-01"), (39, "2024-03-01")]


@pytest.mark.slow
def test_what_is_collected_afterwards_goes_on_from_the_history(job_at: JobAt, tmp_path: Path) -> None:
    imported(job_at(NOW), saved(tmp_path / "saved", {"2024-03-01": "2024-03-01.html"}))

    asyncio.run(order.collect_and_build(job_at(NOW)))

    found = ask(job_at(NOW).workspace.data / "published", 'SELECT kind, "old", "new" FROM change').rows
    assert found == [("price_increase", "29 USD / user / month", "49 USD / user / month")]


@pytest.mark.parametrize("file", ["../secret.html", "/etc/hostname", "sub/../../secret.html", "link.html"])
def test_an_index_leads_to_nothing_outside_of_its_folder(job_at: JobAt, tmp_path: Path, file: str) -> None:
    (tmp_path / "secret.html").write_text("secret")
    folder = saved(tmp_path / "saved", {})
    (folder / "link.html").symlink_to(tmp_path / "secret.html")
    (folder / "index.json").write_text(json.dumps([{"file": file, "date": "2024-03-01"}]))

    with pytest.raises(UsageError, match="outside of"):
        imported(job_at(NOW), folder)
    assert job_at(NOW).archive.logs("fetches") == []


def test_a_link_among_dated_files_leads_to_nothing_outside_either(job_at: JobAt, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    folder = saved(tmp_path / "saved", {"2024-03-01": "2024-03-01.html"})
    (folder / "2024-09-15.html").symlink_to(tmp_path / "secret.html")

    summary = imported(job_at(NOW), folder)

    assert summary.read == 1
    assert "2024-09-15.html: left out" in summary.notes[0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("index.json", "{", "cannot be read"),
        ("index.json", '{"file": "a"}', "must hold a list"),
        ("index.json", '[{"date": "2024-03-01"}]', "entry 1 needs a 'file' and a 'date'"),
        ("index.jsonl", "[1]\n", "must hold a list of entries"),
        ("index.json", "[" * 100_000, "cannot be read"),
        ("index.csv", "file,date\ngone.html,2024-03-01\n", "no saved version with a date"),
        ("page.html", "<html>", "no saved version with a date"),
        ("9999-99-99.html", "<html>", "no saved version with a date"),
    ],
)
def test_what_cannot_be_imported_is_told_with_what_is_missing(
    job_at: JobAt, tmp_path: Path, name: str, text: str, said: str
) -> None:
    folder = saved(tmp_path / "saved", {})
    (folder / name).write_text(text)

    with pytest.raises(UsageError, match=said):
        imported(job_at(NOW), folder)


def test_what_was_left_out_is_told(job_at: JobAt, tmp_path: Path) -> None:
    folder = saved(tmp_path / "saved", {"2024-03-01": "2024-03-01.html"})
    (folder / "readme.txt").write_text("notes")

    summary = imported(job_at(NOW), folder)

    assert summary.notes == ["readme.txt: left out, since 'readme.txt' holds no date"]


def test_a_folder_that_is_not_there_is_told(job_at: JobAt, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        imported(job_at(NOW), tmp_path / "gone")
