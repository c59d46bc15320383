"""What a few words say about how much is included."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sources.pricing.limits import Limit, read_limit


@pytest.mark.parametrize(
    ("text", "feature", "limit", "unit"),
    [
        ("5 users", "users", "5", "user"),
        ("Up to 10 GB storage", "storage", "10", "GB"),
        ("10k events / month", "events / month", "10000", "event"),
        ("1,000 API calls per day", "API calls per day", "1000", "api call"),
        ("1–5 users", "users", "5", "user"),
        ("2 vCPU", "", "2", "vCPU"),
        ("30-day history", "history", "30", "day"),
        ("99.9 % SLA", "SLA", "99.9", "%"),
        ("4+ build lines", "build lines", "4", "build line"),
        ("5 inboxes", "inboxes", "5", "inbox"),
        ("900 per month", "per month", "900", None),
        ("1.5 million rows", "rows", "1500000", "row"),
        ("12", "", "12", None),
        ("0", "", "0", None),
    ],
)
def test_a_limit_is_a_number_and_what_it_counts(text: str, feature: str, limit: str, unit: str | None) -> None:
    assert Limit(feature, Decimal(limit), False, unit) == read_limit(text)


@pytest.mark.parametrize(
    ("text", "limit", "unit"),
    [
        ("Bis zu 1.000 Nutzer", "1000", "user"),
        ("2,5 GB Speicher", "2.5", "GB"),
        ("jusqu’à 10 000 contacts", "10000", "contact"),
        ("hasta 1.500 usuarios", "1500", "user"),
        ("3 Mio. Anfragen", "3000000", "anfragen"),
    ],
)
def test_numbers_are_read_as_the_page_s_language_writes_them(text: str, limit: str, unit: str) -> None:
    told = read_limit(text, comma_decimal=True)

    assert told is not None
    assert (Decimal(limit), unit) == (told.limit, told.unit)


@pytest.mark.parametrize(
    "text",
    [
        "2FA",
        "2-factor login",
        "3D models",
        "4K video export",
        "24/7 support",
        "1st class help",
        "1.000 users",  # a thousand, or one with three decimals: an English page does not tell
        "Export as CSV",
        "Answers within 2 hours, also on Sundays",
        "–",
        "",
    ],
)
def test_what_is_no_limit_stays_words(text: str) -> None:
    assert read_limit(text) is None


def test_unlimited_has_no_number() -> None:
    assert Limit("projects", None, True, None) == read_limit("Unlimited projects")
