"""Reads snapshots with the reader of their page, each set of facts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from detente.errors import WarehouseError
from detente.records import Document, PageKind, Reading, ReadStatus, Summary
from flows.job import Job
from sources import readers
from sources.fingerprint import exact_fingerprint, fingerprint
from sources.own_readers import OwnReader
from warehouse import ReadingRows, Unread
from warehouse.readings import ReadBefore, options_of


class ReadingDesk:
    """Reads snapshots, the oldest first; what differs from its page's last version in noise alone is not read again."""

    def __init__(self, job: Job, before: Mapping[str, ReadBefore], own: Mapping[str, OwnReader]) -> None:
        self._job = job
        self._own = own
        self._before = dict(before)
        self._pages = {page.page_id: page for page in job.workspace.pages}
        self.options = {
            page_id: options_of(page.selectors, page.earlier_selectors) for page_id, page in self._pages.items()
        }

    def read(self, part: Sequence[Unread], rows: ReadingRows, summary: Summary) -> None:
        """Reads a part; what counts of a page in the summary is how its newest snapshot was read."""
        for one in part:
            self._job.progress.advance()
            try:
                body = self._job.archive.get(one.snapshot)
            except WarehouseError as error:  # one damaged snapshot must not keep all others from being read
                summary.failed[one.page_id] = str(error)
                continue
            page = self._pages.get(one.page_id)
            selectors, earlier = (page.selectors, page.earlier_selectors) if page else ({}, ())
            document = Document(body=body, url=one.url, content_type=one.content_type, selectors=selectors)
            own = self._own.get(one.page_id)
            mark = exact_fingerprint(document) if own else fingerprint(document)
            before = self._before.get(one.page_id)
            if before is not None and before.fingerprint == mark:
                name, version = (own.name, own.version) if own else (one.kind, readers.reader_version(one.kind))
                rows.add_again(one.page_id, one.snapshot, before, reader=name, version=version)
            else:
                reading = read_document(one.kind, document, own, earlier, imported=one.imported)
                before = rows.add(one.page_id, one.snapshot, reading, mark)
                self._before[one.page_id] = before
            if before.status == ReadStatus.READ:
                summary.read += 1
                summary.failed.pop(one.page_id, None)
            else:
                summary.failed[one.page_id] = f"{before.status}: {before.reason}"


def read_document(
    kind: PageKind,
    document: Document,
    own: OwnReader | None = None,
    earlier: Sequence[Mapping[str, str]] = (),
    *,
    imported: bool,
) -> Reading:
    """What the page's own reader, or the built-in one of its kind, sees in a document.

    Selectors are written for a page as it looks now; where they find nothing, those of its earlier designs are asked,
    and for an imported old version then the reader's own heuristics. A page of today from which none of its selectors
    finds anything is a broken reader, and said to be one.
    """
    reading = readers.read(kind, document, own)
    if own is not None or not document.selectors:
        return reading
    for selectors in [*earlier, *([{}] if imported else [])]:
        if reading.status == ReadStatus.READ:
            return reading
        other = readers.read(kind, replace(document, selectors=selectors))
        reading = other if other.status == ReadStatus.READ else reading
    return reading
