"""The form's fields become a submission; whatever is wrong is said at its field, and nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import uuid4

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from desk.accepting import deal_amount
from desk.accepting.gate import FOLLOW_UPS, missing
from detente.errors import SubmissionError
from detente.sightings import Submission, Upload
from detente.workspace import Competitor
from web.report.words import MISSING

FIELDS = (
    "text",
    "competitor",
    "competitor_other",
    "source",
    "confidential",
    "nda",
    "meant_for_me",
    "knew_me",
    "own_prices",
    "customer",
    "deal",
    "deal_amount",
    "stage",
    "close_on",
    "area",
    "comparison",
    "motive",
    "confidence",
    "happened_on",
    "may_call",
)
"""What a person fills in, in the order of the page."""

DETAILS = FIELDS[FIELDS.index("customer") :]
"""Those that stand under "Add details"."""

_AROUND = ("sighting_id", "written_by", "sent_at", "opened_at", "seconds_open", "website")
# two choices of the competitor that are none; an underscore cannot begin a slug
OTHER, NOT_SURE = "_other", "_not_sure"
_DEAL_ID = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{1,40}")
_FAULTS = MappingProxyType(
    {
        "string_too_long": "That is too long: {max_length} characters are the most.",
        "literal_error": "Choose one of the answers.",
        "date_parsing": "Write a day like 2026-11-26.",
        "date_from_datetime_parsing": "Write a day like 2026-11-26.",
        "date_from_datetime_inexact": "Write a day like 2026-11-26.",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What came with the form.

    Attributes:
        values: By field of `FIELDS`, as typed; empty where nothing was.
        sighting_id: The id that the device, or the page, minted.
        written_by: Whose form it was when it was opened.
        sent_at: When the device says that it was sent.
        opened_at: When the server made the page; empty where the device opened it.
        seconds_open: How long the device says that the form was open.
        honeypot: What stands in the field that people do not see.
    """

    values: Mapping[str, str]
    sighting_id: str = ""
    written_by: str = ""
    sent_at: str = ""
    opened_at: str = ""
    seconds_open: str = ""
    honeypot: str = ""


def new_id() -> str:
    """An id for a form that is opened without JavaScript."""
    return str(uuid4())


def empty(**values: str) -> dict[str, str]:
    """The fields of a form in which nothing, or only this, stands."""
    return dict.fromkeys(FIELDS, "") | values


def typed(form: FormData) -> Typed:
    """What stands in the form; a field that we do not know is no field of ours and is left alone."""
    values = {name: _words(form, name) for name in (*FIELDS, *_AROUND)}
    return Typed(
        values={name: values[name] for name in FIELDS},
        sighting_id=values["sighting_id"].strip().lower(),
        written_by=values["written_by"],
        sent_at=values["sent_at"],
        opened_at=values["opened_at"],
        seconds_open=values["seconds_open"],
        honeypot=values["website"],
    )


def _words(form: FormData, name: str) -> str:
    value = form.get(name)
    # browsers send line ends in the way of mail; the same words must stay the same words
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


async def uploads(form: FormData) -> list[Upload]:
    """The files of the form; the empty part of a field in which none was chosen is none."""
    found = []
    for part in form.getlist("files"):
        if isinstance(part, UploadFile) and (part.filename or part.size):
            body = await part.read()
            found.append(Upload(name=part.filename or "", media_type=part.content_type or "", body=body))
    return found


def seconds_open(sent: Typed, now: datetime) -> float | None:
    """For how long the form was open; None where that is not said, or is nonsense."""
    try:
        if sent.seconds_open:
            return float(sent.seconds_open)
        return (now - datetime.fromisoformat(sent.opened_at)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def submission(sent: Typed, competitors: Iterable[Competitor], currency: str) -> Submission:
    """What is submitted; `currency` is the company's, for an amount without one.

    Raises:
        SubmissionError: By field of the form, what must be mended; all of it at once.
    """
    values = {name: value.strip() for name, value in sent.values.items()}
    faults = {name: MISSING[name] for name in ("text", "competitor", "source") if not values[name]}
    slug, name = _competitor(values["competitor"], values["competitor_other"], competitors)
    if values["competitor"] == OTHER and not name and slug is None:
        faults["competitor_other"] = MISSING["competitor_other"]
    made: Submission | None = None
    try:
        made = Submission.model_validate(_given(values, sent) | {"competitor": slug, "competitor_name": name})
    except ValidationError as error:
        faults |= _told(error)
    try:
        deal_amount.read(values["deal_amount"], currency)
    except SubmissionError as error:
        faults |= error.faults
    if made is not None:
        faults |= {name: MISSING[name] for name in missing(made)}
    if faults or made is None:
        order = {name: position for position, name in enumerate(FIELDS)}
        raise SubmissionError(dict(sorted(faults.items(), key=lambda fault: order.get(fault[0], -1))))
    return made


def _given(values: Mapping[str, str], sent: Typed) -> dict[str, object]:
    """The answers that were given; of the follow-ups only those that the source shows."""
    shown = FOLLOW_UPS.get(values["source"], ())  # type: ignore[call-overload]  # any word may come
    hidden = {name for asks in FOLLOW_UPS.values() for name in asks} - set(shown)
    given: dict[str, object] = {
        name: value
        for name, value in values.items()
        if value and name not in hidden and name not in ("competitor", "competitor_other", "may_call")
    }
    given |= {"text": values["text"], "sighting_id": sent.sighting_id, "may_call": bool(values["may_call"])}
    try:
        claimed = datetime.fromisoformat(sent.sent_at)
    except ValueError:
        return given
    return given | ({"sent_at": claimed} if claimed.tzinfo else {})


def _competitor(chosen: str, other: str, competitors: Iterable[Competitor]) -> tuple[str | None, str]:
    """The slug, or the name where it is none that we know; whoever writes a known name means that competitor."""
    if chosen != OTHER:
        return (None if chosen in ("", NOT_SURE) else chosen), ""
    wanted = _folded(other)
    found = {one.slug for one in competitors if wanted in map(_folded, (one.slug, one.name, *one.aliases))}
    return (found.pop(), "") if len(found) == 1 else (None, other)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _told(error: ValidationError) -> dict[str, str]:
    faults = {}
    for one in error.errors():
        field = str(one["loc"][0])
        if field == "sighting_id":
            faults[""] = "This form lost its number on the way. It has a new one now: send it again."
            continue
        words = _FAULTS.get(one["type"], "This cannot be read: write it anew.").format(**one.get("ctx", {}))
        faults["competitor_other" if field == "competitor_name" else field] = words
    return faults


def amount_echo(text: str, currency: str) -> str:
    """What we understand of a deal's amount, e.g. `= €1,500,000?`; empty where it is empty or cannot be read."""
    try:
        amount = deal_amount.read(text, currency)
    except SubmissionError:
        return ""
    return deal_amount.echo(amount) if amount else ""


def prefilled(competitor: str, deal: str, competitors: Iterable[Competitor]) -> dict[str, str]:
    """What an address such as `/r/new?competitor=globex&deal=0065g` fills in: a known slug, and a deal's number.

    Addresses end up in logs and histories, so that nothing which may be somebody's name is taken from them.
    """
    values = empty()
    if competitor in {one.slug for one in competitors}:
        values["competitor"] = competitor
    if _DEAL_ID.fullmatch(deal):
        values["deal"] = deal
    return values
