"""`detente init`, `detente check` and `detente demo`: the first five minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.screen import progress, say
from cli.words import WorkspaceOption, the_workspace
from detente import workspace as workspaces


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(init)
    app.command()(check)
    app.command()(demo)


def init(folder: Annotated[Path, typer.Argument(help="Where the workspace is made.")]) -> None:
    """Makes a new workspace: text files to edit and keep in git, and data/, which is kept for you.

    Example: detente init acme-intel
    """
    for path in workspaces.init(folder):
        say(f"wrote {folder / path}")
    say(
        f"next: copy {folder}/competitors/globex.toml.example to competitors/<slug>.toml, name the pages to watch, "
        f"and run `detente run pipeline --workspace {folder}`"
    )


def check(workspace: WorkspaceOption = None) -> None:
    """Reads every file of the workspace and says what is wrong, with file and line.

    Example: detente check
    """
    loaded = the_workspace(workspace)
    counts = f"{len(loaded.competitors)} competitors, {len(loaded.pages)} pages, {len(loaded.themes)} themes"
    counts += f", {len(loaded.wanted)} questions"
    say(f"{loaded.root}: {counts}; all valid")


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo's workspace is made; an old one is replaced.")] = Path(
        "demo-workspace"
    ),
    prefect: Annotated[
        bool, typer.Option(help="Run the flows by a Prefect server that is started and stopped for it.")
    ] = True,
) -> None:
    """Four invented competitors over six weeks: collects, finds what changed, and writes the weekly reports.

    Example: detente demo
    """
    from flows import demo as demo_flow  # noqa: PLC0415  (no other command needs the bundled site)

    with progress() as bars:
        outcome = demo_flow.run(folder, bars, say, by_prefect=prefect)
    from cli.demo_screen import show  # noqa: PLC0415

    show(outcome)
