"""What the pages know of the process that keeps the schedules: it is another one, and may be missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowsState:
    """How the schedules' process does.

    Attributes:
        words: In a few words.
        is_well: Whether that is as it should be.
    """

    words: str
    is_well: bool


AskFlows = Callable[[], FlowsState]


def not_started() -> FlowsState:
    """What is said where nobody started that process."""
    return FlowsState(words="not kept by this process", is_well=True)
