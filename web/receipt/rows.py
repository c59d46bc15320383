"""Lists of sightings: one line each, and where the list goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from desk.following import sightings
from desk.following.sightings import SightingRow
from web.receipt import words
from web.receipt.page import competitor_name
from web.receipt.words import Standing
from web.services import Services


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A sighting in a list.

    Attributes:
        name: Its short name.
        link: Where it is shown.
        competitor: Name of the competitor; may be empty.
        text: The beginning of its text; None where it may not be shown.
        received_at: When it was received.
        standing: Where it stands.
        is_unread: Nobody has read it yet.
        by: Who reported it; empty for one's own.
        about: Product area and what the deal is worth; may be empty.
    """

    name: str
    link: str
    competitor: str
    text: str | None
    received_at: datetime
    standing: Standing
    is_unread: bool = False
    by: str = ""
    about: str = ""


def line(services: Services, row: SightingRow, *, is_own: bool, by: str = "") -> Line:
    """A sighting as a list of its reporter or of its readers shows it."""
    text = sightings.shown_text(row, is_own=is_own)
    about = (row.area, words.money(row.deal_amount, row.deal_currency or "")) if text is not None else ()
    return Line(
        name=sightings.short_name(row.sighting_id),
        link=f"/r/{row.sighting_id}",
        competitor=competitor_name(services, row),
        text=None if text is None else words.excerpt(text),
        received_at=row.received_at,
        standing=words.standing(row, is_own=is_own),
        is_unread=not is_own and row.read_at is None,
        by=by,
        about=" · ".join(one for one in about if one),
    )


def held_line(services: Services, row: SightingRow, *, by: str) -> Line:
    """A sighting in the list of the legal role."""
    return Line(
        name=sightings.short_name(row.sighting_id),
        link=f"/quarantine/{row.sighting_id}",
        competitor=competitor_name(services, row),
        text=words.excerpt(row.text) if row.text else None,
        received_at=row.received_at,
        standing=words.standing(row, is_own=False),
        is_unread=row.gate == "quarantined",
        by=by,
    )


def next_page(
    path: str, query: Mapping[str, str], rows: Sequence[SightingRow], count: int
) -> tuple[Sequence[SightingRow], str]:
    """The rows of one page, and the address at which the list goes on; empty at its end.

    Args:
        path: The list's path.
        query: Its filters.
        rows: One more than a page holds, where there are more.
        count: How many a page holds.
    """
    shown = rows[:count]
    if len(rows) <= count:
        return shown, ""
    kept = {name: value for name, value in query.items() if value}
    return shown, f"{path}?{urlencode(kept | {'before': shown[-1].sighting_id})}"
