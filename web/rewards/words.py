"""The rules of rewards in plain words: what earns what, within which bounds, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from detente.rules import RewardRule, RewardRuleName, RewardRules

RULES: Mapping[RewardRuleName, str] = {
    "new": "True, and told by nobody before",
    "corroboration": "Confirms what somebody else told",
    "duplicate": "Told again before the first was looked at",
    "linked": "A decision rests on it",
    "right": "That decision turned out right",
    "fabricated": "Made up or copied",
}

NOTHING = (
    "What a page had said before you told it, and what else is public: thank you, and no points.",
    "What you have told before, and one finding in several parts: it counts once.",
    "What the gate holds back, whatever it says. Telling that you have it is right, and never counts against you.",
    "What turns out to be wrong in good faith: no points, and none are taken.",
)
"""What earns nothing, in whole sentences."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleLine:
    """A rule.

    Attributes:
        points: What it earns, e.g. "+5", or "+2, then +1" where a second voice earns less.
        title: What it is for.
        because: Why.
    """

    points: str
    title: str
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundLine:
    """A bound of all rules.

    Attributes:
        text: What it says.
        because: Why.
    """

    text: str
    because: str


def rule_lines(rules: RewardRules) -> tuple[RuleLine, ...]:
    """What earns what, in the order of the rules file."""
    return tuple(RuleLine(points=_points(one), title=RULES[one.name], because=one.because) for one in rules.rules)


def bound_lines(rules: RewardRules) -> tuple[BoundLine, ...]:
    """The bounds of all rules, each with its reason."""
    told = {
        "daily_cap": f"At most {_count(rules.daily_cap, 'sighting')} a day are paid.",
        "weekly_cap": f"At most {_count(rules.weekly_cap, 'sighting')} a week are paid.",
        "freshness_half_life_days": (
            f"What was seen {_days(rules.freshness_half_life_days)} before it was told is worth half."
        ),
        "freshness_floor": f"Lateness leaves {rules.freshness_floor:.0%} at least.",
        "evidence_above": f"More than {_count(rules.evidence_above, 'point')} need a photo, a file or a link.",
        "grace_hours": f"A first short note may be completed within {rules.grace_hours:g} hours.",
        "window_days": f"A decision counts if it is made within {_days(rules.window_days)} of the sighting.",
        "split_days": f"What you tell of one deal and competitor within {_days(rules.split_days)} is one finding.",
        "page_hours": f"What a page says within {rules.page_hours:g} hours after you is not paid.",
        "record_share": (
            f"From {rules.record_least} reviews on, {rules.record_share:.0%} of what you send must be found true."
        ),
        "team_hours": f"Two of one team who say the same within {rules.team_hours:g} hours are one voice.",
        "clawback_days": f"Points can be taken back for {_days(rules.clawback_days)}, by an entry that says why.",
        "cool_down_days": f"After something made up, nothing is paid for {_days(rules.cool_down_days)}.",
        "reciprocity_times": (
            f"Two who confirm each other {rules.reciprocity_times} times and more are looked at by a person."
        ),
        "budget": f"There are {_count(rules.budget, 'point')} a quarter for all; what comes due after that waits.",
    }
    return tuple(BoundLine(text=text, because=rules.because.get(name, "")) for name, text in told.items())


def title(rule: str) -> str:
    """What a rule is for; its name where no rules know it any more."""
    told = {str(name): text for name, text in RULES.items()} | {"redeemed": "Given out"}
    return told.get(rule, rule)


def _points(rule: RewardRule) -> str:
    shares = rule.factors or [1.0]
    return ", then ".join(f"{math.floor(rule.points * share + 0.5):+d}".replace("-", "−") for share in shares)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _days(days: float) -> str:
    return "a day" if days == 1 else f"{days:g} days"
