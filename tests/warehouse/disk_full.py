"""Run in a process of its own by test_disk_full: works on a full disk, and says what came of it as JSON.

The ways to refuse are those of `refusing_disk`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from refusing_disk import refusing
from timeline import Timeline, price

from detente.errors import StorageError, WarehouseError


def leftovers(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*")
        if path.is_file() and (path.suffix in (".tmp", ".wal") or "incoming" in path.parts)
    )  # fmt: skip


def main(folder: Path, way: str) -> None:
    timeline = Timeline(folder)
    timeline.fetch(price("Team", "49"))
    timeline.build()
    timeline.fetch(price("Team", "59"))
    errors = {}
    with refusing(folder, way):
        for name, work in {
            "put": lambda: timeline.archive.put(os.urandom(300_000)),
            "log": lambda: timeline.fetch(price("Team", "69"), noise=os.urandom(20_000).hex()),
            "build": timeline.build,
        }.items():
            try:
                work()
                errors[name] = "no error"
            except (StorageError, WarehouseError) as error:
                errors[name] = f"{type(error).__name__}: {error}"
        rows_while_full = len(timeline.rows("SELECT * FROM pub.page_fetch"))
    timeline.archive.sweep()
    timeline.fetch(price("Team", "59"))
    timeline.build()
    said = {
        "errors": errors,
        "rows while full": rows_while_full,
        "rows after": len(timeline.rows("SELECT * FROM pub.page_fetch")),
        "changes after": timeline.rows('SELECT kind, "old", "new" FROM change'),
        "leftovers": leftovers(folder),
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
