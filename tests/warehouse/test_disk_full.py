"""A full disk is told, leaves nothing half-written, and everything works again once there is room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("disk_full.py")
SUPPORT = Path(__file__).parents[1] / "support"
MOUNT = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def _may_mount(folder: Path) -> bool:
    try:
        return not subprocess.run(
            [*MOUNT, f'mount -t tmpfs none "{folder}"'], capture_output=True, timeout=30
        ).returncode
    except OSError:
        return False


def _work(disk: Path, way: str, temporary: Path) -> dict[str, Any]:
    command = [sys.executable, str(CHILD), str(disk), way]
    if way == "tmpfs":
        spelled = " ".join(f'"{word}"' for word in command)
        command = [*MOUNT, f'mount -t tmpfs -o size=16m none "{disk}" && exec {spelled}']
    paths = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(SUPPORT)]))
    environment = os.environ | {"PYTHONPATH": paths, "TMPDIR": str(temporary)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


@pytest.mark.slow
def test_a_full_disk_is_told_and_healed_by_making_room(tmp_path: Path) -> None:
    (tmp_path / "tmpfs").mkdir()
    # where a small disk cannot be mounted, a limit on the size of files stands for it
    for way in ["tmpfs", "limit"] if _may_mount(tmp_path / "tmpfs") else ["limit"]:
        said = _work(tmp_path / way, way, tmp_path)

        for error in said["errors"].values():
            assert error.startswith("StorageError: "), said["errors"]
            assert "make room" in error
        assert said["rows while full"] == 1
        assert said["leftovers"] == []
        assert said["changes after"] == [["price_increase", "49 USD / month", "59 USD / month"]]
        assert said["rows after"] == 3
