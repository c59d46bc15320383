"""The API: sightings in, receipts out. It ends where the form ends, in `desk.accepting.accept`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.accepting import gate
from desk.accepting.accept import Accepted, accept, accept_attachment
from desk.following import sightings
from desk.indexing import indexer
from detente.errors import ConflictError, NotFoundError, SubmissionError
from detente.fields import submission_of
from detente.people import Person
from detente.sightings import Submission, Upload
from web.access.permissions import Permission
from web.access.protection import read_form
from web.access.throttle import Pace
from web.access.visitor import TheVisitor
from web.api.document import DESCRIPTION, document, operations
from web.api.records import AttachmentOut, ListedOut, ListOut, ReceiptOut, StepOut
from web.pages import render, shows
from web.routing import Routes
from web.services import Services, services_of

routes = Routes()

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_LISTED = 200
_TOO_MANY_FILES = 20
_JSON, _FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One thing that the API does.

    Attributes:
        method: Of HTTP.
        path: Its address.
        summary: What it does.
        description: What else there is to know.
        parameters: Name, place and meaning of each.
        answers: Status and meaning of each.
    """

    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[tuple[str, str, str]]
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of a sighting.

    Attributes:
        name: As it is sent.
        description: What it means.
        words: The words that it takes; none where it takes any.
        is_required: Whether it must be there.
    """

    name: str
    description: str
    words: Sequence[str]
    is_required: bool


@shows("api/reference.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class ReferencePage:
    """The API's description, for people.

    Attributes:
        text: What holds for all of it, as HTML that was made of our own words.
        operations: What it does.
        fields: What a sighting holds.
    """

    text: Markup
    operations: Sequence[Operation]
    fields: Sequence[Field]


@routes.post("/api/v1/sightings", needs=Permission.REPORT, scope="sightings:write")
async def send(request: Request, visitor: TheVisitor) -> Response:
    """Takes a sighting: 201 where it is new, 200 with the same body where it was taken before."""
    kind = _media_type(request)
    uploads: list[Upload] = []
    if kind == _JSON:
        sighting = _parsed(await request.body())
    elif kind == _FORM:
        sighting, uploads = await _sighting_form(request)
    else:
        raise HTTPException(415, f"Send the sighting as {_JSON}, or as {_FORM} with files.")
    return await run_in_threadpool(_send, request, visitor.known, sighting, uploads)


def _send(request: Request, person: Person, sighting: Mapping[str, Any], uploads: Sequence[Upload]) -> Response:
    services = services_of(request)
    _count(services, person)
    accepted = accept(
        services.inbox,
        _submission(request, sighting),
        uploads,
        person_id=person.person_id,
        channel="api",
        now=services.clock.now(),
        limits=services.limits,
        competitors={one.slug for one in services.workspace.competitors},
        currency=services.workspace.settings.company.currency,
    )
    services.indexing.wake()
    answer = _receipt_of(services, accepted)
    headers = {"Location": f"/api/v1/sightings/{accepted.sighting_id}"}
    return _json(answer, 201 if accepted.is_new else 200, headers)


@routes.get("/api/v1/sightings", needs=Permission.REPORT, scope="sightings:read")
def own(request: Request, visitor: TheVisitor, limit: int = 50, cursor: str | None = None) -> Response:
    """One's own sightings, newest first."""
    services = services_of(request)
    faults = {}
    if not 1 <= limit <= _MOST_LISTED:
        faults["limit"] = f"is a number from 1 to {_MOST_LISTED}"
    if cursor is not None and not _UUID.fullmatch(cursor):
        faults["cursor"] = "is no cursor; take `next` of the page before"
    if faults:
        raise SubmissionError(faults)
    with services.desk.reading() as connection:
        rows = sightings.sightings_of(connection, visitor.known.person_id, limit + 1, cursor)
    listed = [
        ListedOut(
            sighting_id=row.sighting_id,
            name=sightings.short_name(row.sighting_id),
            state=row.gate,
            received_at=row.received_at,
            is_withdrawn=row.is_withdrawn,
            url=services.site.url(f"/r/{row.sighting_id}"),
        )
        for row in rows[:limit]
    ]
    return _json(ListOut(sightings=listed, next=listed[-1].sighting_id if len(rows) > limit else None))


@routes.get("/api/v1/sightings/{sighting_id}", needs=Permission.OPEN_SIGHTING, scope="sightings:read")
def one(request: Request, visitor: TheVisitor, sighting_id: str) -> Response:
    """A sighting's receipt, for its reporter and for whoever may read it."""
    services = services_of(request)
    _known(services, sighting_id, visitor.known)
    with services.desk.reading() as connection:
        row = sightings.visible_to(connection, sighting_id, visitor.known)
        receipt = sightings.receipt(connection, sighting_id, reader_id=visitor.known.person_id)
    steps = [
        StepOut(kind=step.kind, title=step.title, at=step.at, is_done=step.is_done, detail=step.detail)
        for step in receipt.steps
    ]
    answer = ReceiptOut(
        sighting_id=sighting_id,
        name=sightings.short_name(sighting_id),
        state=row.gate,
        received_at=row.received_at,
        url=services.site.url(f"/r/{sighting_id}"),
        dropped_files=0,
        reasons=list(receipt.reasons),
        steps=steps,
    )
    return _json(answer)


@routes.post("/api/v1/sightings/{sighting_id}/attachments", needs=Permission.REPORT, scope="sightings:write")
async def attach(request: Request, visitor: TheVisitor, sighting_id: str) -> Response:
    """Adds a photo or file to one of one's own sightings."""
    if _media_type(request) != _FORM:
        raise HTTPException(415, f"Send the file as {_FORM}, in a part called file.")
    fields, uploads = await _form(request, "file", ("confidential",))
    if len(uploads) != 1:
        raise SubmissionError({"file": "send one part called file, and one called confidential"})
    key = _key(request)
    if not key:
        raise _no_key()
    answer = fields.get("confidential", b"").decode(errors="replace")
    return await run_in_threadpool(_attach, services_of(request), visitor.known, key, sighting_id, uploads[0], answer)


def _attach(services: Services, person: Person, key: str, sighting_id: str, upload: Upload, answer: str) -> Response:
    _count(services, person)
    _known(services, sighting_id, person)
    with services.desk.reading() as connection:
        row = sightings.visible_to(connection, sighting_id, person)
    if row.person_id != person.person_id:
        raise NotFoundError("there is no such sighting of yours")
    if row.is_withdrawn:
        raise ConflictError("this sighting was withdrawn; nothing can be added to it")
    if answer != "no":
        with services.desk.writing() as connection:
            sightings.hold(connection, sighting_id, answer, by=person.person_id, now=services.clock.now())
    is_new = accept_attachment(
        services.inbox,
        key,
        sighting_id,
        upload,
        person_id=person.person_id,
        now=services.clock.now(),
        limits=services.limits,
    )
    services.indexing.wake()
    return _json(AttachmentOut(attachment_id=key, sighting_id=sighting_id), 201 if is_new else 200)


@routes.get("/api/v1/openapi.json", needs=Permission.ANYONE)
async def openapi(request: Request) -> Response:
    """The API's description, for programs."""
    return JSONResponse(document(services_of(request).site.base_url))


@routes.get("/api/docs", needs=Permission.ANYONE)
def reference(request: Request) -> Response:
    """The API's description, for people."""
    described = document(services_of(request).site.base_url)
    shown = [
        Operation(
            method=method,
            path=path,
            summary=operation["summary"],
            description=operation["description"],
            parameters=[(one["name"], one["in"], one["description"]) for one in operation["parameters"]],
            answers=[(status, answer["description"]) for status, answer in operation["responses"].items()],
        )
        for method, path, operation in operations(described)
    ]
    schema = described["components"]["schemas"]["Sighting"]
    fields = [
        Field(name=name, description=one["description"], words=_words(one), is_required=name in schema["required"])
        for name, one in schema["properties"].items()
    ]
    text = Markup(MarkdownIt().render(DESCRIPTION))  # noqa: S704  (our own words, and nobody else's)
    return render(request, "api/reference.html", ReferencePage(text=text, operations=shown, fields=fields))


def _words(schema: Mapping[str, Any]) -> list[str]:
    return [word for choice in (schema, *schema.get("anyOf", ())) for word in choice.get("enum", ())]


def _json(
    answer: ReceiptOut | ListOut | AttachmentOut, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(answer.model_dump_json(), status, dict(headers or {}), media_type=_JSON)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()


def _parsed(body: bytes) -> Mapping[str, Any]:
    """The body as a JSON object."""
    try:
        # nested no deeper than the library allows, and no number that JSON does not know
        found = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise HTTPException(400, "The sighting is not valid JSON in UTF-8.") from None
    if not isinstance(found, dict):
        raise SubmissionError({"": "is no JSON object; send one with at least text and source"})
    return found


async def _sighting_form(request: Request) -> tuple[Mapping[str, Any], list[Upload]]:
    """The sighting as JSON in a part of that name, or its fields as parts of their own, and the files."""
    fields, uploads = await _form(request, "files", parts=("sighting", *Submission.model_fields))
    if "sighting" not in fields:
        return {name: body.decode("utf-8", "replace") for name, body in fields.items() if body}, uploads
    if len(fields) > 1:
        raise SubmissionError({"sighting": "holds the fields already; send them there, or as parts, and not as both"})
    return _parsed(fields["sighting"]), uploads


async def _form(request: Request, files: str, parts: Sequence[str] = ()) -> tuple[dict[str, bytes], list[Upload]]:
    """The parts of a form: fields, and the files of that name; any other part is a fault."""
    form = await read_form(request, files=services_of(request).limits.files + _TOO_MANY_FILES)
    fields: dict[str, bytes] = {}
    uploads: list[Upload] = []
    try:
        for name, value in form.multi_items():
            body = await value.read() if isinstance(value, UploadFile) else value.encode("utf-8", "surrogatepass")
            if name in parts and name not in fields:
                fields[name] = body
            elif name == files and isinstance(value, UploadFile):
                uploads.append(Upload(name=value.filename or "", media_type=value.content_type or "", body=body))
            else:
                raise SubmissionError({name[:60]: f"is not known here, or there twice; files go into parts {files!r}"})
    finally:
        await form.close()
    return fields, uploads


def _submission(request: Request, sighting: Mapping[str, Any]) -> Submission:
    """The sighting under the key of its header; where that is left out, under its own id."""
    key, own_id = _key(request), sighting.get("sighting_id")
    if key and own_id is not None and own_id != key:
        raise SubmissionError({"sighting_id": "is another one than the Idempotency-Key; leave one of them out"})
    if not key and own_id is None:
        raise _no_key()
    return submission_of({**sighting, "sighting_id": key or own_id})


def _key(request: Request) -> str:
    """The Idempotency-Key, as a UUID in lower case; empty where there is none."""
    key = request.headers.get("idempotency-key", "").strip().strip('"').casefold()
    if key and not _UUID.fullmatch(key):
        raise HTTPException(
            400, "Idempotency-Key is no UUID; mint one for each sighting, and send it again with each try."
        )
    return key


def _no_key() -> HTTPException:
    return HTTPException(400, "There is no Idempotency-Key; mint a UUID, and send it again with each try.")


def _count(services: Services, person: Person) -> None:
    """Counts beside the form's: a person has one pace, whichever way they send."""
    times = services.workspace.settings.limits.sightings_per_minute
    services.throttle.count(Pace(name="sightings", times=times, seconds=60), person.person_id)


def _known(services: Services, sighting_id: str, person: Person) -> None:
    """Sees to it that the desk knows what this person was told is safe.

    Raises:
        NotFoundError: It is no id.
    """
    if not _UUID.fullmatch(sighting_id):
        raise NotFoundError("there is no such sighting")
    with services.desk.reading() as connection:
        try:
            sightings.sighting(connection, sighting_id)
        except NotFoundError:
            pass
        else:
            return
    entry = services.inbox.find(sighting_id)
    if entry is not None and entry.person_id == person.person_id:
        indexer.index_one(services.desk, services.inbox, services.attachments, services.limits, sighting_id)


def _receipt_of(services: Services, accepted: Accepted) -> ReceiptOut:
    """What is told at once, and again word by word to whoever sends it again."""
    received = StepOut(kind="received", title="Received", at=accepted.received_at, is_done=True, detail="")
    return ReceiptOut(
        sighting_id=accepted.sighting_id,
        name=sightings.short_name(accepted.sighting_id),
        state=accepted.gate.state,
        received_at=accepted.received_at,
        url=services.site.url(f"/r/{accepted.sighting_id}"),
        dropped_files=accepted.dropped_files,
        reasons=gate.in_words(accepted.gate.reasons),
        steps=[received],
    )
