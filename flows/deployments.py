"""The deployments that `detente serve` serves, with the workspace's schedules."""

from __future__ import annotations

from datetime import UTC, datetime

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

# A run that comes while one of its kind is under way would do the same work again.
_ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
COLLECT, WEEKLY, INGEST = "daily", "weekly", "ingest"
# `detente serve` sees what comes in within seconds; this is for what it may have missed
_SWEEP = "7 * * * *"


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
    sweep = await prefect_flows.ingest.ato_deployment(
        INGEST,
        schedule=Cron(_SWEEP, timezone=zone, slug="sweep"),
        concurrency_limit=_ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,
        description="Loads and publishes what was reported, where nobody has done so yet.",
    )
    await _drop_late_runs()
    # a paused schedule would stay paused after a crash, and late runs are dropped above
    await aserve(daily, weekly, sweep, pause_on_shutdown=False, print_starting_message=False, limit=2)


async def _drop_late_runs() -> None:
    """Removes what was scheduled while nobody served: one catch-up stands for all of it."""
    async with get_client() as client:
        late = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
                expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
            ),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[COLLECT, WEEKLY, INGEST])),
        )
        for run in late:
            await client.delete_flow_run(run.id)
