"""A change is a changed observation that was seen twice; never differing bytes."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from timeline import Timeline, block, feature, price, release

from detente.records import Observation, Outcome

Expected = list[tuple[str, str, str | None, str | None]]
TEAM = price("Team", "49")
MONTHLY, ANNUAL = {"billing": "monthly"}, {"billing": "annual"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([TEAM], [price("Team", "59")], [("price_increase", "Team", "49 USD / month", "59 USD / month")]),
        ([TEAM], [price("Team", "39.50")], [("price_decrease", "Team", "49 USD / month", "39.5 USD / month")]),
        (
            [price("Start", None, free=True)],
            [price("Start", "5")],
            [("price_increase", "Start", "free", "5 USD / month")],
        ),
        ([TEAM], [TEAM, price("Pro", "99")], [("plan_added", "Pro", None, "99 USD / month")]),
        ([TEAM, price("Pro", "99")], [TEAM], [("plan_removed", "Pro", "99 USD / month", None)]),
        ([TEAM], [price("Team", None, custom=True)], [("to_custom", "Team", "49 USD / month", "on request")]),
        ([price("Team", None, custom=True)], [TEAM], [("from_custom", "Team", "on request", "49 USD / month")]),
        (
            [TEAM],
            [price("Team", "49", currency="EUR")],
            [("currency_changed", "Team", "49 USD / month", "49 EUR / month")],
        ),
        (
            [TEAM],
            [price("Team", "490", period="year")],
            [("period_changed", "Team", "49 USD / month", "490 USD / year")],
        ),
        (
            [TEAM],
            [price("Team", "49", unit="user")],
            [("period_changed", "Team", "49 USD / month", "49 USD / user / month")],
        ),
        ([TEAM], [TEAM, price("Team", "490", period="year")], [("text_changed", "Team", None, "490 USD / year")]),
        ([TEAM, feature("Team", "API")], [TEAM], [("feature_removed", "Team: API", "API", None)]),
        ([TEAM], [TEAM, feature("Team", "API")], [("feature_added", "Team: API", None, "API")]),
        (
            [TEAM, feature("Team", "API", included=False)],
            [TEAM, feature("Team", "API")],
            [("feature_added", "Team: API", "not included", "API")],
        ),
        (
            [TEAM, feature("Team", "users", limit=Decimal(5), unit="user", text="Up to 5 users")],
            [TEAM, feature("Team", "users", limit=Decimal(3), unit="user", text="3")],
            [("limit_changed", "Team: users", "Up to 5 users", "3 user")],
        ),
        (
            [TEAM, feature("Team", "users", limit=Decimal(5), unit="user")],
            [TEAM, feature("Team", "users", unlimited=True, unit="user")],
            [("limit_changed", "Team: users", "5 user", "unlimited users")],
        ),
        (
            [TEAM],
            [price("Team", "49", qualifier="from")],
            [("qualifier_changed", "Team", "49 USD / month", "from 49 USD / month")],
        ),
        (
            [price("Team", "49", qualifier="up_to")],
            [TEAM],
            [("qualifier_changed", "Team", "up to 49 USD / month", "49 USD / month")],
        ),
        ([TEAM], [price("Team", "49", qualifier="promotional")], []),
        (
            [TEAM],
            [price("Team", "39", qualifier="promotional"), price("Team", "49", qualifier="struck")],
            [("price_decrease", "Team", "49 USD / month", "39 USD / month")],
        ),
        (
            [price("Team", "39", qualifier="promotional"), price("Team", "49", qualifier="struck")],
            [TEAM],
            [("price_increase", "Team", "39 USD / month", "49 USD / month")],
        ),
        (
            [price("Team", None, custom=True, period=None)],
            [price("Team", None, custom=True, period="year", qualifier="from")],
            [],
        ),
        ([TEAM], [TEAM, feature("Team", "API", included=False)], []),
        ([TEAM, price("Team", "99", qualifier="struck")], [TEAM], []),
        ([TEAM], [TEAM, price("Team", "99", qualifier="struck")], []),
        ([price("Team", "49", text="$49")], [price("Team", "49.00", text="US$ 49.00")], []),
        ([TEAM, price("Pro", "99")], [price("Pro", "99"), TEAM], []),
        ([price("Team", "49", group="For teams")], [price("Team", "49", group="Black Friday")], []),
    ],
    ids=lambda value: value[0][0] if isinstance(value, list) and value and isinstance(value[0], tuple) else "",
)
def test_what_differs_between_two_versions_is_tagged(
    timeline: Timeline, before: list[Observation], after: list[Observation], expected: Expected
) -> None:
    timeline.seen(*before)
    timeline.seen(*after)

    assert expected == timeline.changes()


def test_monthly_and_annual_prices_of_a_plan_move_apart(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49", **MONTHLY), price("Team", "39", **ANNUAL))
    timeline.seen(price("Team", "49", **MONTHLY), price("Team", "35", **ANNUAL))

    assert timeline.changes() == [
        ("price_decrease", "Team", "39 USD / month (billed annually)", "35 USD / month (billed annually)")
    ]


def test_prices_that_both_move_are_told_by_their_billing_even_where_one_takes_the_number_of_the_other(
    timeline: Timeline,
) -> None:
    timeline.seen(price("Team", "49", **MONTHLY), price("Team", "39", **ANNUAL))
    timeline.seen(price("Team", "39", **MONTHLY), price("Team", "35", **ANNUAL))

    assert [(kind, old[:2], new[:2]) for kind, _, old, new in timeline.changes()] == [
        ("price_decrease", "39", "35"),
        ("price_decrease", "49", "39"),
    ]


def test_a_switch_whose_other_side_comes_first_changes_no_price(timeline: Timeline) -> None:
    both = price("Team", "49", **MONTHLY), price("Team", "39", **ANNUAL)
    timeline.seen(*both, price("Pro", "99", **MONTHLY), price("Pro", "89", **ANNUAL))
    timeline.seen(price("Pro", "89", **ANNUAL), price("Pro", "99", **MONTHLY), *reversed(both))

    assert timeline.changes() == []


def test_a_switch_of_which_only_the_default_can_be_read_is_no_move_of_the_price_and_held(timeline: Timeline) -> None:
    timeline.seen(price("Team", "49", **MONTHLY))
    timeline.seen(price("Team", "39", **ANNUAL))

    assert timeline.changes() == [
        ("period_changed", "Team", "49 USD / month (billed monthly)", "39 USD / month (billed annually)")
    ]
    assert "only the default of its switch" in timeline.rows("SELECT review_reason FROM change")[0][0]


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        (TEAM, price("Team", "4900"), "was its decimal mark read right?"),
        (price("Team", "4900"), TEAM, "was its decimal mark read right?"),
        (TEAM, price("Team", "980"), "twentyfold"),
        (TEAM, price("Team", "979"), None),
        (price("Team", None, free=True), price("Team", "4900"), None),
        (TEAM, price("Team", "49", currency="EUR"), "prices of another country"),
        (TEAM, price("Team", "59", needs_review=True, note="two amounts"), "two amounts"),
        (price("Team", "59", needs_review=True), TEAM, "more than one way"),
        (TEAM, price("Team", "59"), None),
    ],
)
def test_what_is_hard_to_believe_is_held_for_review_with_its_reason(
    timeline: Timeline, before: Observation, after: Observation, held: str | None
) -> None:
    timeline.seen(before)
    timeline.seen(after)
    timeline.build()

    [(change_needs, reason)] = timeline.rows("SELECT needs_review, review_reason FROM change")
    assert (held is not None, held is not None) == (change_needs, reason is not None)
    assert (held or "") in (reason or "")
    assert [(change_needs, reason)] == timeline.rows("SELECT needs_review, review_reason FROM item")


def test_an_amount_beyond_all_prices_stops_no_build(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.seen(price("Team", "9000000000000"))

    assert [kind for kind, *_ in timeline.changes()] == ["price_increase"]
    assert timeline.rows("SELECT needs_review FROM change") == [(True,)]


@pytest.mark.parametrize("amount", ["9" * 19, "9" * 60, "0.0000000000012"])
def test_a_number_that_nobody_can_keep_is_unknown_and_held_and_stops_no_other_page(
    timeline: Timeline, amount: str
) -> None:
    timeline.fetch(price("Team", amount), feature("Team", "users", limit=Decimal("9" * 30), unit="user"))
    timeline.fetch(TEAM, page_id="initech/pricing")
    timeline.build()

    assert timeline.rows("SELECT amount::DOUBLE, needs_review, text FROM plan_price ORDER BY page_id") == [
        (None, True, f"${amount}"),
        (49, False, "$49"),
    ]
    assert timeline.rows("SELECT feature, limit_value FROM plan_feature") == [("users", None)]


def test_a_price_of_a_millionth_is_kept_as_it_is(timeline: Timeline) -> None:
    timeline.seen(price("Team", "0.0000166667", period=None, unit="call"))
    timeline.seen(price("Team", "0.0000200001", period=None, unit="call"))

    assert timeline.changes() == [
        ("price_increase", "Team", "0.0000166667 USD / call", "0.0000200001 USD / call"),
    ]


def test_a_plan_that_goes_takes_its_features_with_it(timeline: Timeline) -> None:
    timeline.seen(TEAM, price("Pro", "99"), feature("Pro", "SSO"))
    timeline.seen(TEAM)

    assert timeline.changes() == [("plan_removed", "Pro", "99 USD / month", None)]


def test_what_only_one_fetch_showed_is_no_change_until_a_second_look(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.fetch(price("Team", "59"))

    assert timeline.changes() == []
    assert _unconfirmed(timeline) == [("globex/pricing",)]

    timeline.fetch(price("Team", "59"), purpose="confirm")

    assert timeline.changes() == [("price_increase", "Team", "49 USD / month", "59 USD / month")]
    assert _unconfirmed(timeline) == []


def test_a_price_that_flickers_for_one_fetch_changes_nothing(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.fetch(price("Team", "59"))
    timeline.seen(TEAM)

    assert timeline.changes() == []
    assert timeline.rows("SELECT count(*) FROM plan_price") == [(1,)]


def test_a_price_that_comes_back_is_two_changes_and_three_rows_of_history(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.seen(price("Team", "59"))
    timeline.seen(TEAM)

    assert [kind for kind, *_ in timeline.changes()] == ["price_increase", "price_decrease"]
    history = timeline.rows("SELECT amount::INT, valid_from, valid_to FROM plan_price ORDER BY valid_from")
    assert [row[0] for row in history] == [49, 59, 49]
    assert history[0][2] == history[1][1]
    assert history[1][2] == history[2][1]
    assert history[2][2] is None


def test_a_change_is_dated_by_the_first_fetch_that_showed_it_and_holds_both_sides(timeline: Timeline) -> None:
    timeline.fetch(TEAM)
    last = timeline.fetch(TEAM)
    first = timeline.fetch(price("Team", "59"))
    timeline.fetch(price("Team", "59"))
    timeline.build()

    [row] = timeline.rows(
        "SELECT changed_at, old_seen_at, old_snapshot, new_snapshot, old_text, new_text, change_pct FROM change"
    )
    assert first.fetched_at.replace(tzinfo=None) == row[0]
    assert last.fetched_at.replace(tzinfo=None) == row[1]
    assert (last.snapshot, first.snapshot) == row[2:4]
    assert row[4:7] == ("$49", "$59", 20.4)


def test_a_change_is_known_with_the_look_that_confirmed_it(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.fetch(price("Team", "59"))
    timeline.fetch(outcome=Outcome.TIMEOUT)
    confirmed = timeline.fetch(price("Team", "59")).fetched_at.replace(tzinfo=None)
    timeline.build()

    assert [(confirmed,)] == timeline.rows("SELECT known_at FROM change")
    assert [(49, confirmed), (59, None)] == timeline.rows(
        "SELECT amount::INT, end_known_at FROM plan_price ORDER BY valid_from"
    )


def test_not_modified_counts_as_a_look_at_the_same_facts(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.fetch(price("Team", "59"))
    timeline.fetch(price("Team", "59"), outcome=Outcome.NOT_MODIFIED)

    assert timeline.changes() == [("price_increase", "Team", "49 USD / month", "59 USD / month")]


@pytest.mark.parametrize(
    "outcome", [Outcome.BLOCKED, Outcome.GONE, Outcome.SERVER_ERROR, Outcome.MAINTENANCE, Outcome.TIMEOUT]
)
def test_a_fetch_that_failed_is_no_change_and_the_last_facts_stay(timeline: Timeline, outcome: Outcome) -> None:
    timeline.seen(TEAM)
    failed = timeline.fetch(outcome=outcome, detail="no answer")
    timeline.fetch(outcome=outcome, detail="still none")

    assert timeline.changes() == []
    assert timeline.rows("SELECT amount::INT FROM plan_price WHERE valid_to IS NULL") == [(49,)]
    assert timeline.rows("SELECT count(*) FROM item") == [(0,)]
    assert timeline.rows("SELECT stale FROM page_health") == [(True,)]
    assert [("failing", outcome.value, "still none", failed.fetched_at.replace(tzinfo=None))] == timeline.rows(
        "SELECT state, last_outcome, reason, failing_since FROM page_health"
    )


def test_a_page_from_which_the_reader_suddenly_gets_nothing_is_broken_and_keeps_its_facts(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.seen()

    assert timeline.changes() == []
    assert timeline.rows("SELECT state, reason FROM page_health") == [("reader_broken", "no plans")]
    assert timeline.rows("SELECT stale, facts_seen_at < last_answer_at FROM page_health") == [(True, True)]
    assert timeline.rows("SELECT plan, valid_to FROM plan_price") == [("Team", None)]
    assert timeline.build().broken == {"globex/pricing": "no plans"}


def test_a_reader_that_works_again_compares_with_what_it_saw_last(timeline: Timeline) -> None:
    timeline.seen(TEAM)
    timeline.seen()
    timeline.seen(price("Team", "59"))

    assert timeline.changes() == [("price_increase", "Team", "49 USD / month", "59 USD / month")]
    assert timeline.rows("SELECT state, stale FROM page_health") == [("ok", False)]
    assert timeline.build().broken == {}


def test_a_page_of_which_the_reader_never_got_anything_has_nothing_that_could_be_stale(timeline: Timeline) -> None:
    timeline.seen()
    timeline.build()

    assert timeline.rows("SELECT state, stale FROM page_health") == [("nothing_read", False)]


def test_plans_that_the_reader_finds_no_longer_while_it_finds_others_are_gone_only_when_confirmed(
    timeline: Timeline,
) -> None:
    plans = [price(f"Plan {number}", f"{number}9") for number in range(1, 6)]
    timeline.seen(*plans)
    timeline.fetch(plans[0])

    assert timeline.changes() == []
    assert timeline.rows("SELECT state FROM page_health") == [("ok",)]

    timeline.fetch(plans[0], noise="a second look")

    assert [kind for kind, *_ in timeline.changes()] == ["plan_removed"] * 4


def test_a_saved_version_is_believed_at_once(timeline: Timeline) -> None:
    timeline.fetch(TEAM, origin="import")
    timeline.fetch(price("Team", "59"), origin="import")
    timeline.fetch(TEAM, origin="import")

    assert [kind for kind, *_ in timeline.changes()] == ["price_increase", "price_decrease"]


def test_two_groups_with_plans_of_one_name_are_kept_apart(timeline: Timeline) -> None:
    def cloud(amount: str) -> Observation:
        return price("Pro", amount, group="Cloud")

    server = price("Pro", "900", group="Server")
    timeline.seen(cloud("49"), server)
    timeline.seen(cloud("59"), server)

    assert timeline.changes() == [("price_increase", "Pro", "49 USD / month", "59 USD / month")]


def _unconfirmed(timeline: Timeline) -> list[tuple[Any, ...]]:
    with timeline.warehouse.section("test") as connection:
        return connection.execute("SELECT page_id FROM core.unconfirmed_page").fetchall()


TEXTS: dict[str, Any] = {"page_id": "globex/trust", "kind": "page"}


def test_a_text_that_changed_is_told_with_old_and_new(timeline: Timeline) -> None:
    timeline.seen(block("Hosted in Ireland.", "Data"), block("SOC 2."), **TEXTS)
    timeline.seen(block("Hosted in Frankfurt.", "Data"), block("SOC 2."), **TEXTS)

    assert timeline.changes() == [("text_changed", "Data", "Hosted in Ireland.", "Hosted in Frankfurt.")]


@pytest.mark.parametrize("quotes", [2, 3, 4, 10])
@pytest.mark.parametrize("seed", range(4))
def test_quotes_that_rotate_are_no_change_once_they_have_been_seen_to(
    timeline: Timeline, quotes: int, seed: int
) -> None:
    """Each day a check, and three more looks where the page showed something else than the day before."""
    chance = random.Random(f"{quotes} {seed}")
    steady = block("SOC 2.")
    before = None
    for _ in range(20):
        for look in range(4):
            quote = chance.randrange(quotes)
            timeline.fetch(steady, block(f"Great, says {quote}."), noise=look, **TEXTS)
            if look == 0 and quote == before:
                break
            before = quote

    # an experiment with two arms shows one of them four times in a row before it shows the other again, now and then
    assert len(timeline.changes()) <= (2 if quotes == 2 else 0)


def test_a_text_needs_as_many_looks_as_are_missing(timeline: Timeline) -> None:
    missing = []
    for look in range(4):
        timeline.fetch(block("SOC 2."), noise=look, **TEXTS)
        missing.append(dict(timeline.build().unconfirmed))

    assert missing == [{"globex/trust": 3}, {"globex/trust": 2}, {"globex/trust": 1}, {}]


def test_a_text_that_flickered_long_ago_may_change(timeline: Timeline) -> None:
    timeline.seen(block("Hosted in Ireland.", "Data"), **TEXTS)
    timeline.fetch(block("Down for a moment.", "Data"), **TEXTS)
    timeline.seen(block("Hosted in Ireland.", "Data"), **TEXTS)
    timeline.at += timedelta(days=60)
    timeline.seen(block("Hosted in Frankfurt.", "Data"), **TEXTS)

    assert timeline.changes() == [("text_changed", "Data", "Hosted in Ireland.", "Hosted in Frankfurt.")]


def test_release_entries_that_were_there_at_first_are_known_and_later_ones_are_news(timeline: Timeline) -> None:
    notes: dict[str, Any] = {"page_id": "globex/notes", "kind": "release_notes"}
    timeline.fetch(release("1.0"), **notes)
    timeline.fetch(release("1.1"), release("1.0"), **notes)
    timeline.fetch(release("1.1", body="Much better."), **notes)
    timeline.build()

    assert timeline.rows("SELECT version, backfill, body, edited_at IS NOT NULL FROM release ORDER BY version") == [
        ("1.0", True, "Better.", False),
        ("1.1", False, "Much better.", True),
    ]
    assert timeline.rows("SELECT kind, title FROM item") == [("release", "Version 1.1")]
