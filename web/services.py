"""What endpoints work with: one object, at `request.app.state.services`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from desk.accepting.accept import Limits
from desk.accepting.inbox import Inbox
from desk.database import Desk
from desk.indexing.attachments import Attachments
from detente.clock import Clock
from detente.workspace import Workspace
from web.access.visitor import Sessions
from web.flows_state import AskFlows
from web.site import Site

if TYPE_CHECKING:
    from web.access.oidc import Provider
    from web.access.throttle import Throttle
    from web.background import Indexing
    from web.mail import Mailer


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """What endpoints work with.

    Attributes:
        workspace: Settings, competitors, themes.
        desk: `with services.desk.reading() as connection: …`; likewise `writing`.
        inbox: Where accepted sightings are put; call `services.indexing.wake()` afterwards.
        attachments: Files of cleared sightings.
        limits: Bounds of a submission.
        clock: The time; never `datetime.now()`.
        site: The address that people type; `services.site.url("/r/…")` for links that leave the page.
        sessions: Who asks; `forget()` after whatever ends a session or a token.
        throttle: How often somebody may try.
        indexing: The thread that brings what the inbox holds into the desk.
        mailer: Sends mail beside the request; `is_on` says whether there is a mail server.
        provider: Whom people can sign in with; None where none is set up.
        flows: Says how the process does that keeps the schedules.
    """

    workspace: Workspace
    desk: Desk
    inbox: Inbox
    attachments: Attachments
    limits: Limits
    clock: Clock
    site: Site
    sessions: Sessions
    throttle: Throttle
    indexing: Indexing
    mailer: Mailer
    provider: Provider | None
    flows: AskFlows


def services_of(request: Request) -> Services:
    """The services of the application that got this request."""
    services: Services = request.app.state.services
    return services
