"""Fits texts to themes: by the words they share, by the words that are near, and by how much of a text is foreign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from detente.vectors import WordVectors
from scoring.matching.lexicon import TEXT_END, TITLE_END, Lexicon
from scoring.matching.profiles import IN_TITLE, Floats, Profiles
from scoring.matching.records import Decided, Theme, ThemeMatch
from scoring.matching.words import READ, as_written, in_a_row, plain, sentences, split

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
# A word that is more frequent than this, such as `the` and `to`, is no reason.
_TELLING = 0.05
# characters of texts in memory at once, and how many an empty text counts for; with more it is no faster
_AT_ONCE = 400_000
_LEAST = 100
# numbers that are added up at once
_SUMMED = 200_000
_SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Counted:
    """The words of several texts, text after text in the order in which each text says them first.

    Attributes:
        rows: Which texts have words.
        lengths: Of each of those, how many different words it has.
        places: The words' places in the lexicon.
        factors: How much each counts in its text for how often and where it stands.
    """

    rows: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    factors: Floats


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
        for start, end in _portions(texts) if len(self._keys) else ():
            scores = self._scores(texts[start:end])
            rows, themes = _best(scores)
            found.append((rows + start, themes, scores[rows, themes]))
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
        themes, counted, lexicon = len(self._keys), self._counted(texts), self._lexicon
        fits = np.zeros((len(texts), themes), np.float32)
        familiar = np.zeros(len(texts))
        if not len(counted.rows):
            return fits, familiar
        begins = np.cumsum(counted.lengths) - counted.lengths
        telling, common, squares = (
            np.add.reduceat(numbers, begins)
            for numbers in (
                lexicon.telling[counted.places],
                lexicon.in_common[counted.places],
                (counted.factors * lexicon.weights[counted.places]) ** 2,
            )
        )
        said = self._said(counted, begins)
        by_length = counted.lengths.astype(np.float32) ** np.float32(_BY_LENGTH)
        said[:, themes:] *= (np.float32(_NEARNESS) * by_length)[:, None]
        fits[counted.rows] = (said[:, :themes] + said[:, themes:]) / np.maximum(np.sqrt(squares), 1e-9)[:, None]
        familiar[counted.rows] = common / np.maximum(telling, 1e-9)
        return fits, familiar

    def _said(self, counted: _Counted, begins: npt.NDArray[np.int64]) -> Floats:
        """By text, the sum of what its words say."""
        said = np.zeros((len(begins), 2 * len(self._keys)), np.float32)
        by_length = np.argsort(counted.lengths, kind="stable")
        lengths, firsts = np.unique(counted.lengths[by_length], return_index=True)
        for length, same in zip(lengths.tolist(), np.split(by_length, firsts[1:]), strict=True):
            step = max(_SUMMED // (length * said.shape[1]), 1)
            for some in (same[start : start + step] for start in range(0, len(same), step)):
                words = begins[some, None] + np.arange(length)
                # a stack of texts of one length, not one matrix: what a text is asked with changes no digit of its sum
                factors = counted.factors[words]
                rows = self._lexicon.said.take(counted.places[words], axis=0)
                said[some] = np.matmul(factors[:, None], rows)[:, 0]
        return said

    def _counted(self, texts: Sequence[str]) -> _Counted:
        places = self._lexicon.places(in_a_row(texts))
        title_ends, text_ends = np.flatnonzero(places == TITLE_END), np.flatnonzero(places == TEXT_END)
        rows = np.repeat(np.arange(len(texts)), np.diff(text_ends, prepend=-1))
        # sorted by text and word, the positions of a word in a text stand side by side, the first one first
        many = len(places)
        told = np.sort((rows * (places.max() + 1) + places) * many + np.arange(many))
        begins = np.flatnonzero(np.diff(told // many, prepend=-1))
        counts = np.zeros(many, np.float32)
        counts[told[begins] % many] = np.diff(begins, append=many)
        counts[title_ends] = counts[text_ends] = 0
        firsts = np.flatnonzero(counts)
        rows = rows[firsts]
        factors: Floats = 1 + np.log(counts[firsts])
        factors += np.float32(IN_TITLE) * (firsts < title_ends[rows])
        lengths = np.bincount(rows, minlength=len(texts))
        having = np.flatnonzero(lengths)
        return _Counted(rows=having, lengths=lengths[having], places=places[firsts], factors=factors)

    def _why(self, text: str, best: npt.NDArray[np.int64]) -> list[tuple[str, ...]]:
        """By theme, the words of a text that speak for it rather than for other themes, the loudest first."""
        written = as_written(text)
        places = self._lexicon.places(list(written))
        rows = self._lexicon.said[places].astype(np.float64)
        shared, near = rows[:, : len(self._keys)], rows[:, len(self._keys) :]
        loud = shared + _NEARNESS * np.maximum(near - near.mean(axis=1, keepdims=True), 0)
        # they have their part in the sum, and explain it to nobody
        loud[self._lexicon.telling[places] < _TELLING] = 0
        words = list(written.values())
        found = []
        for theme in best.tolist():
            order = np.lexsort((np.arange(len(words)), -loud[:, theme]))[:_WHY]
            least = max(float(loud[order[0], theme]) * _HEARD, 1e-9)
            found.append(tuple(words[place] for place in order.tolist() if loud[place, theme] >= least))
        return found


def _best(scores: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows and themes of scores above the line: by row, the best first, no more than are kept."""
    rows, themes = np.nonzero(scores >= LINE)
    # one number each, of whole steps in the last digit, is sorted several times as fast as three
    steps = 10**_SCORE_DIGITS
    below = steps - np.rint(scores[rows, themes] * steps).astype(np.int64)
    shape = (len(scores), steps + 1, scores.shape[1])
    rows, _, themes = np.unravel_index(np.sort(np.ravel_multi_index((rows, below, themes), shape)), shape)
    kept = np.arange(len(rows)) - np.searchsorted(rows, rows) < _MOST
    return rows[kept], themes[kept]


def _portions(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where texts that are matched at once begin and end."""
    start = read = 0
    for place, text in enumerate(texts):
        read += min(len(text), READ) + _LEAST
        if read > _AT_ONCE:
            yield start, place + 1
            start, read = place + 1, 0
    if start < len(texts):
        yield start, len(texts)
