"""F17: a page that is a wall, a login or a maintenance sign is no page; a page that mentions such things is one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from detente.records import Outcome
from sources.fetching.outcome import classify

CASES = Path(__file__).parent / "cases"
HTML = {"content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize("case", sorted((CASES / "walls").glob("*.html")), ids=lambda case: case.stem)
def test_f17_a_wall_is_an_outcome_and_leaves_no_snapshot(world, case):
    site = world.site(answers={"/": world.html(case.read_bytes())})
    fetch = world.fetch(site.url())
    assert case.stem.split("-")[0] == fetch.outcome
    assert fetch.detail
    assert (fetch.status, fetch.snapshot) == (200, None)
    assert world.archive == {}


@pytest.mark.parametrize("case", sorted((CASES / "pages").glob("*.html")), ids=lambda case: case.stem)
def test_f17_a_page_that_only_mentions_such_things_is_read(world, case):
    site = world.site(answers={"/": world.html(case.read_bytes())})
    assert Outcome.OK is world.fetch(site.url()).outcome


@pytest.mark.parametrize(
    ("status", "headers", "body", "outcome"),
    [
        (403, {"cf-mitigated": "challenge"}, b"", Outcome.BLOCKED),
        (202, {"x-amzn-waf-action": "challenge"}, b"", Outcome.BLOCKED),
        (503, HTML, b"<title>Just a moment...</title>", Outcome.BLOCKED),
        (503, HTML, b"<title>Down for maintenance</title><p>Back in an hour", Outcome.MAINTENANCE),
        (503, HTML, b"<title>503</title>", Outcome.SERVER_ERROR),
        (429, HTML, b"<title>Just a moment...</title>", Outcome.RATE_LIMITED),
        (200, {"content-type": "application/json"}, b'{"message": "access denied to nobody"}', Outcome.OK),
        (200, {}, b"", Outcome.OK),
    ],
)
def test_f17_headers_and_statuses_count_as_well(status, headers, body, outcome):
    assert outcome is classify(status=status, headers=headers, body=body)[0]


def test_looking_at_an_ordinary_page_takes_less_than_a_tenth_of_a_millisecond():
    body = b"<html><head><title>Pricing | Kestrel</title></head><body>" + b"<p>Team plan with reports</p>" * 3_000
    began = time.process_time()
    for _ in range(200):
        classify(status=200, headers=HTML, body=body)
    assert (time.process_time() - began) / 200 < 0.000_5


@pytest.mark.parametrize(
    "piece", [b"<script", b"<input ", b"<title", b"<", b"<style></style", b"<svg/>", b"password<input type="]
)
def test_no_page_makes_looking_slow(piece):
    body = b"<title>Access denied</title>" + piece * (400_000 // len(piece))
    began = time.process_time()
    classify(status=200, headers=HTML, body=body)
    assert time.process_time() - began < 1
