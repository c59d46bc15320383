"""A company with its workspace and people, for tests about whose data it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from detente.clock import StartedClock
from detente.people import Person
from detente.workspace import Workspace
from flows.job import Job, Silent

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Company:
    """Its workspace and people."""

    workspace: Workspace
    rita: Person
    ralf: Person
    paul: Person
    lea: Person

    @property
    def data(self) -> Path:
        return self.workspace.data

    def job(self, now: datetime = NOW) -> Job:
        return Job(workspace=self.workspace, clock=StartedClock(now), progress=Silent())
