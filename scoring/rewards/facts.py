"""What is known of a sighting when its credit is worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from detente.sightings import Channel, GateState, Source

ReviewOutcome = Literal["verified", "context", "wrong", "fabricated"]
DecisionKind = Literal["build", "match", "counter_message", "price", "watch", "decline"]
DecisionOutcome = Literal["right", "partly", "wrong"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionFact:
    """A decision that a sighting stood behind.

    Attributes:
        decision_id: Which one.
        kind: What was decided.
        decided_at: When.
        outcome: What came of it, seen later; None while nobody has looked.
    """

    decision_id: str
    kind: DecisionKind
    decided_at: datetime
    outcome: DecisionOutcome | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SightingFacts:
    """A sighting as the reward rules see it; no word of what it says.

    Attributes:
        sighting_id: Which one.
        person_id: Who sent it.
        manager_id: The sender's manager; None if nobody.
        received_at: When we had it, by our clock.
        completed_at: When it was a full report (`completeness.is_complete`), received_at if it was one at once; None
            while it is a stub.
        observed_on: The day on which the sender says to have seen it; None counts as the day it was received.
        channel: The way in.
        source: How the sender learned it.
        competitor: Slug; None where it is not known.
        deal_key: The deal, as the warehouse tells deals apart; None if none was named.
        account_key: The customer; None if none was named.
        cluster_id: What says the same has the same.
        gate: What the law and ethics gate says.
        is_withdrawn: The sender took it back.
        has_evidence: A photo, a file or a link came with it.
        text_digest: Of its normalised text; the same for a copy.
        seen_first_at: Since when the same stands on a page of the competitor, before or after: the page's own date
            where it gives one, else when the crawler first read it; None if never.
        published_at: When it first stood in a digest that the sender could read; None if never.
        review: What reviewers found it to be; None while nobody has looked.
        reviewed_at: When the newest of them did.
        reviewed_by: Who found that; empty where it is not known, which is taken for allowed.
        evidence_digests: Of the files that came with it.
        decisions: Those that rest on it.
    """

    sighting_id: str
    person_id: str
    manager_id: str | None
    received_at: datetime
    completed_at: datetime | None
    observed_on: date | None
    channel: Channel
    source: Source | None
    competitor: str | None
    deal_key: str | None
    account_key: str | None
    cluster_id: str
    gate: GateState
    is_withdrawn: bool
    has_evidence: bool
    text_digest: str
    seen_first_at: datetime | None
    published_at: datetime | None
    review: ReviewOutcome | None
    reviewed_at: datetime | None
    reviewed_by: tuple[str, ...] = ()
    evidence_digests: tuple[str, ...] = ()
    decisions: tuple[DecisionFact, ...] = ()

    @property
    def standing_review(self) -> ReviewOutcome | None:
        """The review, unless only the sender or the sender's manager gave it."""
        if self.reviewed_by and all(who in (self.person_id, self.manager_id) for who in self.reviewed_by):
            return None
        return self.review
