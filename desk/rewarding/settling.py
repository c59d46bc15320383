"""What becomes of a promise: it is paid or taken back, once; and what was done can be undone, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from desk import audit
from desk.database import Connection
from desk.rewarding import entries as book
from desk.rewarding import fold
from desk.rewarding.entries import Entry, Posting, Reason, checked_reason, earned, entry, moved, program
from desk.rewarding.fold import AwardState
from desk.rewarding.guards import has, is_admin, not_oneself
from desk.schema import ledger_entry
from detente.errors import LedgerError


def post(c: Connection, hold_id: int, *, by: str | None, now: datetime) -> Entry:
    """Pays what was promised.

    Raises:
        LedgerError: It is no hold, or it was settled otherwise.
        NotAllowedError: Whoever does it would reward themselves.
    """
    return _settle(c, hold_id, "post", by=by, now=now)


def void(c: Connection, hold_id: int, *, by: str | None, now: datetime) -> Entry:
    """Takes a promise back; its points return to the budget.

    Raises:
        LedgerError: It is no hold, or it was settled otherwise.
        NotAllowedError: Whoever does it is the one it was promised to.
    """
    return _settle(c, hold_id, "void", by=by, now=now)


def reverse(c: Connection, entry_id: int, *, reason: Reason, by: str | None, now: datetime) -> Entry:
    """Undoes an entry with one that names it; `earned` may fall below 0 where the points have been redeemed.

    Raises:
        LedgerError: It is a hold (void it), it was reversed and that was reversed since, or another settlement of the
            same hold is in force.
        BudgetError: What would have to be taken back is not there.
        NotAllowedError: Whoever does it is the one whose points they are, or no admin where it needs one.
        NotFoundError: There is no such entry.
    """
    idem_key = f"reverse:{entry_id}"
    if (there := book.by_key(c, idem_key)) is not None:
        return still_in_force(c, there)
    target = entry(c, entry_id)
    if target.kind == "hold":
        raise LedgerError(f"entry {entry_id} is a hold: it is posted or voided, not reversed")
    reason = checked_reason(reason)
    not_oneself(by, target.person_id)
    root = _root(c, target)
    if root.kind in ("fund", "redeem"):
        is_admin(c, by)
    if root.kind in ("post", "void") and root.refers_to is not None:
        known = _about(c, root.sighting_id)
        is_now = _state(known, root.refers_to)
        if root.entry_id not in fold.in_force(known) and is_now != "pending":
            raise LedgerError(f"entry {root.entry_id} cannot come back: hold {root.refers_to} is {is_now} by now")
    postings = tuple(Posting(account=one.account, points=-one.points) for one in target.postings)
    may_owe = earned(root.person_id) if root.kind == "post" and root.person_id else book.ISSUED
    for one in postings:
        if one.points < 0 and one.account not in (book.ISSUED, may_owe):
            has(c, one.account, -one.points)
    if root.kind in ("fund", "redeem"):
        audit.record(c, by=by, action="ledger_reversed", subject=str(entry_id), now=now)
    return book.append(
        c, idem_key=idem_key, kind="reverse", quarter=target.quarter, postings=postings, by=by, now=now, reason=reason,
        person_id=target.person_id, sighting_id=target.sighting_id, rule=target.rule, stage=target.stage,
        rules_version=target.rules_version, refers_to=entry_id,
    )  # fmt: skip


def bring(
    c: Connection, entry_id: int, wanted: AwardState, *, reason: Reason, by: str | None, now: datetime
) -> tuple[Entry, ...]:
    """Takes a hold or a charge to a state, whatever became of it so far.

    Args:
        c: A writing connection.
        entry_id: The hold or the charge.
        wanted: `pending`, `earned` or `nothing`; of a charge `earned` (in force) or `nothing`.
        reason: Why, in ids and words; of reversals that this takes.
        by: Who did it; None: the machine itself.
        now: The time.

    Returns:
        The entries that this took, in their order; none where it was there already.

    Raises:
        LedgerError: It is neither, or a charge cannot be that.
        BudgetError: What it takes is not there by now; nothing was written.
        NotAllowedError: Whoever does it is the one whose points they are.
    """
    first = entry(c, entry_id)
    if first.kind not in ("hold", "charge"):
        raise LedgerError(f"entry {entry_id} is neither a hold nor a charge, but a {first.kind}")
    known = _about(c, first.sighting_id)
    is_now = _state(known, entry_id)
    if is_now == wanted:
        return ()
    if first.kind == "charge":
        if wanted == "pending":
            raise LedgerError(f"entry {entry_id} is a charge: it is in force or not, and never pending")
        return (reverse(c, fold.last_of_chain(known, entry_id), reason=reason, by=by, now=now),)
    made: list[Entry] = []
    if is_now != "pending":
        settled = fold.settlement(known, entry_id, "post" if is_now == "earned" else "void")
        assert settled is not None  # noqa: S101  (else it would be pending)
        made.append(reverse(c, fold.last_of_chain(known, settled.entry_id), reason=reason, by=by, now=now))
    if wanted != "pending":
        kind: Literal["post", "void"] = "post" if wanted == "earned" else "void"
        known += made
        before = fold.settlement(known, entry_id, kind)
        if before is None:
            made.append(_settle(c, entry_id, kind, by=by, now=now))
        else:
            made.append(reverse(c, fold.last_of_chain(known, before.entry_id), reason=reason, by=by, now=now))
    return tuple(made)


def still_in_force(c: Connection, there: Entry) -> Entry:
    """The entry that the same key made before.

    Raises:
        LedgerError: It was reversed since: whoever asks for it again must not think that it holds.
    """
    later = [there]
    while (one := book.by_key(c, f"reverse:{later[-1].entry_id}")) is not None:
        later.append(one)
    if len(later) % 2 == 0:
        raise LedgerError(
            f"this was entry {there.entry_id}, and it was reversed since: reversing entry {later[-1].entry_id} "
            "brings it back"
        )
    return there


def _settle(c: Connection, hold_id: int, kind: Literal["post", "void"], *, by: str | None, now: datetime) -> Entry:
    if (there := book.by_key(c, f"{kind}:{hold_id}")) is not None:
        return still_in_force(c, there)
    first = entry(c, hold_id)
    if first.kind != "hold":
        raise LedgerError(f"entry {hold_id} is no hold, but a {first.kind}")
    not_oneself(by, first.person_id)
    assert first.person_id is not None  # noqa: S101  (of every hold)
    if (is_now := _state(_about(c, first.sighting_id), hold_id)) != "pending":
        raise LedgerError(f"hold {hold_id} is settled already: it is {is_now}")
    _, gained = first.postings
    target = earned(first.person_id) if kind == "post" else program(first.quarter)
    return book.append(
        c, idem_key=f"{kind}:{hold_id}", kind=kind, quarter=first.quarter,
        postings=moved(gained.points, gained.account, target), by=by, now=now, reason={}, person_id=first.person_id,
        sighting_id=first.sighting_id, rule=first.rule, stage=first.stage, rules_version=first.rules_version,
        refers_to=hold_id,
    )  # fmt: skip


def _about(c: Connection, sighting_id: str | None) -> list[Entry]:
    """All entries about a sighting: what settles a hold, and what reverses it, names the sighting of the hold."""
    return book.find(c, ledger_entry.c.sighting_id == sighting_id)


def _state(known: list[Entry], entry_id: int) -> AwardState:
    return next(one.state for one in fold.held(known) if one.entry.entry_id == entry_id)


def _root(c: Connection, target: Entry) -> Entry:
    """What a reversal goes back to, over the reversals in between."""
    while target.kind == "reverse" and target.refers_to is not None:
        target = entry(c, target.refers_to)
    return target
