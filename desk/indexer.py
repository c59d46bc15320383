"""From the inbox to the desk."""

from __future__ import annotations

from desk.attachments import Attachments
from desk.database import Desk
from desk.inbox import Inbox
from desk.limits import Limits


def index_new(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits) -> list[str]:
    """Brings every new entry into the desk; returns the ids of the sightings."""
    return []


def index_one(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits, sighting_id: str) -> None:
    """Brings one sighting into the desk, and its files in line with its gate."""


def refill(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits) -> int:
    """Makes the desk's sightings anew from what was kept; returns their number."""
    return 0
