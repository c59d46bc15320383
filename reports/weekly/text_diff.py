"""Which words of a text changed, with so much around them that a person sees where."""

from __future__ import annotations

from difflib import SequenceMatcher

from reports.weekly.words import cut, shown

AROUND = 8
WORDS = 400

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
    before, after = shown(old, 4_000).split()[:WORDS], shown(new, 4_000).split()[:WORDS]
    left: Parts = []
    right: Parts = []
    for tag, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            same = _shortened(before[i:j], first=i == 0, last=j == len(before) and m == len(after))
            left.append((False, same))
            right.append((False, same))
        else:
            if j > i:
                left.append((True, cut(" ".join(before[i:j]), cap)))
            if m > k:
                right.append((True, cut(" ".join(after[k:m]), cap)))
    return left, right


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    """Words that are the same on both sides: all, or those next to a difference."""
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    if len(words) <= head + tail + AROUND:
        return " ".join(words)
    return " ".join([*words[:head], "…", *(words[len(words) - tail :] if tail else [])])
