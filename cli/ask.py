"""`detente sql`, `export` and `extract`: questions, and what a reader sees."""

from __future__ import annotations

import asyncio
import csv
import sys
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from cli.screen import say, show_reading, show_rows, write_json
from cli.words import WorkspaceOption, the_workspace
from detente.clock import SystemClock
from detente.errors import UsageError
from detente.records import Document, Outcome, PageKind
from detente.settings import FetchSettings
from detente.toml_file import nearest
from sources import readers
from sources.fetch import fetch_one
from warehouse import ask as ask_warehouse
from warehouse import export as export_warehouse
from warehouse.read import ExportFormat, spreadsheet_cell

Format = Literal["table", "csv", "json"]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(sql)
    app.command()(export)
    app.command()(extract)


def sql(
    question: Annotated[
        str, typer.Argument(help="One SELECT; $name stands for a parameter. '-' reads it from standard input.")
    ],
    workspace: WorkspaceOption = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="A parameter, as name=value; may be repeated.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", "-f", help="table, csv or json.")] = "table",
    limit: Annotated[int, typer.Option(min=1, help="Rows to show at most.")] = 1000,
) -> None:
    """Asks the published warehouse, read-only. Tables: docs/reference/tables.md, or `SHOW TABLES`.

    Example: detente sql "SELECT competitor, plan, amount, currency FROM plan_price WHERE valid_to IS NULL"
    """
    loaded = the_workspace(workspace)
    parameters: dict[str, str | int | float | bool | None] = {}
    for given in param or ():
        name, equals, value = given.partition("=")
        if not equals:
            raise UsageError(f"--param {given!r}: write it as name=value")
        parameters[name] = value
    limits = loaded.settings.limits
    rows = ask_warehouse(
        loaded.data / "published",
        sys.stdin.read() if question == "-" else question,
        parameters,
        limit=limit,
        seconds=limits.sql_seconds,
        memory=limits.sql_memory,
    )
    if output == "json":
        write_json([dict(zip(rows.columns, row, strict=True)) for row in rows.rows])
    elif output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(map(spreadsheet_cell, rows.columns))
        writer.writerows(map(spreadsheet_cell, row) for row in rows.rows)
    else:
        show_rows(rows.columns, rows.rows)
    if rows.truncated:
        say(f"truncated: only the first {limit} rows; --limit shows more")


def export(
    folder: Annotated[Path, typer.Argument(help="Where the files are written.")],
    workspace: WorkspaceOption = None,
    output: Annotated[ExportFormat, typer.Option("--format", "-f", help="parquet, csv or json.")] = "parquet",
) -> None:
    """Writes every published table as a file.

    Example: detente export out --format csv
    """
    for path in export_warehouse(the_workspace(workspace).data / "published", folder, output):
        say(f"wrote {path}")


def extract(
    kind: Annotated[str, typer.Argument(help="pricing, release_notes or page.")],
    file_or_url: Annotated[str, typer.Argument(help="A saved page, or an address that is fetched.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output, for programs.")] = False,
    selector: Annotated[
        list[str] | None, typer.Option("--selector", "-s", help="name=css, as in a page's `selectors`.")
    ] = None,
    render: Annotated[bool, typer.Option(help="Run the page's scripts in a browser first.")] = False,
    allow: Annotated[
        list[str] | None, typer.Option(help="host:port that may be fetched although it is not public.")
    ] = None,
) -> None:
    """Shows what a reader sees in a page, and where.

    Example: detente extract pricing saved-page.html
    """
    kinds: tuple[PageKind, ...] = get_args(PageKind)
    chosen = next((known for known in kinds if known == kind), None)
    if chosen is None:
        raise UsageError(f"no kind {kind!r}{nearest(kind, kinds)}")
    selectors = {}
    for given in selector or ():
        name, equals, css = given.partition("=")
        if not equals:
            raise UsageError(f"--selector {given!r}: write it as name=css")
        selectors[name] = css
    document = _document(file_or_url, selectors, render=render, allow=tuple(allow or ()))
    reading = readers.read(chosen, document)
    if as_json:
        write_json(readers.to_json(chosen, reading))
    else:
        show_reading(reading)


def _document(file_or_url: str, selectors: dict[str, str], *, render: bool, allow: tuple[str, ...]) -> Document:
    if file_or_url.startswith(("http://", "https://")):
        settings = FetchSettings(allow_hosts=allow)
        fetch, body = asyncio.run(fetch_one(file_or_url, settings=settings, clock=SystemClock(), render=render))
        if fetch.outcome != Outcome.OK:
            raise UsageError(f"{file_or_url}: {fetch.outcome.value}: {fetch.detail}")
        return Document(body=body, url=fetch.final_url, content_type=fetch.content_type, selectors=selectors)
    path = Path(file_or_url)
    try:
        return Document(body=path.read_bytes(), url=path.resolve().as_uri(), selectors=selectors)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}; name a file, or an address with http(s)://"
        ) from None
