"""Fits texts to themes: by the words they share, by the words that are near, and by how much of a text is foreign."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from detente.vectors import WordVectors
from scoring.matching.lexicon import Lexicon
from scoring.matching.profiles import IN_TITLE, Floats, Profiles
from scoring.matching.records import Decided, Theme, ThemeMatch
from scoring.matching.words import as_written, plain, sentences, split

# What nearness counts beside shared words; it grows with the length of a text by itself, which the exponent takes back.
_NEARNESS = 0.52
_BY_LENGTH = -0.25
# How strongly a text of mostly foreign words is held back.
_FOREIGN = 1.5
# A fit of this much is right in half of the cases; the line is one chance in four.
_HALF = 0.36
LINE = 0.25
_MOST = 3
_WHY = 5
# beside the loudest word, one that says less than this is not named
_HEARD = 0.2
# words in memory at once
_AT_ONCE = 1_000_000
_SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Block:
    """Texts as words.

    Attributes:
        rows: Which texts they are.
        titles: By text, how many of its words are in its title; they come first.
        lengths: By text, how many words it has.
        words: Text after text, the places of its words, each once.
        counts: How often each of them occurs.
    """

    rows: list[int] = field(default_factory=list)
    titles: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    words: array[int] = field(default_factory=lambda: array("q"))
    counts: array[int] = field(default_factory=lambda: array("q"))


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
        parts = sentences(text)
        fits, _ = self._fits(parts)
        return [
            ThemeMatch(
                theme=str(self._keys[theme]),
                score=float(scores[theme]),
                why=why if scores[theme] > 0 else (),
                passage=parts[int(fits[:, theme].argmax())] if scores[theme] > 0 else "",
                is_match=bool(scores[theme] >= LINE),
            )
            for theme, why in zip(best.tolist(), self._why(text, best), strict=True)
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
        share = np.minimum(familiar / self._profiles.expected, 1.0)
        weighed = np.maximum(fits.astype(np.float64), 0) * share[:, None] ** _FOREIGN
        return np.round(weighed / (weighed + _HALF), _SCORE_DIGITS)

    def _fits(self, texts: Sequence[str]) -> tuple[Floats, npt.NDArray[np.float64]]:
        """By text and theme, how well they fit; and by text, what share of its telling words is the roadmap's."""
        themes = len(self._keys)
        fits = np.zeros((len(texts), themes), np.float32)
        familiar = np.zeros(len(texts))
        for block in self._read(texts):
            lengths, words = np.array(block.lengths), np.frombuffer(block.words, np.int64)
            ends = np.cumsum(lengths)
            factors = self._factors(block, lengths, ends)
            said = np.zeros((len(lengths), 2 * themes), np.float32)
            starts = [0, *ends.tolist()]
            for place, (start, end) in enumerate(itertools.pairwise(starts)):
                # one text by itself, so that what it is asked with changes no digit
                np.dot(factors[start:end], self._lexicon.said.take(words[start:end], axis=0), out=said[place])
            begins = ends - lengths
            telling, common, squares = (
                np.add.reduceat(numbers, begins)
                for numbers in (
                    self._lexicon.telling[words],
                    self._lexicon.in_common[words],
                    (factors * self._lexicon.weights[words]) ** 2,
                )
            )
            said[:, themes:] *= (np.float32(_NEARNESS) * lengths.astype(np.float32) ** np.float32(_BY_LENGTH))[:, None]
            fits[block.rows] = (said[:, :themes] + said[:, themes:]) / np.maximum(np.sqrt(squares), 1e-9)[:, None]
            familiar[block.rows] = common / np.maximum(telling, 1e-9)
        return fits, familiar

    def _factors(self, block: _Block, lengths: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Floats:
        """By word of a block, how much it counts for how often and where it stands."""
        within = np.arange(len(block.words)) - np.repeat(ends - lengths, lengths)
        in_title = within < np.repeat(np.array(block.titles), lengths)
        found: Floats = 1 + np.log(np.frombuffer(block.counts, np.int64).astype(np.float32))
        found += np.float32(IN_TITLE) * in_title
        return found

    def _read(self, texts: Sequence[str]) -> Iterator[_Block]:
        """The texts that have words, in blocks."""
        block = _Block()
        for row, text in enumerate(texts):
            title, rest = split(plain(text))
            told = list(map(self._lexicon.places.__getitem__, title))
            in_title = len(set(told))
            told += map(self._lexicon.places.__getitem__, rest)
            # words stay in the order in which they are counted, so that those of the title come first
            counted = Counter(told)
            if counted:
                block.rows.append(row)
                block.titles.append(in_title)
                block.lengths.append(len(counted))
                block.words.extend(counted)
                block.counts.extend(counted.values())
            if len(block.words) > _AT_ONCE:
                yield block
                self._lexicon.forget()
                block = _Block()
        if block.rows:
            yield block
            self._lexicon.forget()

    def _why(self, text: str, best: npt.NDArray[np.int64]) -> list[tuple[str, ...]]:
        """By theme, the words of a text that speak for it rather than for other themes, the loudest first."""
        written = as_written(text)
        rows = np.stack([self._lexicon.said[self._lexicon.places[word]] for word in written]).astype(np.float64)
        shared, near = rows[:, : len(self._keys)], rows[:, len(self._keys) :]
        loud = shared + _NEARNESS * np.maximum(near - near.mean(axis=1, keepdims=True), 0)
        words = list(written.values())
        found = []
        for theme in best.tolist():
            order = np.lexsort((np.arange(len(words)), -loud[:, theme]))[:_WHY]
            least = max(float(loud[order[0], theme]) * _HEARD, 1e-9)
            found.append(tuple(words[place] for place in order.tolist() if loud[place, theme] >= least))
        return found
