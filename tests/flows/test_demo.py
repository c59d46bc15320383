"""The demo finds every planned change of its six weeks and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.errors import UsageError
from examples.demo import load_script
from examples.demo.sightings import load_decisions, load_sightings
from flows import demo
from flows.demo import Found
from flows.job import Silent
from warehouse import ask


@pytest.mark.slow
def test_each_planned_change_is_found_and_none_that_nobody_planned(tmp_path: Path) -> None:
    outcome = demo.run(tmp_path / "demo", Silent(), lambda _: None, by_prefect=False)

    assert (outcome.missed, outcome.unplanned) == ([], [])
    assert len(outcome.found) >= 25
    assert outcome.sightings == len(load_sightings())
    published = ask(outcome.root / "data" / "published", "SELECT count(*) FROM sighting").rows
    assert published == [(outcome.sightings - 1,)]  # a document that was meant for somebody else is for legal alone
    assert outcome.judged == (len([one for one in load_sightings() if one.review]), len(load_decisions()))
    assert outcome.points > 0
    assert outcome.best is not None
    assert list(outcome.summaries) == [f"2026-W{number}" for number in range(41, 47)]
    failed = {week: set(summary.failed) for week, summary in outcome.summaries.items()}
    closed = "crewbarrow/pricing"  # by robots.txt
    assert {closed} == failed["2026-W41"] == failed["2026-W46"]
    assert {page for page in failed["2026-W44"] if page != closed} == {
        "shiftolen/pricing", "shiftolen/releases", "shiftolen/trust"
    }  # fmt: skip
    assert failed["2026-W45"] == {closed, "dutymarrow/about"}
    for week in range(41, 47):
        assert (outcome.root / "data" / "weekly" / f"2026-W{week}" / "report.html").is_file()


def test_the_demo_replaces_an_older_demo_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")

    with pytest.raises(UsageError, match="holds something else"):
        demo.run(tmp_path, Silent(), lambda _: None, by_prefect=False)
    assert (tmp_path / "thesis.txt").read_text() == "ten years of work"


def test_the_comparison_with_the_plan_tells_what_is_missing_and_what_is_too_much() -> None:
    script = load_script()
    extra = Found(
        week="2026-W42",
        competitor="rosterquill",
        page="pricing",
        kind="price_increase",
        subject="Business",
        old="1",
        new="2",
    )

    missed, unplanned = demo.compare(script, [extra])

    planned = [change for change in script.changes if script.seen_in(change)]
    assert (len(planned), [extra]) == (len(missed), unplanned)
