"""Nobody waits for what they do not use: half a second of pandas at every `detente --help`, or in the web process."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Slow to import, and needed by few commands and by no page; each with what it is for.
HEAVY = {
    "pandas": "frames of scores",
    "prefect": "schedules",
    "alembic": "migrations",
    "bs4": "readers of one's own",
    "scoring.matching": "themes of texts",
    "scoring.evaluation": "how good the scores are",
    "scoring.simulation": "what cheating brings",
}
STARTS = {
    "the command": "import cli.main",
    "the web application and its pages": "import web.app; web.app.all_routes()",
    "a look for new sightings": "import flows.ingest, flows.rewarding",
}


@pytest.mark.parametrize("start", STARTS)
def test_a_start_imports_nothing_that_few_need(start: str) -> None:
    code = f"import sys\n{STARTS[start]}\nprint(*sorted(sys.modules.keys() & {set(HEAVY)!r}))"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)

    assert (ended.stderr, ended.stdout.split()) == ("", [])
