"""Who confirmed whom, and who does so in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.rewards.awards import Award
from scoring.rewards.facts import SightingFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """One person's sighting confirmed another's.

    Attributes:
        by: Who confirmed.
        of: Who had told it first.
        sighting_id: The confirming sighting.
        confirmed_id: The first one.
        points: What both earn by it.
    """

    by: str
    of: str
    sighting_id: str
    confirmed_id: str
    points: int


def confirmations(facts: Sequence[SightingFacts], awards: Sequence[Award]) -> list[Confirmation]:
    """Each sighting that earns as a confirmation or as told too, with the one that was first in its cluster."""
    clusters = {each.sighting_id: each.cluster_id for each in facts}
    paid = [each for each in awards if each.sighting_id in clusters and each.points > 0]
    first = {clusters[each.sighting_id]: each for each in paid if each.rule == "new"}
    found = []
    for each in paid:
        told = first.get(clusters[each.sighting_id])
        if each.rule in ("corroboration", "duplicate") and told is not None:
            found.append(
                Confirmation(
                    by=each.person_id,
                    of=told.person_id,
                    sighting_id=each.sighting_id,
                    confirmed_id=told.sighting_id,
                    points=each.points + told.points,
                )
            )
    return sorted(found, key=lambda one: (one.by, one.of, one.sighting_id))


def rings(confirmed: Sequence[Confirmation]) -> list[frozenset[str]]:
    """The circles: every pair that confirmed each other, and every larger group in which all reach all."""
    towards: dict[str, set[str]] = defaultdict(set)
    for each in confirmed:
        if each.by != each.of:
            towards[each.by].add(each.of)
    pairs = {
        frozenset((one, other)) for one, others in towards.items() for other in others if one in towards.get(other, ())
    }
    reach = {person: _reached(person, towards) for person in towards}
    groups = {
        frozenset({person, *(other for other in reached if person in reach.get(other, ()))})
        for person, reached in reach.items()
    }
    found = pairs | {group for group in groups if len(group) > 2}
    return sorted(found, key=lambda circle: (len(circle), sorted(circle)))


def _reached(start: str, towards: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for other in towards.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen - {start}
