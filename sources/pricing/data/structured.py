"""Prices that a page states for machines: offers in JSON-LD, microdata and RDFa."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import takewhile

from selectolax.lexbor import LexborNode

from detente.records import Basis, Period, PlanPrice, Qualifier
from sources.pricing.amounts.currencies import CODES
from sources.pricing.amounts.money import MAX_PLAUSIBLE
from sources.pricing.amounts.price_text import NO_CURRENCY, read_price_text
from sources.pricing.amounts.terms import Term, read_term
from sources.pricing.page import VisiblePage, fold
from sources.pricing.plans import Plan, bare
from sources.pricing.words import PERIODS, UNITS
from sources.script_state import load

MAX_SCRIPT = 2_000_000
MAX_NODES = 20_000
_PRICE = re.compile(r"\d{1,9}(?:\.\d{1,4})?|\d{1,6},\d{2}")
_UNIT_CODES: dict[str, Period] = {
    "MON": "month",
    "ANN": "year",
    "DAY": "day",
    "WEE": "week",
    "HUR": "hour",
    "QAN": "quarter",
}
_ISO_DURATION: dict[str, Period] = {
    "P1M": "month",
    "P1Y": "year",
    "P1W": "week",
    "P1D": "day",
    "P12M": "year",
    "P3M": "quarter",
}
_OFFERS = ("offer", "aggregateoffer", "unitpricespecification", "pricespecification")
_STRUCK_TYPES = ("listprice", "msrp", "srp", "strikethroughprice")
# What stands under these is somebody else's, or is only talked about.
_FOREIGN_KINDS = (
    "review", "article", "newsarticle", "blogposting", "event", "jobposting", "question", "answer", "person", "book",
    "course", "exchangeratespecification",
)  # fmt: skip
_FOREIGN_KEYS = frozenset(
    ("isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor", "review", "reviews", "itemReviewed",
     "author", "mentions", "subjectOf", "citation", "addOn")
)  # fmt: skip
_MONTHS = 12
_SELLABLE = ("product", "softwareapplication", "webapplication", "mobileapplication", "service", "offercatalog", "saas")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """One price as stated for machines."""

    name: str | None
    product: str | None
    amount: Decimal
    raw: str
    currency: str | None
    period: Period | None
    unit: str | None = None
    qualifier: Qualifier
    basis: Basis
    place: str

    @property
    def family(self) -> str:
        """Where the list begins that it stands in: offers of one family are told together."""
        return self.place.rpartition("[")[0]


def stated_prices(page: VisiblePage) -> tuple[list[Stated], list[str]]:
    """All offers of the page's JSON-LD, microdata and RDFa, in order, and what was cut, in words.

    Broken JSON is passed over. Whether an offer has expired is not asked: what it says until when it is valid is
    seldom kept up.
    """
    found: list[Stated] = []
    notes: list[str] = []
    # Asking the tree is quicker than looking for a word in the whole text.
    for number, node in enumerate(page.tree.css('script[type="application/ld+json"]')):
        text = node.text()
        if "rice" not in text:
            continue
        if len(text) > MAX_SCRIPT:
            notes.append(f"JSON-LD of {len(text):,} characters was left out (at most {MAX_SCRIPT:,} are read)")
            continue
        try:
            found += _offers(load(text), f"json-ld[{number}]", notes)
        except ValueError:
            continue
    for markup in _MARKUPS:
        if page.tree.css_first(f"[{markup.scope}]") is not None and markup.hint in page.html:
            found += _marked_up(page, markup)
    return _as_shown(page, found), notes


def _as_shown(page: VisiblePage, offers: list[Stated]) -> list[Stated]:
    """Offers that are all called by the product first ("Kiln Solo", "Kiln Team") as the page calls them ("Solo")."""
    names = {offer.name: offer.name.split() for offer in offers if offer.name}
    if len(names) < 2:
        return offers
    shared = sum(1 for _ in takewhile(lambda same: len(set(same)) == 1, zip(*names.values(), strict=False)))
    short = {name: " ".join(words[shared:]) for name, words in names.items()}
    if not shared or not all(short.values()):
        return offers
    shown = {bare(text) for line in page.lines for text in (line.text, *(part for part, _ in line.parts))}
    if any(bare(own) not in shown for own in short.values()):
        return offers
    return [replace(offer, name=short.get(offer.name or "")) for offer in offers]


def _offers(data: object, place: str, notes: list[str]) -> list[Stated]:
    found: list[Stated] = []
    queue: list[tuple[object, str | None, str]] = [(data, None, place)]
    visited = 0
    while queue:
        value, product, path = queue.pop()
        visited += 1
        if visited > MAX_NODES:
            notes.append(f"JSON-LD of more than {MAX_NODES:,} parts; its rest was left out")
            break
        if isinstance(value, list):
            queue += [(v, product, f"{path}[{i}]") for i, v in reversed(list(enumerate(value)))]
        elif isinstance(value, dict):
            kind = _kind(value)
            name = value.get("name")
            if kind in _FOREIGN_KINDS:
                continue
            if kind in _OFFERS:
                found += _offer(value, product, path, kind)
                nested = value.get("offers")
                queue += [(nested, product, f"{path}.offers")] if isinstance(nested, dict | list) else []
                continue
            if kind in _SELLABLE and isinstance(name, str):
                product = fold(name)[:120]
            queue += [
                (v, product, f"{path}.{k}")
                for k, v in reversed(list(value.items()))
                if isinstance(v, dict | list) and k not in _FOREIGN_KEYS
            ]
    return found


def _kind(value: dict[str, object]) -> str:
    kind = value.get("@type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    return kind.lower().rpartition("/")[2] if isinstance(kind, str) else ""


def _offer(value: dict[str, object], product: str | None, path: str, kind: str) -> Iterator[Stated]:
    """The prices of an offer: its own, and those of its specifications (by the month, by the year)."""
    availability = value.get("availability")
    if isinstance(availability, str) and availability.lower().endswith("discontinued"):
        return
    offered = value.get("itemOffered")
    name = value.get("name") or (offered.get("name") if isinstance(offered, dict) else None)
    label = fold(name)[:120] if isinstance(name, str) and name.strip() else None
    specifications = [s for s in _listed(value.get("priceSpecification")) if isinstance(s, dict)]
    keys: list[tuple[str, Qualifier]] = [("price", "exact")]
    if kind == "aggregateoffer":
        keys = [("lowPrice", "from"), ("highPrice", "up_to")]
    told: set[Decimal] = set()
    for key, qualifier in keys:
        amount = _amount(value.get(key))
        if amount is None:
            continue
        # The specification of the same amount, or one that gives none, tells what the offer's own price is for.
        inner = next((s for s in specifications if _amount(s.get("price")) in (amount, None)), {})
        told.add(amount)
        yield _stated(label, product, amount, value[key], (value, inner), qualifier, f"{path}.{key}")
    for number, inner in enumerate(specifications):
        amount = _amount(inner.get("price"))
        if amount is None or amount in told:
            continue
        told.add(amount)
        kind_of_price = str(inner.get("priceType", "")).lower().rpartition("/")[2]
        qualifier = "struck" if kind_of_price in _STRUCK_TYPES else "exact"
        place = f"{path}.priceSpecification" + (f".{number}" if len(specifications) > 1 else "")
        yield _stated(label, product, amount, inner["price"], (inner, value), qualifier, f"{place}.price")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _stated(
    name: str | None,
    product: str | None,
    amount: Decimal,
    raw: object,
    tellers: tuple[dict[str, object], dict[str, object]],
    qualifier: Qualifier,
    place: str,
) -> Stated:
    currency = next((c for t in tellers if isinstance(c := t.get("priceCurrency"), str) and c in CODES), None)
    term = _term(tellers)
    return Stated(
        name=name,
        product=product,
        amount=amount,
        raw=str(raw).strip(),
        currency=currency,
        period=term.period,
        unit=term.unit,
        qualifier=qualifier,
        basis="json_ld",
        place=place,
    )


def _amount(raw: object) -> Decimal | None:
    if not isinstance(raw, str):
        return None
    text = raw.strip()
    if not _PRICE.fullmatch(text):
        money = read_price_text(text)
        return money.amount if money is not None and money.note in ("", NO_CURRENCY) else None
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount <= MAX_PLAUSIBLE else None


def _term(tellers: tuple[dict[str, object], dict[str, object]]) -> Term:
    """Period and unit of a price, from its specification and its offer."""
    term = Term()
    for teller in tellers:
        told = [teller.get(k) for k in ("unitCode", "billingDuration", "billingIncrement", "unitText")]
        for key in ("referenceQuantity", "billingDuration", "eligibleDuration", "eligibleQuantity"):
            for quantity in _listed(teller.get(key)):
                if isinstance(quantity, dict) and quantity.get("value", "1") in ("1", "1.0", None):
                    told += [quantity.get("unitCode"), quantity.get("unitText")]
                elif isinstance(quantity, dict) and quantity.get("value") == "12" and quantity.get("unitCode") == "MON":
                    term = Term(period=term.period or "year", unit=term.unit)
        for text in told:
            if isinstance(text, str):
                own = _own_term(text.strip())
                term = Term(period=term.period or own.period, unit=term.unit or own.unit)
    return term


def _own_term(text: str) -> Term:
    period = _UNIT_CODES.get(text) or _ISO_DURATION.get(text) or PERIODS.get(text.lower())
    if period:
        return Term(period=period)
    return Term(unit=UNITS[text.lower()]) if text.lower() in UNITS else read_term(text, bare=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Markup:
    """How a page marks up its offers in place."""

    hint: str
    scope: str
    name: str


_MARKUPS = (
    _Markup(hint="itemprop=", scope="itemscope", name="itemprop"),
    _Markup(hint="typeof=", scope="typeof", name="property"),
)


def _marked_up(page: VisiblePage, markup: _Markup) -> Iterator[Stated]:
    for node in page.tree.css(f'[{markup.name}="price"], [{markup.name}="lowPrice"]'):
        scope = _scope(node, markup)
        raw = node.attributes.get("content") or node.text()
        amount = _amount(raw)
        if scope is None or amount is None:
            continue
        currency = _property(scope, markup, "priceCurrency")
        outer = _scope(scope, markup)
        yield Stated(
            name=_property(scope, markup, "name"),
            product=_property(outer, markup, "name") if outer is not None else None,
            amount=amount,
            raw=raw.strip(),
            currency=currency if currency in CODES else None,
            period=None,
            qualifier="from" if node.attributes.get(markup.name) == "lowPrice" else "exact",
            basis="microdata",
            place=f'[{markup.name}="price"]',
        )


def _scope(node: LexborNode, markup: _Markup) -> LexborNode | None:
    current = node.parent
    for _ in range(30):
        if current is None or not current.is_element_node:
            return None
        if markup.scope in current.attributes:
            return current
        current = current.parent
    return None


def _property(scope: LexborNode, markup: _Markup, name: str) -> str | None:
    node = scope.css_first(f'[{markup.name}="{name}"]')
    if node is None:
        return None
    return fold(node.attributes.get("content") or node.text())[:120] or None


def merge_stated(plans: list[Plan], stated: list[Stated]) -> list[Plan]:
    """Plans with what is stated for machines added, where the visible page does not tell the same.

    An amount that the page shows is the same fact, whatever name the offer carries. An amount that contradicts
    the visible price of the same plan is kept for review. A name that the page does not show is a plan only where the
    page shows none, or where an offer told together with it is shown: else it is another product.
    """
    shown = {p.amount for plan in plans for p in plan.prices if p.amount is not None}
    by_name = {bare(plan.name): plan for plan in reversed(plans)}
    visible = set(by_name)
    kin = {o.family for o in stated if o.amount in shown or bare(o.name or o.product or "") in visible}
    for offer in stated:
        if offer.amount in shown or (offer.amount == 0 and any(p.free for plan in plans for p in plan.prices)):
            continue
        name = offer.name or offer.product
        # An offer without a name says nothing that the cards do not say better, but of the product of that name.
        if name is None or (visible and bare(name) not in visible and (offer.name is None or offer.family not in kin)):
            continue
        plan = by_name.get(bare(name))
        if plan is None:
            plan = Plan(name=name, text=name)
            plans.append(plan)
            by_name[bare(name)] = plan
        seen = [p for p in plan.prices if p.basis == "visible" and p.amount is not None]
        if any(p.amount == offer.amount and p.basis == offer.basis for p in plan.prices):
            continue
        if any(_same_by_the_year(p, offer) for p in seen):
            continue
        plan.prices = [p for p in plan.prices if p.amount is not None or p.custom or p.free]
        contradicted = bool(seen) and (offer.period is None or any(p.period in (offer.period, None) for p in seen))
        plan.prices.append(_stated_price(plan, offer, contradicted=contradicted))
    return plans


def _same_by_the_year(price: PlanPrice, offer: Stated) -> bool:
    if price.amount is None or {price.period, offer.period} != {"month", "year"}:
        return False
    return max(price.amount, offer.amount) == _MONTHS * min(price.amount, offer.amount)


def _stated_price(plan: Plan, offer: Stated, *, contradicted: bool) -> PlanPrice:
    return PlanPrice(
        plan=plan.name,
        group=plan.group,
        amount=offer.amount,
        currency=offer.currency,
        period=offer.period,
        unit=offer.unit,
        qualifier=offer.qualifier,
        free=offer.amount == 0,
        needs_review=contradicted,
        basis=offer.basis,
        text=offer.raw,
        place=offer.place,
        note="the visible page tells another price for this plan" if contradicted else "",
    )
