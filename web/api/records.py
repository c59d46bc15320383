"""What the API takes and gives: its shapes, their descriptions and examples."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from detente.sightings import GateState, Submission

EXAMPLE_ID = "0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81"


class StepOut(BaseModel):
    """One step on a sighting's way."""

    kind: str = Field(description="What happened: received, read, clustered, linked, decided, credited, and others.")
    title: str = Field(description="The same for people.")
    at: datetime | None = Field(description="When it happened; null where it has not.")
    is_done: bool = Field(description="Whether it happened.")
    detail: str = Field(description="What else there is to say, such as a decision's reason.")


class ReceiptOut(BaseModel):
    """What became of a sighting."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sighting_id": EXAMPLE_ID,
                    "name": "R-0D9CF1C0",
                    "state": "cleared",
                    "received_at": "2026-11-24T09:30:00Z",
                    "url": f"https://intel.acme.test/r/{EXAMPLE_ID}",
                    "dropped_files": 0,
                    "reasons": [],
                    "steps": [
                        {
                            "kind": "received",
                            "title": "Received",
                            "at": "2026-11-24T09:30:00Z",
                            "is_done": True,
                            "detail": "",
                        }
                    ],
                }
            ]
        }
    )

    sighting_id: str = Field(description="Its id: the one that the sender minted.")
    name: str = Field(description="What people call it.")
    state: GateState = Field(
        description="What the law and ethics gate says: `cleared` goes on; `waiting` lacks an answer; `quarantined` is "
        "for the legal role alone; `rejected` is what legal said of one; of `not_kept` only that it came is known."
    )
    received_at: datetime = Field(description="When it was safe, by our clock.")
    url: str = Field(description="Its receipt's page.")
    dropped_files: int = Field(description="Files that came with this request and were not kept: the gate forbids it.")
    reasons: list[str] = Field(description="What the gate said, for people; nothing for a cleared one.")
    steps: list[StepOut] = Field(description="What happened, and what is still to come.")


class ListedOut(BaseModel):
    """A sighting in a list."""

    sighting_id: str = Field(description="Its id.")
    name: str = Field(description="What people call it.")
    state: GateState = Field(description="What the law and ethics gate says.")
    received_at: datetime = Field(description="When it was safe, by our clock.")
    is_withdrawn: bool = Field(description="Whether its reporter took it back.")
    url: str = Field(description="Its receipt's page.")


class ListOut(BaseModel):
    """A page of one's own sightings, newest first."""

    sightings: list[ListedOut] = Field(description="At most as many as were asked for.")
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class AttachmentOut(BaseModel):
    """A file that was added to a sighting."""

    attachment_id: str = Field(description="Its id: the one that the sender minted.")
    sighting_id: str = Field(description="The sighting that it belongs to.")


class CreditOut(BaseModel):
    """One thing that somebody was credited for."""

    at: datetime = Field(description="When it was written down.")
    sighting_id: str | None = Field(description="What for; null for what was given out.")
    rule: str = Field(description="By which rule of rules.toml; `redeemed` for what was given out.")
    title: str = Field(description="The same for people.")
    sentence: str = Field(description="How the points came about, e.g. `5 × 1.0 new × 0.8 fresh = 4, rule v3`.")
    points: int = Field(description="How many; below 0: taken or given out. Counted where the state is not `nothing`.")
    state: str = Field(description="`pending` until somebody has looked, `earned`, or `nothing`: taken back.")


class RewardsOut(BaseModel):
    """What somebody was credited for in a quarter."""

    quarter: str = Field(description="E.g. `2026-Q4`, in the company's time zone.")
    pending: int = Field(description="Promised in it, and not looked at yet.")
    earned: int = Field(description="Earned in it, given out or not.")
    redeemed: int = Field(description="Given out in it.")
    available: int = Field(description="What can be redeemed now, from all quarters.")
    rules_version: int = Field(description="Version of the rules as they are now; each sentence names its own.")
    credits: list[CreditOut] = Field(description="Point by point, oldest first.")


class FieldFaultOut(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Its name; empty for the whole.")
    detail: str = Field(description="What is wrong, and how to mend it.")


class ProblemOut(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Always `about:blank`: the status says what kind of problem it is.")
    title: str = Field(description="What happened, in one sentence.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was kept, and what to do next.")
    errors: list[FieldFaultOut] = Field(default_factory=list, description="By field, what must be mended.")


def submission_schema() -> dict[str, Any]:
    """The JSON Schema of what is sent: a submission, whose id may stand in the header instead."""
    schema = Submission.model_json_schema()
    # a program is told at once what it left out, so nothing that comes this way waits
    schema["required"] = ["text", "source"]
    schema["properties"]["source"]["description"] = "How the reporter learned this; it opens further questions."
    schema["description"] = "What a reporter says. Any other field is refused."
    schema["examples"] = [SIGHTING_EXAMPLE]
    return schema


SIGHTING_EXAMPLE: dict[str, Any] = {
    "text": "Globex offers the Team plan at 49 to whoever moves before the end of the year.",
    "competitor": "globex",
    "source": "customer",
    "confidential": "no",
    "customer": "Initech",
    "deal_amount": "€120k",
    "stage": "negotiation",
}
