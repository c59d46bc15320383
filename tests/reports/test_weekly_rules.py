"""What holds for every weekly report: only what was known by then, the same bytes each time, bounded, whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mornings import WEEK, World
from timeline import block, price, release

from detente.errors import StorageError, WarehouseError
from detente.records import Dismissal, Observation, Outcome
from detente.weeks import Week
from reports import weekly

BEFORE = date(2026, 11, 7)
TUESDAY = date(2026, 11, 10)
SUNDAY = date(2026, 11, 15)
TEAM = price("Team", "49", unit="user")
DEARER = price("Team", "59", unit="user")


def rendered(report: weekly.WeeklyReport) -> list[str]:
    return [weekly.render_html(report), weekly.render_markdown(report), weekly.render_json(report)]


def ordinary(world: World) -> World:
    """A price that rises and a release in the week, one page that fails."""
    world.show("globex/pricing", TEAM)
    world.show("globex/news", release("1.0"), kind="release_notes")
    world.show("initech/pricing", price("Basic", "12"))
    world.mornings(BEFORE, 3)
    world.show("globex/pricing", DEARER)
    world.show("globex/news", release("1.1"), release("1.0"), kind="release_notes")
    world.fail("initech/pricing", Outcome.TIMEOUT, "no answer within 60 s")
    world.mornings(TUESDAY, 6)
    return world


@pytest.mark.slow
def test_later_facts_do_not_alter_an_earlier_week(world: World) -> None:
    before = rendered(ordinary(world).report())

    world.failing.clear()
    world.show("globex/pricing", price("Team", "79", unit="user"), price("Pro", "99"))
    world.show("globex/news", release("2.0"), release("1.1"), release("1.0"), kind="release_notes")
    world.show("hooli/pricing", price("One", "5"))
    world.mornings(date(2026, 11, 16), 7)
    world.fail("globex/pricing", Outcome.BLOCKED, "HTTP 403")
    world.mornings(date(2026, 11, 23), 3)

    assert before == rendered(world.report())


@pytest.mark.slow
def test_a_change_that_is_confirmed_after_the_week_is_told_in_the_next_one_and_in_no_other(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(BEFORE, 8)
    world.show("globex/pricing", DEARER)
    world.mornings(SUNDAY)
    assert world.report().state == "quiet"

    world.mornings(date(2026, 11, 16))

    assert world.report().changes == ()
    [told] = world.report(Week(year=2026, number=47)).changes
    assert (told.kind, told.changed_at.date()) == ("price_increase", SUNDAY)
    assert world.report(Week(year=2026, number=48)).changes == ()


def test_history_that_was_imported_counts_in_the_week_it_is_from(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(date(2026, 11, 2), origin="import")
    world.show("globex/pricing", DEARER)
    world.mornings(SUNDAY, origin="import")

    assert [change.kind for change in world.report().changes] == ["price_increase"]


@pytest.mark.parametrize(
    ("outcome", "detail", "state", "words"),
    [
        (Outcome.BLOCKED, "HTTP 403", "stopped", "blocked since Tue 10 Nov, read until Mon 9 Nov: HTTP 403"),
        (Outcome.GONE, "", "stopped", "gone since Tue 10 Nov, read until Mon 9 Nov"),
        (
            Outcome.BLOCKED_BY_ROBOTS,
            "disallowed",
            "robots",
            "closed to us by robots.txt since Tue 10 Nov, and we keep to it: disallowed",
        ),
    ],
)
def test_a_page_that_was_not_read_says_since_when_and_why(
    world: World, outcome: Outcome, detail: str, state: str, words: str
) -> None:
    world.show("globex/pricing", TEAM)
    world.show("initech/pricing", TEAM)
    world.mornings(BEFORE, 3)
    world.fail("globex/pricing", outcome, detail)
    world.mornings(TUESDAY, 6)

    report = world.report()
    [page] = report.coverage.troubled
    assert (state, words) == (page.state, page.words)
    assert "is not news" in report.coverage.sentence
    assert "could be read" in report.headline


def test_a_page_from_which_the_reader_gets_nothing_does_not_count_as_read(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(BEFORE, 3)
    world.show("globex/pricing")
    world.mornings(TUESDAY, 6)

    coverage = world.report().coverage
    assert (coverage.read, coverage.pages[0].state) == (0, "unreadable")
    assert (
        "the reader gets nothing from it (no plans); its last known facts are from Mon 9 Nov" in coverage.pages[0].words
    )


def test_a_page_that_nobody_fetched_this_week_is_named(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(date(2026, 11, 2), 2)

    report = world.report()
    assert report.headline == "No data: 0 of 1 page read."
    assert [page.words for page in report.coverage.pages] == ["not fetched this week; last tried on Tue 3 Nov"]


def test_a_week_before_the_first_fetch_has_no_data(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(BEFORE, 2)

    report = world.report(Week(year=2026, number=40))
    assert (report.state, report.coverage.total) == ("no_data", 0)
    assert "Nothing had been fetched" in report.lead
    assert "no news" not in "".join(rendered(report)).lower()
    assert ">–<" in rendered(report)[0]


def test_a_week_with_releases_only_says_that_no_price_moved(world: World) -> None:
    world.show("globex/news", release("1.0"), kind="release_notes")
    world.mornings(BEFORE, 3)
    world.show("globex/news", release("1.1"), release("1.0"), kind="release_notes")
    world.mornings(TUESDAY, 2)

    assert world.report().headline == "No price, plan or text changed; Globex released “Version 1.1”."


def test_what_needs_review_is_marked_and_never_outranks_what_is_certain(world: World) -> None:
    world.show("globex/pricing", TEAM, price("Pro", "10"))
    world.mornings(BEFORE, 3)
    world.show("globex/pricing", DEARER, price("Pro", "99", needs_review=True))
    world.mornings(TUESDAY, 2)

    report = world.report()
    assert report.headline.startswith("Globex raised Team by 20.4")
    assert {change.subject: change.needs_review for change in report.changes} == {"Team": False, "Pro": True}
    assert all("to be checked" in text for text in rendered(report)[:2])
    assert report.lead.startswith("Besides that, 1 change to be checked; 1 competitor")
    assert [history.plan for history in report.histories] == ["Team"]


@pytest.mark.parametrize(
    ("before", "after"), [(TEAM, price("Team", "4900", unit="user")), (TEAM, price("Team", "49", currency="EUR"))]
)
def test_what_is_held_for_review_is_told_to_be_checked_and_never_as_a_fact(
    world: World, before: Observation, after: Observation
) -> None:
    world.show("globex/pricing", before)
    world.mornings(BEFORE, 3)
    world.show("globex/pricing", after)
    world.mornings(TUESDAY, 2)

    report = world.report()
    assert (report.headline, report.lead) == ("Nothing is certain to have changed; 1 change to be checked.", "")
    [change] = report.changes
    assert change.review_reason is not None
    assert all(f"to be checked: {change.review_reason}" in text for text in rendered(report)[1:2])
    assert change.review_reason in rendered(report)[0]
    assert report.histories == ()


def test_a_release_beside_what_is_held_does_not_say_that_nothing_changed(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.show("globex/news", release("1.0"), kind="release_notes")
    world.mornings(BEFORE, 3)
    world.show("globex/pricing", price("Team", "4900", unit="user"))
    world.show("globex/news", release("1.1"), release("1.0"), kind="release_notes")
    world.mornings(TUESDAY, 2)

    report = world.report()
    assert report.headline == "No price, plan or text is certain to have changed; Globex released “Version 1.1”."
    assert report.lead == "Besides that, 1 change to be checked; 1 competitor moved in all."


def test_a_plan_with_a_new_name_is_told_once_and_has_no_history_that_ends(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(BEFORE, 3)
    world.show("globex/pricing", price("Squad", "49", unit="user"))
    world.mornings(TUESDAY, 2)

    report = world.report()
    assert report.headline == "Globex gave the plan Team a new name: Squad."
    assert [(change.kind, change.old, change.new) for change in report.changes] == [("plan_renamed", "Team", "Squad")]
    assert report.histories == ()


def test_what_is_dismissed_is_counted_and_told_nowhere_else(world: World) -> None:
    world.show("globex/pricing", TEAM, price("Pro", "98"))
    world.mornings(BEFORE, 3)
    world.show("globex/pricing", DEARER, price("Pro", "99"))
    world.mornings(TUESDAY, 2)
    rule = Dismissal(
        rule_id="r1", page_id="globex/pricing", kind="price_increase", subject="Team", between=None,
        because="an experiment", since=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    world.timeline.dismissals.append(rule)

    report = world.report()
    assert [change.subject for change in report.changes] == ["Pro"]
    assert [history.plan for history in report.histories] == ["Pro"]
    assert report.dismissed == 1
    assert all("1 change dismissed by rule." in text for text in rendered(report)[:2])
    world.timeline.dismissals.clear()
    assert all("dismissed by rule" not in text for text in rendered(world.report()))


@pytest.mark.slow
def test_five_hundred_changes_stay_readable_and_all_of_them_are_in_the_json(world: World) -> None:
    for first, amount in ((BEFORE, 10), (TUESDAY, 12)):
        for number in range(10):
            plans = [price(f"Plan {i}", str(amount * (i + 1)), unit="user") for i in range(50)]
            world.show(f"vendor{number}/pricing", *plans)
        world.mornings(first, 2)

    html, markdown, text = rendered(world.report())
    assert sum(len(one["changes"]) for one in json.loads(text)["competitors"]) == 500
    assert len(html.encode()) < 100_000
    assert len(markdown.encode()) < 60_000
    assert 10 == html.count("44 more in report.json") == markdown.count("44 more in report.json")
    assert html.count("<figure>") == 6
    assert "494 more histories in report.json" in html


def test_a_history_is_drawn_with_title_description_table_and_hatched_gaps(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(date(2026, 10, 1), 5)
    world.fail("globex/pricing", Outcome.SERVER_ERROR)
    world.mornings(date(2026, 10, 6), 10)
    world.failing.clear()
    world.mornings(date(2026, 10, 16), 25)
    world.show("globex/pricing", DEARER)
    world.mornings(TUESDAY, 6)

    report = world.report()
    [history] = report.histories
    assert [(date(2026, 10, 5), date(2026, 10, 16))] == [(gap.start.date(), gap.end.date()) for gap in history.gaps]
    html = weekly.render_html(report)
    assert '<title id="t-1">Globex Team, USD / user / month</title>' in html
    assert "From 49 on Thu 1 Oct 2026 to 59 since Tue 10 Nov 2026 (+20.4\u00a0%); hatched where" in html
    assert html.count('class="hatch"') == 1
    assert "<td>49</td>" in html


def test_every_number_can_be_followed_to_the_bytes_it_came_from(world: World) -> None:
    body = json.loads(weekly.render_json(ordinary(world).report()))

    hashes: list[Any] = [
        *(
            change[key]
            for one in body["competitors"]
            for change in one["changes"]
            for key in ("old_snapshot", "new_snapshot")
        ),
        *(release["snapshot"] for release in body["releases"]),
        *(step["snapshot"] for history in body["histories"] for step in history["steps"]),
    ]
    assert len(hashes) == 5
    assert all(world.timeline.archive.get(one) for one in hashes)
    assert all(change["change_id"] for one in body["competitors"] for change in one["changes"])
    assert all(page["fetch_id"] for page in body["coverage"]["pages"])
    assert {"49", "59"} == {step["amount"] for history in body["histories"] for step in history["steps"]}
    assert {"changes", "coverage", "dismissed_changes", "known_facts", "price_moves", "reading_gaps", "releases"} == {
        method["question"] for method in body["methods"]
    }


def test_the_window_follows_the_zone(world: World) -> None:
    world.show("globex/pricing", TEAM)
    world.mornings(BEFORE, 9)
    world.show("globex/pricing", DEARER)
    # 05:00 UTC on Monday is still Sunday evening in Los Angeles
    world.mornings(date(2026, 11, 15))
    world.mornings(date(2026, 11, 16))

    assert len(world.report(zone="UTC").changes) == 0
    assert len(world.report(zone="America/Los_Angeles").changes) == 1


def test_where_a_plan_moved_in_two_currencies_the_companys_own_is_drawn(world: World) -> None:
    def both(amount: str) -> tuple[Any, ...]:
        return price("Team", amount), price("Team", amount, currency="EUR")

    world.show("globex/pricing", *both("49"))
    world.mornings(BEFORE, 3)
    world.show("globex/pricing", *both("59"))
    world.mornings(TUESDAY, 2)

    assert [history.unit for history in world.report(currency="EUR").histories] == ["EUR / month"]
    assert len(world.report(currency="CHF").histories) == 2


def test_a_text_shows_which_words_changed(world: World) -> None:
    world.show("globex/trust", block("Hosted in Ireland by us.", "Data"), block("SOC 2."), kind="page")
    world.mornings(BEFORE - timedelta(days=2), 4)
    world.show("globex/trust", block("Hosted in Frankfurt by us.", "Data"), block("SOC 2."), kind="page")
    world.mornings(TUESDAY, 4)

    html = weekly.render_html(world.report())
    assert "Hosted in <del>Ireland</del> by us." in html
    assert "Hosted in <ins>Frankfurt</ins> by us." in html


@pytest.mark.slow
def test_three_files_are_written_and_the_same_week_writes_the_same_bytes(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "weekly" / str(WEEK)
    paths = weekly.write(ordinary(world).report(), folder)
    first = [path.read_bytes() for path in paths]

    assert [path.name for path in paths] == ["report.html", "report.md", "report.json"]
    assert first == [path.read_bytes() for path in weekly.write(world.report(), folder)]
    assert len(list(folder.iterdir())) == 3
    assert str(tmp_path).encode() not in b"".join(first)


def test_a_disk_that_refuses_is_a_storage_error_and_leaves_nothing_behind(world: World, tmp_path: Path) -> None:
    report = ordinary(world).report()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        weekly.write(report, tmp_path / "file" / "2026-W46")

    folder = tmp_path / "2026-W46"
    (folder / "report.json").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be written"):
        weekly.write(report, folder)
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_without_a_published_file_the_error_says_what_to_do(worlds: Callable[[str], World]) -> None:
    with pytest.raises(WarehouseError, match="nothing is published yet"):
        weekly.gather(worlds("empty").folder, WEEK, zone="UTC", company="Acme", currency="USD")
