"""What one line of text says about money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sources.pricing.amounts.money import parse_number, read_money
from sources.pricing.amounts.terms import read_term

# line, amount, currency or ambiguous sign, period, unit, billing, qualifier
PRICES = [
    ("1.234,56 €", "1234.56", "EUR", None, None, None, "exact"),
    ("$1,234.56", "1234.56", "$", None, None, None, "exact"),
    ("1'234.50 CHF", "1234.50", "CHF", None, None, None, "exact"),
    ("CHF 1’234.50", "1234.50", "CHF", None, None, None, "exact"),
    ("₹1,23,456", "123456", "INR", None, None, None, "exact"),
    ("¥1200", "1200", "¥", None, None, None, "exact"),
    ("12,5 €", "12.5", "EUR", None, None, None, "exact"),
    ("1 234,56 €", "1234.56", "EUR", None, None, None, "exact"),
    ("1\u00a0234,56\u00a0€", "1234.56", "EUR", None, None, None, "exact"),
    ("1\u202f234 €", "1234", "EUR", None, None, None, "exact"),
    ("٩٩ €", "99", "EUR", None, None, None, "exact"),
    ("49,- €", "49", "EUR", None, None, None, "exact"),
    ("US$ 2 / active user / month", "2", "USD", "month", "user", None, "exact"),
    ("A$49", "49", "AUD", None, None, None, "exact"),
    ("US$:12.99", "12.99", "USD", None, None, None, "exact"),
    ("US$12 AUD", "12", "AUD", None, None, None, "exact"),
    ("R$ 35,90/mês", "35.90", "BRL", "month", None, None, "exact"),
    ("199 kr/mån", "199", "kr", "month", None, None, "exact"),
    ("Rs. 999 per month", "999", "Rs", "month", None, None, "exact"),
    ("24.00 USD/month", "24.00", "USD", "month", None, None, "exact"),
    ("39 zł / miesiąc", "39", "PLN", "month", None, None, "exact"),
    ("2 €HT / utilisateur actif / mois", "2", "EUR", "month", "user", None, "exact"),
    ("15 € par utilisateur et par mois", "15", "EUR", "month", "user", None, "exact"),
    ("9,99 € pro Nutzer / Monat, jährlich abgerechnet", "9.99", "EUR", "month", "user", "annual", "exact"),
    ("10 € al mes", "10", "EUR", "month", None, None, "exact"),
    ("$9.99/mo billed yearly", "9.99", "$", "month", None, "annual", "exact"),
    ("$15 per user per month, billed annually", "15", "$", "month", "user", "annual", "exact"),
    ("$49 per month when billed annually", "49", "$", "month", None, "annual", "exact"),
    ("or $90 billed annually", "90", "$", "year", None, "annual", "exact"),
    ("$590 /year - 2 months free", "590", "$", "year", None, None, "exact"),
    ("$490 for the 1st year", "490", "$", "year", None, None, "promotional"),
    ("$10 a month plan", "10", "$", "month", None, None, "exact"),
    ("from $9", "9", "$", None, None, None, "from"),
    ("ab 9 € im Monat", "9", "EUR", "month", None, None, "from"),
    ("starting at $9 / month", "9", "$", "month", None, None, "from"),
    ("up to $50", "50", "$", None, None, None, "up_to"),
    ("Mobile - 3.99$", "3.99", "$", None, None, None, "exact"),
    ("$300/month per 10 users", "300", "$", "month", "10 users", None, "exact"),
    ("100 USD per 1,000 requests", "100", "USD", None, "1,000 requests", None, "exact"),
    ("$0Per Month", "0", "$", "month", None, None, "exact"),
    ("£2,450 one-off", "2450", "GBP", "one_time", None, None, "exact"),
    ("$120 every 2 years", "120", "$", "two_years", None, None, "exact"),
    ("Team 5 $49", "49", "$", None, None, None, "exact"),
]


@pytest.mark.parametrize("row", PRICES, ids=lambda row: row[0])
def test_a_line_is_read_as_a_person_reads_it(row: tuple[str, ...]) -> None:
    text, amount, currency, period, unit, billing, qualifier = row
    (money,) = read_money(text)
    assert money.role == "price"
    assert money.note == ""
    assert (Decimal(amount), currency, period, unit, billing, qualifier) == (
        money.amount,
        money.currency or money.sign,
        money.term.period,
        money.term.unit,
        money.term.billing,
        money.qualifier,
    )


@pytest.mark.parametrize(
    "text",
    [
        "SAVE $1598",
        "Save up to $200",
        "$50 off",
        "$5M revenue",
        "$2 billion processed",
        "$100 ad credits",
        "$500 worth of extras",
        "We raised $40",
        "Market rate elsewhere: $250",
        "Total one-time cost: $20",
    ],
)
def test_an_amount_that_is_no_price_is_told_apart(text: str) -> None:
    assert all(money.role == "not_a_price" for money in read_money(text))


@pytest.mark.parametrize(
    "text", ["10 GB", "24/7", "2 months free", "call 01202 555 0123", "POA", "${{ price }}", "20%", "v10.13", "$"]
)
def test_a_number_without_a_currency_beside_it_is_no_amount(text: str) -> None:
    assert read_money(text) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1.234", "1234"),
        ("€1,234", "1234"),
        ("$9000000000000", "9000000000000"),
        ("$0.001 per call", "0.001"),
        ("$1.5k", None),
        ("-$5", None),
        ("−5 €", None),
        ("$1.23.45", None),
    ],
)
def test_what_has_two_meanings_is_kept_for_review(text: str, amount: str | None) -> None:
    (money,) = read_money(text, comma_decimal=text.startswith("€"))
    assert money.note
    assert money.amount == (None if amount is None else Decimal(amount))


def test_a_dot_before_three_digits_is_thousands_where_the_language_writes_a_comma() -> None:
    assert parse_number("1.234", comma_decimal=True) == (Decimal(1234), "")
    assert parse_number("1,234") == (Decimal(1234), "")
    assert parse_number("0.005") == (Decimal("0.005"), "")


def test_two_prices_in_one_line_share_the_unit_and_keep_their_periods() -> None:
    first, second = read_money("€9 per seat monthly, €90 yearly")
    assert (first.term.period, second.term.period) == ("month", "year")
    assert first.term.unit == second.term.unit == "seat"


def test_an_old_price_before_a_new_one_is_struck() -> None:
    old, new = read_money("was $99 now $49")
    assert (old.qualifier, new.qualifier) == ("struck", "exact")


def test_the_ends_of_a_range_are_from_and_up_to() -> None:
    assert [money.qualifier for money in read_money("$24 - $36 / month")] == ["from", "up_to"]


def test_a_row_label_tells_a_period_without_per() -> None:
    assert read_term("Monthly price", bare=True).period == "month"
    assert read_term("Yearly, billed annually", bare=True).period == "year"
    assert read_term("Storage", bare=True).period is None
