"""A reader that has found a price's text itself gets the record of it, read as all prices are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from detente.records import PlanPrice
from sources.pricing import feature_of_text, prices_of_text


def only(text: str, **told: str) -> PlanPrice:
    (price,) = prices_of_text("Crew", text, **told)
    return price


def test_period_unit_and_billing_stand_beside_the_amount() -> None:
    price = only("€49.50 per user / month, billed annually")

    assert (price.plan, price.amount, price.currency) == ("Crew", Decimal("49.50"), "EUR")
    assert (price.period, price.unit, price.billing) == ("month", "user", "annual")
    assert price.text == "€49.50 per user / month, billed annually"


def test_several_amounts_are_several_prices() -> None:
    found = prices_of_text("Crew", "€9 monthly €90 yearly")

    assert [(p.amount, p.period) for p in found] == [(9, "month"), (90, "year")]


def test_a_shared_sign_needs_review_unless_the_caller_says_what_it_stands_for() -> None:
    assert only("$49").needs_review
    assert only("$49").currency is None
    assert (only("$49", currency="AUD").currency, only("$49", currency="AUD").needs_review) == ("AUD", False)
    assert [p.currency for p in prices_of_text("Crew", "US$5 or $7", currency="AUD")] == ["USD", "AUD"]


def test_a_bare_number_is_a_price_only_in_a_currency_that_the_caller_names() -> None:
    assert prices_of_text("Crew", "49 / month") == []
    price = only("49 / month", currency="SEK")
    assert (price.amount, price.currency, price.period, price.text) == (49, "SEK", "month", "49 / month")


def test_the_language_decides_what_a_dot_means() -> None:
    assert only("1.234 €", language="de").amount == 1234
    assert only("1.234 €", language="de").needs_review is False


@pytest.mark.parametrize(("text", "flag"), [("Free", "free"), ("Contact us", "custom")])
def test_words_that_stand_for_a_price_are_one_row_without_a_number(text: str, flag: str) -> None:
    assert only(text).amount is None
    assert getattr(only(text), flag)


def test_what_tells_no_price_is_none() -> None:
    assert prices_of_text("Crew", "Save $20 today") == []
    assert prices_of_text("Crew", "<b>&amp;") == []


def test_a_limit_is_read_from_the_text_of_a_feature() -> None:
    feature = feature_of_text("Crew", " 5 GB  storage ")

    assert (feature.feature, feature.limit, feature.unit, feature.text) == ("storage", 5, "GB", "5 GB storage")
