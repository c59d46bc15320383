"""The demo's servers answer as planned: outages, robots, validators, noise."""

import socket
from collections.abc import Callable
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest

from examples.demo import DemoSite, Request

Visit = Callable[..., Any]


def test_every_page_answers_with_its_media_type(site: DemoSite, visit: Visit) -> None:
    kinds = {
        f"{slug}{page.path}": visit(site, slug, page.path).headers["content-type"].partition(";")[0]
        for slug, one in site.script.base.items()
        for page in one.pages
    }
    assert {path: kind for path, kind in kinds.items() if kind != "text/html"} == {
        "dutymarrow/updates.atom": "application/atom+xml",
        "shiftolen/releases/rss.xml": "application/rss+xml",
        "crewbarrow/CHANGELOG.md": "text/markdown",
    }
    assert {request.status for request in site.requests} == {200}


def test_the_week_decides_what_is_served(site: DemoSite, visit: Visit) -> None:
    assert b"$6" in visit(site, "rosterquill", "/pricing").body
    site.set_week(2)
    assert b"$7" in visit(site, "rosterquill", "/pricing").body
    with pytest.raises(ValueError, match="use 1 to 6"):
        site.set_week(7)
    assert site.week == 2


@pytest.mark.parametrize(("week", "status"), [(3, 200), (4, 503), (5, 200)])
def test_one_site_is_down_for_one_week(site: DemoSite, visit: Visit, week: int, status: int) -> None:
    site.set_week(week)
    for path in ("/pricing", "/trust", "/releases/rss.xml", "/robots.txt"):
        assert visit(site, "shiftolen", path).status == status
    assert visit(site, "rosterquill", "/pricing").status == 200


def test_a_page_under_maintenance_answers_200_and_says_so(site: DemoSite, visit: Visit) -> None:
    site.set_week(5)
    answer = visit(site, "dutymarrow", "/about")
    assert answer.status == 200
    assert b"down for maintenance" in answer.body
    assert b"Our story" not in answer.body
    assert b"129" in visit(site, "dutymarrow", "/prices").body


def test_robots_closes_one_page_of_one_site(site: DemoSite, visit: Visit) -> None:
    closed = set()
    for slug, one in site.script.base.items():
        rules = RobotFileParser()
        rules.parse(visit(site, slug, "/robots.txt").body.decode().splitlines())
        closed |= {(slug, page.name) for page in one.pages if not rules.can_fetch("*", site.urls[slug] + page.path)}
        assert {page.name for page in one.pages if site.script.closed(slug, page.name)} == {
            name for competitor, name in closed if competitor == slug
        }
    assert closed == {("crewbarrow", "pricing")}


@pytest.mark.parametrize(
    ("competitor", "path"), [("crewbarrow", "/security"), ("crewbarrow", "/CHANGELOG.md"), ("shiftolen", "/trust")]
)
def test_validators_save_a_page_that_has_not_changed(site: DemoSite, visit: Visit, competitor: str, path: str) -> None:
    first = visit(site, competitor, path)
    for conditions in (
        {"If_None_Match": first.headers["etag"]},
        {"If_None_Match": f'"other", {first.headers["etag"]}'},
        {"if_none_match": first.headers["etag"]},
        {"If_Modified_Since": first.headers["last-modified"]},
    ):
        again = visit(site, competitor, path, **conditions)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_validators_of_last_week_bring_the_changed_page(site: DemoSite, visit: Visit) -> None:
    old = visit(site, "crewbarrow", "/security").headers
    site.set_week(2)
    assert visit(site, "crewbarrow", "/security", If_None_Match=old["etag"]).status == 200
    assert visit(site, "crewbarrow", "/security", If_Modified_Since=old["last-modified"]).status == 200
    assert visit(site, "crewbarrow", "/security", If_Modified_Since="some day").status == 200
    assert visit(site, "crewbarrow", "/security").headers["last-modified"] == "Fri, 16 Oct 2026 06:00:00 GMT"
    site.set_week(3)
    assert visit(site, "crewbarrow", "/security").headers["last-modified"] == "Fri, 16 Oct 2026 06:00:00 GMT"


def test_pages_without_validators_send_none(site: DemoSite, visit: Visit) -> None:
    assert not {"etag", "last-modified"} & visit(site, "rosterquill", "/pricing").headers.keys()


def test_noise_differs_per_request_and_repeats_per_run(visit: Visit) -> None:
    runs = []
    for _ in range(2):
        with DemoSite() as running:
            runs.append([visit(running, "rosterquill", "/pricing").body for _ in range(3)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3


def test_requests_are_remembered(site: DemoSite, visit: Visit) -> None:
    visit(site, "dutymarrow", "/nowhere?x=1")
    visit(site, "dutymarrow", "/")
    assert [
        Request(week=1, competitor="dutymarrow", path="/nowhere?x=1", status=404),
        Request(week=1, competitor="dutymarrow", path="/", status=302),
    ] == site.requests


def test_the_style_sheet_is_each_sites_own(site: DemoSite, visit: Visit) -> None:
    sheets = {visit(site, slug, "/assets/site.css").body for slug in site.urls}
    assert len(sheets) == 4


def test_ports_can_be_chosen_and_are_freed() -> None:
    for _ in range(2):
        with DemoSite(first_port=28_910) as running:
            assert running.urls["crewbarrow"] == "http://127.0.0.1:28913"
        assert running.urls == {}


def test_a_taken_port_frees_those_bound_before() -> None:
    with socket.create_server(("127.0.0.1", 28_922)):
        with pytest.raises(OSError, match="in use"):
            DemoSite(first_port=28_920).start()
        with socket.create_server(("127.0.0.1", 28_920)):
            pass
