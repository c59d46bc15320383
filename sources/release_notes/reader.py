"""Reads release notes of any format into entries; what is not stated stays empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from itertools import zip_longest
from operator import attrgetter
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from detente.records import Document, Reading, ReadStatus, ReleaseEntry
from sources.blocks import blocks_of, parse_html, too_many
from sources.document import clean_lines, clean_text, decode, media_kind, safe_link
from sources.markup import bounded
from sources.release_notes.dates import FoundDate, date_line, find_date, read_date_field
from sources.release_notes.feeds import FeedItem, json_items, load_json, xml_items
from sources.release_notes.html import is_notes_title, lifted, lines_as_written, page_lines
from sources.release_notes.kinds import kind_of, kinds_in
from sources.release_notes.lines import Line
from sources.release_notes.markdown import front_matter, markdown_lines
from sources.release_notes.outline import RawEntry, entries_of, titled_entries
from sources.release_notes.plain import debian_lines, is_debian, plain_lines
from sources.release_notes.promotion import cells_of_lines, cells_of_page, promoted, row_lines
from sources.release_notes.state import state_items
from sources.release_notes.versions import find_version

__all__ = ["MAX_BODY", "MAX_ENTRIES", "VERSION", "read"]

VERSION = 2
MAX_ENTRIES = 5_000
MAX_BODY = 20_000
"""Characters of an entry's body that are kept."""

MAX_PLAIN = 1_000_000
"""Characters of a Markdown or plain text that are read: a changelog of decades is half of that."""

MAX_PLAIN_LINES = 40_000

_MOST_LOOKED_AT = 2 * MAX_ENTRIES  # before those that say the same are folded
"""Entries that are looked at, so that a document of repetitions costs no more."""
_MAX_HEADING = 500
_MAX_GUID = 1_000
_GENERAL_TAGS = re.compile(
    r"^(?:news|blog|releases?|release notes|change\s?log|updates?|product( updates?)?|announcements?|uncategori[sz]ed"
    r"|general|all|pre-?release|latest(?: release)?|stable|beta|alpha|draft|current|released|v?\d[\w.+-]*)$",
    re.I,
)
_RST = re.compile(r"^\.\. \S|:[a-z:+-]+:`[^`]+`|``[^`\n]+``", re.M)
_MARKDOWN_ONLY = re.compile(
    r"^#{1,6} \S|\]\((?:https?:|[#/.])|^[ \t]*\*\*[^*\n]+\*\*:?[ \t]*$|^[ \t]*\[[^\]\n]+\]:[ \t]", re.M
)
_URL_OF_NOTES = re.compile(r"change-?log|release-?(?:notes|history)|whats?-?new|updates", re.I)
_FLAT = re.compile(r"\s*(?:<ul>\s*(?:<li>[^<&]*</li>\s*)+</ul>|<p>[^<&]*</p>(?:\s*<p>[^<&]*</p>)*)\s*")
_FLAT_TEXT = re.compile(r"<(?:li|p)>([^<]*)")
# A commit, "none".
_SAYS_NOTHING = re.compile(r"[0-9a-f]{7,40}|none|n/?a|\W*", re.I)
# A time that is told from today, or a count of thumbs: without anything new, it would be another tomorrow.
_PASSING = re.compile(
    r"(?:(?:\d{1,3}|an?) (?:minute|hour|day|week|month|year)s? ago|last (?:week|month|year)|yesterday|today|just now"
    r"|[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]+ ?\d{1,6})",
    re.I,
)
_LATEST = re.compile(r"latest(?: release)?", re.I)
_MAX_PASSING = 20
_ROADMAP = re.compile(r"\b(?:road ?map|feuille de route|hoja de ruta)\b|ロードマップ|路线图", re.I)
_LINES_TO_TITLE = 30
_MAX_HEAD = 40
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
    cut: list[str] = []
    if kind in ("rss", "atom"):
        items: list[FeedItem] | None = xml_items(text, document.url)
        entries = _from_items(items or [], document)
    elif kind in ("json", "json_feed"):
        items = json_items(load_json(text, document.url))
        if items is None:
            return _reading(ReadStatus.EMPTY, "JSON of a shape that is neither a feed nor a list of releases", kind)
        entries = _from_items(items, document)
    elif kind == "html":
        kind, entries, cut = _from_page(text, document)
    elif kind in ("markdown", "text"):
        plain, cut = _bounded_plain(text)
        kind, entries = _from_text(plain, document)
    else:
        return _reading(ReadStatus.EMPTY, "an empty document" if kind == "empty" else "XML that is no feed", kind)
    return _bounded(entries, kind, cut)


def _bounded_plain(text: str) -> tuple[str, list[str]]:
    """As much of a Markdown or plain text as is read, and what is said of the rest."""
    end, told = len(text), list[str]()
    if end > MAX_PLAIN:
        end, told = MAX_PLAIN, [f"{len(text):,} characters, the first {MAX_PLAIN:,} read"]
    if text.count("\n", 0, end) > MAX_PLAIN_LINES:
        position = -1
        for _ in range(MAX_PLAIN_LINES):
            position = text.find("\n", position + 1)
        end, told = position, [f"more than {MAX_PLAIN_LINES:,} lines, the rest left out"]
    return text[:end], told


def _reading(status: ReadStatus, reason: str, how: str, entries: Sequence[ReleaseEntry] = ()) -> Reading:
    return Reading(
        reader="release_notes", version=VERSION, status=status, reason=reason, observations=tuple(entries), how=how
    )


def _bounded(entries: Sequence[ReleaseEntry], how: str, cut_before: Sequence[str]) -> Reading:
    # A feed that repeats an item unchanged says nothing new; where it stands does not matter.
    once: dict[object, ReleaseEntry] = {}
    for entry in entries:
        once.setdefault(_TOLD(entry), entry)
    kept = list(once.values())
    notes = [*cut_before]
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


def _from_page(text: str, document: Document) -> tuple[str, list[ReleaseEntry], list[str]]:
    """How the page was read, its entries, and what is said of the parts that were not read."""
    html, cut_because = bounded(text)
    tree = LexborHTMLParser(html)
    written = lines_as_written(tree)
    cut = [note for note in (cut_because or too_many(written),) if note]
    lines = lifted(written)
    entries = entries_of(lines)
    if 2 * sum(1 for entry in entries if entry.version) < len(entries) or len(entries) < _MANY:
        raised = entries_of(lifted(promoted(written), only_telling=True))
        if len(entries) < _MANY:
            entries = max(entries, entries_of(row_lines(cells_of_page(tree))), raised, key=_telling)
        elif 2 * _telling(raised) > 3 * _telling(entries):
            entries = raised
    if len(entries) < _MANY:
        entries = max(entries, entries_of(lifted(promoted(written, items=True), only_telling=True)), key=_telling)
    title = tree.css_first("title")
    names = [title.text()[:200] if title else "", *(line.text for line in lines[:_LINES_TO_TITLE] if line.level == 1)]
    if _is_plan(names):
        return "html", [], cut
    if not entries:
        of_notes = bool(_URL_OF_NOTES.search(document.url)) or any(is_notes_title(name) for name in names)
        told, cut_state = state_items(tree, of_notes=of_notes)
        cut += cut_state
        if told:
            items = _from_items([item for item, _ in told], document)
            return "script state", [replace(e, place=place) for e, (_, place) in zip(items, told, strict=True)], cut
        entries = titled_entries(lines) if of_notes else []
    return "html", [_release(entry, document) for entry in entries[:_MOST_LOOKED_AT]], cut


def _is_plan(names: Iterable[str]) -> bool:
    """Whether a document's titles say that it is about what is to come, which nothing in it has come out by."""
    names = list(names)
    return any(_ROADMAP.search(name) for name in names) and not any(is_notes_title(name) for name in names)


def _telling(entries: Sequence[RawEntry]) -> int:
    """How much a way of telling the entries apart has found: a version and a day count alike."""
    return sum(bool(entry.version) + bool(entry.found and entry.found.day) for entry in entries)


def _from_text(text: str, document: Document) -> tuple[str, list[ReleaseEntry]]:
    if is_debian(text):
        return "debian", [_release(entry, document) for entry in entries_of(debian_lines(text))[:_MOST_LOOKED_AT]]
    fields, rest = front_matter(text)
    sample = text[:200_000]
    markdown = len(_MARKDOWN_ONLY.findall(sample)) >= len(_RST.findall(sample)) and bool(_MARKDOWN_ONLY.search(sample))
    kind = "markdown" if markdown or fields else "text"
    lines = markdown_lines(rest) if kind == "markdown" else plain_lines(rest)
    entries = entries_of(lines)
    if _is_post(fields, entries):
        return "post", [_post(fields, lines, document)]
    if len(entries) < _MANY:
        rows = entries_of(row_lines(cells_of_lines(lines)))
        entries = max(entries, rows, entries_of(promoted(lines)), key=_telling)
    if len(entries) < _MANY:
        entries = max(entries, entries_of(promoted(lines, items=True)), key=_telling)
    if _is_plan(line.text for line in lines[:3] if line.level):
        return kind, []
    if not entries and (
        _URL_OF_NOTES.search(document.url) or any(is_notes_title(x.text) for x in lines[:3] if x.level)
    ):
        entries = titled_entries(lines)
    return kind, [_release(entry, document) for entry in entries[:_MOST_LOOKED_AT]]


def _is_post(fields: dict[str, str], entries: Sequence[RawEntry]) -> bool:
    """Whether a document with front matter is about one release, even where it mentions others under their versions."""
    if not fields.keys() & {"date", "version", "title"}:
        return False
    title = fields.get("title", "")
    if "version" in fields or (title and (find_version(title) or not _NAMES_NOTES.search(title))):
        return sum(1 for entry in entries if entry.found and entry.found.day) < _MANY
    return sum(1 for entry in entries if entry.version or entry.found) < _MANY


_NAMES_NOTES = re.compile(
    r"\b(?:change ?log|release notes|(?:release|version) history|what['’]?s new|releases|updates|history)\W*"
    r"(?:\d{4})?\W*$",
    re.I,
)
# How the sources of a blog name a post: the day is part of the name, and often stated nowhere else.
_NAMED_BY_DAY = re.compile(r"(?:^|/)(\d{4}-\d{2}-\d{2})[-_.](?:[^/]*)$")


def _post(fields: dict[str, str], lines: Sequence[Line], document: Document) -> ReleaseEntry:
    first = next((line.text for line in lines if line.level == 1), None)
    title = clean_text(fields.get("title") or first or "") or None
    stated = fields.get("date", "")
    named = None if stated else _NAMED_BY_DAY.search(urlsplit(document.url).path)
    stated = named.group(1) if named else stated
    found = read_date_field(stated)
    version = fields.get("version") or (find_version(_without(title, find_date(title))) if title else None)
    return _build(
        version=version,
        title=title,
        found=found,
        published_text=clean_text(stated),
        lines=lines,
        labels=[],
        link=safe_link(fields.get("canonical_url") or fields.get("permalink"), document.url),
        guid=None,
        text=title or "",
        place="front matter and file name" if named else "front matter",
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
    return [_from_item(item, number, document) for number, item in enumerate(items[:_MOST_LOOKED_AT], 1)]


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
    lines = [line for line in lines if len(line.text) > _MAX_PASSING or not _is_passing(line)]
    named = [*labels, *(line.text for line in lines if line.level is not None or line.label)]
    body = "\n".join(f"- {line.text}" if line.item else line.text for line in lines)
    if len(body) > MAX_BODY:
        body = body[: MAX_BODY - len(_CUT)] + _CUT
    badge = next((t.text for t in lines if t.badge and not kind_of(t.text) and not _GENERAL_TAGS.match(t.text)), None)
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


def _is_passing(line: Line) -> bool:
    return bool(_PASSING.fullmatch(line.text) or (line.badge and _LATEST.fullmatch(line.text)))


def _first_line(lines: Sequence[Line]) -> str:
    """The first line that says something; headings, labels and placeholders only where there is nothing else."""
    for line, following in zip_longest(lines, lines[1:]):
        if line.level is not None or line.label or _SAYS_NOTHING.fullmatch(line.text):
            continue
        # "Fixes:" before a list is a heading, only not marked as one.
        heads = len(line.text) <= _MAX_HEAD and line.text.endswith((":", "："))
        if not (heads and (kind_of(line.text) or (following and following.item and not line.item))):
            return line.text[:1_000]
    return lines[0].text[:1_000] if lines else ""
