"""A text as it is compared: its words by what they mean, its numbers by value, and where its sentences begin."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from scoring.similar.words import PLAIN_WORDS, listed, stem

_MAX_CHARS = 4_000
_NUMBER = r"\d+(?:[.,'’\s]\d+)*"
_SIZE = r"(?:k|m|mio|bn|thousand|million|billion)\b"
# a digit inside of a word is part of a name: `Q3`, `S3`
_TOKEN = re.compile(
    rf"[^\W\d_][^\W_]*(?:['’-][^\W\d_][^\W_]*)*[+#]*|{_NUMBER}(?:\s*{_SIZE})?|[€$£¥%]|[.!?:;…\n]", re.IGNORECASE
)
_VERSION = re.compile(r"\d+(?:\.\d+){2,}")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
_SIZED = re.compile(rf"({_NUMBER})\s*({_SIZE})?", re.IGNORECASE)
_ENDS = frozenset(".!?:;…\n")
_SIZES = {"k": 3, "thousand": 3, "m": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9}
SPELLED = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip
# one of these in the place of another of its line is another fact, however alike the rest is
_SAME_WORD = {
    word: words.split()[0]
    for words in (
        "€ eur euro euros", "$ usd dollar dollars", "£ gbp pound pounds", "¥ jpy yen", "chf franc francs",
        "% percent pct percentage", "day days daily", "week weeks weekly", "month months monthly",
        "quarter quarters quarterly", "year years yearly annual annually", "told said says tell tells say",
        "user users seat seats", "minimum min", "maximum max",
    )
    for word in words.split()
}  # fmt: skip
# written in capitals, and what two people who tell the same thing differ in
_MONEY_SIGNS = frozenset("€$£¥")
_MONEY_WORDS = listed("eur euro euros usd dollar dollars gbp pound pounds chf franc francs jpy yen")
_CALENDAR = listed(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december today yesterday tomorrow"
)


class Token(NamedTuple):
    """A word or a number, wherever it stands.

    Attributes:
        sense: What is compared: a number by value, a sign or a word by its stem.
        plain: The word in small letters; empty for a number or a sign.
        written: As written.
        value: The number; None for a word.
        is_capital: Whether it begins with a capital.
        tells: Whether it is a word that says something: none of the frequent small ones, and no day of the week.
    """

    sense: str
    plain: str
    written: str
    value: float | None
    is_capital: bool
    tells: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """A text as it is compared.

    Attributes:
        tokens: Its words and numbers in their order.
        begins: Places in `tokens` at which a sentence begins.
    """

    tokens: tuple[Token, ...]
    begins: frozenset[int]

    @cached_property
    def words(self) -> Counter[str]:
        """Its words in small letters, counted; a spelled number is none."""
        return Counter([token.plain for token in self.tokens if token.plain])

    @cached_property
    def numbers(self) -> dict[float, str]:
        """Its numbers by value, as written."""
        return {token.value: token.written for token in self.tokens if token.value is not None}

    @cached_property
    def senses(self) -> Counter[str]:
        """What it says, counted."""
        return Counter([token.sense for token in self.tokens])

    @cached_property
    def grams(self) -> frozenset[str]:
        """Its 4-grams without numbers."""
        # the blanks around keep the first and the last letter of a word from counting for less
        bare = f" {' '.join([token.plain for token in self.tokens if token.plain])} "
        return frozenset([bare[start : start + 4] for start in range(len(bare) - 3)])

    def is_name(self, place: int) -> bool:
        """Whether the word at a place has a capital inside a sentence."""
        token = self.tokens[place]
        return token.is_capital and token.tells and place not in self.begins


def said(text: str) -> Said:
    """A text as it is compared; of a long one its first 4,000 characters."""
    text = text[:_MAX_CHARS]
    tokens: list[Token] = []
    begins = [0]
    for written in _TOKEN.findall(text if text.isascii() else unicodedata.normalize("NFKC", text)):
        if written in _ENDS:
            begins.append(len(tokens))
        else:
            tokens.append(_token(written))
    return Said(tokens=tuple(tokens), begins=frozenset(begins))


def is_version(written: str) -> bool:
    """Whether it is a version such as `4.1.45`, and no number such as `1.250.000`."""
    return bool(_VERSION.fullmatch(written)) and not _THOUSANDS.fullmatch(written)


def numbers_of(text: Said) -> tuple[float, ...]:
    """All its numbers, ascending: two texts that say the same have the same."""
    return tuple(sorted([token.value for token in text.tokens if token.value is not None]))


def amounts_of(text: Said) -> frozenset[float]:
    """The numbers of a text that are money: beside a sign or the name of a currency."""
    found = set()
    for place, token in enumerate(text.tokens):
        if token.value is not None:
            beside = text.tokens[max(0, place - 1) : place] + text.tokens[place + 1 : place + 2]
            if any(one.written in _MONEY_SIGNS or one.plain in _MONEY_WORDS for one in beside):
                found.add(token.value)
    return frozenset(found)


@lru_cache(maxsize=500_000)
def _token(written: str) -> Token:
    plain = written.casefold()
    value: float | None = None
    if is_version(written):
        return Token(sense=written, plain=written, written=written, value=None, is_capital=True, tells=True)
    if match := _SIZED.match(written):
        value = _value(match[1]) * 10.0 ** _SIZES.get((match[2] or "").lower(), 0)
        written = " ".join(written.split())
    elif plain in SPELLED:
        value = float(SPELLED[plain])
    if value is not None:
        return Token(sense=f"#{value:g}", plain="", written=written, value=value, is_capital=False, tells=False)
    is_word = written[0].isalpha()
    return Token(
        sense=_SAME_WORD.get(plain) or stem(plain),
        plain=plain if is_word else "",
        written=written,
        value=None,
        is_capital=written[0].isupper(),
        tells=is_word and plain not in PLAIN_WORDS and plain not in _CALENDAR,
    )


def _value(digits: str) -> float:
    """The number that is meant: `1,500` and `1 500` are 1500, `49.00` and `49,00` are 49."""
    pieces = re.split(r"[.,'’\s]", digits)
    has_fraction = len(pieces) > 1 and len(pieces[-1]) != 3
    whole = "".join(pieces[:-1] if has_fraction else pieces)
    # a page of digits is no number of anybody's: a float takes no more than some 300
    return float(f"{whole[:40]}.{pieces[-1][:10]}" if has_fraction else whole[:40])
