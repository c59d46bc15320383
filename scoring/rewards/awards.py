"""An award: how many points a sighting earns by one rule, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from detente.rules import RewardRule, RewardRuleName, RewardStage
from scoring.rewards.facts import SightingFacts

AwardState = Literal["pending", "earned", "nothing"]
_HUNDREDTH = Decimal("0.01")
_WHOLE = Decimal(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One factor of an award.

    Attributes:
        name: What it is called in the sentence, such as `fresh`.
        factor: In hundredths, from 0 to 1: what is shown is what is multiplied.
        because: Why it is that much.
    """

    name: str
    factor: Decimal
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Award:
    """What one sighting earns by one rule.

    Attributes:
        sighting_id: The sighting.
        person_id: Who earns it.
        rule: By which rule.
        stage: Of which stage; rule, stage and sighting together are paid once.
        points: Whole points; negative for what was made up, 0 with state `nothing`.
        state: `pending` until somebody has reviewed it, then `earned`; `nothing` where nothing is due.
        terms: The factors.
        sentence: The sum as shown, such as "5 × 1.0 new × 0.8 fresh = 4, rule v3"; for nothing, the reason.
        because_nothing: Why it is nothing, in plain words; empty otherwise.
    """

    sighting_id: str
    person_id: str
    rule: RewardRuleName
    stage: RewardStage
    points: int
    state: AwardState
    terms: tuple[Term, ...] = ()
    sentence: str = ""
    because_nothing: str = ""


def term(name: str, factor: float, because: str) -> Term:
    """A factor, rounded half up to hundredths."""
    return Term(name=name, factor=Decimal(str(factor)).quantize(_HUNDREDTH, ROUND_HALF_UP), because=because)


def whole(points: int, terms: Sequence[Term]) -> int:
    """Points × every factor, rounded half up to a whole point: 2.5 is 3, 2.49 is 2."""
    exact = Decimal(points)
    for each in terms:
        exact *= each.factor
    return int(exact.quantize(_WHOLE, ROUND_HALF_UP))


def award(
    facts: SightingFacts,
    rule: RewardRule,
    terms: Sequence[Term],
    *,
    state: AwardState,
    version: int,
    most: int | None = None,
) -> Award:
    """The award of a rule, with its sentence.

    Args:
        facts: The sighting.
        rule: The rule.
        terms: Its factors.
        state: `pending` or `earned`.
        version: Of the rules.
        most: The most that it may be without evidence; None where there is evidence.
    """
    points = whole(rule.points, terms)
    sum_ = " × ".join([_minus(rule.points), *(f"{_shown(each.factor)} {each.name}" for each in terms)])
    sentence = f"{sum_} = {_minus(points)}"
    if most is not None and points > most:
        points = most
        sentence += f", at most {most} without evidence"
    because = "" if points else "it came so late that less than half a point is left of it"
    return Award(
        sighting_id=facts.sighting_id,
        person_id=facts.person_id,
        rule=rule.name,
        stage=rule.stage,
        points=points,
        state=state if points else "nothing",
        terms=tuple(terms),
        sentence=f"{sentence}, rule v{version}",
        because_nothing=because,
    )


def nothing(facts: SightingFacts, because: str, *, rule: RewardRuleName = "new") -> Award:
    """The award of a sighting that earns nothing, and why."""
    return Award(
        sighting_id=facts.sighting_id,
        person_id=facts.person_id,
        rule=rule,
        stage="verified",
        points=0,
        state="nothing",
        sentence=because,
        because_nothing=because,
    )


def waiting(paid: Award, until: str) -> Award:
    """The same award, pending until something else has happened, which its sentence says."""
    if paid.state != "earned":
        return paid
    sum_, rule, version = paid.sentence.rpartition(", rule v")
    return replace(paid, state="pending", sentence=f"{sum_}, {until}{rule}{version}")


def _shown(factor: Decimal) -> str:
    return str(factor.normalize()) if factor != factor.to_integral() else f"{factor:.1f}"


def _minus(points: int) -> str:
    return f"−{-points}" if points < 0 else str(points)
