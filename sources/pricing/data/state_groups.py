"""Objects in script state that may be plans: siblings of like shape with a name and something like a price each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from sources.pricing.context import MoneyContext
from sources.pricing.page import VisiblePage
from sources.pricing.plans import Plan, bare
from sources.pricing.words import words
from sources.script_state import PASSING_KEYS, Place, ScriptState, State, attribute_value

from .state_keys import CURRENCY_KEYS, Meaning, by_key, by_siblings, key_words, says_price
from .state_objects import CUSTOM_KEYS, MAX_DEPTH, OWNER_KEYS, Candidate, candidate_of, name_of, take

_KIND_KEYS = ("__typename", "_type", "__component", "component", "contentType", "type")
_WRAPPERS = words("attributes node fields")
_HOLDERS = words(
    "items list data nodes node edges all entries fields attributes collection results cards columns content"
)
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
_ACTIVE_KEYS = ("active", "isActive", "is_active")
_ATTRIBUTES = (
    "[data-page], [data-plan], [data-plans], [data-price], [data-prices], [data-pricing], [data-props], [x-data]"
)
_ATTRIBUTE_HINT = re.compile(r"""=["']\[?\{""")
_MAX_ATTRIBUTES = 200
_MAX_UPWARDS = 30
_BOTH = 2


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
    if not _ATTRIBUTE_HINT.search(page.html):
        return
    roots = {plan.root.node.mem_id: plan.name for plan in plans if plan.root is not None}
    for node in page.tree.css(_ATTRIBUTES)[:_MAX_ATTRIBUTES]:
        for name, text in node.attributes.items():
            if not text or text.lstrip()[:1] not in ("{", "[") or not found.spend(len(text)):
                continue
            value = attribute_value(text)
            if isinstance(value, dict) and value and not name_of(value) and roots:
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
    by_key_name = {key: plan.name for plan in shown.values() for key in _as_keys(plan.name)}
    priced = [plan for plan in shown.values() if any(p.amount for p in plan.prices)]
    for state in found.states:
        currencies: dict[Place, str] = {}
        for path, container in found.containers(state):
            if isinstance(container, dict) and not CURRENCY_KEYS.isdisjoint(container):
                currency = by_siblings(Meaning(), container).currency
                if currency:
                    currencies[path] = currency
            if isinstance(container, dict) and len(priced) > 1:
                group = _by_position(state, path, container, priced, context)
                if group is not None:
                    yield group
            members = list(_members(path, container, by_key_name))
            if not members or _is_foreign(state, path):
                continue
            inherited = next((currencies[path[:n]] for n in range(len(path), -1, -1) if path[:n] in currencies), None)
            group = _group(state, path, members, shown, Meaning(currency=inherited), context)
            if group is not None:
                yield group


def _as_keys(name: str) -> set[str]:
    """How a plan's name is written as a key."""
    plain = plain_name(name)
    camel = plain.title().replace(" ", "")
    spelled = {plain.replace(" ", joint) for joint in (" ", "_", "-", "")}
    return {*spelled, *(one.upper() for one in spelled), name, camel, camel[:1].lower() + camel[1:]} - PASSING_KEYS


def _by_position(
    state: State, path: Place, container: dict[str, object], priced: list[Plan], context: MoneyContext
) -> Group | None:
    """Lists of prices in the order of the visible plans, one of them as shown: monthly [9, 29], annual [7, 24]."""
    keys = [k for k, v in container.items() if isinstance(v, list) and len(v) == len(priced) and says_price(k)]
    if len(keys) < _BOTH:
        return None
    candidates = [Candidate(name=plan.name, place=state.place(path)) for plan in priced]
    is_shown = False
    for key in keys:
        meaning, values = by_key(Meaning(), key), container[key]
        if meaning is None or meaning.billing is None or not isinstance(values, list):
            continue
        known = 0
        for position, (candidate, plan) in enumerate(zip(candidates, priced, strict=True)):
            before = len(candidate.told)
            where = (*path, key, position)
            take(candidate, values[position], meaning, state, where, context, bare_keys=True, depth=MAX_DEPTH)
            known += any(t.amount == p.amount for t in candidate.told[before:] for p in plan.prices)
        is_shown = is_shown or known == len(priced)
    return Group(candidates=candidates, labelled=True, origin=state.name) if is_shown else None


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
        candidate = candidate_of(
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
        for position, item in enumerate(container):
            if not isinstance(item, dict):
                continue
            wrapper = next((k for k in sorted(_WRAPPERS & item.keys()) if isinstance(item[k], dict)), None)
            inner = item[wrapper] if wrapper else item
            if isinstance(inner, dict) and _may_cost(inner) and (name := name_of(inner)):
                yield ((position, wrapper) if wrapper else (position,)), inner, name
        return
    if not path and _may_cost(container) and (name := name_of(container)):
        yield (), container, name
    named = by_key_name.keys() & container.keys()
    for key, item in container.items():
        if isinstance(item, dict) and key not in OWNER_KEYS and _may_cost(item) and (name := name_of(item)):
            yield (key,), item, name
        elif len(named) > 1 and key in named:
            yield (key,), item, by_key_name[key]


def _may_cost(item: Mapping[str, object]) -> bool:
    return any(map(says_price, item)) or not CUSTOM_KEYS.isdisjoint(item)
