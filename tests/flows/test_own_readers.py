"""A page with a reader of its own is read by it, and read again when the reader's code changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from small_site import SmallSite

import warehouse
from flows import order
from flows.job import Job

JobAt = Callable[[str], Job]
CODE = """from sources.pricing import prices_of_text


def read(soup):
    for plan in soup.select(".plan"):
        yield from prices_of_text(plan.h2.get_text(){upper}, plan.select_one(".price").get_text(), currency="USD")
"""


def watched_by(folder: Path, code: str) -> None:
    path = folder / "competitors" / "globex.toml"
    text = path.read_text()
    if "reader =" not in text:
        path.write_text(text.replace('kind = "pricing"', 'kind = "pricing"\nreader = "tiers"'))
    (folder / "readers").mkdir(exist_ok=True)
    (folder / "readers" / "tiers.py").write_text(code)


def plans(folder: Path) -> list[tuple[object, ...]]:
    question = "SELECT plan, amount::VARCHAR FROM plan_price WHERE valid_to IS NULL ORDER BY plan"
    return warehouse.ask(folder / "data" / "published", question).rows


def readings(job: Job) -> list[tuple[object, ...]]:
    question = "SELECT DISTINCT reader FROM raw.reading WHERE page_id = 'globex/pricing' ORDER BY ALL"
    with job.warehouse.section("test") as connection:
        return [row[0] for row in connection.execute(question).fetchall()]


@pytest.mark.slow
def test_its_facts_are_those_of_the_page_and_a_changed_reader_reads_all_again(folder: Path, job_at: JobAt) -> None:
    watched_by(folder, CODE.replace("{upper}", ""))
    asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))
    assert [plan for plan, _ in plans(folder)] == ["Business", "Start", "Team"]

    watched_by(folder, CODE.replace("{upper}", ".upper()"))
    job = job_at("2026-10-05T06:00Z")
    asyncio.run(order.build_tables(job))

    assert [plan for plan, _ in plans(folder)] == ["BUSINESS", "START", "TEAM"]
    assert readings(job) == ["tiers"]
    # the code of then is gone: all that was fetched is read by that of today
    asyncio.run(order.rebuild(job_at("2026-10-05T07:00Z")))
    assert [plan for plan, _ in plans(folder)] == ["BUSINESS", "START", "TEAM"]


def test_a_reader_that_fails_stops_no_run_and_the_page_is_said_to_fail(folder: Path, job_at: JobAt) -> None:
    watched_by(folder, "def read(soup):\n    return soup.gone.away\n")

    summary = asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))

    assert set(summary.failed) == {"globex/pricing"}
    assert "readers/tiers.py:2: AttributeError" in summary.failed["globex/pricing"]


def test_going_back_to_the_built_in_reader_reads_all_again(folder: Path, job_at: JobAt) -> None:
    watched_by(folder, CODE.replace("{upper}", ".upper()"))
    asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))
    path = folder / "competitors" / "globex.toml"
    path.write_text(path.read_text().replace('reader = "tiers"\n', ""))

    asyncio.run(order.build_tables(job_at("2026-10-05T06:00Z")))

    assert [plan for plan, _ in plans(folder)] == ["Business", "Start", "Team"]


@pytest.mark.slow
def test_a_script_alone_can_make_the_difference_to_an_own_reader(site: SmallSite, folder: Path, job_at: JobAt) -> None:
    code = (
        "from sources.pricing import prices_of_text\n\n\ndef read(soup):\n"
        "    yield from prices_of_text('Crew', soup.select_one('script').get_text(), currency='USD')\n"
    )
    watched_by(folder, code)
    for day, amount in (("05", "49"), ("06", "59"), ("07", "59")):
        site.pages["/pricing"] = ("text/html", f"<main><h1>Plans</h1><script>$ {amount} / month</script></main>")
        asyncio.run(order.collect_and_build(job_at(f"2026-10-{day}T03:00Z")))

    assert [Decimal(str(amount)) for _, amount in plans(folder)] == [59]
