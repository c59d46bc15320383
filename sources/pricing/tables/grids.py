"""Comparison grids that are made of other elements than a table's: rows of cells, or one container of cells."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import islice, pairwise

from sources.pricing.context import MoneyContext
from sources.pricing.names import clean_name
from sources.pricing.page import Element, Line, VisiblePage, fold
from sources.pricing.plans import Mark, Plan, bare, mark_of
from sources.pricing.words import words

from .tables import MAX_COLUMNS, MAX_ROWS, Cell, Table, make_cell

_TABLE_TAGS = words("table thead tbody tfoot tr td th")
_NO_ROW = words("table thead tbody tfoot tr td th body main")
_NO_CELL = words("script style template svg img noscript br hr input")
_HEADER_LINES = 14
_CELL_LINES = 4
_CELL_CHARS = 160
_GAP = 3
"""Lines between two rows of one grid: the heading of a section, or the label above a row of values."""
_LEVELS = 4
_NAME_CHARS = 60
_SPANNING = re.compile(r"col-span|grid-column|colspan")
_FEWEST_ROWS = 3
_FEWEST_INLINE = 3
_MOST_WAYS = 3
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
        rows = _labelled(page, run, rows) or rows
        grids.append(Table(element=_around(run), rows=rows, columns={}, price_rows=set(), header=0, real=False))
    return grids


def flat_grids(page: VisiblePage, plans: list[Plan], marks: list[Mark]) -> list[Table]:
    """Containers that hold all cells of a comparison, row after row, under cells with the names of known plans.

    Args:
        page: The page.
        plans: What was read of it already.
        marks: Lines that tell a price.
    """
    names = {bare(plan.name) for plan in plans if not plan.addon}
    if len(names) < 2 or len(page.elements) > _MAX_ELEMENTS:
        return []
    named = [line for line in page.lines if len(line.text) <= _NAME_CHARS and bare(line.text) in names]
    by_line = {m.line.index: m for m in marks}
    grids: list[Table] = []
    known: set[Element] = set()
    for one, other in pairwise(named):
        beside = {each.parent for each in islice(other.element.ancestors(), _LEVELS)}
        holder = next((each.parent for each in islice(one.element.ancestors(), _LEVELS) if each.parent in beside), None)
        if holder is None or holder in known or holder.tag in _TABLE_TAGS:
            continue
        known.add(holder)
        rows = _chunked(page, page.children_of(holder), names, by_line)
        if len(rows) >= _FEWEST_ROWS:
            grids.append(Table(element=holder, rows=rows, columns={}, price_rows=set(), header=0, real=False))
    return grids


def _chunked(page: VisiblePage, cells: list[Element], names: set[str], by_line: dict[int, Mark]) -> list[list[Cell]]:
    """The cells of a container as rows, if they make full ones below the row with the names; else no row."""
    named = [
        n for n, cell in enumerate(cells) if any(bare(ln.text) in names for ln in page.lines[cell.start : cell.end])
    ]
    if len(named) < 2 or named != list(range(named[0], named[0] + len(named))) or not named[0]:
        return []
    width = len(named) + 1
    body = [cell for cell in cells[named[0] - 1 :] if not _SPANNING.search(_layout(cell))]
    if width > MAX_COLUMNS or len(body) % width or len(body) > width * MAX_ROWS:
        return []
    if any(cell.end - cell.start > _CELL_LINES for cell in body[width:]):
        return []
    return [[make_cell(page, cell, by_line) for cell in body[n : n + width]] for n in range(0, len(body), width)]


def _layout(cell: Element) -> str:
    return f"{cell.node.attributes.get('class') or ''} {cell.node.attributes.get('style') or ''}"


def columns_apart(page: VisiblePage, plans: list[Plan], marks: list[Mark]) -> list[tuple[Plan, Element]]:
    """Lists that stand apart from the cards, one per plan and in their order; none where any plan has features."""
    known = [plan for plan in plans if not plan.addon]
    if len(known) < 2 or any(p.features or p.group for p in known) or len(page.elements) > _MAX_ELEMENTS:
        return []
    told = {m.line.index for m in marks}
    for around in page.elements:
        columns = page.children_of(around)
        if len(columns) != len(known) or around.tag in ("ul", "ol", *_TABLE_TAGS):
            continue
        if all(_is_list(page, each, told) for each in columns):
            return list(zip(known, columns, strict=True))
    return []


def _is_list(page: VisiblePage, element: Element, told: set[int]) -> bool:
    lines = range(element.start, element.end)
    items = sum(1 for n in lines if any(e.tag == "li" for e in islice(page.lines[n].element.ancestors(), 2)))
    return items >= 2 and items * 3 >= 2 * len(lines) and not any(n in told for n in lines)


def _rows(page: VisiblePage) -> list[_Row]:
    found = []
    for element in page.elements:
        if element.tag in _NO_ROW or element.end - element.start > _HEADER_LINES * MAX_COLUMNS:
            continue
        cells = page.children_of(element)
        if not cells and (element.end - element.start != 1 or len(page.lines[element.start].parts) < _FEWEST_INLINE):
            continue
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
    """Rows of the same number of cells that follow each other closely in one part of the page.

    Where a section's rows are as many as their cells, the section looks like a row of the grid itself: both ways are
    followed, and of the runs that share rows the one with most on a level is the grid.
    """
    open_runs: dict[int, list[list[_Row]]] = defaultdict(list)
    done: list[list[_Row]] = []
    for row in rows:
        runs = open_runs[len(row.cells)]
        taken = False
        holders = []
        for run in runs:
            last = run[-1].element
            if row.element.start < last.end:
                holders.append(run)
            elif row.tallest <= _CELL_LINES and row.element.start - last.end <= _GAP and _near(last, row.element):
                run.append(row)
                taken = True
        if holders and not taken and len(runs) < _MOST_WAYS:
            innermost = min(holders, key=lambda run: run[-1].element.end - run[-1].element.start)
            runs.append([*innermost[:-1], row])
        elif not holders and not taken:
            if row.tallest <= _CELL_LINES or len(runs) >= _MOST_WAYS:
                done += runs
                runs.clear()
            runs.append([row])
    every = [*done, *(run for runs in open_runs.values() for run in runs)]
    return _longest([run for run in every if len(run) >= _FEWEST_ROWS])


def _longest(runs: list[list[_Row]]) -> list[list[_Row]]:
    """The runs, in order, without those that share a row with one that has more rows on one level of the page."""
    used: set[Element] = set()
    kept = []
    for run in sorted(runs, key=lambda run: (_on_one_level(run), len(run)), reverse=True):
        if not any(row.element in used for row in run):
            used.update(row.element for row in run)
            kept.append(run)
    return sorted(kept, key=lambda run: run[0].element.start)


def _on_one_level(run: list[_Row]) -> int:
    levels = Counter(sum(1 for _ in row.element.ancestors()) for row in run)
    return max(levels.values())


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


def _labelled(page: VisiblePage, run: list[_Row], rows: list[list[Cell]]) -> list[list[Cell]]:
    """Rows of nothing but values with the line above each as its label, from the row of names on; else no row."""
    labels = [_line_above(page, one, other) for one, other in pairwise(run[: len(rows)])]
    start = max((n for n, label in enumerate(labels, 1) if label is None), default=0)
    while start < len(rows) and not _all_named(rows[start]):
        start += 1
    if len(rows) - start < _FEWEST_ROWS:
        return []
    below = zip(labels[start:], rows[start + 1 :], strict=True)
    header = [Cell(run[start].element, "", "", ()), *rows[start]]
    return [header, *([Cell(line.element, line.text, line.text, ()), *row] for line, row in below if line is not None)]


def _line_above(page: VisiblePage, before: _Row, row: _Row) -> Line | None:
    if row.element.start <= before.element.end:
        return None
    line = page.lines[row.element.start - 1]
    return line if len(line.text) <= _CELL_CHARS else None


def _all_named(cells: list[Cell]) -> bool:
    names = [clean_name(cell.first) for cell in cells]
    return all(names) and len(set(names)) == len(names)
