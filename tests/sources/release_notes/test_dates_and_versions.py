"""A date is read where one is stated, and a version is told from other numbers."""

from __future__ import annotations

import pytest

from sources.release_notes.dates import (
    bare_year,
    date_line,
    day_within,
    find_date,
    is_of_something_else,
    read_date_field,
    stated_release,
)
from sources.release_notes.kinds import kind_of, kinds_in
from sources.release_notes.versions import find_version, is_unreleased

DAYS = {
    "2026-11-23": "2026-11-23",
    "v2.3.1 (2026-11-23)": "2026-11-23",
    "[1.2.0] - 2026/11/23": "2026-11-23",
    "6th December, 2024": "2024-12-06",
    "Thu, 25 May 2023 16:11:37 +0200": "2023-05-25",
    "Wed Jan 18 13:57:39 2012": "2012-01-18",
    "Sept. 3, 2026": "2026-09-03",
    "23. November 2026": "2026-11-23",
    "7 de noviembre de 2026": "2026-11-07",
    "Publié le 1er mars 2026": "2026-03-01",
    "2026年11月3日": "2026-11-03",
    "2026년 11월 3일": "2026-11-03",
    "2026. 11. 3.": "2026-11-03",
    "2026-Nov-03": "2026-11-03",
    "6 augusti 2026": "2026-08-06",
    "20 mei 2026": "2026-05-20",
    "1º de maio de 2026": "2026-05-01",
    "7 ottobre 2026": "2026-10-07",
    "12.11.2026": "2026-11-12",
    "13/04/2026": "2026-04-13",
    "04/13/2026": "2026-04-13",
    "2026-11-12T23:59:00-05:00": "2026-11-12",
}
NO_DAYS = (
    *("Jan 1, 0001", "1970-01-01", "03/04/2026", "November 2026", "2026-11", "2024-10-xx", "2026-02-30", "2.10.11"),
    *(
        "v10.4",
        "24/7 support",
        "may be used",
        "20190905",
        "10.11.2026.4",
        "yesterday",
        "10:30",
        "API",
        "since 2019",
        "4 Mar 2999",
        "3 days ago",
        "last week",
        "",
    ),
)


@pytest.mark.parametrize("text", DAYS)
def test_a_stated_day_is_found(text: str) -> None:
    found = find_date(text)
    assert found is not None
    assert found.day is not None
    assert found.day.isoformat() == DAYS[text]
    assert found.text in text


@pytest.mark.parametrize("text", NO_DAYS)
def test_no_day_is_invented(text: str) -> None:
    for found in (find_date(text), read_date_field(text)):
        assert found is None or found.day is None


def test_a_month_is_a_month() -> None:
    found = find_date("Released in November 2026")
    assert found is not None
    assert (found.day, found.month and found.month.isoformat(), found.text) == (None, "2026-11-01", "November 2026")


def test_dateparser_reads_the_languages_that_the_cascade_does_not() -> None:
    found = read_date_field("12 ноября 2026")
    assert found is not None
    assert found.day is not None
    assert found.day.isoformat() == "2026-11-12"


def test_a_line_is_a_date_only_when_it_says_nothing_else() -> None:
    for text in ("Released 2026-06-24", "Published on: Nov 12, 2026, 10:33 UTC", "(26 Jul 2022)"):
        assert date_line(text), text
    for text in ("Last updated 12 Nov 2026", "Nov 12, 2026 by Ann", "We met on 12 Nov 2026 in Rome"):
        assert not date_line(text), text


@pytest.mark.parametrize(
    "heading",
    [
        "3.2 (supported until 2027-03-31)",
        "3.1 – EOL: 31 December 2026",
        "3.0 (planned for 2027-02-01)",
        "Notes as of 2026-11-20",
        "API version 2026-01-15",
        "© 2026-01-01",
    ],
)
def test_a_day_of_something_else_is_not_that_of_the_release(heading: str) -> None:
    found = find_date(heading)
    assert found is not None
    assert is_of_something_else(heading, found)


@pytest.mark.parametrize(
    "heading", ["3.2 (2026-03-31)", "3.1, released on 31 December 2026", "2026-01-15 – Support ends"]
)
def test_a_day_that_is_set_off_is_that_of_the_release(heading: str) -> None:
    found = find_date(heading)
    assert found is not None
    assert not is_of_something_else(heading, found)


def test_a_line_may_go_on_after_it_has_stated_the_release() -> None:
    found = stated_release("Released on 2026-06-30. Fences can be moved.")
    assert found is not None
    assert found.text == "2026-06-30"
    for text in ("Fences moved. Released on 2026-06-30.", "Released to some on 2026-06-30", "We met on 2026-06-30"):
        assert stated_release(text) is None, text


@pytest.mark.parametrize(
    ("heading", "roof", "day"),
    [
        ("Nov 18: Rings", "November 2026", "2026-11-18"),
        ("18 November", "2026", "2026-11-18"),
        ("Wednesday, Nov 18", "2026", "2026-11-18"),
        ("Nov 18: Rings", "October 2026", None),
        ("Nov 31", "2026", None),
        ("May 10 users join", "2026", None),
        ("Rings of Nov 18", "2026", None),
        ("Nov 18", "Changes", None),
    ],
)
def test_a_day_without_a_year_is_one_of_the_heading_above_it(heading: str, roof: str, day: str | None) -> None:
    found = day_within(heading, bare_year(roof) or find_date(roof))
    assert (found.day.isoformat() if found and found.day else None) == day


VERSIONS = {
    "1.2.0": "1.2.0",
    "[v1.2.0-beta.2]": "1.2.0-beta.2",
    "Release 42": "42",
    "Noteworthy changes in release 3.8 [stable]": "3.8",
    "Changes between 1.1.1k and 1.1.1l": "1.1.1l",
    "What's new in Kiln 2.46.0:": "2.46.0",
    "Acme Desktop 5.0.9 released": "5.0.9",
    "20160726": "20160726",
    "0.14:": "0.14",
    "API v2 is here": "2",
    "Major changes in release 4.7.0": "4.7.0",
    'Major changes between "shuttle" versions 581 and 590': "590",
    "Changes in Loom 14": "14",
    "GET /v2/planets": None,
    "Base URL https://api.orrery.test/v2/": None,
    "Support for Python 3.12": None,
    "Upgrade from 1.2.3": None,
    "Python 3.12 support added": None,
    "10 new features": None,
    "5.5 GB of free space": None,
    "99.9% uptime": None,
    "1. New features": None,
    "Step 1.2": None,
    "": None,
}


@pytest.mark.parametrize("heading", VERSIONS)
def test_the_version_of_a_heading(heading: str) -> None:
    assert VERSIONS[heading] == find_version(heading)


def test_what_is_not_released_says_so() -> None:
    assert all(map(is_unreleased, ("Unreleased", "UNRELEASED", "Upcoming", "dev", "Next release")))
    assert not any(map(is_unreleased, ("Released", "Development tools", "Next steps for admins")))


def test_kinds_are_those_that_a_label_names_as_a_whole() -> None:
    assert kind_of("Added & improved") == ("new", "improved")
    assert kind_of("**Bugfixes**:") == ("fixed",)
    assert kind_of("Backward-incompatible changes") == ("breaking",)
    assert kind_of("Fixed the printer in the hall") == ()
    assert kind_of("Dashboards") == ()
    assert [kind_of(label) for label in ("Behoben", "Nouveautés", "Corregido", "修正", "Säkerhet")] == [
        ("fixed",),
        ("new",),
        ("fixed",),
        ("fixed",),
        ("security",),
    ]


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("fix(api): no crash", ("fixed",)),
        ("feat!: bends are numbered", ("breaking",)),
        ("1d2e3f4: fix: tooltips", ("fixed",)),
        ("perf: tiles are kept", ("improved",)),
        ("🐛 Fenders float", ("fixed",)),
        ("新機能：潮の地図", ("new",)),
        ("docs: a word", ()),
        ("Why we fix: a story", ()),
        ("12:30 is not a label", ()),
    ],
)
def test_a_line_names_its_kind_before_the_text(line: str, kinds: tuple[str, ...]) -> None:
    assert kinds_in([], [line]) == kinds
