"""`rules.toml`: by what items are clustered, scored and credited; each number with its reason, changes a version."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from detente.errors import WorkspaceError
from detente.reasoned import Days, Reasoned, Share
from detente.reward_rules import RewardRule, RewardRuleName, RewardRules, RewardStage
from detente.sightings import Stage
from detente.toml_file import Strict, read_toml, validated

FILE_NAME = "rules.toml"

ThemeStatus = Literal["now", "next", "later", "parked", "shipped", "declined"]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
PART_NAMES = ("demand", "threat", "gap", "time", "theme", "novelty")
_STAGES: tuple[Stage, ...] = get_args(Stage)
_STATUSES: tuple[ThemeStatus, ...] = get_args(ThemeStatus)


Key = TypeVar("Key", bound=str)


def _complete(table: Mapping[Key, float], names: Sequence[Key]) -> None:
    for name in names:
        if name not in table:
            raise ValueError(f"{name!r} is missing: say what it counts")


def _never_falls(table: Mapping[Key, float], names: Sequence[Key], *, who: str) -> None:
    """What stands later in `names` must not count less."""
    for before, after in pairwise(names):
        if table[after] < table[before]:
            raise ValueError(
                f"{after} ({table[after]:g}) is below {before} ({table[before]:g}): {who} would lower the score; "
                f"give {after} at least {table[before]:g}"
            )


class ClusterRules(Reasoned):
    """`[clusters]`: what is taken for the same thing."""

    window_days: Days = Field(60, description="Items further apart than this are never put together by themselves.")
    corroboration_days: Days = Field(60, description="Within how many days independent sources confirm each other.")


class DemandRules(Reasoned):
    """`[relevance.demand]`: money of customers who ask for it."""

    weight: Share = Field(0.25, description="Share of the score.")
    scale: float = Field(250_000, ge=1, le=1e12, description="Money at which the part stands at 63 %.")
    account_cap: float = Field(100_000, ge=1, le=1e12, description="At most this much counts of one account.")
    unverified: Share = Field(0.5, description="What an amount counts that no import from the CRM confirms.")
    parity_checkbox: Share = Field(0.5, description="What an amount counts whose buyer only ticks a box.")
    stages: dict[Stage, Share] = Field(description="By stage, how likely the money hangs on it.")
    unknown_stage: Share = Field(0.1, description="The same where no stage is named.")

    @field_validator("stages")
    @classmethod
    def _a_deal_that_advances_counts_no_less(cls, stages: dict[Stage, float]) -> dict[Stage, float]:
        _complete(stages, _STAGES)
        # won and lost are not stations on one way
        _never_falls(stages, _STAGES[:4], who="a deal that advances")
        return stages

    @field_validator("unknown_stage")
    @classmethod
    def _silence_pays_no_more(cls, unknown: float, info: ValidationInfo) -> float:
        stages: Mapping[str, float] = info.data.get("stages") or dict.fromkeys(_STAGES, 1.0)
        least = min(stages, key=lambda stage: stages[stage])
        if unknown > stages[least]:
            raise ValueError(
                f"it is above {least} ({stages[least]:g}): leaving the stage out would raise the score; "
                f"give it at most {stages[least]:g}"
            )
        return unknown


class ThreatRules(Reasoned):
    """`[relevance.threat]`: how often the competitor meets us, and wins."""

    weight: Share = Field(0.2, description="Share of the score.")
    window_days: Days = Field(365, description="Deals of how many days count.")
    prior_deals: float = Field(
        10, gt=0, le=1e6, description="Towards the average of how many deals a competitor is drawn."
    )
    prior_loss: Share = Field(0.3, description="The share lost where nobody knows better.")
    scale: float = Field(
        0.15, ge=0.001, le=1, description="Share of all competitive deals lost to it at which the part stands at 63 %."
    )


class GapRules(Reasoned):
    """`[relevance.gap]`: they have it, we do not."""

    weight: Share = Field(0.15, description="Share of the score.")
    partly: Share = Field(0.5, description="How much of it we have where the roadmap says `partly`.")
    claimed: Share = Field(0.5, description="What counts of theirs where no page shows it and only a sighting says it.")


class TimeRules(Reasoned):
    """`[relevance.time]`: something with a date is near."""

    weight: Share = Field(0.1, description="Share of the score.")
    window_days: Days = Field(90, description="A date further ahead than this does not press.")
    half_life_days: Days = Field(21, ge=1, description="After how many days what happened presses half as much.")


class ThemeRules(Reasoned):
    """`[relevance.theme]`: it is about a line of the roadmap."""

    weight: Share = Field(0.15, description="Share of the score.")
    statuses: dict[ThemeStatus, Share] = Field(description="By status of the theme, what its fit counts.")

    @field_validator("statuses")
    @classmethod
    def _a_theme_that_comes_nearer_counts_no_less(cls, statuses: dict[ThemeStatus, float]) -> dict[ThemeStatus, float]:
        _complete(statuses, _STATUSES)
        _never_falls(statuses, _STATUSES[3::-1], who="a theme that moves up the roadmap")
        return statuses


class NoveltyRules(Reasoned):
    """`[relevance.novelty]`: not decided yet, and told more often than before."""

    weight: Share = Field(0.15, description="Share of the score.")
    momentum_share: Share = Field(0.5, description="How much of the part is momentum; the rest is being undecided.")
    recent_weeks: int = Field(4, ge=1, le=52, description="How many weeks are the present.")
    base_weeks: int = Field(26, ge=4, le=260, description="How many weeks before them are the habit.")
    certainty: float = Field(0.9, gt=0.5, le=0.999, description="How sure it must be that more is told than before.")

    @field_validator("base_weeks")
    @classmethod
    def _the_habit_is_no_shorter_than_the_present(cls, weeks: int, info: ValidationInfo) -> int:
        if weeks < (recent := info.data.get("recent_weeks", 0)):
            raise ValueError(
                f"it is below recent_weeks ({recent}): no habit could ever be known; give it {recent} or more"
            )
        return weeks


class RelevanceRules(Strict):
    """`[relevance]`: the six parts of a score; the weights sum to 1."""

    demand: DemandRules = Field(description="Money of customers who ask for it.")
    threat: ThreatRules = Field(description="How often the competitor meets us, and wins.")
    gap: GapRules = Field(description="They have it, we do not.")
    time: TimeRules = Field(description="Something with a date is near.")
    theme: ThemeRules = Field(description="It is about a line of the roadmap.")
    novelty: NoveltyRules = Field(description="Not decided yet, and told more often than before.")

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> RelevanceRules:
        total = math.fsum(self.weights.values())
        if abs(total - 1) > 1e-9:
            way_out = f"take {total - 1:.4g} from" if total > 1 else f"give {1 - total:.4g} to"
            raise ValueError(
                f"the weights of the six parts sum to {total:.4g}, and must sum to 1: {way_out} one of them"
            )
        return self

    @property
    def weights(self) -> dict[str, float]:
        """By part, in the order in which parts are shown."""
        return {name: getattr(self, name).weight for name in PART_NAMES}


class Rules(Strict):
    """`rules.toml`."""

    version: int = Field(ge=1, le=1_000_000, description="Raised with every change; scores and entries carry it.")
    clusters: ClusterRules = Field(description="What is taken for the same thing.")
    relevance: RelevanceRules = Field(description="The six parts of a score.")
    rewards: RewardRules = Field(description="What earns what.")
    rates: dict[Currency, Annotated[Decimal, Field(gt=0, le=1_000_000, allow_inf_nan=False)]] = Field(
        default_factory=dict, description="By ISO 4217 code, what one unit is worth in the company's currency."
    )

    @property
    def digest(self) -> str:
        """Tells two files apart, whatever version they name; what a file leaves out is not in it."""
        return hashlib.sha256(self.model_dump_json(exclude_unset=True).encode()).hexdigest()[:16]


@cache
def default_text() -> str:
    """The rules that a new workspace begins with."""
    return resources.files("detente").joinpath(FILE_NAME).read_text(encoding="utf-8")


def text_in(root: Path) -> str:
    """The rules file of the workspace in that folder; the one that a new one begins with where there is none."""
    path = root / FILE_NAME
    return path.read_text(encoding="utf-8") if path.exists() else default_text()


@cache
def default_rules() -> Rules:
    """The same, read."""
    return Rules(**tomllib.loads(default_text()))


def load_rules(root: Path) -> Rules:
    """The rules of the workspace at `root`; those that a new one begins with where it has no file.

    Raises:
        WorkspaceError: Each fault with file and line: an unknown key, a number without a reason, a weight that would
            let a score fall where its part rises, rewards that contradict each other.
    """
    path = root / FILE_NAME
    if not path.exists():
        return default_rules()
    data, text = read_toml(path)
    return validated(Rules, path, data, text)


__all__ = [
    "PART_NAMES",
    "RewardRule",
    "RewardRuleName",
    "RewardRules",
    "RewardStage",
    "Rules",
    "WorkspaceError",
    "default_rules",
    "default_text",
    "load_rules",
    "text_in",
]
