"""Rewards and a credited receipt in a real browser: no serious fault in any look, and nothing falls out of a phone."""

from __future__ import annotations

import pytest
from live_site import sign_in
from page_watch import every_page_axe, large_text, watch
from playwright.sync_api import Browser, expect
from reports_sent import send
from web_site import WebSite

from desk.deciding import decisions
from desk.following import sightings
from desk.rewarding import ledger
from detente.quarters import Quarter

pytestmark = [pytest.mark.system("chromium"), pytest.mark.slow]


@pytest.fixture(scope="module")
def credited(live_site: WebSite) -> str:
    """A sighting with a decision and credits in every state."""
    sent = send(live_site, "rep", "Globex told Contoso that Team costs 49 euros per user from January on.")
    now, rep = live_site.services.clock.now(), live_site.people["rep"].person_id
    quarter = str(Quarter.of(now, "Europe/Berlin"))
    states = {"new": "earned", "linked": "pending", "duplicate": "nothing"}
    with live_site.desk.writing() as c:
        ledger.fund(c, quarter, 12, by=None, now=now)
        for rule, state in states.items():
            held = ledger.hold(
                c, rule=rule, stage="verified", sighting_id=sent, person_id=rep, points=4, rules_version=1,
                reason={"sentence": "5 × 1.0 new × 0.8 fresh = 4, rule v1"}, quarter=quarter, by=None, now=now,
            )  # fmt: skip
            ledger.bring(c, held.entry_id, state, reason={}, by=None, now=now)  # type: ignore[arg-type]
            if rule == "new":
                sightings.record(c, sent, "clustered", by=None, now=now, cluster=sent, others=2, page=True)
        decisions.decide(
            c, item_id=sent, kind="match", theme="Entry-level packaging", because="Three customers named it.",
            reply="We bring the plan down in January.", sightings=[sent], score=6100, rules_version=1,
            by=live_site.people["pm"], now=now,
        )  # fmt: skip
    return sent


@pytest.mark.parametrize("path", ["/rewards", "/r/{credited}"])
def test_axe_finds_no_serious_fault_in_any_look_and_large_text_fits(
    browser: Browser, live_site: WebSite, credited: str, path: str
) -> None:
    context = browser.new_context(base_url=live_site.url, viewport={"width": 360, "height": 740})
    sign_in(live_site, context, "rep")
    page = context.new_page()
    watched = watch(page, live_site.url)
    page.goto(path.format(credited=credited))

    every_page_axe(page, path)
    page.set_viewport_size({"width": 320, "height": 800})
    with large_text(page):
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    watched.check()
    context.close()


def test_from_a_receipt_to_ones_rewards_and_back_without_scripts(
    browser: Browser, live_site: WebSite, credited: str
) -> None:
    context = browser.new_context(base_url=live_site.url, java_script_enabled=False)
    sign_in(live_site, context, "rep")
    page = context.new_page()
    page.goto(f"/r/{credited}")
    expect(page.get_by_text("Put beside 2 sightings that say the same, and what their own page says")).to_be_visible()
    expect(page.get_by_text("Credited to you: 4 points, and 4 points pending")).to_be_visible()

    page.get_by_role("link", name="My rewards").click()
    expect(page.get_by_text("A decision rests on it").first).to_be_visible()
    page.locator(".credits a").first.click()
    expect(page.get_by_role("heading", name="What becomes of it")).to_be_visible()
    context.close()
