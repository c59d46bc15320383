"""F13, F14, F26: redirects are followed hop by hop, within bounds, and carry nothing to another origin."""

from __future__ import annotations

import ssl

import pytest
import trustme

from detente.records import Outcome

PLANS = "<h1>Plans</h1><p>Team $12 per seat</p>"


def test_a_redirect_is_followed_and_the_final_url_is_recorded(world):
    site = world.site(answers={"/": world.redirect("/pricing?v=2"), "/pricing?v=2": world.html(PLANS)})
    fetch = world.fetch(site.url())
    assert (Outcome.OK, site.url("/"), site.url("/pricing?v=2")) == (fetch.outcome, fetch.url, fetch.final_url)
    assert fetch.attempts == 1
    assert site.connections == 1


@pytest.mark.parametrize("to", ["/", "/#again"])
def test_f13_a_redirect_to_itself_with_a_cookie_is_a_loop(world, to):
    site = world.site(answers={"/": world.redirect(to, "Set-Cookie: seen=1")})
    fetch = world.fetch(site.url())
    assert Outcome.REDIRECT_LOOP is fetch.outcome
    assert site.paths == ["/"]


def test_f13_two_pages_that_redirect_to_each_other_are_a_loop(world):
    site = world.site(answers={"/a": world.redirect("/b"), "/b": world.redirect("/a")})
    assert Outcome.REDIRECT_LOOP is world.fetch(site.url("/a")).outcome
    assert site.paths == ["/a", "/b"]


def test_f13_a_chain_of_fifty_ends_after_five(world):
    site = world.site(answers={f"/{n}": world.redirect(f"/{n + 1}") for n in range(50)})
    fetch = world.fetch(site.url("/0"), max_redirects=5)
    assert Outcome.REDIRECT_LOOP is fetch.outcome
    assert len(site.paths) == 6


def test_a_redirect_without_a_location_leads_nowhere(world):
    site = world.site(answers={"/": world.http(status="302 Found")})
    assert Outcome.SERVER_ERROR is world.fetch(site.url()).outcome


def test_f14_validators_and_cookies_never_cross_origins(world):
    other = world.site("other.test", {"/": world.html(PLANS, 'ETag: "theirs"')})
    site = world.site(answers={"/": world.redirect(other.url("/"), "Set-Cookie: id=1; Domain=test")})
    fetch = world.fetch(site.url(), last=[world.remembered(site.url(), last_modified="Mon, 02 Feb 2026 10:00:00 GMT")])
    assert site.hits[-1].headers["if-none-match"] == '"v1"'
    sent = other.hits[-1].headers
    assert not {"if-none-match", "if-modified-since", "cookie", "authorization", "referer"} & set(sent)
    assert (fetch.outcome, fetch.etag, fetch.conditional) == (Outcome.OK, None, False)


def test_f14_another_port_is_another_origin(world):
    other = world.site(answers={"/": world.html(PLANS)})
    site = world.site(answers={"/": world.redirect(other.url("/"))})
    world.names["acme.test"] = ["127.0.0.2"]
    other_here = world.site("elsewhere.test", {"/": world.html(PLANS)})
    site.answers["/"] = world.redirect(other_here.url("/"))
    world.fetch(site.url(), last=[world.remembered(site.url())])
    assert "if-none-match" not in other_here.hits[-1].headers


def test_f14_the_robots_txt_of_the_new_origin_is_obeyed(world):
    other = world.site("other.test", {"/robots.txt": world.http("User-agent: *\nDisallow: /"), "/": world.html(PLANS)})
    site = world.site(answers={"/": world.redirect(other.url("/"))})
    fetch = world.fetch(site.url())
    assert Outcome.BLOCKED_BY_ROBOTS is fetch.outcome
    assert other.paths == []


def test_f14_a_redirect_from_https_to_http_is_refused(world):
    ca = trustme.CA()
    world.tls = tls_client(ca)
    plain = world.site("plain.test", {"/": world.html(PLANS)})
    site = world.site("acme.test", {"/": world.redirect(plain.url("/"))}, tls=tls_server(ca, "acme.test"))
    fetch = world.fetch(site.url())
    assert Outcome.REFUSED_URL is fetch.outcome
    assert "from https to http" in fetch.detail
    assert plain.hits == []


def test_f26_no_cookie_is_ever_sent_back(world):
    cookies = [f"Set-Cookie: c{n}=1; Domain=test; Path=/" for n in range(1000)]
    site = world.site(answers={"*": world.html(PLANS, *cookies), "/robots.txt": world.http(status="404 Not Found")})
    other = world.site("sub.acme.test", {"*": world.html(PLANS)})
    fetches = world.fetch_all([site.url("/a"), site.url("/b"), other.url("/c")])
    assert {Outcome.OK} == {fetch.outcome for fetch in fetches}
    assert all("cookie" not in hit.headers for hit in site.hits + other.hits)


def tls_client(ca):
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


def tls_server(ca, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context
