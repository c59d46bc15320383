"""What each word says of each theme: found once per word, so that a text is no more than a sum over its words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scoring.matching.profiles import Floats, Profiles
from scoring.matching.words import folded

# numbers that are kept at most, 4 bytes each; then the words are found anew
_KEPT = 25_000_000
# before those of the themes: weight squared, how much it tells, how much of that is the roadmap's
WEIGHT_SQUARED, TELLING, IN_COMMON, FIRST = range(4)


class Lexicon:
    """By word, a row of numbers: three of its own, per theme how much of it the word is, per theme how near it is."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._themes = len(profiles.keys)
        self.width = FIRST + 2 * self._themes
        self._most = max(_KEPT // self.width, 1_000)
        self.places = _Places(self)
        self._by_folded: dict[str, int] = {}
        self._rows = np.zeros((1_024, self.width), np.float32)

    def forget(self) -> None:
        """Begins anew where too many words are kept; places given before are void."""
        if len(self._by_folded) > self._most:
            self.places = _Places(self)
            self._by_folded = {}

    def rows(self, places: npt.NDArray[np.int64]) -> Floats:
        """The rows of words at their places."""
        return self._rows[places]

    def place(self, word: str) -> int:
        """Where the row of a word in small letters is."""
        bare = folded(word)
        place = self._by_folded.get(bare)
        if place is None:
            place = self._by_folded[bare] = len(self._by_folded)
            if place == len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._rows[place] = self._row(bare)
        return place

    def _row(self, word: str) -> Floats:
        profiles = self._profiles
        direction = profiles.direction(word)
        weight, telling = profiles.weight(word), profiles.telling(word)
        row = np.zeros(self.width, np.float32)
        row[:FIRST] = weight**2, telling, telling * profiles.in_common(word, direction)
        for theme, share in profiles.by_word.get(word, ()):
            row[FIRST + theme] = weight * share
        row[FIRST + self._themes :] = weight * (profiles.directions @ direction)
        return row


class _Places(dict[str, int]):
    """By word, its place; a word that is asked for the first time gets one."""

    __slots__ = ("_lexicon",)

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, word: str) -> int:
        place = self[word] = self._lexicon.place(word)
        return place
