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
_GROUP_SPACE = "\u00a0"
# Not where the digits behind the space count something of their own: "R450 200 GB".
_GROUPED = re.compile(rf"(?<={RAND})\s?\d{{1,3}}(?: \d{{3}})+(?![\d%]|\s?(?:[GMTK]B|users|minutes|emails|SMS)\b)")


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
            line.text = _signed(line.text)
            line.parts = [(_signed(text), node) for text, node in line.parts]


def as_written(text: str) -> str:
    """A text with the letter and the spaces that the line had."""
    return text.replace(RAND, "R").replace(_GROUP_SPACE, " ") if RAND in text else text


def _signed(text: str) -> str:
    return _GROUPED.sub(lambda match: match[0].replace(" ", _GROUP_SPACE), _AMOUNT.sub(RAND, text))
