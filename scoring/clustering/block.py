"""The items of one competitor in their order, as they are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.similar.said import Said, said
from scoring.similar.words import WORD

Places = NDArray[np.int64]

# a change and a sighting of the same words are no chain
_CHANGE = "\0change"
# so few touched items are compared with the others word by word before these are read
_FEW = 20
# copies share many more of their words
_WORDS_SHARED = 0.3


@dataclass(frozen=True, kw_only=True)
class Block:
    """Items of one competitor, the oldest first; a place is a number in this order.

    Attributes:
        competitor: Its slug; empty where nobody said.
        ids: By place, the item's id.
        kinds: By place.
        subjects: By place.
        old_values: By place; None where there is none.
        new_values: By place.
        times: By place, in microseconds.
        texts: By place, the number of its text in `said`.
        said: The different texts.
        forms: By place, the number of what it says word by word; equal ones differ in capitals and punctuation only.
        is_fact: By place, whether it is a change with values, which is compared by these alone.
        is_touched: By place, whether pairs with it are wanted.
    """

    competitor: str
    ids: NDArray[np.object_]
    kinds: NDArray[np.object_]
    subjects: NDArray[np.object_]
    old_values: NDArray[np.object_]
    new_values: NDArray[np.object_]
    times: Places
    texts: Places
    said: list[Said]
    forms: Places
    is_fact: NDArray[np.bool_]
    is_touched: NDArray[np.bool_]


def blocks(items: pd.DataFrame, is_touched: NDArray[np.bool_], window: int) -> Iterator[Block]:
    """The items by competitor; what can be no partner of a touched item is left out."""
    codes, competitors = pd.factorize(items["competitor"].fillna(""), sort=True)
    ids = _objects(items, "item_id")
    times = items["happened_at"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    order = np.lexsort((ids.astype(str), times, codes))
    columns = {name: _objects(items, name) for name in ("kind", "subject", "text", "old_value", "new_value")}
    ends = np.flatnonzero(np.diff(codes[order], append=-1)) + 1
    begin = 0
    for end in ends.tolist():
        chosen = order[begin:end]
        begin = end
        if not is_touched[chosen].any():
            continue
        if not is_touched[chosen].all():
            chosen = chosen[_in_reach(times[chosen], is_touched[chosen], window)]
            if is_touched[chosen].sum() <= _FEW:
                part = {name: column[chosen] for name, column in columns.items()}
                chosen = chosen[_may_be_partners(part, is_touched[chosen])]
        part = {name: column[chosen] for name, column in columns.items()}
        yield _block(str(competitors[codes[chosen[0]]]), ids[chosen], times[chosen], part, is_touched[chosen])


def _in_reach(times: Places, is_touched: NDArray[np.bool_], window: int) -> NDArray[np.bool_]:
    """Which of these times, ascending, are within the window of a touched one."""
    touched = times[is_touched]
    after = np.searchsorted(touched, times)
    next_one, last_one = touched[np.minimum(after, len(touched) - 1)], touched[np.maximum(after - 1, 0)]
    in_reach: NDArray[np.bool_] = np.minimum(abs(next_one - times), abs(times - last_one)) <= window
    return in_reach


def _may_be_partners(columns: dict[str, NDArray[np.object_]], is_touched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which items share enough words with a touched one to be worth reading: a fraction of the time of reading all."""
    words = [set(WORD.findall(str(text).casefold())) for text in columns["text"]]
    named = [set(WORD.findall(str(subject or "").casefold())) for subject in columns["subject"]]
    kept = is_touched.copy()
    for touched in np.flatnonzero(is_touched).tolist():
        said_words, subject = words[touched], named[touched]
        for place in np.flatnonzero(~kept).tolist():
            shared = len(said_words & words[place])
            kept[place] = (
                shared >= _WORDS_SHARED * min(len(said_words), len(words[place]))
                or not said_words.isdisjoint(named[place])
                or not subject.isdisjoint(words[place])
            )
    return kept


def _block(
    competitor: str,
    ids: NDArray[np.object_],
    times: Places,
    columns: dict[str, NDArray[np.object_]],
    is_touched: NDArray[np.bool_],
) -> Block:
    texts, different = pd.factorize(columns["text"])
    read = [said(str(text)) for text in different]
    is_change = columns["kind"] == "change"
    is_fact = is_change & np.array(
        [a is not None or b is not None for a, b in zip(columns["old_value"], columns["new_value"], strict=True)],
        dtype=bool,
    )
    spoken = np.array([" ".join([token.sense for token in one.tokens]) for one in read], dtype=object)
    # what is no word at all is compared as it stands
    spoken = np.where(spoken == "", np.array(different, dtype=object), spoken)
    forms, _ = pd.factorize(np.where(is_fact, _CHANGE, "").astype(object) + spoken[texts])
    return Block(
        competitor=competitor,
        ids=ids,
        kinds=columns["kind"],
        subjects=columns["subject"],
        old_values=columns["old_value"],
        new_values=columns["new_value"],
        times=times,
        texts=texts.astype(np.int64),
        said=read,
        forms=forms.astype(np.int64),
        is_fact=is_fact,
        is_touched=is_touched,
    )


def _objects(items: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """A column as plain objects, None where a value is missing."""
    column = items[name].astype(object)
    return column.where(column.notna(), None).to_numpy(dtype=object)
