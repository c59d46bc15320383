"""What the workspace's schedules say should have run by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from detente.workspace import Workspace
from flows.work import FlowName


def missed(workspace: Workspace, ended: Iterable[Mapping[str, Any]], now: datetime) -> list[FlowName]:
    """The flow that makes up for what should have run since it last did; at most one, and none when all is well.

    Args:
        workspace: Whose schedules count.
        ended: Records of runs that have ended, newest first.
        now: The present, UTC.
    """
    schedule, zone = workspace.settings.schedule, workspace.settings.company.time_zone
    last: dict[str, datetime] = {}
    for run in ended:
        last.setdefault(run["flow"], datetime.fromisoformat(run["ended_at"]).replace(tzinfo=UTC))
    never = datetime.min.replace(tzinfo=UTC)
    if last.get("weekly", never) < previous_slot(schedule.weekly, zone, now):
        return ["pipeline"]
    if last.get("collect", never) < previous_slot(schedule.collect, zone, now):
        return ["daily"]
    return []


def previous_slot(line: str, zone: str, now: datetime) -> datetime:
    """The last moment, up to now, at which a cron line said that something is due."""
    return next(CronSim(line, now.astimezone(ZoneInfo(zone)), reverse=True)).astimezone(UTC)
