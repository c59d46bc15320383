"""A price that no page had shown is news, although the same sentence names one that every page shows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from detente.rules import default_rules
from scoring.clustering import pairs, seen_before

_COLUMNS = (
    "item_id", "kind", "competitor", "subject", "text", "old_value", "new_value", "happened_at", "source",
    "account_key", "deal_key", "person_id",
)  # fmt: skip
_OLD, _NEW = "39 USD / user / month", "49 USD / user / month"


def _day(day: str) -> Any:
    return pd.Timestamp(day)


def _items(text: str) -> pd.DataFrame:
    change = f"price increase: Team: {_OLD} → {_NEW}"
    rows: list[tuple[Any, ...]] = [
        ("c1", "change", "globex", "Team", change, _OLD, _NEW, _day("2026-10-01"), None, None, None, None),
        ("s1", "sighting", "globex", "", text, None, None, _day("2026-10-14"), "customer", "a", "d", "p"),
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _facts() -> pd.DataFrame:
    rows = [("globex", "Team", _OLD, _day("2026-09-01"), "p1"), ("globex", "Team", _NEW, _day("2026-10-01"), "p2")]
    return pd.DataFrame(rows, columns=["competitor", "subject", "value", "first_seen_at", "evidence"])


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Globex will raise the price of Team from $49 to $59 in January, a customer told us.", None),
        ("Globex lists Team at $49, and offered it to a customer of ours for $35.", None),
        ("Globex has raised the price of Team from $39 to $49, a customer told us.", "p2"),
        ("Globex has raised the price of Team by $10 from $39 to $49, a customer told us.", None),
        ("Globex Team now costs 49 dollars per user.", "p2"),
        ("Globex Team was at 39 dollars per user when the customer asked.", "p1"),
    ],
)
def test_the_referee_says_since_when_pages_had_shown_all_prices_of_a_sighting(text: str, evidence: str | None) -> None:
    items = _items(text)
    found = seen_before(items[items["kind"] == "sighting"], _facts())

    assert found["evidence"].tolist() == ([] if evidence is None else [evidence])


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        ("Globex will raise the price of Team from $49 to $59 in January, a customer told us.", False),
        ("Globex lists Team at $49, and offered it to a customer of ours for $35.", False),
        ("Globex has raised the price of Team from $39 to $49, a customer told us.", True),
        ("Globex has raised the price of Team by $10 from $39 to $49, a customer told us.", True),
        ("Globex Team now costs 49 per user.", True),
    ],
)
def test_a_sighting_with_another_price_is_not_the_change_that_it_mentions(text: str, is_same: bool) -> None:
    assert len(pairs(_items(text), default_rules().clusters)) == is_same
