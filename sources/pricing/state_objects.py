"""Objects in script state that may be plans: siblings of like shape with a name and something like a price each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from selectolax.lexbor import LexborNode

from sources.script_state import PASSING_KEYS, Place, ScriptState, State, Written, attribute_value

from .context import MoneyContext
from .money import MAX_PLAUSIBLE, read_money
from .page import VisiblePage, fold
from .plans import Plan, bare
from .state_keys import CURRENCY_KEYS, Meaning, by_key, by_siblings, key_words, says_price
from .words import CUSTOM, FREE, NOT_A_NAME, PLACEHOLDER, SALES_CALL, words

MAX_NAME = 60
MAX_FEATURES = 60
_NAME_KEYS = (
    "name", "title", "label", "planName", "plan_name", "displayName", "display_name", "plan", "tier", "heading",
    "headline",
)  # fmt: skip
_KIND_KEYS = ("__typename", "_type", "__component", "component", "contentType", "type")
_WRAPPERS = ("attributes", "node", "fields")
_OWNER_KEYS = ("product", "plan")
_HOLDERS = words(
    "items list data nodes node edges all entries fields attributes collection results cards columns content"
)
_FEATURE_KEYS = ("features", "benefits", "bullets", "highlights", "featureList", "included")
_CALL_KEYS = ("cta", "ctaText", "cta_text", "ctaLabel", "buttonText", "button_text", "buttonLabel", "button")
_PLAN_WORDS = words(
    "plan plans pricing tier tiers package packages subscription subscriptions membership memberships edition editions"
)
# Other people's prices, goods, texts, measurements and trials: whatever stands under such a key is no plan on offer.
_FOREIGN_WORDS = words(
    "related recommended recommendations recommendation upsell upsells cross cart basket shop merch"
    " competitor competitors alternative alternatives versus vs comparison comparisons blog post posts"
    " article articles news stories testimonial testimonials review reviews customers i18n translation translations"
    " locales messages dictionary intl analytics layer ecommerce gtm tracking event events experiment experiments ab"
    " variation variations flags optimizely test tests example examples sample samples mock demo template templates"
    " placeholder placeholders defaults fallback calculator estimator savings invoice invoices order orders history"
    " legacy archived archive deprecated addon addons add extras faq faqs jobs salaries"
)
# One of these on an object, and it is a thing in a shop, a text, or a trial of wordings.
_GOODS_KEYS = words(
    "sku stock inventory inStock in_stock gtin vendor rating reviewCount author excerpt experimentId variationId salary"
    " item_id item_name item_brand item_category"
)
_WITHDRAWN = words("archived hidden inactive deprecated draft isDraft legacy isHidden test")
_OFFERED = words("enabled visible published public isPublic livemode")
_ACTIVE_KEYS = ("active", "isActive", "is_active")
_CUSTOM_KEYS = words("custom isCustom is_custom contactSales contact_sales contactUs customPricing")
_FREE_KEYS = words("free isFree is_free")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)
_WITHOUT_CENTS = words("JPY KRW VND CLP")
_ATTRIBUTES = (
    "[data-page], [data-plan], [data-plans], [data-price], [data-prices], [data-pricing], [data-props], [x-data]"
)
_ATTRIBUTE_HINTS = ('="{', "='{", '="[{', "='[{")
_MAX_ATTRIBUTES = 200
_MAX_TEXT = 40
_MAX_UPWARDS = 30
_MAX_DEPTH = 5


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


@dataclass(kw_only=True, slots=True)
class Group:
    """Sibling objects of like shape.

    Attributes:
        candidates: The objects.
        labelled: A key, or their own type, says that they are plans.
        origin: Name of the state that they stand in.
    """

    candidates: list[Candidate]
    labelled: bool
    origin: str


def plain_name(name: str) -> str:
    """What two names of one plan share: lower case, no punctuation round it, no "plan" at its end."""
    return bare(name).removesuffix(" plan")


def add_attributes(page: VisiblePage, plans: list[Plan], found: ScriptState) -> None:
    """Add the JSON that attributes hold; what names no plan belongs to the one whose card it stands in."""
    if not any(hint in page.html for hint in _ATTRIBUTE_HINTS):
        return
    roots = {plan.root.node.mem_id: plan.name for plan in plans if plan.root is not None}
    for node in page.tree.css(_ATTRIBUTES)[:_MAX_ATTRIBUTES]:
        for name, text in node.attributes.items():
            if not text or text.lstrip()[:1] not in ("{", "[") or not found.spend(len(text)):
                continue
            value = attribute_value(text)
            if isinstance(value, dict) and value and not _name_of(value) and roots:
                owner = next((roots[n.mem_id] for n in _upwards(node) if n.mem_id in roots), None)
                value = {**value, "name": owner} if owner else value
            if isinstance(value, dict | list):
                found.states.append(State(value=value, name=f"[{name}]"))


def _upwards(node: LexborNode) -> Iterator[LexborNode]:
    current: LexborNode | None = node
    for _ in range(_MAX_UPWARDS):
        if current is None:
            return
        yield current
        current = current.parent


def groups_of(found: ScriptState, shown: Mapping[str, Plan], context: MoneyContext) -> Iterator[Group]:
    """The groups of objects that may be plans, in order.

    Args:
        found: The page's state.
        shown: Plans that the page shows, by `plain_name`; an object of such a name needs no key that says "plan".
        context: Resolves ambiguous currency signs.
    """
    by_key_name = {key: plan.name for name, plan in shown.items() for key in _as_keys(name)}
    for state in found.states:
        currencies: dict[Place, str] = {}
        for path, container in found.containers(state):
            if isinstance(container, dict) and not CURRENCY_KEYS.isdisjoint(container):
                currency = by_siblings(Meaning(), container).currency
                if currency:
                    currencies[path] = currency
            members = list(_members(path, container, by_key_name))
            if not members or _is_foreign(state, path):
                continue
            inherited = next((currencies[path[:n]] for n in range(len(path), -1, -1) if path[:n] in currencies), None)
            group = _group(state, path, members, shown, Meaning(currency=inherited), context)
            if group is not None:
                yield group


def _as_keys(name: str) -> Iterator[str]:
    """How a plan's name is written as a key, lower case."""
    yield from {name.replace(" ", joint) for joint in (" ", "_", "-", "")} - PASSING_KEYS


def _is_foreign(state: State, path: Place) -> bool:
    keys = (state.name.rpartition(" ")[2], *path)
    return any("18n" in key or not _FOREIGN_WORDS.isdisjoint(key_words(key)) for key in keys if isinstance(key, str))


def _group(
    state: State,
    path: Place,
    members: list[tuple[Place, object, str]],
    shown: Mapping[str, Plan],
    meaning: Meaning,
    context: MoneyContext,
) -> Group | None:
    keys = [key for key in (state.name.rpartition(" ")[2], *path) if isinstance(key, str)]
    labelled = _says_plans(keys) or any(_is_called_plan(item) for _, item, _ in members)
    for near in keys[-3:]:  # "annualPlans", "prices.monthly"
        meaning = by_key(meaning, near.removesuffix("Plans")) or meaning
    candidates = []
    for key, item, name in _still_offered(members):
        if isinstance(item, dict) and not _GOODS_KEYS.isdisjoint(item):
            return None
        candidate = _candidate(
            state, (*path, *key), item, name, meaning, context, bare_keys=labelled or plain_name(name) in shown
        )
        if candidate is not None:
            candidates.append(candidate)
    known = sum(plain_name(c.name) in shown for c in candidates)
    if not any(t.amount > 0 for c in candidates for t in c.told) or (len(candidates) < 2 and not (labelled or known)):
        return None
    timed = any(t.meaning.billing is not None for c in candidates for t in c.told)
    if not (labelled or known or timed):
        return None
    return Group(candidates=candidates, labelled=labelled, origin=state.name)


def _is_called_plan(item: object) -> bool:
    """Whether the object's own type is that of a plan ("pricingCard")."""
    kinds = [item[key] for key in _KIND_KEYS if key in item] if isinstance(item, dict) else []
    return any(isinstance(kind, str) and not _PLAN_WORDS.isdisjoint(key_words(kind)) for kind in kinds)


def _still_offered(members: list[tuple[Place, object, str]]) -> list[tuple[Place, object, str]]:
    """Without members that are not active, where most are; where few are, the word says which one is picked."""
    told = [next((i[k] for k in _ACTIVE_KEYS if k in i), None) if isinstance(i, dict) else None for _, i, _ in members]
    if told.count(True) <= told.count(False):
        return members
    return [member for member, active in zip(members, told, strict=True) if active is not False]


def _says_plans(keys: list[str]) -> bool:
    """Whether the nearest key that says anything says that plans are in it."""
    for key in reversed(keys):
        parts = key_words(key)
        if not _PLAN_WORDS.isdisjoint(parts):
            return True
        if not all(part in _HOLDERS for part in parts) and by_key(Meaning(), key) is None:
            return False
    return False


def _members(
    path: Place, container: dict[str, object] | list[object], by_key_name: Mapping[str, str]
) -> Iterator[tuple[Place, object, str]]:
    """The parts that may be plans, with the key and the name of each: objects, or what stands under a plan's name."""
    if isinstance(container, list):
        for position, value in enumerate(container):
            wrapper = (
                next((k for k in _WRAPPERS if isinstance(value.get(k), dict)), None)
                if isinstance(value, dict)
                else None
            )
            item = value[wrapper] if wrapper and isinstance(value, dict) else value
            if isinstance(item, dict) and _may_cost(item) and (name := _name_of(item)):
                yield ((position, wrapper) if wrapper else (position,)), item, name
        return
    if not path and _may_cost(container) and (name := _name_of(container)):
        yield (), container, name
    named = sum(key.lower() in by_key_name for key in container) > 1
    for key, item in container.items():
        if isinstance(item, dict) and key not in _OWNER_KEYS and _may_cost(item) and (name := _name_of(item)):
            yield (key,), item, name
        elif named and key.lower() in by_key_name:
            yield (key,), item, by_key_name[key.lower()]


def _may_cost(item: Mapping[str, object]) -> bool:
    return any(says_price(key) for key in item) or not _CUSTOM_KEYS.isdisjoint(item)


def _name_of(item: Mapping[str, object]) -> str | None:
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
    for key in _OWNER_KEYS:
        owner = item.get(key)
        if isinstance(owner, dict):
            return _name_of({k: v for k, v in owner.items() if k not in _OWNER_KEYS})
    return None


def _candidate(
    state: State, path: Place, item: object, name: str, meaning: Meaning, context: MoneyContext, *, bare_keys: bool
) -> Candidate | None:
    candidate = Candidate(name=name, place=state.place(path))
    if not isinstance(item, dict):
        _take(candidate, item, meaning, state, path, context, bare_keys=bare_keys, depth=0)
        return candidate if candidate.told else None
    if any(item[k] is True for k in _WITHDRAWN & item.keys()) or any(item[k] is False for k in _OFFERED & item.keys()):
        return None
    candidate.custom = any(item.get(key) is True for key in _CUSTOM_KEYS)
    candidate.free = any(item.get(key) is True for key in _FREE_KEYS)
    _take(candidate, item, meaning, state, path, context, bare_keys=bare_keys, depth=0)
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


def _take(
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
    elif isinstance(value, dict) and depth < _MAX_DEPTH:
        beside = by_siblings(meaning, value)
        for key, part in value.items():
            told = Meaning() if isinstance(part, bool) or part is None else by_key(beside, key)
            if key == "value" and beside.priced:
                told = beside
            if told is None or isinstance(part, bool):
                continue
            _take(candidate, part, told, state, (*path, key), context, bare_keys=bare_keys, depth=depth + 1)
    elif isinstance(value, list) and depth < _MAX_DEPTH and meaning.priced:
        for position, part in enumerate(value[:_MAX_TEXT]):
            if isinstance(part, dict):
                _take(candidate, part, meaning, state, (*path, position), context, bare_keys=bare_keys, depth=depth + 1)


def _take_text(candidate: Candidate, text: str, meaning: Meaning, place: str, context: MoneyContext) -> None:
    raw = text.strip()
    if len(raw) > _MAX_TEXT or PLACEHOLDER.search(raw):
        return
    if meaning.currency is None and meaning.sign:
        currency, doubt = context.currency(meaning.sign)
        meaning = replace(meaning, currency=currency, doubt=meaning.doubt or doubt)
    if _NUMBER.fullmatch(raw):
        scaled = meaning.minor and meaning.currency not in _WITHOUT_CENTS
        amount = Decimal(raw).scaleb(-2) if scaled else Decimal(raw)
        if amount <= MAX_PLAUSIBLE and not (scaled and "." in raw):
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
