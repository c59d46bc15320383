"""The web application: the routes, what stands before them, and what runs beside them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import web.routes
from desk.accepting.accept import limits_of
from desk.database import Desk
from desk.following import messages
from desk.places import attachments_of, inbox_of
from detente import __version__
from detente.clock import Clock
from detente.secret_file import secret_in
from detente.workspace import Workspace
from web.access.oidc import Provider
from web.access.protection import RequestChecks, SafeAnswers
from web.access.throttle import Throttle
from web.access.visitor import Sessions
from web.background import Indexing
from web.errors import answer_errors
from web.flows_state import AskFlows, not_started
from web.mail import Deliver, Mailer
from web.routing import GuardedRoute, Routes
from web.services import Services
from web.site import Site, site_of


def all_routes() -> list[Routes]:
    """The routes of every module in `web/routes/`, in the order of their names.

    Raises:
        TypeError: A module there has no `routes`.
    """
    found = []
    for module in sorted(pkgutil.iter_modules(web.routes.__path__), key=lambda one: one.name):
        routes = getattr(importlib.import_module(f"web.routes.{module.name}"), "routes", None)
        if not isinstance(routes, Routes):
            raise TypeError(f"web/routes/{module.name}.py has no `routes = Routes()`")
        found.append(routes)
    return found


def create_app(
    workspace: Workspace,
    desk: Desk,
    *,
    clock: Clock,
    port: int | None = None,
    deliver: Deliver | None = None,
    flows: AskFlows = not_started,
    routes: Sequence[Routes] | None = None,
    beside: bool = True,
) -> FastAPI:
    """The application over a workspace and its desk.

    Args:
        workspace: Settings, competitors, themes.
        desk: Open; the caller closes it.
        clock: The time.
        port: The port listened on, where the settings leave it open.
        deliver: How a mail leaves; by the settings' mail server where it is left out.
        flows: Says how the process does that keeps the schedules.
        routes: The routes; those of all modules where left out.
        beside: Whether the indexing and the mail run while the application does; tests call them by hand.

    Raises:
        TypeError: A route says not what it needs.
        WorkspaceError: A setting of `[web]` is wrong.
    """
    services = _services(workspace, desk, clock, port, deliver, flows)
    middleware = [
        Middleware(SafeAnswers, services=lambda: services),
        Middleware(RequestChecks, services=lambda: services),
    ]
    if proxies := workspace.settings.web.trusted_proxies:
        middleware.insert(0, Middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies)))
    app = FastAPI(
        title="Détente",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=partial(_beside, services) if beside else None,
        middleware=middleware,
    )
    app.state.services = services
    answer_errors(app)
    for one in all_routes() if routes is None else routes:
        app.router.routes.extend(one.all)
    refuse_unguarded(app.router.routes)
    return app


@asynccontextmanager
async def _beside(services: Services, _: FastAPI) -> AsyncIterator[None]:
    """What runs as long as the application does."""
    services.indexing.start()
    services.mailer.start()
    try:
        yield
    finally:
        services.indexing.stop()
        services.mailer.stop()


def refuse_unguarded(routes: Sequence[BaseRoute]) -> None:
    """Keeps an application from being made with a route that does not say what it needs.

    Raises:
        TypeError: There is one.
    """
    for route in routes:
        if not isinstance(route, GuardedRoute):
            raise TypeError(f"{getattr(route, 'path', route)!r} says not what it needs: add it with web.routing.Routes")


def _services(
    workspace: Workspace, desk: Desk, clock: Clock, port: int | None, deliver: Deliver | None, flows: AskFlows
) -> Services:
    settings = workspace.settings
    inbox = inbox_of(workspace)
    attachments = attachments_of(workspace)
    limits = limits_of(settings.limits)
    if settings.mail is not None and deliver is None:
        deliver = messages.smtp(settings.mail, workspace.root)
    site = site_of(settings.web, port)
    return Services(
        workspace=workspace,
        desk=desk,
        inbox=inbox,
        attachments=attachments,
        limits=limits,
        clock=clock,
        site=site,
        sessions=Sessions(desk, clock),
        throttle=Throttle(clock),
        indexing=Indexing(desk, inbox, attachments, limits, clock),
        mailer=Mailer(settings.mail, deliver),
        provider=_provider(workspace, site, clock),
        flows=flows,
    )


def _provider(workspace: Workspace, site: Site, clock: Clock) -> Provider | None:
    settings = workspace.settings.oidc
    if settings is None:
        return None
    secret = secret_in(workspace.root, settings.client_secret_file, "oidc.client_secret_file")
    return Provider(settings, secret, site.url("/sign-in/oidc/callback"), clock)
