"""Word vectors that come with the product: what a word is near to, with nothing downloaded."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


class WordVectors(Protocol):
    """What a word is near to.

    Attributes:
        dimensions: How many numbers a vector has.
    """

    @property
    def dimensions(self) -> int: ...  # noqa: D102

    def of(self, word: str) -> Vector | None:
        """The word's vector, longer for a rarer word; None where nothing is known of it."""


class NoVectors:
    """Knows no word."""

    dimensions = 0

    def of(self, word: str) -> Vector | None:
        """None."""
        return None


@cache
def word_vectors() -> WordVectors:
    """The vectors that come with the product."""
    return NoVectors()
