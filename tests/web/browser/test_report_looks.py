"""The form in every state and every look: no serious fault, nothing off the screen, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_watch import CONTROLLED, every_page_axe, large_text, watch
from playwright.sync_api import BrowserContext, Page, expect
from web_site import WebSite

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]


def ready(page: Page, path: str = "/r/new") -> None:
    page.goto(path)
    page.wait_for_selector("#report[data-ready]", state="attached")


def tap(page: Page, words: str) -> None:
    page.locator("label.chip:visible", has_text=words).first.click()


def empty(page: Page) -> None:
    ready(page)


def with_faults(page: Page) -> None:
    ready(page)
    page.click("#send")
    expect(page.locator("#faults")).to_be_visible()


def with_follow_ups(page: Page) -> None:
    ready(page)
    tap(page, "Other…")
    tap(page, "Somebody who works there")
    page.click("#send")
    expect(page.locator("#fault-own_prices")).to_be_visible()


def with_details(page: Page) -> None:
    ready(page)
    page.fill("#text", "Call Jane, +49 170 1234567")
    page.click("summary")
    expect(page.locator("#hint")).to_be_visible()


def with_a_photo(page: Page) -> None:
    ready(page)
    picture = Path(__file__).parents[3] / "web" / "static" / "icons" / "detente-512.png"
    page.set_input_files("#files", [picture, picture])
    expect(page.locator("#previews li")).to_have_count(2)


def without_a_connection(page: Page) -> None:
    ready(page)
    page.evaluate(CONTROLLED)
    page.context.set_offline(True)
    ready(page)
    page.fill("#text", "Written on a plane")
    tap(page, "Not sure")
    tap(page, "It is public")
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("Kept on this phone")
    expect(page.locator("#waiting")).to_be_visible()


def refused_by_the_server(page: Page) -> None:
    ready(page)
    page.wait_for_timeout(1100)
    page.evaluate(
        """() => {
          const form = document.getElementById("report");
          form.elements.text.value = "From a page whose scripts did not start";
          form.elements.sighting_id.value = "0";
          HTMLFormElement.prototype.submit.call(form);
        }"""
    )
    page.wait_for_selector("#faults li")


STATES = (
    empty, with_faults, with_follow_ups, with_details, with_a_photo, without_a_connection, refused_by_the_server
)  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_no_state_of_the_form_has_a_serious_fault(phone: BrowserContext, live_site: WebSite, state) -> None:  # type: ignore[no-untyped-def]
    page = phone.new_page()
    watched = watch(page, live_site.url)
    state(page)
    every_page_axe(page, state.__name__)
    phone.set_offline(False)
    watched.check()


@pytest.mark.parametrize("state", [empty, with_follow_ups, with_details], ids=lambda state: state.__name__)
def test_text_twice_as_large_stays_on_the_screen(phone: BrowserContext, live_site: WebSite, state) -> None:  # type: ignore[no-untyped-def]
    page = phone.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    state(page)
    with large_text(page, 200):
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        cut = page.evaluate(
            """() => [...document.querySelectorAll("main *")].filter((one) =>
              one.offsetParent && getComputedStyle(one).overflow === "hidden" && one.scrollWidth > one.clientWidth + 1
              && !one.closest(".trap")).map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert not cut
        page.click("#send", trial=True)


def test_every_target_is_large_enough_for_a_thumb(phone: BrowserContext, live_site: WebSite) -> None:
    page = phone.new_page()
    with_follow_ups(page)
    page.click("summary")
    small = page.evaluate(
        """() => ["button", "select", "summary", ".chip", "input"]
          .flatMap((kind) => [...document.querySelectorAll(`#report ${kind}`)])
          .filter((one) => one.offsetParent && one.type !== "hidden" && !one.closest(".trap"))
          .map((one) => [one.id || one.textContent.trim(), (one.closest("label") ?? one).getBoundingClientRect()])
          .filter(([, box]) => box.height < 44 || box.width < 44)
          .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )
    assert small == []


def test_the_send_button_stands_under_the_thumb(phone: BrowserContext, live_site: WebSite) -> None:
    page = phone.new_page()
    with_details(page)
    page.evaluate("window.scrollTo(0, 0)")
    box = page.locator("#send").bounding_box()
    assert box is not None
    assert 600 < box["y"] < 740 - box["height"]
    assert box["height"] >= 44


def test_the_form_can_be_put_on_the_home_screen(phone: BrowserContext, live_site: WebSite) -> None:
    page = phone.new_page()
    ready(page)
    session = phone.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    faults = [one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    # a context of a test is a private window, which nothing can be installed from
    assert set(faults) <= {"in-incognito"}
