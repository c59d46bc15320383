"""A warehouse in a folder of its own, fed with facts as if pages had been fetched and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from detente.records import (
    Dismissal,
    Fetch,
    Observation,
    Outcome,
    Page,
    PageText,
    PlanFeature,
    PlanPrice,
    Reading,
    ReadStatus,
    ReleaseEntry,
    content_key,
)
from warehouse import Archive, CompetitorRow, Incoming, Published, ReadingRows, Warehouse, ask, build

START = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
VERSIONS = {"pricing": 1, "release_notes": 1, "page": 1}


def price(plan: str, amount: str | None, **more: Any) -> PlanPrice:
    text = "Contact us" if amount is None else f"${amount}"
    values: dict[str, Any] = {"currency": "USD", "period": "month", "text": text} | more
    return PlanPrice(plan=plan, amount=Decimal(amount) if amount else None, **values)


def feature(plan: str, name: str, **more: Any) -> PlanFeature:
    return PlanFeature(plan=plan, feature=name, text=more.pop("text", name), **more)


def release(version: str, body: str = "Better.", **more: Any) -> ReleaseEntry:
    return ReleaseEntry(version=version, title=f"Version {version}", body=body, first_line=body, text=version, **more)


def block(text: str, heading: str = "") -> PageText:
    return PageText(block=text, heading=heading)


def sighting(number: int = 1, **more: Any) -> dict[str, Any]:
    """A row as the desk gives it to the warehouse."""
    values: dict[str, Any] = {
        "sighting_id": f"00000000-0000-4000-8000-{number:012}", "person_id": "p-1", "channel": "form",
        "received_at": START, "competitor": "globex", "source": "customer", "may_call": False, "attachments": 0,
        "text": "Globex offers the Team plan at half its price.",
    }  # fmt: skip
    return values | more


@dataclass
class Timeline:
    """Fetches of pages, a day apart, each with the facts that its reader sees."""

    folder: Path
    at: datetime = START
    pages: dict[str, Page] = field(default_factory=dict)
    facts: dict[str, Sequence[Observation]] = field(default_factory=dict)
    dismissals: list[Dismissal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.archive = Archive(self.folder / "archive")
        self.warehouse = Warehouse(self.folder, lock_timeout_s=2)

    def page(self, page_id: str = "globex/pricing", kind: str = "pricing") -> Page:
        url = f"https://{page_id.split('/', maxsplit=1)[0]}.test/{page_id.split('/')[1]}"
        return self.pages.setdefault(
            page_id,
            Page(page_id=page_id, competitor=page_id.split("/", maxsplit=1)[0], url=url, kind=kind),  # type: ignore[arg-type]
        )

    def fetch(
        self,
        *facts: Observation,
        page_id: str = "globex/pricing",
        kind: str = "pricing",
        outcome: Outcome = Outcome.OK,
        **more: Any,
    ) -> Fetch:
        """One fetch that shows these facts, a day after the one before."""
        page = self.page(page_id, kind)
        snapshot, noise = None, more.pop("noise", "")
        if outcome in (Outcome.OK, Outcome.NOT_MODIFIED):
            body = repr((page_id, facts, noise)).encode()
            snapshot = self.archive.put(body)
            self.facts[snapshot] = facts
        self.at += timedelta(days=1)
        fetch = Fetch(
            fetch_id=content_key(page_id, self.at), page_id=page_id, competitor=page.competitor, url=page.url,
            final_url=page.url, kind=page.kind, origin=more.pop("origin", "web"), purpose=more.pop("purpose", "check"),
            outcome=outcome, fetched_at=self.at, snapshot=snapshot, **more,
        )  # fmt: skip
        self.archive.log_fetches([fetch])
        return fetch

    def seen(self, *facts: Observation, **more: Any) -> None:
        """Fetches in a row, as many as it takes for what they show to be believed."""
        self.fetch(*facts, **more)
        self.fetch(*facts, **more, noise="other bytes")
        if more.get("kind") == "page":
            self.fetch(*facts, **more, noise="a third look")
            self.fetch(*facts, **more, noise="a fourth look")

    def read(self, snapshot: str) -> Reading:
        facts = self.facts[snapshot]
        status = ReadStatus.READ if facts else ReadStatus.EMPTY
        reason = "" if facts else "no plans"
        return Reading(reader="pricing", version=1, status=status, reason=reason, observations=tuple(facts))

    def build(self, **more: Any) -> build.Built:
        names = {page.competitor for page in self.pages.values()}
        competitors = [CompetitorRow(competitor=name, name=name.title()) for name in sorted(names)]
        versions = more.pop("versions", VERSIONS)
        to_read = build.take_in(
            self.warehouse, self.archive, competitors, list(self.pages.values()), versions, self.at, self.dismissals
        )
        with ReadingRows(to_read.known_facts, {}) as rows:
            for one in to_read.unread:
                rows.add(one.page_id, one.snapshot, self.read(one.snapshot), one.snapshot)
            return build.finish(self.warehouse, rows, self.at, 3, more.pop("score", lambda: None))

    def reported(
        self, *rows: dict[str, Any], gone: Sequence[str] = (), mark: str = "1", **more: Any
    ) -> Published | None:
        """Lets sightings come in as `ingest` does."""
        incoming = Incoming(rows=rows, gone=gone, mark=mark, **more)
        return build.ingest(self.warehouse, incoming, self.at, keep=3)

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        return ask(self.warehouse.published, question).rows

    def changes(self) -> list[tuple[Any, ...]]:
        """Kind, subject, old and new of every change, in the order of time."""
        self.build()
        return self.rows(
            'SELECT kind, subject, "old", "new" FROM change ORDER BY changed_at, kind, subject, "old", "new"'
        )
