"""The plan of the demo fits its facts, and says what can be seen when."""

from pathlib import Path
from typing import get_args

import pytest

import examples.demo
from examples.demo import FIRST_WEEK, LAST_WEEK, Script, collected_at, iso_week, load_script
from examples.demo.plan import Kind

PLAN = (Path(examples.demo.__file__).parent / "plan.toml").read_text("utf-8")


def test_every_change_starts_from_what_the_week_before_says(script: Script) -> None:
    assert script.state(LAST_WEEK).keys() == script.base.keys()


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ('old = "6.00", new = "7.00"', 'old = "6.50", new = "7.00"'),
        ('old = "6.00", new = "7.00"', 'old = "6.00", new = "5.00"'),
        ('old = "790.00"', 'old = "79.00"'),
        ('old = "GBP"', 'old = "USD"'),
        ('old = "quarter"', 'old = "year"'),
        ('old = "Up to 5 users"', 'old = "Up to 6 users"'),
        ('old = "Payroll export"', 'old = "Payroll import"'),
        ('"Plus", new = "Open shift marketplace"', '"Plus", new = "Time clock"'),
        ('old = "11.00"', 'old = "12.00"'),
        ('old = "On request"', 'old = "Ask us"'),
        ('old = "1.80"', 'old = "1.90"'),
        ('new = "129.00"', 'new = "139.00"'),
        ('subject = "4.12.0"', 'subject = "4.11.0"'),
        ('old = "We follow the SOC 2', 'old = "We ignore the SOC 2'),
    ],
)
def test_a_change_that_does_not_fit_is_refused(true: str, false: str) -> None:
    assert PLAN.count(true) == 1
    with pytest.raises(ValueError, match="does not fit"):
        load_script(plan=PLAN.replace(true, false)).state(LAST_WEEK)


def test_every_kind_of_change_is_planned(script: Script) -> None:
    assert {change.kind for change in script.changes} == set(get_args(Kind))
    assert {change.billing for change in script.changes if change.kind == "price_increase"} == {"monthly", "annual"}


def test_every_week_after_the_first_brings_changes(script: Script) -> None:
    assert {change.week for change in script.changes} == set(range(FIRST_WEEK + 1, LAST_WEEK + 1))


def test_changes_name_pages_of_the_right_kind(script: Script) -> None:
    for change in script.changes:
        kind = script.base[change.competitor].page(change.page).kind
        assert kind == {"release": "release_notes", "text_changed": "page"}.get(change.kind, "pricing"), change


def test_dated_entries_lie_in_the_iso_week_in_which_they_appear(script: Script) -> None:
    entries = [change.entry for change in script.changes if change.entry]
    assert {entry.week for entry in entries if entry.on is None} == {5, 6}
    for entry in entries:
        if entry.on is not None:
            year, number, _ = entry.on.isocalendar()
            assert iso_week(entry.week) == f"{year}-W{number}"


def test_a_week_is_collected_on_the_monday_after_it_in_berlin() -> None:
    assert [collected_at(week).isoformat() for week in (1, 2, 3)] == [
        "2026-10-12T03:00:00+00:00",
        "2026-10-19T03:00:00+00:00",
        "2026-10-26T04:00:00+00:00",  # summer time ended the day before
    ]


def test_weeks_are_called_by_their_iso_names() -> None:
    assert [iso_week(week) for week in (1, 6)] == ["2026-W41", "2026-W46"]


@pytest.mark.parametrize("week", [0, 7])
def test_a_week_outside_the_demo_is_refused(script: Script, week: int) -> None:
    with pytest.raises(ValueError, match="use 1 to 6"):
        script.state(week)


def test_a_change_is_seen_in_its_week_unless_the_page_is_down_or_closed(script: Script) -> None:
    late = {
        (change.competitor, change.subject): script.seen_in(change)
        for change in script.changes
        if script.seen_in(change) != change.week
    }
    assert late == {("shiftolen", "R39"): 5, ("crewbarrow", "Growth"): None}
