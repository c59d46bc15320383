"""How a session begins and ends in the browser: the cookie, and where to go from there."""

from __future__ import annotations

import hashlib
import ipaddress

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import sign_in
from detente.people import Person
from web.services import services_of
from web.site import local_path


def enter(request: Request, person: Person, then: str | None) -> Response:
    """Begins a session for somebody who has shown who they are; whatever session the browser had ends."""
    services = services_of(request)
    with services.desk.writing() as connection:
        secret = sign_in.begin_session(
            connection,
            person.person_id,
            services.clock.now(),
            services.workspace.settings.web.session_hours,
            instead_of=request.cookies.get(services.site.cookie),
        )
    services.sessions.forget()
    return with_cookie(request, secret, then)


def with_cookie(request: Request, secret: str, then: str | None) -> Response:
    """Gives the browser its session's secret and sends it on."""
    services = services_of(request)
    response = RedirectResponse(local_path(then), 303)
    response.set_cookie(
        services.site.cookie,
        secret,
        max_age=int(services.workspace.settings.web.session_hours * 3600),
        path="/",
        secure=services.site.is_https,
        httponly=True,
        samesite="lax",
    )
    return response


def without_cookie(request: Request, then: str) -> Response:
    """Takes the cookie away, and what the browser keeps of the pages."""
    site = services_of(request).site
    # not "storage": sightings that wait in the browser to be sent must outlive a sign-out
    response = RedirectResponse(then, 303, {"Clear-Site-Data": '"cache"'})
    response.delete_cookie(site.cookie, path="/", secure=site.is_https, httponly=True, samesite="lax")
    return response


def address_key(request: Request) -> str:
    """What tries are counted by: the address, or the network that one subscriber of IPv6 gets."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def account_key(email: str) -> str:
    """What tries at one account are counted by; no e-mail is kept in memory for it."""
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()
