"""Clusters mended by a person: two items are one thing, or are not. The newest word on a pair counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select

from desk import audit
from desk.database import Connection
from desk.deciding.impartial import must_be, must_have_no_share, reported
from desk.schema import cluster_edit
from detente.errors import NotAllowedError, SubmissionError
from detente.people import Person

EditKind = Literal["merge", "split"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterEdit:
    """What a person said of two items.

    Attributes:
        edit_id: Counts up: the later word has the higher one.
        kind: `merge`: they say the same thing; `split`: they do not.
        item_id: One of the two, the first in the order of ids.
        other_id: The other.
        by: Who said so.
        at: When.
    """

    edit_id: int
    kind: EditKind
    item_id: str
    other_id: str
    by: str
    at: datetime


def merge(
    c: Connection, item_id: str, other_id: str, *, by: Person, now: datetime, beside: Collection[str] = ()
) -> None:
    """Says that two items are one thing; the next build puts their clusters together.

    Args:
        c: A connection that writes.
        item_id: One of them.
        other_id: The other.
        by: Who says so.
        now: The time.
        beside: All items of their clusters.

    Raises:
        NotAllowedError: Not of Product, or one of all these is their own or of somebody who reports to them.
        SubmissionError: It is one item.
    """
    _say(c, "merge", item_id, other_id, by=by, now=now, beside=beside)


def split(
    c: Connection, item_id: str, other_id: str, *, by: Person, now: datetime, beside: Collection[str] = ()
) -> None:
    """Says that two items are not one thing; no later build puts them together. As `merge` otherwise.

    Raises:
        NotAllowedError: Not of Product, or one of all these is their own or of somebody who reports to them.
        SubmissionError: It is one item.
    """
    _say(c, "split", item_id, other_id, by=by, now=now, beside=beside)


def standing(c: Connection) -> list[ClusterEdit]:
    """The newest word on every pair, oldest first."""
    found: dict[tuple[str, str], ClusterEdit] = {}
    for row in c.execute(select(cluster_edit).order_by(cluster_edit.c.edit_id)):
        found[row.item_id, row.other_id] = ClusterEdit(
            edit_id=row.edit_id,
            kind=row.kind,
            item_id=row.item_id,
            other_id=row.other_id,
            by=row.person_id,
            at=row.at,
        )
    return sorted(found.values(), key=lambda edit: edit.edit_id)


def _say(
    c: Connection,
    kind: EditKind,
    item_id: str,
    other_id: str,
    *,
    by: Person,
    now: datetime,
    beside: Collection[str],
) -> None:
    if item_id == other_id:
        raise SubmissionError({"items": "is one and the same; name two"})
    must_be(by, ("pm",), "mending a cluster")
    # who is told first earns more than who repeats it, so that nobody mends where they have a share
    if any(one.concerns(by) for one in reported(c, (item_id, other_id))):
        raise NotAllowedError("one of them is your own report, or of somebody who reports to you; ask a colleague")
    must_have_no_share(c, beside, by)
    first, second = sorted((item_id, other_id))
    said = c.execute(
        select(cluster_edit.c.kind)
        .where(cluster_edit.c.item_id == first, cluster_edit.c.other_id == second)
        .order_by(cluster_edit.c.edit_id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if said == kind:
        return
    c.execute(insert(cluster_edit).values(kind=kind, item_id=first, other_id=second, person_id=by.person_id, at=now))
    audit.record(c, by=by.person_id, action=f"cluster_{kind}", subject=first, now=now, other=second)
