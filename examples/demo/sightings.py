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
    """

    week: int
    by: str
    submission: Submission
    is_read: bool = False
    question: str = ""
    answer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPerson:
    """Somebody at the invented company."""

    name: str
    email: str
    roles: tuple[str, ...]


def load_people() -> Mapping[str, DemoPerson]:
    """The people, by their key."""
    return {
        key: DemoPerson(name=one["name"], email=f"{key}@tandemar.example", roles=tuple(one["roles"]))
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
        )
        for position, one in enumerate(_file()["sightings"])
    ]


def load_wanted() -> list[Mapping[str, Any]]:
    """What the invented product managers want to know, as the tables of a `wanted.toml`."""
    wanted: list[Mapping[str, Any]] = _file()["wanted"]
    return wanted


def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))
