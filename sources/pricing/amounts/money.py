"""Amounts of money in one line of text: number, currency, period, unit, how it is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from detente.records import Qualifier
from sources.pricing.page import CENTS
from sources.pricing.words import AFTER_A_CODE, words

from .currencies import CODES, GLUED, NO_CENTS, SAME_SIGN, SIGN_CHARACTERS, SIGNS, SPOKEN_CODES, THREE_DECIMALS
from .terms import Term, read_term

Role = Literal["price", "not_a_price"]

MAX_PLAUSIBLE = Decimal(10_000_000)
MIN_PLAUSIBLE = Decimal("0.01")
_MAX_NUMBER = 20

_S = "[ \u00a0\u202f\u2009]"
_GROUP = "[\u00a0\u202f\u2009]"
_DIGITS = rf"\d{{1,3}}(?:{_GROUP}\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)|\d+(?:[.,'’٬٫{CENTS}]\d+)*"
_IN_DIGITS = re.compile(rf"{_S}|['’٬]")
_ALONE = r"(?<![^\W぀-ヿ㐀-鿿가-힣])(?<![.,])(?<!\d['’٬])"  # scripts without spaces set a number right behind a word
_ONE_NUMBER = re.compile(rf"(?:[^'’٬{CENTS}]*|\d{{1,3}}(?:['’٬]\d{{3}})+(?:[.,٫]\d+)?)(?:{CENTS}\d\d)?")
_WIDE = rf"\d{{1,3}}(?:{_S}\d{{3}})+(?:[.,]\d{{1,2}})?(?![\d.,])"


def _either(signs: Iterable[str]) -> str:
    return "|".join(re.escape(s) for s in sorted(signs, key=len, reverse=True))


_CODE_WORDS = "|".join(sorted(CODES))
_WITH_SIGN = frozenset(s for s in SIGNS if not set(SIGN_CHARACTERS).isdisjoint(s))
_BEFORE_ONLY = words("RMB Rp Rp. RM KSh Ksh KShs TSh Tsh USh Ush FRw Frw Rwf S/. S/ SFr SFr. sFr.")
_ON_BOTH_SIDES = words("Rs Rs. Fr. kr kr. Kr Kr.")
_PRE = _either((_WITH_SIGN - GLUED) | _BEFORE_ONLY | _ON_BOTH_SIDES)
_POST_SIGN = _either(_WITH_SIGN | GLUED)
_POST_WORD = _either(SIGNS.keys() - _WITH_SIGN - GLUED - _BEFORE_ONLY)
_THOUSANDS = r"k|K|rb|ribu|jt|juta|mil|tys\.?|тыс\.?"
_MAGNITUDE = rf"(?P<mag>\s?(?:{_THOUSANDS}|[Mm]|bn|B|mio\.?|million|billion|thousand|mln)(?![\w$€£])(?!-))?"
_IS_THOUSANDS = re.compile(rf"(?:{_THOUSANDS}|[万千])")
_ANY_SIGN = re.compile(f"[{SIGN_CHARACTERS}]")
_CODE_LIKE = re.compile(r"[A-Z]{3}")
_CODE = re.compile(rf"\b(?:{_CODE_WORDS})\b")
_IN_WORDS = re.compile(rf"[\d.][-–—]?\s?(?:{_POST_WORD}|บาท)|(?<!\w)(?:{_either(_BEFORE_ONLY | _ON_BOTH_SIDES)})\s?\d")
MONEY = re.compile(
    rf"(?=[-−–\d{SIGN_CHARACTERS}A-Zks])(?:"  # most places in a text are none of these
    rf"(?P<minus>(?<!\S)[-−–])?{_ALONE}(?:(?P<iso0>{_CODE_WORDS}):?\s?)?(?P<pre>{_PRE}):?(?P<minus2>[-−]?)\s?"
    rf"(?P<n1>{_WIDE}(?=,\d|\s*(?:$|/|p[ae]r\b|por\b))|{_DIGITS}){_MAGNITUDE}(?:[.,][-–—](?!\d))?(?:\s?(?P<iso1>{_CODE_WORDS})\b)?"
    rf"|(?P<minus3>(?<!\S)[-−])?(?<![\w.,$€£/])(?P<iso2>{_CODE_WORDS}):?\s?(?P<minus4>[-−])?(?P<n2>{_WIDE}|{_DIGITS})"
    r"(?P<mag2>\s?[kK]\b)?"
    r"|(?<![\w.,])(?P<n4>\d{1,6})(?P<between>[€$£]\s?)(?P<cents>\d\d)(?![\d.,]*\d)(?!\s?[\w€$£%])"
    rf"|(?P<minus5>(?<!\S)[-−])?{_ALONE}(?<!#)(?<!\d[.,]\s)(?P<n3>{_WIDE}|{_DIGITS})"
    rf"(?P<mag3>\s?(?:[kK](?=\s?(?:[$€£]|[A-Z]{{3}}))|[万千億亿]))?(?:[.,][-–—])?\s?"
    rf"(?:(?P<post>{_POST_SIGN})(?!\s?\d)(?:\s?(?P<iso3>{_CODE_WORDS})\b)?|(?P<postw>{_POST_WORD}|{_CODE_WORDS})(?!\w)))"
)

_DIGIT = re.compile(r"\d")
_BEFORE_NOT = re.compile(
    r"(?:(?:\b(?:sav(?:es?|ings?)|saves? (?:you|teams|users|customers|companies|clients)|sparen|spare|économisez|ahorra"
    r"|risparmi\w*|bespaar|discount|rabatt|réduction|remise|descuento|sconto|korting|gutschein|bonus|worth|value|credits?"
    r"|raised?|revenue|over|above|more than|less than|under|valued|budget|spend|spent|spending|earns?|win|refund"
    r"|cashback|total|subtotal|total[\w -]{0,20}|estimated|reward|market(?: rates?| price)?(?: elsewhere)?|elsewhere"
    r"|on (?:all )?(?:orders|purchases)|generated?|processed|funding|sold|donated?|fine|loss|instead|average"
    r"|average deal|deal size|makes?|get|deposit|drop|insured|guarantee(?= of| up to)|liability|coverage|competitors?"
    r"|(?:competitors?|others?|they) charges?"
    r"|nasdaq|nyse|lse|etr|tsx|asx)\b)"
    r"(?: of| at| a| an| is| up to| about| around| cost| costs| über| von| de|:|\s)*|^\s?[=≈]\s?"
    r"|\b(?:vs\.?|versus|im vergleich zu)\s?)$",
    re.I,
)
_AFTER_NOT = re.compile(
    r"^\s?(?:\+\s?)?(?:(?:USD|EUR)\s)?(?:off\b|discount|savings?\b|saved\b|(?:[a-z]+ ){0,2}credits?\b|worth\b"
    r"|in revenue|revenue|arr\b|mrr\b|cash ?back|refund|bonus|gift|voucher|coupon|budget|of (?:usage|revenue|sales)"
    r"|in (?:sales|funding|savings|value|usage|grants|prizes)|funding|value\b|guarantee|deposit|elsewhere|liability"
    r"|coverage|valuation|rabatt|guthaben|gutschein|ersparnis|d['’]économie|de (?:réduction|remise|descuento|desconto)"
    r"|di sconto|korting|average|[=≈]\s?$)",
    re.I,
)
_FRIDAY = re.compile(r"\d\d?\.\d\d?\.(?:\d\d){1,2}$")  # "Fr." is a Friday before a date
_MONTH = re.compile(r"\.?\s?(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)", re.I)
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
_TIMES_BEFORE = re.compile(r"\d\s?[x×]\s?$")
_TIMES_AFTER = re.compile(r"\s?[x×]\s?\d")
_EXPONENT = re.compile(r"[eE][+-]?\d")
_APART = re.compile(r"[.,]\s\d\d(?!\d)(?![.,]\d)")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹]{2}(?![⁰¹²³⁴-⁹])")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_FULLWIDTH = re.compile("[＄，-９￠-￦]")
_NARROW: dict[int, int | str] = {
    **{c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)},
    0xFFE1: "£",
    0xFFE5: "¥",
    0xFFE6: "₩",
}
_NEXT_WORD = re.compile(r"[\s-]*([^\W\d_]+)")
_TAX = re.compile(r"\+\s?(?:vat|tax|gst|hst|mwst|ust|iva|tva|btw|moms)\b", re.I)
_TRIAL = re.compile(r"\W*(?:\d+[- ]day )?(?:paid )?trial\b", re.I)
_RANGE_END = re.compile(r"(?:\d\s*|^\s*)(?:[-–—]|to)\s*$")
_LOWER_END = re.compile(
    r"(?:(?:^|[\s(])(\d[\d.,]*)[-–—]|\b(?:from|between|von|zwischen|de|entre|da|tra|od|van|desde)\s(\d[\d.,]*)"
    r"\s?(?:[-–—]|to|and|bis|und|à|et|a|e|y|do|tot|hasta|até)\s?)$",
    re.I,
)
_UPPER_END = re.compile(r"[-–—](\d+(?:[.,]\d+)*)(?=\s?(?:$|/|(?:per|a|each|pro|par|por|al)\b))", re.I)
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


def narrowed(text: str) -> str:
    """A text with full-width digits and signs as usual ones, character by character."""
    return text.translate(_NARROW) if not text.isascii() and _FULLWIDTH.search(text) else text


def hints_at_money(text: str) -> bool:
    """Whether a text holds a sign, a code or a word of a currency; quick, and true of more than amounts."""
    if _ANY_SIGN.search(text) or _IN_WORDS.search(text):
        return True
    return bool(_CODE_LIKE.search(text) and _CODE.search(text))


@lru_cache(maxsize=4_096)
def first_money(text: str) -> re.Match[str] | None:
    """Where a text first tells an amount, whatever it is for."""
    return MONEY.search(text) if _DIGIT.search(text) else None


def parse_number(
    digits: str, *, comma_decimal: bool = False, currency: str | None = None
) -> tuple[Decimal | None, str]:
    """Read digits with separators.

    Args:
        digits: As on the page, e.g. `1.234,56`.
        comma_decimal: The page's language writes a decimal comma.
        currency: ISO code where it is known: some have no cents, some have thousandths.

    Returns:
        The amount and an empty note; a likely amount and a note that says what else it could mean; or None and a note.
    """
    text = digits.strip()
    if text.isascii() and text.isdigit() and len(text) <= _MAX_NUMBER and (text[0] != "0" or len(text) == 1):
        return Decimal(text), ""
    note = "the cents stand in superscript" if CENTS in text else ""
    plain: str | None = None
    if len(text) <= _MAX_NUMBER and _ONE_NUMBER.fullmatch(text):
        text = text.replace(CENTS, ".").replace("٫", ".")
        plain, doubtful = _without_groups(_IN_DIGITS.sub("", text), comma_decimal=comma_decimal, currency=currency)
        if doubtful:
            note = note or f"{digits!r} may be thousands or a fraction"
    try:
        return Decimal(plain or ""), note
    except InvalidOperation:
        return None, f"{digits[:_MAX_NUMBER]!r} is not one number"


def _without_groups(text: str, *, comma_decimal: bool, currency: str | None) -> tuple[str | None, bool]:
    """A number with its decimal point only, or None if it is none; and whether another reading is as likely."""
    dots, commas = text.count("."), text.count(",")
    if text[:1] == "0" and text[1:2].isdigit():
        return None, False
    if dots and commas:
        decimal, group = (".", ",") if text.rfind(".") > text.rfind(",") else (",", ".")
        whole, _, fraction = text.rpartition(decimal)
        head, *groups = whole.split(group)
        if decimal in whole or not _are_groups(head, groups):
            return None, False
        return f"{''.join((head, *groups))}.{fraction}", False
    mark = "." if dots else ","
    head, *groups = text.split(mark)
    if len(groups) > 1:
        return ("".join((head, *groups)), False) if _are_groups(head, groups) else (None, False)
    if groups and len(groups[0]) == 3 and head.strip("0") and len(head) <= 3:
        if currency in THREE_DECIMALS:
            return f"{head}{'.' if dots else ''}{groups[0]}", True
        return head + groups[0], comma_decimal != (mark == ".") and currency not in NO_CENTS
    return ".".join((head, *groups)), False


def _are_groups(head: str, groups: list[str]) -> bool:
    """Whether the parts between marks are thousands, or lakhs (`1,23,456`)."""
    return 1 <= len(head) <= 3 and len(groups[-1]) == 3 and all(len(g) in (2, 3) for g in groups)


def read_money(text: str, *, comma_decimal: bool = False) -> list[Money]:
    """All amounts of a line, in order, those that are no prices among them.

    Args:
        text: One line of visible text.
        comma_decimal: The page's language writes a decimal comma.
    """
    text = narrowed(text)
    if not hints_at_money(text):
        return []
    matches = list(_amounts_in(text))
    found: list[Money] = []
    for position, match in enumerate(matches):
        after = text[match.end() : matches[position + 1].start() if position + 1 < len(matches) else len(text)]
        before = text[matches[position - 1].end() if position else 0 : match.start()]
        one = _one(match, before, after, comma_decimal=comma_decimal)
        other = _other_end(match, one, before, after, comma_decimal=comma_decimal)
        if found and one.term.unit is None and one.role == found[-1].role == "price" and len(before) < 40:
            one = replace(one, term=replace(one.term, unit=found[-1].term.unit))
        found += [one] if other is None else sorted((one, other), key=lambda m: m.start)
    return found


def _amounts_in(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while _DIGIT.search(text, position):  # what follows the last digit need not be looked through
        match = MONEY.search(text, position)
        if match is None:
            return
        position = match.end()
        if match["iso2"] in SPOKEN_CODES and _goes_on(text, position):
            continue
        if match["pre"] == "Fr." and (_FRIDAY.match(match["n1"]) or _MONTH.match(text, position)):
            continue
        yield match


def _goes_on(text: str, position: int) -> bool:
    """Whether a word follows that no amount is followed by: the code before the number is a word, too."""
    following = _NEXT_WORD.match(text, position)
    return following is not None and following[1].lower() not in AFTER_A_CODE


def _other_end(match: re.Match[str], one: Money, before: str, after: str, *, comma_decimal: bool) -> Money | None:
    """The end of a range that has no currency of its own ("$5-10 / month", "10–20 €", "from 26 to 50 €")."""
    if one.amount is None:
        return None
    if match["n3"] and before and (lower := _LOWER_END.search(before)):
        digits = lower[1] or lower[2]
        start = match.start() - len(before) + lower.start(1 if lower[1] else 2)
        amount, note = parse_number(digits.rstrip(".,"), comma_decimal=comma_decimal, currency=one.currency)
        sound = amount is not None and amount < one.amount
        qualifier: Qualifier = "from"
    elif match["n1"] and after and (upper := _UPPER_END.match(after)):
        digits, start = upper[1], match.end() + upper.start(1)
        amount, note = parse_number(digits, comma_decimal=comma_decimal, currency=one.currency)
        sound = amount is not None and amount > one.amount
        qualifier = "up_to"
    else:
        return None
    if not sound:
        return None
    return replace(one, amount=amount, start=start, end=start + len(digits), qualifier=qualifier, note=note or one.note)


def _one(match: re.Match[str], before: str, after: str, *, comma_decimal: bool) -> Money:
    sign = match["pre"] or match["post"] or match["postw"] or (match["between"] or "").strip()
    iso = match["iso0"] or match["iso1"] or match["iso2"] or match["iso3"] or (sign if sign in CODES else None)
    currency = iso or SIGNS.get(sign)
    amount, note = _amount(match, before, after, currency, comma_decimal=comma_decimal or match["post"] == "€")
    millions = match["mag"] and not _IS_THOUSANDS.fullmatch(match["mag"].strip())
    talked_about = (after and _AFTER_NOT.match(after)) or (before and _BEFORE_NOT.search(before))
    role: Role = "not_a_price" if millions or talked_about else "price"
    term = read_term(after)
    if before and (term.period is None or term.billing is None):
        term = _with_label(term, before)
    promised = _PROMO.search(after[:60]) if after else None
    if promised and term.period is None:
        term = replace(term, period=read_term(promised[0].split()[-1], bare=True).period)
    if term.odd and term.period is None:
        note = note or f"its period is {term.odd!r}"
    return Money(
        amount=amount,
        currency=currency,
        sign="" if currency else SAME_SIGN.get(sign, sign),
        start=match.start(),
        end=match.end(),
        term=term,
        qualifier=qualifier_of(before, after),
        role=role,
        addition=before.rstrip().endswith("+"),
        note=note,
    )


def _amount(
    match: re.Match[str], before: str, after: str, currency: str | None, *, comma_decimal: bool
) -> tuple[Decimal | None, str]:
    """The number of one match, and why a person should look at it; None where it cannot be believed at all."""
    written = match[0]
    if match["minus"] or match["minus2"] or match["minus3"] or match["minus4"] or match["minus5"]:
        return None, f"{written!r} is negative"
    if match["mag"] or match["mag2"] or match["mag3"]:
        return None, f"{written!r} is abbreviated"
    if match["cents"]:
        apart = match["between"][-1].isspace()
        return Decimal(f"{match['n4']}.{match['cents']}"), f"{written!r} may be two numbers" if apart else ""
    digits = match["n1"] or match["n2"] or match["n3"]
    amount, note = parse_number(digits, comma_decimal=comma_decimal, currency=currency)
    if after and amount is not None:
        if _EXPONENT.match(after):
            return None, f"{written + after[:4]!r} is not a usual amount"
        if raised := _SUPERSCRIPT.match(after):
            return amount + Decimal(raised[0].translate(_PLAIN_DIGITS)) / 100, "the cents stand in superscript"
        if _APART.match(after):
            note = note or f"{written + after[:4]!r} may be one number or two"
        elif _TIMES_AFTER.match(after):
            note = note or f"{written + after[:4]!r} is paid several times"
    if before and (times := _TIMES_BEFORE.search(before)):
        note = note or f"{times[0] + written!r} is paid several times"
    if amount is not None and (amount > MAX_PLAUSIBLE or 0 < amount < MIN_PLAUSIBLE):
        note = note or f"{digits} is not a usual amount"
    return amount, note


def _with_label(term: Term, before: str) -> Term:
    """Complete a term from the label before the amount ("Monthly: $9", "billed annually at $90")."""
    label = before[-40:].strip().rstrip(":-–—(").strip()
    if not label or len(label.split()) > 5:
        return term
    told = read_term(label, bare=len(label.split()) <= 2)
    return replace(term, period=term.period or told.period, billing=term.billing or told.billing)


def qualifier_of(before: str, after: str) -> Qualifier:
    """How an amount is meant, by the words before and after it."""
    if after and _TRIAL.match(after):
        return "promotional"
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
    if _FROM.search(before) or _and_more(after):
        return "from"
    return "up_to" if _UP_TO.search(before) else "exact"


def _qualified_after(after: str) -> Qualifier:
    if not after:
        return "exact"
    if _RANGE_START.match(after):
        return "from"
    if _PROMO.search(after[:60]):
        return "promotional"
    return "from" if _and_more(after) else "exact"


def _and_more(after: str) -> bool:
    """A plus sign right behind the amount ("$49+"), unless a tax is what comes on top."""
    return after.startswith("+") and not _TAX.match(after)
