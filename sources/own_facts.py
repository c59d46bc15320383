"""What an own reader gave, held to the rules of all readers: right records, values in bounds, words of the page."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from detente.errors import ReaderError
from detente.records import Observation, PageKind, PageText, PlanFeature, PlanPrice, ReleaseEntry
from sources.document import clean_lines, clean_text, safe_link
from sources.pricing.amounts.money import parse_number

MAX_OBSERVATIONS = 5_000
MAX_TEXT = 2_000
"""Characters of any text of an observation but a body."""
MAX_BODY = 20_000
RECORDS: Final[dict[PageKind, tuple[type[Observation], ...]]] = {
    "pricing": (PlanPrice, PlanFeature),
    "release_notes": (ReleaseEntry,),
    "page": (PageText,),
}
_MAX_AMOUNT = Decimal(10) ** 12
_SHOWN_REASONS = 3
_NUMBER = re.compile(r"\d(?:[\d.,'’٬٫\u00a0\u202f\u2009 ]*\d)?")
_DIGITS = re.compile(r"\D+")
_ISO = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What is left of what a reader gave, and what was left out and why."""

    observations: tuple[Observation, ...]
    notes: tuple[str, ...]


def checked(given: Sequence[object], kind: PageKind, page_text: str, source: str, url: str) -> Checked:
    """The observations that may be kept.

    Args:
        given: What the reader gave, in its order.
        kind: The page's kind.
        page_text: Visible text of the page.
        source: The page as it was decoded; a text may also stand in a script or an attribute.
        url: Where it came from; relative links are resolved against it.

    Raises:
        ReaderError: Something is no record, or a record of another kind of page, or holds a value of a wrong type.
    """
    page = _Words(page_text, source)
    kept: list[Observation] = []
    left_out: list[str] = []
    for position, one in enumerate(given, 1):
        observation = _clean(_typed(one, kind, position), url)
        fault = _fault(observation, page)
        if fault:
            left_out.append(f"{_name(observation)}: {fault}")
        else:
            kept.append(observation)
    notes = []
    if left_out:
        more = f" and {len(left_out) - _SHOWN_REASONS} more" if len(left_out) > _SHOWN_REASONS else ""
        notes.append(f"{len(left_out)} left out: {'; '.join(left_out[:_SHOWN_REASONS])}{more}")
    review = sum(isinstance(each, PlanPrice) and each.needs_review for each in kept)
    if review:
        notes.append(f"{review} prices need review")
    return Checked(observations=tuple(kept), notes=tuple(notes))


def occurs(amount: Decimal, text: str) -> bool:
    """Whether a number of that value stands in the text, however it is written: 1234.5 in "1.234,50 €"."""
    for match in _NUMBER.finditer(text):
        for digits in {match[0], *re.split(r"[ \u00a0\u202f\u2009]+", match[0])}:
            if any(parse_number(digits, comma_decimal=comma)[0] == amount for comma in (False, True)):
                return True
    return False


class _Words:
    """The words of a page, white space left out: where elements end is no matter of what the page says."""

    def __init__(self, page_text: str, source: str) -> None:
        self._text = _squeezed(page_text)
        self._source = source
        self._whole: str | None = None

    def hold(self, text: str) -> bool:
        wanted = _squeezed(text)
        if wanted in self._text:
            return True
        if self._whole is None:  # only a text from a script or an attribute needs this
            self._whole = _squeezed(f"{self._source}\n{html.unescape(self._source)}")
        return wanted in self._whole


def _squeezed(text: str) -> str:
    return "".join(clean_text(text).split())


_ADAPTERS: Final[dict[type[Observation], TypeAdapter[Observation]]] = {
    record: TypeAdapter(record) for records in RECORDS.values() for record in records
}


def _typed(one: object, kind: PageKind, position: int) -> Observation:
    """The record with every value of its declared type."""
    records = RECORDS[kind]
    if not isinstance(one, PlanPrice | PlanFeature | ReleaseEntry | PageText):
        names = " or ".join(record.__name__ for record in records)
        raise ReaderError(f"observation {position} is a {type(one).__name__}, not a {names} of detente.records")
    if not isinstance(one, records):
        names = " and ".join(record.__name__ for record in records)
        raise ReaderError(
            f"observation {position} is a {type(one).__name__}, but a page of kind {kind!r} takes {names}"
        )
    try:
        return _ADAPTERS[type(one)].validate_python(asdict(one))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"]))
        given = f"{first['input']!r}"[:80]
        told = f"field {field!r}: {first['msg'].lower()} (it is {given})"
        raise ReaderError(f"observation {position}, a {type(one).__name__}: {told}") from None


def _clean(observation: Observation, url: str) -> Observation:
    """The record with its texts clean and bounded, as they can be stored and shown anywhere."""
    texts: dict[str, Any] = {}
    for name, value in asdict(observation).items():
        if isinstance(value, str):
            texts[name] = clean_lines(value)[:MAX_BODY] if name == "body" else clean_text(value)[:MAX_TEXT]
    if isinstance(observation, ReleaseEntry):
        texts["link"] = safe_link(observation.link, url)
        body = str(texts["body"])
        texts["first_line"] = texts["first_line"] or body.partition("\n")[0][:MAX_TEXT]
    return replace(observation, **texts)


def _fault(observation: Observation, page: _Words) -> str:
    """Why the observation cannot be kept; empty if it can."""
    match observation:
        case PlanPrice():
            return _fault_of_price(observation, page)
        case PlanFeature():
            if not observation.plan or not observation.feature:
                return "no plan, or no feature"
            if observation.limit is not None and not _fits(observation.limit):
                return f"limit {observation.limit} is not a usual number"
            return _not_on_page(observation.text, page)
        case ReleaseEntry():
            if not (observation.version or observation.title or observation.published_on):
                return "neither version nor title nor date"
            if observation.published_on and not observation.published_text:
                return "published_on without published_text, the words that tell it"
            wanted = (observation.text, observation.published_text, observation.version, observation.title)
            return next((fault for text in wanted if text and (fault := _not_on_page(text, page))), "")
        case PageText():
            return _not_on_page(observation.block, page)


def _fault_of_price(price: PlanPrice, page: _Words) -> str:
    if not price.plan:
        return "no plan"
    if price.currency is not None and not _ISO.fullmatch(price.currency):
        return f"currency {price.currency!r} is no ISO 4217 code, such as 'EUR'"
    if price.amount is not None:
        if price.amount < 0 or not _fits(price.amount):
            return f"amount {price.amount} is not a usual amount"
        if not occurs(price.amount, price.text):
            return f"the amount {price.amount} does not occur in its text {price.text[:80]!r}"
    return _not_on_page(price.text, page)


def _fits(number: Decimal) -> bool:
    """Whether the warehouse can keep it: less than a trillion, six places at most."""
    return abs(number) < _MAX_AMOUNT and round(number, 6) == number


def _not_on_page(text: str, page: _Words) -> str:
    if not text:
        return "no text: the words of the page that it was read from"
    return "" if page.hold(text) else f"the text {text[:80]!r} does not occur in the page"


def _name(observation: Observation) -> str:
    match observation:
        case PlanPrice():
            return f"price of {observation.plan!r}"
        case PlanFeature():
            return f"feature {observation.feature[:40]!r} of {observation.plan!r}"
        case ReleaseEntry():
            return f"entry {(observation.version or observation.title or '')[:40]!r}"
        case PageText():
            return f"block {observation.block[:40]!r}"
