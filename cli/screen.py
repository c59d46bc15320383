"""What people and programs see: data on standard output, talk on standard error, a bar where somebody watches."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from textwrap import TextWrapper
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from detente.records import Observation, PageText, PlanFeature, PlanPrice, Reading, ReleaseEntry, Summary

talk = Console(stderr=True, highlight=False, soft_wrap=True)
data = Console(highlight=False)

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# A column of a table that is no wider than this is never folded: dates, amounts and names stay whole.
_WORTH_FOLDING = 20
# More bars than a small terminal has lines could not be redrawn.
_BARS_AT_ONCE = 8


def say(text: str) -> None:
    """A sentence of talk; what it holds is never read as markup. On a terminal words and links stay whole."""
    text = without_controls(text)
    if talk.is_terminal:
        wrap = TextWrapper(width=talk.width, break_long_words=False, break_on_hyphens=False)
        text = "\n".join(wrap.fill(line) for line in text.splitlines())
    talk.print(escape(text))


def without_controls(text: str) -> str:
    """A text of some lines as it can be shown: what would move the cursor or turn the line around is seen as �."""
    return _CONTROLS.sub("�", text)


class PlainLines:
    """Progress for logs: a line when a step begins."""

    def step(self, name: str, total: int | None = None) -> None:
        """Says what begins."""
        say(f"{name} …")

    def advance(self, by: int = 1) -> None:
        """Says nothing: a log wants no line per page."""


class Bars:
    """Progress for people: a bar per step."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def step(self, name: str, total: int | None = None) -> None:
        """Ends the bar before and begins another."""
        self._end()
        if len(self._bars.tasks) >= _BARS_AT_ONCE:
            self._bars.remove_task(self._bars.tasks[0].id)
        self._task = self._bars.add_task(escape(name), total=total)

    def advance(self, by: int = 1) -> None:
        """Moves the bar."""
        if self._task is not None:
            self._bars.advance(self._task, by)

    def _end(self) -> None:
        if self._task is not None:
            total = self._bars.tasks[-1].total
            self._bars.update(self._task, total=total or 1, completed=total or 1)


@contextmanager
def progress() -> Iterator[PlainLines | Bars]:
    """A bar on a terminal, plain lines elsewhere."""
    if not talk.is_terminal:
        yield PlainLines()
        return
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=talk) as bars:
        shown = Bars(bars)
        yield shown
        shown._end()


def show_summary(summary: Summary, *, as_json: bool) -> None:
    """What a run did, as a table or as JSON."""
    if as_json:
        write_json(asdict(summary))
        return
    table = Table(show_header=True, header_style="bold", box=None, pad_edge=False)
    for name in ("read", "unchanged", "not due", "changes", "failed"):
        table.add_column(name, justify="right")
    table.add_row(*map(str, (summary.read, summary.unchanged, summary.not_due, summary.changed, len(summary.failed))))
    print_whole(table)
    if summary.failed:
        failed = Table("page", "why it could not be read", box=None, header_style="bold", pad_edge=False)
        for page, reason in sorted(summary.failed.items()):
            failed.add_row(escape(page), escape(reason))
        data.print()
        print_whole(failed)
    for note in summary.notes:
        data.print(f"· {escape(note)}", soft_wrap=True)


def show_rows(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows as a table, or row by row where that is too wide; control characters are shown, not obeyed."""
    names = [cell(column) for column in columns]
    cells = [[cell(value) for value in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(names, *cells, strict=True)]
    if room() < sum(min(width, _WORTH_FOLDING) for width in widths) + 2 * (len(widths) - 1):
        _show_records(names, cells)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for position, (name, width) in enumerate(zip(names, widths, strict=True)):
        is_number = all(_is_number(row[position]) or row[position] is None for row in rows)
        justify: Literal["left", "right"] = "right" if rows and is_number else "left"
        table.add_column(escape(name), overflow="fold", no_wrap=width <= _WORTH_FOLDING, justify=justify)
    for row in cells:
        table.add_row(*map(escape, row))
    print_whole(table)


def room() -> int:
    """Columns of the terminal; a pipe or a file has as many as it takes."""
    return data.width if data.is_terminal or "COLUMNS" in os.environ else 100_000


def print_whole(table: Table) -> None:
    """A table as wide as there is room, and no blanks at the ends of its lines where a program reads them."""
    if data.is_terminal:
        data.print(table)
        return
    # a console never prints wider than it is, and one on a pipe takes itself to be 80 columns wide
    text = io.StringIO()
    Console(file=text, highlight=False, width=room()).print(table)
    data.file.write("".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines()))


def percent(share: float) -> str:
    """0.34 as `34 %`."""
    return f"{share:.0%}".replace("%", " %")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _show_records(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for position, row in enumerate(rows):
        if position:
            data.print()
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            table.add_row(escape(name), escape(value))
        print_whole(table)


def write_json(value: object) -> None:
    """JSON on standard output, as it is."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def cell(value: object) -> str:
    """A value as people write it, on one line."""
    match value:
        case None:
            return ""
        case bool():
            text = str(value).lower()
        case Decimal():
            text = format(value.normalize(), "f")
        case datetime():
            text = value.isoformat(sep=" ", timespec="seconds")
        case list() | tuple():
            text = ", ".join(map(cell, value))
        case _:
            text = str(value)
    return one_line(text)


def one_line(text: str) -> str:
    """A text as it can be shown: control characters are seen, not obeyed."""
    return "".join(char if char.isprintable() else "␣" if char in "\n\t" else "�" for char in text)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value) if value != value.to_integral() else int(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set | tuple):
        return list(value)
    return str(value)


def show_reading(reading: Reading) -> None:
    """What a reader saw, a line per observation with its verbatim text and place."""
    count = len(reading.observations)
    head = f"{reading.reader}: {reading.status.value}, {count} observation{'' if count == 1 else 's'}"
    data.print(escape(head + (f", by {reading.how}" if reading.how else "")))
    if reading.reason:
        data.print(escape(reading.reason), soft_wrap=True)
    columns: dict[type, tuple[str, ...]] = {
        PlanPrice: (
            "plan",
            "group",
            "amount",
            "currency",
            "period",
            "unit",
            "billing",
            "qualifier",
            "flags",
            "text",
            "place",
        ),
        PlanFeature: ("plan", "feature", "included", "limit", "unit", "text", "place"),
        ReleaseEntry: ("version", "title", "published_on", "kinds", "first_line", "link"),
        PageText: ("heading", "block", "place"),
    }
    for kind, names in columns.items():
        found = [one for one in reading.observations if isinstance(one, kind)]
        if found:
            data.print()
            rows = [[_shown(one, name) for name in names] for one in found]
            # a column in which nothing stands only takes room
            used = [place for place in range(len(names)) if any(row[place] not in (None, "") for row in rows)]
            show_rows([names[place] for place in used], [[row[place] for place in used] for row in rows])


def _shown(observation: Observation, name: str) -> object:
    if name == "flags":
        flags = [flag for flag in ("custom", "free", "addon", "needs_review") if getattr(observation, flag)]
        return " ".join(flags).replace("needs_review", f"needs review: {getattr(observation, 'note', '')}")
    value = getattr(observation, name)
    if name == "limit" and getattr(observation, "unlimited", False):
        return "unlimited"
    return ", ".join(value) if isinstance(value, tuple) else value
