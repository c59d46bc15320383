"""The words in which pages tell what a sighting says and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from desk.following.sightings import Receipt, SightingRow
from detente.sightings import GateState
from web.report import words as report_words
from web.report.words import Option

Tone = Literal["good", "todo", "held", "soft"]


def _words(options: Sequence[Option]) -> Mapping[str, str]:
    return {option.value: option.label for option in options}


SOURCES = _words(report_words.SOURCES)
ANSWERS = _words(report_words.ANSWERS)
QUESTIONS: Mapping[str, str] = {
    "source": "How did you learn this?",
    **{question.name: question.label for question in report_words.QUESTIONS},
}
_STAGES = _words(report_words.STAGES)
_MOTIVES = _words(report_words.MOTIVES)
_CONFIDENCES = _words(report_words.CONFIDENCES)
_CHANNELS = {
    "form": "the form",
    "api": "the API",
    "terminal": "the terminal",
    "import": "an import",
    "mail": "mail",
    "slack": "Slack",
}
HOW_LEARNED = "How learned"
PERSONAL: Mapping[str, str] = {"email": "the e-mail address", "phone": "the phone number"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a sighting stands, in words.

    Attributes:
        badge: One or two words.
        tone: How the badge looks.
        words: A sentence for whom the page is for.
        hidden: What stands where the text would, when it is not shown.
        thanks: What the answer page says first.
        is_kept: Whether that is followed by the time.
        reasons: Why the gate holds it back; empty where it does not.
    """

    badge: str
    tone: Tone
    words: str
    hidden: str = "There is no text."
    thanks: str = "Thank you, kept safe at"
    is_kept: bool = True
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
        tone="soft",
        words=f"Legal has looked: it stays with them, and nobody else gets to read it. {_RIGHT}",
        hidden=_HELD,
    ),
    "not_kept": Standing(
        badge="not kept",
        tone="held",
        words=f"Neither the text nor any file was kept; only that there was a sighting. {_RIGHT}",
        hidden=_NOT_KEPT,
        thanks="Thank you for saying so",
        is_kept=False,
    ),
}
_OF_OTHERS: Mapping[GateState, Standing] = {
    "cleared": Standing(badge="unread", tone="todo", words="Nobody had read it before you."),
    "waiting": Standing(badge="waiting", tone="soft", words="It waits for an answer of its reporter."),
    "quarantined": Standing(badge="to decide", tone="todo", words="It waits for a decision of the legal role."),
    "rejected": Standing(badge="rejected", tone="soft", words="Nobody but the legal role gets to read it."),
    "not_kept": Standing(
        badge="not kept", tone="soft", words="Neither the text nor any file was kept.", hidden=_NOT_KEPT
    ),
}
_WITHDRAWN = Standing(badge="withdrawn", tone="soft", words="You took it back; nobody reads it any more.")
_WITHDRAWN_HELD = Standing(
    badge="withdrawn", tone="soft", words="You took it back; nobody but legal can look at it any more.", hidden=_HELD
)
ASKED = Standing(badge="question for you", tone="todo", words="Product has a question for you: it stands below.")
RELEASED = Standing(badge="released", tone="good", words="Legal looked at it, and colleagues may read it.")
_READ = Standing(badge="read", tone="good", words="Product has read it.")
_DECIDED = Standing(badge="decided", tone="good", words="Product has decided on it.")


def standing(row: SightingRow, *, is_own: bool, receipt: Receipt | None = None) -> Standing:
    """Where a sighting stands, for its reporter or for somebody who reads it.

    Args:
        row: The sighting.
        is_own: Whether the page is for its reporter.
        receipt: Its receipt, where the gate's reasons and a colleague's question are to be told.
    """
    if row.is_withdrawn:
        if is_own:
            return _WITHDRAWN if row.gate == "cleared" else _WITHDRAWN_HELD
        return Standing(badge="withdrawn", tone="soft", words="Its reporter took it back.")
    if is_own and row.gate == "cleared" and receipt and receipt.notes and receipt.notes[-1].kind == "question":
        return ASKED
    if row.gate == "cleared" and receipt and any(one.kind == "decided" and one.is_done for one in receipt.steps):
        return _DECIDED
    if row.gate == "cleared" and row.read_at is not None:
        return _READ
    found = (_OF_OWN if is_own else _OF_OTHERS)[row.gate]
    return replace(found, reasons=tuple(receipt.reasons)) if receipt else found


def details(row: SightingRow) -> tuple[tuple[str, str], ...]:
    """What a reporter said besides the text, each with its label; what was left out is left out here."""
    told = (
        (HOW_LEARNED, SOURCES.get(row.source or "", "")),
        ("Customer", row.customer),
        ("Deal", row.deal),
        ("Deal size", money(row.deal_amount, row.deal_currency or "")),
        ("Stage", _STAGES.get(row.stage or "", "")),
        ("Closes on", _day(row.close_on)),
        ("Product area", row.area),
        ("Theirs and ours", row.comparison),
        ("Why the buyer cares", _MOTIVES.get(row.motive or "", "")),
        ("How sure", _CONFIDENCES.get(row.confidence or "", "")),
        ("Happened on", _day(row.happened_on)),
        ("A PM may call", "Yes" if row.may_call else ""),
        ("Came by", _CHANNELS.get(row.channel, "")),
    )
    return tuple((label, value) for label, value in told if value)


def gate_answers(row: SightingRow) -> tuple[tuple[str, str], ...]:
    """What a reporter answered about the source, each with its question."""
    told = [(QUESTIONS["source"], SOURCES.get(row.source or "", ""))]
    told += [
        (question, ANSWERS.get(getattr(row, name) or "", ""))
        for name, question in QUESTIONS.items()
        if name != "source"
    ]
    return tuple((question, answer) for question, answer in told if answer)


def _day(value: date | None) -> str:
    return value.strftime("%-d %b %Y") if value else ""


def money(amount: Decimal | None, currency: str) -> str:
    """An amount as people write it: `€1,500,000`, `CHF 1,500,000`; empty where there is none."""
    if amount is None:
        return ""
    number = f"{amount:,.2f}".removesuffix(".00")
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency)
    return f"{sign}{number}" if sign else f"{currency} {number}"


def echo(row: SightingRow) -> str:
    """What was understood of a deal's amount: `= €1,500,000`; empty where there is none."""
    shown = money(row.deal_amount, row.deal_currency or "")
    return f"= {shown}" if shown else ""


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
