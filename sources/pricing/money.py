"""Amounts of money in one line of text: number, currency, period, unit, how it is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from detente.records import Qualifier

from .page import CENTS
from .terms import Term, read_term
from .words import words

Role = Literal["price", "not_a_price"]

SIGNS: dict[str, str | None] = {
    "US$": "USD", "U$S": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "CAD$": "CAD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "NT$": "TWD", "€": "EUR", "£": "GBP", "₹": "INR",
    "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₫": "VND", "₱": "PHP", "฿": "THB", "₦": "NGN",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "Rs.": "INR", "Rs": "INR", "Fr.": "CHF", "SFr.": "CHF",
    "$": None, "¥": None, "kr.": None, "kr": None,
    "US dollars": "USD", "US dollar": "USD", "dollars": None, "dollar": None, "euros": "EUR", "euro": "EUR",
    "Euro": "EUR",
}  # fmt: skip
ISO = words(
    "USD EUR GBP CHF AUD CAD NZD SGD HKD JPY CNY INR BRL MXN SEK NOK DKK PLN CZK HUF RON ILS ZAR TRY KRW TWD THB PHP"
    " IDR MYR VND AED SAR RUB UAH NGN KES EGP CLP COP ARS"
)
AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK"),
}
MAX_PLAUSIBLE = Decimal(10_000_000)
MIN_PLAUSIBLE = Decimal("0.01")

_S = "[ \u00a0\u202f\u2009]"
_GROUP = "[\u00a0\u202f\u2009]"
_DIGITS = rf"\d{{1,3}}(?:{_GROUP}\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)|\d+(?:[.,'’٬٫{CENTS}]\d+)*"
_IN_DIGITS = re.compile(rf"{_S}|['’٬]")
_WIDE = rf"\d{{1,3}}(?:{_S}\d{{3}})+(?:[.,]\d{{1,2}})?(?![\d.,])"
_ISO = "|".join(sorted(ISO))


def _alternatives(keep: re.Pattern[str]) -> str:
    return "|".join(re.escape(s) for s in sorted(SIGNS, key=len, reverse=True) if keep.search(s))


_PRE = _alternatives(re.compile(r"[$€£₹₽₩₺₴₪₫₱฿₦¥]|^(?:Rs\.?|S?Fr\.|kr\.?)$"))
_POST_SIGN = _alternatives(re.compile(r"[$€£₹₽₩₺₴₪₫₱฿₦¥]"))
_POST_WORD = _alternatives(re.compile(r"^(?:zł|Kč|Ft|lei|kr\.?|Rs\.?|Fr\.|[A-Za-z ]*(?:dollars?|euros?))$"))
_MAGNITUDE = r"(?P<mag>\s?(?:k|K|[Mm]|bn|B|mio\.?|million|billion|thousand|mln)\b(?![$€£]))?"
_ANY_SIGN = re.compile("[$€£₹₽₩₺₴₪₫₱฿₦¥]")
_CODE_LIKE = re.compile(r"[A-Z]{3}")
_CODE = re.compile(rf"\b(?:{_ISO})\b")
_IN_WORDS = re.compile(r"\d\s?(?:zł|Kč|Ft|lei|kr|Rs|Fr\.|US dollar|dollar|euro)|(?:(?<![\w])(?:Rs|kr|Fr))\.?\s?\d")
MONEY = re.compile(
    rf"(?P<sign>(?<!\S)[-−–])?(?<![\w.,])(?:(?P<iso0>{_ISO}):?\s?)?(?P<pre>{_PRE}):?(?P<sign2>[-−]?)\s?(?:(?P<n1>{_WIDE}(?=,\d|\s*(?:$|/))|{_DIGITS}){_MAGNITUDE})(?:\s?(?P<iso1>{_ISO})\b)?"
    rf"|(?P<sign3>(?<!\S)[-−])?(?<![\w.,$€£])(?P<iso2>{_ISO})\s?(?P<n2>{_WIDE}|{_DIGITS})"
    rf"|(?P<sign4>(?<!\S)[-−])?(?<![\w.,#])(?<!\d[.,]\s)(?P<n3>{_WIDE}"
    rf"|{_DIGITS})(?:[.,][-–—])?\s?(?:(?P<post>{_POST_SIGN})(?!\s?\d)(?:\s?(?P<iso3>{_ISO})\b)?"
    rf"|(?P<postw>{_POST_WORD}|{_ISO})(?!\w))"
)

_DIGIT = re.compile(r"\d")
_BEFORE_NOT = re.compile(
    r"(?:\b(?:save|saves|saving|savings|sparen|spare|économisez|ahorra|discount|worth|value|credits?|raised"
    r"|revenue|over|above"
    r"|more than|less than|under|valued|budget|spend|spent|spending|earn|win|refund|cashback|total|subtotal"
    r"|estimated|reward|market"
    r"|bonus|total[\w -]{0,20}|generated?|processed|funding|sold|donated?|fine|instead|market(?: rates?"
    r"| price)?(?: elsewhere)?|elsewhere|average|competitors?|others? charge)\b)(?: of| at| a| an| is| up to"
    r"| about| around| cost| costs|:|\s)*$",
    re.I,
)
_AFTER_NOT = re.compile(
    r"^\s?(?:\+\s?)?(?:(?:USD|EUR)\s)?(?:off\b|discount|savings?\b|saved\b|(?:[a-z]+ ){0,2}credits?\b|worth\b"
    r"|in revenue|revenue|arr\b|mrr\b|cash ?back"
    r"|refund|bonus|gift|voucher|coupon|budget|of (?:usage|revenue|sales)|in (?:sales|funding|savings|value"
    r"|usage)|funding|value\b|guarantee|deposit)",
    re.I,
)
_FROM = re.compile(
    r"(?:\b(?:from|starting(?: at| from)?|starts(?: at| from)?|start at|ab|à partir de|a partir de|dès|desde"
    r"|vanaf|da|min\.?|minimum|as low as|at least)\b)(?: only| just| at| of|:|\s)*$",
    re.I,
)
_UP_TO = re.compile(r"\b(?:up to|max\.?|maximum|bis(?: zu)?|jusqu['’]à|hasta|at most)\s*$", re.I)
_WAS = re.compile(
    r"\b(?:was|were|regular(?:ly)?|normally|usually|originally|list price|statt|au lieu de|antes|before"
    r"|instead of|uvp|rrp)(?: price)?:?\s*$",
    re.I,
)
_PROMO = re.compile(
    r"\b(?:(?:for )?(?:the |your )?(?:1st|first)\s+(?:\d+\s+)?(?:year|month|months|weeks?|payment)|introductory"
    r"|intro(?: price| offer)|promo\w*"
    r"|limited[- ]time|launch (?:price|offer)|black friday|special offer|early[- ]bird|today only)",
    re.I,
)
_RANGE_END = re.compile(r"(?:\d\s*|^\s*)(?:[-–—]|to)\s*$")
_RANGE_START = re.compile(r"\s*(?:[-–—]|to)\s*(?:$|\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """One amount in a line.

    Attributes:
        amount: None where digits are there but cannot be read as one number.
        currency: ISO code, or None together with `sign` where the sign has several meanings.
        sign: Ambiguous sign ("$", "¥", "kr") that the page must explain; empty where `currency` is certain.
        start: Where it begins in the line.
        end: Where it ends in the line.
        term: Read from the words around it.
        qualifier: How it is meant.
        role: Whether it is a price at all.
        addition: It has a plus sign: sold on top.
        note: Why a person should look at it; empty if nobody needs to.
    """

    amount: Decimal | None
    currency: str | None
    sign: str
    start: int
    end: int
    term: Term
    qualifier: Qualifier
    role: Role
    addition: bool
    note: str


def hints_at_money(text: str) -> bool:
    """Whether a text holds a sign, a code or a word of a currency; quick, and true of more than amounts."""
    if _ANY_SIGN.search(text) or _IN_WORDS.search(text):
        return True
    return bool(_CODE_LIKE.search(text) and _CODE.search(text))


@lru_cache(maxsize=4_096)
def first_money(text: str) -> re.Match[str] | None:
    """Where a text first tells an amount, whatever it is for."""
    return MONEY.search(text) if _DIGIT.search(text) else None


def parse_number(digits: str, *, comma_decimal: bool = False) -> tuple[Decimal | None, str]:
    """Read digits with separators.

    Args:
        digits: As on the page, e.g. `1.234,56`.
        comma_decimal: The page's language writes a decimal comma.

    Returns:
        The amount and an empty note; a likely amount and a note that says what else it could mean; or None and a note.
    """
    text = digits.strip()
    note = ""
    if text.isascii() and text.isdigit():
        return Decimal(text), note
    if CENTS in text:
        text = text.replace(CENTS, ".")
        note = "the cents stand in superscript"
    text = _IN_DIGITS.sub("", text).replace("٫", ".")
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        decimal, group = (".", ",") if text.rfind(".") > text.rfind(",") else (",", ".")
        if text.count(decimal) > 1:
            return None, f"{digits!r} is not one number"
        text = text.replace(group, "").replace(decimal, ".")
    elif dots + commas > 1:
        mark = "." if dots else ","
        head, *groups = text.split(mark)
        if not (len(groups[-1]) == 3 and all(len(g) in (2, 3) for g in groups) and 1 <= len(head) <= 3):
            return None, f"{digits!r} is not one number"
        text = text.replace(mark, "")
    elif dots + commas == 1:
        mark = "." if dots else ","
        whole, _, fraction = text.partition(mark)
        if len(fraction) == 3 and whole.strip("0") and len(whole) <= 3:
            natural = comma_decimal == (mark == ".")
            note = note or ("" if natural else f"{digits!r} may be thousands or a fraction")
            text = whole + fraction
        else:
            text = f"{whole}.{fraction}"
    try:
        return Decimal(text), note
    except InvalidOperation:
        return None, f"{digits!r} is not one number"


def read_money(text: str, *, comma_decimal: bool = False) -> list[Money]:
    """All amounts of a line, in order, those that are no prices among them.

    Args:
        text: One line of visible text.
        comma_decimal: The page's language writes a decimal comma.
    """
    if not hints_at_money(text):
        return []
    matches = list(_amounts_in(text))
    found: list[Money] = []
    for position, match in enumerate(matches):
        after = text[match.end() : matches[position + 1].start() if position + 1 < len(matches) else len(text)]
        before = text[matches[position - 1].end() if position else 0 : match.start()]
        one = _one(match, before, after, comma_decimal=comma_decimal)
        if found and one.term.unit is None and one.role == found[-1].role == "price" and len(before) < 40:
            one = replace(one, term=replace(one.term, unit=found[-1].term.unit))
        found.append(one)
    return found


def _amounts_in(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while _DIGIT.search(text, position):  # what follows the last digit need not be looked through
        match = MONEY.search(text, position)
        if match is None:
            return
        yield match
        position = match.end()


def _one(match: re.Match[str], before: str, after: str, *, comma_decimal: bool) -> Money:
    digits = match["n1"] or match["n2"] or match["n3"]
    sign_text = match["pre"] or match["post"] or match["postw"] or ""
    iso = match["iso0"] or match["iso1"] or match["iso2"] or match["iso3"] or (sign_text if sign_text in ISO else None)
    currency = iso or SIGNS.get(sign_text)
    amount, note = parse_number(digits, comma_decimal=comma_decimal or match["post"] == "€")
    magnitude = match["mag"]
    negative = bool(match["sign"] or match["sign2"] or match["sign3"] or match["sign4"])
    role: Role = "price"
    if magnitude and magnitude.strip() not in ("k", "K"):
        role = "not_a_price"
    elif magnitude:
        amount, note = None, f"{match[0]!r} is abbreviated"
    if (after and _AFTER_NOT.match(after)) or (before and _BEFORE_NOT.search(before)):
        role = "not_a_price"
    if negative:
        note = f"{match[0]!r} is negative"
        amount = None
    elif amount is not None and (amount > MAX_PLAUSIBLE or 0 < amount < MIN_PLAUSIBLE):
        note = note or f"{digits} is not a usual amount"
    term = read_term(after)
    if before and (term.period is None or term.billing is None):
        term = _with_label(term, before)
    promised = _PROMO.search(after[:60]) if after else None
    if promised and term.period is None:
        term = replace(term, period=read_term(promised[0].split()[-1], bare=True).period)
    return Money(
        amount=amount,
        currency=currency,
        sign="" if currency else {"dollars": "$", "dollar": "$", "kr.": "kr"}.get(sign_text, sign_text),
        start=match.start(),
        end=match.end(),
        term=term,
        qualifier=_qualifier(before, after),
        role=role,
        addition=before.rstrip().endswith("+"),
        note=note,
    )


def _with_label(term: Term, before: str) -> Term:
    """Complete a term from the label before the amount ("Monthly: $9", "billed annually at $90")."""
    label = before[-40:].strip().rstrip(":-–—(").strip()
    if not label or len(label.split()) > 5:
        return term
    told = read_term(label, bare=len(label.split()) <= 2)
    return Term(period=term.period or told.period, unit=term.unit, billing=term.billing or told.billing)


def _qualifier(before: str, after: str) -> Qualifier:
    if not before:
        return _qualified_after(after)
    if _RANGE_END.search(before):
        return "up_to"
    if _RANGE_START.match(after):
        return "from"
    if _WAS.search(before):
        return "struck"
    if _PROMO.search(after[:60]) or _PROMO.search(before[-40:]):
        return "promotional"
    if _FROM.search(before) or after.startswith("+"):
        return "from"
    return "up_to" if _UP_TO.search(before) else "exact"


def _qualified_after(after: str) -> Qualifier:
    if not after:
        return "exact"
    if _RANGE_START.match(after):
        return "from"
    if _PROMO.search(after[:60]):
        return "promotional"
    return "from" if after[0] == "+" else "exact"
