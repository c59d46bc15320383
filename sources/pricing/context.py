"""What a page says about its own money: language, decimal comma, and what "$", "¥" or "kr" stand for."""

from __future__ import annotations

import re

from .amounts.currencies import AMBIGUOUS, SIGNS
from .amounts.money import MONEY, hints_at_money
from .page import VisiblePage
from .rand import set_rand_signs
from .words import STATED_UNIT, UNITS, words

_COMMA_LANGUAGES = words("de fr es it nl pt pl cs sk da sv nb nn no fi ru uk tr el ro hu bg hr sl id vi")
_REGION_CURRENCY = {
    "us": "USD", "au": "AUD", "ca": "CAD", "nz": "NZD", "sg": "SGD", "hk": "HKD", "mx": "MXN", "tw": "TWD", "cl": "CLP",
    "co": "COP", "ar": "ARS", "cn": "CNY", "jp": "JPY", "se": "SEK", "no": "NOK", "dk": "DKK", "is": "ISK",
    "in": "INR", "pk": "PKR", "lk": "LKR", "np": "NPR", "mu": "MUR", "hans": "CNY",
    "sn": "XOF", "ci": "XOF", "bj": "XOF", "tg": "XOF", "ml": "XOF", "bf": "XOF", "cm": "XAF", "ga": "XAF", "cg": "XAF",
}  # fmt: skip
_LANGUAGE_CURRENCY = {
    "zh": "CNY", "ja": "JPY", "sv": "SEK", "nb": "NOK", "nn": "NOK", "no": "NOK", "da": "DKK", "is": "ISK", "hi": "INR",
    "si": "LKR", "ne": "NPR",
}  # fmt: skip
_HTML_LANG = re.compile(r"<html\b[^>]{0,300}?\blang\s*=\s*[\"']?([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})*)", re.I)
_LOCALE = re.compile(r"<meta\b[^>]{0,200}?og:locale[\"'][^>]{0,100}?content\s*=\s*[\"']?([a-z]{2}[-_][A-Z]{2})", re.I)
_DECLARED = re.compile(r"priceCurrency[\"']?\s*(?:[:=]\s*|content\s*=\s*)[\"']?\s*([A-Z]{3})\b")
_DECLARED_META = re.compile(r"price:currency[\"'][^>]{0,60}?content\s*=\s*[\"']?([A-Z]{3})\b")
_MARKERS = ((6, "priceCurrency", _DECLARED), (7, "price:currency", _DECLARED_META))
_MARKED = "urrency"
_CODES = re.compile(
    rf"\b({'|'.join(code for codes in AMBIGUOUS.values() for code in codes)})\b|(US|AU|CA|C|A|NZ|HK|S)\$"
    r"|\b(US) dollars?\b"
)
_NAMED_MONEY = re.compile(
    r"\b(?:(australian|canadian|new zealand|singapore|hong kong|mexican) (?:dollar|peso)s?|(yen|yuan|renminbi)"
    r"|(swedish|norwegian|danish|icelandic) kron(?:e|er|a|or)|(indian|pakistani|sri lankan|nepalese) rupees?)\b",
    re.I,
)
_NAMED = {
    "australian": "AUD",
    "canadian": "CAD",
    "new zealand": "NZD",
    "singapore": "SGD",
    "hong kong": "HKD",
    "mexican": "MXN",
    "yen": "JPY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "swedish": "SEK",
    "norwegian": "NOK",
    "danish": "DKK",
    "icelandic": "ISK",
    "indian": "INR",
    "pakistani": "PKR",
    "sri lankan": "LKR",
    "nepalese": "NPR",
}
_NAMES = {
    "$": ("ollar", "peso", "S$", "A$", "C$", "Z$", "K$"),
    "¥": ("yen", "Yen", "yuan", "Yuan", "enminbi"),
    "元": ("yuan", "Yuan", "enminbi"),
    "kr": ("kron", "Kron"),
    "Rs": ("upee",),
    "FCFA": ("CFA",),
}


class MoneyContext:
    """Resolves ambiguous signs from what the whole page says; looks only when asked, and once per sign."""

    def __init__(self, page: VisiblePage) -> None:
        self._page = page
        self._unit: str | None = ""
        self._known: dict[str, tuple[str | None, str]] = {}
        match = _HTML_LANG.search(page.html[:4000])
        tag = (match[1] if match else "").lower().replace("_", "-")
        parts = tag.split("-")
        self.language, self._region = parts[0], parts[-1] if len(parts) > 1 else ""
        if self._is_south_african():
            set_rand_signs(page)
        self.comma_decimal = self.language in _COMMA_LANGUAGES

    @property
    def unit(self) -> str | None:
        """What all prices are per, where the page says it once ("All prices are per app")."""
        if self._unit == "":
            self._unit = None
            for line in self._page.lines:
                match = STATED_UNIT.match(line.text) if "per " in line.text and len(line.text) < 80 else None
                if match is not None and match[1].lower() in UNITS:
                    self._unit = UNITS[match[1].lower()]
                    break
        return self._unit

    @property
    def declared(self) -> str | None:
        """The one currency that the page's structured data and meta elements declare; None if none or several."""
        declared = _declared(self._page.html)
        return declared.pop() if len(declared) == 1 else None

    def currency(self, sign: str) -> tuple[str | None, str]:
        """The ISO code that an ambiguous sign stands for on this page, and a note if the page contradicts itself."""
        if sign not in AMBIGUOUS:
            return None, ""
        if sign not in self._known:
            self._known[sign] = self._resolve(sign)
        return self._known[sign]

    def _is_south_african(self) -> bool:
        """Whether the page's language, its locale or its one declared currency is South African."""
        html = self._page.html
        if self._region == "za":
            return True
        locale = _LOCALE.search(html) if "_ZA" in html or "-ZA" in html else None
        return (locale is not None and locale[1][-2:] == "ZA") or ("ZAR" in html and self.declared == "ZAR")

    def _resolve(self, sign: str) -> tuple[str | None, str]:
        possible = AMBIGUOUS[sign]
        html = self._page.html
        told = _declared(html) & set(possible)
        stated, beside = self._codes_in_text(sign)
        told |= stated & set(possible)
        if not told and beside & set(possible):
            told = beside & set(possible)
            if sign == "$" and told != {"USD"}:
                return None, f"$ stands beside prices in {', '.join(sorted(told))}"
        if len(told) > 1:
            return None, f"{sign} may be {' or '.join(sorted(told))} on this page"
        if told:
            return told.pop(), ""
        stated_locale = self._page.tree.css_first('meta[property="og:locale"], meta[name="og:locale"]')
        locale = _LOCALE.search(html) if stated_locale is not None else None
        regions = {self._region, locale[1][-2:].lower() if locale else ""}
        weak = {_REGION_CURRENCY[r] for r in regions if r in _REGION_CURRENCY} & set(possible)
        if len(weak) == 1:
            return weak.pop(), ""
        if len(weak) > 1:
            return None, f"{sign} may be {' or '.join(sorted(weak))} by the page's locales"
        if sign == "$":
            return "USD", ""
        by_language = _LANGUAGE_CURRENCY.get(self.language)
        if by_language in possible and self._region != "hant":  # Taiwan or Hong Kong
            return by_language, ""
        return None, f"{sign} may be {' or '.join(possible)}"

    def _codes_in_text(self, sign: str) -> tuple[set[str], set[str]]:
        """Codes in sentences ("all prices in AUD"), and codes that stand beside an amount of their own ("A$69")."""
        stated: set[str] = set()
        beside: set[str] = set()
        whole = "\n".join(line.text for line in self._page.lines)
        names = _NAMES[sign]
        if not any(word in whole for word in (*AMBIGUOUS[sign], *names)):
            return stated, beside
        lower = whole.lower()
        telling = [word for word in map(str.lower, (*AMBIGUOUS[sign], *names, "U$")) if word in lower]  # "AU$"
        for text in whole.split("\n"):
            if not any(word in text.lower() for word in telling):
                continue
            if hints_at_money(text) or any(name in text for name in names):
                for match in MONEY.finditer(text):
                    beside |= _codes(match[0])
                stated |= _codes(MONEY.sub(" ", text))
                for match in _NAMED_MONEY.finditer(text):
                    stated.add(_NAMED[next(filter(None, match.groups())).lower()])
        return stated, beside


def _codes(text: str) -> set[str]:
    return {code or SIGNS.get(f"{prefix or words}$") or "" for code, prefix, words in _CODES.findall(text)}


def _declared(html: str) -> set[str]:
    """Currencies that structured data and meta elements declare."""
    found = set()
    position = html.find(_MARKED)
    while position >= 0:
        for before, word, pattern in _MARKERS:
            start = position - before
            match = pattern.match(html, start) if start >= 0 and html.startswith(word, start) else None
            if match is not None:
                found.add(match[1])
        position = html.find(_MARKED, position + 1)
    return found
