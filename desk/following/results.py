"""What came of a sighting, in words: what it was put beside, its theme, the decision on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from desk.database import Connection
from desk.following.sighting_log import Event
from desk.schema import decision

COUNTED = (0, 1, 2, 3, 5, 10, 20, 50, 100)
"""How many others an event tells of: the largest of these that is not above it, so that a large cluster that grows does
not write an event to each of its sightings every time."""

_DECIDED: Mapping[str, str] = {
    "build": "Decided: it will be built",
    "match": "Decided: it will be matched",
    "counter_message": "Decided: Sales gets an answer to it",
    "price": "Decided: it goes into pricing",
    "watch": "Decided: it is watched",
    "decline": "Decided: nothing is done about it",
}


def counted(others: int) -> int:
    """So many others, as events tell it."""
    return max(step for step in COUNTED if step <= max(0, others))


def beside(detail: Mapping[str, Any]) -> str:
    """What a sighting was put beside, of the detail of its event `clustered`."""
    others, has_page = int(detail.get("others", 0)), bool(detail.get("page"))
    if not others:
        return (
            "Put beside what their own page says"
            if has_page
            else "Compared: nobody else has told this so far"
        )
    is_more = others not in (1, 2, 3)
    count = "1 sighting that says" if others == 1 else f"{others}{' or more' if is_more else ''} sightings that say"
    return f"Put beside {count} the same{', and what their own page says' if has_page else ''}"


def theme_of(c: Connection, event: Event) -> str:
    """The theme that an event `linked` tells of: the machine's, or that of a decision."""
    if decision_id := event.detail.get("decision_id"):
        found = c.execute(select(decision.c.theme).where(decision.c.decision_id == decision_id)).scalar_one_or_none()
        return str(found or "")
    return str(event.detail.get("theme", ""))


def decided(c: Connection, event: Event) -> tuple[str, str]:
    """Title and words of an event `decided`: what was decided, why, and what reporters are told."""
    row = c.execute(select(decision).where(decision.c.decision_id == event.detail.get("decision_id"))).one_or_none()
    if row is None:
        return "Decided", str(event.detail.get("said", ""))
    return _DECIDED.get(row.kind, "Decided"), "\n".join(text for text in (row.because, row.reply) if text)
