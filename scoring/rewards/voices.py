"""Who told a thing first, who confirmed it independently, and who told it too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from detente.rules import RewardRuleName, RewardRules
from scoring.rewards.facts import SightingFacts
from scoring.rewards.findings import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """What a finding is within its cluster.

    Attributes:
        finding: Which one.
        rule: What it earns by: new, corroboration or duplicate; None where it earns nothing.
        position: The how-manyth of that rule it is, from 0.
        rank: The how-manyth independent source it is, from 0; None if it is none.
        told_first_at: When the first in the cluster was told; None for the first.
        because_nothing: Why it earns nothing; empty otherwise.
    """

    finding: Finding
    rule: RewardRuleName | None
    position: int = 0
    rank: int | None = None
    told_first_at: datetime | None = None
    because_nothing: str = ""


def voices(
    found: Sequence[Finding], looked_at: Mapping[str, datetime], rules: RewardRules, corroboration_days: float
) -> list[Voice]:
    """The voices of every cluster.

    Args:
        found: All findings, in the order in which they count as told.
        looked_at: By cluster, when somebody first reviewed or decided on one of its sightings.
        rules: The rules.
        corroboration_days: Within how many days of the first others confirm it.
    """
    clusters: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        clusters[finding.head.cluster_id].append(finding)
    return [
        voice
        for cluster_id, members in clusters.items()
        for voice in _voices_of(members, looked_at.get(cluster_id), rules, timedelta(days=corroboration_days))
    ]


def _voices_of(
    members: Sequence[Finding], looked_at: datetime | None, rules: RewardRules, reach: timedelta
) -> list[Voice]:
    first = members[0]
    told = [Voice(finding=first, rule="new", rank=0)]
    sources = [first.head]
    duplicates = 0
    for finding in members[1:]:
        head = finding.head
        dependent = next((why for source in sources if (why := _dependence(head, source, rules))), "")
        copied = any(
            _is_copy(head, earlier.head) for earlier in members if earlier.at <= finding.at and earlier is not finding
        )
        confirming = len(sources) - 1
        rule: RewardRuleName | None = None
        rank = None
        position = 0
        because = ""
        if (
            not dependent
            and not copied
            and finding.at <= first.at + reach
            and _pays(rules, "corroboration", confirming)
        ):
            rule, position, rank = "corroboration", confirming, len(sources)
            sources.append(head)
        elif copied:
            because = "it has the same words or the same file as an earlier report, so it says nothing more"
        elif looked_at is not None and looked_at <= head.received_at:
            because = "a colleague had told it, and it had been looked at, before you did"
        elif dependent:
            because = dependent
        elif _pays(rules, "duplicate", duplicates):
            rule, position = "duplicate", duplicates
            duplicates += 1
        else:
            because = "enough others had told it before you did"
        told.append(
            Voice(
                finding=finding,
                rule=rule,
                position=position,
                rank=rank,
                told_first_at=first.at,
                because_nothing=because,
            )
        )
    return told


def _pays(rules: RewardRules, name: RewardRuleName, position: int) -> bool:
    rule = rules.rule(name)
    return rule is not None and (position < len(rule.factors) if rule.factors else True)


def _is_copy(one: SightingFacts, other: SightingFacts) -> bool:
    return (bool(one.text_digest) and one.text_digest == other.text_digest) or bool(
        set(one.evidence_digests) & set(other.evidence_digests)
    )


def _dependence(one: SightingFacts, other: SightingFacts, rules: RewardRules) -> str:
    """Why the first sighting does not confirm the other; empty if they are two sources."""
    if one.account_key is None and one.deal_key is None:
        return "others had told it; it counts as well once you name the customer or deal, so that it can be checked"
    if one.deal_key is not None and one.deal_key == other.deal_key:
        return "a colleague on the same deal had told it, and one conversation is one source"
    if one.account_key == other.account_key:
        return "a colleague had told it from the same customer"
    managers = {one.manager_id, other.manager_id} - {None}
    is_team = (
        (one.manager_id is not None and one.manager_id == other.manager_id)
        or one.person_id in managers
        or other.person_id in managers
    )
    if is_team and abs(one.received_at - other.received_at) <= timedelta(hours=rules.team_hours):
        return "a colleague of your team had told it just before, and a team is one voice for a while"
    return ""
