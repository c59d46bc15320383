"""Amounts in rand, whose sign is a letter: "R1,450" counts on the pages that say they are South African."""

from __future__ import annotations

import re

from .amounts.currencies import RAND
from .page import VisiblePage

_AMOUNT = re.compile(
    r"(?<![\w$&/.-])R(?=\s?(?:\d{2,6}|\d{1,3}(?:[ ,\u00a0]\d{3})+)(?:[.,]\d\d)?(?![\w.,]*\d|\w))", re.ASCII
)
_ESCAPED = repr(RAND)[1:-1]
_GROUP_SPACE = "\u00a0"
# Not where the digits behind the space count something of their own: "R450 200 GB".
_GROUPED = re.compile(rf"(?<={RAND})\s?\d{{1,3}}(?: \d{{3}})+(?![\d%]|\s?(?:[GMTK]B|users|minutes|emails|SMS)\b)")


def set_rand_signs(page: VisiblePage) -> None:
    """Put a sign in the place of the "R" before each amount of a page's lines, character for character.

    Args:
        page: A page that says it is South African; its lines are changed.
    """
    for line in page.lines:
        if "R" in line.text and _AMOUNT.search(line.text):
            line.text = _signed(line.text)
            line.parts = [(_signed(text), node) for text, node in line.parts]


def as_written(text: str) -> str:
    """A text with the letter and the spaces that the line had."""
    text = text.replace(_ESCAPED, "R")
    return text.replace(RAND, "R").replace(_GROUP_SPACE, " ") if RAND in text else text


def _signed(text: str) -> str:
    return _GROUPED.sub(lambda match: match[0].replace(" ", _GROUP_SPACE), _AMOUNT.sub(RAND, text))
