"""Accepting a sighting: bounds, the amount, the gate, and then the inbox. What returns from here is durable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.accepting import deal_amount, gate
from desk.accepting.inbox import Entry, FileNote, Inbox
from desk.accepting.known_names import competitor_fault, looks_like
from desk.accepting.limits import Limits, limits_of
from desk.accepting.plain_text import cleaned_text
from desk.accepting.uploads import check_uploads, safe_name
from detente.errors import ConflictError, NotAllowedError, NotFoundError, SubmissionError
from detente.sightings import Channel, DealAmount, Gate, Submission, Upload

__all__ = ["Accepted", "Limits", "accept", "accept_attachment", "limits_of"]

# on these ways in somebody is there to be asked; on the others what lacks an answer waits
_ASKING: frozenset[Channel] = frozenset({"form", "api", "terminal"})
_OLDEST = timedelta(days=20 * 365)
_FARTHEST = timedelta(days=20 * 365)
# of what may not be kept: who, when, which competitor, and the answers
_BARE = ("sighting_id", "competitor", *gate.ANSWERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """What became of a submission.

    Attributes:
        sighting_id: The sender's id.
        is_new: False when the same one had been accepted before; then everything here is of the first one.
        gate: What the gate said.
        received_at: By our clock.
        dropped_files: Files that came and were not kept, because the gate forbids it.
        deal_amount: What was read from the amount, so that it can be shown; None where none was given or kept.
        looks_like: The known competitor that a free name is, or looks like; to be told, and decided by a person.
    """

    sighting_id: str
    is_new: bool
    gate: Gate
    received_at: datetime
    dropped_files: int
    deal_amount: DealAmount | None = None
    looks_like: str | None = None


def accept(
    inbox: Inbox,
    submission: Submission,
    uploads: Sequence[Upload],
    *,
    person_id: str,
    channel: Channel,
    now: datetime,
    limits: Limits,
    competitors: Collection[str],
    currency: str,
) -> Accepted:
    """Checks a submission, lets the gate decide, and makes it durable; sending the same again changes nothing.

    Args:
        inbox: Where it goes.
        submission: What the reporter says.
        uploads: The files with it.
        person_id: Who sends it.
        channel: Which way it comes in.
        now: The time by our clock, UTC-aware.
        limits: Bounds.
        competitors: The slugs that are known.
        currency: The company's ISO 4217 code, for an amount without one.

    Raises:
        SubmissionError: Fields are wrong; all faults at once, by field.
        UploadError: A file is too large, or its picture has too many pixels.
        ConflictError: The id was used for something else.
        StorageError: The disk refused; nothing is acknowledged.
    """
    cleaned = clean(submission)
    faults = _faults(cleaned, channel, now, limits, competitors)
    deal = None
    try:
        deal = deal_amount.read(cleaned.deal_amount, currency)
    except SubmissionError as error:
        faults |= error.faults
    there = inbox.find(cleaned.sighting_id) if faults and "text" not in faults else None
    if faults and there is None:
        raise SubmissionError(faults)
    check_uploads(uploads, limits)
    entry, bodies = _entry(cleaned, uploads, deal, person_id=person_id, channel=channel, now=now)
    # what was taken once is known, though it could not be taken today: a competitor may have been renamed since
    if faults and there is not None and there.digest != entry.digest:
        raise SubmissionError(faults)
    is_new = inbox.put(entry, bodies)
    first = entry if is_new else inbox.find(entry.entry_id) or entry
    return Accepted(
        sighting_id=entry.sighting_id,
        is_new=is_new,
        gate=first.gate,
        received_at=first.received_at,
        dropped_files=len(uploads) - len(bodies),
        deal_amount=deal if entry.gate.keeps_text else None,
        looks_like=looks_like(cleaned.competitor_name, competitors) if entry.gate.keeps_text else None,
    )


def accept_attachment(
    inbox: Inbox,
    attachment_id: str,
    sighting_id: str,
    upload: Upload,
    *,
    person_id: str,
    now: datetime,
    limits: Limits,
) -> bool:
    """Makes a photo or file durable that comes later than its sighting; False when it had been accepted before.

    Whether the sighting is this person's, and not withdrawn, is for the caller to know; the inbox knows who sent it.

    Raises:
        NotFoundError: There is no such sighting of this person.
        NotAllowedError: Files of this sighting may not be kept.
        UploadError: The file is too large, or its picture has too many pixels.
        ConflictError: The id was used for something else.
        StorageError: The disk refused; nothing is acknowledged.
    """
    there = inbox.find(sighting_id)
    if there is None or there.kind != "sighting" or there.person_id != person_id:
        raise NotFoundError("there is no such sighting of yours")
    if there.is_withdrawn:
        raise ConflictError("this report was withdrawn; send a new one")
    if not there.gate.keeps_files:
        raise NotAllowedError("files of this sighting may not be kept: please do not keep or forward them either")
    check_uploads([upload], limits)
    note = _note(upload)
    entry = Entry(
        entry_id=attachment_id,
        kind="attachment",
        sighting_id=sighting_id,
        person_id=person_id,
        channel=there.channel,
        received_at=now,
        digest=_digest({"sighting_id": sighting_id}, person_id, (note,)),
        gate=there.gate,
        files=(note,),
    )
    return inbox.put(entry, [upload.body])


def clean(submission: Submission) -> Submission:
    """The submission with every text as it can be stored and shown: whole characters, no control characters."""
    texts: dict[str, Any] = {
        name: cleaned_text(value)
        for name, value in submission
        if isinstance(value, str) and name not in ("sighting_id", "source", *gate.ANSWERS)
    }
    if submission.sent_at is not None:
        texts["sent_at"] = _claim(submission.sent_at)
    return submission.model_copy(update=texts)


def _faults(
    submission: Submission, channel: Channel, now: datetime, limits: Limits, competitors: Collection[str]
) -> dict[str, str]:
    faults = {}
    if not submission.text:
        faults["text"] = "is empty; write what happened, one sentence is enough"
    elif len(submission.text) > limits.text_chars:
        faults["text"] = (
            f"has {len(submission.text):,} characters; {limits.text_chars:,} can be taken. "
            "Shorten it, or add the rest as a file"
        )
    if fault := competitor_fault(submission.competitor, competitors):
        faults["competitor"] = fault
    if channel in _ASKING:
        open_questions = gate.missing(submission) if submission.source else ("source",)
        faults |= {name: gate.QUESTIONS[name] for name in open_questions}
    today = now.date()
    # somewhere it is tomorrow already
    if submission.happened_on and not today - _OLDEST <= submission.happened_on <= today + timedelta(days=1):
        when = "to come" if submission.happened_on > today else "more than twenty years ago"
        faults["happened_on"] = f"{submission.happened_on} is {when}; mend the day, or leave it empty"
    if submission.close_on and not today - _OLDEST <= submission.close_on <= today + _FARTHEST:
        faults["close_on"] = f"{submission.close_on} is more than twenty years away; mend the day, or leave it empty"
    return faults


def _claim(sent_at: datetime) -> datetime | None:
    """The sender's clock in UTC: kept as a claim, whatever it says; None where UTC has no such time."""
    try:
        return (sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def _entry(
    submission: Submission,
    uploads: Sequence[Upload],
    deal: DealAmount | None,
    *,
    person_id: str,
    channel: Channel,
    now: datetime,
) -> tuple[Entry, list[bytes]]:
    """The entry and its files, without what the gate does not keep."""
    verdict = gate.judge(submission)
    kept = uploads if verdict.keeps_files else ()
    notes = tuple(_note(upload) for upload in kept)
    content = _content(submission, verdict)
    kept_deal = deal if verdict.keeps_text else None
    entry = Entry(
        entry_id=submission.sighting_id,
        sighting_id=submission.sighting_id,
        person_id=person_id,
        channel=channel,
        received_at=now,
        digest=_digest(content, person_id, notes),
        gate=verdict,
        submission=content,
        deal_amount=str(kept_deal.amount) if kept_deal else None,
        deal_currency=kept_deal.currency if kept_deal else None,
        files=notes,
    )
    return entry, [upload.body for upload in kept]


def _note(upload: Upload) -> FileNote:
    return FileNote(
        name=safe_name(upload.name),
        media_type=cleaned_text(upload.media_type)[:100],
        byte_count=len(upload.body),
        received_hash=hashlib.sha256(upload.body).hexdigest(),
    )


def _content(submission: Submission, verdict: Gate) -> dict[str, Any]:
    plain: dict[str, Any] = submission.model_dump(mode="json", exclude_defaults=True)
    if not verdict.keeps_text:
        plain = {name: plain[name] for name in _BARE if name in plain} | {"text": ""}
    return plain


def _digest(content: dict[str, Any], person_id: str, notes: Sequence[FileNote]) -> str:
    """The same for the same report, whichever way it comes and whatever the sender's clock says."""
    said = {name: value for name, value in content.items() if name != "sent_at"}
    plain = [said, person_id, [note.received_hash for note in notes]]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
