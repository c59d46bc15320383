"""What reviewers, deciders and auditors do: they look at everything late, and are wrong at stated rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from numpy.random import Generator

from scoring.rewards import DecisionFact, Flag
from scoring.rewards.facts import ReviewOutcome
from scoring.simulation.assumptions import Assumptions
from scoring.simulation.tellings import Telling
from scoring.simulation.world import World


@dataclass(kw_only=True, slots=True)
class Reviewers:
    """Everybody who looks at sightings.

    Attributes:
        assumed: How well they see.
        rng: Chance.
        world: Where a page that they come upon is watched from then on.
        due_at: By telling, when its first review comes; None if it is forgotten.
        decided: Clusters on which it has been said whether something is done.
        first_told: By topic, when it was first told.
    """

    assumed: Assumptions
    rng: Generator
    world: World
    due_at: dict[str, datetime | None] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)
    first_told: dict[str, datetime] = field(default_factory=dict)

    def receive(self, tellings: Sequence[Telling]) -> None:
        """Puts together what says the same, and takes what comes in upon the pile."""
        for telling in tellings:
            self.first_told[telling.topic] = min(self.first_told.get(telling.topic, telling.at), telling.at)
        for telling in tellings:
            telling.cluster = telling.topic
            is_known = self.first_told[telling.topic] < telling.at
            if is_known and self.rng.random() >= self.assumed.sees_same:
                telling.cluster = f"{telling.topic}-{telling.telling_id}"
            waits = timedelta(days=float(self.rng.exponential(self.assumed.review_days)))
            done = self.rng.random() < self.assumed.is_reviewed and telling.completed_at is not None
            self.due_at[telling.telling_id] = (telling.completed_at or telling.at) + waits if done else None

    def review(self, told: Sequence[Telling], now: datetime) -> None:
        """Looks at what is due."""
        for telling in told:
            at = self.due_at.get(telling.telling_id)
            if telling.review is None and at is not None and at <= now:
                telling.review, telling.reviewed_at = self._first_look(telling), at
                if (
                    telling.review != "verified"
                    and telling.nature == "copy"
                    and telling.truth
                    and telling.truth.site is not None
                ):
                    self.world.watched.setdefault(telling.truth.site, at)

    def look_again(self, telling: Telling, at: datetime) -> None:
        """Looks at what waits for a second look, and calls where it was said to be heard."""
        if telling.is_false:
            passes = self.rng.random() < self._belief(telling) * self.assumed.second_believes
            telling.review = "verified" if passes else "fabricated"
        telling.reviewed_at = at

    def call_back(self, told: Sequence[Telling], since: datetime, now: datetime) -> None:
        """Calls about some of what was found true since then, by lot."""
        for telling in told:
            if telling.review != "verified" or telling.reviewed_at is None or not since < telling.reviewed_at <= now:
                continue
            if self.rng.random() < self.assumed.call_back:
                self._ask(telling, now, self.assumed.call_finds)

    def follow(self, flags: Sequence[Flag], by_id: dict[str, Telling], now: datetime) -> None:
        """Looks at what is flagged."""
        for flag in flags:
            if self.rng.random() >= self.assumed.flag_looked_at:
                continue
            for sighting_id in flag.sightings:
                self._ask(by_id[sighting_id], now, self.assumed.flag_finds)

    def decide(self, told: Sequence[Telling], now: datetime) -> None:
        """Once for each cluster in which something was found true: is something done, and was it right?"""
        clusters: dict[str, list[Telling]] = defaultdict(list)
        for telling in told:
            clusters[telling.cluster].append(telling)
        for cluster, members in clusters.items():
            true = [each for each in members if each.review == "verified" and each.reviewed_at is not None]
            if not true or cluster in self.decided:
                continue
            self.decided.add(cluster)
            if self.rng.random() >= self._chance_of_decision(true[0]):
                continue
            first = min(each.reviewed_at for each in true if each.reviewed_at is not None)
            at = first + timedelta(days=float(self.rng.exponential(self.assumed.decision_days)))
            right = self.assumed.right if true[0].truth is not None else self.assumed.right_invented
            decision = DecisionFact(
                decision_id=f"d-{cluster}",
                kind="match",
                decided_at=at,
                outcome="right" if self.rng.random() < right else "wrong",
            )
            for member in members:
                member.decisions.append(decision)

    def _chance_of_decision(self, telling: Telling) -> float:
        if telling.nature in ("spam", "piece", "moved"):
            return self.assumed.decided_own / 2
        if telling.truth is None:
            return self.assumed.decided_invented
        return self.assumed.decided_own if telling.truth.is_own else self.assumed.decided_market

    def _ask(self, telling: Telling, now: datetime, finds: float) -> None:
        if telling.is_false and telling.review != "fabricated" and self.rng.random() < finds:
            telling.review, telling.reviewed_at = "fabricated", now

    def _belief(self, telling: Telling) -> float:
        match telling.nature:
            case "echo":
                return self.assumed.believes_echo
            case "copy":
                return 1 - self.assumed.sees_public
            case "late" | "moved":
                return self.assumed.believes_date
            case "forged":
                return self.assumed.believes_forged
            case _ if telling.is_backed:
                return self.assumed.believes_confirmed
            case _:
                return self.assumed.believes_invented

    def _first_look(self, telling: Telling) -> ReviewOutcome:
        assumed, chance = self.assumed, self.rng.random
        is_unmerged = telling.cluster != telling.topic
        if is_unmerged and chance() < assumed.knows_known:
            return "context"
        match telling.nature:
            case "true" | "piece":
                return self._of_the_true(telling)
            case "late" | "moved":
                return "fabricated" if chance() < assumed.calls_date else self._of_the_true(telling)
            case "copy":
                if chance() >= assumed.sees_public:
                    return "verified"
                return "fabricated" if chance() < self._calls_false_deal() else "context"
            case "spam":
                if chance() < assumed.believes_spam:
                    return "verified"
                return "fabricated" if chance() < assumed.calls_spam else "context"
            case "echo":
                if chance() < assumed.believes_echo:
                    return "verified"
                return "fabricated" if chance() < self._calls_false_deal() else "context"
            case _:
                if chance() < self._belief(telling):
                    return "verified"
                return "fabricated" if chance() < assumed.calls_invented else "wrong"

    def _calls_false_deal(self) -> float:
        """How likely a deal that was not the source is called out, once something looks odd: for echoes and copies."""
        return self.assumed.calls_echo / (1 - self.assumed.believes_echo)

    def _of_the_true(self, telling: Telling) -> ReviewOutcome:
        assumed, chance = self.assumed, self.rng.random
        since = telling.truth.since if telling.truth else telling.at
        if telling.at - since > timedelta(days=28) and chance() < assumed.stale_context:
            return "context"
        if telling.nature in ("piece", "moved") and chance() < assumed.sees_piece:
            return "context"
        if chance() < assumed.true_accused:
            return "fabricated"
        return "verified" if chance() < assumed.true_verified else "context"
