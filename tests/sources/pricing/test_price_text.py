"""A text that is known to be a price: its number, and a currency that may stand apart from it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bench.quality.prices import measure
from sources.pricing.amounts.price_text import currency_of, read_price_text


@pytest.mark.parametrize(
    ("text", "hint", "amount", "currency"),
    [
        ("17,35", "€", "17.35", "EUR"),
        ("899,00", "Pris NOK 899,00", "899.00", "NOK"),
        ("5 870", "грн.", "5870", "UAH"),
        ("2 400", "2 069 рублей", "2400", "RUB"),
        ("R273.00", None, "273.00", "ZAR"),
        ("3 issues for only 14,85 EUR", None, "14.85", "EUR"),
        ("Buy 2 litres: was $120.00, now US$60.00", None, "60.00", "USD"),
        ("1 nzd", None, "1", "NZD"),
        ("12 دينار كويتي", None, "12", "KWD"),
        ("35€99", None, "35.99", "EUR"),
    ],
)
def test_a_price_text_is_read_with_its_hint(text: str, hint: str | None, amount: str, currency: str) -> None:
    money = read_price_text(text, currency_hint=hint)
    assert money is not None
    assert (money.amount, money.currency, money.note) == (Decimal(amount), currency, "")


@pytest.mark.parametrize(
    "text",
    ["", "Sold out", "July, 2026", "25-09", "12.11.2026", "16.00 ft", "10 GB", "20%", "Free shipping on orders $49+"],
)
def test_a_text_without_a_price_has_no_amount(text: str) -> None:
    assert read_price_text(text) is None


@pytest.mark.parametrize("text", ["119. 95 €", "$19 $29", "12 P", "49", "1.234", "1.5k", "-5 €", "9e12", "35€9"])
def test_what_has_two_meanings_has_a_note(text: str) -> None:
    money = read_price_text(text)
    assert money is not None
    assert money.note


def test_a_part_of_a_word_is_no_currency() -> None:
    assert currency_of("Труба 884") == (None, "")
    assert currency_of("884 руб") == ("RUB", "")


def test_the_measure_tells_right_from_wrong_and_says_why(tmp_path: Path) -> None:
    labels = [
        {"price_raw": "€9", "currency_raw": None, "amount_float": 9, "currency": "€"},
        {"price_raw": "9 kr", "currency_raw": None, "amount_float": 9, "currency": "kr"},
        {"price_raw": "Free!", "currency_raw": None, "amount_float": 0, "currency": None},
        {"price_raw": "€9", "currency_raw": None, "amount_float": 8, "currency": "€"},
        {"price_raw": "€9", "currency_raw": None, "amount_float": 9, "currency": "$"},
        {"price_raw": "EUR", "currency_raw": None, "amount_float": 1, "currency": "EUR"},
        {"price_raw": "€9", "currency_raw": None, "amount_float": None, "currency": "€"},
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(json.dumps(label) for label in labels), encoding="utf-8")
    right, total, failures = measure(path)
    assert (right, total) == (3, 7)
    assert [(one.told, one.read) for one in failures if not one.label_is_unsound] == [
        ("8 €", "9 EUR"),
        ("9 $", "9 EUR"),
        ("None €", "9 EUR"),
    ]
    assert [one.text for one in failures if one.label_is_unsound] == ["EUR"]
