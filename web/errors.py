"""What is answered when something cannot be done: a page for people, problem+json (RFC 9457) for programs.

Each says what happened, what was kept, and what to do. None holds a stack trace or anything that somebody wrote.
"""

from __future__ import annotations

import http
import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from detente.errors import (
    ConflictError,
    DeskError,
    DetenteError,
    NotAllowedError,
    NotFoundError,
    ServiceError,
    StorageError,
    SubmissionError,
    UsageError,
)
from web.pages import render, shows
from web.routing import NotSignedIn

log = logging.getLogger("detente.web")


@shows("error.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorPage:
    """What went wrong, for people.

    Attributes:
        status: The HTTP status.
        happened: What happened, as the page's title.
        kept: What became of what was sent.
        next: What to do now.
        faults: By field, what is wrong with it.
    """

    status: int
    happened: str
    kept: str
    next: str
    faults: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An error as it is answered.

    Attributes:
        status: The HTTP status.
        happened: One short sentence.
        kept: What became of what was sent; empty where there is nothing to say.
        next: What to do now.
        faults: By field, what is wrong with it.
        headers: Headers of the answer.
    """

    status: int
    happened: str
    kept: str = ""
    next: str = ""
    faults: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None


_NOTHING_SAVED = "Nothing was saved."
_BY_STATUS: Mapping[int, Answer] = {
    400: Answer(
        status=400,
        happened="That could not be read",
        kept=_NOTHING_SAVED,
        next="Go back, check what you entered and send it again.",
    ),
    401: Answer(
        status=401,
        happened="You are not signed in",
        kept="What you typed is still in the form: go back and it is there.",
        next="Sign in in another tab, come back to this one and send it again.",
        headers={"WWW-Authenticate": "Bearer"},
    ),
    403: Answer(
        status=403,
        happened="This is not open to you",
        kept=_NOTHING_SAVED,
        next="If you need it, ask an administrator for the role.",
    ),
    404: Answer(
        status=404,
        happened="There is no such page",
        kept="",
        next="It may be for somebody else, or the address has a slip. Start from the first page.",
    ),
    405: Answer(status=405, happened="This address does not take that", next="Start from the first page."),
    408: Answer(
        status=408,
        happened="It took too long to arrive",
        kept=_NOTHING_SAVED,
        next="Send it again where the connection is better; it is taken once, however often it is sent.",
    ),
    409: Answer(status=409, happened="Somebody was faster", kept=_NOTHING_SAVED, next="Load the page anew and look."),
    413: Answer(
        status=413,
        happened="That is too large",
        kept=_NOTHING_SAVED,
        next="Send fewer or smaller files; the text can be sent without them and files added later.",
    ),
    421: Answer(
        status=421,
        happened="This address is not known here",
        next="Open the site under its own address; web.base_url in detente.toml says which it is.",
    ),
    422: Answer(
        status=422,
        happened="Something has to be put right first",
        kept=_NOTHING_SAVED,
        next="Go back, mend what is named here and send it again.",
    ),
    429: Answer(
        status=429,
        happened="That was too often in a short time",
        kept=_NOTHING_SAVED,
        next="Wait a little, then try again.",
    ),
    500: Answer(
        status=500,
        happened="Something went wrong on our side",
        kept="Whatever was acknowledged before is safe.",
        next="Try again; if it happens again, tell whoever looks after this site at what time it happened.",
    ),
    503: Answer(
        status=503,
        happened="The desk does not answer right now",
        kept="Whatever was acknowledged before is safe. What you just sent was not taken.",
        next="Go back, where it still stands, and send it again in a minute.",
        headers={"Retry-After": "30"},
    ),
    507: Answer(
        status=507,
        happened="The disk is full",
        kept="What you just sent was not taken. Whatever was acknowledged before is safe.",
        next="Go back, where it still stands, and send it again later. Whoever looks after this site has to make room.",
        headers={"Retry-After": "300"},
    ),
}


def answer_to(error: Exception) -> Answer:
    """The answer to an error; what is not known is a 500 that tells nothing."""
    match error:
        case NotSignedIn():
            return _BY_STATUS[401]
        case SubmissionError():
            return _with(422, faults=error.faults)
        case ConflictError():
            return _with(409, happened=str(error))
        case NotFoundError():
            return _BY_STATUS[404]
        case NotAllowedError():
            return _with(403, happened=str(error) or None)
        case StorageError():
            return _BY_STATUS[507]
        case DeskError():
            return _BY_STATUS[503]
        case ServiceError():
            return _with(503, happened="Another service does not answer", next=str(error))
        case UsageError():
            return _with(400, next=str(error))
        case RequestValidationError():
            faults = {".".join(str(part) for part in one["loc"][1:]): str(one["msg"]) for one in error.errors()}
            return _with(422, faults=faults)
        case HTTPException():
            return _of_http(error)
    return _BY_STATUS[500]


def _with(
    status: int,
    *,
    happened: str | None = None,
    next: str | None = None,  # noqa: A002
    faults: Mapping[str, str] | None = None,
) -> Answer:
    usual = _BY_STATUS[status]
    return Answer(
        status=status,
        happened=happened or usual.happened,
        kept=usual.kept,
        next=next or usual.next,
        faults=faults,
        headers=usual.headers,
    )


def _of_http(error: HTTPException) -> Answer:
    phrase = http.HTTPStatus(error.status_code).phrase
    usual = _BY_STATUS.get(error.status_code, Answer(status=error.status_code, happened=phrase))
    # a detail that is only the status's name tells people nothing
    detail = error.detail if isinstance(error.detail, str) and error.detail not in ("", phrase) else ""
    return Answer(
        status=error.status_code,
        happened=usual.happened,
        kept=usual.kept,
        next=detail or usual.next,
        headers={**(usual.headers or {}), **(error.headers or {})},
    )


def wants_json(request: Request) -> bool:
    """Whether a program asks."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def respond(request: Request, answer: Answer) -> Response:
    """The answer as a page or as problem+json."""
    headers = dict(answer.headers or {})
    if wants_json(request):
        problem: dict[str, object] = {
            "type": "about:blank",
            "title": answer.happened,
            "status": answer.status,
            "detail": " ".join(part for part in (answer.kept, answer.next) if part),
        }
        if answer.faults:
            problem["errors"] = [{"field": field, "detail": fault} for field, fault in answer.faults.items()]
        return JSONResponse(problem, answer.status, headers, media_type="application/problem+json")
    # who only looked has sent nothing that could be lost
    is_look = request.method in ("GET", "HEAD") and answer.status == http.HTTPStatus.FORBIDDEN
    page = ErrorPage(
        status=answer.status,
        happened=answer.happened,
        kept="" if is_look else answer.kept,
        next=answer.next,
        faults=dict(answer.faults or {}),
    )
    headers.pop("WWW-Authenticate", None)  # browsers would ask for a password of their own
    return render(request, "error.html", page, status=answer.status, headers=headers)


async def _on_error(request: Request, error: Exception) -> Response:
    if isinstance(error, NotSignedIn) and request.method in ("GET", "HEAD") and not wants_json(request):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(back, safe='')}", 303)
    answer = answer_to(error)
    if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        log_error(error)
    return respond(request, answer)


def log_error(error: Exception) -> None:
    """Logs where an error came from; its words are left out, since they may hold what somebody wrote."""
    places = " < ".join(
        f"{frame.name} {frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:])
    )
    words = f": {error}" if isinstance(error, StorageError | DeskError) else ""
    log.error("%s%s at %s", type(error).__name__, words, places)


def answer_errors(app: FastAPI) -> None:
    """Makes an application answer its errors in this way."""
    for kind in (DetenteError, HTTPException, RequestValidationError, NotSignedIn):
        app.add_exception_handler(kind, _on_error)
