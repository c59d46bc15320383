"""Errors of the API as problem details (RFC 9457): one shape for every fault."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse

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

MEDIA_TYPE = "application/problem+json"

# the first that fits counts: what is special stands above what it is a case of
_STATUS: tuple[tuple[type[DetenteError], HTTPStatus], ...] = (
    (SubmissionError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ConflictError, HTTPStatus.CONFLICT),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (NotAllowedError, HTTPStatus.FORBIDDEN),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (StorageError, HTTPStatus.INSUFFICIENT_STORAGE),
    (DeskError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ServiceError, HTTPStatus.SERVICE_UNAVAILABLE),
)
# what of these happened inside is for the log, not for whoever asks
_HIDDEN: Mapping[HTTPStatus, str] = {
    HTTPStatus.INSUFFICIENT_STORAGE: "the disk is full; nothing was taken, so keep what you have and send it again later",
    HTTPStatus.SERVICE_UNAVAILABLE: "the desk does not answer; nothing was changed, so try again in a while",
    HTTPStatus.INTERNAL_SERVER_ERROR: "something is broken here; nothing more is known to you, the log has it",
}


class ProblemResponse(JSONResponse):
    """An answer that says what is wrong."""

    media_type = MEDIA_TYPE


def status_of(error: DetenteError) -> HTTPStatus:
    """The status code that says the same as the error."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(
    status: int,
    detail: str,
    *,
    faults: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """The answer for a fault.

    Args:
        status: Of HTTP.
        detail: What happened and what to do next, for people.
        faults: By field of the body, what is wrong with it.
        headers: More headers, such as Retry-After.
    """
    content: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if faults:
        content["errors"] = [
            {"field": field, "pointer": _pointer(field), "detail": fault} for field, fault in faults.items()
        ]
    return ProblemResponse(content, int(status), headers=dict(headers or {}))


def problem_of(error: DetenteError) -> ProblemResponse:
    """The answer for an error of ours."""
    status = status_of(error)
    if isinstance(error, SubmissionError):
        return problem(status, "the sighting cannot be taken as it is: mend the fields in errors", faults=error.faults)
    return problem(status, _HIDDEN.get(status) or str(error))


def _pointer(field: str) -> str:
    """A JSON pointer (RFC 6901) to the field, as a URI fragment."""
    return "#/" + field.replace("~", "~0").replace("/", "~1") if field else "#"
