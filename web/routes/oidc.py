"""Sign-in by the provider of the settings; its groups give the roles, anew at each sign-in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import people
from desk.database import Connection
from detente.errors import NotAllowedError, NotFoundError
from detente.people import Person, Role
from detente.settings import OidcSettings
from web.door.entering import address_key, enter
from web.door.oidc import Claimed, Provider
from web.door.permissions import Permission
from web.door.throttle import Pace
from web.routing import Routes
from web.shop import Shop, shop_of
from web.site import local_path

routes = Routes()

_ADDRESS = Pace(name="oidc-address", times=60, seconds=300)
_COOKIE_S = 600


def _provider(shop: Shop) -> Provider:
    if shop.provider is None:
        raise NotFoundError("no provider is set up here")
    return shop.provider


def _cookie(shop: Shop) -> str:
    return f"{shop.site.cookie}-oidc"


@routes.get("/sign-in/oidc", needs=Permission.ANYONE)
def begin(request: Request, next: str | None = None) -> Response:  # noqa: A002
    """Sends somebody to the provider."""
    shop = shop_of(request)
    shop.throttle.count(_ADDRESS, address_key(request))
    url, browser = _provider(shop).begin(local_path(next))
    response = RedirectResponse(url, 303)
    response.set_cookie(
        _cookie(shop), browser, _COOKIE_S, path="/", secure=shop.site.is_https, httponly=True, samesite="lax"
    )
    return response


@routes.get("/sign-in/oidc/callback", needs=Permission.ANYONE)
def callback(request: Request) -> Response:
    """Takes somebody back from the provider."""
    shop = shop_of(request)
    shop.throttle.count(_ADDRESS, address_key(request))
    provider = _provider(shop)
    if len(request.query_params.multi_items()) != len(request.query_params):
        raise NotAllowedError("Your provider's answer says one thing twice. Please begin again.")
    claimed, then = provider.end(dict(request.query_params), request.cookies.get(_cookie(shop), ""))
    settings = shop.workspace.settings.oidc
    if settings is None:
        raise NotFoundError("no provider is set up here")
    with shop.desk.writing() as connection:
        person = _person(connection, shop, settings, claimed)
    shop.sessions.forget()
    response = enter(request, person, then)
    response.delete_cookie(_cookie(shop), path="/", secure=shop.site.is_https, httponly=True, samesite="lax")
    return response


def roles_of(settings: OidcSettings, groups: frozenset[str]) -> frozenset[Role]:
    """The roles that groups give."""
    return frozenset(role for group in groups for role in settings.roles.get(group, ()))


def _person(connection: Connection, shop: Shop, settings: OidcSettings, claimed: Claimed) -> Person:
    """Who that is here: known by the provider's id, or by e-mail the first time, or new where a group gives a role.

    Raises:
        NotAllowedError: They are disabled, unknown without a role, or their e-mail belongs to another account.
    """
    now = shop.clock.now()
    roles = roles_of(settings, claimed.groups)
    person = people.person_by_identity(connection, settings.issuer, claimed.subject)
    if person is None:
        person = people.person_by_email(connection, claimed.email)
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
