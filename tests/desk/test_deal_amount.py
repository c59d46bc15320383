"""An amount is read as typed and echoed; what could mean two things is asked for."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.accepting import deal_amount
from detente.errors import SubmissionError

CASES = Path(__file__).parent / "cases"


def _rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _rows("deal_amounts.csv"), ids=lambda row: f"{row['typed']} in {row['company']}")
def test_an_amount_is_read_and_echoed(row: dict[str, str]) -> None:
    deal = deal_amount.read(row["typed"], row["company"])

    if deal is None:
        assert row["amount"] == ""
    else:
        assert (str(deal.amount), deal.currency, deal_amount.echo(deal)) == (
            row["amount"],
            row["currency"],
            row["echo"],
        )
        assert deal.text == row["typed"].strip()


@pytest.mark.parametrize("row", _rows("deal_amounts_asked.csv"), ids=lambda row: row["typed"])
def test_what_could_mean_two_things_is_asked_for(row: dict[str, str]) -> None:
    with pytest.raises(SubmissionError) as refused:
        deal_amount.read(row["typed"], "EUR")

    fault = refused.value.faults["deal_amount"]
    assert row["words"] in fault
    assert repr(row["typed"]) in fault


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_an_amount_or_words(typed: str) -> None:
    faults: set[str] = set()
    try:
        deal = deal_amount.read(typed, "EUR")
    except SubmissionError as refused:
        deal, faults = None, set(refused.faults)
    assert faults <= {"deal_amount"}
    assert deal is None or 0 < deal.amount <= Decimal(10) ** 12


@given(st.decimals(min_value=Decimal("0.01"), max_value=10**12, places=2))
def test_a_plain_number_with_its_code_is_read_as_it_stands(amount: Decimal) -> None:
    deal = deal_amount.read(f"EUR {amount:.2f}", "USD")

    assert deal is not None
    assert (deal.amount, deal.currency) == (amount, "EUR")
