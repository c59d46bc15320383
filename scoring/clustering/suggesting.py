"""What may say the same in other words, for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from detente.vectors import WordVectors
from scoring.similar import Texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """An item that may say the same as a text.

    Attributes:
        item_id: Which one.
        score: How near, from 0 to 1.
        is_same: Whether it is so near that it would be put together unseen.
        why: Words that both have, the rarest first.
    """

    item_id: str
    score: float
    is_same: bool
    why: tuple[str, ...]


def suggestions(
    text: str, items: pd.DataFrame, limit: int = 10, vectors: WordVectors | None = None
) -> list[Suggestion]:
    """The items that are most like a text, the best first. Nothing of it is stored.

    Args:
        text: What was told.
        items: `item_id` and `text`, at most some ten thousand: those of one competitor, say.
        limit: How many at most.
        vectors: Which words are near to each other; without them only equal words count.
    """
    ids = items["item_id"].tolist()
    texts = Texts([*items["text"].astype(str).tolist(), text], vectors)
    return [
        Suggestion(item_id=str(ids[near.row]), score=near.score, is_same=near.is_same, why=near.why)
        for near in texts.nearest(len(ids), limit)
    ]
