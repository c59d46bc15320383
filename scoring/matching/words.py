"""The words of a text, as themes are matched by them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# what stands further down is not read: a text is about what it begins with
READ = 20_000
# a first line no longer than this is a title
_TITLE = 200
_SENTENCES = 200

# Marks among the words of several texts; words are in small letters, so that no text has these.
TITLE_ENDS = "TITLE"
TEXT_ENDS = "TEXT"

_WORD = re.compile(r"[^\W_]+")
_NO_WORD = re.compile(r"[^\w \n]|_")
# the same for ASCII and in small letters, several times as fast
_SMALL = "".join(chr(code).lower() if chr(code).isalnum() or code == ord("\n") else " " for code in range(128))
_END = re.compile(r"(?<=[.!?;])\s+|\n+")


def plain(text: str) -> str:
    """The part of a text that is read: words in small letters, blanks, ends of lines; ligatures as their letters."""
    begun = text[:READ].strip()
    if begun.isascii():
        return begun.translate(_SMALL)
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", begun).casefold())


def split(text: str) -> tuple[list[str], list[str]]:
    """The words of a plain text's title, and those of the rest; a text whose first line is long has no title."""
    title, rest = _parted(text)
    return title.split(), rest.split()


def in_a_row(texts: Iterable[str]) -> list[str]:
    """The words of texts one after the other, each title followed by `TITLE_ENDS`, each text by `TEXT_ENDS`."""
    # split together: that is several times as fast as one by one
    parts = (_parted(plain(text)) for text in texts)
    return " ".join([f"{title} {TITLE_ENDS} {rest} {TEXT_ENDS}" for title, rest in parts]).split()


def folded(word: str) -> str:
    """The word without the ending of an English plural."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def as_written(text: str) -> dict[str, str]:
    """By folded word, how the text writes it first."""
    written: dict[str, str] = {}
    for word in _WORD.findall(unicodedata.normalize("NFKC", text[:READ])):
        written.setdefault(folded(word.lower() if word.isascii() else word.casefold()), word)
    return written


def sentences(text: str) -> list[str]:
    """The sentences of a text, as written; at most 200."""
    found = (sentence.strip() for sentence in _END.split(text[:READ]))
    return [sentence for sentence in found if sentence][:_SENTENCES]


def _parted(text: str) -> tuple[str, str]:
    title, _, rest = text.partition("\n")
    return (title, rest) if len(title) <= _TITLE else ("", text)
