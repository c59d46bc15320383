"""Selector lines are suggested only after the page's own reader has read the page by them."""

from __future__ import annotations

import tomllib

import pytest

from detente.errors import ReaderError
from detente.records import Document, PageKind, PlanPrice, ReadStatus
from sources import page, readers
from sources.suggest import suggest, toml_lines

TEXT = "We keep all data of our customers in two data centres, and encrypt it at rest and on its way. " * 3
TRUST = f"""<div class="site-nav">Home Docs</div><div class="trust-content"><h1>Trust</h1><p>{TEXT}</p></div>
<div class="news-body"><p>Short news of the day.</p></div>"""
TIERS = """<main><h1>Tiers</h1><div class='card x1'><h3>So "lo"</h3><p class=fee>€9 monthly</p></div>
<div class='card x2'><h3>Crew</h3><p class=fee>€19 monthly</p></div></main>"""


def document(html: str, **selectors: str) -> Document:
    return Document(body=html.encode(), url="https://globex.example/", selectors=selectors)


def test_the_lines_are_toml_that_a_page_takes_and_the_reader_reads_by_them() -> None:
    best = suggest("pricing", document(TIERS))[0]

    (table,) = tomllib.loads("[[pages]]\n" + "\n".join(toml_lines(best.selectors)))["pages"]
    reading = readers.read("pricing", document(TIERS, **table["selectors"]))
    assert [p.plan for p in reading.observations if isinstance(p, PlanPrice)] == ['So "lo"', "Crew"]
    assert best.reads == '2 plans (So "lo", Crew), 2 prices'


def test_the_main_part_of_a_page_is_the_one_with_most_of_its_text() -> None:
    best = suggest("page", document(TRUST, main="#gone"))[0]

    assert dict(best.selectors) == {"main": ".trust-content"}
    assert page.read(document(TRUST, **best.selectors)).status == ReadStatus.READ


def test_what_else_a_page_selects_is_kept() -> None:
    best = suggest("page", document(TRUST, main="#gone", drop=".site-nav"))[0]

    assert dict(best.selectors) == {"main": ".trust-content", "drop": ".site-nav"}


def test_a_main_part_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(
        ReaderError, match=r"'\.trust-contents' matches nothing; .*nearest that would: \.trust-content \(1"
    ):
        page.read(document(TRUST, main=".trust-contents"))


@pytest.mark.parametrize("kind", ["pricing", "release_notes", "page"])
@pytest.mark.parametrize("body", [b"", b"%PDF-1.7\x00", b"<div>" * 100_000, b"plain words"])
def test_nothing_is_suggested_where_nothing_can_be_read(kind: PageKind, body: bytes) -> None:
    assert suggest(kind, Document(body=body, url="https://globex.example/")) == []
