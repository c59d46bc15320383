"""The text of a price: all of it is known to be one, so that a bare number counts and its currency may stand apart."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from sources.verbatim import occurs

from .currencies import AMBIGUOUS, CODES, LOCAL_SIGNS, SAME_SIGN, SIGNS
from .money import MAX_PLAUSIBLE, MIN_PLAUSIBLE, Money, narrowed, parse_number, qualifier_of, read_money
from .terms import read_term

if TYPE_CHECKING:
    from price_parser import Price

MAX_CHARS = 200
_SPACES = re.compile(r"\s+")
_CODE = re.compile(r"[A-Za-z]{3}")
_EDGES = " \t.,:;*()[]-–—"
_NO_AMOUNT = re.compile(
    r"^\W*(?:[^\W\d_]{3,9}\W{1,2}(?:19|20)\d\d|\d{1,2}[-/]\d{1,2}(?:[-/]\d{2,4})?|\d{1,4}\.\d{1,2}\.\d{1,4})\W*$"
)
_MEASURE = re.compile(
    r"\d\s?(?:%|°|(?:ft|inch(?:es)?|cm|mm|km|kg|lbs?|oz|ml|[kmgt]i?b|px|bit|k?wh|hz|mhz|ghz|bps|mbps|gbps)\b)", re.I
)
_NEGATIVE = re.compile(r"^\W*?[-−](?:[^\W\d_]{0,3}\W?)?\d")
_ABBREVIATED = re.compile(r"\d\s?(?:[kKmM]|bn|rb|jt|mln|mio|mil|million|[万千億亿])(?!\w)|\d[eE][+-]?\d")
_EURO_CENTS = re.compile(r"€\d\d$")
_SPLIT_CENTS = re.compile(r"(\d[.,])\s(\d\d)(?![\d.,])")
NO_CURRENCY = "no currency is told"


@lru_cache(maxsize=1_024)
def read_price_text(text: str, *, currency_hint: str | None = None, comma_decimal: bool = False) -> Money | None:
    """Read the amount of a text that is known to be the text of a price.

    A number beside a currency is preferred; where there is none, price-parser says which number is meant. Its guesses
    do not stand alone: what has two meanings, what is negative, abbreviated or unusual gets the same note as in a
    line, and an amount without any currency is kept for review.

    Args:
        text: What the element, the cell or the value holds; its first 200 characters count.
        currency_hint: What stands in an element for the currency, be it a code or a sign.
        comma_decimal: The page's language writes a decimal comma.

    Returns:
        The amount; None if the text holds none.
    """
    text = _SPACES.sub(" ", narrowed(text[:MAX_CHARS])).strip()
    if split := _SPLIT_CENTS.search(text):
        whole = f"{text[: split.start(2)].rstrip()}{text[split.start(2) :]}"
        money = _read(whole, currency_hint, comma_decimal=comma_decimal)
        note = f"{split[0]!r} may be one number or two"
        return money and replace(money, note=money.note or note, end=min(money.end + 1, len(text)))
    return _read(text, currency_hint, comma_decimal=comma_decimal)


def _read(text: str, currency_hint: str | None, *, comma_decimal: bool) -> Money | None:
    if _NO_AMOUNT.match(text):
        return None
    guess = _guess(text)
    written = guess.amount_text
    amounts = read_money(text, comma_decimal=comma_decimal)
    if amounts:
        prices = [m for m in amounts if m.role == "price"]
        if not prices:
            return None
        money, several = _beside_a_currency(prices, written, comma_decimal=comma_decimal)
        if several and not money.note:
            money = replace(money, note="several amounts stand in the text of one price")
        local = _local_sign(text, written)
        if local not in LOCAL_SIGNS:
            return money
        return replace(money, currency=LOCAL_SIGNS[local], sign=_sign(local))
    if written is None or not any(c.isdigit() for c in text):
        return None
    currency, sign = currency_of(text, currency_hint=currency_hint)
    if currency is None and not sign and _MEASURE.search(text):
        return None
    amount, note = _number(text, written, currency, comma_decimal=comma_decimal)
    doubt = "" if currency or sign in AMBIGUOUS else f"{sign!r} has several meanings" if sign else NO_CURRENCY
    note = "; ".join(n for n in (note, doubt) if n)
    start = max(text.find(written), 0)
    end = start + len(written)
    return Money(
        amount=amount,
        currency=currency,
        sign=sign,
        start=start,
        end=end,
        term=read_term(text[end:]),
        qualifier=qualifier_of(text[:start], text[end:]),
        role="price",
        addition=False,
        note=note,
    )


def _guess(text: str | None, currency_hint: str | None = None) -> Price:
    from price_parser import Price  # noqa: PLC0415 - slow to import, and most pages never ask

    return Price.fromstring(text, currency_hint)


def currency_of(text: str, *, currency_hint: str | None = None) -> tuple[str | None, str]:
    """The currency of a price's text or, if that names none, of its hint.

    Returns:
        An ISO code and an empty sign; None and a sign that has several meanings; or None and an empty sign.
    """
    written = _guess(text).amount_text
    local = _local_sign(text, written)
    if local is None:
        local = _standing(_guess(text).currency, text)
    if local is None and currency_hint:
        hint = currency_hint.strip()
        local = _known(hint) or next((w for w in hint.split() if w in SIGNS), None)
        local = local or _standing(_guess(None, hint).currency, hint)
    if local is None:
        return None, ""
    code = SIGNS.get(local) or LOCAL_SIGNS.get(local)
    if code is None and local not in SIGNS and local not in LOCAL_SIGNS and _CODE.fullmatch(local):
        code = local if local.isupper() or local.upper() in CODES else None
        code = code and code.upper()
    return (code, "") if code else (None, _sign(local))


def _sign(local: str) -> str:
    return "" if LOCAL_SIGNS.get(local) or SIGNS.get(local) else SAME_SIGN.get(local, local)


def _beside_a_currency(found: list[Money], written: str | None, *, comma_decimal: bool) -> tuple[Money, bool]:
    """Which of the amounts that have a currency is meant, and whether there is a choice."""
    several = len({m.amount for m in found if m.qualifier in ("exact", "promotional")}) > 1
    if written is not None:
        guessed, _ = parse_number(written.replace("€", "."), comma_decimal=comma_decimal)
        for money in found:
            if money.amount == guessed and money.qualifier != "struck":
                return money, several
    return next((m for m in found if m.qualifier != "struck"), found[0]), several


def _number(text: str, written: str, currency: str | None, *, comma_decimal: bool) -> tuple[Decimal | None, str]:
    if _NEGATIVE.match(text):
        return None, f"{text!r} is negative"
    if _ABBREVIATED.search(text):
        return None, f"{text!r} is abbreviated"
    amount, note = parse_number(written.replace("€", "."), comma_decimal=comma_decimal, currency=currency)
    if amount is not None and not occurs(amount, text):
        return None, f"{text!r} is not one number"
    if "€" in written and not _EURO_CENTS.search(written):
        note = note or f"{written!r} may be one number or two"
    if amount is not None and (amount > MAX_PLAUSIBLE or 0 < amount < MIN_PLAUSIBLE):
        note = note or f"{written} is not a usual amount"
    return amount, note


def _local_sign(text: str, written: str | None) -> str | None:
    """The sign or code that is all of the text beside its number."""
    return _known(text.replace(written, " ", 1) if written else text)


def _known(rest: str) -> str | None:
    for part in (rest.strip(), rest.strip(_EDGES)):
        if part in LOCAL_SIGNS or part in SIGNS:
            return part
    part = rest.strip(_EDGES)
    return part if _CODE.fullmatch(part) and part.upper() in CODES else None


def _standing(guessed: str | None, text: str) -> str | None:
    """A guessed sign that stands for itself in a text, and is no part of a word."""
    if guessed is None or not guessed[0].isalpha():
        return guessed
    return guessed if re.search(rf"(?<![^\W\d_]){re.escape(guessed)}(?![^\W\d_])", text) else None
