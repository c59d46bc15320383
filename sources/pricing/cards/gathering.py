"""Which name each price belongs to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from sources.pricing.amounts.terms import Term
from sources.pricing.names import (
    AUDIENCE,
    NAMED,
    PLAIN,
    Ranks,
    first_name,
    name_below,
    period_name,
    pictured_name,
    plain_name,
)
from sources.pricing.page import HEADINGS, Element, Line, VisiblePage
from sources.pricing.plans import Mark
from sources.pricing.words import BADGE, PRICE_LABEL

from .rows import Card, shared_words

_DIGIT = re.compile(r"\d")
_CLOSING_LEVEL = 3
_SENTENCE_WORDS = 3
_ROW = 3
_LOOK_BELOW = 2


class Gathering:
    """Puts every price, "free" and "contact us" to the name that it stands with."""

    def __init__(self, page: VisiblePage, marks: list[Mark], ranks: Ranks) -> None:
        self._page = page
        self._marks = marks
        self._positions = [m.line.index for m in marks]
        self._ranks = ranks
        self._cards: dict[int, Card] = {}
        self._rows: dict[int, Element | None] = {}
        self._closing: dict[int, list[int]] | None = None
        self._priced: dict[Element | None, dict[str, list[Element]]] = {}
        self._entries: dict[tuple[Element | None, str, str, str], bool] = {}
        self._names: dict[tuple[Element, str], Counter[str | None]] = {}

    def cards(self) -> list[Card]:
        """Each name with its marks, in the page's order; what has no name is left out."""
        called_free = self._called_free()
        for position, mark in enumerate(self._marks):
            if position not in called_free:
                self._place(mark)
        return sorted(self._cards.values(), key=lambda c: min(c.name_line.index, c.marks[0].line.index))

    def _called_free(self) -> set[int]:
        """Make cards of blocks in a row that begin with a plain "Free" and cost 0; returns which marks they hold."""
        taken: set[int] = set()
        for position, (name, price) in enumerate(pairwise(self._marks)):
            if name.kind != "free" or not _costs_nothing(price) or price.line.index - name.line.index > _LOOK_BELOW:
                continue
            if self._ranks[name.line.index] is not None:
                continue
            root = None
            for element in price.line.element.ancestors():
                inside = self._inside(element)
                if not all(m.kind == "free" or _costs_nothing(m) for m in inside) or element.tag in ("body", "main"):
                    break
                if element.start <= name.line.index:
                    root = element
            if root is None or len(self._row(root)) < 2 or not self._begins(root, name):
                continue
            self._cards[name.line.index] = Card(name_line=name.line, rank=PLAIN, root=root, marks=[price])
            taken.update(range(position, position + len(self._inside(root))))
        return taken

    def _begins(self, root: Element, name: Mark) -> bool:
        """Whether nothing but badges stands before a line in an element."""
        lines = self._page.lines[root.start : name.line.index]
        return all(BADGE.match(line.text) for line in lines)

    def _place(self, mark: Mark) -> None:
        """Find the smallest element around a mark that also holds a name."""
        index = mark.line.index
        branch = self._branch(mark)
        own = self._own_name(mark, branch)
        if own is not None:
            self._cards.setdefault(index, own).marks.append(mark)
            return
        below: Element | None = None  # set above the branch: the part of the element that the mark stands in
        for element in mark.line.element.ancestors():
            found = self._ranks.before(element.start, index)
            if found is None and element is branch:
                if self._place_by_picture(mark, branch):
                    return
                found = self._name_in_branch(mark, branch)
            if found is not None:
                self._place_at(mark, found, element, below)
                return
            if below is not None or element is branch:
                below = element
        self._place_in_row(mark, branch)

    def _place_at(self, mark: Mark, found: tuple[int, int], element: Element, below: Element | None) -> None:
        """Put a mark to the name found in an element, unless that name is another's."""
        index = mark.line.index
        if self._is_flat(element, index, found[1]):
            found = self._nearest(element.start, index) or found
        if self._is_anothers(found[1], index):
            self._place_plainly(mark, found[1])
        elif not self._is_elsewhere(found, index) and not (below and self._in_twin(found[1], below)):
            self._put(mark, found, element)

    def _place_in_row(self, mark: Mark, branch: Element) -> None:
        """Put a mark that no heading names to the first line of its block in a row of blocks."""
        for element, found in self._rows_of_plain_names(mark, branch):
            self._put(mark, found, element)
            return
        card = self.by_period(mark)
        if card is not None:
            self._put(mark, (PLAIN, card.name_line.index), card.root)

    def _name_in_branch(self, mark: Mark, branch: Element) -> tuple[int, int] | None:
        found = self._ranks.after(mark.line.index, branch.end)
        if found is None and not self._is_listed(mark, branch):
            found = self._unmarked_name(branch, mark.line.index)
        return found

    def _place_plainly(self, mark: Mark, beyond: int) -> None:
        """Take the first line of the largest element around a mark that leaves out a name which is not its own."""
        around = [e for e in mark.line.element.ancestors() if e.start > beyond and e.end - e.start > 1]
        line = first_name(self._page, around[-1].start, mark.line.index) if around else None
        if line is not None:
            self._put(mark, (PLAIN, line.index), around[-1])

    def _put(self, mark: Mark, found: tuple[int, int], element: Element) -> None:
        rank, name = found
        heading = self._page.lines[name].element
        if heading.tag in HEADINGS and self._ranks[heading.start] is not None:
            name = heading.start  # the first line of a heading of several names it
        card = self._cards.get(name)
        if card is None:
            self._cards[name] = Card(name_line=self._page.lines[name], rank=rank, root=element, marks=[mark])
            return
        card.marks.append(mark)
        if element.start <= card.root.start and element.end >= card.root.end:
            card.root = element

    def _place_by_picture(self, mark: Mark, branch: Element) -> bool:
        """Take the name in a card's picture, where the cards beside it show other names."""
        if self._ranks.after(mark.line.index, branch.end) is not None or self._is_listed(mark, branch):
            return False
        row = self._row(branch) if branch.tag not in ("body", "main") else []
        name = pictured_name(branch) if len(row) > 1 else None
        if name is None or self._told_in(row, "picture")[name] > 1:
            return False
        key = -branch.start - 1  # no line of the page holds it
        card = self._cards.setdefault(
            key, Card(name_line=Line(branch.start, name, branch, []), rank=NAMED, root=branch)
        )
        card.marks.append(mark)
        return True

    def _branch(self, mark: Mark) -> Element:
        """The largest element around a mark in which no other price contradicts it: the card, if there are several."""
        element = mark.line.element
        known = 1
        while element.parent is not None:
            inside = self._inside(element.parent)
            if len(inside) > known:
                if len({m.kind for m in inside}) > 1 or conflicts([m for m in inside if m.kind == "price"]):
                    return element
                known = len(inside)
            element = element.parent
        return element

    def _inside(self, element: Element) -> list[Mark]:
        return self._marks[bisect_left(self._positions, element.start) : bisect_left(self._positions, element.end)]

    def _own_name(self, mark: Mark, branch: Element) -> Card | None:
        """The card of a heading that both names a plan and tells its price: "Free", with no other name above it."""
        index = mark.line.index
        ranks = self._ranks
        rank = ranks[index] if mark.kind != "price" and ranks.is_heading(index) else None
        if rank is None:
            return None
        if not mark.named and any(ranks[i] is not None for i in range(min(branch.start, max(index - 1, 0)), index)):
            return None
        around = (e for e in mark.line.element.ancestors() if e.end - e.start > 1 and e.tag not in ("header", "hgroup"))
        return Card(name_line=mark.line, rank=rank, root=next(around, mark.line.element))

    def _unmarked_name(self, branch: Element, index: int) -> tuple[int, int] | None:
        if branch.tag in ("body", "main"):  # any line may stand above: only the price's own line can name it
            line = plain_name(self._page, index, index)
        elif branch.end - branch.start > 1:
            line = first_name(self._page, branch.start, index) or plain_name(self._page, branch.start, index)
            if line is None and len(self._row(branch)) > 1:
                line = name_below(self._page, branch, index)
        else:
            line = plain_name(self._page, branch.start, index)
        return None if line is None else (PLAIN, line.index)

    def _rows_of_plain_names(self, mark: Mark, branch: Element) -> Iterator[tuple[Element, tuple[int, int]]]:
        """Blocks side by side that tell prices of other terms ("Subscription $45 / month", "Licence $900 once")."""
        for element in mark.line.element.ancestors():
            if element is branch:
                return
            row = self._row(element) if element.end - element.start > 1 else []
            if len(row) > 1 and (line := first_name(self._page, element.start, mark.line.index)) is not None:
                names = self._told_in(row, "line")
                if not names[None] and names[line.text] == 1:
                    yield element, (PLAIN, line.index)

    def by_period(self, mark: Mark) -> Card | None:
        """The block of an offer that is called by how long it lasts, in a row of such blocks."""
        for element in mark.line.element.ancestors():
            line = period_name(self._page, element.start, mark.line.index)
            if line is None or len(self._row(element)) < 2:
                continue
            return Card(name_line=line, rank=PLAIN, root=element, marks=[mark])
        return None

    def _row(self, element: Element) -> list[Element]:
        """The elements beside one, and itself, that are of its tag and hold a price."""
        if element.parent not in self._priced:
            rows: dict[str, list[Element]] = {}
            at = self._positions
            for child in self._page.children_of(element.parent):
                if bisect_left(at, child.start) < bisect_left(at, child.end):
                    rows.setdefault(child.tag, []).append(child)
            self._priced[element.parent] = rows
        return self._priced[element.parent].get(element.tag, [])

    def _told_in(self, row: list[Element], how: Literal["picture", "line"]) -> Counter[str | None]:
        """How often each name is told by the pictures or by the first lines of a row's elements."""
        key = (row[0], how)
        if key not in self._names:
            if how == "picture":
                self._names[key] = Counter(pictured_name(element) for element in row)
            else:
                lines = (first_name(self._page, element.start, element.end) for element in row)
                self._names[key] = Counter(line.text if line else None for line in lines)
        return self._names[key]

    def _is_listed(self, mark: Mark, branch: Element) -> bool:
        """Whether a price is an entry in a list of features of something that has its price outside the list."""
        outer = branch.parent
        if outer is None or not _in_list(mark, outer):
            return False
        return any(not _in_list(m, outer) for m in self._inside(outer))

    def _is_flat(self, element: Element, index: int, name: int) -> bool:
        """Whether several plans follow each other in this element without elements of their own."""
        others = [p for p in self._positions if element.start <= p < element.end and not name <= p <= index]
        if not others:
            return False
        ranks = self._ranks
        return others[0] < name or any(ranks[i] is not None for i in range(index + 1, others[-1]))

    def _nearest(self, start: int, index: int) -> tuple[int, int] | None:
        """The nearest heading before a mark, and the one right above it if that ranks higher (name over tag line)."""
        ranks = self._ranks
        for position in range(index, start - 1, -1):
            rank = ranks[position]
            if rank is None:
                continue
            above = ranks[position - 1] if position > start and position - 1 not in ranks.marked else None
            if above is not None and above < rank and (above >= 3 or rank == AUDIENCE):
                return above, position - 1
            return rank, position
        return None

    def _in_twin(self, name: int, below: Element) -> bool:
        """Whether a name belongs to the card beside the one that a mark stands in."""
        beside = next((e for e in self._page.children_of(below.parent) if e.start <= name < e.end), None)
        if beside is None or beside is below or beside.tag != below.tag or not shared_words(beside, below):
            return False
        return bool(self._inside(beside))

    def _is_elsewhere(self, found: tuple[int, int], index: int) -> bool:
        """Whether a name stands in a part of the page that has ended before a mark."""
        rank, name = found
        if name > index or rank == PLAIN:
            return False
        start = max(name + 1, self._page.lines[name].element.end if rank < NAMED else 0)
        for level in range(1, min(rank, _CLOSING_LEVEL) + 1):
            closing = self._closing_headings()[level]
            if bisect_left(closing, start) < bisect_left(closing, index):
                return True
        return False

    def _is_anothers(self, name: int, index: int) -> bool:
        """Whether a name heads an entry in a row of entries, none of which a mark stands in."""
        if name not in self._rows:
            self._rows[name] = self._row_of(self._page.lines[name])
        entry = self._rows[name]
        return entry is not None and not entry.start <= index < entry.end

    def _closing_headings(self) -> dict[int, list[int]]:
        """By level, the headings that name no plan and say what another part of the page is about."""
        if self._closing is None:
            self._closing = defaultdict(list)
            for line in self._page.lines:
                level = HEADINGS.get(line.element.tag)
                if level is None or level > _CLOSING_LEVEL or line.index in self._ranks.marked:
                    continue
                text = line.text
                if len(text.split()) <= 2 or _DIGIT.search(text) or PRICE_LABEL.search(text):
                    continue
                if self._ranks[line.index] is None:
                    self._closing[level].append(line.index)
        return self._closing

    def _row_of(self, line: Line) -> Element | None:
        """The entry that a heading heads in a row of such entries with text of their own; None if there is no row."""
        tag = line.element.tag
        if tag not in HEADINGS:
            return None
        lines = self._page.lines
        for element in line.element.ancestors():
            own = lines[line.index + 1 : element.end]
            if len(own) < 2 and not any(len(ln.text.split()) > _SENTENCE_WORDS for ln in own):
                continue
            if self._is_entry(element, tag):
                return element
        return None

    def _is_entry(self, element: Element, heading: str) -> bool:
        """Whether an element is one of several alike that have headings of the same level."""
        key = (element.parent, element.tag, element.label, heading)
        if key not in self._entries:
            lines = self._page.lines
            headed = 0
            for other in self._page.children_of(element.parent):
                if other.tag == element.tag and other.end - other.start > 1 and shared_words(other, element):
                    headed += any(line.element.tag == heading for line in lines[other.start : other.end])
            self._entries[key] = headed >= _ROW
        return self._entries[key]


def conflicts(prices: list[Mark]) -> bool:
    """Whether prices under one name cannot be prices of one plan: same term, other amount."""
    seen: dict[Term, object] = {}
    for mark in prices:
        money = mark.amounts[0]
        if money.qualifier in ("struck", "promotional"):
            continue
        if money.term in seen and seen[money.term] != money.amount:
            return True
        seen[money.term] = money.amount
    return False


def _costs_nothing(mark: Mark) -> bool:
    return mark.kind == "price" and all(money.amount == 0 for money in mark.amounts)


def _in_list(mark: Mark, outer: Element) -> bool:
    for element in mark.line.element.ancestors():
        if element is outer:
            return False
        if element.tag == "li":
            return True
    return False
