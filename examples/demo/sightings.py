"""What the demo's invented reps heard, from `sightings.toml`."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.sightings import Submission

_FILE = Path(__file__).with_name("sightings.toml")
# ids that are the same in every demo
_IDS = uuid.UUID("5c1f9c1e-6f0c-4b6e-9d3f-0f4f6f8a2d10")

OWNER = "owner"
EARNER = "jonas@tandemar.example"
"""Whose statement is worth a look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoSighting:
    """A sighting and what came of it.

    Attributes:
        week: Number of the week, as in `plan.toml`.
        by: Key of the person, or `OWNER`.
        submission: What was said.
        is_read: Whether a product manager has read it.
        question: What the product manager asked; empty where nothing.
        answer: What the reporter answered.
        key: What decisions call it; empty where none rests on it.
        review: What the product manager found it to be; empty where she has not said.
        reviewed_in: Number of the week in which she said so.
    """

    week: int
    by: str
    submission: Submission
    is_read: bool = False
    question: str = ""
    answer: str = ""
    key: str = ""
    review: str = ""
    reviewed_in: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoMerge:
    """Two sightings, by their keys, that were put together in a week."""

    week: int
    one: str
    other: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoDecision:
    """What was decided on a sighting and all that says the same.

    Attributes:
        week: Number of the week.
        on: Key of the sighting.
        kind: build, match, counter_message, price, watch or decline.
        theme: Name of a theme of the roadmap.
        because: Why.
        reply: What the reporters are told.
        outcome: How it turned out; empty where nobody has said.
        judged_in: Number of the week in which that was said; 0 where nobody has.
    """

    week: int
    on: str
    kind: str
    theme: str
    because: str
    reply: str
    outcome: str = ""
    judged_in: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPerson:
    """Somebody at the invented company; `manager` is a key, and empty where they have none."""

    name: str
    email: str
    roles: tuple[str, ...]
    manager: str = ""


def load_people() -> Mapping[str, DemoPerson]:
    """The people, by their key."""
    return {
        key: DemoPerson(
            name=one["name"],
            email=f"{key}@tandemar.example",
            roles=tuple(one["roles"]),
            manager=one.get("manager", ""),
        )
        for key, one in _file()["people"].items()
    }


def load_sightings() -> list[DemoSighting]:
    """The sightings, in the order of the file."""
    return [
        DemoSighting(
            week=one["week"],
            by=one["by"],
            submission=Submission(sighting_id=str(uuid.uuid5(_IDS, str(position))), **one["says"]),
            is_read=one.get("read", False),
            question=one.get("ask", ""),
            answer=one.get("answer", ""),
            key=one.get("key", ""),
            review=one.get("review", ""),
            reviewed_in=one.get("reviewed_in", one["week"]),
        )
        for position, one in enumerate(_file()["sightings"])
    ]


def load_merges() -> list[DemoMerge]:
    """What was put together by hand."""
    return [DemoMerge(**one) for one in _file()["merges"]]


def load_decisions() -> list[DemoDecision]:
    """The decisions, in the order of the file."""
    return [DemoDecision(**one) for one in _file()["decisions"]]


def load_wanted() -> list[Mapping[str, Any]]:
    """What the invented product managers want to know, as the tables of a `wanted.toml`."""
    wanted: list[Mapping[str, Any]] = _file()["wanted"]
    return wanted


def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))
