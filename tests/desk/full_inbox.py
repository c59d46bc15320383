"""Run in a process of its own by test_disk_full: accepts on a disk that refuses, and says what came of it as JSON.

`tmpfs`: the folder is a disk of a few megabytes, which is filled. `readonly`: that disk may be read alone. `limit`:
no file may grow.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from office import said, sent, upload

from desk.accepting.inbox import Inbox
from desk.indexing.attachments import Attachments
from detente.errors import StorageError


@contextmanager
def refusing(folder: Path, way: str) -> Iterator[None]:
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


def main(folder: Path, way: str) -> None:
    inbox, attachments = Inbox(folder / "inbox"), Attachments(folder / "attachments")
    before, during = said("before"), said("during")
    files = [upload(os.urandom(300_000), "offer.pdf")]
    sent(inbox, before, files)
    stored = attachments.put(b"before")
    errors = []
    with refusing(folder, way):
        for work in (lambda: sent(inbox, during, files), lambda: attachments.put(os.urandom(300_000))):
            try:
                work()
                errors.append("no error")
            except StorageError as error:
                errors.append(str(error))
        known = not sent(inbox, before, files).is_new
    told = {
        "errors": errors,
        "known while refusing": known,
        "aside": len(list(inbox.aside.iterdir())),
        "half": [path.name for path in (attachments.folder / "aside").iterdir()],
        "new after": [path.stem for path in inbox.new()] == [before.sighting_id],
        "taken once there is room": sent(inbox, during, files).is_new,
        "still there": attachments.get(stored).decode(),
        "whole": all(inbox.file(path.stem, 0) == files[0].body for path in inbox.new()),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
