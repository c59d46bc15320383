"""What a receipt shows: where a sighting stands, what became of it so far, and what its reader may do."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from desk import personal
from desk.accepting import gate
from desk.database import Connection
from desk.following import lists, sightings
from desk.following.sightings import Receipt, SightingRow
from detente.people import Person
from detente.wanted import Wanted, wanted_of
from web.access.permissions import Permission, has
from web.pages import shows
from web.receipt import words
from web.receipt.alike import Alike, Earlier, alike
from web.receipt.known import CompetitorFacts, Known
from web.receipt.words import Standing
from web.report import words as report_words
from web.services import Services

NOTE_CHARS = 5000
"""Characters of a question, an answer or a reason at most."""
_COMPARED = 200


class Blank(dict[str, str]):
    """A mapping in which every field that is not there is empty, as templates ask for it."""

    def __missing__(self, key: str) -> str:
        """Nothing."""
        return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLine:
    """One step on a sighting's way.

    Attributes:
        title: What it is.
        at: When it was done; None: not yet.
        words: The reason, or that somebody was reminded; may be empty.
        by: Who did it; may be empty.
    """

    title: str
    at: datetime | None
    words: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteLine:
    """A question, an answer or a reason.

    Attributes:
        kind: question, answer or reason.
        label: The same in words.
        text: What was written.
        at: When.
        by: Who wrote it.
    """

    kind: str
    label: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileLine:
    """A file of a sighting.

    Attributes:
        link: Where it is had.
        name: As it is offered for download.
        size: In words.
        is_image: It was decoded and written anew, and may be shown.
        is_there: It can be had.
        words: What is the matter with it; empty where nothing is.
    """

    link: str
    name: str
    size: str
    is_image: bool
    is_there: bool
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A question to the reporter that the gate still needs.

    Attributes:
        field: Its name.
        question: As it is asked.
        choices: Pairs of value and words.
    """

    field: str
    question: str
    choices: tuple[tuple[str, str], ...]


@shows("receipt.html")
@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptPage:
    """A receipt, and right after sending the answer page.

    Attributes:
        sighting_id: Which one.
        name: Its short name.
        clock: When it was received, as a clock shows it.
        received_at: When it was received.
        is_new: It was sent just now.
        is_own: The reader reported it.
        reporter: Who reported it; empty for the reporter.
        standing: Where it stands.
        notice: What was just done; may be empty.
        text: What was reported; None where the reader may not see it.
        details: What else was said: pairs of label and value.
        echo: The deal's amount as we understood it.
        echo_typed: The same as it was typed.
        personal: Personal data that the text seems to hold, in words; may be empty.
        asks: Questions that the gate still needs.
        likes: Earlier things that say the same.
        known: What is known about the competitor; None where that is not shown.
        competitor: The competitor's name.
        wanted: What Product wants to know about it.
        add_link: Where an answer to that is reported.
        steps: What becomes of it.
        nudge: That Product was reminded; empty where it was not.
        nudged_at: When; None where it was not.
        notes: Questions and answers.
        attachments: Its files.
        files_note: How many more came that are not to be had here; may be empty.
        attachment_id: The id of a file that is added from this page.
        note_chars: Characters of a note at most.
        read_now: It counts as read by this look.
        may_answer: The reader may answer a question.
        may_ask: The reader may ask one.
        may_add: The reader may add a file.
        may_withdraw: The reader may take it back.
        faults: By field, what must be mended.
        typed: By field, what was typed before.
    """

    sighting_id: str
    name: str
    clock: str
    received_at: datetime
    is_new: bool
    is_own: bool
    reporter: str
    standing: Standing
    notice: str
    text: str | None
    details: tuple[tuple[str, str], ...]
    echo: str
    echo_typed: str
    personal: str
    asks: tuple[Ask, ...]
    likes: Sequence[Alike]
    known: Known | None
    competitor: str
    wanted: Sequence[Wanted]
    add_link: str
    steps: tuple[StepLine, ...]
    nudge: str
    nudged_at: datetime | None
    notes: tuple[NoteLine, ...]
    attachments: tuple[FileLine, ...]
    files_note: str
    attachment_id: str
    note_chars: int
    read_now: bool
    may_answer: bool
    may_ask: bool
    may_add: bool
    may_withdraw: bool
    faults: Mapping[str, str]
    typed: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a receipt is made of: read from the desk in one go.

    Attributes:
        receipt: The sighting with its steps, notes and files.
        reporter: Name of who reported it.
        earlier: Recent sightings of the same competitor, other than this one, that all colleagues may read.
        same_files: Those with which the very same file came.
    """

    receipt: Receipt
    reporter: str
    earlier: tuple[Earlier, ...] = ()
    same_files: tuple[Earlier, ...] = ()


def given(connection: Connection, sighting_id: str, reader: Person, *, is_new: bool) -> Given:
    """What the receipt of a sighting is made of.

    Raises:
        NotFoundError: There is none, or it is not for this reader.
    """
    row = sightings.visible_to(connection, sighting_id, reader)
    receipt = sightings.receipt(connection, sighting_id, reader_id=reader.person_id)
    is_own = row.person_id == reader.person_id
    if not is_own:
        name = lists.names_of(connection, [row.person_id]).get(row.person_id, "")
        return Given(receipt=receipt, reporter=name)
    if not is_new or row.gate not in ("cleared", "waiting"):
        return Given(receipt=receipt, reporter="")
    recent = lists.recent(connection, row.competitor, _COMPARED) if row.competitor else []
    same = lists.heard(connection, sightings.same_files(connection, sighting_id))
    return Given(
        receipt=receipt,
        reporter="",
        earlier=tuple(
            Earlier(
                sighting_id=one.sighting_id,
                text=one.text,
                received_at=one.received_at,
                is_own=one.person_id == reader.person_id,
            )
            for one in recent
            if one.sighting_id != sighting_id
        ),
        same_files=tuple(
            Earlier(sighting_id=one.sighting_id, text=one.text, received_at=one.received_at) for one in same
        ),
    )


def page(
    services: Services,
    facts: CompetitorFacts,
    reader: Person,
    found: Given,
    *,
    is_new: bool = False,
    notice: str = "",
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> ReceiptPage:
    """The page of a receipt for its reader."""
    row = found.receipt.row
    is_own = row.person_id == reader.person_id
    stands = words.standing(row, is_own=is_own, receipt=found.receipt)
    text = sightings.shown_text(row, is_own=is_own)
    known = _known(services, facts, row) if is_new and row.competitor else None
    is_open = not row.is_withdrawn
    asks = _asks(row, (typed or {}).get("source", "")) if is_own else ()
    asked = {one.field for one in asks}
    told = {name: report_words.MISSING[name] if name in asked else fault for name, fault in (faults or {}).items()}
    has_question = any(note.kind == "question" for note in found.receipt.notes)
    colleague = not is_own and has(reader, Permission.READ_SIGHTINGS) and row.gate == "cleared" and is_open
    return ReceiptPage(
        sighting_id=row.sighting_id,
        name=sightings.short_name(row.sighting_id),
        clock=row.received_at.astimezone(ZoneInfo(services.workspace.settings.company.time_zone)).strftime("%H:%M"),
        received_at=row.received_at,
        is_new=is_new,
        is_own=is_own,
        reporter=found.reporter,
        standing=stands,
        notice=notice,
        text=text,
        details=words.details(row) if text is not None else (),
        echo=words.echo(row) if is_new else "",
        echo_typed=row.deal_amount_text if is_new else "",
        personal=_personal(text or "") if is_new else "",
        asks=asks,
        likes=_likes(row, found, known) if text is not None and is_new else (),
        known=known,
        competitor=competitor_name(services, row),
        wanted=wanted_of(services.workspace.wanted, row.competitor) if is_new else (),
        add_link=f"/r/new?{urlencode({'competitor': row.competitor})}" if row.competitor else "/r/new",
        steps=tuple(_step(step) for step in found.receipt.steps),
        nudge=found.receipt.nudge,
        nudged_at=row.nudged_at,
        notes=notes(found.receipt) if text is not None else (),
        attachments=files(services, found.receipt) if text is not None else (),
        files_note=_files_note(found.receipt),
        attachment_id=str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)),
        note_chars=NOTE_CHARS,
        read_now=colleague and row.read_at is None,
        may_answer=is_own and is_open and has_question and row.gate != "not_kept",
        may_ask=colleague,
        may_add=is_own and is_open and row.gate in ("cleared", "waiting", "quarantined"),
        may_withdraw=is_own and is_open,
        faults=Blank(told),
        typed=Blank(typed or {}),
    )


def _likes(row: SightingRow, found: Given, known: Known | None) -> Sequence[Alike]:
    return alike(personal.masked(row.text), found.earlier, known or Known(), found.same_files)


def _known(services: Services, facts: CompetitorFacts, row: SightingRow) -> Known:
    """What is known about its competitor, less what has been withdrawn since it was published, and less itself."""
    known = facts.about(row.competitor or "")
    if not known.heard:
        return known
    with services.desk.reading() as connection:
        there = lists.readable(connection, [one.sighting_id for one in known.heard])
    heard = (one for one in known.heard if one.sighting_id in there and one.sighting_id != row.sighting_id)
    return replace(known, heard=tuple(heard))


def competitor_name(services: Services, row: SightingRow) -> str:
    """The competitor as people call it; empty where the reporter was not sure."""
    by_slug = {one.slug: one.name for one in services.workspace.competitors}
    return by_slug.get(row.competitor or "", row.competitor or "") or row.competitor_name


def notes(receipt: Receipt) -> tuple[NoteLine, ...]:
    """Questions, answers and reasons, the oldest first."""
    labels = {"question": "Question", "answer": "Answer", "reason": "Reason"}
    return tuple(
        NoteLine(kind=one.kind, label=labels.get(one.kind, one.kind), text=one.text, at=one.at, by=one.by_name)
        for one in receipt.notes
    )


def files(services: Services, receipt: Receipt) -> tuple[FileLine, ...]:
    """The unpacked files of a sighting; each is looked at: a damaged one must not be offered as if it were there."""
    return tuple(_file(services, one) for one in receipt.attachments)


def _file(services: Services, one: sightings.AttachmentRow) -> FileLine:
    fault = one.reason if one.kind == "refused" else ""
    if one.stored_hash and services.attachments.fault(one.stored_hash):
        fault = "evidence damaged: whoever looks after this site can restore it from a backup"
    elif not one.stored_hash and not fault:
        fault = "no longer kept"
    return FileLine(
        link=f"/a/{one.attachment_id}",
        name=one.file_name,
        size=words.size(one.byte_count),
        is_image=one.kind == "image" and not fault,
        is_there=not fault,
        words=fault,
    )


def _files_note(receipt: Receipt) -> str:
    count = receipt.files_waiting
    if not count:
        return ""
    came = "1 file came and is kept safe" if count == 1 else f"{count} files came and are kept safe"
    if receipt.row.gate == "cleared":
        return f"{came}; {'it appears' if count == 1 else 'they appear'} here in a moment."
    return f"{came}; nobody but legal can open {'it' if count == 1 else 'them'} until this is cleared."


def _step(step: sightings.Step) -> StepLine:
    return StepLine(title=step.title, at=step.at if step.is_done else None, words=step.detail, by=step.by_name or "")


def _asks(row: SightingRow, chosen: str) -> tuple[Ask, ...]:
    """What the gate still needs; `chosen` is the source that was given just now, which may open further questions."""
    if row.gate != "waiting" or row.is_withdrawn:
        return ()
    asks = []
    if row.source is None:
        asks.append(Ask(field="source", question=words.QUESTIONS["source"], choices=tuple(words.SOURCES.items())))
    opened = next((names for source, names in gate.FOLLOW_UPS.items() if source == (row.source or chosen)), ())
    asks += [
        Ask(field=name, question=words.QUESTIONS[name], choices=tuple(words.ANSWERS.items()))
        for name in opened
        if getattr(row, name) is None
    ]
    return tuple(asks)


def _personal(text: str) -> str:
    return " and ".join(words.PERSONAL.get(kind, kind) for kind in personal.found(text))
