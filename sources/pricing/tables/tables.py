"""Tables as rows of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sources.pricing.page import Element, VisiblePage
from sources.pricing.plans import Mark, Plan
from sources.pricing.words import BADGE

MAX_ROWS = 400
MAX_TABLES = 200
MAX_COLUMNS = 24
PRICE_SPARE = 4
"""Words that may stand beside a price in a cell that tells a price and little else."""

_NO_MARKS: tuple[Mark, ...] = ()


class Cell:
    """One cell: its element, its text, the text's first line that is no badge, and the marks in it."""

    __slots__ = ("element", "first", "marks", "priced", "text")

    def __init__(self, element: Element, text: str, first: str, marks: Sequence[Mark]) -> None:
        self.element = element
        self.text = text
        self.first = first
        self.marks = marks
        self.priced = len(marks) > 0 and any(m.kind != "price" or m.spare <= PRICE_SPARE for m in marks)
        """It tells a price and little else."""


@dataclass(kw_only=True, slots=True)
class Table:
    """A table as rows of cells, and the plans that its columns or rows are.

    Attributes:
        element: The table, or the part of the page that holds a grid's rows.
        rows: Its cells; one that spans several columns or rows stands in each of them.
        columns: The plan that a column is.
        price_rows: Rows that were read as prices.
        header: The row with the names.
        real: It is a `<table>`.
        groups: What the row above the names calls each column's group.
    """

    element: Element
    rows: list[list[Cell]]
    columns: dict[int, Plan]
    price_rows: set[int]
    header: int
    real: bool = True
    groups: dict[int, str | None] = field(default_factory=dict)


def find_tables(page: VisiblePage, marks: list[Mark]) -> list[Table]:
    """Every table of the page as a grid; tables that only lay out others are left out."""
    by_line: dict[int, Mark] = {m.line.index: m for m in marks}
    tables: list[Table] = []
    for position, element in enumerate(page.elements):
        if element.tag == "table" and element.end - element.start >= 3:
            if len(tables) >= MAX_TABLES:
                page.cut = True
                break
            rows = _grid(page, position, by_line)
            if len(rows) >= 2 and max(map(len, rows)) >= 2:
                tables.append(Table(element=element, rows=rows, columns={}, price_rows=set(), header=0))
    return tables


def _grid(page: VisiblePage, position: int, by_line: dict[int, Mark]) -> list[list[Cell]]:
    table = page.elements[position]
    filling = _Filling(table)
    inside: set[Element | None] = {table}
    elements = page.elements
    for index in range(position + 1, len(elements)):
        element = elements[index]
        if element.parent not in inside:
            break
        tag = element.tag
        inside.add(element)
        if tag == "td" or tag == "th":
            if element.parent is filling.element:
                filling.add(element, make_cell(page, element, by_line))
        elif tag == "tr":
            if len(filling.rows) >= MAX_ROWS:
                page.cut = True
                break
            filling.next_row(element)
        elif tag == "table":
            return []
    filling.next_row(None)
    return filling.rows


class _Filling:
    """Puts the cells of a table into rows, those that span several into each."""

    __slots__ = ("_hanging", "_high", "_wide", "element", "rows")

    def __init__(self, table: Element) -> None:
        self._wide = table.node.css_first("[colspan]") is not None
        self._high = table.node.css_first("[rowspan]") is not None
        self._hanging: dict[int, tuple[Cell, int]] = {}
        self.rows: list[list[Cell]] = []
        self.element: Element | None = None

    def next_row(self, element: Element | None) -> None:
        """End the row and begin the next one."""
        if self._hanging and self.rows:
            self._hang()
        self.element = element
        if element is not None:
            self.rows.append([])

    def add(self, element: Element, cell: Cell) -> None:
        """Put a cell at the end of the row, after those that hang down there from the rows above."""
        if self._hanging:
            self._hang()
        row = self.rows[-1]
        wide = _span(element, "colspan") if self._wide else 1
        if len(row) + wide > MAX_COLUMNS:
            return
        if self._high and (high := _span(element, "rowspan")) > 1:
            self._hanging.update({len(row) + n: (cell, high - 1) for n in range(wide)})
        row += [cell] * wide

    def _hang(self) -> None:
        row = self.rows[-1]
        while len(row) in self._hanging:
            cell, left = self._hanging.pop(len(row))
            if left > 1:
                self._hanging[len(row)] = (cell, left - 1)  # for the next row: this one has passed the column
            row.append(cell)


def _span(cell: Element, name: str) -> int:
    span = cell.node.attributes.get(name)
    return max(1, int(span)) if span and span.isascii() and span.isdigit() and len(span) < 3 else 1


def make_cell(page: VisiblePage, element: Element, by_line: dict[int, Mark]) -> Cell:
    """A cell from the lines of its element."""
    start, end = element.start, element.end
    if end - start == 1:
        text = page.lines[start].text
        mark = by_line.get(start)
        return Cell(element, text, text, _NO_MARKS if mark is None else (mark,))
    if end == start:
        return Cell(element, "", "", _NO_MARKS)
    lines = page.lines[start:end]
    text = " ".join(line.text for line in lines)
    first = next((line.text for line in lines if not BADGE.match(line.text)), lines[0].text)
    return Cell(element, text, first, [by_line[i] for i in range(start, end) if i in by_line])


def is_full_width(row: list[Cell]) -> bool:
    """Whether one cell fills a row: the heading of a section."""
    return len(row) < 2 or row[0] is row[-1]


def alt_texts(cell: Cell) -> list[str]:
    """What the images of a cell without text say in words."""
    if cell.text:
        return []
    return [node.attributes.get("alt") or "" for node in cell.element.node.css("img[alt]")[:3]]
