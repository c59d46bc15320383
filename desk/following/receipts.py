"""A receipt: what became of a sighting, step by step, in words for the one who reported it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from desk.accepting import gate
from desk.database import Connection
from desk.following import results
from desk.following.sighting_log import Event, events, reasons
from desk.following.sighting_rows import AttachmentRow, NoteRow, SightingRow, attachments_of, notes_of, sighting
from desk.schema import person

_WAY = ("received", "read", "clustered", "linked", "decided", "credited")
_TITLES: Mapping[str, tuple[str, str]] = {
    "received": ("Received", ""),
    "read": ("Read by Product", "Not read yet"),
    "clustered": ("Compared with others", "Not compared with others yet"),
    "linked": ("About a theme of the roadmap", "Not linked to a theme yet"),
    "decided": ("Decided", "No decision yet"),
    "credited": ("Credited", "Not credited yet"),
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


def receipt(
    c: Connection, sighting_id: str, *, reader_id: str | None = None, with_legal_reasons: bool = False
) -> Receipt:
    """A sighting's receipt.

    Args:
        c: A connection.
        sighting_id: Whose; whether the person may see it is the caller's to know (`visible_to`).
        reader_id: Who reads it: its reporter alone is told with how much it was credited, and why not.
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
        steps=_steps(c, row, happened, reader_id=reader_id),
        notes=notes_of(c, sighting_id, kinds),
        attachments=files,
        reasons=() if row.gate == "cleared" else gate.in_words(reasons(happened)),
        nudge=_nudge(row),
        files_waiting=0 if row.is_withdrawn or row.gate == "not_kept" else max(0, came - len(files)),
    )


def _steps(c: Connection, row: SightingRow, happened: Sequence[Event], *, reader_id: str | None) -> list[Step]:
    newest: dict[str, Event] = {event.kind: event for event in happened}
    # of several looks the first one counts
    newest |= {event.kind: event for event in reversed(happened) if event.kind == "read"}
    names = _names(c, happened)
    steps = [_done("received", row.received_at)]
    if "released" in newest:
        steps.append(_stands("released", newest["released"].at))
    if row.gate != "cleared" and not row.is_withdrawn:
        return [*steps, _stands(row.gate, newest[row.gate].at if row.gate in newest else row.received_at)]
    way = [*(_way(c, kind, newest, names) for kind in _WAY[1:-1]), _credited(c, row, newest, reader_id=reader_id)]
    if row.is_withdrawn:
        steps += [step for step in way if step.is_done]
        kind = "withdrawn" if row.gate == "cleared" else "withdrawn_held"
        return [*steps, replace(_stands(kind, newest["withdrawn"].at), kind="withdrawn")]
    return [*steps, *way]


def _way(c: Connection, kind: str, newest: Mapping[str, Event], names: Mapping[str, str]) -> Step:
    """A step on the way, done or not, as its event tells it."""
    event = newest.get(kind)
    if event is None:
        is_alone = kind == "linked" and "clustered" in newest
        return _open(kind, "Fits no theme of the roadmap so far" if is_alone else "")
    by = names.get(event.by) if event.by else None
    done = _done(kind, event.at, detail=str(event.detail.get("said", "")), by_name=by)
    if kind == "clustered" and "others" in event.detail:
        return replace(done, title=results.beside(event.detail))
    if kind == "linked":
        return replace(done, detail=results.theme_of(c, event) or done.detail)
    if kind == "decided":
        title, detail = results.decided(c, event)
        return replace(done, title=title, detail=detail)
    return done


def _credited(c: Connection, row: SightingRow, newest: Mapping[str, Event], *, reader_id: str | None) -> Step:
    """What it earned: for its reporter with points and reasons, for others that it did."""
    event = newest.get("credited")
    told = results.credited(c, row.sighting_id, event)
    if told is None:
        return _open("credited")
    if row.person_id != reader_id:
        return _done("credited", told.at) if told.is_earned else _open("credited")
    step = _done("credited", told.at, detail="\n".join(told.lines)) if told.is_settled else _open("credited")
    return replace(step, title=told.title, detail="\n".join(told.lines))


def _done(kind: str, at: datetime, *, detail: str = "", by_name: str | None = None) -> Step:
    return Step(kind=kind, title=_TITLES[kind][0], at=at, is_done=True, detail=detail, by_name=by_name)


def _open(kind: str, title: str = "") -> Step:
    return Step(kind=kind, title=title or _TITLES[kind][1], at=None, is_done=False, detail="", by_name=None)


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
