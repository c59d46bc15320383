"""The words of a text, as themes are matched by them."""

from __future__ import annotations

import re
import unicodedata

# what stands further down is not read: a text is about what it begins with
_READ = 20_000
# a first line no longer than this is a title
_TITLE = 200
_SENTENCES = 200

_WORD = re.compile(r"[^\W_]+")
# the same for ASCII, several times as fast: what is no letter or digit becomes a blank
_BLANKS = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))
_END = re.compile(r"(?<=[.!?;])\s+|\n+")


def plain(text: str) -> str:
    """The part of a text that is read, in small letters; full-width and ligature forms as plain ones."""
    begun = text[:_READ].strip()
    return begun.lower() if begun.isascii() else unicodedata.normalize("NFKC", begun).casefold()


def split(text: str) -> tuple[list[str], list[str]]:
    """The words of a plain text's title, and those of the rest; a text whose first line is long has no title."""
    end = len(text.partition("\n")[0])
    if end > _TITLE:
        end = 0
    if text.isascii():
        blank = text.translate(_BLANKS)
        return blank[:end].split(), blank[end:].split()
    return _WORD.findall(text[:end]), _WORD.findall(text[end:])


def folded(word: str) -> str:
    """The word without the ending of an English plural."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def as_written(text: str) -> dict[str, str]:
    """By folded word, how the text writes it first."""
    written: dict[str, str] = {}
    for word in _WORD.findall(unicodedata.normalize("NFKC", text[:_READ])):
        written.setdefault(folded(word.lower() if word.isascii() else word.casefold()), word)
    return written


def sentences(text: str) -> list[str]:
    """The sentences of a text, as written; at most 200."""
    found = (sentence.strip() for sentence in _END.split(text[:_READ]))
    return [sentence for sentence in found if sentence][:_SENTENCES]
