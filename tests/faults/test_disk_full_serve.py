"""A full or read-only disk is told with 507; nothing is acknowledged, and it works again once there is room."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from served import Served, new_id, photo

pytestmark = pytest.mark.slow
SIZE = "12m"
SPACES = ["unshare", "--user", "--map-root-user", "--mount"]


def _may_mount(folder: Path) -> bool:
    try:
        command = [*SPACES, "mount", "-t", "tmpfs", "none", str(folder)]
        return not subprocess.run(command, capture_output=True, timeout=30).returncode
    except OSError:
        return False


def on_a_small_disk(served: Served) -> Served:
    """Serves with `data/` on a disk of a few megabytes that only the server sees."""
    seed = served.folder.parent / "seed"
    shutil.copytree(served.data, seed)
    mounted = 'mount -t tmpfs -o size="$1" none "$2" && cp -a "$3/." "$2" && shift 3 && exec "$@"'
    served.before = [*SPACES, "sh", "-c", mounted, "sh", SIZE, str(served.data), str(seed)]
    return served.start()


@contextmanager
def full(served: Served) -> Iterator[None]:
    ballast = served.data / "ballast"
    room = os.statvfs(ballast.parent)
    with ballast.open("wb") as file:
        for _ in range(room.f_bavail):
            file.write(b"x" * room.f_frsize)
    yield
    ballast.unlink()


@contextmanager
def read_only(served: Served) -> Iterator[None]:
    assert served.process is not None
    enter = ["nsenter", "--user", "--mount", "-t", str(served.process.pid)]
    inbox = str(served.folder / "data" / "inbox")
    for words in (["mount", "--bind", inbox, inbox], ["mount", "-o", "remount,bind,ro", inbox]):
        subprocess.run([*enter, *words], check=True)
    yield
    subprocess.run([*enter, "umount", inbox], check=True)


@contextmanager
def no_file_may_grow(served: Served) -> Iterator[None]:
    assert served.process is not None
    _, hard = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def check(served: Served, spoiled: Callable[[Served], object]) -> None:
    earlier, during, after = new_id(), new_id(), new_id()
    assert served.report("rita", earlier, "Before.", [("photo.jpg", photo("before"))])[0] == 201
    served.wait_until_indexed()
    with spoiled(served):  # type: ignore[attr-defined]
        for _ in range(3):
            status, answer = served.report("rita", during, "While it was full.", [("photo.jpg", photo("while", 600))])
            assert status == 507, answer
            assert "While it was full" not in str(answer)
        # what was acknowledged before is still acknowledged
        assert served.report("rita", earlier, "Before.", [("photo.jpg", photo("before"))])[0] == 200
        assert served.ask("GET", "/health")[0] in (200, 503)
    inbox = served.data / "inbox"
    assert during not in " ".join(path.name for path in inbox.rglob("*"))
    # an earlier one that was just being settled may have left its copy; it is swept when it is old
    assert not [path for path in (inbox / "aside").iterdir() if not path.name.startswith("settled-")]

    assert served.report("rita", after, "After.")[0] == 201
    assert served.report("rita", during, "While it was full.", [("photo.jpg", photo("while", 600))])[0] == 201
    served.wait_until_indexed()


def test_a_full_disk_is_told_and_healed_by_making_room(made: Served, tmp_path: Path) -> None:
    if not _may_mount(tmp_path):
        # a user without namespaces of their own; the limit on files below is tested everywhere
        pytest.skip("this system lets nobody mount a small disk")
    served = on_a_small_disk(made)
    check(served, full)


def test_a_disk_that_became_read_only_is_told_and_healed(made: Served, tmp_path: Path) -> None:
    if not _may_mount(tmp_path):
        # a user without namespaces of their own; the limit on files below is tested everywhere
        pytest.skip("this system lets nobody mount a small disk")
    served = on_a_small_disk(made)
    check(served, read_only)


def test_a_refused_write_is_told_and_healed(made: Served) -> None:
    served = made.start()
    check(served, no_file_may_grow)
