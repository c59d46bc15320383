"""A weekly report as HTML, Markdown and JSON; what pages said is shown, never interpreted."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.weekly.chart import HEIGHT, WIDTH, step_chart
from reports.weekly.model import Change, PriceHistory, WeeklyReport
from reports.weekly.text_diff import word_diff
from reports.weekly.words import amount, count, day, glued, listed, moment, percent, plain_day, shown, stamp

FORMAT = "detente.weekly"
FORMAT_VERSION = 1

# What one page of HTML or Markdown shows at most; all of it is in the JSON.
MAX_CHANGES = 60
MAX_COMPETITORS = 20
MAX_RELEASES = 40
MAX_CHARTS = 6
MAX_SILENT = 40
FOLD_FROM = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """What is shown of one competitor's changes.

    Attributes:
        name: The competitor.
        changes: Those that are shown.
        summary: How many of which kind there are.
        more: How many are not shown.
        folded: They are shown when asked for.
    """

    name: str
    changes: tuple[Change, ...]
    summary: str
    more: int
    folded: bool


def render_html(report: WeeklyReport) -> str:
    """The report as one HTML file that needs nothing else: no script, no request; light, dark, print."""
    css = (resources.files("reports") / "templates" / "weekly.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        _environment("html")
        .get_template("weekly.html.j2")
        .render(
            **_shared(report),
            css=Markup(css),  # noqa: S704  (our own file)
            css_hash=Markup(digest),  # noqa: S704  (base64)
            charts=[step_chart(history, report.zone) for history in _drawn(report.histories)],
            charts_more=max(len(report.histories) - MAX_CHARTS, 0),
            chart_width=WIDTH,
            chart_height=HEIGHT,
        )
    )


def render_markdown(report: WeeklyReport) -> str:
    """The report as Markdown without any HTML; links lead to http(s) addresses only."""
    return _environment("markdown").get_template("weekly.md.j2").render(**_shared(report))


def render_json(report: WeeklyReport) -> str:
    """The whole report as JSON: amounts are strings, times are UTC; safe to stand inside a script or a log."""
    body = {"format": FORMAT, "version": FORMAT_VERSION} | dataclasses.asdict(report)
    text = json.dumps(body, ensure_ascii=False, indent=2, default=_plain)
    return "".join(_inert(text)) + "\n"


def _shared(report: WeeklyReport) -> dict[str, object]:
    """What both templates need beside the report."""
    silent = report.coverage.troubled
    return {
        "report": report,
        "last_day": report.end - timedelta(seconds=1),
        "sections": _sections(report),
        "competitors_more": max(len(report.competitors) - MAX_COMPETITORS, 0),
        "facts": _facts(report),
        "releases": report.releases[:MAX_RELEASES],
        "releases_more": max(len(report.releases) - MAX_RELEASES, 0),
        "silent": silent[:MAX_SILENT],
        "silent_more": max(len(silent) - MAX_SILENT, 0),
        "questions": sorted({method.question for method in report.methods}),
    }


def _facts(report: WeeklyReport) -> list[tuple[str, str]]:
    """The three numbers at the top: what moved, or in a first week what is known; unknown is not zero."""
    movers = {one.competitor for one in report.competitors} | {one.competitor for one in report.releases}
    numbers = [(len(report.changes), "change"), (len(movers), "competitor"), (len(report.releases), "release")]
    ending = {"competitor": " moved"}
    if report.state == "baseline":
        known = report.known
        numbers = [(known.plans, "plan"), (known.prices, "price"), (known.releases, "release")]
        ending = {word: " known" for _, word in numbers}
    return [
        (
            count(number, word).partition(" ")[2] + ending.get(word, ""),
            "–" if report.state == "no_data" else f"{number:,}",
        )
        for number, word in numbers
    ]


def _sections(report: WeeklyReport) -> list[Section]:
    """The changes that are shown: all of them, or an equal share for each competitor."""
    competitors = report.competitors[:MAX_COMPETITORS]
    total = len(report.changes)
    share = total if total <= MAX_CHANGES else max(MAX_CHANGES // max(len(competitors), 1), 3)
    return [
        Section(
            name=one.name,
            changes=one.changes[:share],
            summary=_kinds(one.changes),
            more=max(len(one.changes) - share, 0),
            folded=total > FOLD_FROM and len(competitors) > 1,
        )
        for one in competitors
    ]


def _kinds(changes: Sequence[Change]) -> str:
    """`3 price up, 1 plan gone`, the most frequent first."""
    counted = Counter(change.label for change in changes).most_common()
    return listed([f"{number} {label}" for label, number in counted])


def _drawn(histories: Sequence[PriceHistory]) -> list[PriceHistory]:
    """The histories that are drawn: all of them, or first one of each competitor, then a second of each, and so on."""
    turns: Counter[str] = Counter()
    queue = []
    for position, history in enumerate(histories):
        queue.append((turns[history.competitor], position))
        turns[history.competitor] += 1
    return [histories[position] for position in sorted(position for _, position in sorted(queue)[:MAX_CHARTS])]


@cache
def _environment(kind: str) -> Environment:
    markdown = kind == "markdown"
    environment = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=not markdown,  # noqa: S701  (Markdown is escaped by `finalize`, every expression of it)
        finalize=_escape_markdown if markdown else None,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        amount=amount,
        count=count,
        day=day,
        glued=glued,
        moment=moment,
        percent=percent,
        plain_day=plain_day,
        shown=shown,
        stamp=stamp,
        word_diff=word_diff,
    )
    if markdown:
        environment.filters["link"] = _markdown_link
    return environment


_MARKDOWN = re.compile(r"([\\`*_\[\]#|~!$])")
_AT_START = re.compile(r"^(\s*\d*)([-+.)])(?=\s|$)")
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto|xmpp|www)([:.])")


def _escape_markdown(value: object) -> object:
    """Text that Markdown shows as it is; what is Markdown already (our own links, our macros) stays."""
    if isinstance(value, Markup) or value is None:
        return value
    text = _MARKDOWN.sub(r"\\\1", str(value).replace("\n", " "))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    text = _AUTOLINK.sub(lambda found: f"{found[1]}{'&#58;' if found[2] == ':' else '&#46;'}", text)
    return _AT_START.sub(r"\1\\\2", text)


def _markdown_link(text: str, url: str | None) -> Markup:
    said = str(_escape_markdown(shown(text, 120)))
    if url is None:
        return Markup(said)  # noqa: S704  (escaped for Markdown above)
    target = re.sub(r"[()<>\[\]\\`*_~\"'|]", lambda found: f"%{ord(found[0]):02X}", url)
    return Markup(f"[{said}]({target})")  # noqa: S704  (both parts are escaped above)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return amount(value)
    raise TypeError(f"{type(value).__name__} has no place in a report")


def _inert(text: str) -> Iterator[str]:
    """The same JSON with marks of direction, other invisible characters and `<`, `>`, `&` spelled as escapes."""
    for char in text:
        if char in "<>&" or (ord(char) > 0x7E and unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")):
            code = ord(char)
            pair = (
                (code,) if code < 0x10000 else (0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF))
            )
            yield "".join(f"\\u{unit:04x}" for unit in pair)
        else:
            yield char
