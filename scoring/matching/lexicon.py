"""What each word says of each theme: found once per word, so that a text is no more than a sum over its words."""

from __future__ import annotations

import numpy as np

from scoring.matching.profiles import Profiles
from scoring.matching.words import folded

# numbers that are kept at most, 4 bytes each; then the words are found anew
_KEPT = 25_000_000


class Lexicon:
    """Words with what they say; the arrays have a row, or a number, per word at its place.

    Attributes:
        places: By word in small letters, its place; a word that is asked for the first time gets one.
        said: Per theme how much of it the word is, then per theme how near it is to it.
        weights: How much it counts in a text.
        telling: How much it tells by how rare it is in general.
        in_common: How much of that is the roadmap's.
    """

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._themes = len(profiles.keys)
        self._most = max(_KEPT // (2 * self._themes + 1), 1_000)
        self._by_folded: dict[str, int] = {}
        self.places = _Places(self)
        self.said = np.zeros((1_024, 2 * self._themes), np.float32)
        self.weights, self.telling, self.in_common = (np.zeros(1_024, np.float32) for _ in range(3))

    def forget(self) -> None:
        """Begins anew where too many words are kept; places given before are void."""
        if len(self._by_folded) > self._most:
            self._by_folded.clear()
            self.places.clear()

    def place(self, word: str) -> int:
        """The place of a word that has none yet."""
        bare = folded(word)
        place = self._by_folded.get(bare)
        if place is None:
            place = self._by_folded[bare] = len(self._by_folded)
            if place == len(self.said):
                self._grow()
            self._find(bare, place)
        return place

    def _grow(self) -> None:
        self.said = np.concatenate([self.said, np.zeros_like(self.said)])
        self.weights, self.telling, self.in_common = (
            np.concatenate([numbers, np.zeros_like(numbers)])
            for numbers in (self.weights, self.telling, self.in_common)
        )

    def _find(self, word: str, place: int) -> None:
        profiles = self._profiles
        direction = profiles.direction(word)
        weight, telling = profiles.weight(word), profiles.telling(word)
        self.weights[place], self.telling[place] = weight, telling
        self.in_common[place] = telling * profiles.in_common(word, direction)
        row = self.said[place]
        row[: self._themes] = 0
        for theme, share in profiles.by_word.get(word, ()):
            row[theme] = weight * share
        row[self._themes :] = weight * (profiles.directions @ direction)


class _Places(dict[str, int]):
    __slots__ = ("_lexicon",)

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, word: str) -> int:
        place = self[word] = self._lexicon.place(word)
        return place
