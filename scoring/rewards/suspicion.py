"""What a made-up sighting does to others: a cool-down after it, and a second look at what was paid before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from detente.rules import RewardRules
from scoring.rewards.facts import SightingFacts
from scoring.rewards.refusals import day


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspicion:
    """When made-up sightings were found.

    Attributes:
        by_person: The times at which something of a person was found to be made up, in order.
        by_cluster: The same by cluster.
    """

    by_person: Mapping[str, tuple[datetime, ...]]
    by_cluster: Mapping[str, tuple[datetime, ...]]


def suspicion(facts: Sequence[SightingFacts]) -> Suspicion:
    """When what was found to be made up, over all sightings."""
    by_person: dict[str, list[datetime]] = defaultdict(list)
    by_cluster: dict[str, list[datetime]] = defaultdict(list)
    for each in facts:
        if each.standing_review == "fabricated":
            found_at = each.reviewed_at or each.received_at
            by_person[each.person_id].append(found_at)
            by_cluster[each.cluster_id].append(found_at)
    return Suspicion(
        by_person={person: tuple(sorted(times)) for person, times in by_person.items()},
        by_cluster={cluster: tuple(sorted(times)) for cluster, times in by_cluster.items()},
    )


def cool_downs(times: Sequence[datetime], rules: RewardRules) -> list[tuple[datetime, datetime]]:
    """When nothing is paid: from each made-up sighting that is found, twice as long as the time before.

    What is found while a cool-down lasts belongs to it.

    Args:
        times: When something of one person was found to be made up, in order.
        rules: For the length of the first.
    """
    found: list[tuple[datetime, datetime]] = []
    for at in times:
        if not found or at >= found[-1][1]:
            # beyond a few years a time is no date any more
            days = min(rules.cool_down_days * 2 ** len(found), 3650)
            found.append((at, at + timedelta(days=days)))
    return found


def cooling(facts: SightingFacts, found: Suspicion, rules: RewardRules, zone: tzinfo) -> str | None:
    """Why a sighting that came in the cool-down after a made-up one earns nothing; None if it did not."""
    for start, end in cool_downs(found.by_person.get(facts.person_id, ()), rules):
        if start <= facts.received_at < end:
            return f"after a made-up sighting nothing is paid for a while: until {day(end, zone)}"
    return None


def needs_second_look(facts: SightingFacts, found: Suspicion, rules: RewardRules) -> bool:
    """Whether a review no longer counts, since its sender, or whoever told the same, was found to make things up later.

    What was received within the clawback before that is to be reviewed again; until then it is pending, not refused.
    """
    if facts.reviewed_at is None:
        return False
    reach = timedelta(days=rules.clawback_days)
    times = (*found.by_person.get(facts.person_id, ()), *found.by_cluster.get(facts.cluster_id, ()))
    return any(facts.reviewed_at < found_at and facts.received_at >= found_at - reach for found_at in times)
