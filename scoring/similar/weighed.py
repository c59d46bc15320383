"""Many texts as rows of weighed pieces: how often each has a word or a letter group, and how few others have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.similar.words import PLAIN_WORDS, parts, stem

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

# programs write `fs.s3a.endpoint` and `2FA`: a number is a word like any other here
_WORD = re.compile(r"[^\W_]+")
_MAX_CHARS = 8_000
_GRAM = 3
_ROWS_AT_ONCE = 20_000
# A text tells what it is about at its beginning: there a word counts fully, half after as many, a third after twice.
_HEAD_WORDS = 20
# Of two or three texts nobody can tell which words are common: as if this many more were there, half of which have
# each of the plain words.
_IMAGINED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """A sparse table: by row the pieces that it has, ascending, and how much of each.

    Attributes:
        starts: Where each row begins, and at the end where the last one ends.
        pieces: Which piece.
        weights: How much of it.
    """

    starts: Ints
    pieces: NDArray[np.int32]
    weights: Floats

    def row(self, number: int) -> tuple[NDArray[np.int32], Floats]:
        """The pieces and the weights of one row."""
        span = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.pieces[span], self.weights[span]

    def places(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Where the pieces of some rows are, one row after the other, and where each of these rows begins therein."""
        begins, lengths = self.starts[numbers], self.starts[numbers + 1] - self.starts[numbers]
        return spread(begins, lengths), np.concatenate([[0], np.cumsum(lengths)[:-1]])

    def sums(self) -> Floats:
        """By row, the sum of its weights."""
        return np.add.reduceat(np.append(self.weights, np.float32(0)), self.starts[:-1]) * (np.diff(self.starts) > 0)

    def with_weights(self, weights: Floats) -> Rows:
        """The same pieces with other weights."""
        return Rows(starts=self.starts, pieces=self.pieces, weights=weights)


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """Texts as they are compared with each other.

    Attributes:
        told: Words; the nearer to the beginning, the heavier; each row of length 1.
        words: Words, wherever they stand.
        grams: Groups of letters, wherever they stand.
        lengths: How many words each text has.
        shown: By word, how it was written first.
        rarity: By word, how few texts have it; from 1.
    """

    told: Rows
    words: Rows
    grams: Rows
    lengths: Ints
    shown: list[str]
    rarity: Floats


def weighed(texts: Sequence[str]) -> Weighed:
    """Counts and weighs the words of texts; of a long one, its first 8,000 characters."""
    written: dict[str, int] = {}
    raw: list[int] = []
    lengths = np.zeros(len(texts), dtype=np.int64)
    for number, text in enumerate(texts):
        found = _WORD.findall(text[:_MAX_CHARS])
        lengths[number] = len(found)
        raw.extend([written.setdefault(word, len(written)) for word in found])
    tokens = np.array(raw, dtype=np.int64)
    del raw
    vocabulary: dict[str, int] = {}
    shown: list[str] = []
    word_starts, word_ids = _pieces(written, parts, vocabulary)
    for word in written:
        vocabulary_size = len(shown)
        for part in parts(word):
            if vocabulary[part] == vocabulary_size:
                shown.append(word.casefold() if part == stem(word.casefold()) else part)
                vocabulary_size += 1
    gram_starts, gram_ids = _pieces(written, _grams, {})
    near_start = _nearness(lengths)
    told = _counted(lengths, tokens, (word_starts, word_ids), near_start)
    words = _counted(lengths, tokens, (word_starts, word_ids), None)
    grams = _counted(lengths, tokens, (gram_starts, gram_ids), None)
    plain = np.array([name in _PLAIN_STEMS for name in vocabulary], dtype=bool)
    rarity = _rarity(words, len(vocabulary), plain)
    return Weighed(
        told=_unit(told.with_weights(_damped(told.weights) * rarity[told.pieces] ** np.float32(1.5))),
        words=words.with_weights(_damped(words.weights) * rarity[words.pieces]),
        grams=grams.with_weights(_damped(grams.weights) * _rarity(grams, None, None)[grams.pieces]),
        lengths=lengths,
        shown=shown,
        rarity=rarity,
    )


def spread(begins: Ints, lengths: Ints) -> Ints:
    """Every place of spans that begin there and are so long, one span after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(begins - before, lengths) + np.arange(int(lengths.sum()))


_PLAIN_STEMS = frozenset(stem(word) for word in PLAIN_WORDS)


def _grams(word: str) -> Iterator[str]:
    padded = f" {word.casefold()} "
    return (padded[start : start + _GRAM] for start in range(max(1, len(padded) - _GRAM + 1)))


def _pieces(
    written: Sequence[str] | dict[str, int],
    split: Callable[[str], Sequence[str] | Iterator[str]],
    known: dict[str, int],
) -> tuple[Ints, Ints]:
    """By word as written, the numbers of its pieces; `known` is filled in the order in which they come."""
    ids: list[int] = []
    starts = [0]
    for word in written:
        ids.extend([known.setdefault(piece, len(known)) for piece in split(word)])
        starts.append(len(ids))
    return np.array(starts, dtype=np.int64), np.array(ids, dtype=np.int64)


def _nearness(lengths: Ints) -> Floats:
    places = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return (1 / (1 + (places + 1) / _HEAD_WORDS)).astype(np.float32)


def _counted(lengths: Ints, tokens: Ints, pieces: tuple[Ints, Ints], weights: Floats | None) -> Rows:
    """Sums the pieces of all tokens by row."""
    starts, ids = pieces
    total = int(ids.max()) + 1 if len(ids) else 1
    ends = np.concatenate([[0], np.cumsum(lengths)])
    row_lengths: list[Ints] = []
    found: list[NDArray[np.int32]] = []
    sums: list[Floats] = []
    for first in range(0, len(lengths), _ROWS_AT_ONCE):
        last = min(first + _ROWS_AT_ONCE, len(lengths))
        part = tokens[ends[first] : ends[last]]
        sizes = starts[part + 1] - starts[part]
        rows = np.repeat(np.repeat(np.arange(last - first), lengths[first:last]), sizes)
        keys = rows * total + ids[spread(starts[part], sizes)]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        begins = np.flatnonzero(np.diff(keys, prepend=-1))
        if weights is None:
            summed = np.diff(begins, append=len(keys)).astype(np.float32)
        else:
            each = np.repeat(weights[ends[first] : ends[last]], sizes)[order]
            summed = np.add.reduceat(each, begins) if len(begins) else each
        unique = keys[begins]
        row_lengths.append(np.bincount(unique // total, minlength=last - first))
        found.append((unique % total).astype(np.int32))
        sums.append(summed)
    return Rows(
        starts=np.concatenate([[0], *map(np.asarray, row_lengths)]).cumsum().astype(np.int64),
        pieces=np.concatenate([np.zeros(0, dtype=np.int32), *found]),
        weights=np.concatenate([np.zeros(0, dtype=np.float32), *sums]),
    )


def _damped(counts: Floats) -> Floats:
    """The tenth time tells less than the first."""
    return np.where(counts > 1, 1 + np.log(np.maximum(counts, 1)), counts)


def _rarity(rows: Rows, pieces: int | None, plain: NDArray[np.bool_] | None) -> Floats:
    having = np.bincount(rows.pieces, minlength=pieces or 0).astype(float)
    texts = float(len(rows.starts) - 1 + _IMAGINED)
    if plain is not None:
        having += plain * (_IMAGINED / 2)
    return (np.log((1 + texts) / (1 + having)) + 1).astype(np.float32)


def _unit(rows: Rows) -> Rows:
    lengths = np.sqrt(rows.with_weights(rows.weights**2).sums())
    each = np.repeat(np.where(lengths > 0, lengths, 1), np.diff(rows.starts))
    return rows.with_weights((rows.weights / each).astype(np.float32))
