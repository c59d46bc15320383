"""Run in a process of its own by test_full_inbox: accepts on a disk that refuses, and says what came of it as JSON.

The ways to refuse are those of `refusing_disk`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from office import said, sent, upload
from refusing_disk import refusing

from desk.accepting.inbox import Inbox
from desk.indexing.attachments import Attachments
from detente.errors import StorageError


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
