"""F20: robots.txt as RFC 9309 has it."""

from __future__ import annotations

import time

import pytest

from detente.records import Outcome
from sources.fetching.robots import Rules

PLANS = "<h1>Plans</h1><p>Team $12 per seat</p>"
KEEP_OUT = "User-agent: *\nDisallow: /"


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (KEEP_OUT, False),
        ("User-agent: *\nDisallow: /private", True),
        ("User-agent: Detente\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: detente\nAllow: /pricing", True),
        ("User-agent:othername\nDisallow: /", True),
        ("User-agent: othername\nUser-agent: detente\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nAllow: /pricing$", True),
        ("User-agent: *\nDisallow: /*cing", False),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", False),
        ("User-agent: *\rDisallow: /", False),
        ("<html><body>Not a robots.txt</body></html>", True),
        ("", True),
        (bytes(range(256)) * 20, True),
        ("#" * 600_000 + "\n" + KEEP_OUT, True),
    ],
)
def test_f20_rules_decide(world, robots, allowed):
    site = world.site(answers={"/robots.txt": world.http(robots), "/pricing": world.html(PLANS)})
    fetch = world.fetch(site.url("/pricing"))
    assert (Outcome.OK if allowed else Outcome.BLOCKED_BY_ROBOTS) is fetch.outcome
    assert (["/pricing"] if allowed else []) == site.paths


def test_f20_three_megabytes_count_up_to_500_kib(world):
    site = world.site(answers={"/robots.txt": world.http(KEEP_OUT + "\n" + "# filler\n" * 350_000)})
    assert Outcome.BLOCKED_BY_ROBOTS is world.fetch(site.url()).outcome
    (robots,) = world.robots_fetches
    assert (robots.outcome, robots.body_bytes) == (Outcome.OK, 500 * 1024)


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone", "400 Bad Request"])
def test_f20_where_there_is_none_everything_is_allowed(world, status):
    site = world.site(answers={"/robots.txt": world.http(status=status), "/": world.html(PLANS)})
    assert Outcome.OK is world.fetch(site.url()).outcome
    assert Outcome.GONE is world.robots_fetches[0].outcome


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"]
)
def test_f20_a_fault_means_keep_out_unless_there_is_an_older_copy(world, answer):
    site = world.site(answers={"/robots.txt": answer, "/": world.html(PLANS)})
    fetch = world.fetch(site.url())
    assert Outcome.BLOCKED_BY_ROBOTS is fetch.outcome
    assert "RFC 9309" in fetch.detail
    older = world.robots(site.origin, b"User-agent: *\nDisallow: /private", hours_ago=30)
    assert Outcome.OK is world.fetch(site.url(), robots=[older]).outcome
    strict = world.robots(site.origin, KEEP_OUT.encode(), hours_ago=30)
    assert Outcome.BLOCKED_BY_ROBOTS is world.fetch(site.url(), robots=[strict]).outcome


def test_f20_five_redirects_are_followed_and_six_mean_there_is_none(world):
    chain = {f"/r{n}": world.redirect(f"/r{n + 1}") for n in range(1, 6)}
    site = world.site(answers={"/robots.txt": world.redirect("/r1"), "/": world.html(PLANS)} | chain)
    site.answers["/r5"] = world.http(KEEP_OUT)
    assert Outcome.BLOCKED_BY_ROBOTS is world.fetch(site.url()).outcome
    site.answers |= {"/r5": world.redirect("/r6"), "/r6": world.http(KEEP_OUT)}
    assert Outcome.OK is world.fetch(site.url()).outcome


def test_f20_a_fresh_copy_is_believed_and_an_old_one_is_asked_for_again(world):
    site = world.site(answers={"/robots.txt": world.http(KEEP_OUT), "/": world.html(PLANS)})
    fresh = world.robots(site.origin, b"", hours_ago=23)
    assert Outcome.OK is world.fetch(site.url(), robots=[fresh]).outcome
    assert world.robots_fetches == []
    none = world.robots(site.origin, None, hours_ago=23, outcome=Outcome.GONE)
    assert Outcome.OK is world.fetch(site.url(), robots=[none]).outcome
    old = world.robots(site.origin, b"", hours_ago=25)
    assert Outcome.BLOCKED_BY_ROBOTS is world.fetch(site.url(), robots=[old]).outcome


def test_robots_txt_is_fetched_once_per_origin_and_kept_as_evidence(world):
    site = world.site(answers={"/robots.txt": world.http("User-agent: *\nDisallow: /x"), "*": world.html(PLANS)})
    allowed, forbidden, other = world.fetch_all([site.url("/a"), site.url("/x"), site.url("/b")])
    assert [allowed.outcome, forbidden.outcome, other.outcome] == [Outcome.OK, Outcome.BLOCKED_BY_ROBOTS, Outcome.OK]
    (robots,) = world.robots_fetches
    assert (f"robots:{site.origin}", "robots", "robots", "") == (
        robots.page_id,
        robots.kind,
        robots.purpose,
        robots.competitor,
    )
    assert world.body(robots) == b"User-agent: *\nDisallow: /x"


@pytest.mark.parametrize(("delay", "gap"), [("7", 7), ("600", 30), ("-4", 2), ("often", 2)])
def test_crawl_delay_is_the_least_distance_up_to_half_a_minute(world, delay, gap):
    robots = f"User-agent: *\nCrawl-delay: {delay}"
    site = world.site(answers={"/robots.txt": world.http(robots), "*": world.html(PLANS)})
    world.fetch_all([site.url("/a"), site.url("/b")], pace_s=2)
    assert gap - 0.5 < max(world.clock.slept) <= gap


def test_rules_for_thousands_of_other_robots_cost_no_time():
    agents = "".join(f"User-agent: a{n}\n" for n in range(12_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(12_000))
    began = time.process_time()
    parsed = Rules((agents + rules + "User-agent: *\nDisallow: /secret").encode())
    assert time.process_time() - began < 2
    assert parsed.allow("https://acme.test/1")
    assert not parsed.allow("https://acme.test/secret")
