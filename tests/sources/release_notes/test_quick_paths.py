"""What is read without asking a parser reads as the parser would have it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from detente.records import Document, ReleaseEntry
from sources import release_notes
from sources.document import clean_text, safe_link
from sources.release_notes.commonmark import block_tokens, inline_tokens

_FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item><title>Keel 1.2</title>'
    "<description><![CDATA[{}]]></description></item></channel></rss>"
)
_TEXT = st.text(alphabet="abc XYZ.:>'\"\n\t\u00a0\u200b\u202eé", max_size=30)


def entry_of(content: str) -> ReleaseEntry:
    reading = release_notes.read(Document(body=_FEED.format(content).encode(), url="https://notes.example/feed"))
    (entry,) = (each for each in reading.observations if isinstance(each, ReleaseEntry))
    return entry


def told(entry: ReleaseEntry) -> tuple[object, ...]:
    return entry.title, entry.version, entry.body, entry.first_line, entry.kinds, entry.area


@settings(max_examples=60, deadline=None, derandomize=True)
@given(texts=st.lists(_TEXT, min_size=1, max_size=4), is_list=st.booleans())
def test_a_flat_body_reads_as_one_that_needs_the_parser(texts: list[str], is_list: bool) -> None:
    tag = "li" if is_list else "p"
    flat = "\n".join(f"<{tag}>{text}</{tag}>" for text in texts)
    flat = f"<ul>{flat}</ul>" if is_list else flat
    assert told(entry_of(f"<div>{flat}</div>")) == told(entry_of(flat))


@pytest.mark.parametrize(
    "content",
    [
        "<ul><li>One</li><li>Two &amp; three</li></ul>",
        "<ul><li>One</li></ul><p>After</p>",
        "<p>One</p>tail",
        "<ul><li>One <b>bold</b></li></ul>",
        "<p>One<p>Two",
    ],
)
def test_what_is_not_flat_loses_no_word(content: str) -> None:
    words = {word for word in ("One", "Two", "three", "After", "tail", "bold") if word in content}
    assert words == {word for word in words if word in entry_of(content).body}


_SEGMENT = st.text(alphabet="abcXYZ019._~%!$&()*+,=:@-", min_size=1, max_size=8)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    host=st.text(alphabet="abcz019.-", min_size=1, max_size=10),
    path=st.lists(_SEGMENT, max_size=3),
    end=st.sampled_from(["", "/", "?", "?a=1", "?a=%20#b", "#", "#v1.2", "//x", "/a b", "/;p", "/é", '/"', "/\\"]),
)
def test_a_plain_link_is_what_resolving_it_gives(host: str, path: list[str], end: str) -> None:
    link = "https://" + "/".join([host, *path]) + end
    resolved = safe_link(" " + link, "http://notes.example/feed")  # the blank keeps it from the quick path
    assert resolved == safe_link(link, "http://notes.example/feed")


@settings(max_examples=120, deadline=None, derandomize=True)
@given(text=st.text(max_size=40))
def test_clean_text_is_printable_on_one_line_and_stays_as_it_is(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned == clean_text(cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not {"\x00", "\u200b", "\u202e", "\ufeff", "\x1b"} & set(cleaned)


_WHOLE = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
_STARTS = (
    "",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "10) ",
    "> ",
    "> - ",
    "# ",
    "### ",
    "    ",
    "  ",
    "\t",
    "```",
    "~~~",
    "<div>",
    "<!--",
    "[a]: /x ",
)
_TEXTS = (
    "",
    "text",
    "---",
    "===",
    "- - -",
    "***",
    "___",
    "**bold** and *em*",
    "`code`",
    "[a]",
    '[a](/b "t")',
    "![i](j)",
    "<https://x.example>",
    "a | b",
    "--|--",
    "|:-|-:|",
    "&amp; \\* x",
    "hard  ",
    "</div>",
    "-->",
    "#no",
)
_MARKDOWN = st.lists(
    st.tuples(st.sampled_from(_STARTS), st.sampled_from(_STARTS), st.sampled_from(_TEXTS)), max_size=12
)


def shape(tokens: list[Token]) -> list[object]:
    return [(token.type, token.tag, token.map, token.content, token.level) for token in tokens]


def words(tokens: list[Token]) -> str:
    kinds = ("text", "code_inline", "html_inline", "text_special")
    return "".join(token.content if token.type in kinds else f"<{token.type}>" for token in tokens)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(written=_MARKDOWN)
def test_a_line_asked_by_its_first_character_is_the_block_that_the_library_makes_of_it(
    written: list[tuple[str, str, str]],
) -> None:
    text = "\n".join("".join(line) for line in written)
    whole = _WHOLE.parse(text)
    tokens, env = block_tokens(text)
    assert shape(whole) == shape(tokens)
    for theirs, ours in zip(whole, tokens, strict=True):
        if theirs.type == "inline":
            assert words(theirs.children or []) == (words(inline_tokens(ours.content, env)) or ours.content)
