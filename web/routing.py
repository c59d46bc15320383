"""How a route is made: each says what it needs, and is asked for before a byte of the body is read.

A module of routes holds one `routes = Routes()`; `web/app.py` takes every module in `web/routes/`.

    from starlette.requests import Request
    from starlette.responses import Response

    from web.pages import render, shows
    from web.access.permissions import Permission
    from web.routing import Routes
    from web.services import services_of
    from web.access.visitor import TheVisitor

    routes = Routes()

    @shows("receipt.html")
    @dataclass(frozen=True, kw_only=True, slots=True)
    class ReceiptPage:
        '''One sighting with its steps. (Each attribute is described: a test holds it.)'''
        ...

    @routes.get("/r/{sighting_id}", needs=Permission.OPEN_SIGHTING)
    def receipt(request: Request, visitor: TheVisitor, sighting_id: str) -> Response:
        services = services_of(request)
        with services.desk.reading() as connection:
            row = sightings.visible_to(connection, sighting_id, visitor.known)
        return render(request, "receipt.html", ReceiptPage(...))

Endpoints are FastAPI's: path and query parameters by name and type; `def` runs in a thread, `async def` in the loop
(where nothing may block). A page returns a `Response`. An error of `detente.errors` may simply be raised:
`web/errors.py` makes the answer, a page for people and problem+json under `/api`.

Who is not signed in is sent to `/sign-in` (GET of a page) or answered 401; who lacks the permission, 403. A program's
token opens only routes that name a `scope`, and needs that scope; a browser's session needs the permission alone.

Forms: `form = await read_form(request)` of `web.access.protection`, which bounds parts, fields and files.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from inspect import iscoroutinefunction, signature
from typing import Any, TypeVar

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from detente.people import Scope
from web.access.permissions import Permission
from web.access.visitor import NOBODY, Visitor
from web.services import services_of

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_PLAIN = {"request", "visitor"}


class NotSignedIn(Exception):  # noqa: N818  (not a fault: an answer)
    """The route needs somebody, and nobody is signed in."""


class GuardedRoute(APIRoute):
    """A route that asks who is there before it reads the body.

    Attributes:
        needs: The permission.
        scope: What a token must be good for; None: no token opens it.
    """

    needs: Permission
    scope: Scope | None

    def __init__(self, path: str, endpoint: Callable[..., Any], *, needs: Permission, scope: Scope | None, **more: Any):
        self.needs = needs
        self.scope = scope
        super().__init__(path, endpoint, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler behind the check; an endpoint that wants nothing of FastAPI is called without it."""
        if iscoroutinefunction(self.endpoint) and set(signature(self.endpoint).parameters) == _PLAIN:
            return self._plain
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.state.visitor = await _admitted(request, self.needs, self.scope)
            return await handle(request)

        return guarded

    async def _plain(self, request: Request) -> Response:
        visitor = await _admitted(request, self.needs, self.scope)
        response: Response = await self.endpoint(request=request, visitor=visitor)
        return response


async def _admitted(request: Request, needs: Permission, scope: Scope | None) -> Visitor:
    """The visitor, where they have the permission.

    Raises:
        NotSignedIn: Nobody is there.
        HTTPException: 401 for a token that is none, 403 for somebody without the permission or the scope.
    """
    request.state.visitor = visitor = await visitor_of(request)
    if needs is Permission.ANYONE:
        return visitor
    if visitor.person is None:
        if "authorization" in request.headers:
            raise HTTPException(401, "This token is not known, has ended or was revoked; make a new one under /me.")
        raise NotSignedIn
    if visitor.via == "token" and (scope is None or scope not in visitor.scopes):
        raise HTTPException(403, "This token is not good for that; make one with the scope that is needed under /me.")
    if not visitor.may(needs):
        raise HTTPException(403, "Your roles do not include this; an administrator can change them.")
    return visitor


async def visitor_of(request: Request) -> Visitor:
    """Who asks. A token stands alone: with one, the cookie is not looked at."""
    services = services_of(request)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, secret = authorization.partition(" ")
        return await services.sessions.by_token(secret.strip()) if scheme.lower() == "bearer" else NOBODY
    cookie = request.cookies.get(services.site.cookie)
    return await services.sessions.by_cookie(cookie) if cookie else NOBODY


class Routes:
    """The routes of one module."""

    def __init__(self) -> None:
        self.all: list[GuardedRoute] = []

    def get(
        self, path: str, *, needs: Permission, scope: Scope | None = None, **more: Any
    ) -> Callable[[_Endpoint], _Endpoint]:
        """A page or an answer; HEAD is answered too. `more` goes to FastAPI's route."""
        return self._added(path, ("GET", "HEAD"), needs, scope, more)

    def post(
        self, path: str, *, needs: Permission, scope: Scope | None = None, **more: Any
    ) -> Callable[[_Endpoint], _Endpoint]:
        """Something that changes. `more` goes to FastAPI's route."""
        return self._added(path, ("POST",), needs, scope, more)

    def _added(
        self, path: str, methods: Sequence[str], needs: Permission, scope: Scope | None, more: dict[str, Any]
    ) -> Callable[[_Endpoint], _Endpoint]:
        # pages are no part of the API's description, and return what they rendered
        options: dict[str, Any] = {"include_in_schema": False, "response_model": None} | more

        def add(endpoint: _Endpoint) -> _Endpoint:
            self.all.append(GuardedRoute(path, endpoint, needs=needs, scope=scope, methods=list(methods), **options))
            return endpoint

        return add
