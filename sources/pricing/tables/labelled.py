"""Cells that hold a bare number under or beside a label that names price and currency ("Price, USD")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sources.pricing.amounts.money import hints_at_money
from sources.pricing.amounts.price_text import read_price_text
from sources.pricing.context import MoneyContext
from sources.pricing.page import VisiblePage
from sources.pricing.plans import Mark

if TYPE_CHECKING:
    from .tables import Cell

MAX_LABEL = 40
_PRICE_WORD = re.compile(r"\b(?:pric(?:es?|ing)|costs?|fees?|preise?|prix|precios?|prezz[io]|prijs|pris|cena)\b", re.I)
_BARE_NUMBER = re.compile(r"\d[\d.,' \u00a0\u202f]{0,15}[-–]?")


def take_labelled(page: VisiblePage, rows: list[list[Cell]], context: MoneyContext) -> None:
    """Take bare numbers of a table for prices where the label of their row or column says so."""
    heads = [cell.text if _names_a_currency(cell.text) else "" for cell in rows[0]]
    for row in rows[1:]:
        label = row[0].text if row and _names_a_currency(row[0].text) else ""
        if not label and not any(heads):
            continue
        for cell, head in zip(row[1:], heads[1:], strict=False):
            if cell.marks or not (label or head) or not _BARE_NUMBER.fullmatch(cell.text):
                continue
            money = read_price_text(cell.text, currency_hint=label or head, comma_decimal=context.comma_decimal)
            if money is not None and cell.element.end - cell.element.start == 1:
                cell.marks = (Mark(line=page.lines[cell.element.start], kind="price", amounts=[money]),)
                cell.priced = True


def _names_a_currency(label: str) -> bool:
    """Whether a label says that what it labels are prices in a currency, and holds no amount itself."""
    return (
        len(label) <= MAX_LABEL
        and _PRICE_WORD.search(label) is not None
        and hints_at_money(label)
        and not any(c.isdigit() for c in label)
    )
