"""A workspace whose sightings come straight into the warehouse and are scored there, without a desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reporting import plain_workspace
from timeline import sighting

from detente.clock import StartedClock
from detente.workspace import Workspace, load
from flows import scoring
from flows.job import Job, Silent
from warehouse import Incoming, Published, ReadingRows, ask, build, tables
from warehouse.judgements import Judged

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
ROADMAP = """
[[themes]]
name = "Single sign-on"
description = "Sign in with the company's own directory: SAML, SSO, identity providers"
keywords = ["sso", "saml", "login", "directory"]
status = "now"
ours = "no"

[[themes]]
name = "Pricing"
description = "What it costs: prices, discounts, plans, seats"
keywords = ["price", "discount", "seat", "plan"]
status = "next"
ours = "partly"
"""
# in which order a score was written says nothing of what it is
_OF_SCORING = {"scored_at", "succeeded_at"}


def told(number: int, text: str, *, days: float = 0, **more: Any) -> dict[str, Any]:
    """A sighting that came so many days ago."""
    return sighting(number, text=text, received_at=NOW - timedelta(days=days), **more)


class Scored:
    """A warehouse in a folder of its own, with what is found in it."""

    def __init__(self, folder: Path, *, now: datetime = NOW) -> None:
        root = plain_workspace(folder, limits="lock_timeout_s = 2")
        (root / "roadmap.toml").write_text(ROADMAP, encoding="utf-8")
        self.at(load(root), now)
        self._count = 0

    def at(self, workspace: Workspace, now: datetime) -> None:
        """Goes on at another moment, or with other files."""
        self.workspace = workspace
        self.job = Job(workspace=workspace, clock=StartedClock(now), progress=Silent())

    def ingest(
        self, *rows: dict[str, Any], gone: Sequence[str] = (), judged: Judged | None = None, score: bool = True
    ) -> Published | None:
        """Lets sightings come in, as an ingest does."""
        self._count += 1
        incoming = Incoming(rows=rows, gone=gone, mark=str(self._count))
        do = self._score if score else (lambda: None)
        return build.ingest(self.job.warehouse, incoming, self.job.clock.now(), 3, judged, do)

    def build(self) -> build.Built:
        """Makes everything anew from what is there, and scores what is open."""
        with ReadingRows([], {}) as rows:
            return build.finish(self.job.warehouse, rows, self.job.clock.now(), 3, lambda: self._score(everything=True))

    def _score(self, *, everything: bool = False) -> None:
        problem = scoring.score_new(self.job, everything=everything)
        assert not problem, problem

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """The answer of the newest published file."""
        return ask(self.job.warehouse.published, question).rows

    def found(self) -> dict[str, list[tuple[Any, ...]]]:
        """By published table that is made of what was found, its rows without the times of scoring."""
        return {
            table.name: self.rows(f"SELECT {_compared(table)} FROM {table.name} ORDER BY ALL")
            for table in tables.touchable()
            if table.name != "relevance_history"
        }

    def core(self) -> dict[str, list[tuple[Any, ...]]]:
        """The same of the warehouse's own tables, with all columns."""
        with self.job.warehouse.section("look") as connection:
            return {
                table.name: connection.execute(
                    f"SELECT {', '.join(table.columns)} FROM core.{table.name} ORDER BY ALL"
                ).fetchall()
                for table in tables.touchable()
            }

    def made_whole(self) -> dict[str, list[tuple[Any, ...]]]:
        """What `core` would give, had all these tables been made at once."""
        with self.job.warehouse.section("make") as connection:
            tables.build(connection, tables.touchable())
            tables.check(connection, tables.touchable())
        return self.core()


def _compared(table: tables.Table) -> str:
    return ", ".join(name for name in table.columns if name not in _OF_SCORING)
