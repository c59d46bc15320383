"""Calls of the API, as programs make them."""

from __future__ import annotations

import json
import uuid

BOTH = ("sightings:write", "sightings:read")
PUBLIC = {"text": "Globex offers Team at 49.", "source": "public"}
PATH = "/api/v1/sightings"
PROBLEM = "application/problem+json"


def key():
    """A new Idempotency-Key."""
    return str(uuid.uuid4())


def send(client, body, **headers):
    """Sends a sighting as JSON, under `key` or a new one."""
    given_key = headers.pop("key", None) or key()
    told = {"Idempotency-Key": given_key, "Content-Type": "application/json"} | headers
    return client.post(PATH, content=json.dumps(body), headers=told)


def faults(answer):
    """The faults of a problem, by field."""
    assert answer.headers["content-type"] == PROBLEM
    return {one["field"]: one["detail"] for one in answer.json().get("errors", ())}
