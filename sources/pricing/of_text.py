"""Prices and features of a plan from their texts alone, for readers that found the texts themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

from detente.records import PlanFeature, PlanPrice

from .amounts.currencies import AMBIGUOUS
from .amounts.money import hints_at_money
from .context import MoneyContext
from .features import list_feature
from .page import VisiblePage, fold
from .plans import Plan, add_prices, find_marks

_MAX_TEXT = 2_000
_BARE = re.compile(r"\d")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?")


class _ToldContext(MoneyContext):
    """Knows of an ambiguous sign what the caller says, and guesses nothing."""

    def __init__(self, page: VisiblePage, currency: str | None) -> None:
        super().__init__(page)
        self._told = currency

    def currency(self, sign: str) -> tuple[str | None, str]:
        if self._told is not None or sign not in AMBIGUOUS:
            return self._told, ""
        possible = ", ".join(AMBIGUOUS[sign])
        return None, f"{sign} may be any of {possible}; the reader can say which with currency="


def prices_of_text(
    plan: str, text: str, *, group: str | None = None, currency: str | None = None, language: str = ""
) -> list[PlanPrice]:
    """The prices that a text tells of a plan, read as the pricing reader reads them.

    Args:
        plan: The plan's name.
        text: What stands where the price is: "$49 per user / month, billed annually", "Free", "Contact us". It should
            hold the words beside the amount, from which period, unit and billing are read.
        group: Heading of the group of plans that it stands in.
        currency: ISO 4217 code of a number without a currency, and of a sign that several share ("$", "¥", "kr").
            Left out, the first is no price, and the second is marked `needs_review`.
        language: The page's language ("de", "en-GB"), which decides whether "1.234" is a thousand.

    Returns:
        One price per amount; one without an amount for "free" and "contact us"; none where the text tells no price.
    """
    folded = fold(text)
    # a number alone is a price only because the caller says in which currency
    bare = currency is not None and _BARE.match(folded) and not hints_at_money(folded)
    lang = language if _LANGUAGE.fullmatch(language) else "en"
    line = escape(f"{currency} {folded}" if bare else folded)
    page = VisiblePage(f'<html lang="{lang}"><body><p>{line}</p></body></html>')
    context = _ToldContext(page, currency)
    found = Plan(name=plan, group=group)
    add_prices(found, find_marks(page, context), context)
    return [replace(price, text=folded[:_MAX_TEXT], place="") for price in found.prices]


def feature_of_text(plan: str, text: str, *, group: str | None = None, included: bool | None = True) -> PlanFeature:
    """One feature or limit of a plan, read as the pricing reader reads a list item: "5 GB storage" has a limit.

    Args:
        plan: The plan's name, as in its prices.
        text: What the item says.
        group: As in the plan's prices.
        included: False for an item that the page crosses out; None where it does not tell.
    """
    return list_feature(Plan(name=plan, group=group), fold(text), "", included=included)
