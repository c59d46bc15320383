"""The API's description (OpenAPI 3.1); a test compares it with the routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from desk.accepting.gate import FOLLOW_UPS
from detente import __version__
from web.api.records import (
    EXAMPLE_ID,
    SIGHTING_EXAMPLE,
    AttachmentOut,
    ListOut,
    ProblemOut,
    ReceiptOut,
    RewardsOut,
    submission_schema,
)

Node = dict[str, Any]

_FOLLOW_UPS = "\n".join(
    f"- `{source}`: {', '.join(f'`{name}`' for name in names) or 'nothing more'}"
    for source, names in FOLLOW_UPS.items()
)
DESCRIPTION = f"""\
Sightings in, receipts out: what the form does, for programs.

**Who asks.** Send `Authorization: Bearer det_…`. Whoever is signed in makes a token under `/me`; its scopes are
`sightings:write` and `sightings:read`. A token never belongs into an address.

**Exactly once.** Mint a UUID for each sighting and send it as `Idempotency-Key`. Where the answer is lost, send the
same again, as often as it takes: 201 says that it is safe now, 200 that it was before. The same key with something
else is answered 409.

**How it was learned** must be told, as in the form: `source`, and the answers that it needs:

{_FOLLOW_UPS}

They decide who may see the sighting; an honest one never counts against anybody.

**Errors** are `application/problem+json` (RFC 9457); `errors` names the fields. Too often is answered 429, a full
disk 507, both with `Retry-After`: nothing was taken, send it again then.
"""
"""What holds for all of the API, as Markdown."""

_PROBLEMS: Mapping[int, str] = {
    400: "The request cannot be read, or lacks its key.",
    401: "Nobody is signed in, or the token has ended.",
    403: "The role or the token's scope does not include this; or files of this sighting may not be kept.",
    404: "There is no such sighting, or it is not yours to see.",
    409: "The key was used for something else.",
    413: "The body or a file is too large.",
    415: "The body is neither JSON nor a multipart form.",
    422: "Fields are wrong; `errors` names them.",
    429: "Too many sightings in a minute.",
    503: "The desk does not answer; nothing was changed.",
    507: "The disk is full; nothing was taken.",
}
_KEY: Node = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "UUID that the sender minted. For a sighting it may stand in the body's `sighting_id` instead.",
    "schema": {"type": "string", "format": "uuid"},
    "example": EXAMPLE_ID,
}
_SIGHTING_ID: Node = {
    "name": "sighting_id",
    "in": "path",
    "required": True,
    "description": "The sighting's id.",
    "schema": {"type": "string", "format": "uuid"},
}


def document(base_url: str = "") -> Node:
    """The API's description, as JSON values."""
    described: Node = {
        "openapi": "3.1.0",
        "info": {
            "title": "Détente",
            "version": __version__,
            "summary": "Sightings of competitors, and their receipts.",
            "description": DESCRIPTION,
        },
        "paths": {
            "/api/v1/sightings": {"post": _send(), "get": _list()},
            "/api/v1/sightings/{sighting_id}": {"get": _one()},
            "/api/v1/sightings/{sighting_id}/attachments": {"post": _attach()},
            "/api/v1/rewards": {"get": _rewards()},
        },
        "components": {
            "schemas": _schemas(ReceiptOut, ListOut, AttachmentOut, RewardsOut, ProblemOut),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of yours: `det_…`."}
            },
        },
        "security": [{"token": []}],
    }
    return described | ({"servers": [{"url": base_url}]} if base_url else {})


def _schemas(*models: type[BaseModel]) -> Node:
    _, made = models_json_schema(
        [(one, "serialization") for one in models], ref_template="#/components/schemas/{model}"
    )
    schemas: Node = made["$defs"]
    return {"Sighting": submission_schema()} | schemas


def _send() -> Node:
    files = {"type": "array", "items": {"type": "string", "format": "binary"}, "description": "Photos and files."}
    sighting = {"$ref": "#/components/schemas/Sighting"}
    as_json = {
        "title": "The sighting as JSON in one part",
        "type": "object",
        "required": ["sighting"],
        "properties": {"sighting": sighting, "files": files},
    }
    as_parts = {
        "title": "Each field as a part of its own",
        "allOf": [sighting, {"type": "object", "properties": {"files": files}}],
    }
    return {
        "operationId": "sendSighting",
        "summary": "Send a sighting",
        "description": "Answered when it is durable. Needs the scope `sightings:write`.",
        "parameters": [_KEY],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": sighting, "example": SIGHTING_EXAMPLE},
                "multipart/form-data": {
                    "schema": {"oneOf": [as_json, as_parts]},
                    "encoding": {"sighting": {"contentType": "application/json"}},
                },
            },
        },
        "responses": {
            "201": _answer("It is safe now.", ReceiptOut),
            "200": _answer("It was safe before; nothing changed.", ReceiptOut),
            **_problems(400, 401, 403, 409, 413, 415, 422, 429, 507),
        },
    }


def _list() -> Node:
    return {
        "operationId": "listSightings",
        "summary": "List your own sightings",
        "description": "Newest first. Needs the scope `sightings:read`.",
        "parameters": [
            {
                "name": "limit",
                "in": "query",
                "description": "How many at most.",
                "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "`next` of the page before.",
                "schema": {"type": "string", "format": "uuid"},
            },
        ],
        "responses": {"200": _answer("A page of them.", ListOut), **_problems(400, 401, 403, 422, 503)},
    }


def _one() -> Node:
    return {
        "operationId": "getReceipt",
        "summary": "Get a sighting's receipt",
        "description": "Your own, and what your role may see. Needs the scope `sightings:read`.",
        "parameters": [_SIGHTING_ID],
        "responses": {"200": _answer("What became of it.", ReceiptOut), **_problems(401, 403, 404, 503)},
    }


def _attach() -> Node:
    body = {
        "type": "object",
        "required": ["file", "confidential"],
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "The photo or file."},
            "confidential": {
                "type": "string",
                "enum": ["yes", "no", "not_sure"],
                "description": "Is it marked confidential, under NDA, or meant for somebody else? "
                "With anything but `no` the sighting goes to the legal role first.",
            },
        },
    }
    return {
        "operationId": "addAttachment",
        "summary": "Add a photo or file to one of your sightings",
        "description": "The key is the id of the attachment, not the sighting's. Needs the scope `sightings:write`.",
        "parameters": [_SIGHTING_ID, _KEY],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": body}}},
        "responses": {
            "201": _answer("It is safe now.", AttachmentOut),
            "200": _answer("It was safe before; nothing changed.", AttachmentOut),
            **_problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 507),
        },
    }


def _rewards() -> Node:
    quarter = {
        "name": "quarter",
        "in": "query",
        "description": "Such as `2026-Q4`; the present one where it is left out.",
        "schema": {"type": "string", "pattern": "^[0-9]{4}-Q[1-4]$"},
    }
    return {
        "operationId": "getRewards",
        "summary": "Get what you were credited for in a quarter",
        "description": "Your own, and nobody else's. Needs the scope `sightings:read`.",
        "parameters": [quarter],
        "responses": {"200": _answer("The statement.", RewardsOut), **_problems(400, 401, 403, 503)},
    }


def _answer(description: str, model: type[BaseModel]) -> Node:
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problems(*statuses: int) -> Node:
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        str(status): {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status in statuses
    }


def operations(described: Mapping[str, Any]) -> Sequence[tuple[str, str, Node]]:
    """Method in upper case, path and operation, in the document's order."""
    return [
        (method.upper(), path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
