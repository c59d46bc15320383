"""Reviews: what people of Product found a sighting to be, and what stands by all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Literal, get_args

from sqlalchemy import insert, select

from desk import audit
from desk.database import Connection
from desk.deciding.impartial import Reported, must_be, must_have_no_share, reported
from desk.following import sightings
from desk.schema import review
from detente.errors import ConflictError, NotAllowedError, NotFoundError, SubmissionError
from detente.people import Person

ReviewOutcome = Literal["verified", "context", "wrong", "fabricated"]
ReviewWord = Literal["verified", "context", "wrong", "fabricated", "taken_back"]
OUTCOMES: tuple[ReviewOutcome, ...] = get_args(ReviewOutcome)
WORDS: tuple[ReviewWord, ...] = get_args(ReviewWord)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One reviewer's newest word on a sighting that is not taken back.

    Attributes:
        review_id: Counts up.
        sighting_id: Which one.
        outcome: What they found.
        by: Who.
        is_blind: Score and reporter were hidden.
        at: When.
    """

    review_id: int
    sighting_id: str
    outcome: ReviewOutcome
    by: str
    is_blind: bool
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewState:
    """What stands of a sighting by its reviews.

    Attributes:
        outcome: What most reviewers found; among equals, what was found first. None: nobody reviewed it.
        reviewers: Who found that, in their order.
        at: When the first of these found it.
        last_at: When the last of these did.
        is_disputed: Somebody else found something else.
    """

    outcome: ReviewOutcome | None = None
    reviewers: tuple[str, ...] = ()
    at: datetime | None = None
    last_at: datetime | None = None
    is_disputed: bool = False


def record(
    c: Connection,
    sighting_id: str,
    outcome: ReviewWord,
    *,
    by: Person,
    now: datetime,
    is_blind: bool = False,
    beside: Collection[str] = (),
) -> ReviewState:
    """Adds somebody's finding; their newest counts, and the same one again changes nothing.

    Args:
        c: A connection that writes.
        sighting_id: Which sighting.
        outcome: What it was found to be; `taken_back` withdraws what the same reviewer found before.
        by: The reviewer.
        now: The time.
        is_blind: Score and reporter were hidden from the reviewer.
        beside: All items of its cluster: whoever told the same later would be the first if this one were wrong.

    Returns:
        What stands afterwards.

    Raises:
        NotFoundError: There is no such sighting, or Product may not see it.
        NotAllowedError: Not of Product, the reporter, whom the reporter reports to, or one of these of another sighting
            of its cluster.
        ConflictError: It was withdrawn, or there is nothing to take back.
        SubmissionError: That is no outcome.
    """
    if outcome not in WORDS:
        raise SubmissionError({"outcome": f"is none of {', '.join(WORDS)}"})
    must_be(by, ("pm",), "reviewing")
    _must_be_reviewable(c, sighting_id, by)
    must_have_no_share(c, beside, by)
    before = [one for one in _newest(c, (sighting_id,)) if one.by == by.person_id]
    if outcome == "taken_back" and not before:
        raise ConflictError("you have not reviewed this report, so there is nothing to take back")
    if not before or before[0].outcome != outcome:
        c.execute(
            insert(review).values(
                sighting_id=sighting_id, outcome=outcome, person_id=by.person_id, is_blind=is_blind, at=now
            )
        )
        sightings.mark_read(c, sighting_id, by=by.person_id, now=now)
        audit.record(
            c, by=by.person_id, action="sighting_reviewed", subject=sighting_id, now=now,
            outcome=outcome, is_blind=is_blind,
        )  # fmt: skip
    return standing(c, sighting_id)


def standing(c: Connection, sighting_id: str) -> ReviewState:
    """What stands of one sighting."""
    return standings(c, (sighting_id,)).get(sighting_id, ReviewState())


def standings(c: Connection, sighting_ids: Collection[str] | None = None) -> dict[str, ReviewState]:
    """What stands, by sighting; those that nobody reviewed are left out. Of all sightings where none is named."""
    by_sighting: dict[str, list[Review]] = {}
    for one in _newest(c, sighting_ids):
        by_sighting.setdefault(one.sighting_id, []).append(one)
    return {sighting_id: stands(found) for sighting_id, found in by_sighting.items()}


def stands(found: Iterable[Review]) -> ReviewState:
    """What stands by the newest words of several reviewers: a second opinion alone does not overturn a first."""
    by_outcome: dict[ReviewOutcome, list[Review]] = {}
    for one in sorted(found, key=lambda one: one.review_id):
        by_outcome.setdefault(one.outcome, []).append(one)
    if not by_outcome:
        return ReviewState()
    most = min(by_outcome.values(), key=lambda those: (-len(those), those[0].review_id))
    return ReviewState(
        outcome=most[0].outcome,
        reviewers=tuple(one.by for one in most),
        at=most[0].at,
        last_at=most[-1].at,
        is_disputed=len(by_outcome) > 1,
    )


def pairs(c: Connection) -> list[tuple[ReviewOutcome, ReviewOutcome]]:
    """What two reviewers of one sighting found, for every two that reviewed the same, in the order of sightings."""
    by_sighting: dict[str, list[ReviewOutcome]] = {}
    for one in _newest(c, None):
        by_sighting.setdefault(one.sighting_id, []).append(one.outcome)
    return [pair for _, found in sorted(by_sighting.items()) for pair in combinations(found, 2)]


def _must_be_reviewable(c: Connection, sighting_id: str, by: Person) -> Reported:
    row = sightings.visible_to(c, sighting_id, by)
    found = reported(c, (sighting_id,))
    if not found:
        raise NotFoundError("there is no such sighting")
    if found[0].concerns(by):
        raise NotAllowedError(
            "nobody reviews their own report; ask a colleague of Product"
            if found[0].person_id == by.person_id
            else "its reporter reports to you; ask a colleague of Product to review it"
        )
    if not found[0].is_open:
        raise ConflictError(f"this report is {'withdrawn' if row.is_withdrawn else row.gate}; it cannot be reviewed")
    return found[0]


def _newest(c: Connection, sighting_ids: Collection[str] | None) -> list[Review]:
    query = select(review).order_by(review.c.review_id)
    if sighting_ids is not None:
        query = query.where(review.c.sighting_id.in_(set(sighting_ids)))
    newest: dict[tuple[str, str], Review | None] = {}
    for row in c.execute(query):
        newest[row.sighting_id, row.person_id] = (
            None
            if row.outcome == "taken_back"
            else Review(
                review_id=row.review_id,
                sighting_id=row.sighting_id,
                outcome=row.outcome,
                by=row.person_id,
                is_blind=row.is_blind,
                at=row.at,
            )
        )
    return sorted((one for one in newest.values() if one is not None), key=lambda one: one.review_id)
