"""Two versions of a page share a fingerprint only if every reader reads the same in both."""

from __future__ import annotations

import random

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


STATE = """<!doctype html><html><head><title>Prices</title><script src="/app.js?{token}"></script>
<script>window.tag = "{token}"; (function (f) {{ var version = "2.0"; f.queue = []; f.loaded = !0 }})(window)</script>
</head><body><div id="app"></div>
<script id="data" type="application/json">{{"build": "{token}", "at": "{time}", "session": "{token}",
 "plans": [{{"name": "Team", "price": {price}}}, {{"name": "Pro", "price": 99, "note": "made {made}"}}]}}</script>
</body></html>"""
SAME_STATE = {"token": "a1b2", "time": "2026-11-02T08:00:00Z", "price": "49", "made": "x"}


def with_state(**differs: str) -> Document:
    return Document(body=STATE.format(**SAME_STATE | differs).encode(), url="https://globex.test/pricing")


def test_tokens_and_times_beside_the_plans_in_script_state_are_left_out() -> None:
    assert fingerprint(with_state()) == fingerprint(with_state(token="f7c2", time="2026-11-09T08:00:11Z"))


def test_a_price_in_script_state_is_in_it() -> None:
    assert fingerprint(with_state()) != fingerprint(with_state(price="59"))
    assert fingerprint(with_state()) != fingerprint(with_state(made="y"))


@pytest.mark.parametrize(
    ("script", "old", "new"),
    [
        ("var plans = [{name: 'Team', price: 49}, {name: 'Pro', price: 99}]", "49", "59"),
        ('self.__next_f.push([1,"1:{\\"plans\\":[{\\"name\\":\\"Team\\",\\"price\\":49}]}"])', "49", "59"),
        ('window.__DATA__ = JSON.parse(\'{"releases": [{"version": "1.0"}]}\')', "1.0", "1.1"),
        ("const prices = {'token': '$49', 'pro': '$99'}", "49", "59"),
    ],
    ids=["literal", "pushed", "parsed", "plan named as a token is"],
)
def test_whatever_a_script_holds_that_a_reader_may_look_at_is_in_it(script: str, old: str, new: str) -> None:
    one, two = (
        Document(body=f"<html><body><script>{text}</script></body></html>".encode(), url="https://a.test/")
        for text in (script, script.replace(old, new))
    )

    assert fingerprint(one) != fingerprint(two)


NEXT = """<html><body><div id="__next"><h1>Pricing</h1><div class="plans"><div class="plan"><h3>Team</h3>
<p>$49 / month</p></div><div class="plan"><h3>Pro</h3><p>$99 / month</p></div></div></div>
<script>self.__next_f.push([1,"0:[\\"build-{n}\\",[\\"price\\"]]\\n"])</script>
<script>window.__PRELOADED__ = {{"nonce": "{n}", "price": {n}, "generatedAt": {n}}}</script>
<script id="__NEXT_DATA__" type="application/json">{{"props": {{"pageProps": {{"csrfToken": "{n}", "now": {n},
 "tiers": [{{"name": "Team", "priceMonthly": 49, "priceYearly": 490, "id": "{n}", "updatedAt": "{n}"}},
 {{"name": "Pro", "priceMonthly": 99, "priceYearly": 990, "viewers": {n}}}]}}}}, "buildId": "{n}"}}</script>
</body></html>"""


def test_twenty_fetches_of_a_page_with_rotating_builds_tokens_and_times_read_the_same() -> None:
    chance = random.Random(20)
    readings = [
        readers.read("pricing", Document(body=NEXT.format(n=chance.randrange(10**9)).encode(), url="https://a.test/"))
        for _ in range(20)
    ]

    assert len(readings[0].observations) == 4
    assert [readings[0].observations] * 20 == [reading.observations for reading in readings]


def test_an_attribute_of_the_moment_is_left_out_of_tags_and_stays_in_text() -> None:
    def mark(value: str, **more: dict[str, str]) -> str:
        body = f'<body data-build="{value}" class="a"><p data-request-id=\'{value}\'>$9 / month</p></body>'
        return fingerprint(Document(body=body.encode(), url="https://globex.test/", **more))

    assert mark("1") == mark("2")
    assert mark("1", selectors={"plan": "[data-build]"}) != mark("2", selectors={"plan": "[data-build]"})
    texts = [b'<p>write data-build="%d" there, and a data-build="%d" here</p>' % (n, n) for n in (1, 2)]
    assert len({fingerprint(Document(body=text, url="https://globex.test/")) for text in texts}) == 2
