"""`detente sources`: what is read from a page now, and how to make it better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli import screen
from cli.screen import say, write_json
from cli.words import JsonOption, WorkspaceOption, the_workspace
from detente.records import ReadStatus
from flows.look import Before, Look, look
from sources.comparison import Cell, Mark, Row, compared
from sources.suggest import toml_lines

NOT_READ = 3
"""As for a run in which some pages could not be read."""

_SIGN: Mapping[Mark, str] = {Mark.SAME: "=", Mark.CHANGED: "~", Mark.ADDED: "+", Mark.GONE: "-"}
_STYLE: Mapping[Mark, str] = {Mark.SAME: "dim", Mark.CHANGED: "yellow", Mark.ADDED: "green", Mark.GONE: "red"}
_HEAD: Mapping[str, str] = {"prices": "plan", "features": "feature", "entries": "entry", "blocks": "under"}
# Prices are what a look is for; of the rest, what is the same is only counted.
_ALWAYS = "prices"
_ROWS = 40
_CELL = 200

app = typer.Typer(
    name="sources",
    help="What is read from a page now, and selectors that would read it better.\n\n"
    "Example: detente sources test globex/pricing",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("test")
def look_at(
    page: Annotated[str, typer.Argument(help="The page, as <competitor>/<name>.")],
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A saved page that is read instead of fetching it.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all that is the same, too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reads a page as it is now, and shows it beside what is known of it; nothing is kept.

    Where nothing is read, or prices need review, it suggests lines for the competitor's file. Ends with 3 where
    nothing was read.

    Example: detente sources test globex/pricing
    """
    loaded = the_workspace(workspace)
    found = look(loaded, loaded.page(page), file)
    rows = compared(found.before.observations, found.reading.observations)
    if as_json:
        write_json(_json(found, rows))
    else:
        _show(found, rows, everything=everything)
    if found.reading.status != ReadStatus.READ:
        raise typer.Exit(NOT_READ)


def _json(found: Look, rows: list[Row]) -> dict[str, Any]:
    reading = found.reading
    return {
        "page": found.page.page_id,
        "url": found.url,
        "reader": reading.reader,
        "status": reading.status.value,
        "reason": reading.reason,
        "how": reading.how,
        "before": {"source": found.before.source, "at": found.before.at},
        "rows": [asdict(row) for row in rows],
        "suggested": [{"selectors": dict(one.selectors), "reads": one.reads} for one in found.suggested],
    }


def _show(found: Look, rows: list[Row], *, everything: bool) -> None:
    reading = found.reading
    by = f", by {reading.how}" if reading.how else ""
    screen.data.print(escape(f"{found.page.page_id}: {reading.status.value}{by}"), soft_wrap=True)
    if reading.reason:
        screen.data.print(escape(reading.reason), soft_wrap=True)
    for name in _HEAD:
        of_table = [row for row in rows if row.table == name]
        if of_table:
            _show_table(name, of_table, found.before, everything=everything)
    screen.data.print()
    counts = [f"{sum(row.mark is mark for row in rows)} {mark.value}" for mark in Mark]
    screen.data.print(f"{', '.join(counts)}; {_source(found.before)}", soft_wrap=True)
    _show_suggested(found)


def _show_table(name: str, rows: list[Row], before: Before, *, everything: bool) -> None:
    shown = [row for row in rows if everything or name == _ALWAYS or row.mark is not Mark.SAME]
    same = len(rows) - len(shown)
    cut = shown if everything else shown[:_ROWS]
    screen.data.print()
    if cut:
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("", no_wrap=True)
        table.add_column(_HEAD[name], overflow="fold", ratio=2)
        table.add_column(_column(before), overflow="fold", ratio=3)
        table.add_column("now", overflow="fold", ratio=3)
        width = max(len(cell.amount) for row in cut for cell in (row.before, row.now) if cell is not None)
        for row in cut:
            cells = (_SIGN[row.mark], row.what[:_CELL], _aligned(row.before, width), _aligned(row.now, width))
            table.add_row(*(escape(screen.one_line(cell)) for cell in cells), style=_STYLE[row.mark])
        screen.data.print(table, width=min(screen.data.width, 120))
    if len(shown) > len(cut):
        screen.data.print(f"… and {len(shown) - len(cut)} more {name}; --all shows them")
    if same:
        screen.data.print(f"= {same} {name} are the same; --all shows them")


def _aligned(cell: Cell | None, width: int) -> str:
    if cell is None:
        return ""
    return f"{cell.amount:>{width}} {cell.words}"[: _CELL + width] if width else cell.words[:_CELL]


def _column(before: Before) -> str:
    day = f" {before.at:%Y-%m-%d}" if before.at else ""
    return {"published": f"known{day}", "snapshot": f"snapshot{day}", "nothing": "before"}[before.source]


def _source(before: Before) -> str:
    at = f"{before.at:%Y-%m-%d %H:%M} UTC" if before.at else ""
    return {
        "published": f"beside what the newest build believes, last seen {at}",
        "snapshot": f"beside the newest snapshot, of {at}, read again",
        "nothing": "nothing was known of this page before",
    }[before.source]


def _show_suggested(found: Look) -> None:
    page = found.page
    if found.suggested:
        file = f"competitors/{page.competitor}.toml"
        for number, one in enumerate(found.suggested):
            said = f"# or: {one.reads}" if number else f"# below the page's table in {file}: {one.reads}"
            screen.data.print()
            for line in (said, *toml_lines(one.selectors)):
                screen.data.print(escape(line), soft_wrap=True)
        if page.selectors and found.reading.status != ReadStatus.READ:
            screen.data.print()
            kept = "# and the ones you have, for the versions in the archive that they fit"
            for line in (kept, *toml_lines(page.selectors, "[[pages.earlier_selectors]]")):
                screen.data.print(escape(line), soft_wrap=True)
    elif found.reading.status != ReadStatus.READ and not page.reader:
        slug = page.competitor.replace("-", "_")
        say(
            f"no selectors were found that would read this page; a reader of your own may: "
            f"`detente readers new {slug} --kind {page.kind} --from-page {page.page_id}`"
        )
