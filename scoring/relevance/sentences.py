"""What each part of a score says, in a sentence of its own figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from detente.rules import RelevanceRules
from scoring.relevance.lift import momentum_of
from scoring.relevance.parts import pressing

Row = Mapping[str, Any]

_SOURCES = {
    "A": "the source has nearly always been right, or is a page that we read",
    "B": "the source has mostly been right",
    "C": "the source has been right about as often as not",
    "D": "the source has often been wrong",
    "E": "the source has mostly been wrong",
    "F": "too little of the source has been looked at",
}
_CLAIMS = {
    "1": "what is said is confirmed by independent sources",
    "2": "what is said is probably true",
    "3": "what is said is possibly true",
    "4": "what is said is doubtful",
    "5": "what is said was found to be otherwise",
    "6": "how sure it is cannot be judged",
}


def number(row: Row, name: str) -> float | None:
    """A figure of a row; None where it is unknown, as it is for the score."""
    value = row.get(name)
    if value is None or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def word(row: Row, name: str) -> str | None:
    """A word of a row; None where there is none."""
    value = row.get(name)
    return value if isinstance(value, str) and value else None


def points(hundredths: int) -> str:
    """Points as they are shown: 6250 is 62.5."""
    return f"{hundredths / 100:.1f}"


def money(amount: float, currency: str) -> str:
    """An amount without small change."""
    return f"{amount:,.0f} {currency}".strip()


def counted(count: float, one: str, more: str) -> str:
    """`1 deal`, `2 deals`."""
    return f"{count:,.0f} {one if count == 1 else more}"


def percent(share: float) -> str:
    """A share as people write it."""
    return f"{100 * share:.0f} %"


def confidence(row: Row) -> str:
    """What the grade of a row says."""
    grade = word(row, "grade") or "F6"
    sources = counted(number(row, "independent_sources") or 0, "independent source", "independent sources")
    return f"{grade}: {_SOURCES.get(grade[0], _SOURCES['F'])}; {_CLAIMS.get(grade[1:], _CLAIMS['6'])} ({sources})"


def of_part(name: str, row: Row, rules: RelevanceRules, currency: str) -> str:
    """The sentence of a part.

    Args:
        name: One of `detente.rules.PART_NAMES`.
        row: What the score was made of.
        rules: By what it was made.
        currency: The company's.
    """
    match name:
        case "demand":
            return _demand(row, rules, currency)
        case "threat":
            return _threat(row, rules)
        case "gap":
            return _gap(row)
        case "time":
            return _time(row, rules)
        case "theme":
            return _theme(row, rules)
        case _:
            return _novelty(row, rules)


def _demand(row: Row, rules: RelevanceRules, currency: str) -> str:
    counts = number(row, "demand_money")
    if counts is None:
        return "No account with a known amount asks for it."
    stated = money(number(row, "demand_stated") or 0.0, currency)
    accounts = counted(number(row, "demand_accounts") or 0, "account asks", "accounts ask")
    return (
        f"{accounts} for it; of {stated} as stated, {money(counts, '')} count: unverified amounts by "
        f"{percent(rules.demand.unverified)}, at most {money(rules.demand.account_cap, '')} of one account, "
        "each by its stage."
    )


def _threat(row: Row, rules: RelevanceRules) -> str:
    deals, every = number(row, "deals"), counted(number(row, "deals_all") or 0, "competitive deal", "competitive deals")
    days = f"{rules.threat.window_days:.0f} days"
    if not deals:
        return f"No deal of the last {days} is known in which this competitor stood."
    lost = number(row, "deals_lost") or 0
    few = f"; with so few it is drawn towards the usual {percent(rules.threat.prior_loss)}"
    few = few if deals < rules.threat.prior_deals else ""
    return (
        f"This competitor stood in {deals:,.0f} of {every} of the last {days}; "
        f"{lost:,.0f} of them {'was' if lost == 1 else 'were'} lost{few}."
    )


def _gap(row: Row) -> str:
    if word(row, "theme") is None:
        return "It fits no theme, so there is nothing to compare."
    theirs, ours, importance = number(row, "theirs"), number(row, "ours"), number(row, "importance") or 0.0
    if theirs is None:
        return "Nobody has shown or said that they have it: unknown, which is not no."
    they = "Their own page shows it" if theirs >= 1 else "Somebody said that they have it, and no page shows it"
    if ours is None:
        return f"{they}; whether we have it, the roadmap does not say."
    we = "we have it" if ours >= 1 else "we have a part of it" if ours > 0 else "we do not have it"
    return f"{they}; {we}. The theme weighs {percent(importance)} of the heaviest one."


def _time(row: Row, rules: RelevanceRules) -> str:
    ahead, age = number(row, "days_ahead"), number(row, "age_days")
    if ahead is not None and is_ahead(row, rules):
        return f"A deal closes in {counted(ahead, 'day', 'days')}." if ahead else "A deal closes today."
    if age is not None and age < 1:
        return "It happened today."
    if age is not None:
        return f"It happened {counted(math.floor(age), 'day', 'days')} ago."
    return "No date is known that would press."


def is_ahead(row: Row, rules: RelevanceRules) -> bool:
    """Whether a deal that closes soon presses more than that it happened lately."""
    ahead, age = (np.array([number(row, name)], dtype=np.float64) for name in ("days_ahead", "age_days"))
    coming, recent = pressing(ahead, age, rules.time)
    return bool(np.nan_to_num(coming[0], nan=-1.0) >= np.nan_to_num(recent[0], nan=0.0))


def _theme(row: Row, rules: RelevanceRules) -> str:
    theme, fit, status = word(row, "theme"), number(row, "fit"), word(row, "status")
    if theme is None or fit is None:
        return "It fits no theme of the roadmap."
    counts = percent(next((factor for known, factor in rules.theme.statuses.items() if known == status), 0.0))
    return f"It fits {theme!r} by {percent(fit)}; what stands under {status!r} counts {counts}."


def _novelty(row: Row, rules: RelevanceRules) -> str:
    undecided = number(row, "undecided")
    decided = "Nothing has been decided" if undecided == 1 else "It is only watched" if undecided else "It is decided"
    recent, usual = number(row, "recent_sources"), number(row, "expected_sources")
    if recent is None:
        return f"{decided}; without a theme there is no trend."
    weeks = f"in {counted(rules.novelty.recent_weeks, 'week', 'weeks')}"
    told = f"{counted(recent, 'source tells', 'sources tell')} of its theme {weeks}"
    if usual is None:
        return f"{decided}; {told}, and the history is too short to say what is usual."
    rising = momentum_of(recent, usual, rules.novelty.certainty)
    verdict = f"surely {1 / max(1 - rising, 0.001):.1f} times as many" if rising else "which may be chance"
    return f"{decided}; {told}, where {usual:.1f} are usual: {verdict}."
