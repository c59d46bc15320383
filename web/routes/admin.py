"""For administrators: people and their roles, what was done, and how the machine does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import audit, people, sign_in
from detente.errors import ConflictError, NotAllowedError, SubmissionError, WarehouseError
from detente.people import Person, Role
from warehouse import newest
from web.access.permissions import Permission
from web.access.protection import TheForm
from web.access.visitor import TheVisitor
from web.letters import send_link
from web.pages import render, shows
from web.routing import Routes
from web.services import Services, services_of

routes = Routes()

ROLES: tuple[Role, ...] = get_args(Role)
_ROLE_WORDS: dict[Role, str] = {
    "rep": "reports what they hear",
    "pm": "reads and answers reports",
    "sales_lead": "reads reports of all",
    "legal": "decides on what is held back",
    "admin": "looks after people and the machine",
    "viewer": "reads what is published",
}
_INVITED_MINUTES = 24 * 60
_MAILED_MINUTES = 15
_ENTRIES = 200


@shows("admin_people.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """Everybody, and a form for somebody new.

    Attributes:
        everybody: By name.
        roles: Pairs of role and what it is for.
        me: Id of the visitor, who cannot shut themselves out.
        link: A sign-in link just made, which is shown this once; empty otherwise.
        link_for: Whom it is for.
        link_hours: How long it is good for.
        mailed_to: Whom a link was just mailed to; empty otherwise.
        new_here: Ids of those who have never been here: a link for them may be shown.
        has_mail: Whether a link can be sent.
        typed: The form as it was typed, where it was refused.
        faults: By field, what was wrong with it.
    """

    everybody: tuple[Person, ...]
    roles: tuple[tuple[Role, str], ...]
    me: str
    link: str = ""
    link_for: str = ""
    link_hours: int = _INVITED_MINUTES // 60
    mailed_to: str = ""
    new_here: frozenset[str]
    has_mail: bool
    typed: dict[str, str]
    faults: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditLine:
    """One entry, as it is read.

    Attributes:
        at: When.
        by: Name of who did it; "the machine" where nobody did.
        action: What was done.
        subject: To what: a name where it is a person, an id otherwise.
        detail: What else there is to say, in words.
    """

    at: datetime
    by: str
    action: str
    subject: str
    detail: str


@shows("admin_audit.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class AuditPage:
    """What was done, the newest first.

    Attributes:
        lines: The entries.
        most: How many are shown at most.
    """

    lines: tuple[AuditLine, ...]
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that is looked at.

    Attributes:
        name: What it is.
        words: How it does.
        is_well: Whether that is as it should be.
        at: The moment that the words speak of; None: none.
    """

    name: str
    words: str
    is_well: bool
    at: datetime | None = None


@shows("admin_health.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class HealthPage:
    """How the machine does.

    Attributes:
        checks: One line each.
        is_well: Whether all of them are.
    """

    checks: tuple[Check, ...]
    is_well: bool


def _people(
    request: Request,
    visitor: TheVisitor,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    link: str = "",
    link_for: str = "",
    mailed_to: str = "",
) -> Response:
    services = services_of(request)
    with services.desk.reading() as connection:
        everybody = people.people(connection)
        new_here = frozenset(one.person_id for one in everybody if not people.has_been_here(connection, one.person_id))
    page = PeoplePage(
        everybody=tuple(everybody),
        roles=tuple(_ROLE_WORDS.items()),
        me=visitor.known.person_id,
        link=link,
        link_for=link_for,
        mailed_to=mailed_to,
        new_here=new_here,
        has_mail=services.mailer.is_on,
        typed={"name": "", "email": ""} | (typed or {}),
        faults=faults or {},
    )
    return render(request, "admin_people.html", page, status=422 if faults else 200)


@routes.get("/admin/people", needs=Permission.ADMINISTER)
def people_page(request: Request, visitor: TheVisitor) -> Response:
    """Everybody with their roles."""
    return _people(request, visitor)


@routes.post("/admin/people", needs=Permission.ADMINISTER)
def add(request: Request, visitor: TheVisitor, form: TheForm) -> Response:
    """Adds somebody, and makes the link by which they come in first."""
    services = services_of(request)
    by, now = visitor.known.person_id, services.clock.now()
    typed = {"name": str(form.get("name", "")), "email": str(form.get("email", ""))}
    roles = [str(role) for role in form.getlist("role")]
    try:
        with services.desk.writing() as connection:
            person = people.add_person(
                connection, name=typed["name"], email=typed["email"], roles=roles, by=by, now=now
            )
            secret = sign_in.new_link(connection, person.person_id, now, _INVITED_MINUTES)
            audit.record(connection, by=by, action="link_shown", subject=person.person_id, now=now)
    except SubmissionError as error:
        return _people(request, visitor, typed=typed, faults=error.faults)
    except ConflictError:
        return _people(request, visitor, typed=typed, faults={"email": "Somebody has this e-mail already."})
    return _people(request, visitor, link=services.site.url(f"/sign-in/link/{secret}"), link_for=person.name)


@routes.post("/admin/people/{person_id}/roles", needs=Permission.ADMINISTER)
def set_roles(request: Request, visitor: TheVisitor, person_id: str, form: TheForm) -> Response:
    """Gives somebody else these roles and no others; their sessions end."""
    services = services_of(request)
    roles = [str(role) for role in form.getlist("role")]
    if person_id == visitor.known.person_id:
        _note_refusal(services, visitor, "own_roles_refused", person_id)
        raise NotAllowedError(
            "Nobody changes their own roles here: another administrator can, or whoever has the terminal, with "
            "`detente person roles`."
        )
    with services.desk.writing() as connection:
        people.set_roles(connection, person_id, roles, by=visitor.known.person_id, now=services.clock.now())
    services.sessions.forget()
    return RedirectResponse("/admin/people", 303)


@routes.post("/admin/people/{person_id}/disable", needs=Permission.ADMINISTER)
def disable(request: Request, visitor: TheVisitor, person_id: str) -> Response:
    """Ends every way in of somebody."""
    services = services_of(request)
    if person_id == visitor.known.person_id:
        raise NotAllowedError("You cannot disable yourself; ask another administrator.")
    with services.desk.writing() as connection:
        people.disable(connection, person_id, by=visitor.known.person_id, now=services.clock.now())
    services.sessions.forget()
    return RedirectResponse("/admin/people", 303)


@routes.post("/admin/people/{person_id}/enable", needs=Permission.ADMINISTER)
def enable(request: Request, visitor: TheVisitor, person_id: str) -> Response:
    """Lets somebody sign in again."""
    services = services_of(request)
    with services.desk.writing() as connection:
        people.enable(connection, person_id, by=visitor.known.person_id, now=services.clock.now())
    return RedirectResponse("/admin/people", 303)


@routes.post("/admin/people/{person_id}/link", needs=Permission.ADMINISTER)
def make_link(request: Request, visitor: TheVisitor, person_id: str) -> Response:
    """Makes a sign-in link: shown where its person has never been here, and else only mailed to them.

    Whoever sees a link can come in as its person. The audit says which of the two was done, or that it was refused.
    """
    services = services_of(request)
    by, now = visitor.known.person_id, services.clock.now()
    with services.desk.writing() as connection:
        person = people.person(connection, person_id)
        is_shown = not people.has_been_here(connection, person_id)
        is_mailed = not is_shown and services.mailer.is_on and person.email is not None
        if is_shown or is_mailed:
            minutes = _INVITED_MINUTES if is_shown else _MAILED_MINUTES
            secret = sign_in.new_link(connection, person_id, now, minutes)
            action = "link_shown" if is_shown else "link_mailed"
            audit.record(connection, by=by, action=action, subject=person_id, now=now)
    if is_shown:
        return _people(request, visitor, link=services.site.url(f"/sign-in/link/{secret}"), link_for=person.name)
    if is_mailed:
        send_link(services, person, secret, _MAILED_MINUTES)
        return _people(request, visitor, mailed_to=person.name)
    _note_refusal(services, visitor, "link_refused", person_id)
    raise NotAllowedError(
        "A link opens all that is theirs, so it is shown for nobody who has been here before. "
        "They sign in as they did, or whoever has the terminal makes one with `detente person link`."
    )


def _note_refusal(services: Services, visitor: TheVisitor, action: str, person_id: str) -> None:
    with services.desk.writing() as connection:
        audit.record(connection, by=visitor.known.person_id, action=action, subject=person_id, now=services.clock.now())


@routes.get("/admin/audit", needs=Permission.ADMINISTER)
def audit_page(request: Request) -> Response:
    """What was done, the newest first."""
    with services_of(request).desk.reading() as connection:
        entries = audit.entries(connection, limit=_ENTRIES)
        names = {person.person_id: person.name for person in people.people(connection)}
    lines = tuple(
        AuditLine(
            at=entry.at,
            by="the machine" if entry.by is None else names.get(entry.by, entry.by),
            action=entry.action.replace("_", " "),
            subject=names.get(entry.subject, entry.subject),
            detail=", ".join(f"{key}: {_words(value)}" for key, value in entry.detail.items()),
        )
        for entry in entries
    )
    return render(request, "admin_audit.html", AuditPage(lines=lines, most=_ENTRIES))


def _words(value: audit.Detail) -> str:
    return (" ".join(value) or "none") if isinstance(value, list) else str(value)


@routes.get("/admin/health", needs=Permission.ADMINISTER)
def health(request: Request) -> Response:
    """How the machine does."""
    services = services_of(request)
    indexing = services.indexing.state
    waiting = sum(1 for _ in services.inbox.new())
    damaged = sum(1 for _ in (services.workspace.data / "inbox" / "damaged").glob("*"))
    flows = services.flows()
    checks = (
        Check(
            name="From the inbox to the desk",
            words=f"failed {indexing.faults_in_row} times in a row ({indexing.fault}); sightings wait in the inbox"
            if indexing.fault
            else f"{indexing.indexed} sightings since the start; last look",
            is_well=not indexing.fault,
            at=indexing.last_round_at,
        ),
        Check(name="Waiting in the inbox", words=str(waiting), is_well=waiting < 100),
        Check(
            name="Damaged entries",
            words=f"{damaged} in data/inbox/damaged" if damaged else "none",
            is_well=not damaged,
        ),
        _ingested(services.workspace.data / "ingest.json"),
        _published(services.workspace.data / "published"),
        Check(name="Refused as too often or a robot's", words=_refused(services.throttle.refused), is_well=True),
        Check(name="Schedules", words=flows.words, is_well=flows.is_well),
        Check(
            name="Mail",
            words=("not set up" if not services.mailer.is_on else f"{services.mailer.failed} could not be sent"),
            is_well=not services.mailer.failed,
        ),
    )
    return render(request, "admin_health.html", HealthPage(checks=checks, is_well=all(one.is_well for one in checks)))


def _refused(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items())) or "nothing since the start"


def _ingested(note: Path) -> Check:
    """The last ingest, by the note that it leaves: the pages' process knows nothing else of the schedules'."""
    name = "From the desk to the tables"
    try:
        at = datetime.fromisoformat(json.loads(note.read_text(encoding="utf-8"))["at"])
    except FileNotFoundError:
        return Check(name=name, words="not yet; the schedules do it, or `detente run ingest`", is_well=True)
    except (OSError, ValueError, KeyError, TypeError):
        return Check(
            name=name, words="data/ingest.json cannot be read; `detente run ingest` makes it anew", is_well=False
        )
    return Check(name=name, words="last ingest", is_well=True, at=at)


def _published(folder: Path) -> Check:
    try:
        return Check(name="Published", words="as of", is_well=True, at=newest(folder).as_of)
    except WarehouseError:
        return Check(name="Published", words="nothing yet; `detente run pipeline` makes the first file", is_well=True)
