"""Amounts in rand, whose sign is a letter: "R1,450" counts on the pages that say they are South African."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, TypeVar

from detente.records import PlanFeature, PlanPrice

from .amounts.currencies import RAND
from .page import VisiblePage

Fact = TypeVar("Fact", PlanPrice, PlanFeature)
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


def with_letters(fact: Fact) -> Fact:
    """A price or feature whose texts have the letter and the spaces that the page's lines had."""
    texts: dict[str, Any] = {}
    for field in fields(fact):
        value = getattr(fact, field.name)
        if isinstance(value, str):
            texts[field.name] = _lettered(value)
    return replace(fact, **texts)


def _lettered(text: str) -> str:
    text = text.replace(_ESCAPED, "R")
    return text.replace(RAND, "R").replace(_GROUP_SPACE, " ") if RAND in text else text


def _signed(text: str) -> str:
    return _GROUPED.sub(lambda match: match[0].replace(" ", _GROUP_SPACE), _AMOUNT.sub(RAND, text))
