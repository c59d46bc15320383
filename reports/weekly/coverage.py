"""How far the pages were read in a week, in words; from the log of fetches, never from how they do today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from detente.records import Outcome
from reports.weekly.model import Coverage, PageCoverage, PageState
from reports.weekly.words import aware, count, day, safe_url, shown

_WHY = {
    Outcome.BLOCKED: "blocked",
    Outcome.MAINTENANCE: "closed for maintenance",
    Outcome.GONE: "gone",
    Outcome.RATE_LIMITED: "asking us to come less often",
    Outcome.CLIENT_ERROR: "refusing the request",
    Outcome.SERVER_ERROR: "answering with server errors",
    Outcome.TOO_LARGE: "too large to read",
    Outcome.INCOMPLETE: "breaking off in the middle",
    Outcome.UNDECODABLE: "answering in an encoding that cannot be read",
    Outcome.REDIRECT_LOOP: "redirecting in a circle",
    Outcome.TIMEOUT: "not answering in time",
    Outcome.DNS: "not to be found by its name",
    Outcome.TLS: "without a valid certificate",
    Outcome.CONNECTION: "not to be connected to",
    Outcome.REFUSED_ADDRESS: "at an address that must not be dialled",
    Outcome.REFUSED_URL: "leading to an address that is not followed",
    Outcome.BROWSER_ERROR: "failing in the browser",
}


def cover(rows: Iterable[Mapping[str, Any]], start: datetime, zone: str) -> Coverage:
    """The coverage of a week.

    Args:
        rows: The answer to the question `coverage`.
        start: The window's begin (UTC).
        zone: Zone in which days are told.
    """
    pages = tuple(_page(row, start, zone) for row in rows)
    read = sum(page.state in ("read", "stopped") for page in pages)
    stopped = sum(page.state == "stopped" for page in pages)
    return Coverage(
        total=len(pages),
        read=read,
        stopped=stopped,
        first_read=sum(page.first_read for page in pages),
        sentence=_sentence(pages, read, stopped),
        pages=pages,
    )


def _page(row: Mapping[str, Any], start: datetime, zone: str) -> PageCoverage:
    state = _state(row)
    since = _since(row, state)
    return PageCoverage(
        page_id=row["page_id"],
        competitor=row["competitor"],
        name=shown(row["competitor_name"], 80),
        url=safe_url(row["url"]),
        state=state,
        words=_words(row, state, since, zone),
        since=since,
        attempts=row["attempts"],
        answers=row["answers"],
        first_read=bool(row["answers"]) and aware(row["first_answer_at"]) >= start,
        last_attempt_at=aware(row["last_attempt_at"]),
        fetch_id=row["last_fetch_id"],
        snapshot=row["last_snapshot"],
    )


def _state(row: Mapping[str, Any]) -> PageState:
    if not row["attempts"]:
        return "not_tried"
    if row["last_outcome"] == Outcome.BLOCKED_BY_ROBOTS:
        return "robots"
    if row["failing_since"] is not None:
        return "stopped" if row["answers"] else "failed"
    return "unreadable" if row["unreadable"] else "read"


def _since(row: Mapping[str, Any], state: PageState) -> datetime | None:
    column = {
        "stopped": "failing_since",
        "failed": "failing_since",
        "robots": "failing_since",
        "unreadable": "facts_seen_at",
        "not_tried": "last_attempt_at",
    }.get(state)
    found = row[column] if column else None
    return aware(found) if found else None


def _words(row: Mapping[str, Any], state: PageState, since: datetime | None, zone: str) -> str:
    when = f" since {day(since, zone)}" if since else ""
    detail = shown(row["last_detail"] or "", 160).rstrip(".")
    because = f": {detail}" if detail else ""
    match state:
        case "read":
            return ""
        case "robots":
            return f"closed to us by robots.txt{when}, and we keep to it{because}"
        case "unreadable":
            seen = f"; its last known facts are from {day(since, zone)}" if since else "; nothing was ever read from it"
            reason = shown(row["last_read_reason"] or "", 160).rstrip(".")
            return f"answered, but the reader gets nothing from it{f' ({reason})' if reason else ''}{seen}"
        case "not_tried":
            return f"not fetched this week{f'; last tried on {day(since, zone)}' if since else ''}"
    why = _WHY.get(Outcome(row["last_outcome"]), "not readable")
    until = f", read until {day(aware(row['last_answer_at']), zone)}" if state == "stopped" else ""
    return f"{why}{when}{until}{because}"


def _sentence(pages: tuple[PageCoverage, ...], read: int, stopped: int) -> str:
    if not pages:
        return "0 pages: nothing had been fetched yet."
    total = count(len(pages), "page")
    if read == len(pages) and not stopped:
        return "The one page was read." if read == 1 else f"All {total} were read."
    to_the_end = f", {stopped} of them not to the end of the week" if stopped else ""
    if read == len(pages):
        return f"{read} of {total} read{to_the_end}; silence since then is not news."
    text = f"{read} of {total} read{to_the_end}"
    return (
        f"{text}; silence on the others is not news."
        if read
        else f"{text}: there is no data, so nothing can be said about this week."
    )
