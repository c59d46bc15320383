"""What the warehouse takes of the desk: sightings that may be seen, with nobody's name in them."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select

from desk.database import Connection
from desk.personal import without_names
from desk.schema import person, sighting, sighting_event, sighting_state
from detente.errors import StorageError

KEY_FILE = "account.key"
_KEY_BYTES = 32
# what the machine tells reporters of what it made itself; nothing in a sighting's row comes of it
_OWN_STEPS = ("clustered", "linked", "credited")


@dataclass(frozen=True, kw_only=True, slots=True)
class SightingChanges:
    """What became of sightings after an event.

    Attributes:
        rows: Sightings that may be seen, as the warehouse keeps them: cleared, not withdrawn; text masked, no name of
            a customer or of a person.
        gone: Ids of those that may not, or no longer.
        last_event_id: The newest event there was; 0 before the first.
        mark: The same as a text that tells this desk from another one; to be handed back next time.
        anew: The mark was none of this desk: these rows are all that there is.
    """

    rows: Sequence[Mapping[str, object]]
    gone: Sequence[str]
    last_event_id: int
    mark: str
    anew: bool = False


def sightings_since_mark(c: Connection, mark: str, key: bytes) -> SightingChanges:
    """What is new or changed since the changes that had this mark; everything where it is none of this desk.

    A desk that was refilled from the inbox counts its events anew, and another key makes other hashes of customers.
    """
    number = mark.partition(":")[0]
    event_id = int(number) if number.isdecimal() else 0
    if event_id and _mark(c, event_id, key) == mark:
        return sightings_since(c, event_id, key)
    found = sightings_since(c, 0, key)
    return SightingChanges(
        rows=found.rows, gone=found.gone, last_event_id=found.last_event_id, mark=found.mark, anew=bool(mark)
    )


def sightings_since(c: Connection, event_id: int, key: bytes) -> SightingChanges:
    """What became of every sighting that something happened to after an event; all in the moment of the connection.

    Args:
        c: A connection that reads.
        event_id: The last event that is known; 0: none.
        key: What customers are hashed with (`account_key`).
    """
    last = int(c.execute(select(func.max(sighting_event.c.event_id))).scalar() or 0)
    news = (sighting_event.c.event_id > event_id, sighting_event.c.kind.not_in(_OWN_STEPS))
    touched = select(sighting_event.c.sighting_id).where(*news).distinct()
    files: dict[str, int] = {}
    # as the events tell them, since a file's own row comes a little later, and without an event
    with_files = sighting_event.c.kind.in_(("received", "attachment"))
    told = select(sighting_event.c.sighting_id, sighting_event.c.detail).where(
        with_files, sighting_event.c.sighting_id.in_(touched)
    )
    for event in c.execute(told):
        files[event.sighting_id] = files.get(event.sighting_id, 0) + int(event.detail.get("files", 0))
    query = (
        select(
            sighting,
            sighting_state.c.gate,
            sighting_state.c.is_withdrawn,
            person.c.erased_at,
            person.c.name.label("person_name"),
        )
        .join(sighting_state, sighting_state.c.sighting_id == sighting.c.sighting_id)
        .join(person, person.c.person_id == sighting.c.person_id)
        .where(sighting.c.sighting_id.in_(touched))
        .order_by(sighting.c.received_at, sighting.c.sighting_id)
    )  # fmt: skip
    rows, gone = [], []
    for row in c.execute(query):
        # of what was erased, a desk that was made anew knows no source
        if row.gate == "cleared" and not row.is_withdrawn and row.erased_at is None and row.source:
            rows.append(_seen(row, key, files.get(row.sighting_id, 0)))
        else:
            gone.append(row.sighting_id)
    return SightingChanges(rows=rows, gone=gone, last_event_id=last, mark=_mark(c, last, key))


def account_key(data: Path) -> bytes:
    """The secret that customers are hashed with, made when it is first asked for; only its owner may read it.

    Without the file nobody can tell which hash was whose: the next ingest makes all of them anew.

    Raises:
        StorageError: It cannot be made or read.
    """
    path = data / KEY_FILE
    try:
        if not path.exists():
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside = path.with_name(f"{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}.new")
            with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(_KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(aside, path)  # whoever comes second takes the key of the first
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no key"
        raise StorageError(f"{path}: cannot be made or read: {why}; mend the disk, or remove the file") from None


def _seen(row: Row[Any], key: bytes, files: int) -> dict[str, object]:
    names = {"[customer]": row.customer, "[deal]": row.deal, "[reporter]": row.person_name}
    # an amount that is none must keep nobody else's sighting from being published
    has_amount = row.deal_amount is not None and row.deal_amount > 0 and bool(row.deal_currency)
    return {
        "sighting_id": row.sighting_id,
        "person_id": row.person_id,
        "channel": row.channel,
        "received_at": row.received_at,
        "competitor": row.competitor,
        "competitor_name": without_names(row.competitor_name, names),
        "source": row.source,
        "account_key": _hashed(key, "account", row.customer),
        "deal_key": _hashed(key, "deal", row.deal),
        "deal_amount": row.deal_amount if has_amount else None,
        "deal_currency": row.deal_currency if has_amount else None,
        "stage": row.stage,
        "close_on": row.close_on,
        "motive": row.motive,
        "confidence": row.confidence,
        "happened_on": row.happened_on,
        "may_call": row.may_call,
        "attachments": files,
        "area": without_names(row.area, names),
        "comparison": without_names(row.comparison, names),
        "text": without_names(row.text, names),
    }


def _hashed(key: bytes, kind: str, name: str) -> str | None:
    folded = " ".join(name.casefold().split())
    return hmac.new(key, f"{kind}\0{folded}".encode(), hashlib.sha256).hexdigest()[:32] if folded else None


def _mark(c: Connection, event_id: int, key: bytes) -> str:
    """An event's number with a hash of what it was: a desk that counts anew has another event of that number."""
    row = c.execute(
        select(sighting_event.c.sighting_id, sighting_event.c.kind, sighting_event.c.at).where(
            sighting_event.c.event_id == event_id
        )
    ).one_or_none()
    if row is None:
        return ""
    said = f"{row.sighting_id}\0{row.kind}\0{row.at.isoformat()}"
    return f"{event_id}:{hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:16]}"
