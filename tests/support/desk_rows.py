"""Sightings put on a desk without a way in, so that a test can choose every column and moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from desk import schema
from desk.database import Desk
from desk.following import sightings


def id_of(number: int) -> str:
    """A sighting's id."""
    return f"00000000-0000-4000-8000-{number:012}"


def put_sighting(
    desk: Desk, number: int, person_id: str, *, gate: Any = "cleared", at: datetime | None = None, **columns: Any
) -> str:
    """Puts a sighting on the desk as the gate left it, and returns its id."""
    at = at or desk.clock.now()
    values: dict[str, Any] = {
        "sighting_id": id_of(number), "person_id": person_id, "channel": "form", "received_at": at,
        "digest": f"{number:064x}", "text": "Globex offers the Team plan at half its price.", "competitor": "globex",
        "competitor_name": "", "source": "customer", "customer": "", "deal": "", "deal_amount_text": "", "area": "",
        "comparison": "", "may_call": False,
    }  # fmt: skip
    with desk.writing() as c:
        c.execute(insert(schema.sighting).values(**values | columns))
        sightings.record(c, id_of(number), "received", by=person_id, now=at)
        sightings.record(c, id_of(number), gate, by=None, now=at)
    return id_of(number)


def put_attachment(desk: Desk, number: int, sighting_id: str, stored_hash: str | None, **columns: Any) -> str:
    """Puts a row of an attachment on the desk, and returns its id."""
    values: dict[str, Any] = {
        "attachment_id": f"00000000-0000-4000-9000-{number:012}", "sighting_id": sighting_id, "position": number,
        "file_name": f"photo-{number}.png", "kind": "image", "reason": "", "media_type": "image/png", "byte_count": 3,
        "stored_hash": stored_hash, "received_hash": f"{number:064x}", "added_at": desk.clock.now(),
    }  # fmt: skip
    with desk.writing() as c:
        c.execute(insert(schema.attachment).values(**values | columns))
        sightings.record(c, sighting_id, "attachment", by=None, now=values["added_at"])
    return str(values["attachment_id"])
