"""`detente person export`, `detente person erase` and `detente retention run`: whose data it is, and for how long."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.people import Who
from cli.screen import say, write_json
from cli.words import JsonOption, NowOption, WorkspaceOption, moment, the_workspace
from desk.privacy.erase import Erased
from desk.privacy.retention import Outdated
from detente.clock import StartedClock, SystemClock
from detente.errors import UsageError
from flows import privacy
from flows.job import Job, Silent

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")]
_ELSEWHERE = (
    "out of our reach: backups, and what was exported or mailed before. docs/privacy.md says what to do about them"
)

app = typer.Typer(
    name="retention",
    help="How long what is kept: removes what has been kept for long enough.\n\n"
    "Example: detente retention run --dry-run",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(people: typer.Typer) -> None:
    """Adds what is about one person to the commands about people."""
    people.command()(export)
    people.command()(erase)


def export(
    who: Who,
    to: Annotated[
        Path | None, typer.Option(help="The zip that is written; <id>.zip in this folder by default.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Writes all that is kept of somebody into a zip, for them to read.

    Example: detente person export ana@acme.test --to ana.zip
    """
    job = _job(workspace, None)
    person_id = privacy.person_id_of(job, who)
    written = privacy.export_person(job, person_id, to or Path(f"{person_id}.zip"))
    say(f"wrote {written.path}: {sum(written.rows.values())} rows and {written.files} files; hand it over safely")


def erase(
    who: Who,
    dry_run: DryRunOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erases somebody for good: their words, files and ways in. What happened, and all totals, stay.

    Example: detente person erase ana@acme.test --dry-run
    """
    job = _job(workspace, None)
    person_id = privacy.person_id_of(job, who)
    planned = privacy.planned_erasure(job, person_id)
    if dry_run:
        _tell_erased(planned, "would be removed", as_json)
        return
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("this cannot be undone: look with --dry-run first, and then say --yes")
        _tell_erased(planned, "would be removed", as_json=False)
        typer.confirm("This cannot be undone. Erase?", abort=True, err=True)
    _tell_erased(privacy.erase_person(job, person_id), "removed", as_json)
    say(_ELSEWHERE)


@app.command()
def run(
    dry_run: DryRunOption = False,
    now: NowOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Removes files, words and ended sessions whose time is over, by [retention] in detente.toml.

    Example: detente retention run --dry-run
    """
    job = _job(workspace, now)
    found = privacy.planned_retention(job) if dry_run else privacy.keep_to_retention(job)
    if as_json:
        write_json(asdict(found))
        return
    _tell_outdated(found, "would go" if dry_run else "gone")


def _job(workspace: Path | None, now: str | None) -> Job:
    at = moment(now)
    clock = StartedClock(at) if at else SystemClock()
    return Job(workspace=the_workspace(workspace), clock=clock, progress=Silent())


def _tell_erased(erased: Erased, verb: str, as_json: bool) -> None:
    if as_json:
        write_json(asdict(erased))
        return
    say(
        f"{erased.person_id}: {verb}: the words of {erased.sightings} sightings and {erased.notes} notes, "
        f"{erased.files} files, {erased.entries} entries of the inbox, {erased.doors} ways in, {erased.messages} mails"
    )


def _tell_outdated(found: Outdated, verb: str) -> None:
    lists = {
        "file": (*found.files, *found.unopened), "text of sighting": found.texts, "text of note": found.notes
    }  # fmt: skip
    for what, ids in lists.items():
        for one in ids:
            sys.stdout.write(f"{what} {one}\n")
    counts = [f"{len(ids)} × {what}" for what, ids in lists.items()]
    counts += [f"{count} ended {name}" for name, count in found.ended.items()]
    say(f"{verb}: {', '.join(counts)}; of pages nothing is removed: the archive is what a rebuild is made of")
