"""Who did what to whom, and when; only ever added to, and without a word that a person wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from desk.database import Connection
from desk.schema import audit

Detail = str | int | bool | list[str]

# Ids, enumerated words and addresses of services; a sentence has a blank, and an e-mail an @.
_WORD = re.compile(r"[^\s@]{0,300}")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One thing that was done.

    Attributes:
        audit_id: Counts up.
        at: When.
        by: Id of the person who did it; None: the machine itself.
        action: What, in one word, e.g. `roles_set`.
        subject: Id of what it was done to.
        detail: What else there is to say; ids and enumerated words.
    """

    audit_id: int
    at: datetime
    by: str | None
    action: str
    subject: str
    detail: Mapping[str, Detail]


def record(c: Connection, *, by: str | None, action: str, subject: str, now: datetime, **detail: Detail) -> None:
    """Adds an entry; an entry stays for good, so it takes no text that a person could want erased.

    Raises:
        ValueError: A value is no id or word: a mistake of ours.
    """
    for value in (action, subject, *detail.values()):
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str) and not _WORD.fullmatch(word):
                raise ValueError(f"the audit of {action!r} takes ids and words alone")
    c.execute(audit.insert().values(at=now, person_id=by, action=action, subject=subject, detail=detail))


def entries(c: Connection, *, subject: str | None = None, limit: int = 200) -> list[AuditEntry]:
    """The newest entries, the newest first; of one subject alone where it is given."""
    query = select(audit).order_by(audit.c.audit_id.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    return [
        AuditEntry(
            audit_id=row.audit_id,
            at=row.at,
            by=row.person_id,
            action=row.action,
            subject=row.subject,
            detail=row.detail,
        )
        for row in c.execute(query)
    ]
