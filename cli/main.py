"""The `detente` command."""

from __future__ import annotations

import atexit
import gc
import sys

import typer

from cli import (
    ask,
    changes,
    clusters,
    deciding,
    evaluate,
    explain,
    ledger,
    match,
    people,
    privacy,
    readers,
    rewards,
    sightings,
    similar,
    sources,
    start,
    work,
)
from cli.screen import say
from cli.sections import Sections
from detente import __version__
from detente.errors import DetenteError

app = typer.Typer(
    name="detente",
    cls=Sections,
    help="Competitors' pages and reps' sightings in; price history, changes and a weekly report out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 ok, 1 failed, 2 usage, 3 some sources failed. Docs: docs/reference/commands.md",
)
start.add_to(app)
work.add_to(app)
ask.add_to(app)
app.add_typer(sources.app)
app.add_typer(readers.app)
changes.add_to(app)
deciding.add_to(app)
app.add_typer(clusters.app)
explain.add_to(app)
evaluate.add_to(app)
match.add_to(app)
similar.add_to(app)
privacy.add_to(people.app)
app.add_typer(people.app)
app.add_typer(sightings.app)
app.add_typer(privacy.app)
app.add_typer(ledger.app)
app.add_typer(rewards.app)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"detente {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and end."
    ),
) -> None:
    pass


def run() -> None:
    """Runs the command; an error of ours is one sentence on standard error and an exit code, never a traceback."""
    # what has been imported stays, and readings are many small records without cycles: looking for cycles among them
    # at the default rate took a tenth of a run's time
    gc.freeze()
    atexit.register(gc.unfreeze)  # else DuckDB's binding complains of leaks at the end
    gc.set_threshold(100_000, 20, 100)
    try:
        app()
    except DetenteError as error:
        say(f"detente: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("detente: interrupted; what was done so far is kept, and the same command goes on from there")
        sys.exit(130)
