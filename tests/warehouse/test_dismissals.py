"""A dismissed change stays in its table, and it and its like are told nowhere; a rule counts what it keeps quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from timeline import Timeline, block, feature, price

from detente.records import Dismissal

TEAM, DEARER = price("Team", "49"), price("Team", "59")
VALUES = ("49 USD / month", "59 USD / month")


def rule(since: datetime, **more: object) -> Dismissal:
    made = Dismissal(
        rule_id="r1", page_id="globex/pricing", kind="price_increase", subject="Team", between=VALUES,
        because="an experiment", since=since,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def quiet(timeline: Timeline) -> list[bool]:
    """Whether each change is dismissed, in the order of time; the items must be the others."""
    built = timeline.build()
    told = timeline.rows("SELECT change_id, dismissed_by IS NOT NULL FROM change ORDER BY changed_at, subject")
    others = {change_id for change_id, dismissed in told if not dismissed}
    assert others == built.changes == {item for (item,) in timeline.rows("SELECT item_id FROM item")}
    return [dismissed for _, dismissed in told]


def suppressed(timeline: Timeline) -> list[tuple[int, int]]:
    return timeline.rows("SELECT matched, suppressed FROM dismissal ORDER BY rule_id")  # type: ignore[return-value]


@pytest.fixture
def dismissed(timeline: Timeline) -> Timeline:
    """A price that rose, which somebody dismissed."""
    timeline.seen(TEAM)
    timeline.seen(DEARER)
    timeline.build()
    [(seen,)] = timeline.rows("SELECT changed_at FROM change")
    timeline.dismissals.append(rule(seen.replace(tzinfo=UTC)))
    return timeline


def test_the_change_that_was_dismissed_is_kept_and_told_nowhere(dismissed: Timeline) -> None:
    assert quiet(dismissed) == [True]
    assert suppressed(dismissed) == [(1, 0)]


def test_the_same_flicker_is_dismissed_either_way_round_and_counted(dismissed: Timeline) -> None:
    dismissed.seen(TEAM)
    dismissed.seen(DEARER)

    assert quiet(dismissed) == [True, True, True]
    assert suppressed(dismissed) == [(3, 2)]
    [(last, changed)] = dismissed.rows("SELECT last_suppressed_at, (SELECT max(changed_at) FROM change) FROM dismissal")
    assert last == changed


def test_another_value_is_told_unless_the_rule_is_about_any(dismissed: Timeline) -> None:
    dismissed.seen(price("Team", "69"))
    assert quiet(dismissed) == [True, False]

    dismissed.dismissals[0] = replace(dismissed.dismissals[0], between=None)
    assert quiet(dismissed) == [True, True]
    assert suppressed(dismissed) == [(2, 1)]


@pytest.mark.parametrize("between", [VALUES, None], ids=["the same values", "any value"])
def test_what_came_before_the_dismissed_change_stays_told(timeline: Timeline, between: tuple[str, str] | None) -> None:
    timeline.seen(TEAM)
    timeline.seen(DEARER)
    timeline.seen(TEAM)
    timeline.seen(DEARER)
    timeline.build()
    [(last,)] = timeline.rows("SELECT max(changed_at) FROM change")
    timeline.dismissals.append(rule(last.replace(tzinfo=UTC), between=between))

    assert quiet(timeline) == [False, False, True]


@pytest.mark.parametrize(
    "other",
    [{"subject": "Pro"}, {"kind": "period_changed"}, {"page_id": "initech/pricing"}, {"between": ("1", "2")}],
    ids=lambda other: next(iter(other)),
)
def test_a_rule_about_something_else_dismisses_nothing_and_is_shown_to_fit_nothing(
    dismissed: Timeline, other: dict[str, object]
) -> None:
    dismissed.page("initech/pricing")
    dismissed.dismissals[0] = replace(dismissed.dismissals[0], **other)  # type: ignore[arg-type]

    assert quiet(dismissed) == [False]
    assert suppressed(dismissed) == [(0, 0)]


def test_a_rule_that_is_taken_away_brings_its_changes_back(dismissed: Timeline) -> None:
    assert quiet(dismissed) == [True]
    dismissed.dismissals.clear()

    assert quiet(dismissed) == [False]
    assert suppressed(dismissed) == []


def test_where_two_rules_fit_the_older_one_counts(dismissed: Timeline) -> None:
    first = dismissed.dismissals[0]
    dismissed.dismissals.append(replace(first, rule_id="r0", since=first.since + timedelta(seconds=1), between=None))
    dismissed.seen(TEAM)

    assert quiet(dismissed) == [True, True]
    assert suppressed(dismissed) == [(0, 0), (2, 1)]


def test_a_plan_that_gets_its_old_name_back_is_the_same_flicker(timeline: Timeline) -> None:
    squad = price("Squad", "49")
    timeline.seen(TEAM)
    timeline.seen(squad)
    timeline.build()
    [(seen,)] = timeline.rows("SELECT changed_at FROM change")
    timeline.dismissals.append(
        rule(seen.replace(tzinfo=UTC), kind="plan_renamed", subject="Squad", between=("Team", "Squad"))
    )
    timeline.seen(TEAM)
    timeline.seen(squad)

    assert quiet(timeline) == [True, True, True]


def test_what_comes_and_goes_is_one_flicker_with_an_empty_side(timeline: Timeline) -> None:
    api = feature("Team", "API")
    timeline.seen(TEAM)
    timeline.seen(TEAM, api)
    timeline.build()
    [(seen,)] = timeline.rows("SELECT changed_at FROM change")
    timeline.dismissals.append(
        rule(seen.replace(tzinfo=UTC), kind="feature_added", subject="Team: API", between=("", "API"))
    )
    timeline.seen(TEAM)

    assert quiet(timeline) == [True, True]


def test_a_text_that_rotates_is_dismissed_by_its_heading(timeline: Timeline) -> None:
    page = {"page_id": "globex/trust", "kind": "page"}
    timeline.seen(block("One.", "News"), block("SOC 2.", "Data"), **page)
    timeline.seen(block("Two.", "News"), block("SOC 2.", "Data"), **page)
    timeline.build()
    [(seen,)] = timeline.rows("SELECT changed_at FROM change")
    anything = {"page_id": "globex/trust", "kind": "text_changed", "subject": "News", "between": None}
    timeline.dismissals.append(rule(seen.replace(tzinfo=UTC), **anything))
    timeline.seen(block("Three.", "News"), block("SOC 3.", "Data"), **page)

    assert quiet(timeline) == [True, False, True]
