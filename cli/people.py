"""`detente person`: who may sign in, what they may be, and their ways in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from cli.screen import say, show_rows, write_json
from cli.words import JsonOption, WorkspaceOption, the_desk, the_workspace
from desk import people, sign_in
from desk.database import Connection
from detente.errors import UsageError
from detente.people import Person
from web.site import site_of

Who = Annotated[str, typer.Argument(help="Their e-mail, or their id as `detente person list` shows it.")]

app = typer.Typer(
    name="person",
    help="People: who may sign in, what they may be, and their ways in. Every change stands in the audit.\n\n"
    'Example: detente person add ana@acme.test --name "Ana Lima" --role rep',
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="Their e-mail.")],
    name: Annotated[str, typer.Option(help="Their name, as colleagues read it.")],
    role: Annotated[
        list[str] | None, typer.Option(help="rep, pm, sales_lead, legal, admin or viewer; again for another. [rep]")
    ] = None,
    manager: Annotated[str | None, typer.Option(help="Whom they report to: e-mail or id.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Adds somebody who may sign in.

    Example: detente person add ana@acme.test --name "Ana Lima" --role rep
    """
    loaded = the_workspace(workspace)
    with the_desk(loaded) as desk, desk.writing() as c:
        manager_id = None if manager is None else _one(c, manager).person_id
        roles = ["rep"] if role is None else role
        now = desk.clock.now()
        added = people.add_person(c, name=name, email=email, roles=roles, by=None, now=now, manager_id=manager_id)
    say(f"{added.name} ({added.person_id}) is {_roles(added)}")
    if loaded.settings.oidc is None:
        say(f"next: `detente person link {added.email}` gives a link to sign in, or set a password")


@app.command("list")
def list_people(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Shows everybody with their roles.

    Example: detente person list
    """
    with the_desk(the_workspace(workspace)) as desk, desk.reading() as c:
        everybody = people.people(c)
    columns = ("id", "name", "e-mail", "roles", "state")
    rows = [
        (one.person_id, one.name, one.email, sorted(one.roles), "disabled" if one.is_disabled else "")
        for one in everybody
    ]
    if as_json:
        keys = ("person_id", "name", "email", "roles", "is_disabled")
        write_json([dict(zip(keys, (*row[:4], bool(row[4])), strict=True)) for row in rows])
    elif rows:
        show_rows(columns, rows)
    else:
        say("nobody yet; `detente person add EMAIL --name NAME` adds somebody")


@app.command()
def roles(
    who: Who,
    roles: Annotated[list[str], typer.Argument(help="rep, pm, sales_lead, legal, admin, viewer.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Gives somebody these roles and no others; their sessions end.

    Example: detente person roles ana@acme.test pm legal
    """
    changed = _change(workspace, who, lambda c, one, now: people.set_roles(c, one.person_id, roles, by=None, now=now))
    say(f"{changed.name} is {_roles(changed)}; where that is new, their sessions have ended")


@app.command()
def disable(who: Who, workspace: WorkspaceOption = None) -> None:
    """Ends every way in of somebody: sessions, links and tokens. What they reported stays.

    Example: detente person disable ana@acme.test
    """
    changed = _change(workspace, who, lambda c, one, now: people.disable(c, one.person_id, by=None, now=now))
    say(f"{changed.name} is disabled; their sessions, links and tokens are dead")


@app.command()
def enable(who: Who, workspace: WorkspaceOption = None) -> None:
    """Lets somebody sign in again; their former tokens stay dead.

    Example: detente person enable ana@acme.test
    """
    changed = _change(workspace, who, lambda c, one, now: people.enable(c, one.person_id, by=None, now=now))
    say(f"{changed.name} may sign in again")


@app.command()
def password(who: Who, workspace: WorkspaceOption = None) -> None:
    """Sets somebody's password: asked for on a terminal, else the first line of standard input. Their sessions end.

    Example: detente person password ana@acme.test
    """

    def change(c: Connection, one: Person, now: datetime) -> None:
        people.set_password(c, one.person_id, new, by=None, now=now)

    with the_desk(the_workspace(workspace)) as desk, desk.reading() as c:
        _one(c, who)  # nobody wants to type a password for a slip
    new = _asked_password()
    changed = _change(workspace, who, change)
    say(f"{changed.name} has a new password; their sessions and links have ended")


@app.command()
def link(
    who: Annotated[str, typer.Argument(help="Their e-mail or id; the owner of this computer by default.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Prints a link that signs somebody in, once and within 15 minutes; it works while `detente serve` runs.

    Example: detente person link ana@acme.test
    """
    loaded = the_workspace(workspace)
    site = site_of(loaded.settings.web)
    with the_desk(loaded) as desk, desk.writing() as c:
        now = desk.clock.now()
        one = _one(c, who) if who else people.ensure_local_owner(c, now)
        secret = sign_in.new_link(c, one.person_id, now)
    sys.stdout.write(site.url(f"/sign-in/link/{secret}") + "\n")
    say(f"for {one.name} alone: it signs in whoever opens it, once, within 15 minutes")


@app.command()
def token(
    who: Who,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[list[str], typer.Option(help="sightings:write or sightings:read; again for both.")],
    days: Annotated[int | None, typer.Option(min=1, help="Days after which it ends by itself.")] = 365,
    workspace: WorkspaceOption = None,
) -> None:
    """Prints a token with which a program acts in somebody's name; it is shown this once.

    Example: detente person token ana@acme.test --name "CRM" --scope sightings:write
    """
    with the_desk(the_workspace(workspace)) as desk, desk.writing() as c:
        one = _one(c, who)
        token_id, secret = sign_in.new_token(c, one.person_id, name, scope, desk.clock.now(), days, by=None)
    sys.stdout.write(secret + "\n")
    say(f"keep it safe, it is not shown again; `detente person revoke {token_id}` ends it")


@app.command()
def tokens(who: Who, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Shows somebody's tokens, without their secrets.

    Example: detente person tokens ana@acme.test
    """
    with the_desk(the_workspace(workspace)) as desk, desk.reading() as c:
        found = sign_in.tokens_of(c, _one(c, who).person_id)
        now = desk.clock.now()
    columns = ("id", "name", "scopes", "made", "ends", "state")
    rows = [
        (one.token_id, one.name, sorted(one.scopes), one.created_at, one.expires_at, _state(one, now)) for one in found
    ]
    if as_json:
        keys = ("token_id", "name", "scopes", "created_at", "expires_at", "state")
        write_json([dict(zip(keys, row, strict=True)) for row in rows])
    elif rows:
        show_rows(columns, rows)
    else:
        say("no tokens")


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="The token's id, as `detente person tokens` shows it.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Ends a token at once.

    Example: detente person revoke t_0123456789abcdef
    """
    with the_desk(the_workspace(workspace)) as desk, desk.writing() as c:
        sign_in.revoke_token(c, token_id, by=None, now=desk.clock.now())
    say(f"{token_id} is dead")


@app.command()
def slack(
    who: Who,
    team: Annotated[str, typer.Argument(help="Id of the Slack workspace, such as T024BE7LD.")],
    user: Annotated[str, typer.Argument(help="Id of the user in it, such as U023BECGF.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Says who somebody is in Slack, so that they may report from there; `/sighting` there names both ids.

    Example: detente person slack ana@acme.test T024BE7LD U023BECGF
    """
    changed = _change(
        workspace,
        who,
        lambda c, one, now: people.link_identity(c, f"slack:{team}", user, one.person_id, by=None, now=now),
    )
    say(f"{changed.name} is {user} of {team} in Slack")


def _change(workspace: WorkspaceOption, who: str, change: Callable[[Connection, Person, datetime], None]) -> Person:
    """Does something to somebody, and tells who they are then."""
    with the_desk(the_workspace(workspace)) as desk, desk.writing() as c:
        one = _one(c, who)
        change(c, one, desk.clock.now())
        return people.person(c, one.person_id)


def _one(c: Connection, who: str) -> Person:
    found = (
        people.person_by_email(c, who)
        if "@" in who
        else next((one for one in people.people(c) if one.person_id == who), None)
    )
    if found is None:
        raise UsageError(f"nobody here is {who!r}; `detente person list` shows everybody")
    return found


def _asked_password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def _roles(one: Person) -> str:
    return ", ".join(sorted(one.roles)) or "without a role"


def _state(one: sign_in.Token, now: datetime) -> str:
    if one.revoked_at is not None:
        return "revoked"
    return "ended" if one.expires_at is not None and one.expires_at <= now else "live"
