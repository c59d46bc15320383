"""`detente rewards`: what reps are credited for, where they stand, what to look at, and whether the rules hold."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.items import short
from cli.screen import data, progress, say, show_rows, write_json
from cli.words import JsonOption, WorkspaceOption, the_desk, the_workspace
from desk import people
from desk.database import Connection
from desk.rewarding import statement as statements
from detente.clock import SystemClock
from detente.errors import UsageError, WorkspaceError
from detente.people import Person
from detente.quarters import Quarter
from detente.rules import Rules, default_rules
from detente.workspace import find
from flows.rewarding import Due, what_is_due
from scoring.rewards import flags as flagged
from scoring.rewards import standing as standings

app = typer.Typer(
    name="rewards",
    help="Rewards: what reps are credited for and why, and whether the rules hold against cheating.\n\n"
    "Example: detente rewards statement ana@acme.test",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_SHOWN_IDS = 3
_NO_MANAGER = "without a manager"


@app.command()
def statement(
    who: Annotated[
        str | None, typer.Argument(help="Whose: e-mail or id; the owner of this computer by default.")
    ] = None,
    quarter: Annotated[str | None, typer.Option(help="Which quarter, such as 2026-Q4; this one by default.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows what somebody was credited for in a quarter, line by line.

    Example: detente rewards statement ana@acme.test --quarter 2026-Q4
    """
    loaded = the_workspace(workspace)
    with the_desk(loaded) as desk, desk.reading() as c:
        now = desk.clock.now()
        person = _one(c, who) if who else _owner(c)
        label = quarter or str(Quarter.of(now, loaded.settings.company.time_zone))
        found = statements.statement(c, person.person_id, label)
    if as_json:
        write_json(asdict(found))
        return
    if found.lines:
        rows = [
            (line.at.date(), short(line.sighting_id or ""), line.rule, line.points, line.state, line.sentence)
            for line in found.lines
        ]
        show_rows(("on", "sighting", "rule", "points", "state", "why"), rows)
    else:
        say(f"nothing for {person.name} in {label} yet; points come when a sighting is reviewed")
    _print(f"{label}: earned {found.earned}, pending {found.pending}, redeemed {found.redeemed}")


@app.command()
def standing(
    deals: Annotated[
        Path | None,
        typer.Option(
            help="CSV with the columns email and deals: competitive deals handled, from the CRM; "
            "by default the deals that they named in sightings."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows how often what each rep reports is of use, beside others of the team with as many deals.

    Example: detente rewards standing
    """
    loaded = the_workspace(workspace)
    known = what_is_due(loaded, SystemClock())
    with the_desk(loaded) as desk, desk.reading() as c:
        everybody = {one.person_id: one for one in people.people(c)}
    teams = {
        person_id: _name(everybody, one.manager_id) if one.manager_id else _NO_MANAGER
        for person_id, one in everybody.items()
    }
    had = handled(deals, everybody) if deals else _named(known)
    found = standings(known.awards, had, teams, loaded.rules.rewards)
    if as_json:
        write_json([asdict(one) for one in found])
        return
    if not found:
        say("nobody has sent anything in the last months; there is nothing to compare")
        return
    for team in dict.fromkeys(one.team for one in found):
        _print(f"team of {team}:" if team != _NO_MANAGER else f"{team}:")
        show_rows(
            ("rank", "name", "sent", "useful", "deals", "points per deal", "score"),
            [
                (
                    one.rank or "–",
                    _name(everybody, one.person_id),
                    one.submitted,
                    one.useful,
                    one.deals,
                    "–" if one.points_per_deal is None else f"{one.points_per_deal:.1f}",
                    f"{one.score:.2f}",
                )
                for one in found
                if one.team == team
            ],
        )
        data.print()
    say(
        f"ranked within a team, from {loaded.rules.rewards.standing_least} sightings on; the score counts how often "
        "somebody is right and how much is of use by deals, so that small territories count alike"
    )


@app.command()
def flags(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Shows patterns that a person should look at; a flag takes nothing from anybody.

    Example: detente rewards flags
    """
    loaded = the_workspace(workspace)
    known = what_is_due(loaded, SystemClock())
    found = flagged(known.facts, known.awards, loaded.rules.rewards)
    if as_json:
        write_json([asdict(one) for one in found])
        return
    with the_desk(loaded) as desk, desk.reading() as c:
        everybody = {one.person_id: one for one in people.people(c)}
    if not found:
        say("nothing to look at")
        return
    for one in found:
        _print(f"{one.kind}: {', '.join(_name(everybody, person) for person in one.people)}")
        _print(f"  {one.why}")
        more = f" and {len(one.sightings) - _SHOWN_IDS} more" if len(one.sightings) > _SHOWN_IDS else ""
        for sighting_id in one.sightings[:_SHOWN_IDS]:
            _print(f"  {sighting_id}{more if sighting_id == one.sightings[:_SHOWN_IDS][-1] else ''}")
    say("Look at the sightings, ask, and review them again: `detente review ID verified`. Nothing was taken away.")


@app.command("simulate")
def simulated(
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many quarters, each by its own chance.")] = 20,
    weeks: Annotated[int, typer.Option(min=4, max=52, help="How long a quarter is.")] = 13,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plays honest reps against every way to cheat that we know of, under the workspace's rules.

    Example: detente rewards simulate --seeds 5
    """
    # pandas takes half a second, which only this command needs
    from cli.simulated import as_json_of, show_simulated  # noqa: PLC0415
    from scoring.simulation import Assumptions, simulate  # noqa: PLC0415

    rules = _rules(workspace)
    with progress() as bars:
        bars.step("quarters", seeds)
        usual = simulate(rules, seeds=range(seeds), weeks=weeks, after_each=bars.advance)
        bars.step("the same with reviewers twice as gullible", seeds)
        fooled = simulate(
            rules, seeds=range(seeds), weeks=weeks, assumed=Assumptions().gullible(), after_each=bars.advance
        )
    if as_json:
        write_json(as_json_of(usual, fooled, rules, seeds=seeds, weeks=weeks))
    else:
        show_simulated(usual, fooled, rules, seeds=seeds, weeks=weeks)


def _print(line: str) -> None:
    data.print(line, markup=False, highlight=False, soft_wrap=True)


def _rules(workspace: Path | None) -> Rules:
    """Those of the workspace; outside of one, those that a new one begins with."""
    if workspace is None and "DETENTE_WORKSPACE" not in os.environ:
        try:
            find(Path.cwd())
        except WorkspaceError:
            return default_rules()
    return the_workspace(workspace).rules


def _one(c: Connection, who: str) -> Person:
    found = people.person_by_email(c, who)
    return found or people.person(c, who)


def _owner(c: Connection) -> Person:
    found = next((one for one in people.people(c) if "admin" in one.roles), None)
    if found is None:
        raise UsageError("whose statement? name them: detente rewards statement EMAIL")
    return found


def _name(everybody: Mapping[str, Person], person_id: str) -> str:
    return everybody[person_id].name if person_id in everybody else "former member"


def _named(known: Due) -> Counter[str]:
    """By person, the deals that they named."""
    deals = {(one.person_id, one.deal_key or one.account_key) for one in known.facts}
    return Counter(person for person, deal in deals if deal is not None)


def handled(path: Path, everybody: Mapping[str, Person]) -> dict[str, int]:
    """By person, the deals of a table from the CRM.

    Raises:
        UsageError: It cannot be read, lacks a column, or names somebody unknown.
    """
    by_email = {one.email.casefold(): one.person_id for one in everybody.values() if one.email}
    had: dict[str, int] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                email, deals = (row.get("email") or "").strip().casefold(), (row.get("deals") or "").strip()
                if email not in by_email or not deals.isdecimal():
                    raise UsageError(
                        f"{path}:{number}: it needs the e-mail of somebody here and a whole number of deals"
                    )
                had[by_email[email]] = int(deals)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return had
