"""`prefect.yaml` is what Prefect's own loader takes, and names flows that exist."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zoneinfo
from pathlib import Path

import pytest
import yaml
from cronsim import CronSim

ROOT = Path(__file__).parents[2]
_LOAD = """
import sys
from pathlib import Path

import yaml
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.flows import load_flow_from_entrypoint

text = Path("prefect.yaml").read_text(encoding="utf-8")
for deployment in PrefectYamlModel.model_validate(yaml.safe_load(text)).deployments:
    flow = load_flow_from_entrypoint(deployment.entrypoint, use_placeholder_flow=False)
    flow.validate_parameters(deployment.parameters)
    sys.stdout.write(f"{flow.name}/{deployment.name}\\n")
"""


@pytest.fixture(scope="module")
def deployments():
    return yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]


def test_every_deployment_names_the_work_pool_and_hands_the_workspace_over(deployments):
    for deployment in deployments:
        assert deployment["work_pool"]["name"] == "detente"
        assert deployment["work_pool"]["job_variables"]["env"] == {"DETENTE_WORKSPACE": "{{ $DETENTE_WORKSPACE }}"}


def test_every_schedule_is_a_cron_line_with_a_time_zone_and_a_name_of_its_own(deployments):
    schedules = [schedule for deployment in deployments for schedule in deployment.get("schedules", ())]

    for schedule in schedules:
        CronSim(schedule["cron"], dt.datetime.now(zoneinfo.ZoneInfo(schedule["timezone"])))
    assert {"collect", "weekly", "sweep"} == {schedule["slug"] for schedule in schedules}


@pytest.mark.slow
def test_prefect_itself_loads_every_flow_that_is_named():
    """In a process of its own, since Prefect reads its settings once."""
    done = subprocess.run([sys.executable, "-c", _LOAD], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "daily/daily", "pipeline/weekly", "collect/collect", "build/build", "weekly/report", "ingest/ingest",
    ]  # fmt: skip
