"""What a step is: a named piece of work, run by whoever runs the flow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Runner(Protocol):
    """Runs one named step of the work."""

    async def __call__(self, name: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """Runs it and gives its result."""
        ...


async def at_once(name: str, work: Callable[[], Awaitable[Result]]) -> Result:
    """Runs a step right here."""
    return await work()


async def in_thread(work: Callable[..., Result], *arguments: object) -> Result:
    """Runs what waits for the disk beside the loop."""
    return await asyncio.to_thread(work, *arguments)
