"""What each word says of each theme: found once per word, so that a text is no more than a sum over its words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scoring.matching.profiles import Profiles
from scoring.matching.words import TEXT_ENDS, TITLE_ENDS, folded

# The places of the marks between words; what is found of them is nobody's.
TITLE_END, TEXT_END = 0, 1
_MARKS = {TITLE_ENDS: TITLE_END, TEXT_ENDS: TEXT_END}
# numbers that are kept at most, 4 bytes each; then the words are found anew
_KEPT = 25_000_000
# words that are found at once
_AT_ONCE = 1_024


class Lexicon:
    """Words with what they say; the arrays have a row, or a number, per word at its place.

    Attributes:
        said: Per theme how much of it the word is, then per theme how near it is to it.
        weights: How much it counts in a text.
        telling: How much it tells by how rare it is in general.
        in_common: How much of that is the roadmap's.
    """

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._themes = len(profiles.keys)
        self._most = max(_KEPT // (2 * self._themes + 1), 1_000)
        self._by_folded = dict(_MARKS)
        self._by_word = _Places(self._by_folded)
        self._found = 0
        self.said = np.zeros((1_024, 2 * self._themes), np.float32)
        self.weights, self.telling, self.in_common = (np.zeros(1_024, np.float32) for _ in range(3))

    def places(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        """The places of words and of the marks between them; those given before may be void."""
        if len(self._by_folded) > self._most:
            self._by_folded.clear()
            self._by_folded.update(_MARKS)
            self._by_word.clear()
            self._found = 0
        places = np.fromiter(map(self._by_word.__getitem__, words), np.int64, len(words))
        while new := list(itertools.islice(self._by_folded, self._found, self._found + _AT_ONCE)):
            self._find(new)
        return places

    def _find(self, words: Sequence[str]) -> None:
        """What the words say that come next."""
        start, end = self._found, self._found + len(words)
        while end > len(self.said):
            self._grow()
        profiles, themes = self._profiles, self._themes
        pointing = profiles.pointing(words)
        telling = np.array([profiles.telling(word) for word in words])
        self.telling[start:end] = telling
        self.in_common[start:end] = telling * profiles.in_common(words, pointing)
        self.weights[start:end] = weights = np.array([profiles.weight(word) for word in words])
        # a stack of vectors, not one matrix: each product by itself, so that what is found with it changes no digit
        near = np.matmul(profiles.directions, pointing[:, :, None])[:, :, 0]
        self.said[start:end, :themes] = 0
        self.said[start:end, themes:] = weights.astype(np.float32)[:, None] * near
        for place, word in enumerate(words):
            for theme, share in profiles.by_word.get(word, ()):
                self.said[start + place, theme] = weights[place] * share
        self._found = end

    def _grow(self) -> None:
        self.said = np.concatenate([self.said, np.zeros_like(self.said)])
        self.weights, self.telling, self.in_common = (
            np.concatenate([numbers, np.zeros_like(numbers)])
            for numbers in (self.weights, self.telling, self.in_common)
        )


class _Places(dict[str, int]):
    """By word in small letters, its place; a word that is asked for the first time gets one."""

    __slots__ = ("_by_folded",)

    def __init__(self, by_folded: dict[str, int]) -> None:
        super().__init__()
        self._by_folded = by_folded

    def __missing__(self, word: str) -> int:
        place = self[word] = self._by_folded.setdefault(folded(word), len(self._by_folded))
        return place
