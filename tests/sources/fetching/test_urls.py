"""F11, F12, F23: one parser decides what a URL means, and two spellings of one page are one page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.records import Outcome
from detente.urls import canonical_url, resolve_link, split_url


@pytest.mark.parametrize(
    "url",
    [
        r"http://127.0.0.1\@ok.test/",
        r"http://ok.test\.evil.test/",
        "http://ok.test@127.0.0.1/",
        "http://user:secret@ok.test/",
        "http://@ok.test/",
        "http://ok\t.test/",
        "http://ok.test/a\nb",
        "http://ok.test/\r\nHost: evil.test",
        "http://ok.test:80:80/",
        "http://ok.test:0/",
        "http://ok.test:70000/",
        "http://ok..test/",
        "http://127%2e0.0.1/",
        "http://[::1%25eth0]/",
        "http://[::1",
        "http:///pricing",
        "http:ok.test",
        "//ok.test/",
        "ok.test/pricing",
        "",
        "http://ok.test/" + "a" * 5_000,
    ],
)
def test_f11_a_url_that_clients_read_in_different_ways_is_refused(world, url):
    with pytest.raises(ValueError, match=r"."):
        canonical_url(url)
    fetch = world.fetch_all([world.page(url, page_id="acme/pricing")])[0]
    assert (fetch.outcome, fetch.attempts) == (Outcome.REFUSED_URL, 0)
    assert world.network.dialled == []


def test_f11_what_follows_a_hash_is_no_host():
    parts = split_url("http://ok.test#@127.0.0.1/")
    assert (parts.host, parts.url) == ("ok.test", "http://ok.test/")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "file:..", "ftp://ok.test/", "gopher://ok.test/", "data:text/html,x", "source:file:x",
     "unix:/run/x.sock", "javascript:alert(1)", "ws://ok.test/"],
)  # fmt: skip
def test_f12_only_http_and_https_are_fetched(world, url):
    fetch = world.fetch_all([world.page(url, page_id="acme/pricing")])[0]
    assert Outcome.REFUSED_URL is fetch.outcome
    assert "https://" in fetch.detail


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://ok.test/", r"http:\\127.0.0.1\x", "http://a@ok.test/"]
)
def test_f12_nor_does_a_redirect_lead_elsewhere(world, location):
    site = world.site(answers={"/": world.redirect(location)})
    assert Outcome.REFUSED_URL is world.fetch(site.url()).outcome


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://Acme.TEST", "https://acme.test/"),
        ("https://acme.test:443/pricing#plans", "https://acme.test/pricing"),
        ("http://acme.test:80?x=1", "http://acme.test/?x=1"),
        (" https://acme.test./ ", "https://acme.test/"),
        ("https://acme.test/a/../b/./c", "https://acme.test/b/c"),
        ("https://acme.test/a b?q=ü", "https://acme.test/a%20b?q=%C3%BC"),
        ("https://acme.test/100%", "https://acme.test/100%25"),
        ("https://Straße.test/", "https://xn--strae-oqa.test/"),
        ("http://[2606:4700:0:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("https://acme.test/Pricing/", "https://acme.test/Pricing/"),
    ],
)
def test_f23_spellings_of_one_page_have_one_canonical_form(written, canonical):
    assert canonical == canonical_url(written)


def test_f23_a_page_listed_twice_is_fetched_once(world):
    site = world.site(answers={"/": world.html("<p>plans</p>")})
    shouted = site.url().replace("acme.test", "ACME.test").rstrip("/")
    pages = [world.page(site.url(), page_id="acme/a"), world.page(shouted + "#plans", page_id="acme/b")]
    first, second = world.fetch_all(pages)
    assert site.paths == ["/"]
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.OK)
    assert first.snapshot == second.snapshot
    assert first.fetch_id != second.fetch_id
    assert "same URL as acme/a" in second.detail


def test_a_link_is_resolved_against_the_page_that_it_stands_on():
    assert resolve_link("https://acme.test/a/b", "../c?d=1#e") == "https://acme.test/c?d=1"
    assert resolve_link("https://acme.test/a", "//other.test") == "https://other.test/"


@given(st.text(max_size=60))
def test_the_canonical_form_is_ascii_and_its_own_canonical_form(tail):
    try:
        once = canonical_url("https://acme.test/" + tail)
    except ValueError:
        return
    assert once.isascii()
    assert once == canonical_url(once)
    assert split_url(once).host == "acme.test"
