"""A plan that goes on under a new name is one change; in doubt one plan has gone and another one has come."""

from __future__ import annotations

from decimal import Decimal

import pytest
from timeline import Timeline, feature, price

from detente.records import Observation, PlanPrice

TEAM, PRO = price("Team", "49"), price("Pro", "99")


def features(plan: str, *names: str) -> list[Observation]:
    return [feature(plan, name) for name in names]


def custom(plan: str) -> PlanPrice:
    return price(plan, None, custom=True)


RENAMED = {
    "the price alone": ([TEAM, PRO], [price("Squad", "49"), PRO]),
    "with all features": (
        [TEAM, *features("Team", "API", "SSO", "Audit log"), PRO],
        [price("Squad", "49"), *features("Squad", "API", "SSO", "Audit log"), PRO],
    ),
    "several prices in another order": (
        [TEAM, price("Team", "490", period="year")],
        [price("Squad", "490", period="year"), price("Squad", "49")],
    ),
    "a crossed-out list price beside it": ([TEAM], [price("Squad", "49"), price("Squad", "69", qualifier="struck")]),
    "free": ([price("Team", None, free=True), PRO], [price("Squad", None, free=True), PRO]),
    "on request, with the same features": (
        [custom("Team"), *features("Team", "API", "SSO")],
        [custom("Squad"), *features("Squad", "API", "SSO")],
    ),
    "an add-on": ([price("Team", "49", addon=True), PRO], [price("Squad", "49", addon=True), PRO]),
    "features tell which of two": (
        [TEAM, *features("Team", "API", "SSO"), price("Solo", "49"), *features("Solo", "Mail", "Chat")],
        [
            price("Squad", "49"),
            *features("Squad", "API", "SSO"),
            price("Solo", "49"),
            *features("Solo", "Mail", "Chat"),
        ],
    ),
}


@pytest.mark.parametrize("name", RENAMED)
def test_the_same_offer_under_a_new_name_is_one_change(timeline: Timeline, name: str) -> None:
    before, after = RENAMED[name]
    timeline.seen(*before)
    timeline.seen(*after)

    assert timeline.changes() == [("plan_renamed", "Squad", "Team", "Squad")]


def test_two_plans_that_get_new_names_at_once_are_told_apart_by_their_prices(timeline: Timeline) -> None:
    timeline.seen(TEAM, PRO)
    timeline.seen(price("Gold", "99"), price("Silver", "49"))

    assert timeline.changes() == [("plan_renamed", "Gold", "Pro", "Gold"), ("plan_renamed", "Silver", "Team", "Silver")]


def test_a_name_that_comes_back_is_two_changes(timeline: Timeline) -> None:
    timeline.seen(TEAM, *features("Team", "API"))
    timeline.seen(price("Squad", "49"), *features("Squad", "API"))
    timeline.seen(TEAM, *features("Team", "API"))

    assert timeline.changes() == [
        ("plan_renamed", "Squad", "Team", "Squad"),
        ("plan_renamed", "Team", "Squad", "Team"),
    ]


def test_a_rename_is_confirmed_like_any_other_change(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.fetch(price("Squad", "49"))

    assert timeline.changes() == []

    timeline.fetch(price("Squad", "49"), noise="a second look")

    assert timeline.changes() == [("plan_renamed", "Squad", "Team", "Squad")]


def test_what_a_renamed_plan_gives_more_or_less_is_told_and_all_else_follows_silently(timeline: Timeline) -> None:
    users, fewer = (
        feature(plan, "users", limit=Decimal(number), unit="users", text=f"{number} users")
        for plan, number in (("Team", 5), ("Squad", 3))
    )
    timeline.seen(TEAM, *features("Team", "API", "SSO", "Audit log", "Mail", "Chat"), users)
    timeline.seen(price("Squad", "49"), *features("Squad", "API", "SSO", "Audit log", "Mail", "Calls"), fewer)

    assert timeline.changes() == [
        ("feature_added", "Squad: Calls", None, "Calls"),
        ("feature_removed", "Team: Chat", "Chat", None),
        ("limit_changed", "Squad: users", "5 users", "3 users"),
        ("plan_renamed", "Squad", "Team", "Squad"),
    ]


NOT_RENAMED = {
    "the price differs": ([TEAM, PRO], [price("Squad", "59"), PRO], ["plan_added", "plan_removed"]),
    "the currency differs": ([TEAM], [price("Squad", "49", currency="EUR")], ["plan_added", "plan_removed"]),
    "two plans swap their prices": (
        [TEAM, PRO], [price("Team", "99"), price("Pro", "49")], ["price_decrease", "price_increase"],
    ),
    "two could be the new one": (
        [TEAM], [price("Squad", "49"), price("Crew", "49")], ["plan_added", "plan_added", "plan_removed"],
    ),
    "two could be the old one": (
        [TEAM, price("Crew", "49")], [price("Squad", "49")], ["plan_added", "plan_removed", "plan_removed"],
    ),
    "a plan and an add-on": ([TEAM, PRO], [price("Squad", "49", addon=True), PRO], ["plan_added", "plan_removed"]),
    "other features": (
        [TEAM, *features("Team", "API", "SSO", "Audit log")],
        [price("Squad", "49"), *features("Squad", "API", "Mail", "Chat")],
        ["plan_added", "plan_removed"],
    ),
    "on request, and nothing else is known": ([custom("Team")], [custom("Squad")], ["plan_added", "plan_removed"]),
    "on request, with other features": (
        [custom("Team"), *features("Team", "API")],
        [custom("Squad"), *features("Squad", "SSO")],
        ["plan_added", "plan_removed"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_RENAMED)
def test_what_may_be_another_plan_is_not_called_a_rename(timeline: Timeline, name: str) -> None:
    before, after, kinds = NOT_RENAMED[name]
    timeline.seen(*before)
    timeline.seen(*after)

    assert kinds == [kind for kind, *_ in timeline.changes()]


def test_a_plan_that_came_later_than_the_other_went_is_another_plan(timeline: Timeline) -> None:
    timeline.seen(TEAM, PRO)
    timeline.seen(PRO)
    timeline.seen(price("Squad", "49"), PRO)

    assert [kind for kind, *_ in timeline.changes()] == ["plan_removed", "plan_added"]


SPELLINGS = [
    "TEAM PLUS", "Team  Plus", "Team\u00a0Plus", "TeamPlus", "Team Plus™", "Team® Plus", "Team\u200b Plus",
    "Team Plus (TM)",
]  # fmt: skip


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_name_that_is_only_spelled_in_another_way_is_no_change(timeline: Timeline, spelled: str) -> None:
    timeline.seen(price("Team Plus", "49"), *features("Team Plus", "API"))
    timeline.seen(price(spelled, "49"), *features(spelled, "API"))
    timeline.seen(price(spelled, "59"), *features(spelled, "API"))

    assert timeline.changes() == [("price_increase", spelled, "49 USD / month", "59 USD / month")]


def test_a_group_that_gets_another_heading_changes_no_plan_in_it(timeline: Timeline) -> None:
    def groups(first: str) -> list[Observation]:
        return [
            price("Team", "49", group=first), price("Pro", "49", group=first), feature("Pro", "SSO", group=first),
            price("Team", "39", group="Server"), price("Pro", "89", group="Server"),
        ]  # fmt: skip

    timeline.seen(*groups("Cloud"))
    timeline.seen(*groups("Hosted by us"))

    assert timeline.changes() == []


def test_a_feature_of_one_of_two_groups_is_told_of_that_plan_alone(timeline: Timeline) -> None:
    cloud, server = price("Pro", "49", group="Cloud"), price("Pro", "900", group="Server")
    timeline.seen(cloud, server, feature("Pro", "SSO", group="Cloud"), feature("Pro", "API", group="Server"))
    timeline.seen(server, feature("Pro", "API", group="Server"))

    assert timeline.changes() == [("plan_removed", "Pro", "49 USD / month", None)]


def test_the_same_feature_said_twice_of_a_plan_stays_one_row_each(timeline: Timeline) -> None:
    def said(first: int, second: int) -> list[Observation]:
        return [feature("Team", "users", limit=Decimal(number), unit="user") for number in (first, second)]

    timeline.seen(TEAM, *said(5, 10))
    timeline.seen(TEAM, *said(6, 12))

    assert [(kind, old, new) for kind, _, old, new in timeline.changes()] == [
        ("limit_changed", "10 user", "12 user"),
        ("limit_changed", "5 user", "6 user"),
    ]
