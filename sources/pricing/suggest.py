"""Selectors that would read a page's plans: found by what repeats on it, and tried with the real reader."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from selectolax.lexbor import LexborNode

from detente.errors import ReaderError
from sources.near_selectors import is_stable, words_of

from .amounts.money import first_money
from .chosen import read_chosen
from .context import MoneyContext
from .page import Element, VisiblePage, fold
from .plans import Mark, Plan, find_marks
from .words import words

_TRIALS = 60
_WORK: Final = 20_000_000
_MAX_MARKS = 400
_MAX_PLANS = 60
_GROUPS = 8
_LEVELS = 12
_MAX_NAME = 60
_SAYS_PLAN: Final = words(
    "plan plans tier tiers price prices pricing package packages offer product edition card option"
)
_SAYS_NAME: Final = words("name title heading plan tier label")
_SAYS_PRICE: Final = words("price amount cost value fee")
_LAYOUT: Final = words(
    "flex grid block hidden row col column columns container wrapper wrap inner outer item text bg border rounded"
    " shadow font items justify space gap mt mb ml mr mx my pt pb pl pr px py min max is has order align float sm md"
    " lg xl w h p m d relative absolute center active first last odd even"
)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "caption", "strong", "b")
_HAS_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Selectors, and what the reader reads by them.

    Attributes:
        selectors: As a page's `selectors` takes them.
        names: The plans that it reads.
        prices: How many amounts, "free" and "contact us".
        review: How many of them need review.
    """

    selectors: Mapping[str, str]
    names: tuple[str, ...]
    prices: int
    review: int


def suggest(page: VisiblePage, context: MoneyContext, *, most: int = 3) -> list[Suggestion]:
    """Selectors by which the reader reads two plans or more with names and prices, or the one of a page of one plan.

    Best first: those that account for most of the page's prices, need least review, and are shortest.
    """
    marks = [m for m in find_marks(page, context) if not m.prose and m.kind != "placeholder"][:_MAX_MARKS]
    trials = max(5, min(_TRIALS, _WORK // max(1, len(page.html))))
    found: dict[tuple[str, ...], tuple[tuple[float, ...], Suggestion]] = {}
    for selectors in islice(_candidates(page, marks), trials):
        told = _tried(page, context, selectors, marks)
        if told is not None:
            key = told[1].names
            if key not in found or told[0] > found[key][0]:
                found[key] = told
    ranked = sorted(found.values(), key=lambda one: one[0], reverse=True)
    return [suggestion for _, suggestion in ranked[:most]]


def _candidates(page: VisiblePage, marks: Sequence[Mark]) -> Iterator[dict[str, str]]:
    """Selectors worth a trial; those of the likeliest group of elements come first."""
    for group in _groups(marks):
        nodes = [element.node for element in group]
        names = list(islice(_name_selectors(nodes), 3))
        prices = list(islice(_price_selectors(group, marks), 4))
        for plan in islice(_selectors_of(page, group), 3):
            for name, price in product(names, prices):
                yield {"plan": plan, "name": name, "price": price}


def _groups(marks: Sequence[Mark]) -> list[list[Element]]:
    """Sibling elements of one tag that each hold a price, those that hold one each first; alone, the only plan."""
    by_parent: dict[tuple[Element, str], dict[Element, int]] = defaultdict(dict)
    for mark in marks:
        for element in islice(mark.line.element.ancestors(), _LEVELS):
            if element.parent is None:
                break
            held = by_parent[element.parent, element.tag]
            held[element] = held.get(element, 0) + 1
    groups = [
        (max(held.values()), len(held), list(held)) for held in by_parent.values() if 2 <= len(held) <= _MAX_PLANS
    ]
    # many prices in one element: the parts of a plan, or several plans in one
    groups.sort(key=lambda group: (_names_differ(group[2]), group[1] >= 2, -group[0], group[1]), reverse=True)
    chosen = [group for _, _, group in groups[:_GROUPS]]
    if not chosen and marks:
        chosen = [[element] for element in islice(marks[0].line.element.ancestors(), 4) if element.parent is not None]
    return chosen


def _names_differ(group: Sequence[Element]) -> bool:
    """Whether each element holds a heading of its own."""
    texts = [_first_text(element.node, ", ".join(_HEADINGS[:8])) for element in group]
    return all(texts) and len(set(texts)) == len(texts)


def _selectors_of(page: VisiblePage, group: Sequence[Element]) -> Iterator[str]:
    tag = group[0].tag
    shared = set.intersection(*(set(_classes(element.node)) for element in group))
    for name in sorted(shared, key=_likeliness):
        yield f"{tag}.{name}"
    attributes = set.intersection(*(set(element.node.attributes) for element in group))
    for name in sorted(attributes):
        if name.startswith("data-") and words_of(name) & _SAYS_PLAN:
            yield f"{tag}[{name}]"
    parent = group[0].parent
    if parent is not None:
        own = parent.node.id
        if own and is_stable(own):
            yield f"#{own} > {tag}"
        for name in sorted(_classes(parent.node), key=_likeliness)[:2]:
            yield f"{parent.tag}.{name} > {tag}"
        if parent.tag in ("main", "tbody", "ul", "ol", "dl"):
            yield f"{parent.tag} > {tag}"
    if len(page.tree.css(tag)) == len(group):
        yield tag


def _name_selectors(nodes: Sequence[LexborNode]) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for node in nodes:
        counts.update(
            {
                f".{name}"
                for inner in node.css("[class]")
                for name in _classes(inner)
                if words_of(name) & _SAYS_NAME and not words_of(name) & _SAYS_PRICE
            }
        )
    by_class = sorted((name for name, count in counts.items() if count == len(nodes)), key=lambda s: (len(s), s))
    for selector in (*_HEADINGS, *by_class, *(_first_selector(nodes))):
        texts = [_first_text(node, selector) for node in nodes]
        is_name = all(len(text) <= _MAX_NAME and _HAS_WORD.search(text) and not first_money(text) for text in texts)
        if is_name and len(set(texts)) == len(texts):
            yield selector


def _first_selector(nodes: Sequence[LexborNode]) -> Iterator[str]:
    """The class or tag of the first element that holds text in each."""
    for node in nodes[:1]:
        for inner in node.css("*"):
            if fold(inner.text(deep=False)):
                yield from (f".{name}" for name in sorted(_classes(inner), key=_likeliness)[:2])
                yield inner.tag or "*"
                return


def _price_selectors(group: Sequence[Element], marks: Sequence[Mark]) -> Iterator[str]:
    """Classes, or else tags, of the elements that hold the prices and little else; shared by most of the group."""
    counts: Counter[str] = Counter()
    for element in group:
        own: set[str] = set()
        for mark in marks:
            if element.start <= mark.line.index < element.end:
                for node in _around(mark, element):
                    own.update(f".{name}" for name in _classes(node))
                    own.add(node.tag or "*")
        counts.update(own)
    most = max(counts.values(), default=0)
    wide = [selector for selector, count in counts.items() if count >= max(1, 0.6 * most)]
    yield from sorted(
        wide,
        key=lambda s: (-counts[s], not words_of(s) & _SAYS_PRICE, not s.startswith("."), _likeliness(s.lstrip("."))),
    )


def _around(mark: Mark, card: Element) -> Iterator[LexborNode]:
    yield from (node for text, node in mark.line.parts if any(char.isdigit() for char in text))
    for element in islice(mark.line.element.ancestors(), 3):
        if element is card or element.end - element.start > 3:
            return
        yield element.node


def _classes(node: LexborNode) -> list[str]:
    return [name for name in (node.attributes.get("class") or "").split() if is_stable(name)]


def _likeliness(name: str) -> tuple[int, int, str]:
    """Sorts classes that say what a thing is before those that say how it looks."""
    said = words_of(name)
    if said & (_SAYS_PLAN | _SAYS_PRICE):
        return 0, len(name), name
    return (2 if not said or said <= _LAYOUT or name.partition("-")[0] in _LAYOUT else 1), len(name), name


def _robustness(selector: str) -> float:
    """How likely a selector is to outlive the next release: a class that means something, a place, a bare tag."""
    last = selector.rsplit(maxsplit=1)[-1]
    if "[" in last:
        return 2.5
    if "." in last:
        return 3.0 - _likeliness(last.rpartition(".")[2])[0]
    return 1.5 if selector.startswith("#") else 0.5 if ">" in selector else 0.0


def _first_text(node: LexborNode, selector: str) -> str:
    found = node.css_first(selector)
    return fold(found.text(separator=" ")) if found is not None else ""


def _tried(
    page: VisiblePage, context: MoneyContext, selectors: Mapping[str, str], marks: Sequence[Mark]
) -> tuple[tuple[float, ...], Suggestion] | None:
    """What the reader reads by the selectors, with its rank; None if that is not what a page's plans look like."""
    try:
        plans, missing = read_chosen(page, selectors, context)
    except ReaderError:
        return None
    names = [plan.name for plan in plans]
    told = [plan for plan in plans if _has_price(plan)]
    alone = len(plans) == 1 and len({m.line.index for m in marks}) <= 2
    if missing or len(set(names)) != len(names) or len(told) < (1 if alone else 2) or 2 * len(told) <= len(plans):
        return None
    prices = [price for plan in told for price in plan.prices]
    stated = {money.amount for mark in marks for money in mark.amounts}
    covered = {price.amount for price in prices if price.amount is not None} & stated
    review = sum(price.needs_review for plan in plans for price in plan.prices)
    rank = (
        len(told) / len(plans),
        float(len(covered)),
        -float(review),
        float(sum(price.period is not None for price in prices)),
        # a tag that the plan itself may have takes all of the plan for its price
        float(selectors["price"].startswith(".")),
        -float(selectors["price"] == selectors["plan"].split()[-1].partition(".")[0]),
        _robustness(selectors["plan"]),
        -float(sum(map(len, selectors.values()))),
    )
    return rank, Suggestion(selectors=dict(selectors), names=tuple(names), prices=len(prices), review=review)


def _has_price(plan: Plan) -> bool:
    return any(price.amount is not None or price.free or price.custom for price in plan.prices)
