"""What should have run while nobody served is made up for once; and an API is only used where it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from small_site import at

from detente.errors import ServiceError
from detente.workspace import Workspace
from flows.address import answers, api_that_answers, candidates, serving_file
from flows.job import Job
from flows.schedules import missed, previous_slot
from flows.server import environment, free_port, prefect_server

JobAt = Callable[[str], Job]
# Monday 07:00 in Berlin for the report; every day at 05:00 for collecting
WEEKLY, DAILY = "0 7 * * 1", "0 5 * * *"


def ended(flow: str, moment: str) -> dict[str, str]:
    return {"flow": flow, "ended_at": at(moment).replace(tzinfo=None).isoformat(sep=" ")}


@pytest.fixture
def workspace(job_at: JobAt) -> Workspace:
    return job_at("2026-10-05T03:00Z").workspace


NOW = at("2026-10-14T12:00Z")  # a Wednesday


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], ["pipeline"]),
        ([ended("collect", "2026-10-14T03:02Z")], ["pipeline"]),
        ([ended("collect", "2026-10-14T03:02Z"), ended("weekly", "2026-10-12T05:01Z")], []),
        ([ended("collect", "2026-10-13T03:02Z"), ended("weekly", "2026-10-12T05:01Z")], ["daily"]),
        ([ended("collect", "2026-10-13T03:02Z"), ended("weekly", "2026-10-05T05:01Z")], ["pipeline"]),
        (
            [
                ended("weekly", "2026-10-12T05:01Z"),
                ended("collect", "2026-10-14T03:02Z"),
                ended("weekly", "2026-09-01T05:01Z"),
            ],
            [],
        ),
    ],
)
def test_one_flow_makes_up_for_all_that_was_missed(
    workspace: Workspace, runs: list[dict[str, str]], expected: list[str]
) -> None:
    assert expected == missed(workspace, runs, NOW)


@pytest.mark.parametrize(
    ("line", "now", "expected"),
    [
        (WEEKLY, "2026-10-14T12:00Z", "2026-10-12T05:00Z"),
        (WEEKLY, "2026-10-26T05:59Z", "2026-10-19T05:00Z"),  # the clocks went back the day before: 07:00 is 06:00 UTC
        (WEEKLY, "2026-10-26T06:01Z", "2026-10-26T06:00Z"),
        (DAILY, "2026-10-14T02:59Z", "2026-10-13T03:00Z"),
        (DAILY, "2026-10-14T03:01Z", "2026-10-14T03:00Z"),
    ],
)
def test_the_last_slot_of_a_schedule_is_that_of_the_zone(line: str, now: str, expected: str) -> None:
    assert at(expected) == previous_slot(line, "Europe/Berlin", at(now))


def test_an_api_is_looked_for_in_the_environment_the_settings_and_beside_the_data(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert candidates(workspace) == []
    serving_file(workspace).parent.mkdir(exist_ok=True)
    serving_file(workspace).write_text(json.dumps({"api_url": "http://127.0.0.1:9/api", "pid": 1}))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:10/api")

    assert candidates(workspace) == ["http://127.0.0.1:10/api", "http://127.0.0.1:9/api"]
    assert api_that_answers(workspace) is None
    serving_file(workspace).write_text("{")
    assert candidates(workspace) == ["http://127.0.0.1:10/api"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/api", "file:///etc/passwd", "nonsense", "", "http://[::1", "http://127.0.0.1:99999/api"]
)
def test_what_does_not_answer_is_no_api(url: str) -> None:
    assert not answers(url, patience_s=0.2)


def test_a_port_that_is_taken_is_told_with_the_way_out(site: object, tmp_path: Path) -> None:
    port: int = site.port  # type: ignore[attr-defined]

    with (
        pytest.raises(ServiceError, match=f"port {port} is taken.*prefect.port"),
        prefect_server(tmp_path, port, tmp_path / "log"),
    ):
        pass
    assert list(tmp_path.glob("log")) == []


def test_the_server_tells_nobody_about_us_and_listens_to_this_machine_only(tmp_path: Path) -> None:
    said = environment(tmp_path, free_port())

    assert (said["PREFECT_SERVER_ANALYTICS_ENABLED"], said["DO_NOT_TRACK"]) == ("false", "1")
    assert said["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert all(isinstance(value, str) for value in said.values())
    assert isinstance(NOW, datetime)
