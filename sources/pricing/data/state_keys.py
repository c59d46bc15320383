"""What the keys of a plan's object in script state say: price or not, per what, how billed, in which currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from detente.records import Period, Qualifier
from sources.pricing.amounts.currencies import AMBIGUOUS, CODES, SIGNS
from sources.pricing.amounts.terms import Billing, read_term
from sources.pricing.words import UNITS, words
from sources.script_state import Written

_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PRICE = words("price prices pricing amount cost costs")
_MINOR = words("cents cent pence minor")
_NEUTRAL = words(
    "per in by a base current display displayed formatted label text string billed when if paid subscription plan total"
    " flat decimal recurring regional by currency currencies options tiers interval intervals"
)
_PERIODS: dict[str, Period] = {
    "month": "month", "monthly": "month", "mo": "month", "year": "year", "yearly": "year", "annual": "year",
    "annually": "year", "yr": "year", "annum": "year", "quarter": "quarter", "quarterly": "quarter", "week": "week",
    "weekly": "week", "day": "day", "daily": "day", "hour": "hour", "hourly": "hour", "lifetime": "one_time",
    "onetime": "one_time",
}  # fmt: skip
_STRUCK = words("original old regular list was full strikethrough strike crossed before previous compare")
_PROMOTIONAL = words("sale discounted promo promotional intro introductory special")
_FROM = words("from min minimum start starting lowest")
_UP_TO = words("max maximum highest")
_EQUIVALENT = words("equivalent effective")
_CURRENCIES = {code.lower(): code for code in CODES - words("TRY COP MAD PEN MOP")}
CURRENCY_KEYS = words("currency currencyCode currency_code priceCurrency currencySymbol currency_symbol")
_INTERVAL_KEYS = (
    "interval",
    "period",
    "per",
    "frequency",
    "priceSuffix",
    "price_suffix",
    "suffix",
    "pricePeriod",
    "unit",
)
_BILLING_KEYS = ("billingPeriod", "billing_period", "billingCycle", "billing_cycle", "billingInterval", "billing")
_UNIT_KEYS = ("unit", "priceUnit", "price_unit", "per", "pricePer", "unitLabel", "unit_label")
_LONGER: dict[tuple[str, str], Period] = {
    ("month", "3"): "quarter", ("month", "12"): "year", ("month", "24"): "two_years", ("month", "36"): "three_years",
    ("year", "2"): "two_years", ("year", "3"): "three_years",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What the keys on the way to a value, and those beside it, say of it.

    Attributes:
        priced: A key says that it is a price.
        monthly: A key says "monthly".
        annual: A key says "annual".
        period: Stated beside the value, or by a key that is neither monthly nor annual.
        unit: What it is per.
        currency: ISO code.
        sign: A currency sign of several meanings that stands beside it.
        qualifier: How it is meant.
        side: Side of a toggle, as a key beside the value says ("billingPeriod").
        stripe: It stands in a price object as Stripe's interface documents it, where amounts count cents.
        minor: It counts cents, by the meaning that its key is documented with.
        unsure: It counts cents if the object is Stripe's, which the keys beside it do not tell.
        doubt: Why a person should look at it.
    """

    priced: bool = False
    monthly: bool = False
    annual: bool = False
    period: Period | None = None
    unit: str | None = None
    currency: str | None = None
    sign: str = ""
    qualifier: Qualifier = "exact"
    side: Billing | None = None
    stripe: bool = False
    minor: bool = False
    unsure: bool = False
    doubt: str = ""

    @property
    def billing(self) -> Billing | None:
        """Which side of a toggle it stands on."""
        if self.annual or self.monthly:
            return "annual" if self.annual else "monthly"
        if self.side or self.period not in ("month", "year"):
            return self.side
        return "monthly" if self.period == "month" else "annual"


@lru_cache(maxsize=4_096)
def key_words(key: str) -> tuple[str, ...]:
    """The words of a key, lower case: `priceMonthlyUSD` and `price_monthly_usd` are price, monthly, usd."""
    return tuple(part.lower() for part in _PART.findall(key[:80]))


@lru_cache(maxsize=4_096)
def _by_key(key: str) -> Meaning | None:
    parts = key_words(key)
    meaning = Meaning()
    for position, part in enumerate(parts):
        before = parts[position - 1] if position else ""
        if part in _PRICE:
            meaning = replace(meaning, priced=True, unsure=meaning.unsure or (part, before) == ("amount", "unit"))
        elif part in _MINOR:
            meaning = replace(meaning, priced=True, minor=True)
        elif part in _PERIODS:
            meaning = _timed(meaning, _PERIODS[part])
        elif part in _CURRENCIES:
            meaning = replace(meaning, currency=_CURRENCIES[part])
        elif before == "per" and part in UNITS:
            meaning = replace(meaning, unit=UNITS[part])
        elif part in _EQUIVALENT and not {"month", "monthly"}.isdisjoint(parts):
            meaning = replace(meaning, annual=True)
        elif part in _STRUCK | _PROMOTIONAL | _FROM | _UP_TO:
            meaning = replace(meaning, qualifier=_qualifier(part))
        elif part not in _NEUTRAL and not (part == "unit" and parts[position + 1 : position + 2] == ("amount",)):
            return None
    return meaning if parts else None


@lru_cache(maxsize=4_096)
def says_price(key: str) -> bool:
    """Whether a price may stand under this key: quick, and true of more."""
    own = _by_key(key)
    return own is not None and (own.priced or own.billing is not None)


def _timed(meaning: Meaning, period: Period) -> Meaning:
    if period == "month":
        return replace(meaning, monthly=True)
    return replace(meaning, annual=True) if period == "year" else replace(meaning, period=period)


def _qualifier(part: str) -> Qualifier:
    if part in _STRUCK:
        return "struck"
    if part in _PROMOTIONAL:
        return "promotional"
    return "from" if part in _FROM else "up_to"


def by_key(meaning: Meaning, key: str) -> Meaning | None:
    """What a value under this key means; None where the key has a word that is none of a price."""
    own = _by_key(key)
    if own is None:
        return None
    timed = own.monthly or own.annual  # which outweighs what is said beside it of all keys
    minor = meaning.minor or own.minor or (meaning.stripe and (own.unsure or key == "amount"))
    return Meaning(
        priced=meaning.priced or own.priced,
        monthly=meaning.monthly or own.monthly,
        annual=meaning.annual or own.annual,
        period=own.period or (None if timed else meaning.period),
        unit=own.unit or meaning.unit,
        currency=own.currency or meaning.currency,
        sign=meaning.sign,
        qualifier=own.qualifier if own.qualifier != "exact" else meaning.qualifier,
        side=None if timed else meaning.side,
        stripe=meaning.stripe,
        minor=minor,
        unsure=(meaning.unsure or own.unsure) and not minor,
        doubt=meaning.doubt,
    )


def by_siblings(meaning: Meaning, item: Mapping[str, object]) -> Meaning:
    """What the keys beside a price say: its currency, its interval, what it is per."""
    currency = next((c for key in sorted(CURRENCY_KEYS & item.keys()) if (c := currency_of(item[key]))), None)
    if currency:
        meaning = replace(meaning, currency=currency)
    elif not CURRENCY_KEYS.isdisjoint(item):
        signs = (item[key] for key in CURRENCY_KEYS & item.keys())
        meaning = replace(meaning, sign=next((s for s in signs if isinstance(s, str) and s in AMBIGUOUS), meaning.sign))
    recurring = item.get("recurring")
    within = recurring if isinstance(recurring, dict) and isinstance(recurring.get("interval"), str) else item
    meaning = _interval(meaning, within)
    code = item.get("currency")
    lower = isinstance(code, str) and len(code) == 3 and code.islower()
    known = isinstance(recurring, dict) or "usage_type" in item or "unit_amount" in item or "interval_count" in item
    if item.get("object") in ("price", "plan") or (lower and known):
        meaning = replace(meaning, stripe=True)
    for key in _BILLING_KEYS:
        told = item.get(key)
        if isinstance(told, str) and len(told) < 40:
            period = read_term(told, bare=True).period
            meaning = replace(
                meaning, side="monthly" if period == "month" else "annual" if period == "year" else meaning.side
            )
    for key in _UNIT_KEYS:
        told = item.get(key)
        if meaning.unit is None and isinstance(told, str):
            meaning = replace(meaning, unit=UNITS.get(told.strip().lower()))
    for key, value in item.items():
        if value is True and (parts := key_words(key))[:1] == ("per",) and len(parts) == 2 and parts[1] in UNITS:
            meaning = replace(meaning, unit=UNITS[parts[1]])
    return meaning


def _interval(meaning: Meaning, item: Mapping[str, object]) -> Meaning:
    for key in _INTERVAL_KEYS:
        told = item.get(key)
        if not isinstance(told, str) or not told.strip() or len(told) > 60 or isinstance(told, Written):
            continue
        term = read_term(f"per {told}" if key == "per" else told, bare=True)
        period = term.period
        count = item.get("interval_count", item.get("intervalCount", "1"))
        if period and isinstance(count, str) and count not in ("1", ""):
            period = _LONGER.get((period, count))
            if period is None:
                return replace(meaning, doubt=f"it is billed every {count[:8]} {told}s")
        meaning = replace(
            meaning,
            period=period or meaning.period,
            unit=term.unit or meaning.unit,
            side=term.billing or meaning.side,
        )
    return meaning


def currency_of(value: object) -> str | None:
    """The ISO code that a value of a currency key stands for; None for a sign of several meanings."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    return text.upper() if text.upper() in CODES else SIGNS.get(text)
