"""`/quarantine`: what the gate holds back, for the legal role alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import audit
from desk.accepting.inbox import Entry
from desk.database import Connection
from desk.following import lists, sightings
from desk.following.sightings import Receipt, SightingRow
from desk.indexing import indexer
from detente.errors import NotFoundError, SubmissionError
from detente.people import Person
from detente.sightings import GateState
from web.access.permissions import Permission
from web.access.protection import read_form
from web.access.visitor import TheVisitor
from web.pages import render, shows
from web.receipt import words
from web.receipt.page import NOTE_CHARS, Blank, FileLine, NoteLine, competitor_name, files, notes
from web.receipt.rows import Line, held_line, next_page
from web.receipt.words import Standing
from web.routes.attachments import download
from web.routing import Routes
from web.services import Services, services_of

routes = Routes()

_PAGE = 25
_ACTIONS: Mapping[str, str] = {
    "quarantine_opened": "Looked at",
    "quarantine_file_opened": "A file was downloaded",
    "not_kept": "Not kept",
}
_TOLD_TWICE = ("sighting_released", "sighting_rejected", "sighting_withdrawn")
_SOMEBODY_ELSE = "You reported this yourself, so somebody else of the legal role decides. Reporting it was right."
_STATES: tuple[GateState, ...] = ("quarantined", "waiting", "rejected", "not_kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """Something that was done.

    Attributes:
        at: When.
        words: What.
        by: Who; empty: the machine.
    """

    at: datetime
    words: str
    by: str


@shows("quarantine.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantinePage:
    """What the gate holds back.

    Attributes:
        lines: The sightings, the newest first.
        older: Where the list goes on; empty at its end.
    """

    lines: tuple[Line, ...]
    older: str


@shows("quarantine_item.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantineItemPage:
    """One sighting that the gate holds back.

    Attributes:
        sighting_id: Which one.
        name: Its short name.
        reporter: Who reported it.
        received_at: When.
        competitor: Name of the competitor; may be empty.
        standing: Where it stands, and why it is here.
        answers: What was answered about the source: pairs of question and answer.
        text: What was reported; None where it was not kept.
        details: What else was said: pairs of label and value.
        attachments: Its files, for download.
        notes: Questions, answers and reasons.
        may_decide: The reader may release or reject it.
        undecided: Why the reader may not, where somebody has to; may be empty.
        history: All that was done to it, the oldest first.
        note_chars: Characters of a reason at most.
        faults: By field, what must be mended.
        typed: By field, what was typed before.
    """

    sighting_id: str
    name: str
    reporter: str
    received_at: datetime
    competitor: str
    standing: Standing
    answers: tuple[tuple[str, str], ...]
    text: str | None
    details: tuple[tuple[str, str], ...]
    attachments: tuple[FileLine, ...]
    notes: tuple[NoteLine, ...]
    may_decide: bool
    undecided: str
    history: tuple[HistoryLine, ...]
    note_chars: int
    faults: Mapping[str, str]
    typed: Mapping[str, str]


@routes.get("/quarantine", needs=Permission.REVIEW_QUARANTINE)
def quarantine(request: Request, visitor: TheVisitor, before: str = "") -> Response:
    """What is held back, the newest first."""
    services = services_of(request)
    with services.desk.reading() as connection:
        rows = sightings.quarantine(connection, _PAGE + 1, before or None, _STATES)
        names = lists.names_of(connection, {row.person_id for row in rows})
    shown, older = next_page("/quarantine", {}, rows, _PAGE)
    lines = tuple(held_line(services, row, by=names.get(row.person_id, "")) for row in shown)
    return render(request, "quarantine.html", QuarantinePage(lines=lines, older=older))


@routes.get("/quarantine/{sighting_id:uuid}", needs=Permission.REVIEW_QUARANTINE)
def item(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """One sighting with all that was said and done; the look itself is written down."""
    return _shown(request, visitor.known, str(sighting_id))


@routes.post("/quarantine/{sighting_id:uuid}/release", needs=Permission.REVIEW_QUARANTINE)
async def release(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Lets colleagues read it."""
    form = await read_form(request, files=0)
    return await run_in_threadpool(_decide, request, visitor.known, str(sighting_id), form, sightings.release)


@routes.post("/quarantine/{sighting_id:uuid}/reject", needs=Permission.REVIEW_QUARANTINE)
async def reject(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Keeps it from everybody else for good."""
    form = await read_form(request, files=0)
    return await run_in_threadpool(_decide, request, visitor.known, str(sighting_id), form, sightings.reject)


@routes.get("/quarantine/{sighting_id:uuid}/files/{entry_id:uuid}/{position}", needs=Permission.REVIEW_QUARANTINE)
def held_file(request: Request, visitor: TheVisitor, sighting_id: UUID, entry_id: UUID, position: str) -> Response:
    """A file as it came, to be saved: what is held back is neither decoded nor put beside other files."""
    services = services_of(request)
    with services.desk.reading() as connection:
        if _is_shut(_held(connection, str(sighting_id))):
            raise NotFoundError("there is no such file")
        entries = _entries(services, connection, str(sighting_id))
    entry = next((one for one in entries if one.entry_id == str(entry_id)), None)
    if entry is None or position not in map(str, range(len(entry.files))):
        raise NotFoundError("there is no such file")
    body = services.inbox.file(entry.entry_id, int(position))
    _note_look(services, visitor.known, str(sighting_id), "quarantine_file_opened")
    return download(body, entry.files[int(position)].name)


def _decide(
    request: Request, person: Person, sighting_id: str, form: FormData, decide: Callable[..., None]
) -> Response:
    services, value = services_of(request), form.get("reason")
    reason = value if isinstance(value, str) else ""
    try:
        with services.desk.writing() as connection:
            _held(connection, sighting_id)
            decide(connection, sighting_id, reason, by=person.person_id, now=services.clock.now())
    except SubmissionError as error:
        return _shown(request, person, sighting_id, faults=error.faults, typed={"reason": reason})
    # files that lay in the inbox until now are put away
    indexer.index_one(services.desk, services.inbox, services.attachments, services.limits, sighting_id)
    return RedirectResponse(f"/quarantine/{sighting_id}", status_code=303)


def _shown(
    request: Request,
    person: Person,
    sighting_id: str,
    *,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    services = services_of(request)
    with services.desk.reading() as connection:
        row = _held(connection, sighting_id)
    if request.method == "GET":
        _note_look(services, person, sighting_id, "quarantine_opened")
    with services.desk.reading() as connection:
        receipt = sightings.receipt(connection, sighting_id, with_legal_reasons=True)
        found = _Found(
            receipt=receipt,
            reporter=lists.names_of(connection, [row.person_id]).get(row.person_id, ""),
            history=_history(connection, sighting_id),
            files=(*files(services, receipt), *_held_files(sighting_id, _entries(services, connection, sighting_id))),
        )
    content = _page(services, person, found, faults=faults or {}, typed=typed or {})
    return render(request, "quarantine_item.html", content, status=422 if faults else 200)


def _note_look(services: Services, person: Person, sighting_id: str, action: str) -> None:
    with services.desk.writing() as connection:
        audit.record(connection, by=person.person_id, action=action, subject=sighting_id, now=services.clock.now())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    receipt: Receipt
    reporter: str
    history: tuple[HistoryLine, ...]
    files: tuple[FileLine, ...]


def _page(
    services: Services, person: Person, found: _Found, *, faults: Mapping[str, str], typed: Mapping[str, str]
) -> QuarantineItemPage:
    row = found.receipt.row
    is_open = row.gate == "quarantined" and not row.is_withdrawn
    is_own = row.person_id == person.person_id
    # what was released stays here with its history; its words are for Product now, or for nobody any more
    is_held, is_shut = row.gate != "cleared", _is_shut(row)
    details = tuple(one for one in words.details(row) if one[0] != words.HOW_LEARNED)
    return QuarantineItemPage(
        sighting_id=row.sighting_id,
        name=sightings.short_name(row.sighting_id),
        reporter=found.reporter,
        received_at=row.received_at,
        competitor=competitor_name(services, row),
        standing=words.standing(row, is_own=False, receipt=found.receipt) if is_held else words.RELEASED,
        answers=words.gate_answers(row),
        text=None if is_shut else row.text or None,
        details=() if is_shut else details,
        attachments=() if is_shut else found.files,
        notes=() if is_shut else notes(found.receipt),
        may_decide=is_open and not is_own,
        undecided=_SOMEBODY_ELSE if is_open and is_own and is_held else "",
        history=found.history,
        note_chars=NOTE_CHARS,
        faults=Blank(faults),
        typed=Blank(typed),
    )


def _is_shut(row: SightingRow) -> bool:
    """Whether its words are for nobody but its reporter: released, and taken back since."""
    return row.gate == "cleared" and row.is_withdrawn


def _held(connection: Connection, sighting_id: str) -> SightingRow:
    """A sighting that is, or was, held back.

    Raises:
        NotFoundError: There is none.
    """
    row = sightings.sighting(connection, sighting_id)
    if row.gate == "cleared" and not any(one.kind == "released" for one in sightings.events(connection, sighting_id)):
        raise NotFoundError("there is no such sighting in the quarantine")
    return row


def _entries(services: Services, connection: Connection, sighting_id: str) -> list[Entry]:
    """What the inbox holds of a sighting whose files are not unpacked: its own entry, and photos that came later."""
    came = [one.detail.get("entry_id") for one in sightings.events(connection, sighting_id) if one.kind == "attachment"]
    found = (services.inbox.find(str(one)) for one in (sighting_id, *came) if one)
    return [entry for entry in found if entry is not None and entry.sighting_id == sighting_id and entry.holds_files]


def _held_files(sighting_id: str, entries: Sequence[Entry]) -> tuple[FileLine, ...]:
    return tuple(
        FileLine(
            link=f"/quarantine/{sighting_id}/files/{entry.entry_id}/{position}",
            name=note.name,
            size=words.size(note.byte_count),
            is_image=False,
            is_there=True,
            words="as it came: open it with care",
        )
        for entry in entries
        for position, note in enumerate(entry.files)
    )


def _history(connection: Connection, sighting_id: str) -> tuple[HistoryLine, ...]:
    told = [(one.at, str(one.kind), one.by) for one in sightings.events(connection, sighting_id)]
    told += [(one.at, one.action, one.by) for one in audit.entries(connection, subject=sighting_id)]
    names = lists.names_of(connection, {by for _, _, by in told if by})
    return tuple(
        HistoryLine(
            at=at,
            words=_ACTIONS.get(kind, kind.replace("_", " ").capitalize()),
            by=names.get(by, "former member") if by else "",
        )
        for at, kind, by in sorted(told, key=lambda one: one[0])
        # what the desk's events tell already
        if kind not in _TOLD_TWICE
    )
