"""What the page of rewards shows: one's own statement, and the rules in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.following.sightings import short_name
from desk.rewarding.entries import Entry
from desk.rewarding.statement import Line, Statement
from detente.quarters import Quarter
from web.pages import shows
from web.receipt.words import Tone
from web.rewards import words
from web.rewards.words import BoundLine, RuleLine
from web.services import Services


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the desk tells of somebody's rewards.

    Attributes:
        statement: Of the quarter that is looked at.
        quarters: Those of which there is something, and the present one; the newest first.
        is_used_up: The present quarter's points are all promised, and it is the one that is looked at.
    """

    statement: Statement
    quarters: tuple[str, ...]
    is_used_up: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """A number on top.

    Attributes:
        points: How many.
        label: What they are.
    """

    points: int
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditLine:
    """One thing that somebody was credited for.

    Attributes:
        points: With their sign.
        title: What it is for.
        state: Whether it is earned, pending or undone, in a word.
        tone: How that is shown.
        sentence: How the points came about.
        name: The sighting's short name; empty where it is for none.
        link: Where it is shown.
        at: When it was written down.
    """

    points: str
    title: str
    state: str
    tone: Tone
    sentence: str
    name: str
    link: str
    at: datetime


@shows("rewards.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class RewardsPage:
    """One's own rewards.

    Attributes:
        quarter: The one that is looked at.
        quarters: Those that can be looked at.
        sums: What is earned, pending and given out in it.
        to_redeem: What can be redeemed, over all quarters.
        is_used_up: What comes due now waits for the next quarter.
        lines: What it is for, the newest first.
        version: Of the rules.
        rules: What earns what.
        nothing: What earns nothing, in sentences.
        bounds: The bounds of all rules.
    """

    quarter: str
    quarters: tuple[str, ...]
    sums: tuple[Sum, ...]
    to_redeem: int
    is_used_up: bool
    lines: tuple[CreditLine, ...]
    version: int
    rules: tuple[RuleLine, ...]
    nothing: tuple[str, ...]
    bounds: tuple[BoundLine, ...]


_STATES: dict[str, tuple[str, Tone]] = {
    "earned": ("earned", "good"),
    "pending": ("pending", "todo"),
    "nothing": ("not counted", "soft"),
}


def told(found: Statement, entries: Sequence[Entry], *, present: Quarter, left: int) -> Told:
    """What there is to tell of somebody.

    Args:
        found: Their statement of the quarter that is looked at.
        entries: All of theirs.
        present: The quarter that it is.
        left: Points of the present quarter that nobody was promised.
    """
    quarters = {str(present), found.quarter, *(one.quarter for one in entries)}
    return Told(
        statement=found,
        quarters=tuple(sorted(quarters, reverse=True)),
        is_used_up=found.quarter == str(present) and bool(entries) and left <= 0,
    )


def page(services: Services, found: Told) -> RewardsPage:
    """The page of rewards."""
    rules = services.workspace.rules
    sums = [
        Sum(points=found.statement.earned, label="earned"),
        Sum(points=found.statement.pending, label="pending"),
    ]
    if found.statement.redeemed:
        sums.append(Sum(points=found.statement.redeemed, label="given out"))
    return RewardsPage(
        quarter=found.statement.quarter,
        quarters=found.quarters,
        sums=tuple(sums),
        to_redeem=max(0, found.statement.available),
        is_used_up=found.is_used_up,
        lines=tuple(_line(one) for one in reversed(found.statement.lines)),
        version=rules.version,
        rules=words.rule_lines(rules.rewards),
        nothing=words.NOTHING,
        bounds=words.bound_lines(rules.rewards),
    )


def _line(line: Line) -> CreditLine:
    state, tone = _STATES[line.state]
    if line.rule == "redeemed":
        state, tone = ("given out", "soft") if line.state == "earned" else ("undone", "soft")
    return CreditLine(
        points=f"{line.points:+d}".replace("-", "−"),
        title=words.title(line.rule),
        state=state,
        tone=tone,
        sentence=line.sentence,
        name=short_name(line.sighting_id) if line.sighting_id else "",
        link=f"/r/{line.sighting_id}" if line.sighting_id else "",
        at=line.at,
    )
