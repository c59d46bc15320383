"""Facts of sightings for tests of the reward rules: one honest, verified sighting, and what a test changes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from detente.rules import Rules, default_rules
from scoring.rewards import Award, DecisionFact, SightingFacts, due

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)
RULES = default_rules()


def at(days: float = 0, hours: float = 0) -> datetime:
    """So long after Monday, 2 November 2026, 9:00."""
    return MONDAY + timedelta(days=days, hours=hours)


def sighting(name: str, person: str = "ana", **changed: Any) -> SightingFacts:
    """A full report with a photo from a deal of its own, seen on the day, and found true two days later."""
    received = changed.pop("received_at", MONDAY)
    facts: dict[str, Any] = {
        "sighting_id": name,
        "person_id": person,
        "manager_id": f"manager of {person}",
        "received_at": received,
        "completed_at": received,
        "observed_on": received.date(),
        "channel": "form",
        "source": "customer",
        "competitor": "globex",
        "deal_key": f"deal of {person} {name}",
        "account_key": f"account of {person} {name}",
        "cluster_id": f"cluster {name}",
        "gate": "cleared",
        "is_withdrawn": False,
        "has_evidence": True,
        "text_digest": f"text {name}",
        "seen_first_at": None,
        "published_at": None,
        "review": "verified",
        "reviewed_at": received + timedelta(days=2),
        "reviewed_by": ("pia",),
    }
    return SightingFacts(**(facts | changed))


def decision(decided_at: datetime, **changed: Any) -> DecisionFact:
    """A decision to match what a competitor did."""
    facts: dict[str, Any] = {"decision_id": "d1", "kind": "match", "decided_at": decided_at}
    return DecisionFact(**(facts | changed))


def awards(*facts: SightingFacts, rules: Rules = RULES, now: datetime = NOW) -> list[Award]:
    """What is due for them, in UTC."""
    return due(facts, rules, now, UTC)


def points(*facts: SightingFacts, rules: Rules = RULES) -> dict[str, dict[str, int]]:
    """By sighting, the points by rule that are earned."""
    found: dict[str, dict[str, int]] = {each.sighting_id: {} for each in facts}
    for award in awards(*facts, rules=rules):
        if award.state == "earned":
            found[award.sighting_id][award.rule] = award.points
    return found


def reason(name: str, *facts: SightingFacts, now: datetime = NOW) -> str:
    """Why that sighting earns nothing; empty if it earns something."""
    return next(each.because_nothing for each in awards(*facts, now=now) if each.sighting_id == name)


def total(found: Sequence[Award], person: str) -> int:
    """What a person earned or is promised."""
    return sum(each.points for each in found if each.person_id == person)
