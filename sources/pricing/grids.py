"""Comparison grids that are made of other elements than a table's: rows of cells, or one container of cells."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice, pairwise

from .context import MoneyContext
from .names import clean_name
from .page import Element, Line, VisiblePage, fold
from .plans import Mark, mark_of
from .tables import MAX_COLUMNS, MAX_ROWS, Cell, Table, make_cell
from .words import words

_TABLE_TAGS = words("table thead tbody tfoot tr td th")
_NO_CELL = words("script style template svg img noscript br hr input")
_HEADER_LINES = 14
_CELL_LINES = 4
_CELL_CHARS = 160
_GAP = 3
"""Lines between two rows of one grid: the heading of a section, or the label above a row of values."""
_LEVELS = 4
_FEWEST_ROWS = 3
_MAX_ELEMENTS = 20_000


class _Row:
    """An element whose children are cells."""

    __slots__ = ("cells", "element", "tallest")

    def __init__(self, element: Element, cells: list[Element]) -> None:
        self.element = element
        self.cells = cells
        self.tallest = max(cell.end - cell.start for cell in cells)


def find_grids(page: VisiblePage, marks: list[Mark], context: MoneyContext) -> list[Table]:
    """Runs of elements that have the same number of short children each: a header and at least two rows.

    Pages without two prices have no plans to compare, and pages of very many elements are not looked through.
    """
    if len(marks) < 2 or len(page.elements) > _MAX_ELEMENTS:
        return []
    by_line = {m.line.index: m for m in marks}
    grids = []
    for run in _runs(_rows(page)):
        rows = [_cells(page, row, by_line, context) for row in run[:MAX_ROWS]]
        if len(run) > MAX_ROWS:
            page.cut = True
        labels = [label for one, other in pairwise(run) if (label := _label_above(page, one, other)) is not None]
        if len(labels) == len(run) - 1 and _all_named(rows[0]):
            corner = Cell(run[0].element, "", "", ())
            rows = [
                [corner, *rows[0]],
                *([_line_cell(label), *row] for label, row in zip(labels, rows[1:], strict=False)),
            ]
        grids.append(Table(element=_around(run), rows=rows, columns={}, price_rows=set(), header=0, real=False))
    return grids


def _rows(page: VisiblePage) -> list[_Row]:
    children: dict[Element, list[Element]] = defaultdict(list)
    for element in islice(page.elements, 1, None):
        if element.parent is not None:
            children[element.parent].append(element)
    found = []
    for element in page.elements:
        if element.tag in _TABLE_TAGS or element.end - element.start > _HEADER_LINES * MAX_COLUMNS:
            continue
        cells = children.get(element, [])
        if sum(cell.end - cell.start for cell in cells) != element.end - element.start:
            cells = _mixed(page, element, cells)
        if 2 <= len(cells) <= MAX_COLUMNS and cells[0].tag not in _TABLE_TAGS:
            row = _Row(element, cells)
            if row.tallest <= _HEADER_LINES:
                found.append(row)
    return found


def _mixed(page: VisiblePage, element: Element, blocks: list[Element]) -> list[Element]:
    """The cells of a row where some are inline elements; none where text stands between them."""
    own = [line for line in page.lines[element.start : element.end] if line.element is element]
    if len(own) > 2 or sum(len(line.parts) for line in own) < (1 if blocks else 2):
        return []
    if any(node.mem_id == element.node.mem_id for line in own for text, node in line.parts if text.strip()):
        return []
    known = {block.node.mem_id: block for block in blocks}
    cells: list[Element] = []
    ordinal = 0
    child = element.node.first_child
    while child is not None and len(cells) <= MAX_COLUMNS:
        tag = child.tag or ""
        if tag and tag[0] not in "-!":
            ordinal += 1
            if tag not in _NO_CELL:
                cells.append(known.get(child.mem_id) or Element(child, tag, element, ordinal, element.start))
        child = child.next
    return cells


def _runs(rows: list[_Row]) -> list[list[_Row]]:
    """Rows of the same number of cells that follow each other closely in one part of the page."""
    runs = []
    open_runs: dict[int, list[_Row]] = {}
    for row in rows:
        width = len(row.cells)
        run = open_runs.get(width)
        if run is not None:
            last = run[-1].element
            if row.element.start < last.end:
                continue  # a row in a cell of the row before
            if row.tallest <= _CELL_LINES and row.element.start - last.end <= _GAP and _near(last, row.element):
                run.append(row)
                continue
        open_runs[width] = [row]
        runs.append(open_runs[width])
    return [run for run in runs if len(run) >= _FEWEST_ROWS]


def _near(one: Element, other: Element) -> bool:
    around = set(islice(one.ancestors(), 1, _LEVELS + 1))
    return any(each in around for each in islice(other.ancestors(), 1, _LEVELS + 1))


def _around(run: list[_Row]) -> Element:
    last = run[-1].element
    return next(
        (
            e
            for e in run[0].element.ancestors()
            if e.start <= run[0].element.start and e.end >= last.end and e is not run[0].element
        ),
        run[0].element,
    )


def _cells(page: VisiblePage, row: _Row, by_line: dict[int, Mark], context: MoneyContext) -> list[Cell]:
    return [_cell(page, each, by_line, context) for each in row.cells]


def _cell(page: VisiblePage, element: Element, by_line: dict[int, Mark], context: MoneyContext) -> Cell:
    if element.end > element.start or element.node.first_child is None:
        return make_cell(page, element, by_line)
    text = fold(element.node.text())[:_CELL_CHARS]
    if not text:
        return Cell(element, "", "", ())
    mark = mark_of(Line(element.start, text, element, [(text, element.node)]), context)
    return Cell(element, text, text, () if mark is None else (mark,))


def _line_cell(line: Line) -> Cell:
    return Cell(line.element, line.text, line.text, ())


def _label_above(page: VisiblePage, before: _Row, row: _Row) -> Line | None:
    """The line right above a row of values, where the row itself has no label."""
    if row.element.start <= before.element.end:
        return None
    line = page.lines[row.element.start - 1]
    return line if len(line.text) <= _CELL_CHARS else None


def _all_named(cells: list[Cell]) -> bool:
    names = [clean_name(cell.first) for cell in cells]
    return all(names) and len(set(names)) == len(names)
