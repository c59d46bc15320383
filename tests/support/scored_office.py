"""A workspace whose items have clusters, themes and scores: one competitor, a page, three reps, and two decisions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from timeline import Timeline, release, sighting

from detente.clock import StartedClock
from detente.workspace import Workspace, load
from flows.job import Job, Silent
from flows.scoring import score_new
from warehouse import Incoming, build
from warehouse.judgements import Judged

DETENTE = '[company]\nname = "Acme"\ncurrency = "EUR"\n'
GLOBEX = 'name = "Globex"\n'
ROADMAP = """\
[[themes]]
name = "Single sign-on"
description = "Employees sign in once, with SAML or OpenID Connect."
keywords = ["SSO", "SAML", "single sign-on"]
status = "now"
weight = 2
ours = "no"

[[themes]]
name = "Payroll export"
description = "Hours and surcharges reach payroll without a file in between."
keywords = ["payroll", "export"]
status = "later"
ours = "partly"
"""
ASKED, AGAIN, LOST, PAST, OTHER = (f"{number}0000000-0000-4000-8000-000000000000" for number in range(1, 6))
WON_SSO = "Clinic group needs SAML single sign-on before they sign; Globex has it in Team."


def told(sighting_id: str, text: str, at: datetime, **more: Any) -> dict[str, Any]:
    return sighting(sighting_id=sighting_id, text=text, received_at=at, competitor="globex") | more


class ScoredOffice:
    """The workspace, built once at `now` and as often again as a test asks."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        for name, text in {
            "detente.toml": DETENTE, "roadmap.toml": ROADMAP, "competitors/globex.toml": GLOBEX
        }.items():  # fmt: skip
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        self.timeline = Timeline(folder / "data")
        self.decisions: list[dict[str, Any]] = []

    @property
    def workspace(self) -> Workspace:
        return load(self.root)

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def now(self) -> datetime:
        return self.timeline.at

    def fill(self) -> None:
        """A release with single sign-on, two customers who ask for it, a deal lost, and what was decided before."""
        news: dict[str, Any] = {"page_id": "globex/news", "kind": "release_notes"}
        self.timeline.seen(release("1.0"), **news)
        self.timeline.seen(release("2.0", "Single sign-on with SAML for the Team plan."), release("1.0"), **news)
        day = self.now - timedelta(days=20)
        deal: dict[str, Any] = {
            "deal_currency": "EUR",
            "stage": "negotiation",
            "account_key": "north",
            "deal_key": "d1",
        }
        asks = {"deal_amount": 120_000, "close_on": date(2026, 12, 1), "confidence": "certain"} | deal
        self.timeline.reported(
            told(ASKED, WON_SSO, day, person_id="p-1", **asks),
            told(AGAIN, WON_SSO + " Heard again.", day + timedelta(hours=2), person_id="p-2",
                 **asks | {"account_key": "south", "deal_key": "d2", "deal_amount": 900_000}),
            told(LOST, "We lost the city hall to them on price.", day, stage="lost", deal_key="d3", person_id="p-3"),
            told(PAST, "Their SAML single sign-on was slow in the trial of a clinic.", day - timedelta(days=90)),
            told(OTHER, "They sponsor the fair in Lyon.", day),
            mark="2",
        )  # fmt: skip
        self.decide(PAST, "build", "Three clinics wait for it.")

    def decide(self, item_id: str, kind: str, because: str, theme: str | None = None) -> None:
        self.decisions.append(
            {
                "decision_id": f"decision-{len(self.decisions)}", "item_id": item_id, "kind": kind, "theme": theme,
                "because": because, "score": None, "rules_version": 1, "is_blind": False,
                "decided_at": datetime(2026, 10, 1, tzinfo=UTC), "superseded_by": None,
            }
        )  # fmt: skip

    def build(self) -> None:
        """Makes, scores and publishes everything, a day later than the last time."""
        self.timeline.at += timedelta(days=1)
        build.ingest(
            self.timeline.warehouse, Incoming(rows=(), gone=(), mark=f"built {self.now}"), self.now, 3,
            Judged(decisions=self.decisions),
        )  # fmt: skip
        job = Job(workspace=self.workspace, clock=StartedClock(self.now), progress=Silent())
        problems: list[str] = []
        self.timeline.build(score=lambda: problems.append(score_new(job, everything=True)))
        assert problems == [""]
