"""Installs a peer by name and version into an environment of its own below `bench/work/`, once."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

from bench.measure import ROOT, BenchError

WORK = ROOT / "bench" / "work"


def install(package: str) -> Path:
    """The folder of the peer's programs.

    Args:
        package: Name and version, as `name==1.2.3`; pip finds it where it is set up to look.

    Raises:
        BenchError: pip could not get it.
    """
    folder = WORK / "venvs" / package.partition("==")[0]
    programs, mark = folder / "bin", folder / "installed.txt"
    if mark.exists() and mark.read_text(encoding="utf-8").strip() == package:
        return programs
    venv.create(folder, with_pip=True, clear=True)
    command: list[str | Path] = [
        programs / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        package,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        why = next((line for line in done.stderr.splitlines() if line.startswith("ERROR")), "pip gave no reason")
        raise BenchError(f"not installed: {package} could not be had ({why.removeprefix('ERROR: ')})")
    mark.write_text(f"{package}\n", encoding="utf-8")
    return programs
