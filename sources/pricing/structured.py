"""Prices that a page states for machines: JSON-LD and microdata offers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from selectolax.lexbor import LexborNode

from detente.records import Basis, Period, PlanPrice, Qualifier

from .currencies import CODES
from .money import MAX_PLAUSIBLE
from .page import VisiblePage, fold
from .plans import Plan, bare
from .price_text import NO_CURRENCY, read_price_text
from .words import PERIODS

MAX_SCRIPT = 2_000_000
MAX_NODES = 20_000
_PRICE = re.compile(r"\d{1,9}(?:\.\d{1,4})?|\d{1,6},\d{2}")
_UNIT_CODES: dict[str, Period] = {"MON": "month", "ANN": "year", "DAY": "day", "WEE": "week", "HUR": "hour"}
_ISO_DURATION: dict[str, Period] = {
    "P1M": "month",
    "P1Y": "year",
    "P1W": "week",
    "P1D": "day",
    "P12M": "year",
    "P3M": "quarter",
}
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
    qualifier: Qualifier
    basis: Basis
    place: str


def stated_prices(page: VisiblePage) -> list[Stated]:
    """All offers of the page's JSON-LD and microdata, in order; broken JSON is passed over."""
    found: list[Stated] = []
    # Asking the tree is quicker than looking for a word in the whole text.
    for number, node in enumerate(page.tree.css('script[type="application/ld+json"]')):
        text = node.text()
        if len(text) > MAX_SCRIPT or "rice" not in text:
            continue
        try:
            data: object = json.loads(text, strict=False, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError):
            continue
        found += _offers(data, f"json-ld[{number}]")
    if page.tree.css_first("[itemprop]") is not None and "schema.org" in page.html:
        found += _microdata(page)
    return found


def _offers(data: object, place: str) -> list[Stated]:
    found: list[Stated] = []
    queue: list[tuple[object, str | None, str, bool]] = [(data, None, place, False)]
    visited = 0
    while queue and visited < MAX_NODES:
        value, product, path, foreign = queue.pop()
        visited += 1
        if isinstance(value, list):
            queue += [(v, product, f"{path}[{i}]", foreign) for i, v in reversed(list(enumerate(value)))]
        elif isinstance(value, dict):
            kind = _kind(value)
            name = value.get("name")
            if kind in ("offer", "aggregateoffer", "unitpricespecification") and not foreign:
                found += _offer(value, product, path, kind)
                continue
            if kind in _SELLABLE and isinstance(name, str):
                product = fold(name)[:120]
            foreign = foreign or kind in ("review", "article", "newsarticle", "event", "jobposting")
            queue += [
                (v, product, f"{path}.{k}", foreign)
                for k, v in reversed(list(value.items()))
                if isinstance(v, dict | list)
            ]
    return found


def _kind(value: dict[object, object]) -> str:
    kind = value.get("@type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    return kind.lower().rpartition("/")[2] if isinstance(kind, str) else ""


def _offer(value: dict[object, object], product: str | None, path: str, kind: str) -> list[Stated]:
    specification = value.get("priceSpecification")
    if isinstance(specification, list):
        specification = specification[0] if specification else None
    inner: dict[object, object] = specification if isinstance(specification, dict) else {}
    currency = value.get("priceCurrency") or inner.get("priceCurrency")
    offered = value.get("itemOffered")
    name = value.get("name") or (offered.get("name") if isinstance(offered, dict) else None)
    found = []
    keys: list[tuple[str, Qualifier]] = [("price", "exact")]
    if kind == "aggregateoffer":
        keys = [("lowPrice", "from"), ("highPrice", "up_to")]
    for key, qualifier in keys:
        raw = value.get(key)
        raw = inner.get(key) if raw is None else raw
        amount = _amount(raw)
        if amount is None:
            continue
        found.append(
            Stated(
                name=fold(name)[:120] if isinstance(name, str) and name.strip() else None,
                product=product,
                amount=amount,
                raw=str(raw).strip(),
                currency=currency if isinstance(currency, str) and currency in CODES else None,
                period=_period(value, inner),
                qualifier=qualifier,
                basis="json_ld",
                place=f"{path}.{key}",
            )
        )
    nested = value.get("offers")
    if isinstance(nested, list | dict):
        found += _offers(nested, f"{path}.offers")
    return found


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


def _period(value: dict[object, object], inner: dict[object, object]) -> Period | None:
    for key in ("unitCode", "billingDuration", "billingIncrement", "unitText"):
        told = inner.get(key) or value.get(key)
        if isinstance(told, str):
            period = _UNIT_CODES.get(told) or _ISO_DURATION.get(told) or PERIODS.get(told.lower())
            if period:
                return period
    return None


def _microdata(page: VisiblePage) -> Iterator[Stated]:
    for node in page.tree.css('[itemprop="price"], [itemprop="lowPrice"]'):
        scope = _scope(node)
        raw = node.attributes.get("content") or node.text()
        amount = _amount(raw)
        if scope is None or amount is None:
            continue
        currency = _property(scope, "priceCurrency")
        outer = _scope(scope)
        yield Stated(
            name=_property(scope, "name"),
            product=_property(outer, "name") if outer is not None else None,
            amount=amount,
            raw=raw.strip(),
            currency=currency if currency in CODES else None,
            period=None,
            qualifier="from" if node.attributes.get("itemprop") == "lowPrice" else "exact",
            basis="microdata",
            place='[itemprop="price"]',
        )


def _scope(node: LexborNode) -> LexborNode | None:
    current = node.parent
    for _ in range(30):
        if current is None or not current.is_element_node:
            return None
        if "itemscope" in current.attributes:
            return current
        current = current.parent
    return None


def _property(scope: LexborNode, name: str) -> str | None:
    node = scope.css_first(f'[itemprop="{name}"]')
    if node is None:
        return None
    return fold(node.attributes.get("content") or node.text())[:120] or None


def merge_stated(plans: list[Plan], stated: list[Stated]) -> list[Plan]:
    """Plans with what is stated for machines added, where the visible page does not tell the same.

    An amount that the page shows is the same fact, whatever name the offer carries. An amount that contradicts
    the visible price of the same plan is kept for review.
    """
    shown = {p.amount for plan in plans for p in plan.prices if p.amount is not None}
    by_name = {bare(plan.name): plan for plan in reversed(plans)}
    for offer in stated:
        if offer.amount in shown or (offer.amount == 0 and any(p.free for plan in plans for p in plan.prices)):
            continue
        if plans and offer.name is None:
            continue  # an offer without a name says nothing that the cards do not say better
        name = offer.name or offer.product
        if name is None:
            continue
        plan = by_name.get(bare(name))
        visible = plan is not None and any(p.basis == "visible" and p.amount is not None for p in plan.prices)
        if plan is None:
            plan = Plan(name=name, text=name)
            plans.append(plan)
            by_name[bare(name)] = plan
        if any(p.amount == offer.amount and p.basis == offer.basis for p in plan.prices):
            continue
        plan.prices = [p for p in plan.prices if p.amount is not None or p.custom or p.free]
        plan.prices.append(_stated_price(plan, offer, contradicted=visible))
    return plans


def _stated_price(plan: Plan, offer: Stated, *, contradicted: bool) -> PlanPrice:
    return PlanPrice(
        plan=plan.name,
        group=plan.group,
        amount=offer.amount,
        currency=offer.currency,
        period=offer.period,
        qualifier=offer.qualifier,
        free=offer.amount == 0,
        needs_review=contradicted,
        basis=offer.basis,
        text=offer.raw,
        place=offer.place,
        note="the visible page tells another price for this plan" if contradicted else "",
    )
