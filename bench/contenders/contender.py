"""What every contender can do, and what came of one check of all pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bench.measure import Cost, Server
from bench.site import Site

Mode = Literal["dynamic", "validators"]
CHECKS = (1, 2, 3)
"""The first; one with nothing changed; one with 2 % changed."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One check of all pages.

    Attributes:
        cost: What it took.
        false: Reported, but not so.
        missed: So, but not reported.
        failed: Pages that could not be checked.
        note: What the numbers do not say.
    """

    cost: Cost
    false: int | None = None
    missed: int | None = None
    failed: int = 0
    note: str = ""


class Contender(Protocol):
    """Somebody who watches pages."""

    name: str
    modes: tuple[Mode, ...]

    def prepare(self, folder: Path, server: Server) -> None:
        """Makes what it needs in a folder of its own, before the first check.

        Raises:
            BenchError: It cannot be had.
        """
        ...

    def check(self, number: int) -> Verdict:
        """Checks all pages, for the first, second or third time.

        Raises:
            BenchError: It ended in a way that says nothing about the pages.
        """
        ...


def judged(cost: Cost, site: Site, number: int, reported: set[str], *, failed: int = 0, note: str = "") -> Verdict:
    """The verdict on a contender that says of a page that it has changed, and nothing more (by URL)."""
    changed = {page.url for page in site.pages if page.page_id in site.truth} if number == 3 else set()
    if number == 1:
        return Verdict(cost=cost, failed=failed, note=note)
    return Verdict(cost=cost, false=len(reported - changed), missed=len(changed - reported), failed=failed, note=note)
