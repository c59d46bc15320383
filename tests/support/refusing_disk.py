"""A disk that refuses for a while: full, closed to writing, or with files that may not grow."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def refusing(folder: Path, way: str) -> Iterator[None]:
    """`tmpfs`: the folder is a disk of a few megabytes, which is filled; `readonly`: it may be read alone; `limit`."""
    if way == "limit":
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        yield
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    elif way == "readonly":
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        yield
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
    else:
        ballast = folder / "ballast"
        room = os.statvfs(folder)
        with ballast.open("wb") as file:
            for _ in range(room.f_bavail):
                file.write(b"x" * room.f_frsize)
        yield
        ballast.unlink()
