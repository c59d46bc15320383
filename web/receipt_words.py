"""The words in which pages tell what a sighting says and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from desk import gate
from detente.sightings import GateState

Tone = Literal["good", "todo", "held", "quiet"]

SOURCES: Mapping[str, str] = {
    "customer": "A customer or prospect told me",
    "public": "It is public",
    "partner": "A partner told me",
    "competitor": "Somebody who works there told me",
    "former_employee": "Somebody who used to work there told me",
    "document": "I found or was sent a document",
}
QUESTIONS: Mapping[str, str] = {
    "source": "How did you learn this?",
    "confidential": "Was it marked confidential?",
    "nda": "Is it under a non-disclosure agreement?",
    "meant_for_me": "Was the document meant for you?",
    "knew_me": "Did they know who you are and whom you work for?",
    "own_prices": "Is it about their own prices to come, bids, territories or capacity?",
}
ANSWERS: Mapping[str, str] = {"yes": "Yes", "no": "No", "not_sure": "Not sure"}
_STAGES = {
    "prospecting": "Prospecting",
    "evaluation": "Evaluation",
    "proposal": "Proposal",
    "negotiation": "Negotiation",
    "won": "Won",
    "lost": "Lost",
}
_MOTIVES = {
    "job_blocked": "It blocks their work",
    "parity_checkbox": "A box to tick",
    "rfp_line": "A line in an RFP",
    "price_lever": "A lever on the price",
    "curiosity": "Curiosity",
}
_CONFIDENCES = {"certain": "Certain", "likely": "Likely", "heard": "Heard it"}
_CHANNELS = {
    "form": "the form",
    "api": "the API",
    "terminal": "the terminal",
    "import": "an import",
    "mail": "mail",
    "slack": "Slack",
}
PERSONAL: Mapping[str, str] = {"email": "the e-mail address", "phone": "the phone number"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a sighting stands, in words.

    Attributes:
        badge: One or two words.
        tone: How the badge looks.
        words: A sentence for whom the page is for.
        hidden: What stands where the text would, when it is not shown.
        reasons: Why the gate holds it back; empty where it does not.
    """

    badge: str
    tone: Tone
    words: str
    hidden: str = "There is no text."
    reasons: tuple[str, ...] = ()


_RIGHT = "You did right to say how you learned it, and nothing counts against you."
_HELD = "Held back: only legal can read it."
_NOT_KEPT = "Not kept."

_OF_OWN: Mapping[GateState, Standing] = {
    "cleared": Standing(badge="received", tone="good", words="Product can read it now."),
    "waiting": Standing(
        badge="waiting for you",
        tone="todo",
        words="It waits for an answer of yours. Until then no colleague can read it.",
    ),
    "quarantined": Standing(
        badge="with legal", tone="held", words=f"Only legal can see this until they have looked. {_RIGHT}", hidden=_HELD
    ),
    "rejected": Standing(
        badge="closed by legal",
        tone="quiet",
        words=f"Legal has looked: it stays with them, and nobody else gets to read it. {_RIGHT}",
        hidden=_HELD,
    ),
    "not_kept": Standing(
        badge="not kept",
        tone="held",
        words=f"Neither the text nor any file was kept; only that there was a report. {_RIGHT}",
        hidden=_NOT_KEPT,
    ),
}
_OF_OTHERS: Mapping[GateState, Standing] = {
    "cleared": Standing(badge="unread", tone="todo", words="Nobody has read it yet."),
    "waiting": Standing(badge="waiting", tone="quiet", words="It waits for an answer of its reporter."),
    "quarantined": Standing(badge="to decide", tone="todo", words="It waits for a decision of the legal role."),
    "rejected": Standing(badge="rejected", tone="quiet", words="Nobody but the legal role gets to read it."),
    "not_kept": Standing(
        badge="not kept", tone="quiet", words="Neither the text nor any file was kept.", hidden=_NOT_KEPT
    ),
}
_WITHDRAWN = Standing(badge="withdrawn", tone="quiet", words="You took it back; nobody reads it any more.")
_READ = Standing(badge="read", tone="good", words="Product has read it.")


class Told(Protocol):
    """The part of a sighting that these words are about."""

    @property
    def gate(self) -> GateState: ...  # noqa: D102
    @property
    def is_withdrawn(self) -> bool: ...  # noqa: D102
    @property
    def read_at(self) -> object: ...  # noqa: D102


def standing(row: Told, *, is_own: bool, reasons: tuple[str, ...] = ()) -> Standing:
    """Where a sighting stands, for its reporter or for somebody who reads it.

    Args:
        row: The sighting.
        is_own: Whether the page is for its reporter.
        reasons: Names of the gate's rules that hold it back.
    """
    if row.is_withdrawn:
        return _WITHDRAWN if is_own else Standing(badge="withdrawn", tone="quiet", words="Its reporter took it back.")
    if row.gate == "cleared" and row.read_at is not None:
        return _READ
    found = (_OF_OWN if is_own else _OF_OTHERS)[row.gate]
    said = tuple(gate.REASONS[name] for name in reasons if name in gate.REASONS and row.gate != "cleared")
    return Standing(badge=found.badge, tone=found.tone, words=found.words, hidden=found.hidden, reasons=said)


def details(row: object) -> tuple[tuple[str, str], ...]:
    """What a reporter said besides the text, each with its label; what was left out is left out here."""

    def said(name: str) -> str:
        return str(getattr(row, name) or "")

    close, happened = getattr(row, "close_on", None), getattr(row, "happened_on", None)
    told = (
        ("How learned", SOURCES.get(said("source"), "")),
        ("Customer", said("customer")),
        ("Deal", said("deal")),
        ("Deal size", money(getattr(row, "deal_amount", None), said("deal_currency"))),
        ("Stage", _STAGES.get(said("stage"), "")),
        ("Closes on", close.strftime("%-d %b %Y") if close else ""),
        ("Product area", said("area")),
        ("Theirs and ours", said("comparison")),
        ("Why the buyer cares", _MOTIVES.get(said("motive"), "")),
        ("How sure", _CONFIDENCES.get(said("confidence"), "")),
        ("Happened on", happened.strftime("%-d %b %Y") if happened else ""),
        ("A PM may call", "Yes" if getattr(row, "may_call", False) else ""),
        ("Came by", _CHANNELS.get(said("channel"), "")),
    )
    return tuple((label, value) for label, value in told if value)


def gate_answers(row: object) -> tuple[tuple[str, str], ...]:
    """What a reporter answered about the source, each with its question."""
    told = [(QUESTIONS["source"], SOURCES.get(str(getattr(row, "source", "")), ""))]
    told += [
        (question, ANSWERS.get(str(getattr(row, name, "")), ""))
        for name, question in QUESTIONS.items()
        if name != "source"
    ]
    return tuple((question, answer) for question, answer in told if answer)


def money(amount: Decimal | None, currency: str) -> str:
    """An amount as people write it: `€1,500,000`, `CHF 1,500,000`; empty where there is none."""
    if amount is None:
        return ""
    number = f"{amount:,.2f}".removesuffix(".00")
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency)
    return f"{sign}{number}" if sign else f"{currency} {number}"


def size(byte_count: int) -> str:
    """A file's size as people write it."""
    if byte_count < 1000:
        return f"{byte_count} bytes"
    if byte_count < 1_000_000:
        return f"{byte_count / 1000:.0f} KB"
    return f"{byte_count / 1_000_000:.1f} MB"


def excerpt(text: str, chars: int = 200) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= chars else f"{line[:chars].rstrip()}…"
