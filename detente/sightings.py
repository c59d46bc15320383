"""A sighting: what a rep reports, in the words that the form, the API, the desk and the warehouse share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from detente.toml_file import Strict

Channel = Literal["form", "api", "terminal", "import", "mail", "slack"]
Source = Literal["customer", "public", "partner", "competitor", "former_employee", "document"]
Answer = Literal["yes", "no", "not_sure"]
Stage = Literal["prospecting", "evaluation", "proposal", "negotiation", "won", "lost"]
Motive = Literal["job_blocked", "parity_checkbox", "rfp_line", "price_lever", "curiosity"]
Confidence = Literal["certain", "likely", "heard"]
GateState = Literal["waiting", "cleared", "quarantined", "rejected", "not_kept"]

_ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")


def _sighting_id(value: str) -> str:
    if not _ID.match(value):
        raise ValueError("is no UUID in lower case, such as 0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81")
    return value


SightingId = Annotated[str, AfterValidator(_sighting_id)]


class Submission(Strict):
    """What a reporter says; nothing in here is decided by us.

    Every way in makes one of these. Length limits beyond these are settings and are checked when it is accepted.
    """

    sighting_id: SightingId = Field(description="UUID that the sender minted; sending it again changes nothing.")
    text: str = Field(description="What happened.")
    competitor: str | None = Field(None, description="The competitor's slug; none where the reporter is not sure.")
    competitor_name: str = Field("", max_length=200, description="Its name where it is none of the known ones.")
    source: Source | None = Field(None, description="How the reporter learned this; without it the sighting waits.")
    confidential: Answer | None = Field(None, description="Was it marked confidential?")
    nda: Answer | None = Field(None, description="Is it under a non-disclosure agreement?")
    meant_for_me: Answer | None = Field(None, description="Was the document meant for the reporter?")
    knew_me: Answer | None = Field(None, description="Did the source know who the reporter is and works for?")
    own_prices: Answer | None = Field(
        None, description="Is it about the competitor's own prices to come, bids, territories or capacity?"
    )
    customer: str = Field("", max_length=200, description="The customer or prospect.")
    deal: str = Field("", max_length=200, description="Name or number of the deal.")
    deal_amount: str = Field("", max_length=60, description="What the deal is worth, as typed, e.g. '€120k'.")
    stage: Stage | None = Field(None, description="Where the deal stands.")
    close_on: date | None = Field(None, description="When the deal is expected to close.")
    area: str = Field("", max_length=200, description="Product area.")
    comparison: str = Field("", max_length=2000, description="Theirs and ours, side by side.")
    motive: Motive | None = Field(None, description="Why the buyer cares.")
    confidence: Confidence | None = Field(None, description="How sure the reporter is.")
    happened_on: date | None = Field(None, description="When it happened; the day it was sent where left out.")
    may_call: bool = Field(False, description="May a product manager call the reporter, or the customer with them?")
    sent_at: datetime | None = Field(None, description="When the sender's clock says that it was sent: a claim.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file as it came.

    Attributes:
        name: As the sender named it; never used as a path.
        media_type: As the sender declared it; never believed.
        body: Its bytes.
    """

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What the law and ethics gate says of a submission.

    Attributes:
        state: `cleared` may be indexed; `waiting` lacks an answer; `quarantined` is for the legal role alone;
            `not_kept` leaves neither text nor files; `rejected` is what legal said of a quarantined one.
        reasons: Rule names, e.g. `marked_confidential`; none for a cleared one.
        keeps_text: Whether the text is stored at all.
        keeps_files: Whether the files are stored at all.
    """

    state: GateState
    reasons: tuple[str, ...] = ()
    keeps_text: bool = True
    keeps_files: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class DealAmount:
    """What a deal is worth, read from what was typed.

    Attributes:
        amount: The number; positive and finite.
        currency: ISO 4217 code.
        text: As typed.
    """

    amount: Decimal
    currency: str
    text: str
