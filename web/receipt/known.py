"""What is known about a competitor, from the newest published file: given back to whoever reports something.

A page that shows it never fails and hardly waits because of it: the file is read by one thread beside the requests,
what it said is kept as long as it is the newest, and whoever has waited long enough gets the page without.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request

import reports
import warehouse
from detente.errors import DetenteError, UsageError
from web.services import services_of

_NEWEST = 5
# earlier ones are compared with a new sighting, and not shown
_COMPARED = 60
_WAIT_S = 0.8
_READ_S = 3.0
_MEMORY = "256MB"
_KEPT = 50
_TEXT_CHARS = 280

Row = Mapping[str, object]
Reading = Callable[[Path, str, datetime], "Known"]
_Line = TypeVar("_Line")

_KINDS = {
    "price_increase": "price up",
    "price_decrease": "price down",
    "plan_added": "new plan",
    "plan_removed": "plan gone",
    "plan_renamed": "plan renamed",
    "to_custom": "price now on request",
    "from_custom": "price now public",
    "currency_changed": "other currency",
    "period_changed": "other period",
    "qualifier_changed": "other condition",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A price or a plan that moved.

    Attributes:
        kind: In words: "price up".
        subject: The plan.
        old: What it was; empty for what is new.
        new: What it is; empty for what is gone.
        seen_at: When our crawler saw it first.
        to_check: It is told as something to be checked, never as a fact.
    """

    kind: str
    subject: str
    old: str
    new: str
    seen_at: datetime
    to_check: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """An entry of release notes.

    Attributes:
        title: Its heading, its version, or its first line.
        text: Its first line.
        published_on: The date that the source gives; None where it gives none.
        seen_at: When our crawler saw it first.
    """

    title: str
    text: str
    published_on: date | None
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a colleague reported: masked, without a name, a customer or a deal.

    Attributes:
        sighting_id: Which one.
        text: Its beginning.
        area: Product area; may be empty.
        received_at: When.
    """

    sighting_id: str
    text: str
    area: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known about a competitor. A list that could not be read is None, which is not the same as empty.

    Attributes:
        as_of: When what is told here was put together; None where nothing could be read.
        trouble: Why something is missing, in a sentence; empty where nothing is.
        moves: Prices and plans that moved, the newest first.
        releases: Release entries, the newest first.
        heard: What colleagues reported, the newest first.
    """

    as_of: datetime | None = None
    trouble: str = ""
    moves: tuple[Move, ...] | None = None
    releases: tuple[Release, ...] | None = None
    heard: tuple[Heard, ...] | None = None


_NOTHING = Known(trouble="Nothing is published yet: what is known comes with the next build.")
_UNREADABLE = Known(trouble="What is known cannot be read right now. Your sighting is not touched by that.")
_LATE = Known(trouble="Reading what is known takes too long right now. Load this page again in a minute.")
_OLDER = "The published file is older than this page: what colleagues reported comes with the next build."


class CompetitorFacts:
    """The newest published file, as far as pages show it.

    Args:
        published: The folder of the published files.
        wait_s: Seconds that a page waits at most.
        read: What reads: of a folder, a competitor and the time of its newest file.
    """

    def __init__(self, published: Path, wait_s: float = _WAIT_S, read: Reading | None = None) -> None:
        self._published = published
        self._wait_s = wait_s
        self._read = read or read_published
        # one reader: DuckDB opens a file with its doors closed once in a process at a time
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="published")
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, str], Future[Known]] = {}

    def about(self, competitor: str) -> Known:
        """What is known about a competitor, by its slug. Never raises, and waits no longer than it was told."""
        try:
            newest = warehouse.newest(self._published)
        except DetenteError:
            return _NOTHING
        asked = self._ask((newest.path.name, competitor), newest.as_of)
        if asked is None:
            return _LATE
        wait([asked], self._wait_s)
        return asked.result() if asked.done() else _LATE

    def close(self) -> None:
        """Lets the reader end."""
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _ask(self, key: tuple[str, str], as_of: datetime) -> Future[Known] | None:
        """The answer to come; None where the reader is kept busy, so that page after page would wait in vain."""
        with self._lock:
            if key in self._asked and not _failed(self._asked[key]):
                return self._asked[key]
            if sum(not one.done() for one in self._asked.values()) >= 3:
                return None
            if len(self._asked) >= _KEPT:
                self._asked = {kept: one for kept, one in self._asked.items() if not one.done()}
            self._asked[key] = self._reader.submit(self._read, self._published, key[1], as_of)
            return self._asked[key]


def facts_of(request: Request) -> CompetitorFacts:
    """The facts of the application that got this request; made when it is first asked for."""
    state = request.app.state
    if not hasattr(state, "facts"):
        state.facts = CompetitorFacts(services_of(request).workspace.data / "published")
    facts: CompetitorFacts = state.facts
    return facts


def _failed(asked: Future[Known]) -> bool:
    return asked.done() and asked.result() is _UNREADABLE


def read_published(published: Path, competitor: str, as_of: datetime) -> Known:
    """What the newest file below a folder says about a competitor; never raises for what is the matter with it."""
    try:
        moves = _lines(published, "known_price_moves", competitor, _move)
        releases = _lines(published, "known_releases", competitor, _release)
    except (DetenteError, OSError):
        return _UNREADABLE
    try:
        heard = _lines(published, "known_sightings", competitor, _heard)
    except UsageError:  # a file that was published before there were sightings
        return Known(as_of=as_of, trouble=_OLDER, moves=moves, releases=releases)
    except (DetenteError, OSError):
        return _UNREADABLE
    return Known(as_of=as_of, moves=moves, releases=releases, heard=heard)


def _lines(published: Path, name: str, competitor: str, line: Callable[[Row], _Line]) -> tuple[_Line, ...]:
    question = reports.question(name)
    values = question.bound({"competitor": competitor, "newest": _COMPARED})
    answer = warehouse.ask(published, question.sql, values, limit=_COMPARED, seconds=_READ_S, memory=_MEMORY)
    return tuple(line(dict(zip(answer.columns, row, strict=True))) for row in answer.rows)


def _move(row: Row) -> Move:
    return Move(
        kind=_KINDS.get(str(row["kind"]), str(row["kind"]).replace("_", " ")),
        subject=_text(row["subject"]),
        old=_text(row["old"]),
        new=_text(row["new"]),
        seen_at=_time(row["changed_at"]),
        to_check=bool(row["needs_review"]),
    )


def _release(row: Row) -> Release:
    published = row["published_on"]
    first_line = _text(row["first_line"])
    return Release(
        title=_text(row["title"]) or _text(row["version"]) or first_line,
        text=first_line,
        published_on=published if isinstance(published, date) else None,
        seen_at=_time(row["first_seen_at"]),
    )


def _heard(row: Row) -> Heard:
    return Heard(
        sighting_id=str(row["sighting_id"]),
        text=_text(row["text"]),
        area=_text(row["area"]),
        received_at=_time(row["received_at"]),
    )


def _text(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _TEXT_CHARS else f"{text[:_TEXT_CHARS].rstrip()}…"


def _time(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise UsageError(f"the published file has {value!r} where a time should be")
    return value if value.tzinfo else value.replace(tzinfo=UTC)
