"""Sightings put on a desk without a way in, so that a test can choose every column and moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert

from desk import schema
from desk.database import Desk
from desk.following import sightings
from desk.rewarding import ledger


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


def put_judgements(desk: Desk, sighting_id: str, person_id: str) -> None:
    """Puts a row of every table on the desk that is about judging a sighting of somebody, all done by another PM."""
    now = desk.clock.now()
    item, by = {"item_id": sighting_id}, {"person_id": "p_judge", "at": now}
    rows: dict[Table, dict[str, Any]] = {
        schema.cluster_edit: {"kind": "merge", "other_id": "c_1", **item, **by},
        schema.review: {"sighting_id": sighting_id, "outcome": "verified", "is_blind": False, **by},
        schema.decision: {"decision_id": "d_1", "kind": "watch", "because": "So.", "is_blind": False, **item, **by},
        schema.decision_sighting: {"decision_id": "d_1", "sighting_id": sighting_id},
        schema.decision_outcome: {"decision_id": "d_1", "outcome": "right", **by},
        schema.review_sample: {"week": "2026-W47", "score": 1250, "probability": 0.1, "drawn_at": now, **item},
        schema.rules_version: {"version": 1, "digest": "0" * 64, "text": "version = 1", "seen_at": now},
    }
    with desk.writing() as c:
        judge = {"person_id": "p_judge", "name": "Judith", "created_at": now}
        c.execute(insert(schema.person).values(**judge))
        for table, values in rows.items():
            c.execute(insert(table).values(**values))
        ledger.fund(c, "2026-Q4", 100, by=None, now=now)
        put_hold(c, sighting_id, person_id, 4, now=now)


def put_hold(c: Connection, sighting_id: str, person_id: str, points: int, *, now: datetime, **more: Any) -> int:
    """Promises points for a sighting, and returns the entry's number."""
    told: dict[str, Any] = {
        "rule": "new", "stage": "verified", "rules_version": 1, "quarter": "2026-Q4", "by": None,
        "reason": {"sentence": f"5 × 0.8 fresh = {points}, rule v1"},
    }  # fmt: skip
    held = ledger.hold(c, sighting_id=sighting_id, person_id=person_id, points=points, now=now, **(told | more))
    return held.entry_id
