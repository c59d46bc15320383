"""The warehouse is a function of the archive: built step by step or at once, in any order, the rows are the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from timeline import Timeline, block, feature, price, release

from detente.records import Observation, Outcome
from warehouse import Warehouse, tables

AMOUNTS = ("39", "49", "59", "99")


def facts_of(dice: random.Random, kind: str) -> list[Observation]:
    if kind == "page":
        return [
            block(dice.choice(("SOC 2.", "ISO 27001.", "Hosted in Ireland.")), "Trust"),
            block(f"Quote {dice.randrange(3)}."),
        ]
    if kind == "release_notes":
        return [release(f"1.{n}", body=dice.choice(("Better.", "Fixed."))) for n in range(dice.randrange(1, 4))]
    found: list[Observation] = []
    for plan in dice.sample(("Team", "Pro", "Max"), dice.randrange(0, 4)):
        found.append(
            price(
                plan, dice.choice((*AMOUNTS, None)), custom=dice.random() < 0.2, billing=dice.choice((None, "annual"))
            )
        )
        found += [feature(plan, name) for name in ("API", "SSO") if dice.random() < 0.7]
    return found


def live(timeline: Timeline, dice: random.Random, steps: int, *, build_between: bool) -> None:
    pages = [
        ("globex/pricing", "pricing"),
        ("globex/trust", "page"),
        ("initech/notes", "release_notes"),
        ("initech/pricing", "pricing"),
    ]
    before: dict[str, list[Observation]] = {}
    for _ in range(steps):
        page_id, kind = dice.choice(pages)
        if page_id not in before or dice.random() < 0.4:
            before[page_id] = facts_of(dice, kind)
        outcome = dice.choice((Outcome.OK, Outcome.OK, Outcome.OK, Outcome.OK, Outcome.BLOCKED))
        more = {"origin": "import"} if dice.random() < 0.1 else {}
        timeline.fetch(*before[page_id], page_id=page_id, kind=kind, outcome=outcome, noise=dice.randrange(3), **more)
        if build_between and dice.random() < 0.15:
            timeline.build()
    timeline.build()


def all_rows(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    with warehouse.section("look") as connection:
        return {
            table.name: connection.execute(f"SELECT * FROM core.{table.name} ORDER BY ALL").fetchall()
            for table in tables.tables()
        }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_rebuild_gives_the_same_rows_as_many_builds_over_the_same_archive(tmp_path: Path, seed: int) -> None:
    timeline = Timeline(tmp_path)
    live(timeline, random.Random(seed), 60, build_between=True)
    step_by_step = all_rows(timeline.warehouse)

    timeline.warehouse = Warehouse(tmp_path, name="rebuild.duckdb")
    timeline.build()
    anew = all_rows(timeline.warehouse)

    for name, rows in step_by_step.items():
        assert rows == anew[name], name
    assert step_by_step["change"]


@pytest.mark.slow
def test_the_comparison_can_fail(tmp_path: Path) -> None:
    timeline = Timeline(tmp_path)
    live(timeline, random.Random(1), 30, build_between=True)
    before = all_rows(timeline.warehouse)
    timeline.seen(price("Team", "1234"))
    timeline.build()

    assert before != all_rows(timeline.warehouse)
