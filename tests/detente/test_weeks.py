"""Weeks begin on Monday in the company's own calendar; their windows leave no gap and do not overlap."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from detente.errors import UsageError
from detente.weeks import Week

ZONES = ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"]
HOURS = {
    "Europe/Berlin": {167.0, 168.0, 169.0},
    "America/Sao_Paulo": {167.0, 168.0, 169.0},  # summer time until 2019
    "Australia/Lord_Howe": {167.5, 168.0, 168.5},
    "UTC": {168.0},
}


def weeks_from(first: Week, count: int) -> list[Week]:
    monday = first.monday()
    isos = [(monday + timedelta(weeks=n)).isocalendar() for n in range(count)]
    return [Week(year=iso.year, number=iso.week) for iso in isos]


@pytest.mark.parametrize("zone", ZONES)
def test_ten_years_of_windows_leave_no_gap_and_do_not_overlap(zone: str) -> None:
    weeks = weeks_from(Week(year=2015, number=1), 522)
    windows = [week.window(zone) for week in weeks]

    assert all(end == start for (_, end), (start, _) in itertools.pairwise(windows))
    assert {(end - start).total_seconds() / 3600 for start, end in windows} == HOURS[zone]
    for week, (start, end) in zip(weeks, windows, strict=True):
        assert Week.of(start, zone) == week
        assert Week.of(end - timedelta(microseconds=1), zone) == week
        assert Week.of(end, zone) != week
        assert (start.astimezone(ZoneInfo(zone)).weekday(), start.astimezone(ZoneInfo(zone)).hour) == (0, 0)


def test_the_week_before_is_the_week_whose_window_ends_where_this_one_begins() -> None:
    for week in weeks_from(Week(year=2019, number=50), 400):
        assert week.previous().window("Europe/Berlin")[1] == week.window("Europe/Berlin")[0]
        assert week.previous() < week


def test_a_year_with_53_weeks_has_them_and_others_do_not() -> None:
    assert str(Week.of(datetime(2027, 1, 3, 12, tzinfo=UTC), "UTC")) == "2026-W53"
    assert Week.parse("2027-W01").previous() == Week.parse("2026-W53")
    with pytest.raises(UsageError, match="2025-W53"):
        Week.parse("2025-W53")


@pytest.mark.parametrize("label", ["2026-W01", "2026-W46", "2020-W53"])
def test_a_label_reads_as_it_is_written(label: str) -> None:
    assert str(Week.parse(label)) == label


@pytest.mark.parametrize(
    "label", ["2026-W00", "2026-W54", "2026-46", "2026-w46", "W46", "", "2026-W46 ", "２０２６-W46", "2026-W46\n"]
)
def test_what_is_no_label_is_refused_with_an_example(label: str) -> None:
    with pytest.raises(UsageError, match="write it like 2026-W46"):
        Week.parse(label)


def test_a_moment_belongs_to_the_week_of_the_zone_not_of_utc() -> None:
    sunday_evening = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)

    assert str(Week.of(sunday_evening, "UTC")) == "2026-W46"
    assert str(Week.of(sunday_evening, "Europe/Berlin")) == "2026-W47"
    assert str(Week.of(sunday_evening, "America/Sao_Paulo")) == "2026-W46"
