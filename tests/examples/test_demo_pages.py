"""From week to week the demo's pages differ in the planned facts and in nothing else."""

import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from examples.demo import FIRST_WEEK, LAST_WEEK, Script
from examples.demo.pages import Noise, quiet_page, render

DIFFERENCES = json.loads((Path(__file__).parent / "cases" / "differences.json").read_text("utf-8"))
WEEKS = range(FIRST_WEEK + 1, LAST_WEEK + 1)


class Texts(HTMLParser):
    """The texts that a reader of the page sees, one per text node."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.found.append(" ".join(data.split()))


def texts_of(script: Script, week: int, competitor: str, page: str) -> list[str]:
    text = quiet_page(script, week=week, competitor=competitor, page=page)
    is_html = script.base[competitor].page(page).template.endswith(".html")
    return Texts(text).found if is_html else [line.strip() for line in text.splitlines() if line.strip()]


def differences(script: Script, week: int) -> dict[str, dict[str, list[str]]]:
    found = {}
    for slug, site in script.base.items():
        for page in site.pages:
            before, after = (Counter(texts_of(script, one, slug, page.name)) for one in (week - 1, week))
            if before != after:
                gone, new = sorted((before - after).elements()), sorted((after - before).elements())
                found[f"{slug}/{page.name}"] = {"gone": gone, "new": new}
    return found


@pytest.mark.parametrize("week", WEEKS)
def test_pages_differ_in_the_planned_facts_only(script: Script, week: int) -> None:
    assert DIFFERENCES[str(week)] == differences(script, week)


@pytest.mark.parametrize("week", WEEKS)
def test_the_bytes_change_exactly_where_the_plan_says(script: Script, week: int) -> None:
    planned = {f"{one.competitor}/{one.page}" for one in (*script.changes, *script.redesigns) if one.week == week}
    changed = {
        f"{slug}/{page.name}"
        for slug, site in script.base.items()
        for page in site.pages
        if quiet_page(script, week=week - 1, competitor=slug, page=page.name)
        != quiet_page(script, week=week, competitor=slug, page=page.name)
    }
    assert planned == changed


def test_the_redesign_keeps_every_fact(script: Script) -> None:
    before, after = (script.state(week)["rosterquill"] for week in (2, 3))
    assert before.plans == after.plans
    assert (before.layout, after.layout) == ("cards", "panels")
    words = [
        Counter(" ".join(texts_of(script, week, "rosterquill", "pricing")).split()).keys() for week in (2, 3)
    ]  # words, as the new markup cuts sentences elsewhere
    for plan in before.plans:
        for fact in " ".join((plan.name, plan.custom, *plan.limits, *plan.features)).split():
            assert all(fact in page for page in words), fact
    for amount in ("$7", "$5", "$11", "$9"):
        assert all(amount in page for page in words), amount


def test_amounts_are_written_as_their_country_does(script: Script) -> None:
    assert "1.890\N{NO-BREAK SPACE}€" in quiet_page(script, week=1, competitor="dutymarrow", page="pricing")
    assert "£1.80" in quiet_page(script, week=1, competitor="shiftolen", page="pricing")


def test_html_pages_are_as_heavy_as_real_ones(script: Script) -> None:
    for slug, site in script.base.items():
        for page in site.pages:
            if page.template.endswith(".html"):
                assert 20_000 < len(quiet_page(script, week=6, competitor=slug, page=page.name).encode()) < 60_000


@pytest.mark.parametrize(
    ("competitor", "page", "entry"),
    [("dutymarrow", "updates", "{http://www.w3.org/2005/Atom}entry"), ("shiftolen", "releases", "channel/item")],
)
def test_feeds_are_xml_that_grows(script: Script, competitor: str, page: str, entry: str) -> None:
    counts = [
        len(ET.fromstring(quiet_page(script, week=week, competitor=competitor, page=page)).findall(entry))
        for week in range(FIRST_WEEK, LAST_WEEK + 1)
    ]
    assert counts == {"updates": [2, 3, 4, 4, 5, 5], "releases": [2, 2, 3, 4, 5, 5]}[page]


def test_some_entries_have_no_date(script: Script) -> None:
    feed = ET.fromstring(quiet_page(script, week=6, competitor="shiftolen", page="releases"))
    undated = [item.findtext("title") for item in feed.findall("channel/item") if item.find("pubDate") is None]
    assert undated == ["R40: Faster time clock"]
    assert "## [3.9.1] Fixes" in quiet_page(script, week=6, competitor="crewbarrow", page="changelog")


def test_noise_rotates_and_is_the_same_for_the_same_request(script: Script) -> None:
    site = script.base["rosterquill"]
    first, second, again = (render(site, site.page("pricing"), noise=Noise.of(n)) for n in (1, 2, 1))
    assert first == again
    lost = set(Texts(first).found) ^ set(Texts(second).found)
    assert lost
    noise = [Noise.of(n) for n in (1, 2)]
    rotating = [word for one in noise for word in (one.banner, *one.quote, one.rendered_at, one.counter)]
    assert all(any(word in text for word in rotating) for text in lost)


def test_pages_with_strong_validators_have_no_noise(script: Script) -> None:
    for site in script.base.values():
        for page in site.pages:
            noisy = render(site, page, noise=Noise.of(1)) != render(site, page, noise=Noise.of(2))
            assert noisy == (page.validators != "strong"), page.name
