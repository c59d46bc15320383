"""Add-ons that a page mentions in sentences, apart from its plans."""

from __future__ import annotations

import re

from sources.pricing.context import MoneyContext
from sources.pricing.plans import Mark, Plan, add_prices

_EXTRA = re.compile(
    r"\b(?P<name>(?:additional|extra|add-on)\s+[^\W\d_][\w '-]{2,40}?)"
    r"(?=\s+(?:is|are|costs?|for|at|can|will|per|which|from|to|rate|priced|available|starting|start)\b|\s*[,.;:($€£–—]|\s-|$)",
    re.I,
)


def is_extra(mark: Mark) -> bool:
    """Whether a line tells the price of something on top of a plan ("Additional build job: $40/month")."""
    if mark.kind != "price":
        return False
    match = _EXTRA.search(mark.line.text)
    if match is None:
        return False
    before = mark.line.text[: match.start()].rstrip().lower()
    return match.start() < mark.amounts[-1].start or before.endswith(("per", "each", "/", "for every", "for each"))


def read_extras(marks: list[Mark], context: MoneyContext) -> list[Plan]:
    """Add-ons from sentences such as "each additional build job costs $40/month".

    Args:
        marks: Sentences that mention an amount.
        context: Resolves ambiguous currency signs.
    """
    found: dict[str, Plan] = {}
    for mark in marks:
        for sentence_start, sentence_end in _sentences(mark.line.text):
            amounts = [m for m in mark.amounts if sentence_start <= m.start < sentence_end]
            match = _EXTRA.search(mark.line.text, sentence_start, sentence_end) if amounts else None
            if match is None:
                continue
            name = " ".join(match["name"].split())
            name = name[0].upper() + name[1:]
            plan = found.setdefault(
                name.lower(), Plan(name=name, addon=True, text=mark.line.text, place=mark.line.element.place)
            )
            add_prices(plan, [Mark(line=mark.line, kind="price", amounts=amounts, spare=mark.spare)], context)
    return [plan for plan in found.values() if plan.prices]


def _sentences(text: str) -> list[tuple[int, int]]:
    ends = [m.end() for m in re.finditer(r"[.!?](?=\s|$)", text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return list(zip([0, *ends[:-1]], ends, strict=True))
