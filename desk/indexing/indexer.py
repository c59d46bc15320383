"""From the inbox to the desk: rows for every entry, and the files of those that the gate cleared.

It runs after a sighting was acknowledged, any number of times, in any number of processes, and may be killed anywhere:
an entry stays in `new` until everything about it is on the desk.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.exc import DataError, IntegrityError

from desk.accepting import gate
from desk.accepting.inbox import DamagedEntryError, Entry, Inbox
from desk.accepting.limits import Limits
from desk.database import Connection, Desk
from desk.following.sighting_log import events, reasons, record
from desk.following.sighting_rows import AttachmentRow
from desk.following.sighting_rows import sighting as sighting_row
from desk.indexing.attachments import Attachments
from desk.indexing.unpacking import add_row, settle, settle_all, unpack
from desk.schema import person as person_table
from desk.schema import sighting as sighting_table
from detente.errors import NotFoundError
from detente.sightings import Submission

log = logging.getLogger(__name__)  # without traces, which could hold what a person wrote

_BATCH = 50  # entries in one transaction
_FILES = 24  # pictures in one child process: rows of newer entries come between
# with more than a few sightings in a moment, rows and pictures wait, though not for ever
_FEW, _MOMENT_S, _PATIENCE_S, _PICTURES_WAIT_S = 3, 0.1, 2.0, 20.0
_ROUNDS = 500  # batches in one call
_BYTES = 32_000_000  # of files that are in memory at once

_Outcome = Literal["new", "known", "foreign", "early", "files_not_kept"]


def index_new(
    desk: Desk,
    inbox: Inbox,
    attachments: Attachments,
    limits: Limits,
    is_ending: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Brings every new entry into the desk, and in line what was decided since; returns the ids of the new sightings.

    Rows come first, so that a receipt stands within moments; photos are decoded after them, a few at a time. An entry
    that cannot be read, or whose sender is unknown, goes to `inbox/damaged` with a line in the log, and never stops
    the rest. What a killed process left half-written is swept at the end. While reports keep coming it returns now and
    then all the same; what is not done by then is done by the next call.

    Args:
        desk: Where rows go.
        inbox: Where entries are.
        attachments: Where files go.
        limits: Bounds of a picture.
        is_ending: Asked between two batches: whether to leave the rest to the next call.

    Raises:
        DeskError: The desk cannot be used now; all entries wait.
        StorageError: The disk refused; what is not done waits.
    """
    indexed: list[str] = []
    seen: set[str] = set()
    packed: list[Entry] = []
    came, unpacked_at = inbox.came, time.monotonic()
    for _ in range(_ROUNDS):
        if is_ending():
            return indexed
        fresh = [path for path in inbox.new() if path.stem not in seen][:_BATCH]
        seen |= {path.stem for path in fresh}
        before, came = came, _let_pass(inbox, came)
        new, holding = _index(desk, inbox, fresh)
        indexed += new
        packed += holding
        if came - before > _FEW and fresh and time.monotonic() - unpacked_at < _PICTURES_WAIT_S:
            continue
        unpacked_at = time.monotonic()
        chunk = _next(packed)
        del packed[: len(chunk)]
        _unpack(desk, inbox, attachments, limits, chunk)
        if not fresh and not chunk:
            break
    settle_all(desk, inbox, attachments, limits)
    inbox.sweep()
    attachments.sweep()
    return indexed


def _let_pass(inbox: Inbox, came: int) -> int:
    """Waits a moment while sightings come in quickly: their senders wait for an answer, and nobody for the rows.

    Args:
        inbox: Where they come in.
        came: How many had come when this was called the last time.

    Returns:
        How many have come.
    """
    until = time.monotonic() + _PATIENCE_S
    while inbox.came - came > _FEW and time.monotonic() < until:
        came = inbox.came
        time.sleep(_MOMENT_S)
    return inbox.came


def index_one(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits, sighting_id: str) -> None:
    """Brings one sighting into the desk, and its inbox entries and files in line with what was decided since.

    To be called after `complete`, `release` and `withdraw`; `index_new` does the same a little later.

    Raises:
        NotFoundError: There is no such sighting in the inbox or on the desk.
    """
    path = inbox.path(sighting_id)
    if path is not None and path.parent.name == "new":
        _, holding = _index(desk, inbox, [path])
        _unpack(desk, inbox, attachments, limits, holding)
    settle(desk, inbox, attachments, limits, sighting_id)


def refill(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits) -> int:
    """Makes the desk's sightings anew from what was kept; returns how many were missing.

    What happened later (read, asked, released, decided) is not in the inbox and stays lost, but withdrawals are.
    People that the desk does not know become disabled people without a name: restore the desk from its backup where
    there is one.
    """
    entries = []
    for path in inbox.kept():
        try:
            entries.append(inbox.read(path))
        except (DamagedEntryError, OSError) as error:
            log.error("a kept entry cannot be read: %s (%s)", path.name, type(error).__name__)  # noqa: TRY400
    # a file that came later needs its sighting first
    entries.sort(key=lambda entry: (entry.kind == "attachment", entry.received_at, entry.entry_id))
    count = 0
    packed = []
    for begin in range(0, len(entries), _BATCH):
        with desk.writing() as c:
            for entry in entries[begin : begin + _BATCH]:
                _add_unknown_person(c, entry.person_id, desk.clock.now())
                outcome, is_to_unpack = _put(c, entry)
                count += outcome == "new" and entry.kind == "sighting"
                packed += [entry] if is_to_unpack else []
                if entry.is_withdrawn and not sighting_row(c, entry.sighting_id).is_withdrawn:
                    record(c, entry.sighting_id, "withdrawn", by=entry.person_id, now=entry.received_at)
    while chunk := _next(packed):
        del packed[: len(chunk)]
        _unpack(desk, inbox, attachments, limits, chunk)
    return count


def _index(desk: Desk, inbox: Inbox, paths: Sequence[Path]) -> tuple[list[str], list[Entry]]:
    """Rows for these entries; the ids of new sightings, and the entries whose files are to be unpacked now."""
    entries = list(_readable(inbox, paths))
    if not entries:
        return [], []
    try:
        with desk.writing() as c:
            outcomes = [(entry, *_put(c, entry)) for entry in entries]
    except (DamagedEntryError, IntegrityError, DataError):
        outcomes = list(_one_by_one(desk, inbox, entries))
    holding = []
    for entry, outcome, is_to_unpack in outcomes:
        if outcome == "files_not_kept":
            inbox.rewrite(replace(entry, files=()))
            inbox.keep(entry.entry_id)
        elif outcome == "early":
            if inbox.path(entry.sighting_id) is None and (path := inbox.path(entry.entry_id)) is not None:
                _set_aside(inbox, path, "it belongs to a sighting that is not here")
        else:
            if is_to_unpack:
                holding.append(entry)
            else:
                inbox.keep(entry.entry_id)
    return [
        entry.sighting_id for entry, outcome, _ in outcomes if outcome == "new" and entry.kind == "sighting"
    ], holding


def _one_by_one(desk: Desk, inbox: Inbox, entries: Sequence[Entry]) -> Iterator[tuple[Entry, _Outcome, bool]]:
    """Each entry in its own transaction, since one of them spoilt that of all; that one is set aside."""
    for entry in entries:
        try:
            with desk.writing() as c:
                found = (entry, *_put(c, entry))
        except (DamagedEntryError, IntegrityError, DataError) as error:
            why = (
                str(error) if isinstance(error, DamagedEntryError) else f"the desk refused it ({type(error).__name__})"
            )
            path = inbox.path(entry.entry_id)
            if path is not None:
                _set_aside(inbox, path, why)
        else:
            yield found


def _readable(inbox: Inbox, paths: Iterable[Path]) -> Iterator[Entry]:
    for path in paths:
        try:
            yield inbox.read(path)
        except FileNotFoundError:
            continue  # another process has indexed it
        except DamagedEntryError as error:
            _set_aside(inbox, path, str(error))
        except OSError as error:
            log.error("%s cannot be read now (%s); it waits in the inbox", path.name, error.strerror)  # noqa: TRY400


def _set_aside(inbox: Inbox, path: Path, why: str) -> None:
    try:
        target = inbox.damaged(path)
    except FileNotFoundError:
        return
    log.error("an entry of the inbox was set aside as %s: %s", target.name, why)


def _unpack(desk: Desk, inbox: Inbox, attachments: Attachments, limits: Limits, entries: Sequence[Entry]) -> None:
    try:
        if entries:
            unpack(desk, inbox, attachments, limits, entries)
    except (DamagedEntryError, NotFoundError, FileNotFoundError):
        # one of them is damaged, or another process was faster: each alone, so that the others get through
        if len(entries) > 1:
            for entry in entries:
                _unpack(desk, inbox, attachments, limits, [entry])
            return
        there = inbox.find(entries[0].entry_id)
        if there is None or not there.holds_files:
            return
        log.error("the files of %s cannot be taken out of the inbox; look at its entry", entries[0].entry_id)  # noqa: TRY400
        inbox.keep(entries[0].entry_id)


def _next(packed: Sequence[Entry]) -> list[Entry]:
    """The first few entries whose files are unpacked together; at least one where there are any."""
    chunk: list[Entry] = []
    files, size = 0, 0
    for entry in packed:
        files += len(entry.files)
        size += sum(note.byte_count for note in entry.files)
        if chunk and (files > _FILES or size > _BYTES):
            break
        chunk.append(entry)
    return chunk


def _put(c: Connection, entry: Entry) -> tuple[_Outcome, bool]:
    """Writes the rows; what came of it, and whether the files are to be unpacked now."""
    outcome = _put_rows(c, entry)
    return outcome, outcome in ("new", "known") and _is_to_unpack(c, entry)


def _put_rows(c: Connection, entry: Entry) -> _Outcome:
    """Writes what the desk holds of an entry, unless it is there.

    Raises:
        DamagedEntryError: It fits nothing on the desk.
    """
    if (
        c.execute(select(person_table.c.person_id).where(person_table.c.person_id == entry.person_id)).one_or_none()
        is None
    ):
        raise DamagedEntryError(f"{entry.entry_id}: nobody on the desk has the id of its sender")
    known = select(sighting_table.c.person_id, sighting_table.c.digest).where(
        sighting_table.c.sighting_id == entry.sighting_id
    )
    there = c.execute(known).one_or_none()
    if entry.kind == "attachment":
        return _put_later_file(c, entry, there and there.person_id)
    if there is not None:
        # another one of this id, refused and about to be removed by whoever put it, may lie here for a moment
        return "known" if there.digest in (entry.digest, "") else "foreign"
    c.execute(insert(sighting_table).values(**_columns(entry)))
    record(
        c, entry.sighting_id, "received", by=entry.person_id, now=entry.received_at, channel=entry.channel,
        files=len(entry.files),
    )  # fmt: skip
    if entry.gate.state != "rejected":
        record(c, entry.sighting_id, entry.gate.state, by=None, now=entry.received_at, reasons=list(entry.gate.reasons))
    _put_attachment_rows(c, entry)
    return "new"


def _put_later_file(c: Connection, entry: Entry, owner: str | None) -> _Outcome:
    if owner is None:
        # its sighting may be one of those that were accepted a moment ago
        return "early"
    if owner != entry.person_id:
        raise DamagedEntryError(f"{entry.entry_id}: belongs to a sighting of somebody else")
    row = sighting_row(c, entry.sighting_id)
    happened = events(c, entry.sighting_id)
    if any(event.kind == "attachment" and event.detail.get("entry_id") == entry.entry_id for event in happened):
        return "known"
    if row.is_withdrawn or row.gate == "not_kept" or not gate.keeps_files(reasons(happened)):
        return "files_not_kept"
    record(
        c, entry.sighting_id, "attachment", by=entry.person_id, now=entry.received_at, entry_id=entry.entry_id,
        files=len(entry.files),
    )  # fmt: skip
    _put_attachment_rows(c, entry)
    return "new"


def _put_attachment_rows(c: Connection, entry: Entry) -> None:
    """Of an entry whose files were unpacked before: its rows are in it."""
    for plain in entry.attachments:
        add_row(c, AttachmentRow(**plain | {"added_at": datetime.fromisoformat(str(plain["added_at"]))}))


def _is_to_unpack(c: Connection, entry: Entry) -> bool:
    if not (entry.holds_files and entry.files):
        return False
    try:
        row = sighting_row(c, entry.sighting_id)
    except NotFoundError:
        return False
    return row.gate == "cleared" and not row.is_withdrawn


def _columns(entry: Entry) -> dict[str, Any]:
    try:
        said = Submission(**entry.submission)
        amount = Decimal(entry.deal_amount) if entry.deal_amount else None
    except (ValidationError, InvalidOperation) as error:
        raise DamagedEntryError(f"{entry.entry_id}: is no submission ({type(error).__name__})") from None
    plain = said.model_dump()
    plain["deal_amount_text"] = plain.pop("deal_amount")
    return plain | {
        "sighting_id": entry.sighting_id,
        "person_id": entry.person_id,
        "channel": entry.channel,
        "received_at": entry.received_at,
        "digest": entry.digest,
        "deal_amount": amount,
        "deal_currency": entry.deal_currency,
    }


def _add_unknown_person(c: Connection, person_id: str, now: datetime) -> None:
    if c.execute(select(person_table.c.person_id).where(person_table.c.person_id == person_id)).one_or_none() is None:
        c.execute(
            insert(person_table).values(person_id=person_id, name="Unknown person", created_at=now, disabled_at=now)
        )
