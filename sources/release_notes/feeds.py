"""Reads RSS, Atom and JSON feeds; nothing is ever fetched, and no entity is ever expanded."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.entities import html5
from typing import Any, Protocol

import fastfeedparser
import feedparser
from lxml import etree  # type: ignore[import-untyped]

from detente.errors import ReaderError
from sources.markup import refuse_xml_bombs

__all__ = ["FeedItem", "json_items", "load_json", "xml_items"]

_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_BARE = r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(?:[A-Za-z][A-Za-z0-9]{1,30};)?"
_BARE_AMPERSAND = re.compile(_BARE)
_SURROGATE_REFERENCE = re.compile(r"&#(?:x0{0,9}d[89a-f][0-9a-f]{2}|0{0,9}5(?:5[3-9]|6\d|7[0-3])\d\d);", re.I)
_CDATA_OR_BARE = re.compile(rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|{_BARE}", re.S)
_ITEM_TAGS = frozenset(("item", "entry"))
# Published before updated; what a feed says of itself (lastBuildDate) is never looked at.
_DATE_TAGS = ("pubdate", "published", "issued", "date", "created", "updated", "modified")
_GUID_TAGS = frozenset(("guid", "id"))
MAX_ITEMS = 5_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedItem:
    """One item of a feed, as the feed writes it.

    Attributes:
        title: May hold markup.
        content: Usually HTML.
        markdown: The content is Markdown.
        link: As written.
        guid: The item's own identity.
        date: Verbatim.
        tags: Categories.
        version: Tag or version that the source states apart from the title.
    """

    title: str
    content: str
    link: str | None
    guid: str | None
    date: str
    tags: tuple[str, ...] = ()
    markdown: bool = False
    version: str | None = None


def xml_items(text: str, url: str) -> list[FeedItem]:
    """The items of an RSS or Atom feed.

    fastfeedparser reads it; where it fails, finds nothing, or skips items, feedparser does. The verbatim dates are
    taken from the tree, since both would complete or correct dates that are not whole.

    Raises:
        ReaderError: The feed declares entities, nests too deep, or no parser finds an item.
    """
    declares = text.find("<!DOCTYPE")
    if declares >= 0 and text.find("<!ENTITY", declares) >= 0:
        raise ReaderError(f"not parsed: the feed {url} declares entities of its own, which is how XML bombs are made")
    refuse_xml_bombs(text)
    text = _repaired(_XML_DECLARATION.sub("", text, count=1).lstrip())
    facts = _facts(text)
    data = text.encode("utf-8", "replace")
    try:
        entries = fastfeedparser.parse(data, include_media=False, include_enclosures=False)["entries"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        entries = []
    if entries and len(entries) == len(facts):
        return [_fast_item(entry, fact) for entry, fact in zip(entries[:MAX_ITEMS], facts, strict=False)]
    parsed = _parsed_slowly(data, url)
    items = [_slow_item(entry) for entry in parsed["entries"][:MAX_ITEMS]]
    if not items and parsed.get("bozo"):
        raise ReaderError(f"not parsed: the feed {url} is broken: {parsed.get('bozo_exception')}"[:300])
    return items


def _repaired(text: str) -> str:
    """Makes bare ampersands and HTML's entities what an XML parser understands; it would drop what follows them."""
    text = _SURROGATE_REFERENCE.sub("&#xFFFD;", text)
    if not _BARE_AMPERSAND.search(text):
        return text
    return _CDATA_OR_BARE.sub(_whole, text)


def _whole(match: re.Match[str]) -> str:
    written = match.group()
    if not written.startswith("&"):
        return written
    character = html5.get(written[1:])
    return f"&#{ord(character)};" if character and len(character) == 1 else written.replace("&", "&amp;")


class _Child(Protocol):
    """What is used of lxml's elements, which bring no types."""

    tag: object
    text: str | None


@dataclass(frozen=True, slots=True)
class _Fact:
    date: str
    guid: str | None


def _parsed_slowly(data: bytes, url: str) -> Mapping[str, Any]:
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        # A stream, because feedparser would open a name or a URL that it is given as a string.
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        RecursionError,
    ) as error:
        # feedparser means never to raise, and does on some broken feeds.
        raise ReaderError(f"not parsed: the feed {url} is broken: {error}"[:300]) from error
    return parsed


def _facts(text: str) -> list[_Fact]:
    """Verbatim date and identity of each item, in document order."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    tags = (element for element in root.iter() if isinstance(element.tag, str))
    return [_fact(element) for element in tags if _local(element.tag) in _ITEM_TAGS]


def _fact(element: Iterable[_Child]) -> _Fact:
    dates: dict[str, str] = {}
    guid = None
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = _local(child.tag)
        if name in _DATE_TAGS:
            dates.setdefault(name, (child.text or "").strip())
        elif name in _GUID_TAGS and guid is None:
            guid = (child.text or "").strip() or None
    return _Fact(next((dates[name] for name in _DATE_TAGS if dates.get(name)), ""), guid)


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower()


def _content(entry: Mapping[str, object]) -> str:
    """The full text of an entry; empty where the feed gives a summary alone."""
    contents = entry.get("content")
    if isinstance(contents, Sequence) and contents and isinstance(contents[0], Mapping):
        return _string(contents[0].get("value"))
    return ""


def _fast_item(entry: Mapping[str, object], fact: _Fact) -> FeedItem:
    return FeedItem(
        title=_string(entry.get("title")),
        content=_content(entry) or _string(entry.get("description")),
        link=_string(entry.get("link")) or None,
        guid=fact.guid,
        date=fact.date,
        tags=tuple(_terms(entry.get("tags"))),
    )


def _slow_item(entry: Mapping[str, object]) -> FeedItem:
    return FeedItem(
        title=_string(entry.get("title")),
        content=_content(entry) or _string(entry.get("summary")),
        link=_string(entry.get("link")) or None,
        guid=_string(entry.get("id")) or None,
        date=_string(entry.get("published")) or _string(entry.get("updated")),
        tags=tuple(_terms(entry.get("tags"))),
    )


def _terms(tags: object) -> Iterator[str]:
    if not isinstance(tags, Sequence):
        return
    for tag in tags:
        term = _string(tag.get("term")) if isinstance(tag, Mapping) else _string(tag)
        if term:
            yield term


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def load_json(text: str, url: str) -> object:
    """The value of a JSON document.

    Raises:
        ReaderError: It is broken, or nested deeper than it can be read.
    """
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except ValueError as error:
        raise ReaderError(f"not parsed: {url} is broken JSON: {error}") from error
    except RecursionError as error:
        raise ReaderError(f"not parsed: {url} is JSON nested too deeply") from error


def json_items(value: object) -> list[FeedItem] | None:
    """The items of a JSON Feed, of a code host's releases, or of a list whose objects state titles, dates and texts.

    Returns:
        None for JSON of any other shape.
    """
    if isinstance(value, Mapping) and isinstance(value.get("items"), list) and _is_json_feed(value):
        return [_json_feed_item(item) for item in value["items"][:MAX_ITEMS] if isinstance(item, Mapping)]
    values = value if isinstance(value, list) else [value]
    releases = [each for each in values if isinstance(each, Mapping) and "tag_name" in each]
    if releases and len(releases) == len(values):
        return [_release_item(each) for each in releases[:MAX_ITEMS] if not each.get("draft")]
    return _listed_items(value) if values else []


def _is_json_feed(value: Mapping[str, object]) -> bool:
    if "jsonfeed.org" in _string(value.get("version")):
        return True
    items = value["items"]
    fields = {"content_html", "content_text", "date_published"}
    return isinstance(items, list) and any(isinstance(item, Mapping) and fields & item.keys() for item in items[:20])


_LISTS = ("entries", "releases", "changelog", "changelogs", "items", "posts", "updates", "versions", "notes", "data")
_TITLES = ("title", "name", "headline")
_VERSIONS = ("version", "tag")
_DAYS = ("date", "published_at", "publishedAt", "released_at", "releasedAt", "release_date", "releaseDate", "published")
_TEXTS = ("body", "content", "description", "changes", "notes", "html", "markdown", "text", "body_html", "content_html")
_LINKS = ("url", "link", "permalink", "html_url")
_TAGS = ("labels", "tags", "categories", "category", "type", "kind", "label")


def _listed_items(value: object) -> list[FeedItem] | None:
    """The items of a site's or a widget's own JSON: objects that name a release, its day and its text."""
    lists = [value]
    if isinstance(value, Mapping):
        lists = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
    for listed in lists:
        objects = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        entries = [each for each in objects[:MAX_ITEMS] if _is_entry(each)]
        if entries and len(entries) == min(len(objects), MAX_ITEMS):
            return [_listed_item(entry) for entry in entries]
    return None


def _is_entry(value: Mapping[str, object]) -> bool:
    named = _first(value, _TITLES) or _first(value, _VERSIONS)
    return bool(named) and any(name in value for name in _DAYS) and any(value.get(name) for name in _TEXTS)


def _listed_item(entry: Mapping[str, object]) -> FeedItem:
    content = next((_written(entry[name]) for name in _TEXTS if entry.get(name)), "")
    version = _first(entry, _VERSIONS)
    return FeedItem(
        title=_first(entry, _TITLES) or version,
        content=content,
        markdown=_TAG.search(content) is None,
        link=_first(entry, _LINKS) or None,
        guid=_first(entry, ("id", "guid", "uuid", "slug")) or None,
        date=_first(entry, _DAYS),
        tags=tuple(tag for name in _TAGS for tag in _words(entry.get(name))),
        version=version or None,
    )


_TAG = re.compile(r"<[a-z][^<>]*>", re.I)


def _written(value: object) -> str:
    """A text, or the Markdown of a list, or of lists under their headings."""
    if isinstance(value, list):
        return "\n".join(
            f"- {_string(each) or (_first(each, _TEXTS) if isinstance(each, Mapping) else '')}" for each in value
        )
    if isinstance(value, Mapping):
        return "\n\n".join(f"### {name}\n\n{_written(each)}" for name, each in value.items())
    return _string(value)


def _words(value: object) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        word = _first(each, ("name", "title", "label")) if isinstance(each, Mapping) else _string(each)
        if word:
            yield word


def _first(value: Mapping[str, object], names: Sequence[str]) -> str:
    return next((text for name in names if (text := _string(value.get(name)))), "")


def _json_feed_item(item: Mapping[str, object]) -> FeedItem:
    return FeedItem(
        title=_string(item.get("title")),
        content=_string(item.get("content_html")) or _string(item.get("content_text")) or _string(item.get("summary")),
        link=_string(item.get("url")) or _string(item.get("external_url")) or None,
        guid=_string(item.get("id")) or None,
        date=_string(item.get("date_published")) or _string(item.get("date_modified")),
        tags=tuple(_terms(item.get("tags"))),
    )


def _release_item(release: Mapping[str, object]) -> FeedItem:
    """A release as GitHub, Gitea and GitLab describe it; the day for which one is planned is not its date."""
    tag = _string(release.get("tag_name"))
    links = release.get("_links")
    return FeedItem(
        title=_string(release.get("name")) or tag,
        content=_string(release.get("body")) or _string(release.get("description")),
        markdown=True,
        link=_string(release.get("html_url"))
        or (_first(links, ("self",)) if isinstance(links, Mapping) else "")
        or None,
        guid=_string(release.get("node_id")) or _string(release.get("id")) or None,
        date="" if release.get("upcoming_release") is True else _first(release, ("published_at", "released_at")),
        tags=("Pre-release",) if release.get("prerelease") is True else (),
        version=tag or None,
    )
