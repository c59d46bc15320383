"""One's own account: name, roles, password, tokens, and signing out everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import people, sign_in
from detente.errors import NotFoundError, SubmissionError
from detente.people import Scope
from web.access.entering import enter, without_cookie
from web.access.permissions import Permission
from web.access.protection import TheForm
from web.access.throttle import Pace
from web.access.visitor import TheVisitor
from web.pages import render, shows
from web.routing import Routes
from web.services import services_of

routes = Routes()

SCOPES: tuple[Scope, ...] = get_args(Scope)
_SCOPE_WORDS: dict[Scope, str] = {"sightings:write": "send sightings", "sightings:read": "read sightings"}
_DAYS = (30, 90, 365)
_NOT_THIS = (
    "This is not the password that you have now. If you have forgotten it, ask whoever has the terminal: "
    "`detente person password` sets a new one."
)
_PASSWORDS = Pace(name="password-change", times=8, seconds=300)
_TOKENS = Pace(name="tokens", times=20, seconds=3600)


@shows("me.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class MePage:
    """One's own account.

    Attributes:
        tokens: Those of the visitor that still work.
        scopes: What a token can be good for: pairs of scope and words.
        days: For how long a token can be made.
        has_password: Whether they have one, which a change of it asks for.
        new_token: A token just made, which is shown this once; empty otherwise.
        faults: By field, what was wrong with a form.
    """

    tokens: tuple[sign_in.Token, ...]
    scopes: tuple[tuple[Scope, str], ...]
    days: tuple[int, ...]
    has_password: bool
    new_token: str = ""
    faults: dict[str, str]


def _page(
    request: Request, visitor: TheVisitor, *, faults: dict[str, str] | None = None, new_token: str = ""
) -> Response:
    services = services_of(request)
    now = services.clock.now()
    with services.desk.reading() as connection:
        tokens = sign_in.tokens_of(connection, visitor.known.person_id)
        has_password = people.has_password(connection, visitor.known.person_id)
    page = MePage(
        tokens=tuple(
            token
            for token in tokens
            if token.revoked_at is None and (token.expires_at is None or token.expires_at > now)
        ),
        scopes=tuple(_SCOPE_WORDS.items()),
        days=_DAYS,
        has_password=has_password,
        new_token=new_token,
        faults=faults or {},
    )
    return render(request, "me.html", page, status=422 if faults else 200)


@routes.get("/me", needs=Permission.SIGNED_IN)
def me(request: Request, visitor: TheVisitor) -> Response:
    """One's own account."""
    return _page(request, visitor)


@routes.post("/me/sign-out-everywhere", needs=Permission.SIGNED_IN)
def sign_out_everywhere(request: Request, visitor: TheVisitor) -> Response:
    """Ends all of one's sessions, this one too."""
    services = services_of(request)
    with services.desk.writing() as connection:
        people.end_sessions(connection, visitor.known.person_id, services.clock.now())
    services.sessions.forget()
    return without_cookie(request, "/sign-in")


@routes.post("/me/password", needs=Permission.SIGNED_IN)
def set_password(request: Request, visitor: TheVisitor, form: TheForm) -> Response:
    """Sets a password; all other sessions end. A change asks for the present one: a device may have been left open."""
    services = services_of(request)
    person = visitor.known
    services.throttle.count(_PASSWORDS, person.person_id)
    with services.desk.reading() as connection:
        has_password = people.has_password(connection, person.person_id)
    if has_password and not sign_in.is_password(services.desk, person.person_id, str(form.get("present", ""))):
        return _page(request, visitor, faults={"present": _NOT_THIS})
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    if password != again:
        return _page(request, visitor, faults={"again": "The two are not the same; type it anew."})
    try:
        with services.desk.writing() as connection:
            people.set_password(connection, person.person_id, password, by=person.person_id, now=services.clock.now())
    except SubmissionError as error:
        return _page(request, visitor, faults=error.faults)
    return enter(request, person, "/me")


@routes.post("/me/tokens", needs=Permission.SIGNED_IN)
def make_token(request: Request, visitor: TheVisitor, form: TheForm) -> Response:
    """Makes a token and shows it, this once."""
    services = services_of(request)
    person = visitor.known
    services.throttle.count(_TOKENS, person.person_id)
    days = str(form.get("days", ""))
    try:
        with services.desk.writing() as connection:
            _, secret = sign_in.new_token(
                connection,
                person.person_id,
                str(form.get("name", "")),
                [str(scope) for scope in form.getlist("scope")],
                services.clock.now(),
                int(days) if days in map(str, _DAYS) else _DAYS[0],
                person.person_id,
            )
    except SubmissionError as error:
        return _page(request, visitor, faults=error.faults)
    return _page(request, visitor, new_token=secret)


@routes.post("/me/tokens/{token_id}/revoke", needs=Permission.SIGNED_IN)
def revoke(request: Request, visitor: TheVisitor, token_id: str) -> Response:
    """Ends one of one's tokens."""
    services = services_of(request)
    person_id = visitor.known.person_id
    with services.desk.writing() as connection:
        if token_id not in {token.token_id for token in sign_in.tokens_of(connection, person_id)}:
            raise NotFoundError("there is no such token")
        sign_in.revoke_token(connection, token_id, by=person_id, now=services.clock.now())
    services.sessions.forget()
    return RedirectResponse("/me", 303)
