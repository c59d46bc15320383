"""Fits texts to themes."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from detente.vectors import WordVectors
from scoring.matching.records import Decided, Theme, ThemeMatch

_WORD = re.compile(r"[^\W_]+")
_LINE = 0.1
_MOST = 3


class ThemeMatcher:
    """Says which themes a text is about; made once for a set of themes, it may be asked any number of times."""

    def __init__(
        self,
        themes: Sequence[Theme],
        decided: Sequence[Decided] = (),
        *,
        vectors: WordVectors | None = None,
        background: Sequence[str] = (),
    ) -> None:
        self._themes = tuple(themes)
        texts = {theme.key: f"{theme.name} {theme.description} {' '.join(theme.keywords)}" for theme in themes}
        for one in decided:
            if one.theme in texts:
                texts[one.theme] += f" {one.text}"
        self._words = {key: Counter(_WORD.findall(text.casefold())) for key, text in texts.items()}
        having = Counter(word for words in self._words.values() for word in words)
        self._weights = {word: math.log((1 + len(texts)) / (1 + count)) for word, count in having.items()}

    def match(self, text: str, limit: int = 10) -> list[ThemeMatch]:
        """The themes that fit best, the best first."""
        words = Counter(_WORD.findall(text.casefold()))
        found = []
        for key, of_theme in self._words.items():
            shared = {word: self._weights[word] ** 2 * of_theme[word] for word in words.keys() & of_theme.keys()}
            length = math.sqrt(sum((self._weights.get(word, 1) * count) ** 2 for word, count in words.items())) or 1
            other = math.sqrt(sum((self._weights[word] * count) ** 2 for word, count in of_theme.items())) or 1
            score = min(sum(shared.values()) / length / other, 1.0)
            why = tuple(sorted(shared, key=lambda word: (-shared[word], word))[:5])
            found.append(ThemeMatch(theme=key, score=score, why=why, passage=text[:200], is_match=score >= _LINE))
        return sorted(found, key=lambda one: (-one.score, one.theme))[:limit]

    def match_many(self, texts: Sequence[str]) -> pd.DataFrame:
        """The themes above the line of each text, at most three each: row, theme, score."""
        rows = [
            (row, one.theme, one.score)
            for row, text in enumerate(texts)
            for one in self.match(text, _MOST)
            if one.is_match
        ]
        return pd.DataFrame(rows, columns=["row", "theme", "score"])
