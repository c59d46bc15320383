"""Whether an entry was allowed after those before it: the ledger's rules once more, from the entries alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from desk.rewarding.entries import ISSUED, KINDS, Entry, earned, pending, program, redeemed


@dataclass(slots=True)
class Replay:
    """What the entries so far have made.

    Attributes:
        balances: By account.
        known: By number.
        reversed_by: By entry, what reverses it.
        settled_by: By hold, the post or void that is in force.
    """

    balances: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    known: dict[int, Entry] = field(default_factory=dict)
    reversed_by: dict[int, int] = field(default_factory=dict)
    settled_by: dict[int, int] = field(default_factory=dict)

    def fault_of(self, entry: Entry) -> str:
        """Takes the next entry in; says what is wrong with it, nothing where it was allowed."""
        wrong = self._fault_of_postings(entry) or self._fault_of_reference(entry) or _fault_of_way(entry)
        self.known[entry.entry_id] = entry
        return wrong

    def _fault_of_postings(self, entry: Entry) -> str:
        if entry.kind not in KINDS:
            return f"is of no kind: {entry.kind}"
        if len(entry.postings) != 2 or sum(one.points for one in entry.postings) != 0:
            return "its postings do not sum to 0"
        for one in entry.postings:
            self.balances[one.account] += one.points
        for one in entry.postings:
            below = one.points < 0 and self.balances[one.account] < 0
            # what was redeemed before its payment was taken back is owed
            is_owed = one.account.startswith("earned:") and entry.kind == "reverse"
            if below and one.account != ISSUED and not is_owed:
                return f"takes more from {one.account} than was there"
        return ""

    def _fault_of_reference(self, entry: Entry) -> str:
        if entry.kind not in ("post", "void", "reverse"):
            return ""
        named = None if entry.refers_to is None else self.known.get(entry.refers_to)
        if named is None:
            return "refers to no entry before it"
        if entry.kind != "reverse":
            if named.kind != "hold":
                return f"settles entry {named.entry_id}, which is no hold"
            return self._settled(named.entry_id, entry.entry_id)
        if named.entry_id in self.reversed_by:
            return f"reverses entry {named.entry_id} once more"
        if [(one.account, -one.points) for one in named.postings] != [
            (one.account, one.points) for one in entry.postings
        ]:
            return f"is not entry {named.entry_id} with the signs turned"
        self.reversed_by[named.entry_id] = entry.entry_id
        return self._turned_over(named)

    def _settled(self, hold_id: int, by: int) -> str:
        if hold_id in self.settled_by:
            return f"settles hold {hold_id}, which entry {self.settled_by[hold_id]} settles"
        self.settled_by[hold_id] = by
        return ""

    def _turned_over(self, named: Entry) -> str:
        times = 1
        while named.kind == "reverse" and named.refers_to is not None:
            named, times = self.known[named.refers_to], times + 1
        if named.kind not in ("post", "void") or named.refers_to is None:
            return ""
        if times % 2 == 0:
            return self._settled(named.refers_to, named.entry_id)
        self.settled_by.pop(named.refers_to, None)
        return ""


def _fault_of_way(entry: Entry) -> str:
    """What each kind may move from where to where; nobody makes an entry about their own points."""
    who, quarter = entry.person_id or "", program(entry.quarter)
    ways = {
        "fund": (ISSUED, quarter),
        "hold": (quarter, pending(who)),
        "post": (pending(who), earned(who)),
        "void": (pending(who), quarter),
        "charge": (earned(who), quarter),
        "redeem": (earned(who), redeemed(who)),
    }
    if entry.by_id is not None and entry.by_id == entry.person_id:
        return "was made by the one whose points it is about"
    source, target = entry.postings
    if (way := ways.get(entry.kind)) is None:
        return ""
    if (source.account, target.account) != way or target.points < 0:
        return f"is a {entry.kind}, and moves points from {source.account} to {target.account}"
    return ""
