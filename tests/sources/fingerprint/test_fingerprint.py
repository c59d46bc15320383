"""Two versions of a page share a fingerprint only if every reader reads the same in both."""

from __future__ import annotations

import pytest

from detente.records import Document
from sources import readers
from sources.fingerprint import fingerprint

PAGE = """<!doctype html><html><head><title>Prices</title>
<meta name="csrf-token" content="{noise}"><link rel="stylesheet" href="/app.css?v={noise}">
<style nonce="{noise}">.c{noise} {{ color: red }}</style>
<script type="application/ld+json" nonce="{noise}">{{"@type": "Product", "name": "Team",
 "offers": [{{"@type": "Offer", "name": "Team", "price": "{linked}", "priceCurrency": "USD"}}]}}</script></head>
<body><main><h1>Prices</h1>{visible}
<section><div><h3>Team</h3><p>$49 / month</p><ul><li>{feature}</li></ul></div>
<div><h3>Pro</h3><p data-monthly="{attribute}">$99 / month</p><ul><li>API</li></ul></div></section></main>
<form><input type="hidden" name="t" value="{noise}"></form><!-- made at {noise} -->
<script nonce="{noise}">window.t = "{noise}"; if (1 <!--{noise}) x()</script></body></html>"""
SAME = {"noise": "a1", "linked": "49.00", "visible": "", "feature": "Up to 5 users", "attribute": "99"}


def document(**differs: str) -> Document:
    return Document(body=PAGE.format(**SAME | differs).encode(), url="https://globex.test/pricing")


def test_what_servers_make_anew_for_every_answer_is_left_out() -> None:
    assert fingerprint(document()) == fingerprint(document(noise="f7c2"))


@pytest.mark.parametrize(
    "differs",
    [{"linked": "59.00"}, {"visible": "<p>Sale!</p>"}, {"feature": "Up to 3 users"}, {"attribute": "109"}],
    ids=lambda differs: next(iter(differs)),
)
def test_what_a_reader_may_look_at_is_in_it(differs: dict[str, str]) -> None:
    assert fingerprint(document()) != fingerprint(document(**differs))


def test_another_address_or_media_type_is_another_document() -> None:
    page = document()

    assert fingerprint(page) != fingerprint(Document(body=page.body, url="https://globex.test/other"))
    assert fingerprint(page) != fingerprint(Document(body=page.body, url=page.url, content_type="text/plain"))


def test_a_feed_that_differs_in_its_build_date_is_the_same() -> None:
    feed = b"<rss><channel><lastBuildDate>%s</lastBuildDate><item><title>%s</title></item></channel></rss>"

    def mark(date: bytes, title: bytes) -> str:
        return fingerprint(Document(body=feed % (date, title), url="https://globex.test/feed"))

    assert mark(b"Mon", b"1.0") == mark(b"Tue", b"1.0")
    assert mark(b"Mon", b"1.0") != mark(b"Mon", b"1.1")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<script",
        b"<!--",
        b"<style><script></style>",
        b"<script></script",
        b"<!-- <script> --> x",
        b"\xff\xfe<script>",
    ],
)
def test_broken_markup_has_a_fingerprint_too(body: bytes) -> None:
    assert len(fingerprint(Document(body=body, url="https://globex.test/"))) == 32


def test_a_script_that_stays_open_hides_nothing_that_a_reader_would_see() -> None:
    """A browser takes all that follows for script, and so do the readers."""
    one, two = (
        Document(body=f"<html><body><script>x<div><h3>Team</h3><p>${price}</p></div>".encode(), url="https://a.test/")
        for price in (49, 59)
    )

    assert fingerprint(one) == fingerprint(two)
    assert readers.read("pricing", one).observations == readers.read("pricing", two).observations
