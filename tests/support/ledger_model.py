"""The reward ledger on one page, without a database: what every step must come to.

A root is an entry that is no reversal; its chain is the root and the reversals after it, and it counts while the chain
is odd. A step answers with the number of its entry, or with the word for why it was refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Root:
    kind: str
    source: str
    target: str
    points: int
    person: str = ""
    hold: int = 0
    chain: list[int] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        return len(self.chain) % 2 == 1


@dataclass
class Model:
    balances: Counter[str] = field(default_factory=Counter)
    keys: dict[str, int] = field(default_factory=dict)
    roots: dict[int, Root] = field(default_factory=dict)  # by each entry of its chain

    @property
    def count(self) -> int:
        return len(self.roots)

    def fund(self, quarter: str, key: str, points: int, by: str) -> int | str:
        there = self._there(f"fund:{quarter}:{key}", points)
        if there is not None:
            return there
        if any(root.kind == "hold" and (root.person, root.source) == (by, f"program:{quarter}") for root in self.all()):
            return "not allowed"
        return self._add(f"fund:{quarter}:{key}", Root("fund", "issued", f"program:{quarter}", points))

    def hold(self, sighting: str, person: str, quarter: str, points: int, by: str | None) -> int | str:
        if (key := f"new:verified:{sighting}") in self.keys:
            return self.keys[key]
        if by == person:
            return "not allowed"
        if self.balances[f"program:{quarter}"] < points:
            return "too few"
        return self._add(key, Root("hold", f"program:{quarter}", f"pending:{person}", points, person))

    def settle(self, kind: str, hold: int, by: str | None) -> int | str:
        if (there := self._there(f"{kind}:{hold}")) is not None:
            return there
        if (first := self.roots[hold]).kind != "hold" or hold != first.chain[0]:
            return "refused"
        if by == first.person:
            return "not allowed"
        if self.state(hold) != "pending":
            return "refused"
        target = f"earned:{first.person}" if kind == "post" else first.source
        return self._add(f"{kind}:{hold}", Root(kind, first.target, target, first.points, first.person, hold))

    def charge(self, sighting: str, person: str, quarter: str, points: int) -> int | str:
        if (there := self._there(f"fabricated:fabricated:{sighting}")) is not None:
            return there
        taken = min(points, max(0, self.balances[f"earned:{person}"]))
        root = Root("charge", f"earned:{person}", f"program:{quarter}", taken, person)
        return self._add(f"fabricated:fabricated:{sighting}", root)

    def redeem(self, person: str, key: str, points: int, by: str) -> int | str:
        there = self._there(f"redeem:{person}:{key}", points)
        if there is not None:
            return there
        if by == person:
            return "not allowed"
        if self.balances[f"earned:{person}"] < points:
            return "too few"
        return self._add(
            f"redeem:{person}:{key}", Root("redeem", f"earned:{person}", f"redeemed:{person}", points, person)
        )

    def reverse(self, entry: int, by: str | None) -> int | str:
        if (there := self._there(f"reverse:{entry}")) is not None:
            return there
        if (root := self.roots[entry]).kind == "hold":
            return "refused"
        if by == root.person or (by is None and root.kind in ("fund", "redeem")):
            return "not allowed"
        if root.hold and not root.counts and self.state(root.hold) != "pending":
            return "refused"
        source = root.target if root.counts else root.source
        may_owe = root.kind == "post" and source.startswith("earned:")
        if source != "issued" and not may_owe and root.points > 0 and self.balances[source] < root.points:
            return "too few"
        return self._add(f"reverse:{entry}", root)

    def bring(self, hold: int, wanted: str) -> int | str:
        """The number of the last entry that it took; 0: none."""
        root, last = self.roots[hold], 0
        if hold != root.chain[0] or root.kind not in ("hold", "charge") or (root.kind, wanted) == ("charge", "pending"):
            return "refused"
        if root.kind == "charge":
            return 0 if root.counts is (wanted == "earned") else self.reverse(root.chain[-1], None)
        while (now := self.state(hold)) != wanted:
            kind = {"earned": "post", "nothing": "void"}[wanted if now == "pending" else now]
            settled = self.keys.get(f"{kind}:{hold}")
            last = self.reverse(self.roots[settled].chain[-1], None) if settled else self.settle(kind, hold, None)
            if isinstance(last, str):
                break
        return last

    def state(self, hold: int) -> str:
        for kind, state in (("post", "earned"), ("void", "nothing")):
            if (entry := self.keys.get(f"{kind}:{hold}")) and self.roots[entry].counts:
                return state
        return "pending"

    def all(self) -> list[Root]:
        return [root for entry, root in self.roots.items() if entry == root.chain[0]]

    def _there(self, key: str, points: int | None = None) -> int | str | None:
        """What the key made before, as long as it counts."""
        if (entry := self.keys.get(key)) is None:
            return None
        root = self.roots[entry]
        still = (len(root.chain) - root.chain.index(entry)) % 2 == 1
        return entry if still and points in (None, root.points) else "refused"

    def _add(self, key: str, root: Root) -> int:
        forward = not root.counts
        root.chain.append(self.count + 1)
        self.balances[root.source] -= root.points if forward else -root.points
        self.balances[root.target] += root.points if forward else -root.points
        self.keys[key] = root.chain[-1]
        self.roots[root.chain[-1]] = root
        return root.chain[-1]
