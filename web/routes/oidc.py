"""Sign-in by the provider of the settings; its groups give the roles, anew at each sign-in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import people
from desk.database import Connection
from detente.errors import NotAllowedError, NotFoundError
from detente.people import Person, Role
from detente.settings import OidcSettings
from web.access.entering import address_key, enter
from web.access.oidc import Claimed, Provider
from web.access.permissions import Permission
from web.access.throttle import Pace
from web.routing import Routes
from web.services import Services, services_of
from web.site import local_path

routes = Routes()

_ADDRESS = Pace(name="oidc-address", times=60, seconds=300)
_COOKIE_S = 600


def _provider(services: Services) -> Provider:
    if services.provider is None:
        raise NotFoundError("no provider is set up here")
    return services.provider


def _cookie(services: Services) -> str:
    return f"{services.site.cookie}-oidc"


@routes.get("/sign-in/oidc", needs=Permission.ANYONE)
def begin(request: Request, next: str | None = None) -> Response:  # noqa: A002
    """Sends somebody to the provider."""
    services = services_of(request)
    services.throttle.count(_ADDRESS, address_key(request))
    url, browser = _provider(services).begin(local_path(next))
    response = RedirectResponse(url, 303)
    response.set_cookie(
        _cookie(services), browser, _COOKIE_S, path="/", secure=services.site.is_https, httponly=True, samesite="lax"
    )
    return response


@routes.get("/sign-in/oidc/callback", needs=Permission.ANYONE)
def callback(request: Request) -> Response:
    """Takes somebody back from the provider."""
    services = services_of(request)
    services.throttle.count(_ADDRESS, address_key(request))
    provider = _provider(services)
    if len(request.query_params.multi_items()) != len(request.query_params):
        raise NotAllowedError("Your provider's answer says one thing twice. Please begin again.")
    claimed, then = provider.end(dict(request.query_params), request.cookies.get(_cookie(services), ""))
    settings = services.workspace.settings.oidc
    if settings is None:
        raise NotFoundError("no provider is set up here")
    with services.desk.writing() as connection:
        person = _person(connection, services, settings, claimed)
    services.sessions.forget()
    response = enter(request, person, then)
    response.delete_cookie(_cookie(services), path="/", secure=services.site.is_https, httponly=True, samesite="lax")
    return response


def roles_of(settings: OidcSettings, groups: frozenset[str]) -> frozenset[Role]:
    """The roles that groups give."""
    return frozenset(role for group in groups for role in settings.roles.get(group, ()))


def _person(connection: Connection, services: Services, settings: OidcSettings, claimed: Claimed) -> Person:
    """Who that is here: known by the provider's id, or by e-mail the first time, or new where a group gives a role.

    Raises:
        NotAllowedError: They are disabled, unknown without a role, or their e-mail belongs to another account.
    """
    now = services.clock.now()
    roles = roles_of(settings, claimed.groups)
    person = people.person_by_identity(connection, settings.issuer, claimed.subject)
    if person is None:
        person = people.person_by_email(connection, claimed.email)
        if person is not None and person.email != claimed.email.strip().lower():
            # case folding makes one of two addresses such as strasse@ and straße@
            raise NotAllowedError("This e-mail is nearly that of another account here; ask an administrator.")
        if person is not None and people.identities_of(connection, person.person_id, settings.issuer):
            # an address that was given to somebody new must not open what the one before left
            raise NotAllowedError("This e-mail belongs to another account of your provider; ask an administrator.")
        if person is None:
            if not roles:
                raise NotAllowedError("None of your groups has a role here; ask an administrator.")
            person = people.add_person(
                connection, name=claimed.name, email=claimed.email, roles=roles, by=None, now=now
            )
        if not person.is_disabled:
            people.link_identity(connection, settings.issuer, claimed.subject, person.person_id, by=None, now=now)
    if person.is_disabled:
        raise NotAllowedError("This account is disabled; ask an administrator.")
    if settings.roles and person.roles != roles:
        people.set_roles(connection, person.person_id, roles, by=None, now=now)
        person = people.person(connection, person.person_id)
    return person
