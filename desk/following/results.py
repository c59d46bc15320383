"""What came of a sighting, in words: what it was put beside, its theme, the decision on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from desk.database import Connection
from desk.following.sighting_log import Event
from desk.rewarding import fold, ledger
from desk.rewarding.entries import Entry
from desk.rewarding.fold import Held
from desk.schema import decision, sighting, sighting_event

COUNTED = (0, 1, 2, 3, 5, 10, 20, 50, 100)
"""How many others an event tells of: the largest of these that is not above it, so that a large cluster that grows does
not write an event to each of its sightings every time."""

_DECIDED: Mapping[str, str] = {
    "build": "Decided: it will be built",
    "match": "Decided: it will be matched",
    "counter_message": "Decided: Sales gets an answer to it",
    "price": "Decided: it goes into pricing",
    "watch": "Decided: it is watched",
    "decline": "Decided: nothing is done about it",
}


def counted(others: int) -> int:
    """So many others, as events tell it."""
    return max(step for step in COUNTED if step <= max(0, others))


def beside(detail: Mapping[str, Any]) -> str:
    """What a sighting was put beside, of the detail of its event `clustered`."""
    others, has_page = int(detail.get("others", 0)), bool(detail.get("page"))
    if not others:
        return "Put beside what their own page says" if has_page else "Compared: nobody else has told this so far"
    is_more = others not in (1, 2, 3)
    count = "1 sighting that says" if others == 1 else f"{others}{' or more' if is_more else ''} sightings that say"
    return f"Put beside {count} the same{', and what their own page says' if has_page else ''}"


def theme_of(c: Connection, event: Event) -> str:
    """The theme that an event `linked` tells of: the machine's, or that of a decision."""
    if decision_id := event.detail.get("decision_id"):
        found = c.execute(select(decision.c.theme).where(decision.c.decision_id == decision_id)).scalar_one_or_none()
        return str(found or "")
    return str(event.detail.get("theme", ""))


def decided(c: Connection, event: Event) -> tuple[str, str]:
    """Title and words of an event `decided`: what was decided, why, and what reporters are told."""
    row = c.execute(select(decision).where(decision.c.decision_id == event.detail.get("decision_id"))).one_or_none()
    if row is None:
        return "Decided", str(event.detail.get("said", ""))
    return _DECIDED.get(row.kind, "Decided"), "\n".join(text for text in (row.because, row.reply) if text)


def told(c: Connection, since: datetime) -> dict[tuple[str, str, str], Event]:
    """What receipts of sightings received since then tell: by sighting, kind and rule, which may be empty."""
    kinds = ("clustered", "linked", "credited")
    recent = select(sighting.c.sighting_id).where(sighting.c.received_at >= since)
    found = select(sighting_event).where(sighting_event.c.kind.in_(kinds), sighting_event.c.sighting_id.in_(recent))
    newest: dict[tuple[str, str, str], Event] = {}
    for row in c.execute(found.order_by(sighting_event.c.event_id)):
        event = Event(event_id=row.event_id, kind=row.kind, at=row.at, by=row.person_id, detail=dict(row.detail))
        newest[row.sighting_id, row.kind, str(event.detail.get("rule", ""))] = event
    return newest


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """What a sighting earned.

    Attributes:
        title: In a line.
        lines: Each credit with how it came about; or why there is none.
        at: When the last of it was told.
        is_settled: Whether it is more than a promise.
        is_earned: Whether there are points in it.
    """

    title: str
    lines: tuple[str, ...]
    at: datetime
    is_settled: bool
    is_earned: bool


_UNDONE: Mapping[str, str] = {
    "withdrawn": "you took the sighting back",
    "held_back": "the gate or Legal holds it back; that never counts against you",
    "fabricated": "it was found to be made up or copied",
    "wrong": "it turned out to be wrong; that costs nothing else",
    "context": "it was found to be useful, and no news",
    "not_reviewed": "its review was taken back, and may be made anew",
    "others_first": "as it is put together now, somebody else had told it first",
    "too_old": "nobody looked at it in time",
}


def credited(c: Connection, sighting_id: str, event: Event | None) -> Credit | None:
    """What a sighting earned, by the ledger, or else by what was told last; None: nobody knows yet.

    Args:
        c: A connection.
        sighting_id: Which sighting.
        event: Its newest event `credited`.
    """
    known = ledger.entries(c, sighting_id=sighting_id)
    held = [one for one in fold.held(known) if one.state != "nothing"]
    earned = sum(one.points for one in held if one.state == "earned")
    pending = sum(one.points for one in held if one.state == "pending")
    if event is None and not known:
        return None
    at = max([one.at for one in known] + ([event.at] if event else []))
    lines = [_line(one) for one in held]
    if held and (earned or not pending):
        more = f", and {_points(pending)} pending" if pending else ""
        title = f"Credited to you: {_points(earned)}{more}" if earned >= 0 else f"Charged: {_points(-earned)}"
        return Credit(title=title, lines=tuple(lines), at=at, is_settled=True, is_earned=earned > 0)
    if held:
        title = f"{_points(pending)} pending, until somebody of Product has found it true"
        return Credit(title=title, lines=tuple(lines), at=at, is_settled=False, is_earned=False)
    return _no_credit(known, event, at)


def _no_credit(known: Sequence[Entry], event: Event | None, at: datetime) -> Credit:
    detail = event.detail if event else {}
    state = detail.get("state")
    if state == "waits":
        waits = ("This quarter's points are used up; it is credited as soon as there are more.",)
        return Credit(title="Due, and waiting", lines=waits, at=at, is_settled=False, is_earned=False)
    was_paid = any(one.kind == "post" for one in known)
    whys = [str(one.reason.get("why")) for one in known if one.kind == "reverse"]
    undone = [_UNDONE[why] for why in whys if why in _UNDONE]
    why = undone[-1] if undone else ""
    because = str(detail.get("because", "")) or why
    lines = (f"{because[:1].upper()}{because[1:]}.",) if because else ()
    title = "Taken back" if was_paid else "No points for this one" if "state" in detail else "Credited"
    return Credit(title=title, lines=lines, at=at, is_settled=True, is_earned="state" not in detail)


def _line(one: Held) -> str:
    sentence = str(one.entry.reason.get("sentence", "")) or f"{one.points} by the rule {one.entry.rule}"
    return f"{sentence}{' (pending)' if one.state == 'pending' else ''}"


def _points(number: int) -> str:
    return f"{number:,} {'point' if number == 1 else 'points'}"
