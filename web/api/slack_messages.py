"""What Slack shows in answer to a command: blocks in which nothing that anybody typed is read as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web.report.words import ANSWERS, QUESTIONS, SOURCES, Option

Message = dict[str, Any]

COMPLETE = "complete"
"""The action of the button that sends the answers."""

_MAX_LABEL = 75
_MAX_PLACEHOLDER = 150


def escaped(text: str) -> str:
    """The text as Slack shows it literally: no link, no mention, no channel alert."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def only_for_you(text: str, *, blocks: list[Message] | None = None) -> Message:
    """An ephemeral answer; the text is escaped, and nothing in it becomes a link by itself."""
    message: Message = {
        "response_type": "ephemeral",
        "text": escaped(text),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if blocks is not None:
        message["blocks"] = blocks
    return message


def safe(name: str, url: str) -> Message:
    """A sighting that needs nothing more."""
    return only_for_you(_received(name, url), blocks=[_section(_received(name, url))])


def waiting(sighting_id: str, name: str, url: str) -> Message:
    """A sighting that waits for how it was learned: menus for the question and what may follow it, and a button."""
    menus = [_menu("source", "How did you learn this?", SOURCES)]
    menus += [_menu(question.name, question.label, ANSWERS) for question in QUESTIONS]
    button = {
        "type": "button",
        "action_id": COMPLETE,
        "value": sighting_id,
        "style": "primary",
        "text": _plain("Send the answers", _MAX_LABEL),
    }
    text = _received(name, url) + " It waits for an answer: how did you learn this?"
    hint = (
        "What is public needs no further answer. Of all else: was it marked confidential, is it under NDA? "
        "Where you are not sure, say so. Your receipt shows what became of it; Slack does not."
    )
    blocks = [
        _section(text),
        {"type": "actions", "block_id": f"sighting-{sighting_id}", "elements": [*menus, button]},
        {"type": "context", "elements": [_plain(hint)]},
    ]
    return only_for_you(text, blocks=blocks)


def unknown(team: str, user: str) -> Message:
    """Nobody here is known by that account."""
    return only_for_you(
        "Nothing was kept: Détente does not know who you are here. Ask whoever runs it to type: "
        f"detente person slack YOUR-EMAIL {team} {user}"
    )


def faulty(faults: Mapping[str, str]) -> Message:
    """A sighting that cannot be taken as it is."""
    told = "; ".join(f"{field}: {fault}" if field else fault for field, fault in faults.items())
    return only_for_you(f"Not taken yet. {told}. Mend it and send it again.")


def _received(name: str, url: str) -> str:
    return f"{name} is safe." + (f" Its receipt: {url}" if url else " Its receipt is among your sightings.")


def _section(text: str) -> Message:
    # plain text knows no markup at all, so a mention cannot be written in it
    return {"type": "section", "text": _plain(text)}


def _menu(field: str, question: str, options: Sequence[Option]) -> Message:
    return {
        "type": "static_select",
        "action_id": field,
        "placeholder": _plain(question, _MAX_PLACEHOLDER),
        "options": [{"text": _plain(option.label, _MAX_LABEL), "value": option.value} for option in options],
    }


def _plain(text: str, limit: int = 3_000) -> Message:
    return {"type": "plain_text", "text": text[:limit], "emoji": False}
