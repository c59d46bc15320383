"""The reward ledger: points are promised, paid, taken back and given out; whatever is retried happens once.

Every function that adds an entry takes a connection of `Desk.writing`, which is one at a time over all processes: what
it looked up still holds when it writes. Called again with the same key, it returns the first entry, unchanged.

    fund      issued      → program:Q     a quarter's budget
    hold      program:Q   → pending:P     promised
    post      pending:P   → earned:P      paid; or
    void      pending:P   → program:Q     not paid after all
    charge    earned:P    → program:Q     for something fabricated; what is there, and no more
    redeem    earned:P    → redeemed:P    given out
    reverse   an entry of any kind but `hold`, with the signs turned; a reversal can be reversed itself

An entry is in force unless a reversal that is in force names it. Of `post` and `void` one at most is in force: so a
hold is earned, nothing, or still pending. `bring` takes it from any of these states to any other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from desk import audit
from desk.database import Connection
from desk.rewarding import entries as book
from desk.rewarding import fold
from desk.rewarding.entries import (
    Entry,
    Posting,
    Reason,
    balance,
    checked_points,
    checked_reason,
    earned,
    entry,
    moved,
    pending,
    program,
    redeemed,
)
from desk.rewarding.fold import AwardState, Held
from desk.rewarding.guards import has, is_admin, is_reported_by, key_word, not_erased, not_oneself
from desk.rewarding.settling import bring, post, reverse, still_in_force, void
from desk.schema import ledger_entry
from detente.errors import LedgerError, NotAllowedError
from detente.quarters import Quarter

__all__ = [
    "AwardState", "Balances", "Entry", "Held", "Posting", "balance", "balances", "bring", "charge", "entries", "entry",
    "fund", "held", "hold", "left", "post", "redeem", "reverse", "void",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Balances:
    """What somebody has.

    Attributes:
        pending: Promised, until somebody has looked.
        earned: To be redeemed; below 0 where something was taken back that had been redeemed before.
        redeemed: Given out so far.
    """

    pending: int
    earned: int
    redeemed: int


def fund(c: Connection, quarter: str, points: int, *, by: str | None, now: datetime, key: str = "budget") -> Entry:
    """Puts points into a quarter's budget.

    Args:
        c: A writing connection.
        quarter: E.g. `2026-Q4`.
        points: How many.
        by: An admin; None: the machine itself.
        now: The time.
        key: What happens once per quarter: another key adds to the budget.

    Raises:
        UsageError: No such quarter.
        LedgerError: The same key was used for other points, or the points are none.
        NotAllowedError: Whoever does it is no admin, or earns from that budget.
    """
    quarter = str(Quarter.parse(quarter))
    points = checked_points(points)
    idem_key = f"fund:{quarter}:{key_word(key)}"
    if (there := book.by_key(c, idem_key)) is not None:
        return _same_points(still_in_force(c, there), points, "another --key adds to the budget")
    if by is not None:
        is_admin(c, by)
        holds = (ledger_entry.c.kind == "hold", ledger_entry.c.quarter == quarter, ledger_entry.c.person_id == by)
        if c.execute(select(ledger_entry.c.entry_id).where(*holds).limit(1)).first() is not None:
            raise NotAllowedError(f"you earn from the budget of {quarter}: somebody else must fund it")
    audit.record(c, by=by, action="ledger_funded", subject=quarter, now=now, points=points, key=key)
    return book.append(
        c, idem_key=idem_key, kind="fund", quarter=quarter, postings=moved(points, book.ISSUED, program(quarter)),
        by=by, now=now, reason={},
    )  # fmt: skip


def hold(
    c: Connection,
    *,
    rule: str,
    stage: str,
    sighting_id: str,
    person_id: str,
    points: int,
    rules_version: int,
    reason: Reason,
    quarter: str,
    by: str | None,
    now: datetime,
) -> Entry:
    """Promises points for a sighting; a rule does so once per sighting and stage.

    Args:
        c: A writing connection.
        rule: By which rule.
        stage: At which stage.
        sighting_id: What for.
        person_id: For whom: its reporter.
        points: How many.
        rules_version: Version of the rules.
        reason: Factors and ids that the points are made of; `sentence` is what a statement shows.
        quarter: From whose budget.
        by: Who did it; None: the machine itself.
        now: The time.

    Raises:
        BudgetError: The budget has fewer points left.
        NotAllowedError: Whoever does it would reward themselves.
        NotFoundError: There is no such sighting.
        LedgerError: The sighting is not theirs, may not be seen, or the points are none.
    """
    idem_key = _award_key(rule, stage, sighting_id)
    if (there := book.by_key(c, idem_key)) is not None:
        return there
    quarter = str(Quarter.parse(quarter))
    points = checked_points(points)
    reason = checked_reason(reason)
    not_oneself(by, person_id)
    is_reported_by(c, sighting_id, person_id, must_be_seen=True)
    has(c, program(quarter), points)
    return book.append(
        c, idem_key=idem_key, kind="hold", quarter=quarter,
        postings=moved(points, program(quarter), pending(person_id)), by=by, now=now, reason=reason,
        person_id=person_id, sighting_id=sighting_id, rule=rule, stage=stage, rules_version=rules_version,
    )  # fmt: skip


def charge(
    c: Connection,
    *,
    sighting_id: str,
    person_id: str,
    points: int,
    rules_version: int,
    reason: Reason,
    quarter: str,
    by: str | None,
    now: datetime,
    rule: str = "fabricated",
    stage: str = "fabricated",
) -> Entry:
    """Takes points for something fabricated: those that are there, and no more; that none were there is an entry, too.

    Args:
        c: A writing connection.
        sighting_id: What for.
        person_id: From whom: its reporter.
        points: How many at most; above 0.
        rules_version: Version of the rules.
        reason: Factors and ids that the points are made of.
        quarter: To whose budget.
        by: Who did it; None: the machine itself.
        now: The time.
        rule: By which rule.
        stage: At which stage.

    Raises:
        NotAllowedError: Whoever does it is the one who is charged.
        NotFoundError: There is no such sighting.
        LedgerError: The sighting is not theirs, the points are none, or the charge was reversed since.
    """
    idem_key = _award_key(rule, stage, sighting_id)
    if (there := book.by_key(c, idem_key)) is not None:
        return still_in_force(c, there)
    quarter = str(Quarter.parse(quarter))
    points = checked_points(points)
    reason = checked_reason(reason)
    not_oneself(by, person_id)
    is_reported_by(c, sighting_id, person_id)
    taken = min(points, max(0, balance(c, earned(person_id))))
    return book.append(
        c, idem_key=idem_key, kind="charge", quarter=quarter,
        postings=moved(taken, earned(person_id), program(quarter)), by=by, now=now, reason=reason,
        person_id=person_id, sighting_id=sighting_id, rule=rule, stage=stage, rules_version=rules_version,
    )  # fmt: skip


def redeem(
    c: Connection,
    person_id: str,
    points: int,
    *,
    key: str,
    by: str | None,
    now: datetime,
    quarter: str | None = None,
) -> Entry:
    """Writes down that somebody was given something for points.

    Args:
        c: A writing connection.
        person_id: Who was given it.
        points: For how many points.
        key: What happens once, e.g. the voucher's number.
        by: An admin, and somebody else.
        now: The time.
        quarter: On whose statement it stands; by default that of `now` in UTC.

    Raises:
        BudgetError: They have fewer points.
        NotAllowedError: Whoever does it is no admin, or the one who is given it.
        NotFoundError: There is no such person.
        LedgerError: The same key was used for other points, the points are none, or the person was erased.
    """
    points = checked_points(points)
    idem_key = f"redeem:{person_id}:{key_word(key)}"
    if (there := book.by_key(c, idem_key)) is not None:
        return _same_points(still_in_force(c, there), points, "give it another key")
    quarter = str(Quarter.of(now, "UTC") if quarter is None else Quarter.parse(quarter))
    not_oneself(by, person_id)
    is_admin(c, by)
    not_erased(c, person_id)
    has(c, earned(person_id), points)
    audit.record(c, by=by, action="ledger_redeemed", subject=person_id, now=now, points=points, key=key)
    return book.append(
        c, idem_key=idem_key, kind="redeem", quarter=quarter,
        postings=moved(points, earned(person_id), redeemed(person_id)), by=by, now=now, reason={}, person_id=person_id,
    )  # fmt: skip


def entries(
    c: Connection, *, person_id: str | None = None, sighting_id: str | None = None, quarter: str | None = None
) -> list[Entry]:
    """All entries, oldest first; of one person, sighting or quarter alone where it is given."""
    given = {"person_id": person_id, "sighting_id": sighting_id, "quarter": quarter}
    return book.find(c, *(ledger_entry.c[name] == value for name, value in given.items() if value is not None))


def held(c: Connection, sighting_ids: Collection[str] | None = None) -> list[Held]:
    """Every hold and charge with what has become of it, oldest first; of these sightings alone where they are given."""
    conditions = [ledger_entry.c.sighting_id.is_not(None)]
    if sighting_ids is not None:
        conditions = [ledger_entry.c.sighting_id.in_(sorted(sighting_ids))]
    return fold.held(book.find(c, *conditions))


def balances(c: Connection, person_id: str) -> Balances:
    """What somebody has."""
    return Balances(
        pending=balance(c, pending(person_id)),
        earned=balance(c, earned(person_id)),
        redeemed=balance(c, redeemed(person_id)),
    )


def left(c: Connection, quarter: str) -> int:
    """Points of a quarter's budget that are promised to nobody."""
    return balance(c, program(quarter))


def _same_points(there: Entry, points: int, instead: str) -> Entry:
    if there.postings[1].points != points:
        raise LedgerError(
            f"entry {there.entry_id} has this key already, with {there.postings[1].points} points; {instead}"
        )
    return there


def _award_key(rule: str, stage: str, sighting_id: str) -> str:
    return f"{key_word(rule)}:{key_word(stage)}:{key_word(sighting_id)}"
