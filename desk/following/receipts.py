"""A receipt: what became of a sighting, step by step, in words for the one who reported it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from desk.accepting.gate import REASONS
from desk.database import Connection
from desk.following.sighting_log import Event, events, reasons
from desk.following.sighting_rows import AttachmentRow, NoteRow, SightingRow, attachments_of, notes_of, sighting
from desk.schema import person

_WAY = ("received", "read", "clustered", "linked", "decided", "credited")
_TITLES: Mapping[str, tuple[str, str]] = {
    "received": ("Received", ""),
    "read": ("Read by Product", "Not read yet"),
    "clustered": ("Put beside sightings that say the same", "Not compared with others yet"),
    "linked": ("Linked to a theme of the roadmap", "Not linked to a theme yet"),
    "decided": ("Decided", "No decision yet"),
    "credited": ("Credited to you", "Not credited yet"),
}
_STANDING: Mapping[str, tuple[str, str]] = {
    "waiting": ("Waiting for your answer", "Please answer the open question; until then nobody reads it."),
    "quarantined": (
        "With legal",
        "Only legal can see it, and looks at it first. You did right to answer honestly; it never counts against you.",
    ),
    "not_kept": (
        "Not kept",
        (
            "Neither text nor files were kept, and legal knows that it came. Saying so was right and never counts "
            "against you."
        ),
    ),
    "rejected": (
        "Not used",
        (
            "Legal looked at it: it cannot be used, and nobody else sees it. Telling was right, and it never counts "
            "against you."
        ),
    ),
    "released": (
        "Released by legal",
        "Legal looked at it: it can be used. From here it goes on like any other sighting.",
    ),
    "withdrawn": ("Withdrawn by you", "Nobody else sees it any more."),
    "withdrawn_held": ("Withdrawn by you", "Nobody but legal sees it any more."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step on a sighting's way.

    Attributes:
        kind: An event's kind.
        title: For people.
        at: When it happened; None: not yet.
        is_done: Whether it happened.
        detail: What else there is to say, e.g. a decision's reason; may be empty.
        by_name: Who did it; None for the machine, and for legal.
    """

    kind: str
    title: str
    at: datetime | None
    is_done: bool
    detail: str
    by_name: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What became of a sighting.

    Attributes:
        row: The sighting.
        steps: Its way; what has not happened yet is there too, with `is_done` false.
        notes: Questions and answers, oldest first.
        attachments: Its files; those of a quarantined or waiting one are not unpacked, and not here.
        reasons: What the gate said, in words for people; empty for a cleared one.
        nudge: A line about a reminder that Product got; empty without one.
        files_waiting: Files that came and are not unpacked: because of the gate, or since it was only now.
    """

    row: SightingRow
    steps: Sequence[Step]
    notes: Sequence[NoteRow]
    attachments: Sequence[AttachmentRow]
    reasons: Sequence[str] = ()
    nudge: str = ""
    files_waiting: int = 0


def receipt(c: Connection, sighting_id: str, *, with_legal_reasons: bool = False) -> Receipt:
    """A sighting's receipt.

    Args:
        c: A connection.
        sighting_id: Whose; whether the person may see it is the caller's to know (`visible_to`).
        with_legal_reasons: Whether legal's own reasons are among the notes: for legal alone.

    Raises:
        NotFoundError: There is no such sighting.
    """
    row = sighting(c, sighting_id)
    happened = events(c, sighting_id)
    files = attachments_of(c, sighting_id)
    kinds = ("question", "answer", "reason") if with_legal_reasons else ("question", "answer")
    came = sum(int(event.detail.get("files", 0)) for event in happened if event.kind in ("received", "attachment"))
    return Receipt(
        row=row,
        steps=_steps(row, happened, _names(c, happened)),
        notes=notes_of(c, sighting_id, kinds),
        attachments=files,
        reasons=() if row.gate == "cleared" else [REASONS[name] for name in reasons(happened) if name in REASONS],
        nudge=_nudge(row),
        files_waiting=0 if row.is_withdrawn or row.gate == "not_kept" else max(0, came - len(files)),
    )


def _steps(row: SightingRow, happened: Sequence[Event], names: Mapping[str, str]) -> list[Step]:
    newest = {event.kind: event for event in happened}
    steps = [_done("received", row.received_at)]
    if "released" in newest:
        steps.append(_stands("released", newest["released"].at))
    if row.is_withdrawn:
        steps += [_way(newest[kind], names) for kind in _WAY[1:] if kind in newest]
        kind = "withdrawn" if row.gate == "cleared" else "withdrawn_held"
        return [*steps, replace(_stands(kind, newest["withdrawn"].at), kind="withdrawn")]
    if row.gate != "cleared":
        return [*steps, _stands(row.gate, newest[row.gate].at if row.gate in newest else row.received_at)]
    for kind in _WAY[1:]:
        if kind == "read" and row.read_at is not None:
            first = next(event for event in happened if event.kind == "read")
            steps.append(_way(first, names))
        elif kind in newest:
            steps.append(_way(newest[kind], names))
        else:
            steps.append(Step(kind=kind, title=_TITLES[kind][1], at=None, is_done=False, detail="", by_name=None))
    return steps


def _way(event: Event, names: Mapping[str, str]) -> Step:
    by = names.get(event.by) if event.by else None
    return _done(event.kind, event.at, detail=str(event.detail.get("said", "")), by_name=by)


def _done(kind: str, at: datetime, *, detail: str = "", by_name: str | None = None) -> Step:
    return Step(kind=kind, title=_TITLES[kind][0], at=at, is_done=True, detail=detail, by_name=by_name)


def _stands(kind: str, at: datetime) -> Step:
    title, detail = _STANDING[kind]
    # who of legal looked at it is legal's business
    return Step(kind=kind, title=title, at=at, is_done=True, detail=detail, by_name=None)


def _nudge(row: SightingRow) -> str:
    if row.nudged_at is None or row.is_withdrawn or row.gate != "cleared":
        return ""
    if row.read_at is None:
        return "Nobody of Product has read it for three working days: they were reminded."
    return "It had waited for three working days, and Product was reminded." if row.read_at > row.nudged_at else ""


def _names(c: Connection, happened: Sequence[Event]) -> dict[str, str]:
    ids = {event.by for event in happened if event.by}
    return (
        {row.person_id: row.name for row in c.execute(select(person).where(person.c.person_id.in_(ids)))} if ids else {}
    )
