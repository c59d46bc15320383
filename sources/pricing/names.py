"""Which line of text names a plan."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from .amounts.money import first_money
from .amounts.terms import read_term, spare_words
from .page import HEADINGS, Element, Line, VisiblePage
from .plans import Mark, bare, told_after_name
from .words import (
    BADGE,
    CUSTOM,
    CUSTOM_NAMES,
    FOR_WHOM,
    FREE,
    NAME_LABEL,
    NOT_A_NAME,
    PERIOD_NAME,
    PLACEHOLDER,
    SECTION_TITLE,
)

MAX_NAME = 60
_TRAILING = re.compile(
    r"\s+(?:from|for|at|is|are|costs?|only|just|starting|starts|ab|à partir de|dès|desde|a partir de|a partire da|da"
    r"|vanaf|fra|från|od)$",
    re.I,
)
MAX_WORDS = 6
_LOOK_AFTER = 4
_JOINED_WORDS = 3
_TAG_LINE_WORDS = 3
_TAGGED_WORDS = 2
_WORDS_AFTER_PRICE = 2
_RANGE_START = re.compile(r"\b\d[\d.,]*\s?(?:-|–|—|to|bis|à)\s?$")
_BUTTON = re.compile(r"\b(?:btn|button|cta)\b")
_DECORATION = re.compile(
    r"\b(?:icons?|logo|image|photo|picture|illustration|banner|screenshot|arrow|check(?:mark)?|tick|star|avatar|yes|no)\b",
    re.I,
)
NAMED = 4
"""Rank of an element that its class calls a plan's name."""
BOLD = 7
MIN_TAGGED_LEVEL = 3
"""Headings above it tell of the page or a section, and set part of a sentence in a colour."""
AUDIENCE = 8
"""Rank of a heading that says for whom or for how long something is: a name where no other heading is one."""
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
        elif _labelled(line) is not None:
            rank = NAMED
    if rank is None or name_in(line) is None:
        return None
    return AUDIENCE if FOR_WHOM.match(line.text) else rank


def name_in(line: Line) -> str | None:
    """The plan's name that a line holds, without badge and price; None if it cannot be one."""
    text = line.text
    if len(line.parts) > 1:
        kept = [part for part, _ in line.parts if part.strip() and not BADGE.match(part)]
        if kept and len(kept) < sum(1 for part, _ in line.parts if part.strip()):
            text = " ".join(" ".join(kept).split())
        text = _labelled(line) or _untagged(line) or text
    if FOR_WHOM.match(text) and (line.element.tag not in HEADINGS or len(text.split()) > _JOINED_WORDS):
        return None
    return clean_name(text)


def _labelled(line: Line) -> str | None:
    """What the one part of a line holds that its class calls a name, where the line has other parts."""
    found = None
    if len(line.parts) < 2 or line.element.tag in HEADINGS or first_money(line.text):
        return None
    for text, node in line.parts:
        label = (node.attributes.get("class") or "").lower()
        if label and node.mem_id != line.element.node.mem_id and NAME_LABEL.search(label) and text.strip():
            if found is not None:
                return None
            found = text.strip()
    return found


def _untagged(line: Line) -> str | None:
    """A heading of a word or two without the tag line that follows in an element of its own."""
    if HEADINGS.get(line.element.tag, 0) < MIN_TAGGED_LEVEL or line.parts[0][1].mem_id != line.element.node.mem_id:
        return None
    own, *rest = line.parts
    name = own[0].strip()
    tag_line = " ".join(text for text, _ in rest)
    if not name or len(name.split()) > _TAGGED_WORDS or len(tag_line.split()) < _TAG_LINE_WORDS:
        return None
    if any(text.strip() and node.mem_id == line.element.node.mem_id for text, node in rest) or first_money(tag_line):
        return None
    return name


def whole_name(page: VisiblePage, line: Line) -> str:
    """The name that a line holds, with its other half where a heading is broken into two lines."""
    own = name_in(line) or line.text
    heading = line.element
    if heading.tag not in HEADINGS or heading.end - heading.start != 2:
        return own
    halves = page.lines[heading.start : heading.end]
    together = " ".join(half.text for half in halves)
    if clean_name(together) != together or name_in(halves[1]) != halves[1].text or FOR_WHOM.match(halves[1].text):
        return own
    if any(node.mem_id != heading.node.mem_id for half in halves for text, node in half.parts if text.strip()):
        return own  # the second line is set in another style: a tag line
    return together if len(together.split()) <= _JOINED_WORDS else own


@lru_cache(maxsize=4_096)
def clean_name(text: str) -> str | None:
    """A name cut before its price; None for a price, a badge, a label or a sentence."""
    match = first_money(text)
    if match is not None:
        if spare_words(text[match.end() :], []) > _WORDS_AFTER_PRICE:
            return None  # a sentence that mentions an amount
        text = _RANGE_START.sub("", text[: match.start()]).rstrip(" :-–—(|@,+")
        text = _TRAILING.sub("", text).rstrip(" :-–—(|,+")
    elif (told := told_after_name(text)) is not None:
        text = told[0]
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
    return None if phrase in CUSTOM and phrase not in CUSTOM_NAMES else text


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
        if _can_be_plain(line):
            return line
    return None


def _can_be_plain(line: Line) -> bool:
    text = line.text
    if len(text) > 40 or len(text.split()) > 5 or text[-1] in ".!" or SECTION_TITLE.match(text):
        return False
    return name_in(line) is not None and not _is_button(line)


def _is_button(line: Line) -> bool:
    """Whether a line is something to press."""
    if line.element.tag == "button":
        return True
    nodes = [node for text, node in line.parts if text.strip()]
    return all(
        n.tag == "button" or (n.tag == "a" and _BUTTON.search((n.attributes.get("class") or "").lower())) for n in nodes
    )


def name_below(page: VisiblePage, branch: Element, index: int) -> Line | None:
    """The short line right after a price that a card begins with."""
    if any(c.isalpha() for line in page.lines[branch.start : index] for c in line.text):
        return None
    for line in page.lines[index + 1 : min(branch.end, index + 1 + _LOOK_AFTER)]:
        if first_money(line.text) or line.element.tag == "li":
            return None
        if _can_be_plain(line) and not _is_term(line.text):
            return line
        if not _is_term(line.text) and not BADGE.match(line.text):
            return None
    return None


def _is_term(text: str) -> bool:
    told = read_term(text, bare=True)
    return bool(told.period or told.unit) and not spare_words(text, [])


def pictured_name(element: Element) -> str | None:
    """The name that a picture in a card shows, by its alternative text."""
    for image in element.node.css("img[alt]"):
        text = " ".join((image.attributes.get("alt") or "").split())
        if text and len(text.split()) <= 4 and not _DECORATION.search(text) and clean_name(text) == text:
            return text
    return None


def _stands_apart(line: Line, before: str) -> bool:
    """Whether the words before a price are set off from it, by a mark or an element of their own."""
    before = before.strip()
    words = [word for word in before.split() if any(c.isalnum() for c in word)]
    if not words or len(words) > MAX_WORDS:
        return False
    if _TRAILING.sub("", before).rstrip()[-1:] in ":-–—|":
        return True
    return line.parts[0][0].strip() == before


def period_name(page: VisiblePage, start: int, index: int) -> Line | None:
    """The line that calls an offer by how long it lasts ("Monthly", "6 months"), where it begins a block."""
    line = next((ln for ln in page.lines[start:index] if not BADGE.match(ln.text)), None)
    return line if line is not None and PERIOD_NAME.match(bare(line.text)) else None


def first_name(page: VisiblePage, start: int, index: int) -> Line | None:
    """The first short line of a card, where neither a heading nor a class tells its name."""
    for position in range(start, min(index, start + 6)):
        line = page.lines[position]
        if len(line.text) <= 40 and len(line.text.split()) <= 5 and not first_money(line.text):
            if bare(line.text) not in FREE and _can_be_plain(line):
                return line
        elif not BADGE.match(line.text):
            return None
    return None


class Ranks:
    """Looks up once per line how much it looks like a name, and knows which lines tell prices."""

    def __init__(self, page: VisiblePage, marks: list[Mark]) -> None:
        self._lines = page.lines
        self._known: dict[int, int | None] = {}
        self._periods: Counter[str] | None = None
        self.marked = {m.line.index: m for m in marks}

    def __getitem__(self, index: int) -> int | None:
        if index not in self._known:
            line = self._lines[index]
            self._known[index] = None if SECTION_TITLE.match(line.text) else rank_of(line)
            if line.element.tag in HEADINGS and PERIOD_NAME.match(line.text) and self._is_only(line.text):
                self._known[index] = AUDIENCE
        return self._known[index]

    def _is_only(self, period: str) -> bool:
        """Whether one heading alone is called by a period: several are the choices in several cards."""
        if self._periods is None:
            headings = (line.text.lower() for line in self._lines if line.element.tag in HEADINGS)
            self._periods = Counter(text for text in headings if PERIOD_NAME.match(text))
        return self._periods[period.lower()] == 1

    def title(self, index: int) -> int | None:
        """As for a name, but of a section's title too."""
        return rank_of(self._lines[index])

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
