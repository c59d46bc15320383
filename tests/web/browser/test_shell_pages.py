"""Sign-in, one's own account and administration in a real browser: no serious fault in any look, nothing runs aside."""

from __future__ import annotations

import pytest
from live_site import sign_in
from page_watch import every_page_axe, watch
from playwright.sync_api import Browser, BrowserContext, expect
from web_site import WebSite

pytestmark = [pytest.mark.system("chromium"), pytest.mark.slow]

PAGES = (
    ("", "/sign-in"),
    ("", "/sign-in/link/x"),
    ("admin", "/"),
    ("admin", "/me"),
    ("admin", "/admin/people"),
    ("admin", "/admin/audit"),
    ("admin", "/admin/health"),
    ("viewer", "/"),
    ("rep", "/ethics"),
    ("rep", "/privacy"),
)


def opened(browser: Browser, live_site: WebSite, who: str) -> BrowserContext:
    context = browser.new_context(base_url=live_site.url, viewport={"width": 320, "height": 740})
    if who:
        sign_in(live_site, context, who)
    return context


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_axe_finds_no_serious_fault_in_any_look(browser: Browser, live_site: WebSite, who: str, path: str) -> None:
    context = opened(browser, live_site, who)
    page = context.new_page()
    watched = watch(page, live_site.url)
    page.goto(path)
    page.evaluate("[...document.querySelectorAll('main details')].slice(0, 3).forEach(one => one.open = true)")
    every_page_axe(page, path)
    watched.check()
    context.close()


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_at_320_pixels_nothing_stands_out_and_everything_can_be_hit(
    browser: Browser, live_site: WebSite, who: str, path: str
) -> None:
    context = opened(browser, live_site, who)
    page = context.new_page()
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.evaluate(
        "[...document.querySelectorAll('button, a.button, a.card, select, summary, header a, input')]"
        ".filter(one => one.offsetParent && !one.matches('.seen, [type=checkbox], [type=radio], [type=hidden]'))"
        ".filter(one => one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML)"
    )
    assert small == []
    context.close()


def test_the_keyboard_alone_signs_in_and_out(browser: Browser, live_site: WebSite) -> None:
    context = opened(browser, live_site, "rep")
    page = context.new_page()
    page.goto("/me")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_site.url}/sign-in")
    page.goto("/me")
    expect(page).to_have_url(f"{live_site.url}/sign-in?next=%2Fme")
    context.close()


def test_a_page_does_not_come_back_after_signing_out(browser: Browser, live_site: WebSite) -> None:
    context = opened(browser, live_site, "rep")
    page = context.new_page()
    page.goto("/me")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page).to_have_url(f"{live_site.url}/sign-in")
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
