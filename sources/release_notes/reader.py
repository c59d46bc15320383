"""Reads release notes of any format into entries; what is not stated stays empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter

from selectolax.lexbor import LexborHTMLParser

from detente.records import Document, Reading, ReadStatus, ReleaseEntry
from sources.blocks import blocks_of, parse_html, too_many
from sources.document import clean_lines, clean_text, decode, media_kind, safe_link
from sources.markup import bounded
from sources.release_notes.dates import FoundDate, date_line, find_date, read_date_field
from sources.release_notes.feeds import FeedItem, json_items, load_json, xml_items
from sources.release_notes.html import is_notes_title, page_lines, promoted, row_lines
from sources.release_notes.kinds import kind_of, kinds_in
from sources.release_notes.lines import Line
from sources.release_notes.markdown import front_matter, markdown_lines
from sources.release_notes.outline import RawEntry, entries_of, titled_entries
from sources.release_notes.plain import debian_lines, is_debian, plain_lines
from sources.release_notes.versions import find_version

__all__ = ["MAX_BODY", "MAX_ENTRIES", "VERSION", "read", "to_json"]

VERSION = 1
MAX_ENTRIES = 5_000
MAX_BODY = 20_000
"""Characters of an entry's body that are kept."""

MAX_PLAIN = 1_000_000
"""Characters of a Markdown or plain text that are read: a changelog of decades is half of that."""

MAX_PLAIN_LINES = 40_000

_MOST = 2 * MAX_ENTRIES  # before those that say the same are folded
_MAX_HEADING = 500
_MAX_GUID = 1_000
_GENERAL_TAGS = re.compile(
    r"^(?:news|blog|releases?|release notes|change\s?log|updates?|product( updates?)?|announcements?|uncategori[sz]ed"
    r"|general|all|pre-release|latest)$",
    re.I,
)
_RST = re.compile(r"^\.\. \S|:[a-z:+-]+:`[^`]+`|``[^`\n]+``", re.M)
_MARKDOWN_ONLY = re.compile(
    r"^#{1,6} \S|\]\((?:https?:|[#/.])|^[ \t]*\*\*[^*\n]+\*\*:?\s*$|^[ \t]*\[[^\]\n]+\]:\s", re.M
)
_URL_OF_NOTES = re.compile(r"change-?log|release-?(?:notes|history)|whats?-?new|updates", re.I)
_FLAT = re.compile(r"\s*(?:<ul>\s*(?:<li>[^<&]*</li>\s*)+</ul>|<p>[^<&]*</p>(?:\s*<p>[^<&]*</p>)*)\s*")
_FLAT_TEXT = re.compile(r"<(?:li|p)>([^<]*)")
_MANY = 3
_THOROUGH = 100
"""Items of a feed whose dates may cost milliseconds each."""


def read(document: Document) -> Reading:
    """The release entries of one document, whatever its format; the format is told by the content.

    Raises:
        ReaderError: The document is not text, too long, broken, or an XML bomb.
    """
    text = decode(document)
    kind = media_kind(text, content_type=document.content_type)
    cut = ""
    if kind in ("rss", "atom"):
        items: list[FeedItem] | None = xml_items(text, document.url)
        entries = _from_items(items or [], document)
    elif kind in ("json", "json_feed"):
        items = json_items(load_json(text, document.url))
        if items is None:
            return _reading(ReadStatus.EMPTY, "JSON of a shape that is neither a feed nor a list of releases", kind)
        entries = _from_items(items, document)
    elif kind == "html":
        html, cut = bounded(text)
        tree = LexborHTMLParser(html)
        lines = page_lines(tree)
        cut = cut or too_many(lines)
        entries = _from_page(tree, lines, document)
    elif kind in ("markdown", "text"):
        plain, cut = _bounded_plain(text)
        kind, entries = _from_text(plain, document)
    else:
        return _reading(ReadStatus.EMPTY, "an empty document" if kind == "empty" else "XML that is no feed", kind)
    return _bounded(entries, kind, cut)


def _bounded_plain(text: str) -> tuple[str, str]:
    """As much of a Markdown or plain text as is read, and what is said of the rest."""
    end, told = len(text), ""
    if end > MAX_PLAIN:
        end, told = MAX_PLAIN, f"{len(text):,} characters, the first {MAX_PLAIN:,} read"
    if text.count("\n", 0, end) > MAX_PLAIN_LINES:
        position = -1
        for _ in range(MAX_PLAIN_LINES):
            position = text.find("\n", position + 1)
        end, told = position, f"more than {MAX_PLAIN_LINES:,} lines, the rest left out"
    return text[:end], told


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


def _reading(status: ReadStatus, reason: str, how: str, entries: Sequence[ReleaseEntry] = ()) -> Reading:
    return Reading(
        reader="release_notes", version=VERSION, status=status, reason=reason, observations=tuple(entries), how=how
    )


def _bounded(entries: Sequence[ReleaseEntry], how: str, cut_because: str) -> Reading:
    # A feed that repeats an item unchanged says nothing new; where it stands does not matter.
    once: dict[object, ReleaseEntry] = {}
    for entry in entries:
        once.setdefault(_TOLD(entry), entry)
    kept = list(once.values())
    notes = [cut_because] if cut_because else []
    if len(kept) > MAX_ENTRIES:
        notes.append(f"{len(kept)} entries, the first {MAX_ENTRIES} kept")
    cut = sum(1 for entry in kept[:MAX_ENTRIES] if entry.body.endswith(_CUT))
    if cut:
        notes.append(f"{cut} bodies cut at {MAX_BODY} characters")
    if not kept:
        return _reading(ReadStatus.EMPTY, "; ".join([f"no release entries in this {how} document", *notes]), how)
    return _reading(ReadStatus.READ, "; ".join(notes), how, kept[:MAX_ENTRIES])


_CUT = "\n[…]"
_TOLD = attrgetter(*(field.name for field in fields(ReleaseEntry) if field.name != "place"))


def _from_page(tree: LexborHTMLParser, lines: list[Line], document: Document) -> list[ReleaseEntry]:
    entries = entries_of(lines)
    if len(entries) < _MANY:
        entries = max(entries, entries_of(row_lines(tree)), entries_of(promoted(lines)), key=len)
    if not entries:
        title = tree.css_first("title")
        names = [title.text()[:200] if title else "", *(line.text for line in lines if line.level == 1)]
        if _URL_OF_NOTES.search(document.url) or any(is_notes_title(name) for name in names):
            entries = titled_entries(lines)
    return [_release(entry, document) for entry in entries[:_MOST]]


def _from_text(text: str, document: Document) -> tuple[str, list[ReleaseEntry]]:
    if is_debian(text):
        return "debian", [_release(entry, document) for entry in entries_of(debian_lines(text))[:_MOST]]
    fields, rest = front_matter(text)
    sample = text[:200_000]
    markdown = len(_MARKDOWN_ONLY.findall(sample)) >= len(_RST.findall(sample)) and bool(_MARKDOWN_ONLY.search(sample))
    kind = "markdown" if markdown or fields else "text"
    lines = markdown_lines(rest) if kind == "markdown" else plain_lines(rest)
    entries = entries_of(lines)
    if (fields.keys() & {"date", "version", "title"}) and sum(1 for e in entries if e.version or e.found) < _MANY:
        return "post", [_post(fields, lines, document)]
    if len(entries) < _MANY:
        entries = max(entries, entries_of(promoted(lines)), key=len)
    if not entries and (
        _URL_OF_NOTES.search(document.url) or any(is_notes_title(x.text) for x in lines[:3] if x.level)
    ):
        entries = titled_entries(lines)
    return kind, [_release(entry, document) for entry in entries[:_MOST]]


def _post(fields: dict[str, str], lines: Sequence[Line], document: Document) -> ReleaseEntry:
    first = next((line.text for line in lines if line.level == 1), None)
    title = clean_text(fields.get("title") or first or "") or None
    found = read_date_field(fields.get("date", ""))
    version = fields.get("version") or (find_version(_without(title, find_date(title))) if title else None)
    return _build(
        version=version,
        title=title,
        found=found,
        published_text=clean_text(fields.get("date", "")),
        lines=lines,
        labels=[],
        link=safe_link(fields.get("canonical_url") or fields.get("permalink"), document.url),
        guid=None,
        text=title or "",
        place="front matter",
    )


def _release(entry: RawEntry, document: Document) -> ReleaseEntry:
    head = entry.head
    link = safe_link(head.href, document.url)
    if link is None and head.ident:
        link = safe_link(f"#{head.ident}", document.url)
    return _build(
        version=entry.version,
        title=entry.title,
        found=entry.found,
        published_text=entry.found.text if entry.found else "",
        lines=entry.body,
        labels=[head.text],
        link=link,
        guid=None,
        text=head.text,
        place=head.place,
    )


def _from_items(items: Sequence[FeedItem], document: Document) -> list[ReleaseEntry]:
    return [_from_item(item, number, document) for number, item in enumerate(items[:_MOST], 1)]


def _from_item(item: FeedItem, number: int, document: Document) -> ReleaseEntry:
    title = _one_line(item.title)
    version = find_version(item.version or _without(title, find_date(title)))
    lines = _content_lines(item)
    return _build(
        version=version,
        title=title or None,
        found=read_date_field(item.date, thorough=number <= _THOROUGH) if item.date else None,
        published_text=clean_text(item.date[:100]),
        lines=lines,
        labels=[title, *item.tags],
        link=safe_link(item.link, document.url),
        guid=clean_text(item.guid)[:_MAX_GUID] if item.guid else None,
        area=next((clean_text(t)[:100] for t in item.tags if not _GENERAL_TAGS.match(t) and not kind_of(t)), None),
        text=title,
        place=f"item {number}",
    )


def _content_lines(item: FeedItem) -> list[Line]:
    if item.markdown:
        return markdown_lines(item.content[: 4 * MAX_BODY])
    if "<" not in item.content and "&" not in item.content:
        return [Line(text=each) for each in clean_lines(item.content).split("\n") if each]
    if _FLAT.fullmatch(item.content, 0, 8 * MAX_BODY):  # nothing that a parser would have to be asked about
        is_list = "<li>" in item.content
        texts = (clean_text(text) for text in _FLAT_TEXT.findall(item.content, 0, 8 * MAX_BODY))
        return [Line(text=text, item=is_list) for text in texts if text]
    return page_lines(parse_html(item.content[: 8 * MAX_BODY]), fragment=True)


def _one_line(text: str) -> str:
    if "<" in text or "&" in text:
        text = " ".join(block.text for block in blocks_of(parse_html(text[:2_000]), fragment=True))
    return clean_text(text)[:_MAX_HEADING]


def _without(text: str, found: FoundDate | None) -> str:
    return text[: found.start] + " " + text[found.end :] if found else text


def _build(
    *,
    version: str | None,
    title: str | None,
    found: FoundDate | None,
    published_text: str,
    lines: Iterable[Line],
    labels: Sequence[str],
    link: str | None,
    guid: str | None,
    text: str,
    place: str,
    area: str | None = None,
) -> ReleaseEntry:
    lines = list(lines)
    named = [*labels, *(line.text for line in lines if line.level is not None or line.label)]
    body = "\n".join(f"- {line.text}" if line.item else line.text for line in lines)
    if len(body) > MAX_BODY:
        body = body[: MAX_BODY - len(_CUT)] + _CUT
    badge = next((line.text for line in lines if line.badge and not kind_of(line.text)), None)
    day: date | None = found.day if found else None
    return ReleaseEntry(
        version=clean_text(version)[:100] if version else None,
        title=title[:_MAX_HEADING] if title else None,
        published_on=day,
        published_text=published_text[:100],
        kinds=kinds_in(named, (line.text for line in lines)),
        body=body,
        first_line=_first_line(lines),
        link=link,
        guid=guid,
        area=area or (badge if badge and not date_line(badge) else None),
        text=text[:_MAX_HEADING],
        place=place,
    )


def _first_line(lines: Sequence[Line]) -> str:
    """The first line that says something; headings and labels only where there is nothing else."""
    telling = next((line.text for line in lines if line.level is None and not line.label), None)
    return (telling or (lines[0].text if lines else ""))[:1_000]
