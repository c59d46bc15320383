"""P11: a page that was redesigned under its selectors is a broken reader; its facts stay, and the way out is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from small_site import PRICING, SmallSite

import warehouse
from flows import order
from flows.job import Job

JobAt = Callable[[str], Job]


def ask(folder: Path, question: str) -> list[tuple[object, ...]]:
    return warehouse.ask(folder / "data" / "published", question).rows


@pytest.mark.slow
def test_a_redesign_under_selectors_keeps_the_facts_and_names_those_that_would_match(
    site: SmallSite, folder: Path, job_at: JobAt
) -> None:
    path = folder / "competitors" / "globex.toml"
    chosen = '\n[pages.selectors]\nplan = "section.plan"\nname = "h2"\nprice = ".price"\n'
    path.write_text(path.read_text().replace('/pricing"\n', f'/pricing"\n{chosen}', 1))
    asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))
    before = ask(folder, "SELECT plan, amount FROM plan_price WHERE valid_to IS NULL ORDER BY ALL")
    assert len(before) == 3

    redesigned = PRICING.replace("{team}", "49").replace('<section class="plan"', '<section class="plan-tile"')
    site.pages["/pricing"] = ("text/html", redesigned)
    first = asyncio.run(order.collect_and_build(job_at("2026-10-06T03:00Z")))
    asyncio.run(order.collect_and_build(job_at("2026-10-07T03:00Z")))

    assert "the selector plan = 'section.plan' matches nothing" in first.failed["globex/pricing"]
    ((state, reason),) = ask(folder, "SELECT state, reason FROM page_health WHERE page_id = 'globex/pricing'")
    assert state == "reader_broken"
    assert "nearest that would: section.plan-tile (3 nodes)" in str(reason)
    assert ask(folder, "SELECT plan, amount FROM plan_price WHERE valid_to IS NULL ORDER BY ALL") == before
    assert ask(folder, "SELECT change_id FROM change WHERE page_id = 'globex/pricing'") == []


@pytest.mark.slow
def test_selectors_of_the_earlier_design_keep_its_history(site: SmallSite, folder: Path, job_at: JobAt) -> None:
    path = folder / "competitors" / "globex.toml"
    untaught = path.read_text()
    old, new = (f'plan = "section.{name}"\nname = "h2"\nprice = ".price"\n' for name in ("plan", "plan-tile"))

    def taught(lines: str) -> None:
        path.write_text(untaught.replace('/pricing"\n', f'/pricing"\n\n{lines}', 1))

    taught(f"[pages.selectors]\n{old}")
    asyncio.run(order.collect_and_build(job_at("2026-10-05T03:00Z")))
    redesigned = PRICING.replace("{team}", "59").replace('<section class="plan"', '<section class="plan-tile"')
    site.pages["/pricing"] = ("text/html", redesigned)
    asyncio.run(order.collect_and_build(job_at("2026-10-06T03:00Z")))

    taught(f"[pages.selectors]\n{new}\n[[pages.earlier_selectors]]\n{old}")
    asyncio.run(order.collect_and_build(job_at("2026-10-07T03:00Z")))

    changes = "SELECT kind, subject, old_amount::INT, new_amount::INT FROM change WHERE page_id = 'globex/pricing'"
    assert ask(folder, changes) == [("price_increase", "Team", 49, 59)]
