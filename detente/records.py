"""The records that rooms hand to each other: what is watched, what was fetched, what was read from it.

Times are UTC-aware. Money is `Decimal` with its ISO 4217 currency and the verbatim text it came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

PageKind = Literal["pricing", "release_notes", "page"]


def content_key(*parts: object) -> str:
    """A key that is the hash of its parts: 32 hexadecimal characters, the same on every machine.

    None and the empty string are told apart; the order of the parts counts.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"\x00" if part is None else b"\x01" + str(part).encode("utf-8", "surrogatepass") + b"\x1f")
    return digest.hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Something watched of a competitor.

    Attributes:
        page_id: `<competitor>/<name>`, as people write it in commands; it outlives a change of the URL.
        competitor: The competitor's slug.
        url: What is fetched.
        kind: What kind of facts it holds.
        reader: Name of the own reader or plugin that reads it; empty for the built-in reader of its kind.
        selectors: CSS selectors that override the reader's heuristics, by the names that the reader documents.
        earlier_selectors: Those of the page's earlier designs, the newest first; asked where `selectors` find nothing.
        render: Whether a browser must run the page's scripts first.
        every_hours: How long an answer stays fresh; sooner, the page is not due.
    """

    page_id: str
    competitor: str
    url: str
    kind: PageKind
    reader: str = ""
    selectors: Mapping[str, str] = field(default_factory=dict)
    earlier_selectors: tuple[Mapping[str, str], ...] = ()
    render: bool = False
    every_hours: float = 24.0


class Outcome(StrEnum):
    """How one fetch ended. Only `ok` can lead to a change; `not_modified` says that nothing did."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    BLOCKED_BY_ROBOTS = "blocked_by_robots"
    BLOCKED = "blocked"
    """403 or 401, a bot challenge, a captcha, a login wall."""
    MAINTENANCE = "maintenance"
    """A page that says that the site is being worked on, whatever its status."""
    GONE = "gone"
    """404 or 410."""
    RATE_LIMITED = "rate_limited"
    CLIENT_ERROR = "client_error"
    """Any other 4xx."""
    SERVER_ERROR = "server_error"
    TOO_LARGE = "too_large"
    INCOMPLETE = "incomplete"
    """The body is shorter or longer than announced, or the connection broke in its midst."""
    UNDECODABLE = "undecodable"
    """A content encoding that was not asked for, or one that is broken."""
    REDIRECT_LOOP = "redirect_loop"
    TIMEOUT = "timeout"
    DNS = "dns"
    TLS = "tls"
    CONNECTION = "connection"
    """Refused, reset, or not HTTP."""
    REFUSED_ADDRESS = "refused_address"
    """The name leads to an address that must not be dialled."""
    REFUSED_URL = "refused_url"
    """A scheme, a user name in the URL, or a downgrade that is not followed."""
    BROWSER_ERROR = "browser_error"


FetchOrigin = Literal["web", "import"]
FetchPurpose = Literal["check", "confirm", "robots"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """One attempt to get one page, with its outcome; a line of the fetch log.

    Attributes:
        fetch_id: Hash of page, time, origin and purpose.
        page_id: The page, or `robots:<origin>` for a robots.txt.
        competitor: The competitor's slug; empty for a robots.txt.
        url: What was asked for.
        final_url: Where the answer came from, after redirects.
        kind: The page's kind, or `robots`.
        origin: `web`, or `import` for a saved version that is read as if fetched on its date.
        purpose: `check`, `confirm` (a second look before a change is told), or `robots`.
        outcome: How it ended.
        detail: Why, in words that hold nothing personal.
        status: HTTP status of the last answer.
        fetched_at: When the answer was complete, or given up.
        elapsed_ms: Wall time of the whole exchange, waiting for the pace not counted.
        attempts: Requests made, retries counted, redirects not.
        snapshot: SHA-256 of the body in the archive, in hex; for `not_modified` the snapshot that still holds.
        body_bytes: Size of the decoded body.
        content_type: As the server said.
        etag: Verbatim validator.
        last_modified: Verbatim validator.
        retry_after_s: Seconds that the server asked to wait, capped at a day.
        conditional: Whether validators were sent.
    """

    fetch_id: str
    page_id: str
    competitor: str
    url: str
    final_url: str
    kind: str
    origin: FetchOrigin
    purpose: FetchPurpose
    outcome: Outcome
    detail: str = ""
    status: int | None = None
    fetched_at: datetime
    elapsed_ms: int = 0
    attempts: int = 1
    snapshot: str | None = None
    body_bytes: int | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after_s: int | None = None
    conditional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LastFetch:
    """What the fetch log remembers of a page, so that the next fetch can be conditional.

    Attributes:
        page_id: The page, or `robots:<origin>`.
        url: The URL that the validators belong to; another URL makes them void.
        snapshot: SHA-256 of the bytes that they vouch for.
        etag: Verbatim.
        last_modified: Verbatim.
        fetched_at: Last time that an answer settled the page (`ok` or `not_modified`).
        checks_since_full: Conditional fetches since the last one that ignored the validators.
        not_before: The server asked not to be called again before this time.
    """

    page_id: str
    url: str
    snapshot: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: datetime | None = None
    checks_since_full: int = 0
    not_before: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Bytes as they came, with what is known of them; the only thing that a reader is given.

    Attributes:
        body: The decoded body of the answer, or the bytes of a file.
        url: Where it came from; relative links are resolved against it.
        content_type: As the server said, or None for a file.
        selectors: CSS selectors that override the heuristics.
    """

    body: bytes
    url: str
    content_type: str | None = None
    selectors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRobots:
    """The last robots.txt of one origin, as the fetch log and the archive remember it.

    Attributes:
        origin: `scheme://host[:port]`.
        fetched_at: When it was asked for.
        outcome: How that ended; `ok` and `gone` settle it, anything else does not.
        body: Its bytes where the outcome was `ok`, or those of the last good copy.
    """

    origin: str
    fetched_at: datetime
    outcome: Outcome
    body: bytes | None = None


Qualifier = Literal["exact", "from", "up_to", "struck", "promotional"]
Period = Literal["hour", "day", "week", "month", "quarter", "year", "two_years", "three_years", "one_time"]
Basis = Literal["visible", "json_ld", "microdata", "inline_js", "prose"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanPrice:
    """One price of one plan. A plan without a number (free, "contact us") is one row whose amount is None.

    Attributes:
        plan: The plan's name as the page writes it.
        group: The heading of the group of plans that it stands in, where there are several.
        amount: None where the page gives no number.
        currency: ISO 4217 code; None where the page does not tell.
        period: What the amount pays for in time; None where the page does not tell.
        unit: What the amount is per (`user`, `seat`, `build`…), singular; None for the whole account.
        billing: `monthly` or `annual`, where the page offers both.
        qualifier: How the amount is meant; `struck` is a list price that is crossed out.
        custom: "Contact us", "custom", "on request".
        free: "Free", or an amount of zero.
        addon: Sold on top of a plan, not a plan.
        needs_review: The reader saw more than one meaning; `note` says which.
        basis: Where on the page it stands.
        text: Verbatim text that the amount was read from.
        place: CSS path, or JSON path, of that text.
        note: Why it needs review.
    """

    plan: str
    group: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    period: Period | None = None
    unit: str | None = None
    billing: Literal["monthly", "annual"] | None = None
    qualifier: Qualifier = "exact"
    custom: bool = False
    free: bool = False
    addon: bool = False
    needs_review: bool = False
    basis: Basis = "visible"
    text: str
    place: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanFeature:
    """One feature or limit of one plan.

    Attributes:
        plan: The plan's name, as in `PlanPrice`.
        group: As in `PlanPrice`.
        feature: What is meant, without its number ("users"); the whole text where there is no number.
        included: True, False, or None where the page does not tell (unknown is not "no").
        limit: The number of a limit; None for "unlimited" and for no limit.
        unlimited: The page says "unlimited".
        unit: What the limit counts ("user", "GB").
        text: Verbatim text.
        place: CSS path of that text.
    """

    plan: str
    group: str | None = None
    feature: str
    included: bool | None = True
    limit: Decimal | None = None
    unlimited: bool = False
    unit: str | None = None
    text: str
    place: str = ""


ReleaseKind = Literal["new", "improved", "fixed", "removed", "security", "breaking", "deprecated"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseEntry:
    """One entry of release notes.

    Attributes:
        version: As the source writes it, without a leading "v" or brackets; None where it has none.
        title: Heading of the entry.
        published_on: None where the source gives no date: never invented.
        published_text: Verbatim text of the date.
        kinds: What the entry is about, where the source says so.
        body: The entry as plain text, lines separated by newlines.
        first_line: First line of the body.
        link: Absolute http(s) URL; None for anything else.
        guid: The feed's own identity of the entry.
        area: Product area, where the source says so.
        text: Verbatim text of the heading.
        place: Where in the document it stands.
    """

    version: str | None = None
    title: str | None = None
    published_on: date | None = None
    published_text: str = ""
    kinds: tuple[ReleaseKind, ...] = ()
    body: str = ""
    first_line: str = ""
    link: str | None = None
    guid: str | None = None
    area: str | None = None
    text: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageText:
    """One block of a page's main text; what tells only the moment (times, counters, tokens) is left out.

    Attributes:
        block: The text; white space folded.
        heading: Text of the heading that it stands under.
        place: CSS path.
    """

    block: str
    heading: str = ""
    place: str = ""


Observation = PlanPrice | PlanFeature | ReleaseEntry | PageText


ChangeKind = Literal[
    "price_increase",
    "price_decrease",
    "plan_added",
    "plan_removed",
    "plan_renamed",
    "to_custom",
    "from_custom",
    "currency_changed",
    "period_changed",
    "qualifier_changed",
    "feature_added",
    "feature_removed",
    "limit_changed",
    "text_changed",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismissal:
    """A rule that says that a change is none: the one that it was made for, and those like it that come later.

    Attributes:
        rule_id: Short; unique in its file.
        page_id: The page.
        kind: Kind of the change; its opposite (up and down, added and removed) is dismissed, too.
        subject: As the change told it: the plan, the plan and its feature, or the heading of the text.
        between: The two values that the change told, empty for nothing; None where any value is meant.
        because: Why.
        since: When the change was first seen (UTC); what came before stays as it is.
    """

    rule_id: str
    page_id: str
    kind: ChangeKind
    subject: str
    between: tuple[str, str] | None
    because: str
    since: datetime


class ReadStatus(StrEnum):
    """What came of reading one snapshot."""

    READ = "read"
    EMPTY = "empty"
    """The reader understood the document and found nothing of its kind."""
    NOT_PARSED = "not_parsed"
    """Not a document of a kind that this reader reads (a PDF, a picture, broken XML)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one reader saw in one document.

    Attributes:
        reader: Name of the reader.
        version: Raised whenever the reader may read the same bytes differently.
        status: What came of it.
        reason: Why, where it is not `read`; also what was cut or left for review.
        observations: In document order.
        how: What the reader went by ("cards", "table", "rss"…), for `detente extract`.
    """

    reader: str
    version: int
    status: ReadStatus
    reason: str = ""
    observations: tuple[Observation, ...] = ()
    how: str = ""


@dataclass(kw_only=True, slots=True)
class Summary:
    """What one step of the work did, for people, artifacts and exit codes.

    Attributes:
        step: `collect`, `build`, `weekly` or `pipeline`.
        read: Pages that answered with a body.
        unchanged: Pages that answered "not modified", or with the same bytes.
        changed: Changes found.
        not_due: Pages whose last answer is still fresh.
        failed: Reason by page, for every page that could not be read.
        notes: One line each, in order.
    """

    step: str
    read: int = 0
    unchanged: int = 0
    changed: int = 0
    not_due: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.step}: {self.read} read, {self.unchanged} unchanged, {self.not_due} not due, "
            f"{self.changed} changes, {len(self.failed)} failed"
        )
