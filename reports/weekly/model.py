"""What a weekly report holds: the one data model of all its formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

ReportState = Literal["changes", "quiet", "baseline", "no_data"]
ChangeGroup = Literal["price", "plan", "feature", "text"]
PageState = Literal["read", "stopped", "failed", "robots", "unreadable", "not_tried"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change of one page, with both sides and where they were seen.

    Attributes:
        change_id: As in the table `change`.
        page_id: The page.
        url: Its address; None where it is not an http(s) one.
        group: What it belongs to in the report.
        kind: As in the table `change`.
        label: The kind in words ("price up").
        subject: The plan, the plan and its feature, or the heading of the text.
        old: What it was; None for what is new.
        new: What it is; None for what is gone.
        old_amount: The number before.
        new_amount: The number after.
        change_pct: By how many percent a price moved.
        currency: ISO 4217 code of the new amount.
        changed_at: First fetch that showed the new (UTC).
        old_seen_at: Last fetch that showed the old (UTC); None for what is new.
        old_text: Verbatim text of the old, cut at `TEXT_CAP` characters.
        new_text: Verbatim text of the new, cut likewise.
        old_snapshot: SHA-256 of the bytes with the old.
        new_snapshot: SHA-256 of the bytes with the new, or without the old.
        needs_review: It is held until a person has looked.
        review_reason: Why; None where nothing needs review.
    """

    change_id: str
    page_id: str
    url: str | None
    group: ChangeGroup
    kind: str
    label: str
    subject: str
    old: str | None
    new: str | None
    old_amount: Decimal | None
    new_amount: Decimal | None
    change_pct: float | None
    currency: str | None
    changed_at: datetime
    old_seen_at: datetime | None
    old_text: str | None
    new_text: str | None
    old_snapshot: str | None
    new_snapshot: str
    needs_review: bool
    review_reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CompetitorChanges:
    """All changes of one competitor: prices first, then plans, features and limits, texts.

    Attributes:
        competitor: The slug.
        name: As people write it.
        changes: In the order of the report.
    """

    competitor: str
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One release entry that was news in the week.

    Attributes:
        release_id: As in the table `release`.
        competitor: The slug.
        name: As people write it.
        page_id: The page.
        url: The entry's own address, or its page's; None where neither is an http(s) one.
        version: As the source writes it.
        title: Heading of the entry.
        first_line: Its first line.
        kinds: new, improved, fixed… where the source says so.
        published_on: Date that the source gives; None where it gives none.
        first_seen_at: First fetch that showed it (UTC).
        edited_at: When its text was seen to differ later, if ever (UTC): the text is then the newer one.
        snapshot: SHA-256 of the bytes that showed this text first.
    """

    release_id: str
    competitor: str
    name: str
    page_id: str
    url: str | None
    version: str | None
    title: str | None
    first_line: str
    kinds: tuple[str, ...]
    published_on: date | None
    first_seen_at: datetime
    edited_at: datetime | None
    snapshot: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceStep:
    """One price and the time in which it stood.

    Attributes:
        plan_price_id: As in the table `plan_price`.
        amount: The price.
        valid_from: First fetch that showed it (UTC).
        valid_to: First fetch that no longer showed it (UTC); None while it stands.
        text: Verbatim text, cut at `TEXT_CAP` characters.
        snapshot: SHA-256 of the bytes that showed it first.
    """

    plan_price_id: str
    amount: Decimal
    valid_from: datetime
    valid_to: datetime | None
    text: str
    snapshot: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A stretch in which a page was not read.

    Attributes:
        start: Last answer before (UTC).
        end: Next answer, or the end of the window (UTC).
    """

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceHistory:
    """The history of one series of prices that moved in the week.

    Attributes:
        series_id: Hash of page, plan, currency, period, unit and billing.
        competitor: The slug.
        name: As people write it.
        page_id: The page.
        plan: The plan's name.
        unit: What the amounts are ("USD / user / month, billed annually").
        since: Where the chart begins (UTC).
        until: Where it ends: the end of the window (UTC).
        steps: In the order of time.
        gaps: In the order of time.
    """

    series_id: str
    competitor: str
    name: str
    page_id: str
    plan: str
    unit: str
    since: datetime
    until: datetime
    steps: tuple[PriceStep, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageCoverage:
    """How far one page was read in the week.

    Attributes:
        page_id: The page.
        competitor: The slug.
        name: As people write it.
        url: Its address; None where it is not an http(s) one.
        state: `read` to the end, `stopped` (read, then failed), `failed` (never answered in the week), `robots` (closed
            by robots.txt), `unreadable` (answered, and the reader got nothing) or `not_tried`.
        words: State, time and reason in words; empty for `read`.
        since: Since when (UTC).
        attempts: Fetches in the week.
        answers: Those of them that were answered.
        first_read: It was answered for the first time in the week.
        last_attempt_at: Last fetch before the week's end (UTC).
        fetch_id: That fetch.
        snapshot: SHA-256 of the last answer's bytes.
    """

    page_id: str
    competitor: str
    name: str
    url: str | None
    state: PageState
    words: str
    since: datetime | None
    attempts: int
    answers: int
    first_read: bool
    last_attempt_at: datetime
    fetch_id: str
    snapshot: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """How far all pages were read.

    Attributes:
        total: Pages that count.
        read: Pages that answered in the week at least once and were not unreadable.
        stopped: Those of them that failed at the end.
        first_read: Pages that answered for the first time.
        sentence: All that in a sentence.
        pages: By page.
    """

    total: int
    read: int
    stopped: int
    first_read: int
    sentence: str
    pages: tuple[PageCoverage, ...]

    @property
    def troubled(self) -> tuple[PageCoverage, ...]:
        """The pages that were not read to the end."""
        return tuple(page for page in self.pages if page.state != "read")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """How much was known at the end of the week.

    Attributes:
        plans: Plans that stood on their pages.
        prices: Prices of these plans.
        features: Features and limits of these plans.
        releases: Release entries ever seen.
    """

    plans: int
    prices: int
    features: int
    releases: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """Where the numbers of one part of the report come from, so that they can be asked for again.

    Attributes:
        part: The part.
        question: Name of the question.
        tables: Tables that it reads.
        parameters: What it was asked with.
    """

    part: str
    question: str
    tables: tuple[str, ...]
    parameters: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyReport:
    """One week.

    Attributes:
        week: ISO week, such as `2026-W47`.
        company: Whose report it is.
        currency: ISO 4217 code that the company prefers; nothing is converted into it.
        zone: IANA zone in which the week begins and times are told.
        start: The window's begin (UTC).
        end: The window's end (UTC), itself outside.
        state: Which kind of week it was.
        headline: The most important thing, in one sentence.
        lead: What else there is, in one sentence; may be empty.
        competitors: Those with changes, the one with the most important change first.
        releases: By competitor, then by date.
        histories: Price series that moved.
        coverage: How far the pages were read.
        dismissed: Changes of the week that rules keep quiet.
        known: How much was known at the end.
        methods: Where the numbers come from.
    """

    week: str
    company: str
    currency: str
    zone: str
    start: datetime
    end: datetime
    state: ReportState
    headline: str
    lead: str
    competitors: tuple[CompetitorChanges, ...]
    releases: tuple[Release, ...]
    histories: tuple[PriceHistory, ...]
    coverage: Coverage
    dismissed: int
    known: Known
    methods: tuple[Method, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, in the order of the report."""
        return tuple(change for one in self.competitors for change in one.changes)
