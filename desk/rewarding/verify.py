"""Whether the ledger is what was written: reads every entry, and names the first that is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from desk.database import Connection
from desk.rewarding import entries as book
from desk.rewarding.entries import FIRST_PREVIOUS, Entry, digest
from desk.rewarding.heads import Head, read
from desk.rewarding.replay import Replay
from desk.schema import ledger_entry, ledger_posting
from detente.errors import StorageError

_AT_ONCE = 500
_FIELDS = tuple(column.name for column in ledger_entry.columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong with one entry.

    Attributes:
        entry_id: The entry; 0: none of them, but what stands beside them.
        what: What is wrong with it.
    """

    entry_id: int
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What the ledger was found to be.

    Attributes:
        entries: How many were read.
        head_hash: Hash of the last one; zeros where there is none.
        faults: What is wrong, the first bad entry first; none: it is what was written.
        anchored: Up to which entry a head that was written down agrees; whoever wrote later ones anew is not seen.
        unfounded: Payments for sightings that are not there or were withdrawn, where somebody looked for them
            (`desk.rewarding.paid`).
    """

    entries: int
    head_hash: str
    faults: tuple[Fault, ...]
    anchored: int = 0
    unfounded: tuple[Fault, ...] = ()

    @property
    def problem(self) -> str:
        """What is wrong, in a sentence; empty where nothing is."""
        if self.faults:
            return (
                f"the ledger is not as it was written, first at entry {self.faults[0].entry_id}: pay nothing out, keep "
                "this desk as it is, and compare it with a backup"
            )
        if self.unfounded:
            return (
                f"entry {self.unfounded[0].entry_id} {self.unfounded[0].what}, and nothing took that back: look at "
                "`detente ledger verify`, and take back what is not due by `detente ledger reverse`"
            )
        return ""


def verify(c: Connection, heads: Path | None) -> Verified:
    """Reads the whole ledger: chain, sums, and whether each entry was allowed after those before it.

    Args:
        c: A connection that reads.
        heads: The file of heads that were written down (`desk.rewarding.heads`); None: without them what was cut off at
            the end is not seen.

    Raises:
        StorageError: The file of heads cannot be read.
    """
    try:
        known, bad_lines = ([], []) if heads is None else read(heads)
    except OSError as error:
        raise StorageError(f"{heads}: cannot be read: {error.strerror}") from error
    reading = _Reading(heads=known)
    for entry_id, found in _all(c):
        reading.take(entry_id, found)
    reading.end()
    for entry_id in _postings_without_entry(c):
        reading.fault(entry_id, "has postings, and there is no such entry")
    faults = sorted(reading.faults, key=lambda fault: fault.entry_id)
    faults += [Fault(entry_id=0, what=f"line {line} of the file of heads is no head") for line in bad_lines]
    return Verified(entries=reading.count, head_hash=reading.last_hash, faults=tuple(faults), anchored=reading.agreed)


@dataclass(kw_only=True, slots=True)
class _Reading:
    """The ledger as far as it was read.

    Attributes:
        heads: Heads that were written down.
        last_id: Number of the last entry; its hash beside it.
        agreed: The last entry up to which a head agrees.
        replay: What the entries so far have made; only asked as long as nothing is wrong, since one fault makes many.
    """

    heads: Sequence[Head]
    faults: list[Fault] = field(default_factory=list)
    count: int = 0
    last_id: int = 0
    last_hash: str = FIRST_PREVIOUS
    agreed: int = 0
    replay: Replay = field(default_factory=Replay)

    def fault(self, entry_id: int, what: str) -> None:
        self.faults.append(Fault(entry_id=entry_id, what=what))

    def take(self, entry_id: int, found: Entry | None) -> None:
        """Reads the next entry; None: it is there and cannot be read."""
        self.count += 1
        if type(entry_id) is not int or entry_id < 1:
            self.fault(0, f"an entry has the number {entry_id!r}, which none has")
            return
        follows = entry_id == self.last_id + 1
        if not follows:
            last = "" if entry_id == self.last_id + 2 else f", and so are those up to entry {entry_id - 1}"
            self.fault(self.last_id + 1, f"is missing{last}")
        digest_ = None if found is None else _digest_of(found)
        if found is None or digest_ is None:
            self.fault(entry_id, "cannot be read: a value in it is none of ours")
        elif digest_ != found.hash:
            self.fault(entry_id, "was changed: its hash is another one")
        elif follows and found.previous_hash != self.last_hash:
            # this one is as it was written, hash of the one before included: so that one is not
            whose, what = (entry_id, "does not begin the chain") if entry_id == 1 else (
                self.last_id, f"was written anew: entry {entry_id} was written after another one"
            )  # fmt: skip
            self.fault(whose, what)
        elif not self.faults and (wrong := self.replay.fault_of(found)):
            self.fault(entry_id, wrong)
        self.last_id = entry_id
        self.last_hash = "" if found is None else found.hash
        self._hold_against_heads()

    def end(self) -> None:
        """Says what is missing at the end."""
        most = max((head.entries for head in self.heads), default=0)
        if most > self.last_id:
            self.fault(self.last_id + 1, f"is missing: there were {most} entries once, by the file of heads")

    def _hold_against_heads(self) -> None:
        ours = [head for head in self.heads if head.entries == self.last_id]
        if any(head.hash != self.last_hash for head in ours):
            if not self.faults:
                where = "" if self.last_id == self.agreed + 1 else f", or a later one up to {self.last_id}"
                self.fault(self.agreed + 1, f"was written anew{where}: the file of heads knows another hash")
        elif ours:
            self.agreed = self.last_id


def _digest_of(found: Entry) -> str | None:
    values = {name: getattr(found, name) for name in _FIELDS}
    try:
        return digest(values, found.postings)
    except (TypeError, ValueError, AttributeError):
        return None


def _all(c: Connection) -> Iterator[tuple[int, Entry | None]]:
    """Every entry by number, as far as it can be read."""
    last: int | None = None
    while True:
        ids = select(ledger_entry.c.entry_id).order_by(ledger_entry.c.entry_id).limit(_AT_ONCE)
        some = c.execute(ids if last is None else ids.where(ledger_entry.c.entry_id > last)).scalars().all()
        if not some:
            return
        last = some[-1]
        try:
            found: list[Entry | None] = [*book.find(c, ledger_entry.c.entry_id.between(some[0], last))]
        except (TypeError, ValueError, AttributeError):
            found = [_read_alone(c, one) for one in some]
        yield from zip(some, found, strict=True)


def _read_alone(c: Connection, entry_id: int) -> Entry | None:
    try:
        return book.entry(c, entry_id)
    except (TypeError, ValueError, AttributeError):
        return None


def _postings_without_entry(c: Connection) -> Sequence[int]:
    known = select(ledger_entry.c.entry_id)
    lonely = select(ledger_posting.c.entry_id).where(ledger_posting.c.entry_id.not_in(known)).distinct()
    return c.execute(lonely).scalars().all()
