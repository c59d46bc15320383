"""F18, F19, F21, F24: pace, Retry-After, validators, and statuses that say "not now" or "no more"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from detente.records import Outcome
from sources.fetch import user_agent
from sources.fetching.pace import retry_after_seconds

PLANS = "<h1>Plans</h1><p>Team $12 per seat</p>"
SOON = "429 Too Many Requests"


def test_every_request_carries_one_honest_name(world):
    site = world.site(answers={"/": world.html(PLANS)})
    world.fetch(site.url())
    names = {hit.headers["user-agent"] for hit in site.hits}
    assert {user_agent("ci@zenith.test")} == names
    assert "(+ci@zenith.test; competitive-intelligence monitor)" in user_agent("ci@zenith.test")
    assert "\n" not in user_agent("x\r\nHost: evil.test")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("401 Unauthorized", Outcome.BLOCKED),
        ("403 Forbidden", Outcome.BLOCKED),
        ("404 Not Found", Outcome.GONE),
        ("410 Gone", Outcome.GONE),
        ("451 Unavailable For Legal Reasons", Outcome.BLOCKED),
        ("418 Teapot", Outcome.CLIENT_ERROR),
        ("500 Internal Server Error", Outcome.SERVER_ERROR),
        ("202 Accepted", Outcome.INCOMPLETE),
    ],
)
def test_f18_a_status_is_an_outcome_and_leaves_no_snapshot(world, status, outcome):
    site = world.site(answers={"/": world.http("<p>no prices here</p>", status=status, headers=('ETag: "error"',))})
    fetch = world.fetch(site.url(), last=[world.remembered(site.url())])
    assert (outcome, None, None) == (fetch.outcome, fetch.snapshot, fetch.etag)
    assert int(status[:3]) == fetch.status
    assert world.archive == {}


@pytest.mark.parametrize("value", ["5", "{date}"])
def test_f19_a_retry_after_within_the_deadline_is_waited_out(world, value):
    value = value.format(date=format_datetime(world.clock.now() + timedelta(seconds=6), usegmt=True))
    site = world.site(answers={"/": [world.http(status=SOON, headers=(f"Retry-After: {value}",)), world.html(PLANS)]})
    fetch = world.fetch(site.url(), deadline_s=30)
    assert (fetch.outcome, fetch.attempts) == (Outcome.OK, 2)
    assert max(world.clock.slept) in {5, 6}


@pytest.mark.parametrize("status", [SOON, "503 Service Unavailable"])
@pytest.mark.parametrize("retries", [0, 2])
def test_f19_a_longer_one_ends_the_page_and_the_host_is_left_alone(world, status, retries):
    site = world.site(answers={"*": world.http(status=status, headers=("Retry-After: 120",)),
                               "/robots.txt": world.http(status="404 Not Found")})  # fmt: skip
    first, second = world.fetch_all([site.url("/a"), site.url("/b")], deadline_s=5, retries=retries)
    assert (first.outcome, first.retry_after_s) == (Outcome.RATE_LIMITED, 120)
    assert (second.outcome, second.attempts) == (Outcome.RATE_LIMITED, 0)
    assert 115 <= (second.retry_after_s or 0) <= 120
    assert "not asked" in second.detail
    assert site.paths == ["/a"]
    assert 120 not in world.clock.slept


@pytest.mark.parametrize("value", ["-1", "soon", "1e9", "Feb 30", "٥"])
def test_f19_garbage_falls_back_to_our_own_growing_wait(world, value):
    site = world.site(
        answers={"/": [world.http(status=SOON, headers=(f"Retry-After: {value}".encode().decode("latin-1"),)),
                       world.html(PLANS)]}
    )  # fmt: skip
    fetch = world.fetch(site.url(), deadline_s=30)
    assert Outcome.OK is fetch.outcome
    assert all(0 <= slept <= 4 for slept in world.clock.slept)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5), (" 7 ", 7), ("9000000000", 86_400), ("0", 0), ("-1", None), ("soon", None), ("", None), (None, None),
     ("Mon, 01 Jan 1990 00:00:00 GMT", 0), ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400), ("9" * 5000, 86_400)],
)  # fmt: skip
def test_f19_retry_after_is_seconds_or_a_date_and_at_most_a_day(world, value, seconds):
    assert seconds == retry_after_seconds(value, now=world.clock.now())


def test_f19_a_host_that_asked_to_be_left_alone_is_not_asked_in_the_next_run_either(world):
    site = world.site(answers={"/": world.html(PLANS)})
    until = world.clock.now() + timedelta(hours=1)
    fetch = world.fetch(site.url(), last=[world.remembered(site.url(), not_before=until)])
    assert (fetch.outcome, fetch.attempts) == (Outcome.RATE_LIMITED, 0)
    assert 3_590 <= (fetch.retry_after_s or 0) <= 3_600
    assert site.hits == []


def test_validators_are_sent_verbatim_and_a_304_keeps_the_snapshot(world):
    site = world.site(answers={"/": world.http(status="304 Not Modified")})
    known = world.remembered(site.url(), etag='W/"a b"', last_modified="Mon, 02 Feb 2026 10:00:00 GMT")
    fetch = world.fetch(site.url(), last=[known])
    sent = site.hits[-1].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('W/"a b"', "Mon, 02 Feb 2026 10:00:00 GMT")
    assert (Outcome.NOT_MODIFIED, known.snapshot, True) == (fetch.outcome, fetch.snapshot, fetch.conditional)
    assert (known.etag, known.last_modified) == (fetch.etag, fetch.last_modified)


@pytest.mark.parametrize(
    "changes",
    [{"url": "http://acme.test/other"}, {"snapshot": None}, {"checks_since_full": 9}, {"etag": None}],
    ids=["another URL", "no stored copy", "tenth check", "no validator"],
)
def test_f21_validators_that_vouch_for_nothing_stay_at_home(world, changes):
    site = world.site(answers={"/": world.html(PLANS)})
    fetch = world.fetch(site.url(), last=[replace(world.remembered(site.url()), **changes)])
    assert "if-none-match" not in site.hits[-1].headers
    assert (fetch.outcome, fetch.conditional) == (Outcome.OK, False)


def test_f21_a_second_look_ignores_the_validators(world):
    site = world.site(answers={"/": world.html(PLANS)})
    fetch = world.fetch(site.url(), last=[world.remembered(site.url())], purpose="confirm")
    assert "if-none-match" not in site.hits[-1].headers
    assert fetch.purpose == "confirm"


def test_f21_a_304_without_a_stored_copy_is_asked_for_again(world):
    site = world.site(answers={"/": [world.http(status="304 Not Modified"), world.html(PLANS)]})
    fetch = world.fetch(site.url())
    assert Outcome.OK is fetch.outcome
    assert site.hits[-1].headers["cache-control"] == "no-cache"


def test_f21_a_server_that_only_ever_says_304_is_at_fault(world):
    site = world.site(answers={"/": world.http(status="304 Not Modified")})
    assert Outcome.SERVER_ERROR is world.fetch(site.url()).outcome


def test_requests_to_one_host_keep_their_distance_on_one_connection(world):
    site = world.site(answers={"*": world.html(PLANS), "/robots.txt": world.http(status="404 Not Found")})
    fetches = world.fetch_all([site.url(f"/{n}") for n in range(4)], pace_s=2)
    assert len([slept for slept in world.clock.slept if 1.5 < slept <= 2]) == 4
    assert site.connections == 1
    assert all(fetch.elapsed_ms < 1_000 for fetch in fetches)


def test_hosts_do_not_wait_for_each_other(world):
    sites = [world.site(f"h{n}.test", {"*": world.html(PLANS)}) for n in range(4)]
    fetches = world.fetch_all([site.url("/x") for site in sites], pace_s=2, hosts_at_once=4)
    assert {Outcome.OK} == {fetch.outcome for fetch in fetches}
    assert {1} == {site.busiest for site in sites}


@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.slow)])
def test_f24_thousands_of_pages_of_one_host_go_one_by_one(world, count):
    site = world.site(answers={"*": world.html(PLANS), "/robots.txt": world.http(status="404 Not Found")})
    told = []
    fetches = world.fetch_all([site.url(f"/{n}") for n in range(count)], pace_s=2, hosts_at_once=8, done=told.append)
    assert count == sum(fetch.outcome is Outcome.OK for fetch in fetches)
    assert (site.connections, site.busiest) == (1, 1)
    assert count == sum(1.0 < slept <= 2 for slept in world.clock.slept)
    assert count + 1 == len(told)
    assert len(world.archive) == 1


def test_one_url_is_fetched_under_the_same_rules(world):
    site = world.site(answers={"/": world.html(PLANS), "/robots.txt": world.http("User-agent: *\nDisallow: /x")})
    fetch, body = world.fetch_one(site.url())
    assert (Outcome.OK, PLANS.encode()) == (fetch.outcome, body)
    fetch, body = world.fetch_one(site.url("/x"))
    assert (fetch.outcome, body) == (Outcome.BLOCKED_BY_ROBOTS, b"")
    fetch, body = world.fetch_one("http://10.0.0.1/")
    assert (fetch.outcome, body) == (Outcome.REFUSED_ADDRESS, b"")


def test_every_page_has_exactly_one_record_and_progress_is_told(world):
    site = world.site(answers={"/": world.html(PLANS), "/loop": world.redirect("/loop")})
    urls = [site.url("/"), site.url("/loop"), site.url("/none"), "http://10.0.0.1/", "http://nowhere.test/", "ftp://x/"]
    told = []
    fetches = world.fetch_all(urls, done=told.append)
    expected = [
        Outcome.OK,
        Outcome.REDIRECT_LOOP,
        Outcome.GONE,
        Outcome.REFUSED_ADDRESS,
        Outcome.DNS,
        Outcome.REFUSED_URL,
    ]
    assert expected == [fetch.outcome for fetch in fetches]
    assert len(told) == len(fetches) + len(world.robots_fetches)
    assert all(fetch.detail for fetch in fetches if fetch.outcome is not Outcome.OK)
