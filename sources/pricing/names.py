"""Which line of text names a plan."""

from __future__ import annotations

import re
from functools import lru_cache

from .money import first_money
from .page import Line, VisiblePage
from .plans import Mark, bare
from .words import BADGE, CUSTOM, FREE, NAME_LABEL, NOT_A_NAME, PLACEHOLDER

MAX_NAME = 60
_TRAILING = re.compile(r"\s+(?:from|for|at|is|are|costs?|only|just|starting|starts)$", re.I)
MAX_WORDS = 6
_LOOK_AFTER = 4
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "dt": 4, "legend": 5}
NAMED = 4
"""Rank of an element that its class calls a plan's name."""
BOLD = 7
PLAIN = 9


def rank_of(line: Line) -> int | None:
    """How much a line looks like a plan's name: 1 (a main heading) to 7 (bold text); None if it does not."""
    element = line.element
    tag = element.tag
    if tag in ("td", "p", "dd", "a") and len(line.parts) == 1 and not element.node.attributes:
        return None
    rank = HEADINGS.get(tag)
    if rank is None and element.parent is not None and element.parent.start == line.index:
        rank = HEADINGS.get(element.parent.tag)
    if rank is None:
        if len(line.text) > MAX_NAME:
            return None
        if NAME_LABEL.search(element.label):
            rank = NAMED
        elif tag not in ("li", "td") and all(n.tag in ("b", "strong") for text, n in line.parts if text.strip()):
            rank = BOLD
        elif len(line.parts) == 1 and line.parts[0][1].mem_id != element.node.mem_id:
            label = (line.parts[0][1].attributes.get("class") or "").lower()
            rank = NAMED if label and NAME_LABEL.search(label) else None
    if rank is None or name_in(line) is None:
        return None
    return rank


def name_in(line: Line) -> str | None:
    """The plan's name that a line holds, without badge and price; None if it cannot be one."""
    text = line.text
    if len(line.parts) > 1:
        kept = [part for part, _ in line.parts if part.strip() and not BADGE.match(part)]
        if kept and len(kept) < sum(1 for part, _ in line.parts if part.strip()):
            text = " ".join(" ".join(kept).split())
    return clean_name(text)


@lru_cache(maxsize=4_096)
def clean_name(text: str) -> str | None:
    """A name cut before its price; None for a price, a badge, a label or a sentence."""
    match = first_money(text)
    if match is not None:
        text = text[: match.start()].rstrip(" :-–—(|@,")
        text = _TRAILING.sub("", text).rstrip(" :-–—(|,")
    text = text.strip(" :*•|¶")
    if not text or len(text) > MAX_NAME or PLACEHOLDER.search(text):
        return None
    if not any(c.isalpha() for c in text) or BADGE.match(text) or NOT_A_NAME.match(text):
        return None
    if text.endswith("?") or (text.endswith((".", "!")) and len(text.split()) > 4):
        return None
    if len(text.split()) > MAX_WORDS or text[-1] in ",-–—":
        return None
    phrase = bare(text)
    return None if (phrase in CUSTOM and phrase not in ("custom", "bespoke", "enterprise pricing")) else text


def plain_name(page: VisiblePage, start: int, index: int) -> Line | None:
    """The nearest short line before a price that can be a name although nothing marks it as one."""
    line = page.lines[index]
    match = first_money(line.text)
    if match is not None and _stands_apart(line, line.text[: match.start()]) and name_in(line) is not None:
        return line
    for position in range(index - 1, max(start, index - 5) - 1, -1):
        line = page.lines[position]
        if first_money(line.text) or bare(line.text) in FREE:
            return None
        if len(line.text) <= 40 and len(line.text.split()) <= 5 and name_in(line) is not None:
            return line
    return None


def _stands_apart(line: Line, before: str) -> bool:
    """Whether the words before a price are set off from it, by a mark or an element of their own."""
    before = before.strip()
    if not before or len(before.split()) > 5:
        return False
    return before[-1] in ":-–—|" or line.parts[0][0].strip() == before


def first_name(page: VisiblePage, start: int, index: int) -> Line | None:
    """The first short line of a card, where neither a heading nor a class tells its name."""
    for position in range(start, min(index, start + 6)):
        line = page.lines[position]
        if len(line.text) <= 40 and len(line.text.split()) <= 5 and not first_money(line.text):
            if bare(line.text) not in FREE and name_in(line) is not None:
                return line
        elif not BADGE.match(line.text):
            return None
    return None


class Ranks:
    """Looks up once per line how much it looks like a name, and knows which lines tell prices."""

    def __init__(self, page: VisiblePage, marks: list[Mark]) -> None:
        self._lines = page.lines
        self._known: dict[int, int | None] = {}
        self.marked = {m.line.index: m for m in marks}

    def __getitem__(self, index: int) -> int | None:
        if index not in self._known:
            self._known[index] = rank_of(self._lines[index])
        return self._known[index]

    def is_heading(self, index: int) -> bool:
        """Whether a line is a heading by its element alone, which is cheap to ask."""
        return self._lines[index].element.tag in HEADINGS

    def before(self, start: int, mark: int) -> tuple[int, int] | None:
        """The best name line in [start, mark], as (rank, index): the highest heading since the plan before."""
        best: tuple[int, int] | None = None
        for index in range(mark, start - 1, -1):
            rank = self[index]
            told = self.marked.get(index)
            if told is not None and index != mark and best is not None and (rank is None or rank > best[0]):
                break
            if rank is not None and not (told is not None and told.kind != "price" and index == mark):
                if best is None or rank < best[0]:
                    best = (rank, index)
                if told is not None and index != mark:
                    break
        return best

    def after(self, mark: int, end: int) -> tuple[int, int] | None:
        """The first name line shortly after a price that stands above its name."""
        for index in range(mark + 1, min(end, mark + 1 + _LOOK_AFTER)):
            if index in self.marked:
                return None
            rank = self[index]
            if rank is not None:
                return rank, index
        return None
