"""Of many texts, the ones that are nearest to each: candidates by rare words, then one score for every pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.vectors import WordVectors
from scoring.similar.earlier import is_copy
from scoring.similar.said import Said, said
from scoring.similar.weighed import Floats, Ints, Rows, Weighed, spread, weighed
from scoring.similar.words import PLAIN_WORDS

# so many texts are looked at closely
_CANDIDATES = 100
# Of a large number of texts, only so many entries of the index are read for each: those of its rarest words.
_MOST_READ = 60_000
# Of two sentences, what counts is how much of each the other one has: who leaves half of it out says something else. Of
# two pages it is what both are about. At this many words both count the same.
_SENTENCE_WORDS = 60
_SHORTNESS = 3
# no pair with fewer of its words in common is worth the closer look whether it says the same
_MAY_BE_SAME = 0.5
_WORDS_TOLD = 5
# what words that are only near to each other count beside equal ones
_NEAR_WORDS = 0.3
_ROWS_AT_ONCE = 500
_MOST_KEPT = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A text that is near another one.

    Attributes:
        row: Which one it is.
        score: How near, from 0 to 1.
        is_same: Whether both say the same in nearly the same words, and no other fact: they can be put together unseen.
        why: Words that both have, the rarest first.
    """

    row: int
    score: float
    is_same: bool
    why: tuple[str, ...]


class Texts:
    """Texts of which each can be asked for its nearest."""

    def __init__(self, texts: Sequence[str], vectors: WordVectors | None = None) -> None:
        """Reads the texts.

        Args:
            texts: At most some 100,000.
            vectors: Which words are near to each other; without them only equal words count.
        """
        self._texts = texts
        self._weighed = weighed(texts)
        self._meaning = _meaning(self._weighed, vectors) if vectors else None
        self._index = _by_piece(self._weighed.told, len(self._weighed.shown))
        self._word_sums = self._weighed.words.sums()
        self._gram_sums = self._weighed.grams.sums()
        self._read: dict[int, Said] = {}
        self._word_slate = np.zeros(len(self._weighed.shown) + 1, dtype=np.float32)
        self._gram_slate = np.zeros(int(self._weighed.grams.pieces.max(initial=0)) + 1, dtype=np.float32)

    def nearest(self, row: int, limit: int = 10) -> list[Near]:
        """The texts that are nearest to one of them, the best first; those that share no word with it are left out."""
        others, likeness = self._candidates(row)
        if not len(others):
            return []
        words, held = _smaller(self._weighed.words, self._word_slate, row, others)
        grams, _ = _smaller(self._weighed.grams, self._gram_slate, row, others)
        both = (
            words / np.maximum(self._word_sums[others], self._word_sums[row])
            + grams / np.maximum(self._gram_sums[others], self._gram_sums[row])
        ) / 2
        lengths = np.maximum(self._weighed.lengths[others], self._weighed.lengths[row])
        if self._meaning is not None:
            near = np.clip(self._meaning[others] @ self._meaning[row], 0, 1).astype(np.float32)
            likeness = (likeness + _NEAR_WORDS * near) / (1 + _NEAR_WORDS)
        shortness = 1 / (1 + (lengths / _SENTENCE_WORDS) ** _SHORTNESS)
        score = np.clip((1 - shortness) * likeness + shortness * both, 0, 1).round(4)
        best = np.lexsort((others, -score))[:limit]
        return [self._near(row, int(others[place]), float(score[place]), float(held[place])) for place in best]

    def _near(self, row: int, other: int, score: float, held: float) -> Near:
        is_same = held >= _MAY_BE_SAME and is_copy(self._said(row), self._said(other))
        return Near(row=other, score=round(score, 4), is_same=is_same, why=self._why(row, other))

    def _candidates(self, row: int) -> tuple[Ints, Floats]:
        """The rows that share the most weight with one row, and how much."""
        pieces, weights = self._weighed.told.row(row)
        sizes = self._index.starts[pieces + 1] - self._index.starts[pieces]
        order = np.argsort(sizes, kind="stable")
        read = order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), _MOST_READ, side="right")))]
        places = spread(self._index.starts[pieces[read]], sizes[read])
        found = np.bincount(
            self._index.pieces[places],
            weights=self._index.weights[places] * np.repeat(weights[read], sizes[read]),
            minlength=len(self._texts),
        )
        found[row] = 0
        others = np.flatnonzero(found)
        if len(others) > _CANDIDATES:
            others = others[np.argpartition(-found[others], _CANDIDATES)[:_CANDIDATES]]
            others.sort()
        if len(read) == len(order):
            return others, found[others].astype(np.float32)
        self._word_slate[pieces] = weights
        places, begins = self._weighed.told.places(others)
        shared = self._word_slate[self._weighed.told.pieces[places]] * self._weighed.told.weights[places]
        self._word_slate[pieces] = 0
        return others, np.add.reduceat(shared, begins)

    def _said(self, row: int) -> Said:
        if row not in self._read:
            if len(self._read) >= _MOST_KEPT:
                self._read.clear()
            self._read[row] = said(self._texts[row])
        return self._read[row]

    def _why(self, row: int, other: int) -> tuple[str, ...]:
        shared = np.intersect1d(self._weighed.words.row(row)[0], self._weighed.words.row(other)[0], assume_unique=True)
        rarest = shared[np.argsort(-self._weighed.rarity[shared], kind="stable")]
        told = []
        for piece in rarest.tolist():
            word = self._weighed.shown[piece]
            if len(word) > 1 and word not in PLAIN_WORDS:
                told.append(word)
            if len(told) == _WORDS_TOLD:
                break
        return tuple(told)


def _meaning(texts: Weighed, vectors: WordVectors) -> Floats:
    """By text, the sum of its words' vectors, each as heavy as the word is there; of length 1."""
    table = np.zeros((len(texts.shown) + 1, vectors.dimensions), dtype=np.float32)
    for number, word in enumerate(texts.shown):
        vector = vectors.of(word)
        if vector is not None:
            table[number] = vector
    count = len(texts.lengths)
    found = np.zeros((count, vectors.dimensions), dtype=np.float32)
    for first in range(0, count, _ROWS_AT_ONCE):
        last = min(first + _ROWS_AT_ONCE, count)
        span = slice(int(texts.told.starts[first]), int(texts.told.starts[last]))
        weighed_words = table[texts.told.pieces[span]] * texts.told.weights[span, None]
        rows = np.flatnonzero(np.diff(texts.told.starts[first : last + 1]))
        if len(rows):
            begins = texts.told.starts[first + rows] - span.start
            found[first + rows] = np.add.reduceat(weighed_words, begins, axis=0)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def _smaller(rows: Rows, slate: Floats, row: int, others: Ints) -> tuple[Floats, Floats]:
    """With each of the others: the weight that both have, and the share of the shorter one's pieces."""
    pieces, weights = rows.row(row)
    slate[pieces] = weights
    places, begins = rows.places(others)
    theirs = slate[rows.pieces[places]]
    slate[pieces] = 0
    shared = np.add.reduceat(np.minimum(theirs, rows.weights[places]), begins)
    shorter = np.minimum(rows.starts[others + 1] - rows.starts[others], len(pieces))
    return shared, np.add.reduceat((theirs > 0).astype(np.float32), begins) / shorter


def _by_piece(rows: Rows, pieces: int) -> Rows:
    """The same table by piece: which rows have it."""
    order = np.argsort(rows.pieces, kind="stable")
    owners = np.repeat(np.arange(len(rows.starts) - 1, dtype=np.int32), np.diff(rows.starts))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows.pieces, minlength=pieces))])
    return Rows(starts=starts.astype(np.int64), pieces=owners[order], weights=rows.weights[order])


__all__ = ["Near", "Texts", "Weighed"]
