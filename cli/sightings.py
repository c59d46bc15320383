"""`detente sighting`: report from the terminal, from tables and from mails, and look at receipts."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli import screen
from cli.intake import Intake, open_intake
from cli.screen import say, show_rows, write_json
from cli.sighting_import import import_table, write_results
from cli.words import JsonOption, WorkspaceOption, the_workspace
from desk.accepting.accept import Accepted
from desk.accepting.gate import ANSWERS, missing
from desk.following import sightings
from desk.indexing import indexer
from desk.reading import mail_in
from desk.reading.mail_file import max_bytes
from detente.errors import ConflictError, NotAllowedError, SubmissionError, UsageError
from detente.fields import WORDS, as_word, competitor_fields, submission_of
from detente.sightings import Submission, Upload
from detente.workspace import Workspace

SOME_FAILED = 3
_LINE = 60
_TYPED = tuple(
    name
    for name in Submission.model_fields
    if name not in ("sighting_id", "text", "competitor", "competitor_name", "may_call", "sent_at")
)

AsOption = Annotated[
    str | None, typer.Option("--as", help="Who reports: their e-mail; the owner of this computer by default.")
]
SightingArgument = Annotated[str, typer.Argument(help="The sighting's id.")]


def _option(field: str) -> Any:
    words = f" One of {', '.join(WORDS[field])}." if field in WORDS else ""
    return typer.Option(help=f"{Submission.model_fields[field].description}{words}")


app = typer.Typer(
    name="sighting",
    help="Sightings: report what you saw or heard, and see what became of it.\n\n"
    'Example: detente sighting add "Globex offers Team at 49" --competitor globex --source public',
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def add(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What happened; - reads it from standard input.")],
    competitor: Annotated[str, typer.Option(help="The competitor: slug, name or alias; left out: not sure.")] = "",
    source: Annotated[
        str, typer.Option(help=f"How you learned this, asked for where it is left out: {', '.join(WORDS['source'])}.")
    ] = "",
    confidential: Annotated[str, _option("confidential")] = "",
    nda: Annotated[str, _option("nda")] = "",
    meant_for_me: Annotated[str, _option("meant_for_me")] = "",
    knew_me: Annotated[str, _option("knew_me")] = "",
    own_prices: Annotated[str, _option("own_prices")] = "",
    customer: Annotated[str, _option("customer")] = "",
    deal: Annotated[str, _option("deal")] = "",
    deal_amount: Annotated[str, _option("deal_amount")] = "",
    stage: Annotated[str, _option("stage")] = "",
    close_on: Annotated[str, _option("close_on")] = "",
    area: Annotated[str, _option("area")] = "",
    comparison: Annotated[str, _option("comparison")] = "",
    motive: Annotated[str, _option("motive")] = "",
    confidence: Annotated[str, _option("confidence")] = "",
    happened_on: Annotated[str, _option("happened_on")] = "",
    may_call: Annotated[bool, typer.Option("--may-call", help="A product manager may call you about it.")] = False,
    file: Annotated[list[Path] | None, typer.Option(help="A photo or file with it; again for another.")] = None,
    who: AsOption = None,
    sighting_id: Annotated[
        str, typer.Option("--id", help="UUID that a script minted: sending it again changes nothing.")
    ] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reports a sighting: it is safe when the command ends. Asks for what is missing only on a terminal.

    Example: detente sighting add "Globex offers Team at 49" --competitor globex --source customer --confidential no
    """
    loaded = the_workspace(workspace)
    submission = _typed(context.params, loaded)
    with open_intake(loaded) as intake:
        person = intake.person(who)
        uploads = [_upload(path, intake.limits.file_bytes) for path in file or ()]
        accepted = intake.accept(submission, uploads, person, "terminal")
        intake.index()
        told = intake.told(accepted)
    if as_json:
        write_json(told)
        return
    if submission.competitor_name:
        say(f"no competitor {submission.competitor_name!r} is known here; it is kept as a new name")
    _show_accepted(accepted, told)


def _typed(parameters: Mapping[str, Any], loaded: Workspace) -> Submission:
    """What was typed, as a submission; on a terminal with what was left out and is asked for."""
    fields = {name: as_word(name, parameters[name]) for name in _TYPED if parameters[name]}
    words: dict[str, Any] = fields | competitor_fields(parameters["competitor"], loaded.competitors)
    words["sighting_id"] = (parameters["sighting_id"] or str(uuid.uuid4())).casefold()
    words["may_call"] = parameters["may_call"]
    from_input = parameters["text"] == "-"
    words["text"] = sys.stdin.read() if from_input else parameters["text"]
    if sys.stdin.isatty() and not from_input:
        words |= asked(words, _ask)
    return submission_of(words)


def asked(words: Mapping[str, Any], ask: Callable[[str, tuple[str, ...]], str]) -> dict[str, str]:
    """The answers about the source that are still missing, as a person gives them.

    Args:
        words: What is known already, by field.
        ask: Asks one question, with the words that answer it.
    """
    known = {name: words[name] for name in ANSWERS if words.get(name)}
    found: dict[str, str] = {}
    if "source" not in known:
        found["source"] = as_word("source", ask("How did you learn this?", WORDS["source"]))
    submission = submission_of({"sighting_id": words["sighting_id"], "text": ""} | known | found)
    for name in missing(submission):
        found[name] = as_word(name, ask(str(Submission.model_fields[name].description), WORDS[name]))
    return found


def _ask(question: str, words: tuple[str, ...]) -> str:
    answer: str = typer.prompt(f"{question} ({', '.join(words)})", err=True)
    return answer


def _upload(path: Path, most: int) -> Upload:
    try:
        with path.open("rb") as opened:
            # one byte more tells that it is too large, and no more of it is read
            body = opened.read(most + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    return Upload(name=path.name, media_type="", body=body)


def _show_accepted(accepted: Accepted, told: dict[str, Any]) -> None:
    state = told["state"] if accepted.is_new else f"{told['state']}, known before"
    screen.data.print(escape(f"{told['name']}  {state}"), soft_wrap=True)
    screen.data.print(escape(told["url"]), soft_wrap=True)
    for line in told["reasons"]:
        say(line)
    if accepted.deal_amount is not None:
        say(f"deal: {accepted.deal_amount.currency} {accepted.deal_amount.amount:,}")
    if accepted.dropped_files:
        say(f"{accepted.dropped_files} of its files were not kept: the gate forbids it")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A .csv or .xlsx file with a sighting per row.")],
    who: AsOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each row; keep nothing.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a table of sightings, a row each; importing it again changes nothing.

    The first row names the fields. What became of each row is written beside the file, as <name>.results.csv. Ends with
    3 where a row could not be taken.

    Example: detente sighting import sightings.csv --dry-run
    """
    with open_intake(the_workspace(workspace)) as intake:
        imported = import_table(intake, file, who, is_trial=dry_run)
    for note in imported.notes:
        say(note)
    if as_json:
        keys = ("row", "result", "name", "what", "sighting_id")
        write_json([{name: getattr(one, name) for name in keys} for one in imported.results])
    elif imported.results:
        rows = [(one.row, one.result, one.name, one.what) for one in imported.results]
        show_rows(("row", "result", "sighting", "what"), rows)
    say(f"{imported.summary}{'; nothing was kept, this was a trial' if dry_run else ''}")
    if not dry_run:
        say(f"wrote {write_results(file, imported.results)}")
    if imported.has_faults:
        raise typer.Exit(SOME_FAILED)


@app.command()
def mail(
    files: Annotated[list[Path] | None, typer.Argument(help="Mails as .eml files.")] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Take the mails of the folder that [mail_in] names.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Takes mails as sightings of their senders. Ends with 3 where one could not be taken.

    Example: detente sighting mail forwarded.eml
    """
    loaded = the_workspace(workspace)
    if not files and not fetch:
        raise UsageError("name .eml files, or say --fetch")
    if fetch and loaded.settings.mail_in is None:
        raise UsageError("detente.toml has no [mail_in]; docs/how-to/mail-in.md says what it needs")
    is_refused = False
    with open_intake(loaded) as intake:
        for path in files or ():
            is_refused |= not _took(intake, path)
        if fetch:
            found = mail_in.fetched(loaded, intake.desk, intake.inbox)
            for sighting_id in found.taken:
                screen.data.print(f"{sightings.short_name(sighting_id)}  {intake.url(sighting_id)}", soft_wrap=True)
            for reason, count in found.refused.items():
                say(f"{count} refused: {reason}")
            say(f"{len(found.taken)} taken, {sum(found.refused.values())} refused")
            is_refused |= bool(found.refused)
        intake.index()
    if is_refused:
        raise typer.Exit(SOME_FAILED)


def _took(intake: Intake, path: Path) -> bool:
    """Whether a file became a sighting; says what became of it."""
    most = max_bytes(intake.limits.files, intake.limits.file_bytes)
    raw = _upload(path, most).body
    try:
        accepted = mail_in.taking(intake.desk, intake.inbox, intake.workspace, intake.limits)(raw)
    except (SubmissionError, ConflictError, NotAllowedError) as refusal:
        say(f"{path}: refused: {refusal}")
        return False
    told = intake.told(accepted)
    state = told["state"] if accepted.is_new else "known"
    screen.data.print(escape(f"{told['name']}  {state}  {told['url']}"), soft_wrap=True)
    return True


@app.command()
def show(
    sighting_id: SightingArgument, who: AsOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Shows what became of a sighting: its receipt.

    Example: detente sighting show 0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81
    """
    wanted = submission_of({"sighting_id": sighting_id.casefold(), "text": ""}).sighting_id
    with open_intake(the_workspace(workspace)) as intake:
        person = intake.person(who)
        intake.index()
        with intake.desk.reading() as connection:
            row = sightings.visible_to(connection, wanted, person)
            receipt = sightings.receipt(connection, wanted)
        url = intake.url(wanted)
    name = sightings.short_name(wanted)
    steps = [(step.title, step.at, step.is_done, step.detail) for step in receipt.steps]
    if as_json:
        keys = ("title", "at", "is_done", "detail")
        told = {"sighting_id": wanted, "name": name, "state": row.gate, "received_at": row.received_at, "url": url}
        write_json(told | {"reasons": receipt.reasons, "steps": [dict(zip(keys, one, strict=True)) for one in steps]})
        return
    screen.data.print(escape(f"{name}  {row.gate}"), soft_wrap=True)
    if row.person_id == person.person_id and (text := sightings.shown_text(row, is_own=True)):
        screen.data.print(escape("\n".join(map(screen.one_line, text.splitlines()))), soft_wrap=True)
    show_rows(("", "step", "at", "what"), [("✓" if one[2] else "", one[0], one[1], one[3]) for one in steps])
    for line in receipt.reasons:
        say(line)


@app.command("list")
def list_own(
    who: AsOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows what somebody reported, newest first.

    Example: detente sighting list --as ana@acme.test
    """
    with open_intake(the_workspace(workspace)) as intake:
        person = intake.person(who)
        intake.index()
        with intake.desk.reading() as connection:
            found = sightings.sightings_of(connection, person.person_id, limit)
    rows = [
        (
            one.sighting_id,
            one.received_at,
            "withdrawn" if one.is_withdrawn else one.gate,
            (sightings.shown_text(one, is_own=True) or "")[:_LINE],
        )
        for one in found
    ]
    if as_json:
        write_json([dict(zip(("sighting_id", "received_at", "state", "text"), row, strict=True)) for row in rows])
    elif rows:
        show_rows(("id", "received", "state", "what"), rows)
    else:
        say('nothing yet; `detente sighting add "…"` reports something')


@app.command()
def refill(workspace: WorkspaceOption = None) -> None:
    """Brings sightings back that the inbox kept and the desk lacks, as after a restore of an older desk.

    Example: detente sighting refill
    """
    with open_intake(the_workspace(workspace)) as intake:
        count = indexer.refill(intake.desk, intake.inbox, intake.attachments, intake.limits)
    say("1 sighting was missing, and is back" if count == 1 else f"{count} sightings were missing, and are back")
