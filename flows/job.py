"""What a run is given: the workspace, a clock, and somebody to tell how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from detente.clock import Clock, SystemClock
from detente.records import Summary, content_key
from detente.weeks import Week
from detente.workspace import Workspace
from warehouse import Archive, CompetitorRow, Warehouse
from warehouse.lock import held


class Progress(Protocol):
    """Told how far a run is; the command line draws it."""

    def step(self, name: str, total: int | None = None) -> None:
        """A step begins, of so many parts where that is known."""
        ...

    def advance(self, by: int = 1) -> None:
        """So many more parts of the step are done."""
        ...


class Silent:
    """Progress that nobody watches."""

    def step(self, name: str, total: int | None = None) -> None:
        """Says nothing."""

    def advance(self, by: int = 1) -> None:
        """Says nothing."""


# A flow that Prefect runs in this process finds here whom to tell; in a process of its own nobody listens.
progress_now: ContextVar[Progress] = ContextVar("progress_now", default=Silent())  # noqa: B039  (it has no state)


@dataclass(frozen=True)
class Job:
    """One run over one workspace.

    Attributes:
        workspace: Loaded and valid.
        clock: Tells the time that the run is for; a past week is run again with the time of then.
        progress: Told how far the run is.
        warehouse_name: File that is built; another one while the warehouse is made anew.
    """

    workspace: Workspace
    clock: Clock = field(default_factory=SystemClock)
    progress: Progress = field(default_factory=progress_now.get)
    warehouse_name: str = "warehouse.duckdb"

    @cached_property
    def archive(self) -> Archive:
        """The archive of the workspace."""
        return Archive(self.workspace.data / "archive")

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse of the workspace."""
        return Warehouse(
            self.workspace.data,
            name=self.warehouse_name,
            lock_timeout_s=self.workspace.settings.limits.lock_timeout_s,
        )

    @property
    def zone(self) -> str:
        """The workspace's time zone."""
        return self.workspace.settings.company.time_zone

    @property
    def today(self) -> str:
        """The date in the workspace's time zone."""
        return self.clock.now().astimezone(ZoneInfo(self.zone)).date().isoformat()

    def competitors(self) -> list[CompetitorRow]:
        """The workspace's competitors as the warehouse takes them."""
        return [
            CompetitorRow(competitor=c.slug, name=c.name, aliases=c.aliases, domains=c.domains)
            for c in self.workspace.competitors
        ]

    @contextmanager
    def alone(self, purpose: str) -> Iterator[None]:
        """Keeps other runs over this workspace out, and clears away what one that was killed left aside.

        Raises:
            WarehouseBusyError: Another run is under way; the message names it.
        """
        with held(self.workspace.data / "run.lock", purpose, self.workspace.settings.limits.lock_timeout_s):
            self.archive.sweep()
            yield

    def is_reported(self, week: Week) -> bool:
        """Whether the log of runs says that the week's report has been written when the week was over."""
        _, end = week.window(self.zone)
        return any(
            run["flow"] == "weekly"
            and run["slot"] == str(week)
            and datetime.fromisoformat(run["ended_at"]).replace(tzinfo=UTC) >= end
            for run in self.archive.runs()
        )

    def record(self, summary: Summary, slot: str, started_at: datetime) -> None:
        """Writes that a run has ended into the archive's log; nothing is written of one that was killed.

        Raises:
            StorageError: The disk refused.
        """
        self.archive.log_run(
            {
                "run_id": content_key(summary.step, slot, started_at), "flow": summary.step, "slot": slot,
                "state": "partial" if summary.failed else "ok", "started_at": started_at, "ended_at": self.clock.now(),
                "pages_read": summary.read, "unchanged": summary.unchanged, "changed": summary.changed,
                "not_due": summary.not_due, "failed": len(summary.failed), "notes": summary.notes,
            },
            started_at,
        )  # fmt: skip
