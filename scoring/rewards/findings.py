"""A finding: what one person found out once, in however many sightings it was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from detente.rules import RewardRules
from scoring.rewards.facts import DecisionFact, SightingFacts
from scoring.rewards.refusals import effective_at

_AGAIN = "you had told it already"
_SAME_DEAL = "it is paid with what you told from the same deal before; by itself once others or a page bear it out"


@dataclass(kw_only=True, slots=True)
class Finding:
    """One person's sightings that are paid as one.

    Attributes:
        head: The first full report of it, which is paid.
        at: When the head counts as told.
        parts: The others, with the reason why they earn nothing by themselves.
    """

    head: SightingFacts
    at: datetime
    parts: list[tuple[SightingFacts, str]] = field(default_factory=list)

    @property
    def members(self) -> tuple[SightingFacts, ...]:
        """The head and the parts."""
        return (self.head, *(part for part, _ in self.parts))

    @property
    def has_evidence(self) -> bool:
        """Whether any of them brought a photo, a file or a link, or a page said it later."""
        return any(member.has_evidence or member.seen_first_at is not None for member in self.members)

    @property
    def decisions(self) -> tuple[DecisionFact, ...]:
        """What was decided on any of them, in order."""
        found = {decision.decision_id: decision for member in self.members for decision in member.decisions}
        return tuple(sorted(found.values(), key=lambda decision: (decision.decided_at, decision.decision_id)))


def findings(facts: Sequence[SightingFacts], rules: RewardRules) -> list[Finding]:
    """Puts together what each person told more than once.

    A later sighting is part of an earlier one of the same person if both say the same (one cluster), or if it comes
    from the same deal and competitor within `split_days`: one finding in five pieces is one. Whoever names no deal,
    names the same one each time. It is a finding of its own where something else shows that: somebody else told the
    same and was found right, or a page says it later. Decisions on any part count for the finding.

    Args:
        facts: Those that may earn something.
        rules: For the grace and the days.

    Returns:
        In the order in which they count as told.
    """
    ordered = sorted(facts, key=lambda each: (effective_at(each, rules), each.sighting_id))
    span = timedelta(days=rules.split_days)
    confirmed = _confirmed(ordered)
    found: list[Finding] = []
    by_thing: dict[tuple[str, str], Finding] = {}
    by_deal: dict[tuple[str, str | None, str | None], Finding] = {}
    for each in ordered:
        at = effective_at(each, rules)
        deal = (each.person_id, each.competitor, each.deal_key)
        things = _things(each)
        finding = next((by_thing[thing] for thing in things if thing in by_thing), None)
        reason = _AGAIN
        if finding is None and not _is_its_own(each, confirmed):
            finding, reason = by_deal.get(deal), _SAME_DEAL
            if finding is not None and at >= finding.at + span:
                finding = None
        if finding is None:
            finding = by_deal[deal] = Finding(head=each, at=at)
            found.append(finding)
        else:
            finding.parts.append((each, reason))
        by_thing.update({thing: finding for thing in things if thing not in by_thing})
    return found


def _confirmed(facts: Sequence[SightingFacts]) -> dict[str, set[str]]:
    """By cluster, who told it and was found right."""
    right: dict[str, set[str]] = defaultdict(set)
    for each in facts:
        if each.standing_review == "verified":
            right[each.cluster_id].add(each.person_id)
    return right


def _things(facts: SightingFacts) -> tuple[tuple[str, str], ...]:
    """What one person can tell only once: a cluster, and what one reading of a page shows."""
    cluster = (facts.person_id, facts.cluster_id)
    if facts.seen_first_at is None:
        return (cluster,)
    return (cluster, (facts.person_id, f"{facts.competitor} {facts.seen_first_at.isoformat()}"))


def _is_its_own(facts: SightingFacts, confirmed: Mapping[str, set[str]]) -> bool:
    return facts.seen_first_at is not None or bool(confirmed.get(facts.cluster_id, set()) - {facts.person_id})
