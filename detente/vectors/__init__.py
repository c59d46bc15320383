"""Word vectors that come with the product: which words are near to each other, with nothing downloaded.

`table.npz` was made from a sentence model by `bench/vectors/distil.py`; NOTICE says from which, and under what licence.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]

_LONGEST = 40
# what a word tells that no table knows: a name, or a slip
_UNKNOWN = 1.0


class WordVectors:
    """Which words are near to each other; of words that it lacks, by their parts.

    Attributes:
        dimensions: How many numbers a vector has.
    """

    def __init__(self, words: Mapping[str, int], table: npt.NDArray[np.int8], weights: Vector) -> None:
        """A table of vectors.

        Args:
            words: By word in small letters, its row; a part of words that stands in none begins with `##`.
            table: A row per word; only its direction counts.
            weights: By row, how much the word tells, from 0 to 1: the rarer it is in general, the more.
        """
        self.dimensions = int(table.shape[1])
        self._words = words
        self._table = table
        self._weights = weights
        lengths = np.sqrt(np.einsum("ij,ij->i", table, table, dtype=np.float32))
        self._scales = weights / np.maximum(lengths, 1e-9)

    def of(self, word: str) -> Vector | None:
        """The word's vector; its length is its weight. None where nothing is known of it, as of an empty text.

        Args:
            word: A word in small letters, without blanks.
        """
        rows = self._rows(word)
        if not rows:
            return None
        total: Vector = self._scales[rows[0]] * self._table[rows[0]]
        for row in rows[1:]:
            total += self._scales[row] * self._table[row]
        return total / np.float32(len(rows))

    def knows(self, word: str) -> bool:
        """Whether the word itself is in the table, and not only parts of it."""
        return word in self._words or word.removesuffix("s") in self._words

    def directions(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
        """By word where it points to, at length 1; a row of zeros where the word itself is not in the table.

        Of many words it is ten times as fast as `of`; what a word is asked with changes no digit.
        """
        names = self._words
        rows = np.array([names.get(word, names.get(word.removesuffix("s"), -1)) for word in words], np.int64)
        known = np.flatnonzero(rows >= 0)
        vectors = self._scales[rows[known], None] * self._table[rows[known]]
        lengths = np.sqrt(np.vecdot(vectors, vectors).astype(np.float64)).astype(np.float32)
        found = np.zeros((len(words), self.dimensions), np.float32)
        found[known] = vectors / np.maximum(lengths, np.float32(1e-9))[:, None]
        return found

    def weight(self, word: str) -> float:
        """How much a word tells by how rare it is in general, from 0 to 1; 1 where nothing is known of it."""
        row = self._words.get(word)
        return _UNKNOWN if row is None else float(self._weights[row])

    def _rows(self, word: str) -> list[int]:
        for known in (word, word.removesuffix("s")):
            if known in self._words:
                return [self._words[known]]
        rows, start = [], 0
        while start < len(word) and len(word) <= _LONGEST:
            for end in range(len(word), start, -1):
                part = word[start:end] if start == 0 else f"##{word[start:end]}"
                if part in self._words:
                    rows.append(self._words[part])
                    start = end
                    break
            else:
                return []
        return rows


@cache
def word_vectors() -> WordVectors:
    """The vectors that come with the product, for English; read once, some 10 MB in memory."""
    content = resources.files(__name__).joinpath("table.npz").read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as table:
        names = table["words"].tobytes().decode("ascii").split("\n")
        pairs = table["vectors"]
        # two numbers of four bits in a byte
        steps = np.stack([pairs >> 4, pairs & 15], axis=2).reshape(len(names), -1).astype(np.int8) - np.int8(8)
        return WordVectors({name: row for row, name in enumerate(names)}, steps, table["weights"])
