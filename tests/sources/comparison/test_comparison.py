"""Two readings side by side: facts are told apart by their names, and paired by what they are for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from detente.records import Observation, PageText, PlanFeature, PlanPrice, ReleaseEntry
from sources.comparison import compared

CREW = PlanPrice(plan="Crew", amount=Decimal(19), currency="EUR", period="month", text="€19")
YEARLY = replace(CREW, amount=Decimal(190), period="year", billing="annual")


def told(before: list[Observation], now: list[Observation]) -> list[tuple[str, str, str, str]]:
    rows = compared(before, now)
    return [(row.mark.value, row.what, str(row.before or ""), str(row.now or "")) for row in rows]


def test_the_same_facts_are_the_same_whatever_their_order_wording_and_place() -> None:
    now = [replace(YEARLY, text="190 €", place="td"), replace(CREW, amount=Decimal("19.00"))]

    assert {mark for mark, *_ in told([CREW, YEARLY], now)} == {"same"}


def test_a_new_amount_for_the_same_period_is_a_change_of_that_price() -> None:
    assert told([YEARLY, CREW], [replace(CREW, amount=Decimal("24.5")), YEARLY]) == [
        ("changed", "Crew", "19.00 EUR / month", "24.50 EUR / month"),
        ("same", "Crew", "190.00 EUR / year billed annual", "190.00 EUR / year billed annual"),
    ]


def test_what_is_new_and_what_is_gone_stand_for_themselves_the_latter_last() -> None:
    free = PlanPrice(plan="Solo", free=True, text="Free")
    asked = PlanPrice(plan="Fleet", group="Own servers", custom=True, text="Contact us")

    assert told([free, CREW], [asked, CREW]) == [
        ("added", "Own servers / Fleet", "", "contact us"),
        ("same", "Crew", "19.00 EUR / month", "19.00 EUR / month"),
        ("gone", "Solo", "free", ""),
    ]


def test_a_price_that_must_be_reviewed_says_so() -> None:
    (row,) = told([], [replace(CREW, currency=None, needs_review=True, qualifier="up_to")])

    assert row == ("added", "Crew", "", "19.00 ? / month (up to) (review)")


def test_limits_of_features_are_set_side_by_side() -> None:
    disk = PlanFeature(plan="Crew", feature="disk", limit=Decimal(5), unit="GB", text="5 GB disk")

    assert told([disk], [replace(disk, limit=None, unlimited=True, unit=None)]) == [
        ("changed", "Crew: disk", "5 GB", "unlimited")
    ]


def test_entries_are_told_apart_by_version_and_an_edited_one_is_changed() -> None:
    entry = ReleaseEntry(
        version="1.2", title="Search", published_on=date(2026, 11, 2), body="Fast.", first_line="Fast."
    )

    assert told([entry], [replace(entry, body="Faster.", first_line="Faster.")]) == [
        ("changed", "1.2", "2026-11-02 · Search · Fast.", "2026-11-02 · Search · Faster.")
    ]


def test_one_block_that_differs_is_changed_and_several_are_not_matched_by_chance() -> None:
    a, b, c, d = (PageText(block=text, heading="Data") for text in ("one", "two", "three", "four"))

    assert [mark for mark, *_ in told([a, b], [a, c])] == ["same", "changed"]
    assert [mark for mark, *_ in told([a, b], [c, d])] == ["added", "added", "gone", "gone"]
