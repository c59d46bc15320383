"""From pairs that say the same, and the words of persons, to clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.rules import ClusterRules

_COLUMNS = ["item_id", "cluster_id", "reason", "near_item_id", "share"]
_DAY_US = 24 * 60 * 60 * 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """What a person said about two items.

    Attributes:
        kind: `merge`: they say the same; `split`: they do not, and `item_id` is what does not belong there.
        item_id: The one.
        other_id: The other.
    """

    kind: Literal["merge", "split"]
    item_id: str
    other_id: str


def assign(items: pd.DataFrame, pairs: pd.DataFrame, edits: Sequence[Edit], rules: ClusterRules) -> pd.DataFrame:
    """Puts every item into exactly one cluster.

    What a person merged comes first, the newest word first; then the pairs, the likest first, and of those the ones of
    items that a person split off last. No union joins two items that a person split; none by itself joins two different
    changes, or makes a cluster that lasts longer than `rules.window_days`. The order of the input rows does not matter.

    A part of the items comes out as it would among all of them, as long as no pair and no edit leads out of that part.
    So after an item came or went, what has to be assigned anew is: it, its partners in pairs before and now, and
    whatever pairs and edits lead to from there.

    Args:
        items: At least `item_id`, `happened_at`, `kind` and `text`.
        pairs: As from `pairs`; those of items that are not in `items` are left out.
        edits: The older first: of two about the same pair, the later counts.
        rules: How long a cluster may last.

    Returns:
        A row per item, by `item_id`: `cluster_id` (the `item_id` of its oldest member), `reason` (`copy`, `fact`,
        `merged`: of its nearest; `alone`; `split` where a person has left it alone), `near_item_id` and `share`
        (missing where it is alone).
    """
    ids = items["item_id"].to_numpy(dtype=object)
    times = items["happened_at"].to_numpy(dtype="datetime64[us]")
    order = np.lexsort((ids.astype(str), times))
    ids, times = ids[order], times[order]
    place = pd.Index(ids)
    one, other = place.get_indexer(pairs["item_id"]), place.get_indexer(pairs["other_id"])
    known = (one >= 0) & (other >= 0)
    one, other, share = one[known], other[known], pairs["share"].to_numpy(dtype=float)[known]
    reason = pairs["reason"].to_numpy(dtype=object)[known]
    merged, parted = _words_of_persons(place, edits)
    forest = _Forest(times, int(rules.window_days * _DAY_US), parted, _changes(items.iloc[order]))
    for first, second in merged:
        forest.join(first, second, by_person=True)
    split_off = np.zeros(len(ids), dtype=bool)
    split_off[[item for item, _ in parted]] = True
    low, high = np.minimum(one, other), np.maximum(one, other)
    for position in np.lexsort((high, low, -share, split_off[one] | split_off[other])).tolist():
        forest.join(int(low[position]), int(high[position]))
    roots = forest.roots()
    links = pd.DataFrame(
        {
            "one": np.concatenate([one, [first for first, _ in merged]]).astype(int),
            "other": np.concatenate([other, [second for _, second in merged]]).astype(int),
            "share": np.concatenate([share, np.ones(len(merged))]),
            "reason": np.concatenate([reason, np.full(len(merged), "merged", dtype=object)]),
        }
    )
    return _told(ids, roots, links, split_off)


class _Forest:
    """Which places belong together; the root of a tree is its oldest place."""

    def __init__(
        self, times: NDArray[np.datetime64], window: int, parted: Sequence[tuple[int, int]], changes: list[int]
    ) -> None:
        self._parent = list(range(len(times)))
        self._first = times.astype(np.int64).tolist()
        self._last = list(self._first)
        self._window = window
        self._changes = changes
        self._foes: dict[int, set[int]] = {}
        for one, other in parted:
            self._foes.setdefault(one, set()).add(other)
            self._foes.setdefault(other, set()).add(one)

    def join(self, one: int, other: int, *, by_person: bool = False) -> None:
        """Joins two trees, unless a person parted them; by itself no two changes, and for no longer than the window."""
        root, leaf = sorted((self._root(one), self._root(other)))
        if root == leaf or leaf in self._foes.get(root, ()):
            return
        change, other_change = self._changes[root], self._changes[leaf]
        if change >= 0 <= other_change != change and not by_person:
            return
        first, last = min(self._first[root], self._first[leaf]), max(self._last[root], self._last[leaf])
        # what a person has stretched may still take in what lies within
        longest = max(self._window, self._last[root] - self._first[root], self._last[leaf] - self._first[leaf])
        if last - first > longest and not by_person:
            return
        self._parent[leaf] = root
        self._first[root], self._last[root] = first, last
        self._changes[root] = change if change >= 0 else other_change
        for foe in self._foes.pop(leaf, ()):
            self._foes[foe].discard(leaf)
            self._foes[foe].add(root)
            self._foes.setdefault(root, set()).add(foe)

    def roots(self) -> NDArray[np.int64]:
        """By place, the root of its tree."""
        found = np.array(self._parent, dtype=np.int64)
        while True:
            further = found[found]
            if np.array_equal(further, found):
                return found
            found = further

    def _root(self, place: int) -> int:
        parent = self._parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place


def _changes(items: pd.DataFrame) -> list[int]:
    """By place, the number of what the change says; -1 for all else."""
    is_change = (items["kind"] == "change").to_numpy()
    numbers = np.full(len(items), -1, dtype=np.int64)
    numbers[is_change] = pd.factorize(items["text"][is_change].str.casefold())[0]
    return numbers.tolist()


def _words_of_persons(
    place: pd.Index[str], edits: Sequence[Edit]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The pairs that persons merged, the newest word first, and those that they parted."""
    newest: dict[frozenset[str], Edit] = {}
    for edit in edits:
        pair = frozenset((edit.item_id, edit.other_id))
        newest.pop(pair, None)
        newest[pair] = edit
    last = [edit for edit in reversed(newest.values()) if edit.item_id != edit.other_id]
    one = place.get_indexer(pd.Index([edit.item_id for edit in last], dtype=object)).tolist()
    other = place.get_indexer(pd.Index([edit.other_id for edit in last], dtype=object)).tolist()
    merged: list[tuple[int, int]] = []
    parted: list[tuple[int, int]] = []
    for edit, first, second in zip(last, one, other, strict=True):
        if first >= 0 and second >= 0:
            (merged if edit.kind == "merge" else parted).append((first, second))
    return merged, parted


def _told(
    ids: NDArray[np.object_], roots: NDArray[np.int64], links: pd.DataFrame, split_off: NDArray[np.bool_]
) -> pd.DataFrame:
    """Each item with its cluster and the link that holds it there best."""
    kept = links[roots[links["one"].to_numpy()] == roots[links["other"].to_numpy()]]
    back = kept.rename(columns={"one": "other", "other": "one"})
    both = pd.concat([kept, back]).sort_values(["one", "share", "other", "reason"], ascending=[True, False, True, True])
    best = both.drop_duplicates("one")
    at = best["one"].to_numpy()
    reasons = np.full(len(ids), "alone", dtype=object)
    reasons[split_off] = "split"
    reasons[at] = best["reason"].to_numpy(dtype=object)
    near = np.full(len(ids), None, dtype=object)
    near[at] = ids[best["other"].to_numpy()]
    share = np.full(len(ids), np.nan)
    share[at] = best["share"].to_numpy()
    words = {"item_id": ids, "cluster_id": ids[roots], "reason": reasons, "near_item_id": near}
    told = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in words.items()})
    told["share"] = share
    return told.sort_values("item_id", ignore_index=True)[_COLUMNS]
