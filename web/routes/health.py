"""Whether the machine is there, for whoever watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.access.permissions import Permission
from web.routing import Routes

routes = Routes()


@routes.get("/health", needs=Permission.ANYONE)
async def health(request: Request) -> Response:
    """Says that requests are answered, and nothing else: what is inside is for administrators."""
    del request
    return PlainTextResponse("ok\n")
