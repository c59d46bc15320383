"""The selectors nearest to one that no longer fits its page: looked for only when it has failed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from itertools import pairwise
from typing import Final

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

__all__ = ["Near", "is_stable", "nearest_selectors", "words_of"]

MOST = 200
"""A selector that matches more nodes than this chooses nothing."""

_TRIES = 120
_WORK: Final = 20_000_000
"""Characters of a page times tries: what the search may cost, the same on every machine."""
_CLASSED_NODES = 5_000
_MANY_CLASSES = 400
_LONGEST = 300
_COMPOUND = re.compile(r"(?:\[[^\]]*\]|\([^)]*\)|[^\s>+~\[(])+|[>+~]|\s+")
_SIMPLE = re.compile(r"\[[^\]]*\]|::?[\w-]+(?:\([^)]*\))?|[.#]?(?:[\w-]|[^\x00-\x7f])+|\*")
_ANY: Final = frozenset(
    ("", "*", "div", "span", "p", "li", "ul", "a", "section", "article", "td", "tr", "main", "body")
)
_TOKENS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_TAG = re.compile(r"^[a-z]+[1-6]?(?=[.#\[:])")
_CSS_NAME = re.compile(r"-?[A-Za-z_][\w-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A selector that would match, and how many nodes."""

    selector: str
    count: int

    def __str__(self) -> str:
        return f"{self.selector} ({self.count} node{'' if self.count == 1 else 's'})"


def nearest_selectors(
    tree: LexborHTMLParser, selector: str, *, at_least: int = 1, most: int = 2, inside: str = ""
) -> list[Near]:
    """Selectors like the given one that match, nearest first.

    A class or an id is exchanged for a similar one of the page or dropped, a child is sought at any depth, what
    stands before is left out; one such step, and then a second.

    Args:
        tree: The page.
        selector: One that matches nothing, or too much.
        at_least: Nodes that a better one matches; where none does, fewer will do.
        most: How many selectors to return.
        inside: Selector of the elements in which they are looked up; in the whole page without one.
    """
    if len(selector) > _LONGEST or "," in selector + inside:
        return []
    classes = _classes(tree)
    tries = max(5, min(_TRIES, _WORK // max(1, len(tree.html or ""))))
    found: list[tuple[bool, float, Near]] = []
    seen = {selector}
    near = sorted(_relaxed(selector, classes), key=lambda step: step[0])
    further = ((cost + more, two) for cost, one in near for more, two in _relaxed(one, classes))
    for cost, candidate in (*near, *sorted(further, key=lambda step: step[0])[: 2 * tries]):
        if candidate in seen or _says_nothing(candidate):
            continue
        seen.add(candidate)
        tries -= 1
        if tries < 0:
            break
        count = _count(tree, f"{inside} {candidate}" if inside else candidate)
        if 0 < count <= MOST:
            # what is to hold other parts does not itself end the tree
            leaf = at_least > 1 and not inside and _is_leaf(tree, candidate)
            found.append((count < at_least, cost + 0.3 * leaf, Near(selector=candidate, count=count)))
    found.sort(key=lambda one: (one[0], one[1], len(one[2].selector), one[2].selector))
    return _told_apart([near for _, _, near in found], most)


def is_stable(name: str) -> bool:
    """Whether a class or id looks like one that a person wrote, and not like a hash that the next release changes."""
    if not _CSS_NAME.fullmatch(name) or len(name) > 40:
        return False
    for part in re.split(r"[-_]+", name):
        digits = sum(char.isdigit() for char in part)
        if digits >= 2 or (digits and len(part) > 4 and not part[-1].isdigit()):
            return False
        flips = sum(a.islower() != b.islower() for a, b in pairwise(part) if a.isalpha() and b.isalpha())
        if len(part) >= 5 and (2 * flips > len(part) or not re.search(r"[aeiouyAEIOUY]", part)):
            return False
    return True


def words_of(name: str) -> set[str]:
    """The words that a class is made of: `PricingCard` and `pricing-card` say the same."""
    return {word.lower() for word in _TOKENS.findall(name) if len(word) > 1}


def _classes(tree: LexborHTMLParser) -> list[str]:
    counts: Counter[str] = Counter()
    for number, node in enumerate(tree.css("[class]")):
        if number >= _CLASSED_NODES:
            break
        counts.update(set((node.attributes.get("class") or "").split()))
    names = (name for name, _ in counts.most_common() if _CSS_NAME.fullmatch(name) and len(name) <= 60)
    return [name for name, _ in zip(names, range(_MANY_CLASSES), strict=False)]


def _relaxed(selector: str, classes: Sequence[str]) -> Iterator[tuple[float, str]]:
    """The selector with one thing about it given up, and what that costs in likeness."""
    parts = _COMPOUND.findall(selector.strip())
    for position, part in enumerate(parts):
        rest = (parts[:position], parts[position + 1 :])
        if part in (">", "+", "~"):
            yield 0.3, _joined(rest[0], " ", rest[1])
            continue
        if part.isspace():
            continue
        simple = _SIMPLE.findall(part)
        for place, one in enumerate(simple):
            others = "".join((*simple[:place], *simple[place + 1 :]))
            if one.startswith("."):
                for likeness, name in _alike(one[1:], classes):
                    yield (
                        1 - likeness,
                        _joined(rest[0], "".join((*simple[:place], f".{name}", *simple[place + 1 :])), rest[1]),
                    )
            if others:
                cost = {".": 0.7, "#": 0.8, ":": 0.4, "[": 0.5}.get(one[0], 0.2 if others[0] in ".#" else 1.5)
                yield cost, _joined(rest[0], others, rest[1])
    first = next((place for place, part in enumerate(parts) if part in (">", "+", "~") or part.isspace()), None)
    if first is not None:
        after = parts[first + 1 :]
        while after and (after[0].isspace() or after[0] in (">", "+", "~")):
            after = after[1:]
        yield 0.6, "".join(after)


def _alike(name: str, classes: Sequence[str]) -> Iterator[tuple[float, str]]:
    """Classes of the page that are spelled like the name, or share a word with it."""
    close = set(get_close_matches(name, classes, n=3, cutoff=0.6))
    words = words_of(name)
    shared = sorted((len(words & words_of(one)) for one in classes), reverse=True)[:1]
    if shared and shared[0]:
        close |= set([one for one in classes if len(words & words_of(one)) == shared[0]][:4])
    close.discard(name)
    for one in sorted(close):
        share = len(words & words_of(one)) / max(1, len(words | words_of(one)))
        yield max(SequenceMatcher(None, name, one).ratio(), share), one


def _joined(before: Sequence[str], part: str, after: Sequence[str]) -> str:
    return " ".join("".join((*before, part, *after)).split())


def _says_nothing(selector: str) -> bool:
    """Whether its last part is any element at all, with nothing that tells it from others."""
    if not selector or selector[0] in ">+~" or selector[-1] in ">+~":
        return True
    return selector.replace(">", " ").split()[-1] in _ANY


def _count(tree: LexborHTMLParser, selector: str) -> int:
    try:
        return len(tree.css(selector))
    except (SelectolaxError, ValueError):
        return 0


def _is_leaf(tree: LexborHTMLParser, selector: str) -> bool:
    node = tree.css_first(selector)
    return node is None or next(node.iter(), None) is None


def _told_apart(found: Sequence[Near], most: int) -> list[Near]:
    """The first ones, without those that only say longer what one before has said."""
    kept: dict[tuple[int, str], Near] = {}
    for near in found:
        last = _TAG.sub("", near.selector.split()[-1])
        kept.setdefault((near.count, last or near.selector), near)
    return list(kept.values())[:most]
