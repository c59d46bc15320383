"""Tables of what one price line, one text that is no price, and one node that is known to be a price are read as.

`money.csv` and `not_prices.csv` stand alone in a card of a page in the given language; `price_nodes.csv` stands in the
node that a `price` selector names. Several amounts stand between bars; `none` is a page without any.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest

from detente.records import Document, PlanPrice, Reading
from sources import readers
from sources.verbatim import occurs

HERE = Path(__file__).parent
_PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Pricing</title></head><body><main>
<h1>Pricing</h1><div class="plans"><div class="plan"><h3>Team</h3><p class="price">{text}</p>
<ul><li>Audit log</li></ul></div></div></main></body></html>"""
_SELECTORS = {"plan": ".plan", "name": "h3", "price": ".price"}


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def read(row: dict[str, str], selectors: dict[str, str] | None = None) -> Reading:
    html = _PAGE.format(lang=row["lang"], text=row["text"])
    body = html.encode("utf-8")
    return readers.read("pricing", Document(body=body, url="https://pricing.example/", selectors=selectors or {}))


def prices(reading: Reading) -> list[PlanPrice]:
    return [fact for fact in reading.observations if isinstance(fact, PlanPrice)]


def told(price: PlanPrice) -> str:
    if price.custom:
        return "on request"
    return "" if price.amount is None else str(price.amount)


def cell(values: list[str]) -> str:
    return values[0] if len(set(values)) == 1 else " | ".join(values)


def text_of(value: object) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("row", rows("money"), ids=lambda row: f"{row['lang']}: {row['text']}")
def test_a_price_line_is_read_as_in_the_table(row: dict[str, str]) -> None:
    found = prices(read(row))
    if row["amount"] == "none":
        assert found == []
        return
    assert row["amount"] == cell([told(p) for p in found])
    for name in ("currency", "period", "unit", "billing", "qualifier"):
        assert row[name] == cell([text_of(getattr(p, name)) for p in found]), name
    assert row["review"] == cell([p.note for p in found])
    assert [bool(p.note) for p in found] == [p.needs_review for p in found]


@pytest.mark.parametrize("row", rows("not_prices"), ids=lambda row: row["text"])
def test_a_text_that_is_no_price_is_no_price(row: dict[str, str]) -> None:
    assert [p for p in prices(read(row)) if p.amount is not None] == []


@pytest.mark.parametrize("text", ["${{ price }}", "{{ plan.price }} $", "$%PRICE%/mo", "[[price]] €"])
def test_a_placeholder_is_a_plan_without_an_amount_for_review(text: str) -> None:
    (price,) = prices(read({"lang": "en", "text": text}))
    assert price.amount is None
    assert "placeholder" in price.note


@pytest.mark.parametrize("row", rows("price_nodes"), ids=lambda row: f"{row['lang']}: {row['text']}")
def test_a_node_that_holds_a_price_may_tell_a_bare_number(row: dict[str, str]) -> None:
    found = prices(read(row, _SELECTORS))
    if row["amount"] == "none":
        assert [p for p in found if p.amount is not None] == []
        return
    assert row["amount"] == cell([told(p) for p in found])
    assert row["currency"] == cell([text_of(p.currency) for p in found])
    assert row["review"] == cell([p.note for p in found])


@pytest.mark.parametrize("text", ["-$5", "−5 €", "$-5", "USD -5", "$9000000000000", "$9e12", "$0.001", "€0,001"])
def test_an_amount_that_cannot_be_usual_is_held_for_review(text: str) -> None:
    found = prices(read({"lang": "en", "text": text}))
    assert found
    assert all(p.needs_review and p.note for p in found)
    assert not any(p.amount is not None and p.amount < 0 for p in found)


def test_zeros_are_held_for_review_where_several_plans_cost_nothing_and_none_costs_anything() -> None:
    card = '<div class="plan"><h3>{}</h3><p class="price">$0 / month</p></div>'
    html = f'<html lang="en"><body><div>{card.format("Solo")}{card.format("Team")}</div></body></html>'
    found = prices(readers.read("pricing", Document(body=html.encode(), url="https://pricing.example/")))
    assert [p.amount for p in found] == [Decimal(0), Decimal(0)]
    assert all(p.needs_review for p in found)


def test_one_plan_for_nothing_is_free() -> None:
    (price,) = prices(read({"lang": "en", "text": "$0"}))
    assert price.free
    assert not price.needs_review


def test_the_tables_cover_what_they_are_for() -> None:
    table = rows("money")
    assert len(table) >= 60
    assert sum(bool(row["review"]) for row in table) >= 10
    assert all(
        occurs(Decimal(amount), unescape(row["text"]).replace("<sup>", " "))
        for row in table
        for amount in row["amount"].split(" | ")
        if amount[:1].isdigit()
    )
