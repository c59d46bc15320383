"""The caps: so many paid sightings a day and a week; those that earn most are the ones that are paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from detente.rules import RewardRules
from scoring.rewards.awards import Award
from scoring.rewards.findings import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Paying:
    """A finding with what it would earn."""

    finding: Finding
    awards: tuple[Award, ...]

    @property
    def earned(self) -> int:
        """Points that nobody has still to look at."""
        return sum(award.points for award in self.awards if award.state == "earned")

    @property
    def pending(self) -> int:
        """Points that wait."""
        return sum(award.points for award in self.awards if award.state == "pending")


def capped(paying: Sequence[Paying], rules: RewardRules, zone: tzinfo) -> tuple[list[Paying], list[tuple[Paying, str]]]:
    """Those that are paid, and those above a cap with the reason.

    Days lie within weeks, so taking the best first is the best for the reporter, and one more sighting never lowers the
    sum. A day is that of the workspace; a sighting belongs to the day it was received.
    """
    days: Counter[tuple[str, object]] = Counter()
    weeks: Counter[tuple[str, object]] = Counter()
    paid: list[Paying] = []
    above: list[tuple[Paying, str]] = []
    for each in sorted(
        paying, key=lambda one: (-one.earned, -one.pending, one.finding.at, one.finding.head.sighting_id)
    ):
        head = each.finding.head
        local = head.received_at.astimezone(zone).date()
        day = (head.person_id, local)
        week = (head.person_id, local.isocalendar()[:2])
        if days[day] >= rules.daily_cap:
            above.append((each, f"{_counted(rules.daily_cap)} of that day {_are(rules.daily_cap)} paid already"))
        elif weeks[week] >= rules.weekly_cap:
            above.append((each, f"{_counted(rules.weekly_cap)} of that week {_are(rules.weekly_cap)} paid already"))
        else:
            days[day] += 1
            weeks[week] += 1
            paid.append(each)
    return paid, above


def _counted(number: int) -> str:
    return f"{number} sightings" if number > 1 else "a sighting"


def _are(number: int) -> str:
    return "are" if number > 1 else "is"
