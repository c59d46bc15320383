"""Which words of a text changed, with so much around them that a person sees where."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from reports.weekly.words import cut, shown

AROUND = 8
WORDS = 600

_WORD = re.compile(r"\s*(?:\d+(?:[.,]\d+)*|\w+|[^\w\s])")  # 1,900 is one word

Parts = list[tuple[bool, str]]


def word_diff(old: str, new: str, cap: int = 700) -> tuple[Parts, Parts]:
    """Both texts in parts, each with whether it differs; long stretches that are the same are cut.

    Args:
        old: The text before.
        new: The text after.
        cap: Characters of one part.

    Returns:
        The parts of the old and of the new text.
    """
    before, after = _words(old), _words(new)
    left: Parts = []
    right: Parts = []
    for tag, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            same = _shortened(before[i:j], first=i == 0, last=j == len(before) and m == len(after))
            left.append((False, same))
            right.append((False, same))
        else:
            left += _differing(before[i:j], cap)
            right += _differing(after[k:m], cap)
    return left, right


def _differing(words: list[str], cap: int) -> Parts:
    """The words as one part; white space before them is no difference."""
    text = "".join(words)
    if not text:
        return []
    bare = text.lstrip()
    return ([(False, " ")] if bare != text else []) + [(True, cut(bare, cap))]


def _words(text: str) -> list[str]:
    """Words and marks, each with the white space before it."""
    return _WORD.findall(shown(text, 4_000))[:WORDS]


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    """Words that are the same on both sides: all, or those next to a difference."""
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    if len(words) <= head + tail + AROUND:
        return "".join(words)
    return "".join([*words[:head], " …", *(words[len(words) - tail :] if tail else [])])
