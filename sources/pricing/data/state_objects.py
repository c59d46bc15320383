"""One object in script state that may be a plan: its name, its prices, its features."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sources.pricing.amounts.money import MAX_PLAUSIBLE, read_money
from sources.pricing.context import MoneyContext
from sources.pricing.page import fold
from sources.pricing.plans import bare
from sources.pricing.words import CUSTOM, FREE, NOT_A_NAME, PLACEHOLDER, SALES_CALL, words
from sources.script_state import Place, State, Written

from .state_keys import Meaning, by_key, by_siblings

MAX_NAME = 60
MAX_FEATURES = 60
_NAME_KEYS = (
    "name", "title", "label", "planName", "plan_name", "displayName", "display_name", "plan", "tier", "heading",
    "headline",
)  # fmt: skip
OWNER_KEYS = ("product", "plan")
_FEATURE_KEYS = ("features", "benefits", "bullets", "highlights", "featureList", "included")
_CALL_KEYS = ("cta", "ctaText", "cta_text", "ctaLabel", "buttonText", "button_text", "buttonLabel", "button")
_WITHDRAWN = words("archived hidden inactive deprecated draft isDraft legacy isHidden test")
_OFFERED = words("enabled visible published public isPublic livemode")
CUSTOM_KEYS = words("custom isCustom is_custom contactSales contact_sales contactUs customPricing")
_FREE_KEYS = words("free isFree is_free")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)
_WITHOUT_CENTS = words("JPY KRW VND CLP")
_MAX_TEXT = 40
_HUNDRED = 100
MAX_DEPTH = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One price of an object in script state.

    Attributes:
        amount: As written, or divided by a hundred where the key is one of cents.
        raw: The value as it is written.
        whole: It is a bare number without a fraction, which may count cents.
        meaning: What its keys say.
        place: JSON path.
    """

    amount: Decimal
    raw: str
    whole: bool
    meaning: Meaning
    place: str


@dataclass(kw_only=True, slots=True)
class Candidate:
    """An object that may be a plan."""

    name: str
    place: str
    told: list[Told] = field(default_factory=list)
    custom: bool = False
    free: bool = False
    features: list[str] = field(default_factory=list)


def name_of(item: Mapping[str, object]) -> str | None:
    """The name of an object, or of the product that it is a price of; None where it has none that could be a plan's."""
    for key in _NAME_KEYS:
        value = item.get(key)
        if isinstance(value, str) and not isinstance(value, Written):
            name = fold(value)
            if (
                0 < len(name) <= MAX_NAME
                and any(c.isalpha() for c in name)
                and not PLACEHOLDER.search(name)
                and "<" not in name
                and not NOT_A_NAME.match(name)
            ):
                return name
    for key in OWNER_KEYS:
        owner = item.get(key)
        if isinstance(owner, dict):
            return name_of({k: v for k, v in owner.items() if k not in OWNER_KEYS})
    return None


def candidate_of(
    state: State, path: Place, item: object, name: str, meaning: Meaning, context: MoneyContext, *, bare_keys: bool
) -> Candidate | None:
    """An object, or a single price, as what it may be; None where it is withdrawn or tells no price.

    Args:
        state: Where it stands.
        path: On the way to it.
        item: The object.
        name: Its name.
        meaning: What the keys on the way say.
        context: Resolves ambiguous currency signs.
        bare_keys: "monthly" alone means a price.
    """
    candidate = Candidate(name=name, place=state.place(path))
    if not isinstance(item, dict):
        take(candidate, item, meaning, state, path, context, bare_keys=bare_keys, depth=0)
        return candidate if candidate.told else None
    if any(item[k] is True for k in _WITHDRAWN & item.keys()) or any(item[k] is False for k in _OFFERED & item.keys()):
        return None
    candidate.custom = any(item.get(key) is True for key in CUSTOM_KEYS)
    candidate.free = any(item.get(key) is True for key in _FREE_KEYS)
    take(candidate, item, meaning, state, path, context, bare_keys=bare_keys, depth=0)
    if not candidate.told and not candidate.free:
        candidate.custom = candidate.custom or any(_invites(item.get(key)) for key in _CALL_KEYS)
    candidate.features = list(_features(item))
    return candidate if candidate.told or candidate.custom or candidate.free else None


def _invites(value: object) -> bool:
    if isinstance(value, dict):
        value = next((value[key] for key in ("text", "label", "title") if key in value), None)
    return isinstance(value, str) and len(value) < _MAX_TEXT and bool(SALES_CALL.search(value))


def _features(item: Mapping[str, object]) -> Iterator[str]:
    listed = next((item[key] for key in _FEATURE_KEYS if isinstance(item.get(key), list)), [])
    for one in listed[:MAX_FEATURES] if isinstance(listed, list) else []:
        feature = one
        if isinstance(one, dict):
            if one.get("included", one.get("available", True)) is not True:
                continue
            feature = next((one[k] for k in ("text", "name", "label", "title") if k in one), None)
        if isinstance(feature, str) and not isinstance(feature, Written) and "<" not in feature:
            text = fold(feature)[:200]
            if text and not PLACEHOLDER.search(text):
                yield text


def take(
    candidate: Candidate,
    value: object,
    meaning: Meaning,
    state: State,
    path: Place,
    context: MoneyContext,
    *,
    bare_keys: bool,
    depth: int,
) -> None:
    """Gather the prices of a value: a number, a text with one, an object of them by period or currency, a list."""
    if isinstance(value, str):
        if meaning.priced or (bare_keys and meaning.billing):
            _take_text(candidate, value, meaning, state.place(path), context)
    elif isinstance(value, dict) and depth < MAX_DEPTH:
        beside = by_siblings(meaning, value)
        for key, part in value.items():
            told = Meaning() if isinstance(part, bool) or part is None else by_key(beside, key)
            if key == "value" and beside.priced:
                told = beside
            if told is None or isinstance(part, bool):
                continue
            take(candidate, part, told, state, (*path, key), context, bare_keys=bare_keys, depth=depth + 1)
    elif isinstance(value, list) and depth < MAX_DEPTH and meaning.priced:
        for position, part in enumerate(value[:_MAX_TEXT]):
            if isinstance(part, dict):
                take(candidate, part, meaning, state, (*path, position), context, bare_keys=bare_keys, depth=depth + 1)


def _take_text(candidate: Candidate, text: str, meaning: Meaning, place: str, context: MoneyContext) -> None:
    raw = text.strip()
    if len(raw) > _MAX_TEXT or PLACEHOLDER.search(raw):
        return
    if meaning.currency is None and meaning.sign:
        currency, doubt = context.currency(meaning.sign)
        meaning = replace(meaning, currency=currency, doubt=meaning.doubt or doubt)
    if _NUMBER.fullmatch(raw):
        scaled = meaning.minor and meaning.currency not in _WITHOUT_CENTS
        amount = from_cents(raw) if scaled else Decimal(raw)
        if amount is not None and amount <= MAX_PLAUSIBLE:
            whole = not meaning.minor and "." not in raw
            candidate.told.append(Told(amount=amount, raw=raw, whole=whole, meaning=meaning, place=place))
        return
    if isinstance(text, Written):
        return
    if bare(raw) in FREE:
        candidate.free = True
    elif bare(raw) in CUSTOM:
        candidate.custom = True
    else:
        amounts = [m for m in read_money(raw, comma_decimal=context.comma_decimal) if m.role == "price"]
        if len(amounts) != 1:
            return
        money = amounts[0]
        if money.amount is None:
            return
        currency, doubt = (money.currency, "") if money.currency else context.currency(money.sign)
        meaning = replace(
            meaning,
            currency=currency or meaning.currency,
            period=money.term.period or meaning.period,
            unit=money.term.unit or meaning.unit,
            side=money.term.billing or meaning.side,
            qualifier=money.qualifier if money.qualifier != "exact" else meaning.qualifier,
            doubt=money.note or doubt or meaning.doubt,
        )
        candidate.told.append(Told(amount=money.amount, raw=raw, whole=False, meaning=meaning, place=place))


def from_cents(raw: str) -> Decimal | None:
    """The amount that a number of cents stands for; None below 100, whose digits would not be those of the amount."""
    if raw.isdecimal() and (int(raw) == 0 or int(raw) >= _HUNDRED):
        return Decimal(raw).scaleb(-2) if int(raw) else Decimal(0)
    return None
