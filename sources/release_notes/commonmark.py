"""The CommonMark parser: blocks first, and the inline content of those that hold any mark at all."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["block_tokens", "inline_tokens"]

_MAX_NESTING = 20
_MAX_INLINE = 25_000
_MAX_BRACKETS = 200
_CUT = " […]"
# What an inline rule of CommonMark can begin or end with; all else is text.
_INLINE_MARKS = re.compile(r"[\n!&*<\[\\\]_`]")
_PARSER = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
_PARSER.core.ruler.disable(["inline", "text_join"])


def block_tokens(text: str) -> tuple[list[Token], MutableMapping[str, Any]]:
    """The blocks of a text, whose inline content is not parsed yet, and what `inline_tokens` must know of them."""
    env: MutableMapping[str, Any] = {}
    return _PARSER.parse(text, env), env


def inline_tokens(content: str, env: MutableMapping[str, Any]) -> list[Token]:
    """The inline tokens of a heading, a paragraph or a cell; none where it is text and nothing else.

    Content that would cost seconds is cut: from each bracket the parser looks for the one that closes it.
    """
    tokens: list[Token] = []
    if len(content) > _MAX_INLINE:
        content = content[:_MAX_INLINE] + _CUT
    if len(content) > _MAX_BRACKETS and content.count("[") > _MAX_BRACKETS:
        content = "[".join(content.split("[", _MAX_BRACKETS)[:_MAX_BRACKETS]) + _CUT
    if _INLINE_MARKS.search(content):
        _PARSER.inline.parse(content, _PARSER, env, tokens)
    return tokens
