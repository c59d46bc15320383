"""MinHash: a few numbers per text, of which two texts share the more, the more letter groups they share."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from scoring.similar.said import Said

Sketches = NDArray[np.uint32]

_BANDS = 16
_ROWS = 3
_GRAM = 4
# multiply-shift hashing: odd factors, the upper half of the product
_FACTORS = np.random.default_rng(20_260_101).integers(0, 2**63, size=_BANDS * _ROWS, dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)
_TEXTS_AT_ONCE = 20_000


class Sketcher:
    """Makes the sketches of texts, and keeps those of the words that it has met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words = np.zeros((1024, _BANDS * _ROWS), dtype=np.uint32)

    def sketches(self, texts: Sequence[Said]) -> Sketches:
        """A row per text: per hash function the smallest number that any of its letter groups has."""
        parts = [self._some(texts[first : first + _TEXTS_AT_ONCE]) for first in range(0, len(texts), _TEXTS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, _BANDS * _ROWS), dtype=np.uint32)

    def _some(self, texts: Sequence[Said]) -> Sketches:
        known = len(self._numbers)
        # a text without words is like no other
        words = [
            [self._numbers.setdefault(word, len(self._numbers)) for word in (text.words or ("",))] for text in texts
        ]
        self._learn(list(self._numbers)[known:], known)
        lengths = np.array([len(one) for one in words])
        starts = np.cumsum(lengths) - lengths
        flat = np.fromiter((number for one in words for number in one), dtype=np.int64, count=int(lengths.sum()))
        return np.minimum.reduceat(self._words[flat], starts, axis=0)

    def _learn(self, words: Sequence[str], known: int) -> None:
        if not words:
            return
        while known + len(words) > len(self._words):
            self._words = np.concatenate([self._words, np.zeros_like(self._words)])
        groups = [_groups(word) for word in words]
        lengths = np.array([len(one) for one in groups])
        hashed = np.array([crc32(group.encode()) for one in groups for group in one], dtype=np.uint64)
        # two rounds, since neighbouring groups have hashes that are alike
        mixed = (hashed + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(31)
        numbers = ((mixed[:, None] * _FACTORS[None, :]) >> np.uint64(32)).astype(np.uint32)
        self._words[known : known + len(words)] = np.minimum.reduceat(numbers, np.cumsum(lengths) - lengths, axis=0)


def bands(sketches: Sketches) -> NDArray[np.uint64]:
    """A column per band: texts that agree in one of them are worth a look."""
    keys = np.zeros((len(sketches), _BANDS), dtype=np.uint64)
    for row in range(_ROWS):
        keys = (keys + sketches[:, row::_ROWS].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def agreement(sketches: Sketches, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """By pair of texts, an estimate of the share of letter groups that both have among those that either has."""
    agreed: NDArray[np.float64] = np.mean(sketches[one] == sketches[other], axis=1)
    return agreed


def _groups(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[start : start + _GRAM] for start in range(max(1, len(padded) - _GRAM + 1))]
