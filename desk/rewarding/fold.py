"""What has become of holds and charges: folded from the entries that settle and reverse them; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from desk.rewarding.entries import Entry

AwardState = Literal["pending", "earned", "nothing"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A hold or a charge, and what has become of it.

    Attributes:
        entry: The hold or the charge.
        points: Promised; below 0: charged.
        state: `pending`, `earned` or `nothing`; of a charge `earned` (in force) or `nothing`.
    """

    entry: Entry
    points: int
    state: AwardState


def in_force(known: Iterable[Entry]) -> frozenset[int]:
    """Which of these entries count: those that no reversal names that counts itself.

    All reversals of them must be among them.
    """
    newest_first = sorted(known, key=lambda one: one.entry_id, reverse=True)
    reversed_by = reversals(newest_first)
    counts: set[int] = set()
    for one in newest_first:
        if reversed_by.get(one.entry_id) not in counts:
            counts.add(one.entry_id)
    return frozenset(counts)


def reversals(known: Iterable[Entry]) -> dict[int, int]:
    """By entry, the one that reverses it."""
    return {one.refers_to: one.entry_id for one in known if one.kind == "reverse" and one.refers_to is not None}


def last_of_chain(known: Sequence[Entry], entry_id: int) -> int:
    """The entry itself, or the newest of the reversals that go back to it: reversing that one turns it over."""
    reversed_by = reversals(known)
    while (later := reversed_by.get(entry_id)) is not None:
        entry_id = later
    return entry_id


def settlement(known: Iterable[Entry], hold_id: int, kind: Literal["post", "void"]) -> Entry | None:
    """The entry that once posted or voided a hold, in force or not."""
    return next((one for one in known if one.kind == kind and one.refers_to == hold_id), None)


def held(known: Sequence[Entry]) -> list[Held]:
    """Every hold and charge among these entries with its state, in their order."""
    counts = in_force(known)
    settled: dict[int | None, AwardState] = {
        one.refers_to: "earned" if one.kind == "post" else "nothing"
        for one in known
        if one.kind in ("post", "void") and one.entry_id in counts
    }
    found = []
    for one in known:
        if one.kind == "hold":
            found.append(Held(entry=one, points=one.postings[1].points, state=settled.get(one.entry_id, "pending")))
        elif one.kind == "charge":
            is_now: AwardState = "earned" if one.entry_id in counts else "nothing"
            found.append(Held(entry=one, points=one.postings[0].points, state=is_now))
    return found
