"""`[rewards]` of rules.toml: what earns what; a set of rules by which a cheat would pay is refused."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from detente.reasoned import Days, Reasoned, Share
from detente.toml_file import Strict

RewardRuleName = Literal["new", "corroboration", "duplicate", "linked", "right", "fabricated"]
RewardStage = Literal["verified", "decided", "judged", "fabricated"]
ActingKind = Literal["build", "match", "counter_message", "price", "watch", "decline"]

_STAGES: Mapping[RewardRuleName, RewardStage] = {
    "new": "verified",
    "corroboration": "verified",
    "duplicate": "verified",
    "linked": "decided",
    "right": "judged",
    "fabricated": "fabricated",
}
_ALONE: tuple[RewardRuleName, ...] = ("new", "fabricated")
_MOST_FLOOR = 0.5
_MOST_GRACE = 72
_LEAST_COOL_DOWN = 7
_MOST_RECORD = 0.5


class RewardRule(Strict):
    """A `[[rewards.rules]]` table: what one thing earns."""

    name: RewardRuleName = Field(description="What it is for.")
    stage: RewardStage = Field(description="When it is due; a rule pays a sighting and stage once.")
    points: int = Field(ge=-1000, le=1000, description="Whole points before factors.")
    factors: list[Share] = Field(default_factory=list, description="For the first, second, … who does it; none after.")
    because: str = Field(min_length=1, description="Why.")

    @model_validator(mode="after")
    def _pays_once_and_the_right_way(self) -> RewardRule:
        if self.stage != _STAGES[self.name]:
            raise ValueError(
                f"{self.name!r} at stage {self.stage!r} would be paid for something else; write stage = "
                f'"{_STAGES[self.name]}"'
            )
        if (self.points > 0) is (self.name == "fabricated") or not self.points:
            way = "below 0" if self.name == "fabricated" else "above 0, or leave the rule out"
            raise ValueError(
                f"{self.name!r} with {self.points} points: honest work is never charged, a fake never paid; give it "
                f"points {way}"
            )
        return self

    @model_validator(mode="after")
    def _later_voices_earn_less(self) -> RewardRule:
        if self.name in _ALONE:
            if self.factors:
                raise ValueError(f"{self.name!r} has factors: there is one who does it; leave them out")
            return self
        if not self.factors:
            raise ValueError(
                f"{self.name!r} without factors pays every further voice in full, so that every lent account earns; "
                "say for how many, such as factors = [1.0, 0.5]"
            )
        if any(after > before for before, after in pairwise(self.factors)):
            raise ValueError(
                f"the factors of {self.name!r} rise: a later voice would earn more than an earlier one; put the "
                "largest first"
            )
        if sum(self.factors[1:]) > self.factors[0]:
            raise ValueError(
                f"the later factors of {self.name!r} sum to {sum(self.factors[1:]):g}, more than the first: adding "
                "voices would pay more than finding; lower them"
            )
        return self


class RewardRules(Reasoned):
    """`[rewards]`: caps, times and rules."""

    budget: int = Field(2000, ge=0, le=10_000_000, description="Points of a quarter.")
    daily_cap: int = Field(2, ge=1, le=1000, description="Paid sightings a day and person.")
    weekly_cap: int = Field(5, ge=1, le=1000, description="Paid sightings a week and person.")
    freshness_half_life_days: Days = Field(
        14, description="After how many days between seeing and telling it is worth half."
    )
    freshness_floor: Share = Field(0.05, description="The least that lateness leaves.")
    grace_hours: float = Field(24, ge=0, le=240, description="How long a first short note may be completed.")
    split_days: Days = Field(
        60, description="What one person tells of one deal and competitor within this is one, unless confirmed."
    )
    record_least: int = Field(10, ge=5, le=1000, description="From so many reviews on, somebody has a record …")
    record_share: Share = Field(0.2, description="… of which at least this share must have been found true.")
    page_hours: float = Field(
        48, ge=0, le=240, description="What a page says within this after a sighting, we would have read there."
    )
    linked_kinds: list[ActingKind] = Field(default_factory=list, description="Decisions that count as using it.")
    evidence_above: int = Field(3, ge=0, description="More points than these need evidence.")
    window_days: Days = Field(91, description="Sightings older than this earn nothing any more.")
    clawback_days: Days = Field(90, description="How long a payment can be taken back.")
    cool_down_days: Days = Field(
        30, description="How long nothing is paid after a fabricated sighting; twice as long after the next."
    )
    team_hours: float = Field(48, ge=0, le=2400, description="Within how many hours one team is one voice.")
    standing_least: int = Field(5, ge=2, le=1000, description="Nobody is ranked with fewer sightings than these.")
    reciprocity_times: int = Field(4, ge=1, description="So often confirmed by each other, two people are looked at …")
    reciprocity_share: Share = Field(0.5, description="… if that is more than this share of what they earn.")
    rules: list[RewardRule] = Field(default_factory=list, description="What earns what.")

    @field_validator("weekly_cap")
    @classmethod
    def _a_week_holds_a_day(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("daily_cap", 0):
            raise ValueError(f"it is below daily_cap ({info.data['daily_cap']}): give the week at least as many")
        return value

    @field_validator("freshness_floor")
    @classmethod
    def _waiting_costs(cls, value: float) -> float:
        if value > _MOST_FLOOR:
            raise ValueError(f"sitting on a sighting would cost too little; give it at most {_MOST_FLOOR}")
        return value

    @field_validator("grace_hours")
    @classmethod
    def _a_stub_is_no_claim(cls, value: float) -> float:
        if value > _MOST_GRACE:
            raise ValueError(f"three words would hold a place for days; give it at most {_MOST_GRACE}")
        return value

    @field_validator("cool_down_days")
    @classmethod
    def _a_fake_is_felt(cls, value: float) -> float:
        if value < _LEAST_COOL_DOWN:
            raise ValueError(f"whoever makes things up could go on the same week; give it at least {_LEAST_COOL_DOWN}")
        return value

    @field_validator("record_share")
    @classmethod
    def _honest_reps_are_never_stopped(cls, value: float) -> float:
        if value > _MOST_RECORD:
            raise ValueError(
                f"honest reps are wrong or late, too, and would not be paid; give it at most {_MOST_RECORD}"
            )
        return value

    @field_validator("rules")
    @classmethod
    def _rules_fit_together(cls, rules: list[RewardRule], info: ValidationInfo) -> list[RewardRule]:
        by_name: dict[str, RewardRule] = {}
        for rule in rules:
            if rule.name in by_name:
                raise ValueError(f"a second rule {rule.name!r} would pay the same twice; leave one out")
            by_name[rule.name] = rule
        if rules:
            _charges_enough(by_name)
            _finding_pays_best(by_name)
            _evidence_is_worth_it(by_name, info.data.get("evidence_above"))
        return rules

    def rule(self, name: RewardRuleName) -> RewardRule | None:
        """The rule of that name; None where nothing is paid for it."""
        return next((rule for rule in self.rules if rule.name == name), None)


def _charges_enough(rules: Mapping[str, RewardRule]) -> None:
    """A fake that is found must cost what another that is not found brings."""
    charge = rules.get("fabricated")
    brings = sum(rules[name].points for name in ("new", "linked") if name in rules)
    if charge is None:
        raise ValueError(f"no rule 'fabricated': making things up would cost nothing; add one with points = {-brings}")
    if -charge.points < brings:
        raise ValueError(
            f"'fabricated' charges {-charge.points}, and a sighting that is believed and used brings {brings}: of two "
            f"fakes one that is found would pay for the other; write points = {-brings}"
        )


def _finding_pays_best(rules: Mapping[str, RewardRule]) -> None:
    """Whoever confirms with lent accounts must not earn more than by finding something."""
    new = rules.get("new")
    if new is None:
        return
    for name in ("corroboration", "duplicate"):
        rule = rules.get(name)
        if rule is not None and rule.points * sum(rule.factors) > new.points:
            raise ValueError(
                f"{name!r} pays up to {rule.points * sum(rule.factors):g} for what 'new' pays {new.points}: repeating "
                "would pay more than finding; lower its points or factors"
            )


def _evidence_is_worth_it(rules: Mapping[str, RewardRule], evidence_above: object) -> None:
    new = rules.get("new")
    if new is not None and isinstance(evidence_above, int) and evidence_above >= new.points:
        raise ValueError(
            f"evidence_above ({evidence_above}) is not below what 'new' pays ({new.points}): evidence would never be "
            f"asked for; give it at most {new.points - 1}"
        )
