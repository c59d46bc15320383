"""Receipts, inbox and quarantine in a real browser: no serious fault in any look, and the keyboard is enough."""

from __future__ import annotations

from typing import Any

import pytest
from live_site import sign_in
from page_watch import every_page_axe, large_text, watch
from pictures import photo
from playwright.sync_api import Browser, BrowserContext, Page, expect
from reports_sent import PAYLOADS, send
from web_site import WebSite

from desk.following import sightings

pytestmark = [pytest.mark.system("chromium"), pytest.mark.slow]


@pytest.fixture(scope="module")
def sent(live_site: WebSite) -> dict[str, str]:
    """One sighting of each kind; the cleared one with a question, files and all details."""
    files = [("slide.jpg", photo()), ("quote.pdf", b"x")]
    details = {"customer": "Contoso AG", "deal_amount": "1,5m", "stage": "evaluation", "area": "Pricing"}
    send(live_site, "other_rep", "Globex told Contoso that Team costs 49 euros per user from January on.")
    ids = {
        gate: send(live_site, "rep", f"Globex told Contoso that Team costs 59 euros. It is {gate}.", gate=gate, **more)
        for gate, more in (
            ("cleared", {"files": files, **details}),
            ("waiting", {}),
            ("quarantined", {"files": files}),
            ("not_kept", {}),
        )
    }
    with live_site.services.desk.writing() as c:
        now = live_site.services.clock.now()
        sightings.ask(c, ids["cleared"], "Which edition?", by=live_site.people["pm"].person_id, now=now)
    return ids


PAGES = (
    ("rep", "/r/{cleared}?new=1"),
    ("rep", "/r/{cleared}"),
    ("rep", "/r/{waiting}?new=1"),
    ("rep", "/r/{quarantined}?new=1"),
    ("rep", "/r/{not_kept}?new=1"),
    ("rep", "/r/{cleared}/withdraw"),
    ("rep", "/r/mine"),
    ("pm", "/sightings"),
    ("pm", "/r/{cleared}"),
    ("legal", "/quarantine"),
    ("legal", "/quarantine/{quarantined}"),
)


def opened(browser: Browser, live_site: WebSite, who: str, **options: Any) -> BrowserContext:
    context = browser.new_context(base_url=live_site.url, viewport={"width": 360, "height": 740}, **options)
    sign_in(live_site, context, who)
    return context


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_axe_finds_no_serious_fault_in_any_look_and_large_text_fits(
    browser: Browser, live_site: WebSite, sent: dict[str, str], who: str, path: str
) -> None:
    context = opened(browser, live_site, who)
    page = context.new_page()
    watched = watch(page, live_site.url)
    page.goto(path.format(**sent))

    every_page_axe(page, path)
    page.set_viewport_size({"width": 320, "height": 800})
    with large_text(page):
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    watched.check()
    context.close()


def press_to(page: Page, words: str) -> None:
    """Tab after tab, as somebody without a mouse goes, until what bears these words has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.innerText || document.activeElement.name || ''"):
            return
    pytest.fail(f"no tab leads to {words!r}")


def test_a_reporter_answers_and_withdraws_with_the_keyboard_alone(page: Page, live_site: WebSite) -> None:
    mine = send(live_site, "rep", "To be withdrawn.")
    with live_site.services.desk.writing() as c:
        now = live_site.services.clock.now()
        sightings.ask(c, mine, "Which edition?", by=live_site.people["pm"].person_id, now=now)
    page.goto(f"/r/{mine}")

    press_to(page, "answer")
    page.keyboard.type("The cloud one.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The cloud one.")).to_be_visible()

    press_to(page, "Withdraw this")
    page.keyboard.press("Enter")
    page.wait_for_url("**/withdraw")
    press_to(page, "Withdraw it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You took it back; nobody reads it any more.")).to_be_visible()


def test_a_missing_answer_is_given_with_the_keyboard_and_without_scripts(browser: Browser, live_site: WebSite) -> None:
    waiting = send(live_site, "rep", "Came by mail.", gate="waiting")
    context = opened(browser, live_site, "rep", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/r/{waiting}")

    page.get_by_label("It is public").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Product can read it now.")).to_be_visible()
    context.close()


def test_opening_it_marks_it_read_and_without_scripts_a_button_does(browser: Browser, live_site: WebSite) -> None:
    for scripts in (True, False):
        unread = send(live_site, "rep", f"Nobody has read this, scripts {scripts}.")
        context = opened(browser, live_site, "pm", java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"/r/{unread}")
        if scripts:
            expect(page.get_by_text("Read just now, by you")).to_be_visible()
        else:
            page.get_by_role("button", name="Mark as read").click()
        with live_site.services.desk.reading() as c:
            assert sightings.sighting(c, unread).read_at is not None
        context.close()


def test_legal_decides_with_the_keyboard_alone(browser: Browser, live_site: WebSite) -> None:
    held = send(live_site, "rep", "On their slide.", gate="quarantined")
    context = opened(browser, live_site, "legal")
    page = context.new_page()
    page.goto(f"/quarantine/{held}")

    press_to(page, "reason")
    page.keyboard.type("It is theirs.")
    press_to(page, "Reject: nobody else ever reads it")
    page.keyboard.press("Enter")

    expect(page.get_by_text("rejected", exact=True)).to_be_visible()
    context.close()


def test_a_photo_is_shown_although_it_is_served_as_an_attachment(page: Page, sent: dict[str, str]) -> None:
    page.goto(f"/r/{sent['cleared']}")

    image = page.get_by_role("img", name="Photo 1: slide.jpg")
    image.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    address = image.get_attribute("src")
    with page.expect_download() as saved:
        page.get_by_role("link", name="slide.jpg", exact=True).click()
    assert saved.value.suggested_filename == "slide.jpg"
    assert address is not None


def test_whatever_was_typed_no_page_opens_a_dialog(browser: Browser, live_site: WebSite) -> None:
    text = " ".join(PAYLOADS)
    fields = {"customer": PAYLOADS[0], "area": PAYLOADS[1], "competitor": None, "competitor_name": PAYLOADS[3]}
    mine = send(live_site, "rep", text, files=[(PAYLOADS[1], b"x")], **fields)
    held = send(live_site, "rep", text, gate="quarantined", files=[(PAYLOADS[1], b"x")], **fields)
    dialogs = []
    for who, path in (
        ("rep", f"/r/{mine}?new=1"),
        ("pm", f"/r/{mine}"),
        ("pm", "/sightings"),
        ("legal", f"/quarantine/{held}"),
    ):
        context = opened(browser, live_site, who)
        page = context.new_page()
        watched = watch(page, live_site.url)
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(path)
        page.wait_for_load_state("networkidle")
        watched.check()
        context.close()
    assert dialogs == []
