"""Finds release entries in the state that a page keeps for its own scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from sources.release_notes.feeds import MAX_ITEMS, FeedItem
from sources.script_state import RELEASE_HINTS, Place, State, Written, script_state

__all__ = ["state_items"]

_VERSION_KEYS = ("version", "versionNumber", "version_number", "tag", "tagName", "tag_name")
_TITLE_KEYS = ("title", "name", "heading", "headline")
# When it was put into a database, or last touched there, is no day of release.
_DATE_KEYS = (
    "date", "releaseDate", "release_date", "releasedAt", "released_at", "releasedOn", "released_on", "released",
    "publishedAt", "published_at", "publishedOn", "published_on", "publishDate", "published_date", "datePublished",
    "published",
)  # fmt: skip
_BODY_KEYS = (
    "body",
    "content",
    "html",
    "markdown",
    "notes",
    "description",
    "text",
    "summary",
    "changes",
    "items",
    "entries",
)
_LINE_KEYS = ("text", "description", "title", "body", "content", "message", "name", "summary")
_KIND_KEYS = ("type", "kind", "category", "changeType", "change_type", "label")
_TAG_KEYS = ("tags", "labels", "categories", "category", "type", "kind", "product", "area")
_LINK_KEYS = ("url", "link", "href", "permalink", "html_url")
_NOTES = re.compile(r"changelog|release|version|whats.?new|product.?updates|history", re.I)
_FOREIGN = re.compile(
    r"related|blog|news(?!letter)|testimonial|review|event|comment|job|career|story|stories|article|depend|package"
    r"|i18n|translation|message|experiment|webinar|episode|sample|mock",
    re.I,
)
_MAX_LINES = 500
_MIN_ITEMS = 2


def state_items(tree: LexborHTMLParser, *, of_notes: bool) -> tuple[list[tuple[FeedItem, str]], list[str]]:
    """The entries of the largest list of releases in the page's script state, each with its JSON path.

    Args:
        tree: The page.
        of_notes: The page's title or address says that it holds release notes; else a key on the way to the list, or
            a version in its objects, must say so.

    Returns:
        The entries in the order of the list, and what was cut, in words.
    """
    found = script_state(tree, RELEASE_HINTS)
    best: list[tuple[FeedItem, str]] = []
    for state in found.states:
        for path, container in found.containers(state):
            if isinstance(container, list) and len(container) > max(len(best), _MIN_ITEMS - 1):
                items = list(_items(state, path, container[:MAX_ITEMS], of_notes=of_notes))
                best = items if len(items) > len(best) else best
    return best, found.notes


def _items(state: State, path: Place, values: list[object], *, of_notes: bool) -> Iterator[tuple[FeedItem, str]]:
    keys = " ".join(key for key in (state.name, *path) if isinstance(key, str))
    entries = [(n, v) for n, v in enumerate(values) if isinstance(v, dict) and _is_entry(v)]
    versioned = sum(_text(value, _VERSION_KEYS) != "" for _, value in entries)
    if _FOREIGN.search(keys) or len(entries) < max(_MIN_ITEMS, len(values) // 2):
        return
    if not (of_notes or _NOTES.search(keys) or versioned * 2 > len(entries)):
        return
    for number, value in entries:
        if value.get("draft") is not True and value.get("isDraft") is not True and value.get("published") is not False:
            yield _item(value), state.place((*path, number))


def _is_entry(value: Mapping[str, object]) -> bool:
    """Whether it has a name, a date and a text; an author makes it a post of a blog."""
    named = _text(value, _VERSION_KEYS) or _text(value, _TITLE_KEYS)
    return bool(named and _date(value) and any(value.get(key) for key in _BODY_KEYS)) and "excerpt" not in value


def _item(value: Mapping[str, object]) -> FeedItem:
    version = _text(value, _VERSION_KEYS)
    content, markdown = _content(value)
    ident = value.get("guid") or value.get("id") or value.get("_id")
    return FeedItem(
        title=_text(value, _TITLE_KEYS) or version,
        content=content,
        markdown=markdown,
        link=_text(value, _LINK_KEYS) or None,
        guid=ident if isinstance(ident, str) else None,
        date=_date(value),
        tags=tuple(_tags(value)),
        version=version or None,
    )


def _text(value: Mapping[str, object], keys: tuple[str, ...]) -> str:
    return next((told.strip() for key in keys if isinstance(told := value.get(key), str) and told.strip()), "")


def _date(value: Mapping[str, object]) -> str:
    # A bare number counts seconds, and from when and in which zone is not told.
    dates = (told.strip() for key in _DATE_KEYS if isinstance(told := value.get(key), str))
    return next((told for told in dates if told and not isinstance(told, Written) and not told.isdigit()), "")


def _tags(value: Mapping[str, object]) -> Iterator[str]:
    for key in _TAG_KEYS:
        told = value.get(key)
        for tag in told if isinstance(told, list) else [told]:
            name = _text(tag, ("name", "label", "title")) if isinstance(tag, dict) else tag
            if isinstance(name, str) and not isinstance(name, Written) and name.strip():
                yield name.strip()


def _content(value: Mapping[str, object]) -> tuple[str, bool]:
    """The text of an entry, and whether it is Markdown; lists of changes become lists under their kinds."""
    for key in _BODY_KEYS:
        told = value.get(key)
        if isinstance(told, str) and told.strip() and not isinstance(told, Written):
            return told, not ("</" in told or "<br" in told or "/>" in told)
        if isinstance(told, dict | list) and (lines := list(_lines(told))):
            return "\n".join(lines[:_MAX_LINES]), True
    return "", True


def _lines(told: object) -> Iterator[str]:
    if isinstance(told, dict):  # {"added": ["…"], "fixed": ["…"]}
        for kind, lines in told.items():
            if isinstance(lines, list) and lines:
                yield f"### {kind}"
                yield from _lines(lines)
        return
    last = ""
    for one in told if isinstance(told, list) else []:
        if isinstance(one, str) and not isinstance(one, Written):
            yield f"- {_flat(one)}"
        elif isinstance(one, dict):
            children = one.get("children")  # a paragraph of rich text, in spans
            if isinstance(children, list):
                spans = (c.get("text") for c in children if isinstance(c, dict))
                yield _flat("".join(span for span in spans if isinstance(span, str))) + "\n"
                continue
            kind = _text(one, _KIND_KEYS)
            line = _text(one, _LINE_KEYS)
            if kind and kind != last:
                yield f"### {_flat(kind)}"
            last = kind
            if line:
                yield f"- {_flat(line)}"


def _flat(text: str) -> str:
    return " ".join(text.split())
