"""What a deal is worth, read from what was typed; what could mean two things is asked for, never guessed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from types import MappingProxyType

from detente.errors import SubmissionError
from detente.sightings import DealAmount

_SYMBOLS = MappingProxyType(
    {
        "€": "EUR",
        "£": "GBP",
        "₹": "INR",
        "₩": "KRW",
        "₪": "ILS",
        "₺": "TRY",
        "₽": "RUB",
        "₴": "UAH",
        "₫": "VND",
        "฿": "THB",
    }
    | {
        "us$": "USD",
        "ca$": "CAD",
        "c$": "CAD",
        "a$": "AUD",
        "au$": "AUD",
        "nz$": "NZD",
        "r$": "BRL",
        "hk$": "HKD",
        "s$": "SGD",
    }
    | {"zł": "PLN", "kč": "CZK", "ft": "HUF", "fr": "CHF", "fr.": "CHF", "sfr": "CHF", "euro": "EUR", "euros": "EUR"}
    | {"dollar": "USD", "dollars": "USD", "pounds": "GBP"}
)
# signs that several currencies share: the company's own where it is one of them, else the first, else it is asked for
_SHARED = MappingProxyType(
    {
        "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "CLP", "COP", "ARS"),
        "¥": ("JPY", "CNY"),
        "kr": (None, "SEK", "NOK", "DKK", "ISK"),
        "kr.": (None, "DKK", "SEK", "NOK", "ISK"),
    }
)
_CODES = frozenset(
    code
    for line in (
        "AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL GHS HKD HUF IDR ILS INR ISK JPY KES KRW",
        "KWD KZT MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD UYU",
        "VND ZAR",
    )
    for code in line.split()
)
_TIMES = MappingProxyType(
    {"": 1, "k": 10**3, "tsd": 10**3, "tsd.": 10**3, "thousand": 10**3, "tausend": 10**3}
    | dict.fromkeys(("m", "mm", "mn", "mio", "mio.", "mln", "million", "millions", "millionen"), 10**6)
    | dict.fromkeys(("b", "bn", "billion", "mrd", "mrd."), 10**9)
)
_ABOUT = re.compile(r"^(?:~|≈|about|approx\.?|approximately|ca\.?|circa|around|etwa|rund)\s*", re.IGNORECASE)
_KIND = re.compile(
    r"\s*(?:\b(?:arr|acv|tcv|mrr)\b|(?:/|per\s|a\s)\s*(?:year|yr|annum)|\bp\.?\s?a\.?|im jahr|pro jahr)$", re.IGNORECASE
)
_SHAPE = re.compile(
    r"(?P<front>[^\d\s.,+-]{1,4}\s?)?(?P<sign>[-+])?\s?(?P<back_sign>[^\d\s.,+-]{1,4}\s?)?(?P<number>\d[\d.,'’\s]*)(?P<rest>\D*)"
)
_MOST = Decimal(10) ** 12
_CENT = Decimal("0.01")
_EXAMPLE = "write one number with its currency, such as €120,000 or 120k EUR"


def read(text: str, currency: str) -> DealAmount | None:
    """The amount that was typed; None for an empty field.

    Args:
        text: As typed, e.g. `€120k`, `1,5m`, `１００ USD`.
        currency: The company's ISO 4217 code, for an amount without one.

    Raises:
        SubmissionError: It is no positive amount, or could mean two things; the words ask for what is needed.
    """
    typed = text.strip()
    if not typed:
        return None
    plain = _KIND.sub("", _ABOUT.sub("", unicodedata.normalize("NFKC", typed).replace("−", "-").strip()))
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)
    found = _SHAPE.fullmatch(plain)
    if found is None:
        raise _fault(f"{typed!r} is no amount that we can read; {_EXAMPLE}")
    factor, behind = _unit(found["rest"], typed)
    signs = [sign for sign in ((found["front"] or found["back_sign"] or "").strip(), behind) if sign]
    codes = {_currency(sign, currency, typed) for sign in signs}
    if len(codes) > 1:
        raise _fault(f"{typed!r} names two currencies; {_EXAMPLE}")
    amount = _number(found["number"].strip(), typed, is_scaled=factor != 1) * factor
    amount = amount.quantize(_CENT) if amount <= _MOST else amount
    if found["sign"] == "-" or amount <= 0:
        raise _fault(f"{typed!r} is not more than zero; {_EXAMPLE}, or leave it empty")
    if amount > _MOST:
        raise _fault(f"{typed!r} is more than a deal can be worth; {_EXAMPLE}")
    code = next(iter(codes), currency)
    return DealAmount(amount=amount, currency=code, text=typed)


def echo(deal: DealAmount) -> str:
    """What we understood, for the reporter to check, e.g. `= €1,500,000?`."""
    sign = next((sign for sign, code in (("€", "EUR"), ("$", "USD"), ("£", "GBP")) if code == deal.currency), "")
    amount = f"{deal.amount:,.2f}".removesuffix(".00")
    return f"= {sign}{amount}?" if sign else f"= {deal.currency} {amount}?"


def _unit(rest: str, typed: str) -> tuple[int, str]:
    """The factor and the currency that stand behind the number, each where it is there."""
    words = rest.lower().replace(",", " ").split()
    # '120k€' and '1.5mEUR' are one word for two things
    if len(words) == 1 and words[0] not in _TIMES:
        words = next(([head, words[0][len(head) :]] for head in sorted(_TIMES, key=len, reverse=True)
                      if head and words[0].startswith(head) and _is_currency(words[0][len(head):])), words)  # fmt: skip
    factor, code = 1, ""
    for position, word in enumerate(words):
        if position == 0 and word in _TIMES:
            factor = _TIMES[word]
        elif not code and _is_currency(word):
            code = word
        else:
            raise _fault(f"{typed!r}: {word!r} is not clear to us; {_EXAMPLE}")
    return factor, code


def _is_currency(word: str) -> bool:
    return word.upper() in _CODES or word in _SYMBOLS or word in _SHARED


def _currency(sign: str, company: str, typed: str) -> str:
    word = sign.lower()
    if word in _SYMBOLS:
        return _SYMBOLS[word]
    if word.upper() in _CODES:
        return word.upper()
    if word in _SHARED:
        first, *others = _SHARED[word]
        if company == first or company in others:
            return company
        if first:
            return first
    raise _fault(f"{typed!r}: which currency is {sign!r}? Write its code, such as EUR or USD")


def _number(digits: str, typed: str, *, is_scaled: bool) -> Decimal:
    """The number itself: marks of thousands and of decimals told apart by where they stand."""
    compact = re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))", "", digits)
    marks = [mark for mark in compact if mark in ".,"]
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", compact):
        raise _fault(f"{typed!r} is no amount that we can read; {_EXAMPLE}")
    if not marks:
        return Decimal(compact)
    head, last = re.split(r"[.,](?=\d+$)", compact)
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        return _grouped(head, typed) + Decimal(f"0.{last}")
    if len(marks) > 1:
        return _grouped(compact, typed)
    if len(last) == 3 and not is_scaled and len(head) <= 3 and head != "0":
        return Decimal(head + last)
    if (len(last) == 3 and is_scaled) or (len(last) == 1 and not is_scaled):
        raise _fault(f"{typed!r} could be {head}.{last} or {head}{last.ljust(3, '0')}; {_EXAMPLE}")
    return Decimal(f"{head}.{last}")


def _grouped(digits: str, typed: str) -> Decimal:
    # groups of two are how lakhs are written
    if not re.fullmatch(r"\d{1,3}(?:([.,])\d{2,3})(?:\1\d{2,3})*|\d+", digits) or re.search(r"[.,]\d{2}$", digits):
        raise _fault(f"{typed!r} is no amount that we can read; {_EXAMPLE}")
    return Decimal(re.sub(r"[.,]", "", digits))


def _fault(words: str) -> SubmissionError:
    return SubmissionError({"deal_amount": words})
