"""How fresh a sighting was when it was told: sitting on it is worth less than telling it."""

from __future__ import annotations

from datetime import date, tzinfo

from detente.rules import RewardRules
from scoring.rewards.awards import Term, term
from scoring.rewards.facts import SightingFacts


def freshness(facts: SightingFacts, rules: RewardRules, zone: tzinfo, told_first_on: date | None = None) -> Term:
    """max(floor, 0.5^(days / half-life)), by the days between seeing and telling.

    A day that is left out, or that lies after the day it was received, counts as that day. The sender's word is bounded
    by what others told: whoever says later what stands in an earlier sighting cannot have it fresher than that.

    Args:
        facts: The sighting.
        rules: Half-life and floor.
        zone: In which days are counted.
        told_first_on: The day on which somebody else had told it; None for the first.
    """
    received_on = facts.received_at.astimezone(zone).date()
    since = min(day for day in (facts.observed_on, told_first_on, received_on) if day is not None)
    days = (received_on - since).days
    factor = max(rules.freshness_floor, 0.5 ** (days / rules.freshness_half_life_days))
    if days == 0:
        because = "told on the day it was seen"
    elif since == facts.observed_on:
        because = f"seen {_days(days)} before it was told"
    else:
        because = f"told first {_days(days)} before"
    return term("fresh", factor, because)


def _days(days: int) -> str:
    return "a day" if days == 1 else f"{days} days"
