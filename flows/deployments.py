"""The deployments that `detente serve` serves, with the workspace's schedules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from prefect import aserve, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from detente.workspace import Workspace
from flows import prefect_flows
from flows.work import FlowName

# A run that comes while one of its kind is under way would do the same work again.
_ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
COLLECT, WEEKLY = "daily", "weekly"


async def serve_deployments(workspace: Workspace) -> None:
    """Serves the deployments until the process is ended; runs go on in processes of their own."""
    schedule, zone = workspace.settings.schedule, workspace.settings.company.time_zone
    daily = await prefect_flows.daily.ato_deployment(
        COLLECT,
        schedule=Cron(schedule.collect, timezone=zone, slug="collect"),
        concurrency_limit=_ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,
        description="Fetches the pages that are due, builds and publishes.",
    )
    weekly = await prefect_flows.pipeline.ato_deployment(
        WEEKLY,
        schedule=Cron(schedule.weekly, timezone=zone, slug="weekly"),
        parameters={"unless_done": True},
        concurrency_limit=_ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,
        description="Collects, builds and writes last week's report, once.",
    )
    await _drop_late_runs()
    # a paused schedule would stay paused after a crash, and late runs are dropped above
    await aserve(daily, weekly, pause_on_shutdown=False, print_starting_message=False, limit=2)


async def _drop_late_runs() -> None:
    """Removes what was scheduled while nobody served: one catch-up stands for all of it."""
    async with get_client() as client:
        late = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
                expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
            ),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[COLLECT, WEEKLY])),
        )
        for run in late:
            await client.delete_flow_run(run.id)


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
