"""A simulated sighting: what the rules see of it, and what only the simulation knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from detente.sightings import Source
from scoring.rewards import DecisionFact, SightingFacts
from scoring.rewards.facts import ReviewOutcome
from scoring.simulation.world import Rep, Truth, World

# true: heard as told. piece: a later part of one. invented, forged: made up, the second with a doctored file.
# echo: true, but heard from a colleague and not in the deal named. copy: from a public page and in no deal.
# spam: vague talk.
# moved: a piece that is said to come from another deal.
# late: true, but kept, and said to be from yesterday.
Nature = Literal["true", "piece", "moved", "invented", "forged", "echo", "copy", "late", "spam"]
FALSE = frozenset({"moved", "invented", "forged", "echo", "copy", "late"})


@dataclass(kw_only=True, slots=True)
class Telling:
    """One sighting of the simulated quarter.

    Attributes:
        telling_id: Which.
        rep: Whose account sent it.
        nature: What it is in truth.
        truth: What it tells of; None for what is made up.
        topic: What decides whether two tell the same.
        at: When it was sent.
        completed_at: When it was a full report; None for a stub that stays one.
        observed_on: What the sender says.
        deal: As named; None if none is.
        competitor: As named.
        has_evidence: A file came with it.
        minutes: What it took, hearing and asking included.
        is_extra: What the sender would not have done had they been honest.
        is_backed: Another account tells the same, as agreed.
        cluster: Set when it is sent.
        review: Set by the reviewers, with its time.
        decisions: Set by the deciders.
    """

    telling_id: str
    rep: Rep
    nature: Nature
    truth: Truth | None
    topic: str
    at: datetime
    completed_at: datetime | None
    observed_on: date | None
    deal: str | None
    competitor: str
    has_evidence: bool
    minutes: float
    is_extra: bool = False
    is_backed: bool = False
    cluster: str = ""
    review: ReviewOutcome | None = None
    reviewed_at: datetime | None = None
    decisions: list[DecisionFact] = field(default_factory=list)

    @property
    def is_false(self) -> bool:
        """Whether it was not heard where it says."""
        return self.nature in FALSE

    def facts(self, world: World, now: datetime) -> SightingFacts:
        """What the rules see of it at a time."""
        crawled_at = world.crawled_at(self.truth, now) if self.truth else None
        source: Source = "customer"
        seen = self.reviewed_at is not None and self.reviewed_at <= now
        return SightingFacts(
            sighting_id=self.telling_id,
            person_id=self.rep.person_id,
            manager_id=self.rep.manager_id,
            received_at=self.at,
            completed_at=self.completed_at,
            observed_on=self.observed_on,
            channel="form",
            source=source,
            competitor=self.competitor,
            deal_key=self.deal,
            account_key=self.deal,
            cluster_id=self.cluster,
            gate="cleared",
            is_withdrawn=False,
            has_evidence=self.has_evidence,
            text_digest=self.telling_id,
            seen_first_at=crawled_at,
            published_at=None,
            review=self.review if seen else None,
            reviewed_at=self.reviewed_at if seen else None,
            decisions=tuple(each for each in self.decisions if each.decided_at <= now),
        )
