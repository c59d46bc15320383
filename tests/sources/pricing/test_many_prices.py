"""A page that tells thousands of prices costs no more than one that tells as many as are read, and says so."""

from __future__ import annotations

import pytest

from detente.records import Document, PlanPrice
from sources import pricing
from sources.pricing.cards.cards import MAX_MARKS

_ENTRIES = {
    "headed": '<div class="c"><h3>Berth {n}</h3><p>${n} / month</p></div>',
    "plain": '<div class="c"><div>Berth {n}</div><p>${n} / month</p></div>',
    "pictured": '<div class="c"><img alt="Berth {n}"><p>${n} / month</p></div>',
    "listed": "<li>Berth {n}: ${n}</li>",
}


def _page(entry: str, count: int) -> Document:
    rows = "".join(entry.format(n=n) for n in range(1, count + 1))
    body = f'<html lang="en"><body><h1>Moorings</h1><div>{rows}</div></body></html>'
    return Document(body=body.encode(), url="https://pricing.example/")


@pytest.mark.parametrize("entry", list(_ENTRIES.values()), ids=list(_ENTRIES))
def test_what_is_beyond_the_bound_is_left_out_and_said(entry: str) -> None:
    few = pricing.read(_page(entry, 150))
    many = pricing.read(_page(entry, MAX_MARKS + 100))
    assert sum(isinstance(o, PlanPrice) for o in few.observations) == 150
    assert "left out" not in few.reason
    assert "its rest was left out" in many.reason
