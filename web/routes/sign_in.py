"""Signing in by password or by a link from a mail, and signing out."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import sign_in
from desk.people import person_by_email
from detente.people import Person
from web.access.entering import account_key, address_key, enter, with_cookie, without_cookie
from web.access.permissions import Permission
from web.access.protection import read_form
from web.access.throttle import Pace, too_often
from web.access.visitor import TheVisitor
from web.errors import log_error
from web.letters import send_link
from web.pages import render, shows
from web.routing import Routes
from web.services import Services, services_of
from web.site import local_path

routes = Routes()

# Guesses at one account from one address; from other addresses its owner still gets in.
_PAIR = Pace(name="password-pair", times=8, seconds=300)
# Tries of one address at whatever accounts: an office behind one address signs in within it.
_ADDRESS = Pace(name="password-address", times=100, seconds=300)
# Beyond so many tries at one account from everywhere each one takes longer; nobody is locked out by others.
_ACCOUNT = Pace(name="password-account", times=20, seconds=900)
_SLOWER_S = 2.0
_MAILS = Pace(name="mail-account", times=3, seconds=900)
_MAIL_ADDRESS = Pace(name="mail-address", times=30, seconds=900)
_LINK_MINUTES = 15
# One check of a password takes 64 MB and a processor for 50 ms.
_CHECKS = threading.Semaphore(2)


@shows("sign_in.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class SignInPage:
    """The ways to sign in.

    Attributes:
        then: Where to go afterwards.
        email: As typed before.
        fault: What was wrong with the try before; empty: nothing.
        has_mail: Whether a link can be sent.
        has_oidc: Whether there is a provider to sign in with.
        is_alone: Whether the site is on this machine only, where `detente serve` prints a link.
    """

    then: str
    email: str
    fault: str
    has_mail: bool
    has_oidc: bool
    is_alone: bool


@shows("link_sent.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSentPage:
    """What to do after a link was asked for.

    Attributes:
        email: As typed.
        minutes: How long a link is good for.
    """

    email: str
    minutes: int


@shows("link.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class LinkPage:
    """The button that uses a link.

    Attributes:
        secret: The link's secret, as in the address.
        then: Where to go afterwards.
        is_spent: Whether the link was tried and is good no more.
    """

    secret: str
    then: str
    is_spent: bool


def _page(request: Request, then: str | None, *, email: str = "", fault: str = "", status: int = 200) -> Response:
    services = services_of(request)
    page = SignInPage(
        then=local_path(then),
        email=email[:320],
        fault=fault,
        has_mail=services.mailer.is_on,
        has_oidc=services.workspace.settings.oidc is not None,
        is_alone=not services.workspace.settings.web.base_url,
    )
    return render(request, "sign_in.html", page, status=status)


@routes.get("/sign-in", needs=Permission.ANYONE)
async def sign_in_page(request: Request, visitor: TheVisitor, next: str | None = None) -> Response:  # noqa: A002
    """The ways to sign in that are set up here."""
    if visitor.person is not None:
        return RedirectResponse(local_path(next), 303)
    return _page(request, next)


@routes.post("/sign-in/password", needs=Permission.ANYONE)
async def by_password(request: Request) -> Response:
    """Signs in by e-mail and password."""
    services = services_of(request)
    form = await read_form(request, files=0)
    email, password, then = str(form.get("email", "")), str(form.get("password", "")), str(form.get("next", "/"))
    address, account = address_key(request), account_key(email)
    pair = f"{account}/{address}"
    services.throttle.count(_ADDRESS, address)
    if wait := services.throttle.wait_s(_PAIR, pair):
        raise too_often(wait)
    if services.throttle.wait_s(_ACCOUNT, account):
        await services.throttle.sleep(_SLOWER_S)
    found = await run_in_threadpool(_checked, services, email, password)
    if found is None:
        fault = "E-mail and password do not belong together. Look for a slip, or use another way to sign in."
        return _page(request, then, email=email, fault=fault, status=422)
    services.throttle.forget(_PAIR, pair)
    person, secret = found
    await run_in_threadpool(_end_former, request, services, person)
    return with_cookie(request, secret, then)


def _checked(services: Services, email: str, password: str) -> tuple[Person, str] | None:
    with _CHECKS:
        return sign_in.by_password(services.desk, email, password, hours=services.workspace.settings.web.session_hours)


def _end_former(request: Request, services: Services, person: Person) -> None:
    """Ends the session that the browser showed: who signs in anew leaves none behind."""
    del person
    former = request.cookies.get(services.site.cookie)
    if former:
        with services.desk.writing() as connection:
            sign_in.end_session(connection, former, services.clock.now())
        services.sessions.forget()


@routes.post("/sign-in/mail", needs=Permission.ANYONE)
async def by_mail(request: Request) -> Response:
    """Sends a link; the answer is the same whether somebody has that e-mail or not, and comes as soon."""
    services = services_of(request)
    form = await read_form(request, files=0)
    email = str(form.get("email", "")).strip()
    services.throttle.count(_MAIL_ADDRESS, address_key(request))
    if services.mailer.is_on and email and not services.throttle.wait_s(_MAILS, account_key(email)):
        # beside the request: writing the link would tell by its time that somebody has this e-mail
        asyncio.get_running_loop().run_in_executor(None, _send_link, services, email, local_path(str(form.get("next"))))
    return render(request, "link_sent.html", LinkSentPage(email=email[:320], minutes=_LINK_MINUTES))


def _send_link(services: Services, email: str, then: str) -> None:
    try:
        with services.desk.writing() as connection:
            person = person_by_email(connection, email)
            if person is None or person.is_disabled or person.email is None:
                return
            secret = sign_in.new_link(connection, person.person_id, services.clock.now(), _LINK_MINUTES)
        send_link(services, person, secret, _LINK_MINUTES, then)
    except Exception as error:  # noqa: BLE001  (nobody waits for it; the log says where it went wrong)
        log_error(error)


@routes.get("/sign-in/link/{secret}", needs=Permission.ANYONE)
async def link_page(request: Request, secret: str, next: str | None = None) -> Response:  # noqa: A002
    """A button: programs that look into mails open links, and must not use them up."""
    return render(request, "link.html", LinkPage(secret=secret, then=local_path(next), is_spent=False))


@routes.post("/sign-in/link/{secret}", needs=Permission.ANYONE)
async def by_link(request: Request, secret: str) -> Response:
    """Uses a link, once."""
    services = services_of(request)
    services.throttle.count(_ADDRESS, address_key(request))
    form = await read_form(request, files=0)
    then = local_path(str(form.get("next", "/")))
    person = await run_in_threadpool(_spend, services, secret)
    if person is None:
        return render(request, "link.html", LinkPage(secret=secret, then=then, is_spent=True), status=422)
    return await run_in_threadpool(enter, request, person, then)


def _spend(services: Services, secret: str) -> Person | None:
    with services.desk.writing() as connection:
        return sign_in.use_link(connection, secret, services.clock.now())


@routes.post("/sign-out", needs=Permission.ANYONE)
def sign_out(request: Request) -> Response:
    """Ends this session."""
    services = services_of(request)
    secret = request.cookies.get(services.site.cookie)
    if secret:
        with services.desk.writing() as connection:
            sign_in.end_session(connection, secret, services.clock.now())
        services.sessions.forget()
    return without_cookie(request, "/sign-in")
