"""Whether what was paid rests on a sighting that is there and that nobody took back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, select

from desk.database import Connection
from desk.rewarding import entries as book
from desk.rewarding import fold
from desk.rewarding.entries import Entry
from desk.rewarding.verify import Fault, Verified, verify
from desk.schema import ledger_entry, person, sighting, sighting_event
from detente.reward_rules import RewardRules

# The next settling takes back what was paid for a sighting that is withdrawn; after a day there was one.
_SETTLED_WITHIN = timedelta(days=1)


def verify_with_sightings(c: Connection, heads: Path | None, rewards: RewardRules, now: datetime) -> Verified:
    """Reads the whole ledger, and where each entry is right, looks at the sightings that were paid.

    A payment is wrong where its sighting is not there, or was withdrawn while the payment could still be taken back.
    What an erased reporter had earned stays.

    Args:
        c: A connection that reads.
        heads: The file of heads that were written down (`desk.rewarding.heads`).
        rewards: The rules, for how long a payment can be taken back.
        now: The time; what was withdrawn within a day before may still wait for its settling.

    Raises:
        StorageError: The file of heads cannot be read.
    """
    found = verify(c, heads)
    if found.faults:
        return found
    unfounded = sorted([*_missing(c), *_withdrawn(c, rewards, now)], key=lambda fault: fault.entry_id)
    return replace(found, unfounded=tuple(unfounded))


def _missing(c: Connection) -> Iterator[Fault]:
    for paid in _payments(c, ledger_entry.c.sighting_id.not_in(select(sighting.c.sighting_id))):
        yield Fault(entry_id=paid.entry_id, what=f"pays sighting {paid.sighting_id}, which is not there")


def _withdrawn(c: Connection, rewards: RewardRules, now: datetime) -> Iterator[Fault]:
    clawback = timedelta(days=rewards.clawback_days)
    looked_at = clawback + timedelta(days=rewards.window_days)
    query = (
        select(sighting_event.c.sighting_id, sighting_event.c.at, sighting.c.received_at)
        .join(sighting, sighting.c.sighting_id == sighting_event.c.sighting_id)
        .join(person, person.c.person_id == sighting.c.person_id)
        .where(
            sighting_event.c.kind == "withdrawn",
            sighting_event.c.at < now - _SETTLED_WITHIN,
            person.c.erased_at.is_(None),
        )
    )
    withdrawn = {one.sighting_id: one for one in c.execute(query)}
    of_them = ledger_entry.c.sighting_id.in_(query.with_only_columns(sighting_event.c.sighting_id))
    for paid in _payments(c, of_them):
        one = withdrawn[paid.sighting_id]
        settled_by = one.at + _SETTLED_WITHIN
        if settled_by <= paid.at + clawback and settled_by <= one.received_at + looked_at:
            what = f"pays sighting {paid.sighting_id}, which was withdrawn on {one.at:%Y-%m-%d}"
            yield Fault(entry_id=paid.entry_id, what=what)


def _payments(c: Connection, which: ColumnElement[bool]) -> Iterator[Entry]:
    """Those among these entries that pay a hold and are in force."""
    entries = book.find(c, which)
    counts = fold.in_force(entries)
    return (one for one in entries if one.kind == "post" and one.entry_id in counts)
