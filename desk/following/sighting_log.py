"""What happened to a sighting: events that are only ever added, and where it stands by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import func, insert, select, update

from desk.database import Connection
from desk.following import messages
from desk.schema import sighting, sighting_event, sighting_state
from detente.errors import ConflictError, NotFoundError
from detente.sightings import GateState

EventKind = Literal[
    "received", "waiting", "quarantined", "not_kept", "cleared", "released", "rejected", "read", "question", "answer",
    "clustered", "linked", "decided", "credited", "withdrawn", "attachment", "nudged", "erased",
]  # fmt: skip
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)

_GATES: dict[EventKind, GateState] = {
    "waiting": "waiting",
    "quarantined": "quarantined",
    "not_kept": "not_kept",
    "cleared": "cleared",
    "released": "cleared",
    "rejected": "rejected",
}

# whichever way it came to that: by the gate's first word, by the reporter's answers, or by what they added
_FOR_LEGAL: tuple[EventKind, ...] = ("quarantined", "not_kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        event_id: Counts up over all sightings, in the order in which they were written.
        kind: What.
        at: When; of `received` and the gate's first word the moment of receipt, which is earlier than the desk's.
        by: Who; None: the machine itself.
        detail: Ids, rule names and enumerated words; never what a person wrote.
    """

    event_id: int
    kind: EventKind
    at: datetime
    by: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Where a sighting stands: the fold of its events.

    Attributes:
        gate: By the gate, or by legal after it.
        is_withdrawn: Its reporter took it back.
        read_at: When somebody of Product first read it.
        nudged_at: When Product was first reminded of it.
        last_event_id: The newest of its events.
    """

    gate: GateState = "waiting"
    is_withdrawn: bool = False
    read_at: datetime | None = None
    nudged_at: datetime | None = None
    last_event_id: int = 0

    def after(self, event_id: int, kind: EventKind, at: datetime) -> State:
        """Where it stands once this happened."""
        return replace(
            self,
            gate=_GATES.get(kind, self.gate),
            is_withdrawn=self.is_withdrawn or kind == "withdrawn",
            read_at=self.read_at or (at if kind == "read" else None),
            nudged_at=self.nudged_at or (at if kind == "nudged" else None),
            last_event_id=event_id,
        )


def fold(events: Iterable[Event]) -> State:
    """Where a sighting stands by all its events, oldest first."""
    state = State()
    for event in events:
        state = state.after(event.event_id, event.kind, event.at)
    return state


def record(c: Connection, sighting_id: str, kind: EventKind, *, by: str | None, now: datetime, **detail: Any) -> int:
    """Adds an event and folds it into the state; returns its id. Legal is told of what is for them alone from here on.

    Args:
        c: A connection that writes.
        sighting_id: Whose.
        kind: What happened.
        by: Who did it; None: the machine itself.
        now: When.
        detail: Ids, rule names and enumerated words; never what a person wrote.

    Raises:
        NotFoundError: There is no such sighting.
        ConflictError: It was withdrawn: nothing happens to it any more, but erasure.
    """
    if kind not in EVENT_KINDS:
        raise ValueError(f"no kind of event: {kind!r}")
    there = c.execute(select(sighting_state).where(sighting_state.c.sighting_id == sighting_id)).one_or_none()
    if there is None:
        if c.execute(select(sighting.c.sighting_id).where(sighting.c.sighting_id == sighting_id)).one_or_none() is None:
            raise NotFoundError("there is no such sighting")
        state = State()
    else:
        state = State(
            gate=there.gate,
            is_withdrawn=there.is_withdrawn,
            read_at=there.read_at,
            nudged_at=there.nudged_at,
            last_event_id=there.last_event_id,
        )
    if state.is_withdrawn and kind != "erased":
        raise ConflictError("this report was withdrawn; nothing can be done with it any more")
    added = c.execute(
        insert(sighting_event)
        .values(sighting_id=sighting_id, kind=kind, at=now, person_id=by, detail=detail)
        .returning(sighting_event.c.event_id)
    )
    event_id = int(added.scalar_one())
    after = state.after(event_id, kind, now)
    values = {
        "gate": after.gate,
        "is_withdrawn": after.is_withdrawn,
        "read_at": after.read_at,
        "nudged_at": after.nudged_at,
        "last_event_id": after.last_event_id,
    }
    if kind in _FOR_LEGAL:
        messages.queue_for_legal(c, kind, sighting_id, now=now)
    if there is None:
        c.execute(insert(sighting_state).values(sighting_id=sighting_id, **values))
    else:
        c.execute(update(sighting_state).where(sighting_state.c.sighting_id == sighting_id).values(**values))
    return event_id


def events(c: Connection, sighting_id: str) -> list[Event]:
    """All that happened to a sighting, oldest first."""
    found = c.execute(
        select(sighting_event).where(sighting_event.c.sighting_id == sighting_id).order_by(sighting_event.c.event_id)
    )
    return [
        Event(event_id=row.event_id, kind=row.kind, at=row.at, by=row.person_id, detail=dict(row.detail))
        for row in found
    ]


def reasons(happened: Iterable[Event]) -> tuple[str, ...]:
    """The rule names of the gate's newest word; none for a sighting that was cleared at once."""
    words: tuple[str, ...] = ()
    for event in happened:
        if event.kind in _GATES and "reasons" in event.detail:
            words = tuple(event.detail["reasons"])
    return words


def last_event_id(c: Connection) -> int:
    """The newest event of all; 0 before the first."""
    return int(c.execute(select(func.max(sighting_event.c.event_id))).scalar() or 0)
