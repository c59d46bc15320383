"""A disk that refuses acknowledges nothing, leaves nothing half-written, and takes the same report once it can."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("full_inbox.py")
ROOTS = [Path(__file__).parents[1] / "support", Path(__file__).parents[2]]
MOUNT = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def _may_mount(folder: Path) -> bool:
    try:
        return not subprocess.run(
            [*MOUNT, f'mount -t tmpfs none "{folder}"'], capture_output=True, timeout=30
        ).returncode
    except OSError:
        return False


def _work(disk: Path, way: str) -> dict[str, Any]:
    command = [sys.executable, str(CHILD), str(disk), way]
    if way != "limit":
        spelled = " ".join(f'"{word}"' for word in command)
        command = [*MOUNT, f'mount -t tmpfs -o size=8m none "{disk}" && exec {spelled}']
    disk.mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, ROOTS)), "TMPDIR": str(disk.parent)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


@pytest.mark.slow
def test_a_disk_that_refuses_loses_nothing_and_promises_nothing(tmp_path: Path) -> None:
    (tmp_path / "probe").mkdir()
    # where a small disk cannot be mounted, a limit on the size of files stands for it
    for way in ["tmpfs", "readonly", "limit"] if _may_mount(tmp_path / "probe") else ["limit"]:
        said = _work(tmp_path / way, way)

        assert all("cannot be written" in error and "make room" in error for error in said.pop("errors")), way
        assert said == {
            "known while refusing": True,
            "aside": 0,
            "half": [],
            "new after": True,
            "taken once there is room": True,
            "still there": "before",
            "whole": True,
        }, way
