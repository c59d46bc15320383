"""`detente ledger`: the points of reps, funded, shown, given out, handed to payroll, and verified."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer

from cli.screen import say, show_rows, write_json
from cli.words import JsonOption, WorkspaceOption, the_desk, the_workspace
from desk import people
from desk.database import Connection, Desk
from desk.rewarding import heads, ledger
from desk.rewarding.paid import verify_with_sightings
from desk.rewarding.statement import PersonExport, handed_over
from desk.rewarding.verify import Verified
from detente.errors import BudgetError, LedgerError, NotFoundError, UsageError
from detente.private_file import write_private
from detente.quarters import Quarter
from detente.workspace import Workspace
from warehouse.read import spreadsheet_cell

ByOption = Annotated[
    str | None, typer.Option("--by", help="The admin who answers for it: e-mail or id; the owner of this computer.")
]
QuarterOption = Annotated[str | None, typer.Option(help="E.g. 2026-Q4; the present one by default.")]
WhoArgument = Annotated[str, typer.Argument(help="Their e-mail, or their id as `detente person list` shows it.")]
_FAULTS_SHOWN = 20

app = typer.Typer(
    name="ledger",
    help="The ledger of points: what reps earned by reporting, and what they were given for it.\n\n"
    "Example: detente ledger verify",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def verify(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Reads every entry, and names the first that is not what was written; then the exit code is 1.

    Names payments as well whose sighting is gone or was withdrawn, and that were not taken back within a day.

    Example: detente ledger verify
    """
    loaded = the_workspace(workspace)
    path = _heads(loaded)
    with the_desk(loaded) as desk, desk.reading() as c:
        found = verify_with_sightings(c, path, loaded.rules.rewards, desk.clock.now())
        if not found.faults:
            heads.write_down(c, path, desk.clock.now())
    if as_json:
        write_json(asdict(found))
    else:
        _tell(found)
    if found.problem:
        raise typer.Exit(1)


@app.command()
def show(
    person: Annotated[str | None, typer.Option(help="Of one person: e-mail or id.")] = None,
    sighting: Annotated[str | None, typer.Option(help="Of one sighting: its id, or enough of its beginning.")] = None,
    quarter: Annotated[str | None, typer.Option(help="Of one quarter, e.g. 2026-Q4.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows entries, oldest first: of a person, a sighting, a quarter, or all.

    Example: detente ledger show --person ana@acme.test --quarter 2026-Q4
    """
    of_quarter = None if quarter is None else str(Quarter.parse(quarter))
    with the_desk(the_workspace(workspace)) as desk, desk.reading() as c:
        person_id = None if person is None else _one(c, person)
        found = ledger.entries(c, person_id=person_id, quarter=of_quarter)
        if sighting is not None:
            # as people write it: R-0D9CF1C0 from a receipt, or the beginning of an id
            wanted = sighting.strip().lower().removeprefix("r-")
            found = [one for one in found if (one.sighting_id or "").startswith(wanted)]
        names = {one: people.person(c, one).name for one in {one.person_id for one in found} if one}
    if as_json:
        write_json([asdict(one) for one in found])
    elif found:
        columns = ("entry", "on", "kind", "points", "person", "what for")
        show_rows(columns, [_row(one, names) for one in found])
    else:
        asked = any((person, sighting, quarter))
        say("no such entries" if asked else "no entries; `detente ledger fund` puts points into a quarter's budget")


@app.command()
def fund(
    quarter: Annotated[str | None, typer.Argument(help="E.g. 2026-Q4; the present one by default.")] = None,
    points: Annotated[int | None, typer.Option(help="How many; `budget` of rules.toml by default.")] = None,
    by: ByOption = None,
    key: Annotated[str, typer.Option(help="Happens once per quarter; another key adds to the budget.")] = "budget",
    workspace: WorkspaceOption = None,
) -> None:
    """Puts points into a quarter's budget; said twice, it happens once.

    Example: detente ledger fund 2026-Q4 --points 2000 --by ada@acme.test
    """
    loaded = the_workspace(workspace)
    amount = loaded.rules.rewards.budget if points is None else points
    with the_desk(loaded) as desk:
        with desk.writing() as c:
            of_quarter = _quarter(loaded, desk, quarter)
            made = ledger.fund(c, of_quarter, amount, by=_admin(c, desk, by), now=desk.clock.now(), key=key)
            left = ledger.left(c, of_quarter)
        _write_head(loaded, desk)
    say(f"entry {made.entry_id}: {amount} points for {of_quarter}; {left} of its budget are promised to nobody")


@app.command()
def redeem(
    who: WhoArgument,
    points: Annotated[int, typer.Argument(help="For how many points.")],
    key: Annotated[str, typer.Option(help="What was given, once: the voucher's or order's number.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Writes down that somebody was given something for points; never more than they have, and never by themselves.

    Example: detente ledger redeem ana@acme.test 10 --key voucher-1017 --by ada@acme.test
    """
    loaded = the_workspace(workspace)
    with the_desk(loaded) as desk:
        with desk.writing() as c:
            person_id = _one(c, who)
            try:
                made = ledger.redeem(
                    c, person_id, points, key=key, by=_admin(c, desk, by), now=desk.clock.now(),
                    quarter=_quarter(loaded, desk, None),
                )  # fmt: skip
            except BudgetError as refused:
                raise BudgetError(str(refused).replace(person_id, who)) from None
            has = ledger.balances(c, person_id)
        _write_head(loaded, desk)
    say(f"entry {made.entry_id}: {points} points redeemed; {has.earned} are left")


@app.command()
def reverse(
    entry: Annotated[int, typer.Argument(help="The entry's number, as `detente ledger show` has it.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Undoes a budget or a gift that was written by mistake, by an entry that names it.

    Example: detente ledger reverse 42 --by ada@acme.test
    """
    loaded = the_workspace(workspace)
    with the_desk(loaded) as desk:
        with desk.writing() as c:
            if ledger.entry(c, entry).kind not in ("fund", "redeem", "reverse"):
                raise LedgerError(
                    f"entry {entry} was made by the rules: what the rules make, they take back themselves"
                )
            made = ledger.reverse(c, entry, reason={}, by=_admin(c, desk, by), now=desk.clock.now())
        _write_head(loaded, desk)
    say(f"entry {made.entry_id} reverses entry {entry}")


@app.command()
def export(
    quarter: Annotated[str, typer.Argument(help="E.g. 2026-Q4.")],
    to: Annotated[Path | None, typer.Option(help="The CSV that is written; points-<quarter>.csv by default.")] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Writes what everybody earned in a quarter as CSV, for payroll or gifts; it names people, and the audit notes it.

    Example: detente ledger export 2026-Q4 --to points.csv --by ada@acme.test
    """
    loaded = the_workspace(workspace)
    with the_desk(loaded) as desk:
        with desk.writing() as c:
            of_quarter = _quarter(loaded, desk, quarter)
            rows = handed_over(c, of_quarter, by=_admin(c, desk, by), now=desk.clock.now())
        _write_head(loaded, desk)
    target = to or Path(f"points-{of_quarter}.csv")
    write_private(target, _csv(rows))
    say(f"wrote {target}: {len(rows)} rows; they name people, and only you may read it: hand it over safely")


def _tell(found: Verified) -> None:
    if not found.problem:
        show_rows(("entries", "hash of the last"), [(found.entries, found.head_hash)])
        say("each is as it was written; a copy of that hash elsewhere shows later that nobody wrote them anew")
        if found.anchored < found.entries:
            say(
                f"data/{heads.FILE_NAME} had no head of the entries after {found.anchored}: whether somebody wrote "
                "those anew, or cut others off, only such a copy or a backup tells"
            )
        return
    wrong = found.faults or found.unfounded
    show_rows(("entry", "what is wrong"), [(one.entry_id, one.what) for one in wrong[:_FAULTS_SHOWN]])
    if (more := len(wrong) - _FAULTS_SHOWN) > 0:
        say(f"… and {more} more")
    say(found.problem)


def _row(one: ledger.Entry, names: Mapping[str, str]) -> tuple[object, ...]:
    points = max(posting.points for posting in one.postings)
    told = one.reason.get("sentence")
    refers = {"post": "settles", "void": "settles", "reverse": "reverses"}.get(one.kind, "")
    plain = f"{one.quarter} {one.idem_key.rpartition(':')[2]}" if one.rule is None else one.rule
    what = told or (f"{refers} {one.refers_to}" if refers else plain)
    return (one.entry_id, one.at.date(), one.kind, points, names.get(one.person_id or "", ""), what)


def _csv(rows: Sequence[PersonExport]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow([field.name for field in fields(PersonExport)])
    lines.writerows([spreadsheet_cell(value) for value in asdict(one).values()] for one in rows)
    return text.getvalue().encode("utf-8")


def _quarter(loaded: Workspace, desk: Desk, given: str | None) -> str:
    if given is not None:
        return str(Quarter.parse(given))
    return str(Quarter.of(desk.clock.now(), loaded.settings.company.time_zone))


def _one(c: Connection, who: str) -> str:
    found = people.person_by_email(c, who)
    if found is not None:
        return found.person_id
    with suppress(NotFoundError):
        return people.person(c, who).person_id
    raise UsageError(f"nobody here is {who!r}; `detente person list` shows everybody")


def _admin(c: Connection, desk: Desk, by: str | None) -> str:
    if by is not None:
        return _one(c, by)
    owner = people.local_owner(c, desk.clock.now())
    if owner is None:
        raise UsageError("say who answers for this: --by ada@acme.test, the e-mail of an admin")
    return owner.person_id


def _heads(loaded: Workspace) -> Path:
    return loaded.data / heads.FILE_NAME


def _write_head(loaded: Workspace, desk: Desk) -> None:
    """After the commit: what was undone must leave no head."""
    with desk.reading() as c:
        heads.write_down(c, _heads(loaded), desk.clock.now())
