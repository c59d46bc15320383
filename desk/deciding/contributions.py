"""What each sighting brings before the reward rules: who told it, when, with which evidence, and how it was judged."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from desk.database import Connection
from desk.deciding import decisions, reviews
from desk.deciding.decisions import Decision, DecisionOutcome, Judged
from desk.deciding.reviews import ReviewOutcome
from desk.schema import (
    attachment,
    decision_outcome,
    ledger_entry,
    note,
    person,
    review,
    sighting,
    sighting_event,
    sighting_state,
)
from detente.sightings import Channel, GateState, Source

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """A sighting as what the reward rules look at is made of it; its words stay in here.

    Attributes:
        sighting_id: Which one.
        person_id: Its reporter.
        manager_id: Whom the reporter reports to now.
        is_erased: The reporter was erased: what they had earned stays as it was.
        received_at: When it was received.
        text: Its words and the comparison.
        answers: What was answered or added later, each with its moment, oldest first.
        competitor_name: As written, where it is none of the known ones.
        customer: As named; for telling whether the sighting can be checked, and for nothing that is shown.
        deal: As named, likewise.
        happened_on: When it was seen, by its reporter.
        channel: The way it came.
        source: How it was learned.
        competitor: Slug.
        gate: Where the gate stands.
        is_withdrawn: Its reporter took it back.
        evidence: Hashes of the files that were kept, as they came: the same photo has the same.
        evidence_at: When the first file came; None without one.
        text_digest: Of its words in their order: a copy has the same; empty where it has none any more.
        review: What it was found to be; None: nobody has reviewed it.
        reviewed_by: Who found that.
        reviewed_at: When the last of them did.
        decision: The newest decision that its reporter was told of, if it rests on it: one that replaced another and
            leaves this sighting out ends the other's credit, too.
        outcome: How that turned out.
        judged_at: When that was said.
    """

    sighting_id: str
    person_id: str
    manager_id: str | None
    is_erased: bool
    received_at: datetime
    text: str
    answers: tuple[tuple[datetime, str], ...]
    competitor_name: str
    customer: str
    deal: str
    happened_on: date | None
    channel: Channel
    source: Source | None
    competitor: str | None
    gate: GateState
    is_withdrawn: bool
    evidence: tuple[str, ...]
    evidence_at: datetime | None
    text_digest: str
    review: ReviewOutcome | None
    reviewed_by: tuple[str, ...]
    reviewed_at: datetime | None
    decision: Decision | None
    outcome: DecisionOutcome | None
    judged_at: datetime | None


def stamp(c: Connection) -> tuple[int, ...]:
    """Changes whenever anything happened that contributions or credits are made of."""
    newest = (sighting_event.c.event_id, review.c.review_id, decision_outcome.c.outcome_id, ledger_entry.c.entry_id)
    marks = [int(c.execute(select(func.max(column))).scalar() or 0) for column in newest]
    return (*marks, int(c.execute(select(func.count()).select_from(attachment)).scalar_one()))


def contributions(c: Connection, since: datetime) -> list[Contribution]:
    """Every sighting that was received since then, in the order of receipt; of one moment, by id."""
    which = sighting.c.received_at >= since
    ids = select(sighting.c.sighting_id).where(which)
    query = (
        select(
            sighting.c.sighting_id,
            sighting.c.person_id,
            sighting.c.received_at,
            sighting.c.happened_on,
            sighting.c.channel,
            sighting.c.source,
            sighting.c.competitor,
            sighting.c.text,
            sighting.c.comparison,
            sighting.c.competitor_name,
            sighting.c.customer,
            sighting.c.deal,
            sighting_state.c.gate,
            sighting_state.c.is_withdrawn,
            person.c.manager_id,
            person.c.erased_at,
        )
        .join(sighting_state, sighting_state.c.sighting_id == sighting.c.sighting_id)
        .join(person, person.c.person_id == sighting.c.person_id)
        .where(which)
        .order_by(sighting.c.received_at, sighting.c.sighting_id)
    )
    rows = c.execute(query).all()
    came: dict[str, datetime] = {}
    events = select(sighting_event.c.sighting_id, sighting_event.c.at, sighting_event.c.detail).where(
        sighting_event.c.kind.in_(("received", "attachment")), sighting_event.c.sighting_id.in_(ids)
    )
    for event in c.execute(events.order_by(sighting_event.c.event_id)):
        if int(event.detail.get("files", 0)):
            came.setdefault(event.sighting_id, event.at)
    answers: dict[str, list[tuple[datetime, str]]] = {}
    said = select(note.c.sighting_id, note.c.at, note.c.text).where(
        note.c.kind == "answer", note.c.sighting_id.in_(ids)
    )
    for one in c.execute(said.order_by(note.c.at, note.c.note_id)):
        answers.setdefault(one.sighting_id, []).append((one.at, one.text))
    files: dict[str, list[str]] = {}
    kept = select(attachment.c.sighting_id, attachment.c.received_hash).where(
        attachment.c.stored_hash.is_not(None), attachment.c.sighting_id.in_(ids)
    )
    for file in c.execute(kept.order_by(attachment.c.received_hash)):
        files.setdefault(file.sighting_id, []).append(file.received_hash)
    judged = _Judged.of(c)
    return [
        _contribution(
            row, answers.get(row.sighting_id, ()), files.get(row.sighting_id, ()), came.get(row.sighting_id), judged
        )
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """All that Product said, by sighting and by decision."""

    reviews: Mapping[str, reviews.ReviewState]
    decisions: Mapping[str, Decision]
    outcomes: Mapping[str, Judged]

    @classmethod
    def of(cls, c: Connection) -> _Judged:
        told: dict[str, str] = {}
        events = select(sighting_event.c.sighting_id, sighting_event.c.detail).where(sighting_event.c.kind == "decided")
        for event in c.execute(events.order_by(sighting_event.c.event_id)):
            told[event.sighting_id] = str(event.detail.get("decision_id"))
        rests = {
            sighting_id: one
            for one in decisions.every(c)
            for sighting_id in one.sightings
            if told.get(sighting_id) == one.decision_id
        }
        return cls(reviews=reviews.standings(c), decisions=rests, outcomes=decisions.outcomes(c))


def _contribution(
    row: Any,
    answers: Sequence[tuple[datetime, str]],
    files: Sequence[str],
    came: datetime | None,
    judged: _Judged,
) -> Contribution:
    found = judged.reviews.get(row.sighting_id)
    decided = judged.decisions.get(row.sighting_id)
    turned_out = judged.outcomes.get(decided.decision_id) if decided else None
    words = " ".join(_WORD.findall(row.text.casefold()))
    return Contribution(
        sighting_id=row.sighting_id,
        person_id=row.person_id,
        manager_id=row.manager_id,
        is_erased=row.erased_at is not None,
        received_at=row.received_at,
        text="\n".join(text for text in (row.text, row.comparison) if text),
        answers=tuple(answers),
        competitor_name=row.competitor_name,
        customer=row.customer,
        deal=row.deal,
        happened_on=row.happened_on,
        channel=row.channel,
        source=row.source,
        competitor=row.competitor,
        gate=row.gate,
        is_withdrawn=row.is_withdrawn,
        evidence=tuple(files),
        evidence_at=(came or row.received_at) if files else None,
        text_digest=hashlib.sha256(words.encode()).hexdigest()[:32] if words else "",
        review=found.outcome if found else None,
        reviewed_by=found.reviewers if found else (),
        reviewed_at=found.last_at if found else None,
        decision=decided,
        outcome=turned_out.outcome if turned_out else None,
        judged_at=turned_out.at if turned_out else None,
    )
