"""What earns nothing whoever looks at it, and the plain words for why; none of them blames an honest reporter."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from detente.rules import RewardRules
from scoring.rewards.facts import SightingFacts


def effective_at(facts: SightingFacts, rules: RewardRules) -> datetime:
    """When a sighting counts as told: when it was received, if it was complete within the grace; else when it was."""
    if facts.completed_at is None or facts.completed_at <= facts.received_at + timedelta(hours=rules.grace_hours):
        return facts.received_at
    return facts.completed_at


def refusal(facts: SightingFacts, rules: RewardRules, zone: tzinfo) -> str | None:
    """Why a sighting earns nothing, by what it is; None if it may earn something."""
    if facts.gate == "waiting":
        return "it waits for your answer to how you learned it; answered, it counts"
    if facts.gate != "cleared":
        return "what may not be collected is never paid; that you told it is not held against you"
    if facts.is_withdrawn:
        return "you took it back"
    if facts.source == "public":
        return "what anybody can read on a public page is not paid; thank you, the page can be watched from now on"
    if reason := _was_public(facts, rules, zone):
        return reason
    if facts.completed_at is None:
        return "it is too short to check; say who, where or how much, or add a photo, and it counts from then on"
    return None


def review_refusal(facts: SightingFacts) -> str | None:
    """Why a sighting earns nothing, by what the reviewers found; None if they found it true or have not looked yet."""
    match facts.standing_review:
        case "context":
            return "it was useful to know, but no news by itself; thank you"
        case "wrong":
            return "it turned out otherwise; an honest mistake costs you nothing"
        case _:
            return None


def _was_public(facts: SightingFacts, rules: RewardRules, zone: tzinfo) -> str | None:
    told_at = effective_at(facts, rules)
    if facts.published_at is not None and facts.published_at <= told_at:
        return f"our own digest had told it on {day(facts.published_at, zone)}, before you did"
    seen_at = facts.seen_first_at
    if seen_at is None:
        return None
    if seen_at <= told_at:
        return f"the competitor's own page said so on {day(seen_at, zone)}, before you did"
    if seen_at <= told_at + timedelta(hours=rules.page_hours):
        return f"the competitor's own page said so on {day(seen_at, zone)}, where we read it ourselves"
    return None


def day(at: datetime, zone: tzinfo) -> str:
    """A day as sentences name it, such as 12 Nov."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b}"
