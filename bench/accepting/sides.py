"""The sides that are measured, in one workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.accepting.servers import Side, bare


def sides(folder: Path, workspace: Path) -> Sequence[Side]:
    """The bare endpoint first, then ours.

    Args:
        folder: Where the bare endpoint keeps what it is sent.
        workspace: The workspace that is served.
    """
    return [bare(folder)]
