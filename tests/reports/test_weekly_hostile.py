"""What pages say is shown and never interpreted, in any of the three formats."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from mornings import World
from timeline import Timeline, block, feature, price, release

from detente.records import Outcome
from reports import weekly

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></style></bdi><iframe src=//evil.test></iframe>",
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>click</a>",
    "{{7*7}} {% raw %} {# x #} ${7*7}",
    "[click](javascript:alert(1)) ![x](https://evil.test/p.png) <https://evil.test>",
    "# heading\n\n- item\n\n```\ncode\n``` **bold** `code` | a | b |\n---\n===",
    "https://evil.test/auto www.evil.test someone@evil.test",
    "1. one\n2) two > quote",
    "Price \u202e03$ \u202cnow \u2066x\u2069 \u200f\u061c\u0007\x1b[31m",
    "🎉" * 3_000,
    "--></script><!-- ]]>",
    "&lt;script&gt; &amp; \\ \\[x\\](y)",
]
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "footer",
        "section",
        "div",
        "span",
        "p",
        "b",
        "br",
    ),
    *(
        "h1",
        "h2",
        "h3",
        "ul",
        "li",
        "dl",
        "dt",
        "dd",
        "small",
        "bdi",
        "a",
        "q",
        "del",
        "ins",
        "time",
        "details",
        "summary",
    ),
    *("figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td"),
    *("svg", "defs", "pattern", "line", "rect", "path", "circle", "text", "desc"),
}
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u0007\x1b]")
HOSTS = re.compile(r"^https?://(globex|initech|umbra)\.test/")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> weekly.WeeklyReport:
    """Every field that a page or a server can fill, filled with every payload."""
    world = World(Timeline(tmp_path_factory.mktemp("hostile")))
    world.show("globex/pricing", *[price(f"{i} {p}", "49", text=f"{p} 49") for i, p in enumerate(PAYLOADS)])
    world.show("globex/trust", *[block(f"{p} old", p) for p in PAYLOADS], kind="page")
    world.show("globex/news", release("1.0"), kind="release_notes")
    world.show("initech/pricing", price("One", "1"))
    world.mornings(date(2026, 11, 7), 3)
    world.show(
        "globex/pricing",
        *[
            price(f"{i} {p}", "59", unit=p[:40], text=f"{p} 59", needs_review=True, note=p)
            for i, p in enumerate(PAYLOADS)
        ],
        *[feature(f"{i} {p}", p, text=p) for i, p in enumerate(PAYLOADS)],
    )
    world.show("globex/trust", *[block(f"{p} new", p) for p in PAYLOADS], kind="page")
    news = [
        release(f"{i} {p}", body=p, link="javascript:alert(1)", area=p, published_text=p)
        for i, p in enumerate(PAYLOADS)
    ]
    world.show("globex/news", *news, release("1.0"), kind="release_notes")
    world.fail("initech/pricing", Outcome.BLOCKED, " ".join(PAYLOADS[:5]))
    world.mornings(date(2026, 11, 10), 3)
    return world.report(company=PAYLOADS[1])


def test_html_holds_only_our_own_elements_and_links_to_http(report: weekly.WeeklyReport) -> None:
    html = weekly.render_html(report)
    tree = lxml_html.document_fromstring(html.encode())

    assert {str(element.tag) for element in tree.iter()} <= ALLOWED
    assert not [name for element in tree.iter() for name in element.attrib if str(name).lower().startswith("on")]
    links = [element.get("href") for element in tree.iter("a")]
    assert len(links) > 20
    assert all(link.startswith("#") or HOSTS.match(link) for link in links)
    assert not [element for element in tree.iter() if element.get("src")]
    assert not TURNING.search(html)
    assert "{{7*7}}" in html
    assert len(html) < 200_000


def test_html_allows_itself_nothing_but_its_own_style(report: weekly.WeeklyReport) -> None:
    html = weekly.render_html(report)

    assert "default-src 'none'; style-src 'sha256-" in html
    assert "script-src" not in html
    assert not re.search(r"<[^>]*\sstyle=", html)


def test_markdown_holds_no_html_no_picture_and_only_our_own_structure(report: weekly.WeeklyReport) -> None:
    markdown = weekly.render_markdown(report)
    for flavour in ("commonmark", "gfm-like"):
        parser = MarkdownIt(flavour, {"linkify": False})
        tokens = [inner for token in parser.parse(markdown) for inner in (token, *(token.children or []))]
        kinds = {token.type for token in tokens}
        assert not kinds & {
            "html_block",
            "html_inline",
            "image",
            "code_block",
            "fence",
            "code_inline",
            "table_open",
            "s_open",
        }
        assert all(HOSTS.match(str(token.attrs["href"])) for token in tokens if token.type == "link_open")
        assert sum(token.type == "heading_open" for token in tokens) == 6
        assert sum(token.type in ("blockquote_open", "ordered_list_open") for token in tokens) == 0
    assert not TURNING.search(markdown)
    assert not re.search(r"(?i)(?<!\()https?://|www\.|@", markdown)


def test_json_keeps_every_character_and_is_inert_itself(report: weekly.WeeklyReport) -> None:
    text = weekly.render_json(report)

    assert not TURNING.search(text)
    assert not set("<>&") & set(text)
    subjects = {change["subject"] for one in json.loads(text)["competitors"] for change in one["changes"]}
    assert f"11 {PAYLOADS[11]}" in subjects
    assert f"0 {PAYLOADS[0]}" in subjects


def test_a_flood_of_emoji_is_cut(report: weekly.WeeklyReport) -> None:
    assert "🎉" * 400 not in weekly.render_html(report)
    assert "🎉" * 400 not in weekly.render_markdown(report)
    assert "🎉" * 2_001 not in weekly.render_json(report)
