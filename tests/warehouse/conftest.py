"""The fixtures of the warehouse's tests."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from timeline import START, Timeline, block, feature, price, release, sighting

from detente.records import Dismissal, Outcome
from detente.rules import PART_NAMES

_START = "TIMESTAMP '2026-10-05 05:00:00'"


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    return Timeline(tmp_path)


@pytest.fixture(scope="package")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    """A warehouse with rows in every table, built once; tests only read it."""
    timeline = Timeline(tmp_path_factory.mktemp("known"))
    notes = {"page_id": "globex/notes", "kind": "release_notes"}
    trust = {"page_id": "globex/trust", "kind": "page"}
    users = feature("Team", "users", limit=Decimal(5), unit="user")
    fewer = feature("Team", "users", limit=Decimal(3), unit="user")
    timeline.seen(price("Team", "49"), users, price("Solo", "9"))
    timeline.fetch(release("1.0"), **notes)
    timeline.seen(block("Hosted in Ireland.", "Data"), **trust)
    timeline.seen(price("Team", "59"), fewer, price("Single", "9"))
    timeline.fetch(release("1.1", body='=HYPERLINK("http://evil.test")'), release("1.0"), **notes)
    timeline.seen(block("Hosted in Frankfurt.", "Data"), **trust)
    timeline.fetch(block("Hosted on the moon.", "Data"), **trust)
    timeline.fetch(block("Hosted in Frankfurt.", "Data"), **trust)
    timeline.fetch(block("Hosted on the moon.", "Data"), **trust)
    timeline.fetch(page_id="initech/pricing", outcome=Outcome.BLOCKED, detail="a captcha")
    run = {
        "run_id": "r1", "flow": "collect", "slot": "2026-10-06", "state": "ok", "started_at": timeline.at,
        "ended_at": timeline.at, "pages_read": 1, "unchanged": 0, "changed": 0, "not_due": 0, "failed": 0,
        "notes": ["@note"],
    }  # fmt: skip
    timeline.archive.log_run(run, timeline.at)
    rule = Dismissal(
        rule_id="a1b2c3d4", page_id="globex/pricing", kind="price_increase", subject="Team",
        between=("49 USD / month", "59 USD / month"), because="an experiment", since=START,
    )  # fmt: skip
    timeline.dismissals.append(rule)
    timeline.build()
    timeline.reported(sighting(), sighting(2, competitor=None, competitor_name="Hooli", text='=cmd|"x"!A1'))
    found_in(timeline, str(sighting()["sighting_id"]))
    timeline.build()
    return timeline


def found_in(timeline: Timeline, item_id: str) -> None:
    """Puts there what scoring would have found in an item, and what was decided about it."""
    parts = ", ".join(f"0 AS points_{name}" for name in PART_NAMES)
    with timeline.warehouse.section("known") as connection:
        score = (
            f"1 AS scoring_id, 'Single sign-on' AS theme, {_START} AS scored_at, 1 AS rules_version, "
            f"'a' AS rules_digest, 0 AS score, {parts}, 'F6' AS grade"
        )
        decision = "'d1' AS decision_id, 'watch' AS kind, 'rare' AS because, FALSE AS is_blind"
        for table, values in (
            ("item_theme", "'Single sign-on' AS theme, 0.5 AS fit"),
            ("score", score),
            ("decision", f"{decision}, {_START} AS decided_at"),
        ):
            connection.execute(f"INSERT INTO raw.{table} BY NAME SELECT ? AS item_id, {values}", [item_id])
        connection.execute(
            "INSERT INTO raw.sighting_evidence BY NAME "
            f"SELECT ? AS sighting_id, 'c1' AS evidence, {_START} AS first_seen_at",
            [item_id],
        )
