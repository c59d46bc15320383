"""A key says that a price stands under it only where each of its words is one of prices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sources.pricing.data.state_keys import Meaning, by_key, by_siblings
from sources.pricing.data.state_objects import from_cents


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("price", Meaning(priced=True)),
        ("priceMonthly", Meaning(priced=True, monthly=True)),
        ("monthly_price_usd", Meaning(priced=True, monthly=True, currency="USD")),
        ("yearly", Meaning(annual=True)),
        ("annualPricePerMonth", Meaning(priced=True, annual=True, monthly=True)),
        ("monthlyEquivalent", Meaning(annual=True, monthly=True)),
        ("pricePerSeat", Meaning(priced=True, unit="seat")),
        ("price_cents", Meaning(priced=True, minor=True)),
        ("amountInCents", Meaning(priced=True, minor=True)),
        ("unit_amount", Meaning(priced=True, unsure=True)),
        ("unitAmountDecimal", Meaning(priced=True, unsure=True)),
        ("originalPrice", Meaning(priced=True, qualifier="struck")),
        ("salePrice", Meaning(priced=True, qualifier="promotional")),
        ("startingPrice", Meaning(priced=True, qualifier="from")),
        ("lifetimePrice", Meaning(priced=True, period="one_time")),
    ],
)
def test_a_key_of_a_price_is_understood(key: str, meaning: Meaning) -> None:
    assert meaning == by_key(Meaning(), key)


@pytest.mark.parametrize(
    "key",
    [
        "priceId",
        "stripePriceMonthlyId",
        "discountPrice",
        "savings",
        "setupFee",
        "extraUserPrice",
        "monthlyActiveUsers",
        "monthlyCredits",
        "priceNote",
        "effectivePrice",
        "trialDays",
        "seats",
        "teamPrice",
        "id",
        "",
        "28",
    ],
)
def test_a_key_with_a_word_that_is_none_of_prices_holds_no_price(key: str) -> None:
    assert by_key(Meaning(), key) is None


def test_a_key_of_its_own_time_outweighs_what_stands_beside_all_keys() -> None:
    beside = by_siblings(Meaning(), {"interval": "month", "billingPeriod": "monthly"})
    yearly, plain = by_key(beside, "priceYearly"), by_key(beside, "price")

    assert yearly is not None
    assert plain is not None
    assert (yearly.period, yearly.billing) == (None, "annual")
    assert (plain.period, plain.billing) == ("month", "monthly")


@pytest.mark.parametrize(
    ("beside", "minor"),
    [
        ({"object": "price"}, True),
        ({"currency": "usd", "recurring": {"interval": "month"}}, True),
        ({"currency": "usd", "unit_amount": "2900"}, True),
        ({"currency": "USD", "unit_amount": "2900"}, False),
        ({}, False),
    ],
)
def test_an_amount_counts_cents_where_the_object_is_a_payment_price(beside: dict[str, object], minor: bool) -> None:
    meaning = by_key(by_siblings(Meaning(), beside), "unit_amount")

    assert meaning is not None
    assert minor == meaning.minor
    assert minor != meaning.unsure


@pytest.mark.parametrize(
    ("beside", "meaning"),
    [
        ({"currency": "eur"}, Meaning(currency="EUR")),
        ({"currencySymbol": "$"}, Meaning(sign="$")),
        ({"currency": "€", "per": "user / month"}, Meaning(currency="EUR", period="month", unit="user")),
        ({"period": "/month"}, Meaning(period="month")),
        ({"interval": "month", "interval_count": "3"}, Meaning(period="quarter")),
        ({"interval": "month", "interval_count": "5"}, Meaning(doubt="it is billed every 5 months")),
        ({"perUser": True}, Meaning(unit="user")),
        ({"period": ["month"], "currency": 7, "recurring": "yes", "billing": None}, Meaning()),
    ],
)
def test_the_keys_beside_a_price_say_what_it_is_for(beside: dict[str, object], meaning: Meaning) -> None:
    assert meaning == by_siblings(Meaning(), beside)


@pytest.mark.parametrize(
    ("raw", "amount"), [("2900", "29.00"), ("100", "1.00"), ("0", "0"), ("99", None), ("29.5", None)]
)
def test_cents_keep_the_digits_that_the_page_wrote(raw: str, amount: str | None) -> None:
    assert (None if amount is None else Decimal(amount)) == from_cents(raw)
