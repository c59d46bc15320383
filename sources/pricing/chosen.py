"""Plans read by the selectors that the owner of a workspace gave, instead of the heuristics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from selectolax.lexbor import LexborNode, SelectolaxError

from detente.errors import ReaderError
from sources.near_selectors import nearest_selectors

from .amounts.price_text import read_price_text
from .amounts.terms import Term, read_term
from .context import MoneyContext
from .features import list_feature
from .page import Element, Line, VisiblePage, fold
from .plans import Mark, Plan, add_prices, flag_price, is_struck, mark_of

SELECTORS = {
    "plan": "one node per plan; the other selectors are looked up inside it",
    "name": "the plan's name",
    "price": "each price of the plan",
    "period": "what the price pays for in time and per what, where that stands apart from it",
    "features": "one node per feature of the plan",
    "group": "heading of the group that the plan stands in, looked up in the whole page if not in the plan",
}
MAX_PLANS = 200


def read_chosen(page: VisiblePage, selectors: Mapping[str, str], context: MoneyContext) -> tuple[list[Plan], str]:
    """Read plans by selectors.

    Returns:
        The plans, and what was looked for and not found (empty if all was found).

    Raises:
        ReaderError: An unknown selector name, or a selector that is no CSS.
    """
    for name in selectors:
        if name not in SELECTORS:
            raise ReaderError(f"unknown selector {name!r}: the pricing reader knows {', '.join(SELECTORS)}")
    if "plan" not in selectors:
        raise ReaderError("the selector 'plan' is missing: the others are looked up inside it")
    nodes = _find(page.root.node, "plan", selectors["plan"])
    if fault := _misfit(page, selectors, nodes):
        return [], fault
    missing = []
    plans = []
    for position, node in enumerate(nodes, 1):
        plan = _read_plan(page, node, position, selectors, context)
        if isinstance(plan, str):
            missing.append(plan)
        else:
            plans.append(plan)
    return plans, "; ".join(missing)


def _misfit(page: VisiblePage, selectors: Mapping[str, str], nodes: list[LexborNode]) -> str:
    """Which selector no longer fits the page, and the nearest that would; empty if all do.

    A page whose prices are no longer found is not one whose plans have lost their prices.
    """
    chosen = selectors["plan"]
    if not nodes:
        return f"the selector plan = {chosen!r} matches nothing on the page{_nearest(page, chosen, at_least=2)}"
    if len(nodes) > MAX_PLANS:
        near = _nearest(page, chosen, at_least=2)
        return f"the selector plan = {chosen!r} matches {len(nodes)} nodes (at most {MAX_PLANS}){near}"
    for name in ("name", "price"):
        if name in selectors and not any(_find(node, name, selectors[name]) for node in nodes):
            near = _nearest(page, selectors[name], at_least=len(nodes), inside=chosen)
            return f"the selector {name} = {selectors[name]!r} matches nothing in the {len(nodes)} plans{near}"
    return ""


def _nearest(page: VisiblePage, selector: str, *, at_least: int, inside: str = "") -> str:
    found = nearest_selectors(page.tree, selector, at_least=at_least, inside=inside)
    return f"; nearest that would: {', '.join(map(str, found))}" if found else ""


def _read_plan(
    page: VisiblePage, node: LexborNode, position: int, selectors: Mapping[str, str], context: MoneyContext
) -> Plan | str:
    where = f"{selectors['plan']} [{position}]"
    names = _find(node, "name", selectors["name"]) if "name" in selectors else _headings(node)
    name = fold(names[0].text(separator=" ")) if names else ""
    if not name:
        return f"no name in plan node {position} ({selectors.get('name', 'a heading')!r})"
    plan = Plan(name=name[:120], text=name[:200], place=where)
    if "group" in selectors:
        groups = _find(node, "group", selectors["group"]) or _find(page.root.node, "group", selectors["group"])
        plan.group = fold(groups[0].text(separator=" "))[:120] if groups else None
    told: Term | None = None
    if "period" in selectors and (periods := _find(node, "period", selectors["period"])):
        told = read_term(fold(periods[0].text(separator=" ")), bare=True)
    prices = _find(node, "price", selectors["price"]) if "price" in selectors else [node]
    for price in prices:
        line = _line_of(price, where)
        mark = mark_of(line, context)
        if mark is None and "price" in selectors:
            mark = _bare_price(line, context)
        if mark is not None:
            mark.amounts = [replace(m, qualifier="struck") if is_struck(line, m) else m for m in mark.amounts]
            add_prices(plan, [mark], context, {0: told} if told else {})
    if not plan.prices:
        plan.prices.append(flag_price(plan, name[:200], where, kind=None))
    for item in _find(node, "features", selectors["features"]) if "features" in selectors else node.css("li"):
        text = fold(item.text(separator=" "))
        if text:
            plan.features.append(
                list_feature(plan, text[:200], f"{where} {selectors.get('features', 'li')}", included=True)
            )
    return plan


def _bare_price(line: Line, context: MoneyContext) -> Mark | None:
    """A number without a sign, in a node that was said to be a price."""
    money = read_price_text(line.text, currency_hint=context.declared, comma_decimal=context.comma_decimal)
    return None if money is None else Mark(line=line, kind="price", amounts=[money])


def _line_of(node: LexborNode, place: str) -> Line:
    element = Element(node, node.tag or "div", None, 1, 0, place=place)
    text = fold(node.text(separator=" ")) if node.first_child is not None else ""
    return Line(0, text[:2_000], element, [(text, node)])


def _headings(node: LexborNode) -> list[LexborNode]:
    return node.css("h1, h2, h3, h4, h5, h6, dt, th")


def _find(node: LexborNode, name: str, selector: str) -> list[LexborNode]:
    try:
        return node.css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ReaderError(f"the selector {name} = {selector!r} is no CSS selector: {error}") from error
