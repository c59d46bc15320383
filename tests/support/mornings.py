"""Weeks as they happen: invented competitors whose pages are fetched every morning."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from timeline import Timeline, block, feature, price, release

from detente.records import Observation, Outcome
from detente.weeks import Week
from reports import weekly

ZONE = "Europe/Berlin"
WEEK = Week(year=2026, number=46)
"""Monday 9 to Sunday 15 November 2026."""


@dataclass
class World:
    """Pages that show their facts, fetched at five in the morning (UTC) of each day, a minute apart.

    Attributes:
        timeline: The warehouse that is fed.
        shows: Kind and facts of each page.
        failing: Pages that fail: outcome and reason.
    """

    timeline: Timeline
    shows: dict[str, tuple[str, Sequence[Observation]]] = field(default_factory=dict)
    failing: dict[str, tuple[Outcome, str]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.timeline.folder

    def show(self, page_id: str, *facts: Observation, kind: str = "pricing") -> None:
        self.shows[page_id] = (kind, facts)

    def fail(self, page_id: str, outcome: Outcome, detail: str = "") -> None:
        self.shows.setdefault(page_id, ("pricing", ()))
        self.failing[page_id] = (outcome, detail)

    def mornings(self, first: date, count: int = 1, every: int = 1, **more: Any) -> None:
        for number in range(count):
            at = datetime.combine(first + timedelta(days=every * number), time(5), tzinfo=UTC)
            for minute, (page_id, (kind, facts)) in enumerate(sorted(self.shows.items())):
                outcome, detail = self.failing.get(page_id, (Outcome.OK, ""))
                # the timeline goes a day ahead with each fetch
                self.timeline.at = at + timedelta(minutes=minute) - timedelta(days=1)
                noise = {"noise": f"{at} {page_id}"} if outcome is Outcome.OK else {}
                self.timeline.fetch(*facts, page_id=page_id, kind=kind, outcome=outcome, detail=detail, **noise, **more)

    def live(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Lets happen what a case says, step by step."""
        for step in steps:
            for page_id, shown in step.get("pages", {}).items():
                self.show(page_id, *_facts(shown), kind=shown.get("kind", "pricing"))
            for page_id, (outcome, detail) in step.get("fails", {}).items():
                self.fail(page_id, Outcome(outcome), detail)
            for page_id in step.get("heals", []):
                self.failing.pop(page_id)
            self.mornings(step["from"], step.get("times", 1), step.get("every", 1))

    def report(self, week: Week = WEEK, **more: Any) -> weekly.WeeklyReport:
        """Builds, publishes and gathers."""
        self.timeline.build()
        words = {"zone": ZONE, "company": "Acme Scheduling", "currency": "USD"} | more
        return weekly.gather(self.folder, week, **words)


def _facts(shown: Mapping[str, Any]) -> list[Observation]:
    prices = [
        price(one["plan"], one.get("amount"), **_without(one, "plan", "amount")) for one in shown.get("prices", [])
    ]
    features = [
        feature(
            one["plan"],
            one["feature"],
            limit=Decimal(one["limit"]) if "limit" in one else None,
            **_without(one, "plan", "feature", "limit"),
        )
        for one in shown.get("features", [])
    ]
    releases = [
        release(one["version"], one.get("body", "Better."), **_without(one, "version", "body"))
        for one in shown.get("releases", [])
    ]
    texts = [block(one["block"], one.get("heading", "")) for one in shown.get("texts", [])]
    return [*prices, *features, *releases, *texts]


def _without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def read_case(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "week.toml").read_text(encoding="utf-8"))
