"""Prices that are paid once, where a page says so apart from its amounts."""

from __future__ import annotations

import re
from dataclasses import replace

from detente.records import PlanPrice
from sources.pricing.page import VisiblePage
from sources.pricing.plans import Plan

_HINTS = ("ne-time", "ne time", "ne-off", "o subscription", " once", "inmalig")
_MAX_WORDS = 14
_STEM = 5
_OF_ALL = re.compile(
    r"^no (?:more )?subscriptions?\s*(?:[.,!–—-]|$)|^(?:all|our) prices are one[- ](?:time|off)\b"
    r"|^(?:just |simply )?(?:pay|buy) (?:only |it |just )?once\b(?! (?:a|per|every))|^one[- ]time (?:payment"
    r"|purchase)s?\s*(?:[.,!–—-]|$)"
    r"|^einmalig(?:e zahlung|er kauf)\b|\bnot a subscription\b",
    re.I,
)
# Searched in the bytes' text, since some pages explain their prices only in what appears over a word.
_OF_SOME = re.compile(
    r"\b([A-Z][a-z]{3,20}(?: [a-z]{3,20})?) (?:is|are) (?:an? )?one[- ](?:time|off) (?:fee|payment|purchase"
    r"|charge|cost)s?\b"
)


def mark_paid_once(page: VisiblePage, plans: list[Plan]) -> None:
    """Give amounts without a period the period `one_time`, if the page says so of all its prices or of this plan's."""
    untold = [p for p in plans if not p.addon and any(map(_untold, p.prices))]
    if not untold or not any(hint in page.html for hint in _HINTS):
        return
    kinds = [match[1].lower() for match in _OF_SOME.finditer(page.html)]
    recurring = any(q.period is not None and q.basis == "visible" for p in plans for q in p.prices)
    of_all = not recurring and any(
        _OF_ALL.search(line.text) is not None for line in page.lines if len(line.text.split()) <= _MAX_WORDS
    )
    for plan in untold:
        if of_all or any(_of_kind(plan.name, kind) for kind in kinds):
            plan.prices = [replace(q, period="one_time") if _untold(q) else q for q in plan.prices]


def _untold(price: PlanPrice) -> bool:
    return bool(price.amount) and price.period is None and price.basis == "visible"


def _of_kind(name: str, kind: str) -> bool:
    """Whether a plan's name has a word that begins like one of the kind's: "Migrate" and "migrations"."""
    starts = {word[:_STEM] for word in kind.split()}
    return any(word[:_STEM] in starts for word in name.lower().split())
