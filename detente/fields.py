"""What people type for a sighting, under the names that they use, and what is wrong with it by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, get_args

from pydantic import ValidationError

from detente.errors import SubmissionError
from detente.sightings import Answer, Confidence, Motive, Source, Stage, Submission
from detente.workspace import Competitor

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "source": get_args(Source),
        **dict.fromkeys(("confidential", "nda", "meant_for_me", "knew_me", "own_prices"), get_args(Answer)),
        "stage": get_args(Stage),
        "motive": get_args(Motive),
        "confidence": get_args(Confidence),
    }
)
"""The fields that take one of a few words, with those words."""

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "id": "sighting_id",
        "what": "text",
        "what happened": "text",
        "sighting": "text",
        "description": "text",
        "who": "competitor",
        "rival": "competitor",
        "which competitor": "competitor",
        "how did you learn this": "source",
        "learned from": "source",
        "marked confidential": "confidential",
        "under nda": "nda",
        "meant for you": "meant_for_me",
        "future prices": "own_prices",
        "account": "customer",
        "prospect": "customer",
        "opportunity": "deal",
        "deal size": "deal_amount",
        "deal value": "deal_amount",
        "amount": "deal_amount",
        "close date": "close_on",
        "closes on": "close_on",
        "product area": "area",
        "theirs vs ours": "comparison",
        "theirs and ours": "comparison",
        "buyer s motive": "motive",
        "why the buyer cares": "motive",
        "date": "happened_on",
        "when": "happened_on",
        "when it happened": "happened_on",
        "may a pm call": "may_call",
        "call": "may_call",
    }
)
_YES_NO: Mapping[str, str] = MappingProxyType(
    {"y": "yes", "n": "no", "true": "yes", "false": "no", "1": "yes", "0": "no", "unsure": "not_sure", "?": "not_sure"}
)
_LEADING = re.compile(r"([^\W\d][\w ?'-]{1,40}?)\s*:\s*(\S.*)")
_NEVER_LEADING = frozenset(("sighting_id", "text", "sent_at"))
_ANY_ID = "00000000-0000-4000-8000-000000000000"
_NOT_A_WORD = re.compile(r"[^\w?]+|_+")


def known_as(title: str, others: Iterable[str] = ()) -> str | None:
    """The field that a column's title or a mail's key means; None where it is none.

    Args:
        title: As somebody wrote it; case, spaces and signs do not count.
        others: Names that the caller takes beside a sighting's fields.
    """
    words = _plain(title).rstrip("? ")
    name = words.replace(" ", "_")
    if name in Submission.model_fields or name in others:
        return name
    return _ALIASES.get(words)


def as_word(field: str, typed: str) -> str:
    """What was typed, as the word that the field takes: 'Not sure' is `not_sure`; unknown words stay as they are."""
    words = WORDS.get(field)
    if words is None:
        return typed
    plain = _plain(typed)
    found = plain.replace(" ", "_")
    if words == get_args(Answer):
        found = _YES_NO.get(plain, found)
    return found if found in words else typed


def competitor_fields(typed: str, competitors: Iterable[Competitor]) -> dict[str, str]:
    """`competitor` for a slug, name or alias that is known exactly, else `competitor_name`; nothing for nothing."""
    wanted = typed.strip().casefold()
    if not wanted:
        return {}
    for competitor in competitors:
        if wanted in {name.casefold() for name in (competitor.slug, competitor.name, *competitor.aliases)}:
            return {"competitor": competitor.slug}
    return {"competitor_name": typed.strip()}


def leading_fields(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines with which a text begins, as a sighting's fields, and the rest of the text.

    A line whose key is no field, or whose value the field cannot take, is text, and all that follows it; so nothing
    that somebody wrote is lost. `competitor` is as typed.
    """
    found: dict[str, str] = {}
    lines = text.lstrip().splitlines(keepends=True)
    while lines and (match := _LEADING.fullmatch(lines[0].strip())):
        field = known_as(match[1])
        if field is None or field in found or field in _NEVER_LEADING:
            break
        value = as_word(field, match[2])
        try:
            Submission.model_validate({"sighting_id": _ANY_ID, "text": "", field: value})
        except ValidationError:
            break
        found[field] = value
        del lines[0]
    return found, "".join(lines).strip()


def submission_of(fields: Mapping[str, Any]) -> Submission:
    """The fields as a submission.

    Raises:
        SubmissionError: What is wrong, by field.
    """
    try:
        return Submission.model_validate(dict(fields))
    except ValidationError as error:
        raise SubmissionError(faults_of(error)) from None


def faults_of(error: ValidationError) -> dict[str, str]:
    """What a validation found, by field, in plain words; what was typed is not repeated."""
    faults: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_input=False):
        context = fault.get("ctx", {})
        field = ".".join(map(str, fault["loc"]))
        if fault["type"] == "unknown_key":
            field = str(context["key"])
        faults.setdefault(field, _in_words(fault["type"], fault["msg"], context))
    return faults


def _in_words(kind: str, message: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "literal_error":
            return f"is none of {str(context['expected']).replace(' or ', ', ')}"
        case "string_too_long":
            return f"is longer than {context['max_length']} characters; shorten it"
        case "string_type" | "string_unicode":
            return "is no text"
        case "bool_parsing" | "bool_type":
            return "is neither yes nor no"
        case _ if kind.startswith(("datetime", "timezone")):
            return "is no time; write it like 2026-11-24T09:30:00Z"
        case _ if kind.startswith("date"):
            return "is no date; write it like 2026-11-24"
        case _:
            return message.removeprefix("Value error, ")


def _plain(text: str) -> str:
    return " ".join(_NOT_A_WORD.sub(" ", text.casefold()).split())
