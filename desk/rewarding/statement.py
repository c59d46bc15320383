"""A statement: what somebody was credited for in a quarter, line by line; and sums per person, for payroll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from desk import audit, people
from desk.database import Connection
from desk.rewarding import entries as book
from desk.rewarding import fold
from desk.rewarding.entries import Entry, earned, pending, redeemed
from desk.rewarding.fold import AwardState
from desk.rewarding.guards import is_admin
from desk.schema import ledger_entry, person
from detente.quarters import Quarter


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that somebody was credited or charged for, or given.

    Attributes:
        at: When it was written down.
        sighting_id: What for; None for what was given out.
        rule: By which rule; `redeemed` for what was given out.
        sentence: How the points came about, such as "5 × 1.0 new × 0.8 fresh = 4, rule v3".
        points: How many; below 0: taken or given out. They count only in the states `pending` and `earned`.
        state: `pending`, `earned` or `nothing`.
    """

    at: datetime
    sighting_id: str | None
    rule: str
    sentence: str
    points: int
    state: AwardState


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What somebody was credited for in a quarter.

    Attributes:
        person_id: Whom it is about.
        quarter: E.g. `2026-Q4`.
        lines: Oldest first.
        pending: Promised in this quarter, and not looked at yet.
        earned: Earned in this quarter, redeemed or not; charges are taken off.
        redeemed: Given out in this quarter.
        available: What can be redeemed now, from all quarters.
    """

    person_id: str
    quarter: str
    lines: tuple[Line, ...]
    pending: int
    earned: int
    redeemed: int
    available: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonExport:
    """What a payroll or gift system is told of one person and quarter; every number is exact.

    Attributes:
        quarter: E.g. `2026-Q4`.
        person_id: Random.
        name: As colleagues read it; "former member" once erased.
        email: Empty once erased.
        earned: Earned in this quarter, redeemed or not.
        redeemed: Given out in this quarter.
        pending: Promised in this quarter, and not looked at yet.
        available: What can be redeemed now, from all quarters.
        up_to_entry: The newest entry that is counted in.
    """

    quarter: str
    person_id: str
    name: str
    email: str
    earned: int
    redeemed: int
    pending: int
    available: int
    up_to_entry: int


def statement(c: Connection, person_id: str, quarter: str) -> Statement:
    """What somebody was credited for in a quarter.

    Raises:
        NotFoundError: There is no such person.
        UsageError: No such quarter.
    """
    quarter = str(Quarter.parse(quarter))
    people.person(c, person_id)
    found = book.find(c, ledger_entry.c.person_id == person_id, ledger_entry.c.quarter == quarter)
    sums = _sums(found, person_id)
    return Statement(
        person_id=person_id,
        quarter=quarter,
        lines=_lines(found),
        pending=sums[pending(person_id)],
        earned=sums[earned(person_id)] + sums[redeemed(person_id)],
        redeemed=sums[redeemed(person_id)],
        available=book.balance(c, earned(person_id)),
    )


def export_rows(c: Connection, quarter: str) -> list[PersonExport]:
    """Everybody of whom the ledger has something in a quarter, by name.

    Raises:
        UsageError: No such quarter.
    """
    quarter = str(Quarter.parse(quarter))
    by_person: dict[str, list[Entry]] = {}
    for one in book.find(c, ledger_entry.c.quarter == quarter, ledger_entry.c.person_id.is_not(None)):
        by_person.setdefault(str(one.person_id), []).append(one)
    last, _ = book.head(c)
    rows = []
    # those who were erased, too: without them the rows would not sum up
    known = select(person.c.person_id, person.c.name, person.c.email).where(person.c.person_id.in_(sorted(by_person)))
    for who in c.execute(known.order_by(func.lower(person.c.name), person.c.person_id)):
        sums = _sums(by_person[who.person_id], who.person_id)
        given = sums[redeemed(who.person_id)]
        rows.append(
            PersonExport(
                quarter=quarter, person_id=who.person_id, name=who.name, email=who.email or "",
                earned=sums[earned(who.person_id)] + given, redeemed=given, pending=sums[pending(who.person_id)],
                available=book.balance(c, earned(who.person_id)), up_to_entry=last,
            )
        )  # fmt: skip
    return rows


def handed_over(c: Connection, quarter: str, *, by: str | None, now: datetime) -> list[PersonExport]:
    """The same rows, to be handed to payroll or a gift system; the audit notes who did so.

    Args:
        c: A writing connection.
        quarter: E.g. `2026-Q4`.
        by: An admin.
        now: The time.

    Raises:
        NotAllowedError: Whoever does it is no admin.
        UsageError: No such quarter.
    """
    is_admin(c, by)
    rows = export_rows(c, quarter)
    last, _ = book.head(c)
    audit.record(c, by=by, action="ledger_exported", subject=quarter, now=now, people=len(rows), up_to_entry=last)
    return rows


def _sums(found: Sequence[Entry], person_id: str) -> Mapping[str, int]:
    sums = dict.fromkeys((pending(person_id), earned(person_id), redeemed(person_id)), 0)
    for one in found:
        for posting in one.postings:
            if posting.account in sums:
                sums[posting.account] += posting.points
    return sums


def _lines(found: Sequence[Entry]) -> tuple[Line, ...]:
    counts = fold.in_force(found)
    lines = [
        Line(
            at=one.entry.at, sighting_id=one.entry.sighting_id, rule=one.entry.rule or "",
            sentence=_sentence(one.entry), points=one.points, state=one.state,
        )
        for one in fold.held(found)
    ]  # fmt: skip
    lines += [
        Line(
            at=one.at, sighting_id=None, rule="redeemed", sentence="given out", points=one.postings[0].points,
            state="earned" if one.entry_id in counts else "nothing",
        )
        for one in found if one.kind == "redeem"
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda line: line.at))


def _sentence(entry: Entry) -> str:
    """As the rules told it when the entry was made."""
    told = entry.reason.get("sentence")
    return told if isinstance(told, str) else f"{entry.rule} at {entry.stage}, rule v{entry.rules_version}"
