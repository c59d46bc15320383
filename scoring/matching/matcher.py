"""Fits texts to themes: by the words they share, by the words that are near, and by how much of a text is foreign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from detente.vectors import WordVectors
from scoring.matching.lexicon import FIRST, IN_COMMON, TELLING, WEIGHT_SQUARED, Lexicon
from scoring.matching.profiles import IN_TITLE, Floats, Profiles
from scoring.matching.records import Decided, Theme, ThemeMatch
from scoring.matching.words import as_written, folded, plain, sentences, split

# What nearness counts beside shared words; it grows with the length of a text by itself, which the exponent takes back.
_NEARNESS = 0.52
_BY_LENGTH = -0.25
# How strongly a text of mostly foreign words is held back, and up to where familiar ones count for more.
_FOREIGN = 1.5
_FAMILIAR = 2.0
# A fit of this much is right in half of the cases; the line is one chance in four.
_HALF = 0.4
LINE = 0.25
_MOST = 3
_WHY = 5
# numbers in memory at once, 4 bytes each
_AT_ONCE = 16_000_000
_SCORE_DIGITS = 6

_Block = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]


class ThemeMatcher:
    """Says which themes a text is about; made once for a set of themes, it may be asked any number of times.

    The score of a text and a theme rests on these two, the other themes' words and the decisions, and on nothing else:
    not on what was asked before, nor on the order of themes or decisions. Of a text the first 20,000 characters are
    read; a first line of up to 200 characters is taken for its title, whose words count twice.

    Args:
        themes: The themes; of two with one key, the later one counts.
        decided: Texts of which somebody said what theme they are about; those of unknown themes are left out.
        vectors: Which words are near to each other and how rare they are in general, as
            `detente.vectors.word_vectors()`; without them only words that are the same match, and less well.
    """

    def __init__(
        self, themes: Sequence[Theme], decided: Sequence[Decided] = (), *, vectors: WordVectors | None = None
    ) -> None:
        self._profiles = Profiles(themes, decided, vectors)
        self._lexicon = Lexicon(self._profiles)
        self._keys = np.array(self._profiles.keys, dtype=object)

    def match(self, text: str, limit: int = 10) -> list[ThemeMatch]:
        """The themes that fit best, the best first, also those below the line; none for a text without words."""
        if not len(self._keys) or not any(split(plain(text))):
            return []
        scores = self._scores([text])[0]
        best = np.lexsort((np.arange(len(scores)), -scores))[:limit]
        said = self._said(text)
        parts = sentences(text)
        fits, _ = self._fits(parts)
        return [
            ThemeMatch(
                theme=str(self._keys[theme]),
                score=float(scores[theme]),
                why=tuple(word for _, word in sorted(said[theme], key=lambda one: (-one[0], one[1]))[:_WHY]),
                passage=parts[int(fits[:, theme].argmax())] if scores[theme] > 0 else "",
                is_match=bool(scores[theme] >= LINE),
            )
            for theme in best.tolist()
        ]

    def match_many(self, texts: Sequence[str]) -> pd.DataFrame:
        """The themes above the line of each text, at most three: row, theme, score; the best first.

        The scores are those of `match`. Memory stays bounded, however many texts there are.
        """
        found: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]] = []
        start = 0
        while start < len(texts) and len(self._keys):
            scores = self._scores(texts[start : start + 4_096])
            rows, themes = np.nonzero(scores >= LINE)
            likely = scores[rows, themes]
            order = np.lexsort((themes, -likely, rows))
            rows, themes, likely = rows[order], themes[order], likely[order]
            rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
            kept = rank < _MOST
            found.append((rows[kept] + start, themes[kept], likely[kept]))
            start += 4_096
        if not found:
            return pd.DataFrame({"row": np.zeros(0, np.int64), "theme": np.zeros(0, object), "score": np.zeros(0)})
        rows, themes, likely = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return pd.DataFrame({"row": rows, "theme": self._keys[themes], "score": likely})

    def _scores(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """By text and theme, from 0 to 1."""
        fits, familiar = self._fits(texts)
        share = np.minimum(familiar / self._profiles.expected, _FAMILIAR)
        weighed = np.maximum(fits.astype(np.float64), 0) * share[:, None] ** _FOREIGN
        return np.round(weighed / (weighed + _HALF), _SCORE_DIGITS)

    def _fits(self, texts: Sequence[str]) -> tuple[Floats, npt.NDArray[np.float64]]:
        """By text and theme, how well they fit; and by text, what share of its telling words is the roadmap's."""
        themes = len(self._keys)
        fits = np.zeros((len(texts), themes), np.float32)
        familiar = np.zeros(len(texts))
        for rows, places, starts, factors in self._read(texts):
            words = self._lexicon.rows(places)
            own = np.add.reduceat(words[:, TELLING:FIRST], starts, axis=0)
            familiar[rows] = own[:, IN_COMMON - TELLING] / np.maximum(own[:, 0], 1e-9)
            squares = np.add.reduceat(words[:, WEIGHT_SQUARED] * factors**2, starts)
            words *= factors[:, None]
            sums = np.add.reduceat(words[:, FIRST:], starts, axis=0)
            counts = np.diff(starts, append=len(places)).astype(np.float32)
            sums[:, themes:] *= (np.float32(_NEARNESS) * counts ** np.float32(_BY_LENGTH))[:, None]
            fits[rows] = (sums[:, :themes] + sums[:, themes:]) / np.maximum(np.sqrt(squares), 1e-9)[:, None]
        return fits, familiar

    def _read(self, texts: Sequence[str]) -> Iterator[_Block]:
        """The texts that have words, in blocks: which they are, their words' places, where each begins, factors."""
        most = max(_AT_ONCE // self._lexicon.width, 1_000)
        rows: list[int] = []
        starts: list[int] = []
        places: list[int] = []
        counts: list[int] = []
        titled: list[int] = []
        for row, text in enumerate(texts):
            title, rest = split(plain(text))
            look = self._lexicon.places.__getitem__
            told = list(map(look, title))
            # words are counted in their order, so that those of the title come first
            counted = Counter(told)
            in_title = len(counted)
            counted.update(map(look, rest))
            if not counted:
                continue
            rows.append(row)
            starts.append(len(places))
            titled.append(in_title)
            places.extend(counted.keys())
            counts.extend(counted.values())
            if len(places) > most:
                yield _block(rows, starts, places, counts, titled)
                self._lexicon.forget()
                rows, starts, places, counts, titled = [], [], [], [], []
        if rows:
            yield _block(rows, starts, places, counts, titled)
            self._lexicon.forget()

    def _said(self, text: str) -> list[list[tuple[float, str]]]:
        """By theme, the words of a text that speak for it rather than for others, and how loudly."""
        themes = len(self._keys)
        said: list[list[tuple[float, str]]] = [[] for _ in range(themes)]
        for word, written in as_written(text).items():
            row = self._lexicon.rows(np.array([self._lexicon.place(folded(word))]))[0].astype(np.float64)
            near = row[FIRST + themes :]
            loud = row[FIRST : FIRST + themes] + _NEARNESS * np.maximum(near - near.mean(), 0)
            for theme in np.flatnonzero(loud > 0).tolist():
                said[theme].append((float(loud[theme]), written))
        return said


def _block(
    rows: Sequence[int], starts: Sequence[int], places: Sequence[int], counts: Sequence[int], titled: Sequence[int]
) -> _Block:
    begins = np.array(starts, np.int64)
    factors = 1 + np.log(np.array(counts, np.float32))
    within = np.arange(len(places)) - np.repeat(begins, np.diff(begins, append=len(places)))
    in_title = within < np.repeat(np.array(titled), np.diff(begins, append=len(places)))
    return np.array(rows), np.array(places, np.int64), begins, factors + np.float32(IN_TITLE) * in_title
