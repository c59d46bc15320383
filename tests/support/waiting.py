"""Waiting for what another thread or process does, with a generous end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def soon(what: Callable[[], Found], seconds: float = 30.0) -> Found:
    """The first answer that is not empty; what never comes is a failed test and no endless one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:g} s")
