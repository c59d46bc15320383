"""Items and their clusters as they were published last, looked up by the beginning of an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.screen import cell
from desk import people
from desk.database import Desk
from detente.errors import UsageError
from detente.people import Person
from detente.workspace import Workspace
from reports.questions import Parameter, question
from warehouse import ask

Row = Mapping[str, Any]

# Enough of an id to tell an item by, and as many candidates as fit beside the sentence that asks for more letters.
LETTERS = 8
_CANDIDATES = 5
_TITLE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An item with its cluster.

    Attributes:
        item_id: The whole id.
        kind: change, release or sighting.
        competitor: Slug; None where nobody is sure.
        title: What it is about, in a line.
        cluster_id: The cluster's id: that of its oldest item.
        members: The cluster's items, the oldest first; this one is among them.
    """

    item_id: str
    kind: str
    competitor: str | None
    title: str
    cluster_id: str
    members: Sequence[Row]

    @property
    def ids(self) -> list[str]:
        """The ids of the cluster's items."""
        return [row["item_id"] for row in self.members]

    @property
    def sightings(self) -> list[str]:
        """The ids of the cluster's sightings."""
        return [row["item_id"] for row in self.members if row["kind"] == "sighting"]

    @property
    def told(self) -> str:
        """`change 3f9a21c0, globex: price increase: Team`, on one line."""
        return f"{self.kind} {short(self.item_id)}, {self.competitor or 'competitor unknown'}: {brief(self.title)}"


def rows(loaded: Workspace, name: str, **given: Parameter) -> list[Row]:
    """The answer to a question on the newest published file.

    Raises:
        WarehouseError: Nothing has been published yet.
    """
    asked = question(name)
    answer = ask(loaded.data / "published", asked.sql, asked.bound(given), limit=None)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def item(loaded: Workspace, beginning: str) -> Found:
    """The item whose id begins so.

    Raises:
        UsageError: None does, or several.
    """
    # people write R-0D9CF1C0 as it stands on receipts, and ids as they copy them
    wanted = beginning.strip().lower().removeprefix("r-")
    found = rows(loaded, "items_by_id", id=wanted) if wanted else []
    if not found:
        raise UsageError(
            f"no item whose id begins with {beginning!r} has been published; `detente run build` publishes what is new"
        )
    if len(found) > 1:
        some = ", ".join(
            f"{row['item_id'][: len(wanted) + LETTERS]} ({brief(row['title'])})" for row in found[:_CANDIDATES]
        )
        raise UsageError(f"{len(found)} items begin with {beginning!r}; write more of one: {some}")
    [row] = found
    return Found(
        item_id=row["item_id"],
        kind=row["kind"],
        competitor=row["competitor"],
        title=row["title"] or "",
        cluster_id=row["cluster_id"],
        members=rows(loaded, "cluster_items", cluster=row["cluster_id"]),
    )


def who_judges(desk: Desk, who: str | None) -> Person:
    """Who does it: the one named, or the owner of this computer.

    Raises:
        UsageError: Nobody is that, or others were added and nobody was named.
    """
    with desk.writing() as c:
        found = people.person_by_email(c, who) if who else people.local_owner(c, desk.clock.now())
    if found is not None:
        return found
    if who:
        raise UsageError(f"nobody here is {who!r}; `detente person list` shows everybody")
    raise UsageError("say who does it, with --as E-MAIL; `detente person list` shows everybody")


def short(item_id: str) -> str:
    """As much of an id as people read."""
    return item_id[:LETTERS]


def brief(text: object) -> str:
    """A title on one line, cut where it is long."""
    line = cell(text)
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def points(score: int | None) -> str:
    """Hundredths of a point as people read them."""
    return "no score" if score is None else f"{score / 100:.1f}"
