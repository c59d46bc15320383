"""What people of an invented company report: submissions and an inbox for them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desk.accepting.accept import Accepted, accept
from desk.accepting.inbox import Inbox
from desk.accepting.limits import Limits
from desk.database import Desk
from desk.indexing.attachments import Attachments
from detente.sightings import Submission, Upload

LIMITS = Limits(text_chars=20_000, files=6, file_bytes=10_000_000, image_pixels=50_000_000)
COMPETITORS = ("globex", "initech")
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def said(text: str = "Globex cut its Pro plan by a fifth.", **more: Any) -> Submission:
    """A submission; of a public source unless something else is said."""
    return Submission(**{"sighting_id": str(uuid.uuid4()), "text": text, "source": "public", **more})


def sent(inbox: Inbox, submission: Submission, files: Sequence[Upload] = (), **more: Any) -> Accepted:
    """The submission as accepted from the form."""
    words: dict[str, Any] = {
        "person_id": "p_ana", "channel": "form", "now": NOW, "limits": LIMITS, "competitors": COMPETITORS,
        "currency": "EUR",
    }  # fmt: skip
    return accept(inbox, submission, list(files), **words | more)


def upload(body: bytes, name: str = "photo.jpg", media_type: str = "image/jpeg") -> Upload:
    """A file as it comes."""
    return Upload(name=name, media_type=media_type, body=body)


class Office:
    """A desk with its inbox and its attachments."""

    def __init__(self, desk: Desk, data: Path) -> None:
        self.desk = desk
        self.inbox = Inbox(data / "inbox")
        self.attachments = Attachments(data / "attachments")

    @property
    def parts(self) -> tuple[Desk, Inbox, Attachments, Limits]:
        """As the indexer takes them."""
        return self.desk, self.inbox, self.attachments, LIMITS
