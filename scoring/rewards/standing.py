"""How often what a rep reports is of use, beside others of the team with as many occasions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from detente.rules import RewardRules
from scoring.rewards.awards import Award

_Z = 1.96
_USEFUL = frozenset({"new", "corroboration"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a rep stands.

    Attributes:
        person_id: Who.
        team: The team that they are compared within.
        deals: Competitive deals that they handled: how often they could hear anything.
        submitted: What they sent.
        useful: Of that, what was found true and new, or confirmed independently.
        points: What they earned.
        points_per_deal: Points by competitive deal; None without deals.
        lower_bound: The least share of useful ones that is believed (Wilson, 95 %), as if everybody in the team had
            handled the team's median of deals: whoever has a small territory is not marked down for it.
        score: lower_bound × log(1 + useful ones at that median); what is ranked by.
        rank: Place within the team, from 1; None with fewer sightings than are ranked.
    """

    person_id: str
    team: str
    deals: int
    submitted: int
    useful: int
    points: int
    points_per_deal: float | None
    lower_bound: float
    score: float
    rank: int | None


def wilson_lower(successes: float, trials: float, z: float = _Z) -> float:
    """The lower end of Wilson's interval of a share; 0 without trials.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if trials <= 0:
        return 0.0
    share = min(successes / trials, 1.0)
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max(0.0, (centre - spread) / (1 + z * z / trials))


def standing(
    awards: Sequence[Award], deals: Mapping[str, int], teams: Mapping[str, str], rules: RewardRules
) -> list[Standing]:
    """The standing of everybody who sent something or handled a competitive deal.

    Args:
        awards: All awards of the period, those of state `nothing` too.
        deals: By person, how many competitive deals they handled in it.
        teams: By person, their team; who has none is in a team of their own kind, "".
        rules: For how many sightings somebody is ranked from.

    Returns:
        By team, the best first; those who are not ranked last.
    """
    sightings: dict[str, set[str]] = defaultdict(set)
    useful: dict[str, set[str]] = defaultdict(set)
    points: dict[str, int] = defaultdict(int)
    for award in awards:
        sightings[award.person_id].add(award.sighting_id)
        if award.state == "earned":
            points[award.person_id] += award.points
            if award.rule in _USEFUL:
                useful[award.person_id].add(award.sighting_id)
    people = sorted(sightings.keys() | deals.keys())
    usual = _median_deals(people, deals, teams)
    found = []
    for person in people:
        team = teams.get(person, "")
        handled = deals.get(person, 0)
        sent, used = len(sightings[person]), len(useful[person])
        scale = usual[team] / handled if handled else 1.0
        low = wilson_lower(used * scale, sent * scale)
        found.append(
            Standing(
                person_id=person,
                team=team,
                deals=handled,
                submitted=sent,
                useful=used,
                points=points[person],
                points_per_deal=points[person] / handled if handled else None,
                lower_bound=low,
                score=low * math.log1p(used * scale),
                rank=None,
            )
        )
    return _ranked(found, rules.standing_least)


def _median_deals(people: Sequence[str], deals: Mapping[str, int], teams: Mapping[str, str]) -> dict[str, float]:
    handled: dict[str, list[int]] = defaultdict(list)
    for person in people:
        handled[teams.get(person, "")] += [deals[person]] if deals.get(person) else []
    return {team: median(counts) if counts else 1.0 for team, counts in handled.items()}


def _ranked(found: Sequence[Standing], least: int) -> list[Standing]:
    ordered = sorted(found, key=lambda each: (each.team, each.submitted < least, -each.score, each.person_id))
    places: dict[str, int] = defaultdict(int)
    ranked = []
    for each in ordered:
        if each.submitted < least:
            ranked.append(each)
            continue
        places[each.team] += 1
        ranked.append(replace(each, rank=places[each.team]))
    return ranked
