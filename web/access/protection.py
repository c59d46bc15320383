"""What stands before every route: known hosts, our own forms, bounded bodies, headers, a quiet log."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from time import perf_counter
from typing import Annotated

from fastapi import Depends, HTTPException
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.access import form_body
from web.errors import answer_to, log_error, respond
from web.services import Services, services_of
from web.site import Site

access = logging.getLogger("detente.access")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
    # what may be kept says so itself
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000"
# ours, and the names that other APIs have for one
_TOKEN = re.compile(rb"det_|(?:^|&)(?:access_?token|api_?key|token|authorization)=", re.I)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# A sender from whom nothing comes for so long has gone; a phone that sends slowly has not.
_SILENCE_S = 30.0
# Room for what stands around the files: field names, boundaries, the details of the form.
_ROOM = 512_000
_FIELDS = 60
_FIELD_BYTES = 128_000
# Bodies without files: JSON, simple forms.
_PLAIN_BYTES = 1_000_000


def most_bytes(services: Services, media_type: str) -> int:
    """How long a body may be: files are awaited in multipart forms alone."""
    if not media_type.lower().startswith("multipart/form-data"):
        return _PLAIN_BYTES
    return services.limits.files * services.limits.file_bytes + _ROOM


async def read_form(request: Request, *, files: int | None = None) -> FormData:
    """The form of a request, with bounds on its parts.

    Args:
        request: The request.
        files: How many files it may hold; as many as a sighting by default.

    Raises:
        HTTPException: 400 for a form that cannot be read or has too many parts, 413 for one that is too large.
    """
    limits = services_of(request).limits
    bounds = form_body.Bounds(
        files=limits.files if files is None else files,
        fields=_FIELDS,
        field_bytes=max(_FIELD_BYTES, limits.text_chars * 4 + 1),
    )
    return await form_body.read_form(request, bounds)


async def _plain_form(request: Request) -> FormData:
    return await read_form(request, files=0)


TheForm = Annotated[FormData, Depends(_plain_form)]
"""The type of an endpoint's parameter for the form of a request, where it holds no files."""


class SafeAnswers:
    """Outermost: headers on every answer, one line of log per request, and an answer to whatever goes wrong inside."""

    def __init__(self, app: ASGIApp, services: Callable[[], Services]) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        begun, status = perf_counter(), 0
        https = self._services().site.is_https

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if https:
                    headers.setdefault("Strict-Transport-Security", _HSTS)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001  (the last place: a person gets an answer, the log no personal words)
            log_error(error)
            if not status:
                await respond(Request(scope), answer_to(error))(scope, receive, sending)
        finally:
            # the route as it is written in the code: addresses hold ids, and queries hold what people typed
            route = getattr(scope.get("route"), "path", "-")
            access.info("%s %s %d %.0f ms", scope["method"], route, status, 1000 * (perf_counter() - begun))


class RequestChecks:
    """Known hosts, our own forms, bounded bodies."""

    def __init__(self, app: ASGIApp, services: Callable[[], Services]) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in, or answers why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, services = Headers(scope=scope), self._services()
        refused = self._refused(scope["method"], headers, services) or _token_in_address(scope)
        if refused is not None:
            answer: Response = respond(Request(scope), answer_to(refused))
            await answer(scope, receive, send)
            return
        bounded = _bounded(receive, most_bytes(services, headers.get("content-type", "")))
        await self._app(scope, bounded, send)

    def _refused(self, method: str, headers: Headers, services: Services) -> HTTPException | None:
        if headers.get("host", "").lower() not in services.site.hosts:
            return HTTPException(421)
        if method not in _SAFE_METHODS and not is_our_own(headers, services.site):
            return HTTPException(
                403, "It was sent from another site or window than this one. Open the page here and send it from there."
            )
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return HTTPException(400)
        if int(length) > most_bytes(services, headers.get("content-type", "")):
            return HTTPException(413, headers={"Connection": "close"})
        return None


def _token_in_address(scope: Scope) -> HTTPException | None:
    """A refusal of a token that stands in the query: addresses end up in logs and histories."""
    query = scope.get("query_string", b"")
    if scope["path"].startswith("/api/") and _TOKEN.search(query):
        return HTTPException(
            400,
            "A token never belongs into an address, where logs and histories keep it: revoke this one under /me, make "
            "a new one, and send it in the header Authorization.",
        )
    return None


def is_our_own(headers: Headers, site: Site) -> bool:
    """Whether a request that changes something comes from our own pages, or from a program.

    Browsers say where a request comes from, in `Sec-Fetch-Site` or at least in `Origin`. What has neither is a program,
    as long as it brings no cookie. A program's token proves itself, as long as no cookie stands beside it: no other
    site can make a browser send one.
    """
    has_cookie = "cookie" in headers
    if headers.get("authorization", "").lower().startswith("bearer ") and not has_cookie:
        return True
    where = headers.get("sec-fetch-site")
    if where is not None:
        return where in ("same-origin", "none")
    sent_from = headers.get("origin")
    if sent_from is not None:
        return site.is_own(sent_from, headers.get("host", ""))
    return not has_cookie


def _bounded(receive: Receive, most: int) -> Receive:
    came, is_over = 0, False

    async def bounded() -> Message:
        nonlocal came, is_over
        if is_over:  # what is awaited now is the end of the connection
            return await receive()
        try:
            async with asyncio.timeout(_SILENCE_S):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        if message["type"] == "http.request":
            came += len(message.get("body", b""))
            is_over = not message.get("more_body", False)
            if came > most:
                raise HTTPException(413, headers={"Connection": "close"})
        return message

    return bounded
