"""A reading of release notes as the JSON that `detente extract` prints."""

from __future__ import annotations

from detente.records import Reading, ReleaseEntry
from sources.release_notes.dates import find_date


def to_json(reading: Reading) -> dict[str, object]:
    """What `detente extract release_notes --json` prints.

    A date is `YYYY-MM-DD`, or `YYYY-MM` where the source states no more than the month, or null.
    """
    entries = []
    for entry in reading.observations:
        if not isinstance(entry, ReleaseEntry):
            continue
        stated, precision = _stated(entry)
        entries.append(
            {
                "version": entry.version,
                "title": entry.title,
                "date": stated,
                "date_precision": precision,
                "published_text": entry.published_text,
                "kinds": list(entry.kinds),
                "first_line": entry.first_line,
                "body": entry.body,
                "link": entry.link,
                "guid": entry.guid,
                "area": entry.area,
                "place": entry.place,
            }
        )
    return {
        "reader": reading.reader,
        "reader_version": reading.version,
        "status": reading.status.value,
        "reason": reading.reason,
        "how": reading.how,
        "entries": entries,
    }


def _stated(entry: ReleaseEntry) -> tuple[str | None, str | None]:
    if entry.published_on:
        return entry.published_on.isoformat(), "day"
    found = find_date(entry.published_text)
    # Two readings of "03/04/2026" leave no month either.
    if found and found.month and not found.day:
        return found.month.strftime("%Y-%m"), "month"
    return None, None
