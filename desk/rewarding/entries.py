"""Entries of the ledger as they are written and read: double entry, in a chain of hashes."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Row, func, insert, select

from desk.database import Connection
from desk.schema import ledger_entry, ledger_posting
from detente.errors import LedgerError, NotFoundError

EntryKind = Literal["fund", "hold", "post", "void", "reverse", "charge", "redeem"]
KINDS: tuple[EntryKind, ...] = get_args(EntryKind)
# What an entry is made of: ids, rule names, enumerated words and numbers.
Reason = Mapping[str, Any]

FIRST_PREVIOUS = "0" * 64
# Sums of so many points stay far below what a database's integer holds (2⁶³).
MAX_POINTS = 1_000_000_000
ISSUED = "issued"

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
# What rules and ids are written with; nobody's e-mail, and no second line.
_REASON_WORD = re.compile(r"[^\x00-\x1f\x7f@]{0,300}")
_REASON_DEPTH = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """What one account gains or loses.

    Attributes:
        account: `issued`, `program:2026-Q4`, `pending:<person>`, `earned:<person>` or `redeemed:<person>`.
        points: Gained; below 0: lost.
    """

    account: str
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry; what is written stays.

    Attributes:
        entry_id: Counts up from 1 without a gap.
        idem_key: What happens once, e.g. `new:verified:<sighting>`.
        kind: What it does.
        person_id: Whose points; None for those of the program alone.
        sighting_id: What for, where it is for a sighting.
        rule: By which rule.
        stage: At which stage.
        rules_version: Version of the rules that it was made by.
        quarter: Whose budget it came from, e.g. `2026-Q4`.
        reason: Factors, ids and enumerated words; never what a person wrote.
        refers_to: The entry that it settles or reverses.
        by_id: Who did it; None: the machine itself.
        at: When, UTC.
        postings: Sum to 0.
        previous_hash: Hash of the entry before; zeros for the first.
        hash: SHA-256 of all of the above as canonical JSON.
    """

    entry_id: int
    idem_key: str
    kind: EntryKind
    person_id: str | None
    sighting_id: str | None
    rule: str | None
    stage: str | None
    rules_version: int | None
    quarter: str
    reason: Reason
    refers_to: int | None
    by_id: str | None
    at: datetime
    postings: tuple[Posting, ...]
    previous_hash: str
    hash: str


def pending(person_id: str) -> str:
    """The account of what may become somebody's."""
    return f"pending:{person_id}"


def earned(person_id: str) -> str:
    """The account of what somebody has."""
    return f"earned:{person_id}"


def redeemed(person_id: str) -> str:
    """The account of what somebody was given for points."""
    return f"redeemed:{person_id}"


def program(quarter: str) -> str:
    """The account of what is left of a quarter's budget."""
    return f"program:{quarter}"


def moved(points: int, source: str, target: str) -> tuple[Posting, Posting]:
    """Points from one account to another."""
    return Posting(account=source, points=-points), Posting(account=target, points=points)


def append(
    c: Connection,
    *,
    idem_key: str,
    kind: EntryKind,
    quarter: str,
    postings: Sequence[Posting],
    by: str | None,
    now: datetime,
    reason: Reason,
    person_id: str | None = None,
    sighting_id: str | None = None,
    rule: str | None = None,
    stage: str | None = None,
    rules_version: int | None = None,
    refers_to: int | None = None,
) -> Entry:
    """Adds an entry at the end of the chain; what may be added, the ledger has decided before.

    Raises:
        ValueError: Postings do not sum to 0, or the key is none: a mistake of ours.
    """
    if sum(posting.points for posting in postings) != 0:
        raise ValueError(f"{kind}: the postings do not sum to 0")
    if not _KEY.fullmatch(idem_key):
        raise ValueError(f"{idem_key!r} is no key")
    last_id, last_hash = head(c)
    values: dict[str, Any] = {
        "entry_id": last_id + 1, "idem_key": idem_key, "kind": kind, "person_id": person_id, "sighting_id": sighting_id,
        "rule": rule, "stage": stage, "rules_version": rules_version, "quarter": quarter, "reason": dict(reason),
        "refers_to": refers_to, "by_id": by, "at": now.astimezone(UTC), "previous_hash": last_hash,
    }  # fmt: skip
    values["hash"] = digest(values, postings)
    c.execute(insert(ledger_entry).values(values))
    rows = [
        {"entry_id": last_id + 1, "position": position, "account": posting.account, "points": posting.points}
        for position, posting in enumerate(postings)
    ]
    c.execute(insert(ledger_posting), rows)
    return Entry(**values, postings=tuple(postings))


def digest(values: Mapping[str, Any], postings: Iterable[Posting]) -> str:
    """The hash of an entry: SHA-256 of canonical JSON (keys sorted, no blanks, times in UTC to the microsecond)."""
    told = {name: value for name, value in values.items() if name != "hash"}
    told["at"] = told["at"].astimezone(UTC).isoformat(timespec="microseconds")
    told["postings"] = [[posting.account, posting.points] for posting in postings]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def head(c: Connection) -> tuple[int, str]:
    """Number and hash of the newest entry; 0 and zeros before the first."""
    last = c.execute(
        select(ledger_entry.c.entry_id, ledger_entry.c.hash).order_by(ledger_entry.c.entry_id.desc()).limit(1)
    ).one_or_none()
    return (0, FIRST_PREVIOUS) if last is None else (int(last.entry_id), last.hash)


def find(c: Connection, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Entry]:
    """The entries that conditions on `ledger_entry` leave, in their order, each with its postings: two queries."""
    chosen = select(ledger_entry).where(*conditions).order_by(ledger_entry.c.entry_id)
    ids = select(ledger_entry.c.entry_id).where(*conditions).order_by(ledger_entry.c.entry_id)
    if limit is not None:
        chosen, ids = chosen.limit(limit), ids.limit(limit)
    rows = c.execute(chosen).all()
    postings: dict[int, list[Posting]] = {}
    found = select(ledger_posting).where(ledger_posting.c.entry_id.in_(ids))
    for one in c.execute(found.order_by(ledger_posting.c.entry_id, ledger_posting.c.position)) if rows else ():
        postings.setdefault(one.entry_id, []).append(Posting(account=one.account, points=one.points))
    return [_entry(row, postings.get(row.entry_id, ())) for row in rows]


def entry(c: Connection, entry_id: int) -> Entry:
    """The entry of that number.

    Raises:
        NotFoundError: There is none.
    """
    found = find(c, ledger_entry.c.entry_id == entry_id)
    if not found:
        raise NotFoundError(f"the ledger has no entry {entry_id}")
    return found[0]


def by_key(c: Connection, idem_key: str) -> Entry | None:
    """The entry of that key."""
    return next(iter(find(c, ledger_entry.c.idem_key == idem_key)), None)


def balance(c: Connection, account: str) -> int:
    """What stands on an account: the sum of its postings."""
    total = select(func.sum(ledger_posting.c.points)).where(ledger_posting.c.account == account)
    return int(c.execute(total).scalar() or 0)


def checked_reason(reason: Reason) -> dict[str, Any]:
    """The reason, if it is made of ids, words and finite numbers alone.

    Raises:
        LedgerError: It is not.
    """
    if fault := _fault_of(reason, _REASON_DEPTH):
        raise LedgerError(f"the reason of an entry holds {fault}: it takes ids, words and numbers alone")
    return dict(reason)


def checked_points(points: int) -> int:
    """A number of points that can be moved.

    Raises:
        LedgerError: It is none.
    """
    if type(points) is not int or not 1 <= points <= MAX_POINTS:
        raise LedgerError(f"points are whole numbers from 1 to {MAX_POINTS:,}")
    return points


def _fault_of(value: object, depth: int) -> str:
    if depth < 0:
        return "too many layers"
    if isinstance(value, str):
        return "" if _REASON_WORD.fullmatch(value) else "a text"
    if value is None or isinstance(value, int):
        return ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else "a number that is none"
    if isinstance(value, Mapping):
        parts: list[object] = [*value.keys(), *value.values()]
        if not all(isinstance(key, str) for key in value):
            return "a key that is no word"
    elif isinstance(value, list | tuple):
        parts = list(value)
    else:
        return f"a {type(value).__name__}"
    return next((fault for part in parts if (fault := _fault_of(part, depth - 1))), "")


def _entry(row: Row[Any], postings: Sequence[Posting]) -> Entry:
    return Entry(**row._mapping, postings=tuple(postings))
