"""Quarters follow the company's calendar, and not the machine's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from detente.errors import UsageError
from detente.quarters import Quarter


@pytest.mark.parametrize(
    ("moment", "zone", "label"),
    [
        ("2026-12-31T22:59:59", "Europe/Berlin", "2026-Q4"),
        ("2026-12-31T23:00:00", "Europe/Berlin", "2027-Q1"),
        ("2026-03-31T22:00:00", "Europe/Berlin", "2026-Q2"),
        ("2026-04-01T03:59:59", "America/New_York", "2026-Q1"),
        ("2026-11-26T07:45:00", "UTC", "2026-Q4"),
    ],
)
def test_a_moment_falls_into_the_quarter_of_the_zones_calendar(moment: str, zone: str, label: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert str(Quarter.of(at, zone)) == label
    start, end = Quarter.parse(label).window(zone)
    assert start <= at < end


def test_a_quarters_window_ends_where_the_next_begins() -> None:
    labels = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"]
    windows = [Quarter.parse(label).window("Europe/Berlin") for label in labels]

    assert [end for _, end in windows[:-1]] == [start for start, _ in windows[1:]]


@pytest.mark.parametrize("label", ["2026-Q5", "2026Q4", "Q4", "", "2026-Q4\n", "0000-Q1"])
def test_what_is_no_quarter_is_refused_with_an_example(label: str) -> None:
    with pytest.raises(UsageError, match="2026-Q4"):
        Quarter.parse(label)
