"""What was drawn by lot each week, so that what scores low is looked at, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from desk.database import Connection
from desk.schema import review_sample
from detente.weeks import Week


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampled:
    """An item that was drawn.

    Attributes:
        item_id: Which one.
        score: Its score when it was drawn, in hundredths of a point.
        probability: How likely it was to be drawn, above 0 and at most 1.
        week: The week that it was drawn for, e.g. `2026-W46`.
    """

    item_id: str
    score: int
    probability: float
    week: str = ""


def is_drawn(c: Connection, week: Week) -> bool:
    """Whether the week has its lot."""
    return (
        c.execute(select(review_sample.c.item_id).where(review_sample.c.week == str(week)).limit(1)).first() is not None
    )


def keep(c: Connection, week: Week, drawn: Sequence[Sampled], *, now: datetime) -> bool:
    """Keeps what was drawn for a week, once; whether this was the one."""
    if not drawn or is_drawn(c, week):
        return False
    c.execute(
        insert(review_sample),
        [
            {
                "week": str(week), "item_id": one.item_id, "score": one.score, "probability": one.probability,
                "drawn_at": now,
            }
            for one in drawn
        ],
    )  # fmt: skip
    return True


def of_week(c: Connection, week: Week) -> list[Sampled]:
    """What was drawn for a week, in the order of ids."""
    return [one for one in every(c) if one.week == str(week)]


def every(c: Connection) -> list[Sampled]:
    """All that was ever drawn, by week and id."""
    query = select(review_sample).order_by(review_sample.c.week, review_sample.c.item_id)
    return [
        Sampled(item_id=row.item_id, score=row.score, probability=row.probability, week=row.week)
        for row in c.execute(query)
    ]
