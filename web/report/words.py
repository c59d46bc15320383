"""The words of the form: what is asked, which answers there are, and what is said where one is missing.

The form, its faults and the scripts of the page take them from here, so that each is written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from desk.accepting.gate import FOLLOW_UPS


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer that can be chosen.

    Attributes:
        value: As `detente.sightings` calls it.
        label: As people read it.
    """

    value: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question that some sources open.

    Attributes:
        name: The field.
        label: As people read it.
        sources: The sources that open it.
    """

    name: str
    label: str
    sources: tuple[str, ...]


def _options(words: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value=value, label=label) for value, label in words.items())


SOURCES = _options(
    {
        "customer": "A customer or prospect",
        "public": "It is public",
        "partner": "A partner",
        "competitor": "Somebody who works there",
        "former_employee": "Somebody who worked there",
        "document": "A document",
    }
)

ANSWERS = _options({"yes": "Yes", "no": "No", "not_sure": "Not sure"})

STAGES = _options(
    {
        "prospecting": "Prospecting",
        "evaluation": "Evaluation",
        "proposal": "Proposal",
        "negotiation": "Negotiation",
        "won": "Won",
        "lost": "Lost",
    }
)

MOTIVES = _options(
    {
        "job_blocked": "They cannot do their job without it",
        "parity_checkbox": "They want what others have",
        "rfp_line": "It is a line in a tender",
        "price_lever": "They use it to press the price",
        "curiosity": "They are curious",
    }
)

CONFIDENCES = _options({"certain": "I saw it myself", "likely": "I trust who told me", "heard": "I only heard it"})

_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "confidential": "Was it marked confidential?",
        "nda": "Is it under a non-disclosure agreement?",
        "meant_for_me": "Was the document meant for you?",
        "knew_me": "Did they know who you are and whom you work for?",
        "own_prices": "Is it about the competitor’s own future prices, bids, territories or capacity?",
    }
)

QUESTIONS: tuple[Question, ...] = tuple(
    Question(name=name, label=label, sources=tuple(source for source, asks in FOLLOW_UPS.items() if name in asks))
    for name, label in _QUESTIONS.items()
)

ASKING = tuple(source for source, asks in FOLLOW_UPS.items() if asks)
"""The sources that open at least one question."""

MISSING: Mapping[str, str] = MappingProxyType(
    {
        "text": "Write a sentence: what did you see or hear?",
        "competitor": "Choose a competitor, or “Not sure”.",
        "competitor_other": "Write the competitor’s name.",
        "source": "Say how you learned this: it decides who may read it.",
    }
    | dict.fromkeys(_QUESTIONS, "Answer yes, no or not sure.")
)
"""By field, what is said where it is empty."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "text": "What happened?",
        "competitor": "Which competitor?",
        "competitor_other": "Its name",
        "files": "Photo or file",
        "source": "How did you learn this?",
        "customer": "Customer or prospect",
        "deal": "Deal",
        "deal_amount": "What the deal is worth",
        "stage": "Where the deal stands",
        "close_on": "Expected to close",
        "area": "Product area",
        "comparison": "Theirs and ours",
        "motive": "Why the buyer cares",
        "confidence": "How sure are you?",
        "happened_on": "When it happened",
        "may_call": "A product manager may call me about it",
    }
    | dict(_QUESTIONS)
)
"""By field, how people read its name."""


def too_long(most: int) -> str:
    """What is said of a text that is too long."""
    return f"That is longer than {most:,} characters. Shorten it, or attach it as a file."
