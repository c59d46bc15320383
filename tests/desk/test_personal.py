"""Addresses and numbers are found and masked; prices, dates and versions are not."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.personal import found, masked


def _rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "cases" / "personal.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["text"][:50])
def test_what_belongs_to_a_person_is_found_and_masked(row: dict[str, str]) -> None:
    assert found(row["text"], row["region"] or None) == row["kinds"].split()
    assert masked(row["text"], row["region"] or None) == row["masked"]
    assert masked(row["masked"], row["region"] or None) == row["masked"]


_PLAIN = set("abcdefghijklmnopqrstuvwxyz@.-_+")


@given(st.text(max_size=200), st.emails(), st.text(max_size=200))
def test_an_address_never_stays(before: str, address: str, after: str) -> None:
    if address.isascii() and "." in address.partition("@")[2] and not set(address) - _PLAIN:
        assert address not in masked(f"{before} {address} {after}")


@pytest.mark.parametrize("piece", ["a@", "a.", "1 ", "+49 ", "(12) ", "a@a.", "0171 234567 "])
def test_a_long_text_that_was_made_to_be_slow_is_masked_quickly(piece: str) -> None:
    began = time.process_time()
    masked((piece * 20_000)[:20_000])

    assert time.process_time() - began < 2
