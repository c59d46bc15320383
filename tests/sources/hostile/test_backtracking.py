"""P10: no text makes a pattern of ours go back over it again and again."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CPU_S = 60
"""Reading all of it takes a second or two; a pattern that backtracks takes minutes at the least, mostly ages."""
UNITS = (
    "a", "1", "1 ", "1,", "1.", "1 000 ", "$", "$1", "$ ", "$1 -", "from ", "per ", "/ ", "per user per ", "save ",
    "€1.", "kr ", "US$ ", "(", "[", "{", "<", "-", "– ", "v1.", "1.2.3-", "2026-", "Jan 1, ", "12/", "https://a.",
    "@", "#", "* ", "` ", "_", "\\", "\u00a0", "\u202f1", "٣", "monthly ", "add-on ", "additional ", "total ", "?",
    "!", ". ", ": ", "&amp;", "=a ", "\t",
)  # fmt: skip
_PROGRAM = """
import sys
from detente.records import Document
from sources import readers
for unit in sys.stdin.buffer.read().split(b"\\0"):
    line = unit * (150_000 // len(unit))
    for end in (b"", b"!", b"$1", b"\\n"):
        for body, url in (
            (b"<html><body><h3>Plan</h3><p>" + line + end + b"</p></body></html>", "https://a.example/"),
            (b"# Changes\\n\\n## 1.0 (2026-01-02)\\n\\n" + line + end, "https://a.example/CHANGES.md"),
        ):
            for kind in readers.READERS:
                readers.read(kind, Document(body=body, url=url))
"""


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_no_repeated_text_costs_more_than_its_length(part: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input="\0".join(UNITS[part::6]).encode(),
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S)),
        capture_output=True,
    )

    assert done.returncode == 0, f"stopped by signal {-done.returncode}: {done.stderr.decode()[-300:]}"
