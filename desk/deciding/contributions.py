"""What each sighting brings before the reward rules: who told what, when, with which evidence, and how it was judged."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select

from desk.database import Connection
from desk.deciding import decisions, reviews
from desk.deciding.decisions import Decision, DecisionOutcome
from desk.schema import (
    attachment,
    decision_outcome,
    ledger_entry,
    person,
    review,
    sighting,
    sighting_event,
    sighting_state,
)
from detente.sightings import GateState

# what a reporter added after the first words: a file, or an answer
_ADDED = ("attachment", "answer")
_LINK = re.compile(r"https?://\S", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """A sighting as the reward rules look at it; no name and no word of it.

    Attributes:
        sighting_id: Which one.
        person_id: Its reporter.
        manager_id: Whom the reporter reports to now.
        is_erased: The reporter was erased: what they had earned stays as it was.
        received_at: When it was received.
        added_at: When files or answers were added to it, oldest first.
        happened_on: When it was seen, by its reporter.
        channel: The way it came.
        source: How it was learned.
        competitor: Slug.
        gate: Where the gate stands.
        is_withdrawn: Its reporter took it back.
        has_evidence: A file that was kept, or a link.
        words: How many it has.
        text_digest: Of its words in their order: a copy has the same; empty where it has none any more.
        review: What it was found to be; None: nobody has reviewed it.
        reviewed_at: When it was first found so.
        decision: The newest decision that rests on it.
        outcome: How that turned out.
        judged_at: When that was said.
    """

    sighting_id: str
    person_id: str
    manager_id: str | None
    is_erased: bool
    received_at: datetime
    added_at: tuple[datetime, ...]
    happened_on: date | None
    channel: str
    source: str | None
    competitor: str | None
    gate: GateState
    is_withdrawn: bool
    has_evidence: bool
    words: int
    text_digest: str
    review: str | None
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
    added: dict[str, list[datetime]] = {}
    events = select(sighting_event.c.sighting_id, sighting_event.c.at).where(
        sighting_event.c.kind.in_(_ADDED), sighting_event.c.sighting_id.in_(ids)
    )
    for event in c.execute(events.order_by(sighting_event.c.event_id)):
        added.setdefault(event.sighting_id, []).append(event.at)
    with_files = set(
        c.execute(
            select(attachment.c.sighting_id).where(
                attachment.c.stored_hash.is_not(None), attachment.c.sighting_id.in_(ids)
            )
        ).scalars()
    )
    judged = _Judged.of(c)
    return [_contribution(row, added.get(row.sighting_id, []), with_files, judged) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """All that Product said, by sighting and by decision."""

    reviews: Mapping[str, reviews.ReviewState]
    decisions: Mapping[str, Decision]
    outcomes: Mapping[str, decisions.Judged]

    @classmethod
    def of(cls, c: Connection) -> _Judged:
        rests: dict[str, Decision] = {}
        for one in decisions.every(c):  # the newest first
            for sighting_id in one.sightings:
                rests.setdefault(sighting_id, one)
        return cls(reviews=reviews.standings(c), decisions=rests, outcomes=decisions.outcomes(c))


def _contribution(row: Row[Any], added: list[datetime], with_files: set[str], judged: _Judged) -> Contribution:
    words = _WORD.findall(row.text.casefold())
    found = judged.reviews.get(row.sighting_id)
    decided = judged.decisions.get(row.sighting_id)
    turned_out = judged.outcomes.get(decided.decision_id) if decided else None
    return Contribution(
        sighting_id=row.sighting_id,
        person_id=row.person_id,
        manager_id=row.manager_id,
        is_erased=row.erased_at is not None,
        received_at=row.received_at,
        added_at=tuple(added),
        happened_on=row.happened_on,
        channel=row.channel,
        source=row.source,
        competitor=row.competitor,
        gate=row.gate,
        is_withdrawn=row.is_withdrawn,
        has_evidence=row.sighting_id in with_files or bool(_LINK.search(row.text)),
        words=len(words),
        text_digest=hashlib.sha256(" ".join(words).encode()).hexdigest()[:32] if words else "",
        review=found.outcome if found else None,
        reviewed_at=found.at if found else None,
        decision=decided,
        outcome=turned_out.outcome if turned_out else None,
        judged_at=turned_out.at if turned_out else None,
    )
