"""Reads Markdown into lines, and the front matter of a post."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from sources.blocks import parse_html
from sources.document import clean_text
from sources.release_notes.html import page_lines
from sources.release_notes.lines import Line

__all__ = ["front_matter", "markdown_lines"]

_MAX_NESTING = 20
_PARSER = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
_MAX_INLINE = 25_000
_MAX_BRACKETS = 200
_CUT = " […]"
_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.{0,8000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_FIELD = re.compile(r"^([A-Za-z_][\w-]*):[ \t]*(.*?)[ \t]*$")


def _bound_inline(state: StateCore) -> None:
    """Cut paragraphs that would cost seconds: from each bracket the parser looks for the one that closes it."""
    for token in state.tokens:
        content = token.content
        if token.type != "inline" or len(content) <= _MAX_BRACKETS:
            continue
        if len(content) > _MAX_INLINE:
            content = content[:_MAX_INLINE] + _CUT
        if content.count("[") > _MAX_BRACKETS:
            content = "[".join(content.split("[", _MAX_BRACKETS)[:_MAX_BRACKETS]) + _CUT
        token.content = content


_PARSER.core.ruler.before("inline", "bound_inline", _bound_inline)


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The plain fields at the head of a post, and the text after them; no fields where there is no head."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    fields: dict[str, str] = {}
    for line in match.group(1).split("\n"):
        found = _FIELD.match(line)
        if found and found.group(2):
            value = found.group(2)
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            fields[found.group(1).lower()] = value[1:-1] if quoted else value
    return fields, text[match.end() :]


def markdown_lines(text: str) -> list[Line]:
    """Headings, paragraphs, list items, code and table rows as plain text, in order."""
    lines: list[Line] = []
    level: int | None = None
    item = False
    row: list[str] | None = None
    for token in _PARSER.parse(text):
        kind = token.type
        place = f"line {token.map[0] + 1}" if token.map else ""
        if kind == "inline" and row is not None:
            row.append(_plain(token.children or ()))
        elif kind == "inline":
            lines.extend(_inline_lines(token, level=level, item=item, place=place))
            item = False
        elif kind in ("heading_open", "heading_close"):
            level = int(token.tag[1]) if kind == "heading_open" else None
        elif kind in ("list_item_open", "list_item_close"):
            item = kind == "list_item_open"
        elif kind == "tr_open":
            row = []
        elif kind == "tr_close":
            lines.append(Line(text=clean_text(" | ".join(row or ())), item=True, place=place))
            row = None
        elif kind in ("fence", "code_block", "html_block"):
            lines.extend(_literal_lines(token, place))
    return [line for line in lines if line.text]


def _literal_lines(token: Token, place: str) -> list[Line]:
    if token.type == "html_block":
        return [line._replace(place=place) for line in page_lines(parse_html(token.content), fragment=True)]
    return [Line(text=clean_text(each), place=place) for each in token.content.split("\n")]


def _inline_lines(token: Token, *, level: int | None, item: bool, place: str) -> list[Line]:
    children = token.children or []
    href = next((_attribute(child, "href") for child in children if child.type == "link_open"), None)
    parts: list[list[Token]] = [[]]
    for child in children:
        if child.type == "hardbreak":
            parts.append([])
        else:
            parts[-1].append(child)
    label = level is None and not item and _all_bold(children)
    return [
        Line(text=clean_text(_plain(part)), level=level, item=item and number == 0, label=label, href=href, place=place)
        for number, part in enumerate(parts)
    ]


def _attribute(token: Token, name: str) -> str | None:
    value = token.attrs.get(name)
    return value if isinstance(value, str) else None


def _plain(children: Sequence[Token]) -> str:
    parts = []
    for child in children:
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(child.content)
        elif child.type == "html_inline" and child.content.lower().startswith("<br"):
            parts.append(" ")
    return "".join(parts)


def _all_bold(children: Sequence[Token]) -> bool:
    depth = 0
    bold = False
    for child in children:
        if child.type == "strong_open":
            depth += 1
        elif child.type == "strong_close":
            depth -= 1
        elif child.type == "text" and child.content.strip(" :."):
            if depth == 0:
                return False
            bold = True
        elif child.type in ("code_inline", "image"):
            return False
    return bold
