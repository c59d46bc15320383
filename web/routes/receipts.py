"""Receipts: `/r/<id>`, what a reporter gets back, and `/r/mine`; and what can be done to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.accepting.accept import accept_attachment
from desk.database import Connection
from desk.following import lists, sightings
from desk.following.sightings import SightingRow
from desk.indexing import indexer
from detente.errors import NotFoundError, SubmissionError
from detente.people import Person
from detente.sightings import Upload
from web.access.permissions import Permission
from web.access.protection import read_form
from web.access.throttle import Pace
from web.access.visitor import TheVisitor
from web.pages import render, shows
from web.receipt import words
from web.receipt.known import facts_of
from web.receipt.page import given, page
from web.receipt.rows import Line, line, next_page
from web.routing import Routes
from web.services import Services, services_of

routes = Routes()

_PAGE = 25
_NOTES = Pace(name="note", times=30, seconds=60)
_FILES = Pace(name="file", times=30, seconds=60)
_DONE = {
    "answered": "Your answer is kept, and whoever asked can read it now.",
    "asked": "Your question is kept; the reporter sees it here.",
    "added": "Your file is kept safe. It appears here in a moment.",
    "completed": "Thank you: that was what was missing.",
    "withdrawn": "It is withdrawn.",
}


@shows("mine.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class MinePage:
    """One's own sightings.

    Attributes:
        waiting: Those that need an answer, of the gate's or of a colleague's question.
        lines: The others, the newest first.
        older: Where the list goes on; empty at its end.
    """

    waiting: tuple[Line, ...]
    lines: tuple[Line, ...]
    older: str


@shows("withdraw.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawPage:
    """Asks whether a sighting is to be withdrawn.

    Attributes:
        sighting_id: Which one.
        name: Its short name.
        is_held: Whether legal can look at it all the same.
    """

    sighting_id: str
    name: str
    is_held: bool


@routes.get("/r/mine", needs=Permission.REPORT)
def mine(request: Request, visitor: TheVisitor, before: str = "") -> Response:
    """One's own sightings, those that wait on top."""
    services = services_of(request)
    with services.desk.reading() as connection:
        rows = sightings.sightings_of(connection, visitor.known.person_id, _PAGE + 1, before or None)
        waiting = lists.waiting_of(connection, visitor.known.person_id) if not before else []
        asked = lists.asked_of(connection, visitor.known.person_id) if not before else []
    shown, older = next_page("/r/mine", {}, rows, _PAGE)
    on_top = {row.sighting_id for row in (*waiting, *asked)}
    return render(
        request,
        "mine.html",
        MinePage(
            waiting=(
                *(line(services, row, is_own=True) for row in waiting),
                *(replace(line(services, row, is_own=True), standing=words.ASKED) for row in asked),
            ),
            lines=tuple(line(services, row, is_own=True) for row in shown if row.sighting_id not in on_top),
            older=older,
        ),
    )


@routes.get("/r/{sighting_id:uuid}", needs=Permission.OPEN_SIGHTING)
def receipt(request: Request, visitor: TheVisitor, sighting_id: UUID, new: bool = False, done: str = "") -> Response:
    """Where a sighting stands; right after sending, what is known about the competitor as well."""
    return _shown(request, visitor.known, str(sighting_id), is_new=new, notice=_DONE.get(done, ""))


@routes.get("/r/{sighting_id:uuid}/withdraw", needs=Permission.OPEN_SIGHTING)
def withdraw(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Asks whether it is to be withdrawn."""
    services = services_of(request)
    with services.desk.reading() as connection:
        row = _own(connection, str(sighting_id), visitor.known)
    if row.is_withdrawn:
        return _back(row.sighting_id)
    return render(
        request,
        "withdraw.html",
        WithdrawPage(
            sighting_id=row.sighting_id,
            name=sightings.short_name(row.sighting_id),
            is_held=row.gate != "cleared",
        ),
    )


@routes.post("/r/{sighting_id:uuid}/withdraw", needs=Permission.OPEN_SIGHTING)
def withdraw_it(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Takes one's own sighting back."""
    services = services_of(request)
    with services.desk.writing() as connection:
        row = _own(connection, str(sighting_id), visitor.known)
        if not row.is_withdrawn:
            sightings.withdraw(connection, row.sighting_id, by=visitor.known.person_id, now=services.clock.now())
    return _back(row.sighting_id, "withdrawn")


@routes.post("/r/{sighting_id:uuid}/complete", needs=Permission.OPEN_SIGHTING)
async def complete(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Takes the answers that the gate still needs."""
    answers = {name: value for name, value in (await read_form(request, files=0)).items() if isinstance(value, str)}

    def work(connection: Connection, services: Services, person: Person) -> None:
        row = _own(connection, str(sighting_id), person)
        sightings.complete(connection, row.sighting_id, answers, by=person.person_id, now=services.clock.now())

    return await run_in_threadpool(_completed, request, visitor.known, str(sighting_id), work, answers)


@routes.post("/r/{sighting_id:uuid}/answer", needs=Permission.OPEN_SIGHTING)
async def answer(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Takes the reporter's answer to a question."""
    text = _typed(await read_form(request, files=0), "answer")

    def work(connection: Connection, services: Services, person: Person) -> None:
        row = _own(connection, str(sighting_id), person)
        sightings.answer(connection, row.sighting_id, text, by=person.person_id, now=services.clock.now())

    return await run_in_threadpool(_noted, request, visitor.known, str(sighting_id), work, {"answer": text}, "answered")


@routes.post("/r/{sighting_id:uuid}/question", needs=Permission.READ_SIGHTINGS)
async def question(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Asks the reporter something."""
    text = _typed(await read_form(request, files=0), "question")

    def work(connection: Connection, services: Services, person: Person) -> None:
        row = _of_colleague(connection, str(sighting_id), person)
        sightings.ask(connection, row.sighting_id, text, by=person.person_id, now=services.clock.now())

    return await run_in_threadpool(_noted, request, visitor.known, str(sighting_id), work, {"question": text}, "asked")


@routes.post("/r/{sighting_id:uuid}/read", needs=Permission.READ_SIGHTINGS)
def read(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Marks a colleague's sighting as read; the page does so by itself, and a button where there are no scripts."""
    services = services_of(request)
    with services.desk.writing() as connection:
        row = _of_colleague(connection, str(sighting_id), visitor.known)
        if row.read_at is None:
            sightings.mark_read(connection, row.sighting_id, by=visitor.known.person_id, now=services.clock.now())
    if request.headers.get("hx-request") == "true":
        return HTMLResponse('<p role="status">Read just now, by you; the reporter sees that.</p>')
    return _back(row.sighting_id)


@routes.post("/r/{sighting_id:uuid}/attachments", needs=Permission.OPEN_SIGHTING)
async def add_file(request: Request, visitor: TheVisitor, sighting_id: UUID) -> Response:
    """Adds a photo or a file to one's own sighting; the page's id for it makes it one, however often it is sent."""
    form = await read_form(request, files=1)
    try:
        sent, attachment_id, answer = form.get("file"), _typed(form, "attachment_id"), _typed(form, "confidential")
        upload = None
        if isinstance(sent, UploadFile) and sent.filename:
            upload = Upload(name=sent.filename, media_type=sent.content_type or "", body=await sent.read())
    finally:
        await form.close()
    return await run_in_threadpool(_add_file, request, visitor.known, str(sighting_id), attachment_id, upload, answer)


def _add_file(
    request: Request, person: Person, sighting_id: str, attachment_id: str, upload: Upload | None, answer: str
) -> Response:
    services = services_of(request)
    services.throttle.count(_FILES, person.person_id)
    with services.desk.reading() as connection:
        row = _own(connection, sighting_id, person)
    try:
        new_id, chosen = _new_id(attachment_id), _chosen(row, upload)
        if answer != "no":
            with services.desk.writing() as connection:
                sightings.hold(connection, sighting_id, answer, by=person.person_id, now=services.clock.now())
        accept_attachment(
            services.inbox,
            new_id,
            sighting_id,
            chosen,
            person_id=person.person_id,
            now=services.clock.now(),
            limits=services.limits,
        )
    except SubmissionError as error:
        return _shown(request, person, sighting_id, faults={"file": " ".join(error.faults.values())})
    indexer.index_one(services.desk, services.inbox, services.attachments, services.limits, sighting_id)
    services.indexing.wake()
    return _back(sighting_id, "added")


def _chosen(row: SightingRow, upload: Upload | None) -> Upload:
    if row.is_withdrawn:
        raise SubmissionError({"file": "This report is withdrawn; nothing can be added to it."})
    if upload is None:
        raise SubmissionError({"file": "Choose a photo or a file first."})
    return upload


def _new_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise SubmissionError({"file": "Load this page again, then choose the file once more."}) from None


Work = Callable[[Connection, Services, Person], None]


def _completed(request: Request, person: Person, sighting_id: str, work: Work, answers: Mapping[str, str]) -> Response:
    services = services_of(request)
    done = _done(request, person, sighting_id, work, answers, "completed")
    # files and text in the inbox follow the gate's new word
    indexer.index_one(services.desk, services.inbox, services.attachments, services.limits, sighting_id)
    return done


def _noted(
    request: Request, person: Person, sighting_id: str, work: Work, typed: Mapping[str, str], done: str
) -> Response:
    services_of(request).throttle.count(_NOTES, person.person_id)
    return _done(request, person, sighting_id, work, typed, done)


def _done(
    request: Request, person: Person, sighting_id: str, work: Work, typed: Mapping[str, str], done: str
) -> Response:
    """Does something to a sighting; what cannot be taken comes back with what was typed."""
    services = services_of(request)
    try:
        with services.desk.writing() as connection:
            work(connection, services, person)
    except SubmissionError as error:
        return _shown(request, person, sighting_id, faults=error.faults, typed=typed)
    return _back(sighting_id, done)


def _shown(
    request: Request,
    reader: Person,
    sighting_id: str,
    *,
    is_new: bool = False,
    notice: str = "",
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    services = services_of(request)
    try:
        with services.desk.reading() as connection:
            found = given(connection, sighting_id, reader, is_new=is_new)
    except NotFoundError:
        if not _just_sent(services, sighting_id, reader):
            raise
        with services.desk.reading() as connection:
            found = given(connection, sighting_id, reader, is_new=is_new)
    row = found.receipt.row
    if row.gate != "cleared" and row.person_id != reader.person_id:
        return RedirectResponse(f"/quarantine/{sighting_id}", status_code=303)
    content = page(services, facts_of(request), reader, found, is_new=is_new, notice=notice, faults=faults, typed=typed)
    return render(request, "receipt.html", content, status=422 if faults else 200)


def _just_sent(services: Services, sighting_id: str, reader: Person) -> bool:
    """Brings a sighting that was accepted a moment ago into the desk, where it is the reader's own."""
    entry = services.inbox.find(sighting_id)
    if entry is None or entry.kind != "sighting" or entry.person_id != reader.person_id:
        return False
    indexer.index_one(services.desk, services.inbox, services.attachments, services.limits, sighting_id)
    return True


def _own(connection: Connection, sighting_id: str, person: Person) -> SightingRow:
    row = sightings.visible_to(connection, sighting_id, person)
    if row.person_id != person.person_id:
        raise NotFoundError("there is no such sighting of yours")
    return row


def _of_colleague(connection: Connection, sighting_id: str, person: Person) -> SightingRow:
    row = sightings.visible_to(connection, sighting_id, person)
    if row.person_id == person.person_id or row.gate != "cleared" or row.is_withdrawn:
        raise NotFoundError("there is no such sighting of a colleague")
    return row


def _typed(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _back(sighting_id: str, done: str = "") -> Response:
    return RedirectResponse(f"/r/{sighting_id}{f'?done={done}' if done else ''}", status_code=303)
