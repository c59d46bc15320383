"""What is due: every award of every sighting, worked out from all facts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from detente.rules import RewardRule, RewardRules, Rules
from scoring.rewards.awards import Award, AwardState, Term, award, nothing, term
from scoring.rewards.caps import Paying, capped
from scoring.rewards.facts import SightingFacts
from scoring.rewards.findings import findings
from scoring.rewards.freshness import freshness
from scoring.rewards.own_work import with_own_work
from scoring.rewards.record import poor_records
from scoring.rewards.refusals import refusal, review_refusal
from scoring.rewards.suspicion import Suspicion, cooling, needs_second_look, suspicion
from scoring.rewards.voices import Voice, voices

_NAMES = {"new": "new", "corroboration": "confirmed", "duplicate": "told too"}
_UNSEEN = "nobody has looked at it for {weeks} weeks; it counts as soon as somebody does"


def due(facts: Sequence[SightingFacts], rules: Rules, now: datetime, zone: tzinfo) -> list[Award]:
    """The awards of all sightings, as they should stand; what is not in the list is not due any more.

    Pure and the same for any order of the facts. A sighting has either awards that pay, or one of state `nothing` that
    says why. Facts come in whole clusters: of a cluster with one sighting of the last `window_days` + `clawback_days`
    all sightings belong in the list, else a later voice would look like the first.

    Args:
        facts: The sightings.
        rules: Of the workspace.
        now: For what has waited too long.
        zone: Of the workspace; days and weeks are counted in it.
    """
    found = suspicion(facts)
    poor = poor_records(facts, rules.rewards)
    refused: list[Award] = []
    able: list[SightingFacts] = []
    for each in facts:
        if each.standing_review == "fabricated":  # reviewed while it could be seen, whoever held it back afterwards
            refused.append(_charge(each, rules))
            continue
        reason = (
            refusal(each, rules.rewards, zone)
            or review_refusal(each)
            or cooling(each, found, rules.rewards, zone)
            or poor.get(each.sighting_id)
            or _unseen(each, rules.rewards, now)
        )
        if reason:
            refused.append(nothing(each, reason))
        else:
            able.append(each)
    groups = findings(able, rules.rewards)
    refused += [nothing(part, because) for group in groups for part, because in group.parts]
    paying: list[Paying] = []
    for voice in voices(groups, _looked_at(facts), rules.rewards, rules.clusters.corroboration_days):
        if voice.because_nothing:
            refused.append(nothing(voice.finding.head, voice.because_nothing))
        else:
            paying.append(Paying(finding=voice.finding, awards=_awards(voice, rules, found, zone)))
    own, in_vain = with_own_work(paying, rules.rewards, now)
    refused += [nothing(each.finding.head, because) for each, because in in_vain]
    paid, above = capped([each for each in own if each.earned or each.pending], rules.rewards, zone)
    refused += [nothing(each.finding.head, because) for each, because in above]
    refused += [_shown(each.awards) for each in own if not (each.earned or each.pending)]
    awards = [each for one in paid for each in one.awards if each.points] + refused
    return sorted(awards, key=lambda each: (each.sighting_id, each.stage, each.rule))


def _awards(voice: Voice, rules: Rules, found: Suspicion, zone: tzinfo) -> tuple[Award, ...]:
    """What a voice earns by all rules, before the caps."""
    head = voice.finding.head
    is_reviewed = head.standing_review == "verified" and not needs_second_look(head, found, rules.rewards)
    state: AwardState = "earned" if is_reviewed else "pending"
    told_first_on = voice.told_first_at.astimezone(zone).date() if voice.told_first_at else None
    fresh = freshness(head, rules.rewards, zone, told_first_on)
    most = None if voice.finding.has_evidence else rules.rewards.evidence_above
    awards = []
    for rule, terms in _terms(voice, rules.rewards):
        made = award(head, rule, (*terms, fresh), state=state, version=rules.version, most=most)
        awards.append(made)
    return tuple(awards)


def _terms(voice: Voice, rules: RewardRules) -> list[tuple[RewardRule, tuple[Term, ...]]]:
    terms: list[tuple[RewardRule, tuple[Term, ...]]] = []
    rule = rules.rule(voice.rule) if voice.rule else None
    if rule is not None:
        because = "nobody had told it before" if rule.name == "new" else f"voice {voice.position + 1} of its kind"
        terms.append((rule, (term(_NAMES[rule.name], _factor(rule, voice.position), because),)))
    if voice.rank is None:
        return terms
    head = voice.finding.head
    until = voice.finding.at + timedelta(days=rules.window_days)
    resting = [
        decision
        for decision in voice.finding.decisions
        if decision.kind in rules.linked_kinds and head.received_at <= decision.decided_at <= until
    ]
    linked = rules.rule("linked")
    if linked is not None and resting and (share := _factor(linked, voice.rank)):
        terms.append((linked, (term("linked", share, f"{resting[0].kind} rests on it"),)))
    right = rules.rule("right")
    if right is not None and (share := _factor(right, voice.rank)):
        proven = [decision for decision in resting if decision.outcome == "right"]
        if proven:
            terms.append((right, (term("right", share, f"{proven[0].kind} turned out right"),)))
    return terms


def _factor(rule: RewardRule, position: int) -> float:
    if not rule.factors:
        return 1.0
    return rule.factors[position] if position < len(rule.factors) else 0.0


def _charge(facts: SightingFacts, rules: Rules) -> Award:
    rule = rules.rewards.rule("fabricated")
    if rule is None:
        return nothing(facts, "it was made up or copied")
    made = award(
        facts, rule, (term("made up or copied", 1, "found by a reviewer"),), state="earned", version=rules.version
    )
    return replace(made, because_nothing="")


def _unseen(facts: SightingFacts, rules: RewardRules, now: datetime) -> str | None:
    if facts.standing_review is None and now - facts.received_at > timedelta(days=rules.window_days):
        return _UNSEEN.format(weeks=round(rules.window_days / 7))
    return None


def _looked_at(facts: Sequence[SightingFacts]) -> dict[str, datetime]:
    """By cluster, when somebody first reviewed or decided on one of its sightings."""
    first: dict[str, datetime] = {}
    for each in facts:
        times = [decision.decided_at for decision in each.decisions]
        if each.reviewed_at is not None:
            times.append(each.reviewed_at)
        for at in times:
            first[each.cluster_id] = min(first.get(each.cluster_id, at), at)
    return first


def _shown(awards: Sequence[Award]) -> Award:
    """Of awards that are all nothing, the first, which says why."""
    return awards[0]
