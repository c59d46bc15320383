"""Amounts in rand, whose sign is a letter: "R1,450" counts on the pages that say they are South African."""

from __future__ import annotations

import re

from .amounts.currencies import RAND
from .page import VisiblePage

_REGION = "za"
_SAYS_SO = ("_ZA", "ZAR")
_AMOUNT = re.compile(
    r"(?<![\w$&/.-])R(?=\s?(?:\d{2,6}|\d{1,3}(?:[ ,\u00a0]\d{3})+)(?:[.,]\d\d)?(?![\w.,]*\d|\w))", re.ASCII
)


def set_rand_signs(page: VisiblePage, region: str) -> None:
    """Put a sign in the place of the "R" before each amount of a South African page's lines, character for character.

    Args:
        page: Its lines are changed.
        region: That of the page's language, lower case; empty if it tells none.
    """
    if region != _REGION and not any(word in page.html for word in _SAYS_SO):
        return
    for line in page.lines:
        if "R" in line.text and _AMOUNT.search(line.text):
            line.text = _AMOUNT.sub(RAND, line.text)
            line.parts = [(_AMOUNT.sub(RAND, text), node) for text, node in line.parts]


def as_written(text: str) -> str:
    """A text with the letter that the page has."""
    return text.replace(RAND, "R")
