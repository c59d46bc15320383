"""The CommonMark parser, set up so that a line is only asked what its first character lets it be.

markdown-it asks every one of its block rules about every line, which is half of the time that a changelog takes. The
rules are the library's own; only the order of asking is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    code,
    fence,
    heading,
    hr,
    html_block,
    lheading,
    list_block,
    paragraph,
    reference,
    table,
)
from markdown_it.token import Token

__all__ = ["block_tokens", "inline_tokens"]

_MAX_NESTING = 20
_CODE_INDENT = 4
_BY_CHARACTER: Mapping[str, Sequence[RuleFuncBlockType]] = MappingProxyType(
    {
        "`": (fence,),
        "~": (fence,),
        ">": (blockquote,),
        "*": (hr, list_block),
        "-": (hr, list_block),
        "+": (list_block,),
        "_": (hr,),
        "[": (reference,),
        "<": (html_block,),
        "#": (heading,),
        **dict.fromkeys("0123456789", (list_block,)),
    }
)
_UNDERLINE = re.compile(r"[ \t>]*(?:=+|-+)[ \t]*")
_LONGEST_HEADING = 20
"""Lines that a heading may run over before the line that underlines it."""

# What an inline rule of CommonMark can begin or end with; all else is text.
_INLINE_MARKS = re.compile(r"[\n!&*<\[\\\]_`]")


def _begin(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """The block that begins with a line."""
    if state.env["tables"] and table(state, line, end, silent):
        return True
    if state.sCount[line] - state.blkIndent >= _CODE_INDENT and code(state, line, end, silent):
        return True
    for rule in _BY_CHARACTER.get(state.src[state.bMarks[line] + state.tShift[line]], ()):
        if rule(state, line, end, silent):
            return True
    if line in state.env["underlined"] and lheading(state, line, end, silent):
        return True
    return paragraph(state, line, end, silent)


def _ending(*rules: RuleFuncBlockType, tables: bool = False) -> RuleFuncBlockType:
    """Whether a line ends the block before it, because one of `rules` begins there."""
    by_character = {first: tuple(rule for rule in asked if rule in rules) for first, asked in _BY_CHARACTER.items()}

    def ends(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        start = state.bMarks[line] + state.tShift[line]
        if start >= state.eMarks[line]:
            return False
        for rule in by_character.get(state.src[start], ()):
            if rule(state, line, end, silent):
                return True
        return tables and bool(state.env["tables"]) and table(state, line, end, silent)

    return ends


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
    rules = parser.block.ruler
    blocks = (fence, blockquote, hr, list_block, html_block, heading)
    rules.before("table", "begin", _begin)
    rules.push("ends_paragraph", _ending(*blocks, tables=True), {"alt": ["paragraph", "reference"]})
    rules.push("ends_quote", _ending(*blocks), {"alt": ["blockquote"]})
    rules.push("ends_item", _ending(fence, blockquote, hr), {"alt": ["list"]})
    # "code" is never asked by its name, but only with it do the other rules know that there is indented code.
    rules.enableOnly(["begin", "code", "ends_paragraph", "ends_quote", "ends_item"])
    parser.core.ruler.disable(["inline", "text_join"])
    parser.inline.terminator_re = _INLINE_MARKS
    return parser


_PARSER = _parser()


def block_tokens(text: str) -> tuple[list[Token], dict[str, object]]:
    """The blocks of a text, whose inline content is not parsed yet, and what `inline_tokens` must know of them."""
    underlined = {
        each
        for number, line in enumerate(text.split("\n"))
        if _UNDERLINE.fullmatch(line)
        for each in range(number - _LONGEST_HEADING, number)
    }
    env: dict[str, object] = {"tables": "|" in text, "underlined": underlined}
    return _PARSER.parse(text, env), env


def inline_tokens(content: str, env: dict[str, object]) -> list[Token]:
    """The inline tokens of a heading, a paragraph or a cell; none where it is text and nothing else."""
    tokens: list[Token] = []
    if _INLINE_MARKS.search(content):
        _PARSER.inline.parse(content, _PARSER, env, tokens)
    return tokens
