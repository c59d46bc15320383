"""What people do with a sighting, in the caller's transaction and with its event; reads are in `sighting_rows`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import insert, update

from desk import audit
from desk.accepting import gate, gate_text
from desk.accepting.plain_text import cleaned_text
from desk.database import Connection
from desk.following import messages
from desk.following.receipts import Receipt, Step, receipt
from desk.following.sighting_log import EventKind, events, fold, last_event_id, reasons, record
from desk.following.sighting_rows import (
    AttachmentRow,
    NoteRow,
    SightingRow,
    attachment,
    attachments_of,
    notes_of,
    quarantine,
    same_files,
    short_name,
    shown_text,
    sighting,
    sightings_of,
    visible_to,
)
from desk.schema import note
from desk.schema import sighting as sighting_table
from detente.errors import ConflictError, NotAllowedError, NotFoundError, SubmissionError
from detente.sightings import Gate, Submission

__all__ = [
    "AttachmentRow", "EventKind", "NoteRow", "Receipt", "SightingRow", "Step", "answer", "ask", "attachment",
    "attachments_of", "complete", "events", "fold", "hold", "last_event_id", "mark_read", "notes_of",
    "quarantine", "reasons", "receipt", "record", "reject", "release", "same_files", "short_name", "shown_text",
    "sighting", "sightings_of", "visible_to", "withdraw",
]  # fmt: skip

_NOTE_CHARS = 5_000
_HELD_FILE = {"yes": "marked_confidential", "not_sure": "confidential_unsure"}
# what the gate reads, beside the answers
_SAID = ("sighting_id", "text", "competitor", "competitor_name", "comparison", "area", "customer", "deal")
_BLANK: Mapping[str, Any] = {
    "text": "", "digest": "",
    "competitor_name": "", "customer": "", "deal": "", "deal_amount_text": "", "deal_amount": None,
    "deal_currency": None, "stage": None, "close_on": None, "area": "", "comparison": "", "motive": None,
    "confidence": None, "happened_on": None, "may_call": False,
}  # fmt: skip


def mark_read(c: Connection, sighting_id: str, *, by: str, now: datetime) -> None:
    """Notes that somebody of Product read it; the first time alone counts, and never the reporter's own reading.

    Raises:
        NotFoundError: There is no such sighting.
    """
    row = sighting(c, sighting_id)
    if row.gate == "cleared" and not row.is_withdrawn and row.read_at is None and row.person_id != by:
        record(c, sighting_id, "read", by=by, now=now)


def ask(c: Connection, sighting_id: str, text: str, *, by: str, now: datetime) -> None:
    """Asks the reporter something.

    Raises:
        NotFoundError: There is no such sighting.
        ConflictError: It was withdrawn.
        SubmissionError: The question is empty or too long.
    """
    row = sighting(c, sighting_id)
    _say(c, sighting_id, "question", text, by=by, now=now)
    if row.person_id != by:
        messages.queue(c, row.person_id, "question", sighting_id, now=now)


def answer(c: Connection, sighting_id: str, text: str, *, by: str, now: datetime) -> None:
    """Answers a question, or adds a line to one's own sighting; words that the gate stops stop the whole sighting.

    Raises:
        NotFoundError: There is no such sighting of this person.
        ConflictError: It was withdrawn.
        NotAllowedError: Its words may not be kept.
        SubmissionError: The answer is empty or too long.
    """
    row = _own(c, sighting_id, by)
    if row.gate == "not_kept":
        raise NotAllowedError("nothing of this sighting may be kept, so nothing can be added; please speak to legal")
    _say(c, sighting_id, "answer", text, by=by, now=now)
    # an answer is as new to the gate as a sighting is: who asked may not be the one who may read it
    fired = gate_text.fired(_submission(row, {"text": text, "comparison": ""}))
    if fired and row.gate == "cleared":
        record(c, sighting_id, "quarantined", by=by, now=now, reasons=list(fired))
    elif row.gate == "cleared" and (questions := notes_of(c, sighting_id, ("question",))):
        messages.queue(c, questions[-1].person_id, "answer", sighting_id, now=now)


def hold(c: Connection, sighting_id: str, answer: str, *, by: str, now: datetime) -> None:
    """Takes the answer to whether a file that is added later may be had: with anything but "no" legal looks first.

    To be called before the file is taken: what it is about to bring is held back with the whole sighting.

    Args:
        c: A connection that writes.
        sighting_id: Whose file it is.
        answer: Whether it is marked confidential, under NDA or meant for somebody else: `yes`, `no` or `not_sure`.
        by: The reporter.
        now: The time.

    Raises:
        NotFoundError: There is no such sighting of this person.
        SubmissionError: It is no answer.
    """
    row = _own(c, sighting_id, by)
    if answer not in _HELD_FILE and answer != "no":
        raise SubmissionError({"confidential": gate.QUESTIONS["confidential"]})
    if answer != "no" and row.gate in ("cleared", "waiting") and not row.is_withdrawn:
        record(c, sighting_id, "quarantined", by=by, now=now, reasons=[_HELD_FILE[answer]])


def withdraw(c: Connection, sighting_id: str, *, by: str, now: datetime) -> None:
    """Takes one's own sighting back: nobody but its reporter (and, of a quarantined one, legal) sees it any more.

    Raises:
        NotFoundError: There is no such sighting of this person.
    """
    if not _own(c, sighting_id, by).is_withdrawn:
        record(c, sighting_id, "withdrawn", by=by, now=now)
        audit.record(c, by=by, action="sighting_withdrawn", subject=sighting_id, now=now)


def complete(c: Connection, sighting_id: str, answers: Mapping[str, str], *, by: str, now: datetime) -> Gate:
    """Takes the answers that a waiting sighting lacks, and lets the gate judge anew.

    The one exception to "a sighting's row is written once": the answers go into the columns that were null, and into
    the event. When they say that its words may not be kept, those are taken out of the row too; call
    `indexer.index_one` afterwards, which brings the inbox and the files in line.

    Args:
        c: A connection that writes.
        sighting_id: Whose.
        answers: By question (`source`, `confidential`, …), the enumerated word.
        by: Its reporter.
        now: The time.

    Raises:
        NotFoundError: There is no such sighting of this person.
        ConflictError: It does not wait (any more), or was withdrawn.
        SubmissionError: An answer is missing, unknown, or says something else than before.
    """
    row = _own(c, sighting_id, by)
    if row.gate != "waiting":
        raise ConflictError("this sighting does not wait for an answer any more")
    given = {name: word for name, word in answers.items() if word}
    faults = {name: "is no question of the gate" for name in given if name not in gate.ANSWERS}
    for name in set(given) & set(gate.ANSWERS):
        there = getattr(row, name)
        if there is not None and there != given[name]:
            faults[name] = (
                f"was answered with {there!r} before; that cannot be changed. Write to legal if it was a slip"
            )
    if faults:
        raise SubmissionError(faults)
    verdict, submission = _judged(row, given, [one.text for one in notes_of(c, sighting_id, ("answer",))])
    told = {name: getattr(submission, name) for name in gate.ANSWERS if getattr(submission, name) is not None}
    values: dict[str, Any] = dict(told) if verdict.keeps_text else {**told, **_BLANK}
    c.execute(update(sighting_table).where(sighting_table.c.sighting_id == sighting_id).values(**values))
    # the gate's states are kinds of events, and `rejected` is none of its words
    kind: EventKind = verdict.state
    record(c, sighting_id, kind, by=by, now=now, answers=dict(given), reasons=list(verdict.reasons))
    return verdict


def release(c: Connection, sighting_id: str, reason: str, *, by: str, now: datetime) -> None:
    """Legal lets a quarantined sighting go on; call `indexer.index_one` afterwards, which unpacks its files.

    Raises:
        NotFoundError: There is no such sighting.
        NotAllowedError: It is the reviewer's own.
        ConflictError: It is not in quarantine (any more).
        SubmissionError: There is no reason.
    """
    _review(c, sighting_id, "released", reason, by=by, now=now)


def reject(c: Connection, sighting_id: str, reason: str, *, by: str, now: datetime) -> None:
    """Legal says that a quarantined sighting may not be used; it stays where it is, for legal alone.

    Raises:
        NotFoundError: There is no such sighting.
        NotAllowedError: It is the reviewer's own.
        ConflictError: It is not in quarantine (any more).
        SubmissionError: There is no reason.
    """
    _review(c, sighting_id, "rejected", reason, by=by, now=now)


def _say(
    c: Connection, sighting_id: str, kind: Literal["question", "answer"], text: str, *, by: str, now: datetime
) -> None:
    """A note with its event; the very same one twice in a row is a button that was pressed twice."""
    said = [event.detail.get("note_id") for event in events(c, sighting_id) if event.kind in ("question", "answer")]
    last = [one for one in notes_of(c, sighting_id) if one.note_id in said[-1:]]
    if [(one.kind, one.person_id, one.text) for one in last] != [(kind, by, cleaned_text(text))]:
        note_id = _add_note(c, sighting_id, kind, text, by=by, now=now)
        record(c, sighting_id, kind, by=by, now=now, note_id=note_id)


def _review(c: Connection, sighting_id: str, kind: EventKind, reason: str, *, by: str, now: datetime) -> None:
    row = sighting(c, sighting_id)
    if row.person_id == by:
        raise NotAllowedError("nobody reviews their own report; ask a colleague of legal")
    # what was rejected may still be released: legal may learn more
    reviewed = ("quarantined", "rejected") if kind == "released" else ("quarantined",)
    if row.gate not in reviewed or row.is_withdrawn:
        raise ConflictError(f"this report is {'withdrawn' if row.is_withdrawn else row.gate}; look at it again")
    note_id = _add_note(c, sighting_id, "reason", reason, by=by, now=now)
    record(c, sighting_id, kind, by=by, now=now, note_id=note_id)
    audit.record(c, by=by, action=f"sighting_{kind}", subject=sighting_id, now=now, note_id=note_id)
    messages.queue(c, row.person_id, kind, sighting_id, now=now)


def _own(c: Connection, sighting_id: str, person_id: str) -> SightingRow:
    row = sighting(c, sighting_id)
    if row.person_id != person_id:
        raise NotFoundError("there is no such sighting")
    return row


def _judged(row: SightingRow, given: Mapping[str, str], answers: Sequence[str]) -> tuple[Gate, Submission]:
    submission = _submission(row, {**given, "text": "\n".join([row.text, *answers])})
    lacking = gate.missing(submission) if submission.source else ("source",)
    if lacking:
        raise SubmissionError({name: gate.QUESTIONS[name] for name in lacking})
    return gate.judge(submission), submission


def _submission(row: SightingRow, given: Mapping[str, str]) -> Submission:
    """What the gate looks at: the sighting's own words and answers, and others in their place."""
    said = {name: getattr(row, name) for name in _SAID}
    said |= {name: getattr(row, name) for name in gate.ANSWERS} | dict(given)
    try:
        return Submission(**said)
    except ValidationError as error:
        raise SubmissionError({str(fault["loc"][0]): fault["msg"] for fault in error.errors()}) from None


def _add_note(c: Connection, sighting_id: str, kind: str, text: str, *, by: str, now: datetime) -> str:
    cleaned = cleaned_text(text)
    if not cleaned:
        raise SubmissionError({kind: "is empty; write a sentence"})
    if len(cleaned) > _NOTE_CHARS:
        raise SubmissionError({kind: f"has {len(cleaned):,} characters; {_NOTE_CHARS:,} can be taken"})
    note_id = secrets.token_hex(16)
    c.execute(
        insert(note).values(note_id=note_id, sighting_id=sighting_id, person_id=by, kind=kind, text=cleaned, at=now)
    )
    return note_id
