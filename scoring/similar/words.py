"""The words of a text, and what of a word stays the same when it is bent, split or written otherwise."""

from __future__ import annotations

import re
from functools import lru_cache


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as one string."""
    return frozenset(words.split())


# a word, or what programs call things by: `fs.s3a.endpoint` is three words, and so is `JobTrackerInfo`
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VOWEL = re.compile(r"[aeiouy]")
_MAX_LETTERS = 60

# too frequent to explain a match to anybody
PLAIN_WORDS = listed(
    "a about after all also an and any are as at be because been before but by can could did do does each few fewer "
    "for from get got had has have he her here his how i if in into is it its just least less like many may me more "
    "most much must my new no not now of off on once one only or other our out over own said say says she should so "
    "some such than that the their them then there these they this those to told too up upon us very was we were "
    "what when where which while who whom why will with within without would you your"
)


_BENT = {
    bent: words.split()[0]
    for words in (
        "begin began begun", "bring brought", "build built", "buy bought", "choose chose chosen", "come came",
        "fall fell fallen", "find found", "give gave given", "go goes went gone", "grow grew grown", "hear heard",
        "keep kept",
        "know knew known", "lead led", "leave left", "lose lost", "make made", "mean meant", "meet met", "pay paid",
        "rise rose risen", "run ran", "see saw seen", "sell sold", "send sent", "show shown", "speak spoke spoken",
        "spend spent", "take took taken", "think thought", "win won", "write wrote written",
    )
    for bent in words.split()[1:]
}  # fmt: skip


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A folded word without its English ending: `prices`, `priced` and `pricing` are one."""
    word = _BENT.get(word, word)
    word = word.replace("’", "'").removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ingly", "edly", "ing", "ed", "ly"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and _VOWEL.search(rest):
            word = rest[:-1] if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@lru_cache(maxsize=200_000)
def parts(written: str) -> tuple[str, ...]:
    """A word as written → its stem, and where it has humps the stems of what it is made of."""
    written = written[:_MAX_LETTERS]
    whole = stem(written.casefold())
    humps = _HUMP.split(written)
    return (whole, *(stem(part.casefold()) for part in humps if len(part) > 1)) if len(humps) > 1 else (whole,)
