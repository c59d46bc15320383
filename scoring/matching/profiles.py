"""What each theme is known by: the words of its own text, and of texts that were decided to be about it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from detente.vectors import WordVectors
from scoring.matching.records import Decided, Theme
from scoring.matching.words import folded, plain, split

Floats = npt.NDArray[np.float32]
Words = dict[str, float]

# What a word counts more for standing in a title, and in what a theme is called: its name and keywords.
IN_TITLE = 1.0
_IN_NAME = 3.0
# A word that few themes have says more: by how much more was tried from 1 to 2 on labelled sets of two kinds.
_FEW_THEMES = 1.5
# What one decided text weighs beside the theme's own; more of them weigh more.
_OF_DECIDED = 0.5
# Two words nearer than this are about one thing, to some degree.
_NEAR = 0.5
_ROUNDING = 1e-3
# The least share of words that a text about the roadmap is expected to have in common with it.
_EXPECTED = 0.15


class Profiles:
    """Themes as weighted words and as directions among the words' vectors.

    Attributes:
        keys: The themes' keys, sorted.
        directions: By theme, where its words point to; a row of zeros where nothing is known of them.
        by_word: By folded word, the themes that have it and how much of each it is.
        expected: What share of its telling words a text of this roadmap has in common with it, by how much the themes
            have in common with each other.
    """

    def __init__(self, themes: Sequence[Theme], decided: Iterable[Decided], vectors: WordVectors | None) -> None:
        self._vectors = vectors
        by_key = {theme.key: theme for theme in themes}
        self.keys = tuple(sorted(by_key))
        told = [_theme_words(by_key[key]) for key in self.keys]
        self._having = Counter(word for factors in told for word in factors)
        own = [_unit(self._weighed(factors)) for factors in told]
        self._theme_words = sorted(self._having)
        self._places = {word: place for place, word in enumerate(self._theme_words)}
        self._near = self.pointing(self._theme_words)
        self.expected = max(_EXPECTED, self._in_common(told))
        self._learn(own, decided)
        profiles = [_unit(words) for words in own]
        self.directions = np.array([self._direction(words) for words in profiles], np.float32)
        self.by_word: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, words in enumerate(profiles):
            for word, share in words.items():
                self.by_word[word].append((place, share))

    def telling(self, word: str) -> float:
        """How much a folded word tells by how rare it is in general, from 0 to 1; a number tells nothing."""
        return 0.0 if word.isdigit() else self._rarity(word)

    def weight(self, word: str) -> float:
        """How much a folded word counts in a text."""
        few = math.log((1 + len(self.keys)) / (1 + self._having[word])) + 1
        return float(self._rarity(word) * few**_FEW_THEMES)

    def pointing(self, words: Sequence[str]) -> Floats:
        """By folded word where it points to, at length 1; zeros where nothing is known of it.

        By its parts alone an invented word would be near to something, too.
        """
        return self._vectors.directions(words) if self._vectors else np.zeros((len(words), 1), np.float32)

    def in_common(self, words: Sequence[str], pointing: Floats) -> npt.NDArray[np.float64]:
        """Whether folded words are of the roadmap, from 0 to 1: 1 if one is, less if it is near one of it."""
        own = np.array([word in self.by_word for word in words])
        if not self._theme_words:
            return own.astype(np.float64)
        # The product of two matrices is quick, but its last digits rest on what is asked together: where they count,
        # each product by itself.
        likeness = (pointing @ self._near.T).max(axis=1)
        near = np.flatnonzero((likeness > _NEAR - _ROUNDING) & ~own)
        likeness[near] = np.matmul(self._near, pointing[near, :, None]).max(axis=(1, 2))
        return np.where(own, 1.0, _nearness(likeness.astype(np.float64)))

    def _rarity(self, word: str) -> float:
        return self._vectors.weight(word) if self._vectors else 1.0

    def _weighed(self, factors: Mapping[str, float]) -> Words:
        return {word: factor * self.weight(word) for word, factor in factors.items()}

    def _direction(self, words: Mapping[str, float]) -> Floats:
        vectors = self.pointing(list(words))
        total = np.zeros(vectors.shape[1], np.float32)
        for share, vector in zip(words.values(), vectors, strict=True):
            total += np.float32(share) * vector
        unit: Floats = total / max(float(np.linalg.norm(total)), 1e-9)
        return unit

    def _in_common(self, told: Sequence[Mapping[str, float]]) -> float:
        """The mean over themes of what share of a theme's telling words the others have, too."""
        shares = []
        for factors in told:
            total = sum(self.telling(word) for word in factors)
            if total:
                shares.append(sum(self.telling(word) * self._of_others(word, factors) for word in factors) / total)
        return math.fsum(shares) / len(shares) if shares else 0.0

    def _of_others(self, word: str, own: Mapping[str, float]) -> float:
        if self._having[word] > 1:
            return 1.0
        likeness = self._near @ self._near[self._places[word]]
        likeness[[self._places[one] for one in own if self._having[one] == 1]] = 0
        return float(_nearness(likeness.max().astype(np.float64)))

    def _learn(self, own: Sequence[Words], decided: Iterable[Decided]) -> None:
        places = {key: place for place, key in enumerate(self.keys)}
        # sorted and without repetitions: neither their order nor a second click changes a score
        pairs = sorted({(one.text, one.theme) for one in decided if one.theme in places})
        themes_of = Counter(text for text, _ in pairs)
        for text, theme in pairs:
            words, share = own[places[theme]], _OF_DECIDED / themes_of[text]
            for word, part in _unit(self._weighed(text_words(text))).items():
                words[word] = words.get(word, 0.0) + share * part


def text_words(text: str) -> Words:
    """By folded word of a text, how much it counts for how often and where it stands."""
    title, rest = split(plain(text))
    first = {folded(word) for word in title}
    counts = Counter(folded(word) for word in (*title, *rest))
    return {word: 1 + math.log(count) + IN_TITLE * (word in first) for word, count in counts.items()}


def _theme_words(theme: Theme) -> Words:
    name = [folded(word) for part in (theme.name, *theme.keywords) for word in _words(part)]
    counts = Counter([*name, *(folded(word) for word in _words(theme.description))])
    called = set(name)
    return {word: 1 + math.log(count) + _IN_NAME * (word in called) for word, count in counts.items()}


def _words(text: str) -> list[str]:
    title, rest = split(plain(text))
    return [*title, *rest]


def _unit(words: Mapping[str, float]) -> Words:
    length = math.sqrt(math.fsum(share**2 for share in words.values()))
    return {word: share / length for word, share in words.items()} if length else dict(words)


def _nearness(cosines: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.maximum(0.0, (cosines - _NEAR) / (1 - _NEAR))
