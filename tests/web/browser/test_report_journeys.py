"""The form in a real browser: from its first letter to its receipt."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from live_site import received, sign_in
from page_watch import watch
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from report_pages import (
    READY,
    a_photo,
    a_tab,
    fill,
    open_form,
    texts,
    until_offline_ready,
)
from web_site import WebSite

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

Lasting = Callable[..., BrowserContext]


def test_without_scripts_the_form_is_sent_and_its_receipt_stands(browser: Browser, site: WebSite) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url, viewport={"width": 320, "height": 600})
    sign_in(site, context, "rep")
    page = context.new_page()
    page.goto("/r/new")
    expect(page.locator("#nda-no")).to_be_hidden()
    fill(page, "Globex cut Team to €19", source="A partner")
    expect(page.locator("fieldset[data-question=nda]")).to_be_visible()
    expect(page.locator("fieldset[data-question=own_prices]")).to_be_hidden()
    page.set_input_files("#files", a_photo())
    page.wait_for_timeout(1100)
    page.click("#send")
    expect(page.locator("#faults h2")).to_have_text("Not sent yet: 2 things are to be mended")
    expect(page.locator("#text")).to_have_value("Globex cut Team to €19")
    expect(page.locator("#source-partner")).to_be_checked()
    page.locator("#faults a", has_text="confidential").click()
    page.locator("fieldset[data-question=confidential] label", has_text="No").first.click()
    page.locator("fieldset[data-question=nda] label", has_text="No").first.click()
    page.set_input_files("#files", a_photo())
    page.wait_for_timeout(1100)
    page.click("#send")
    page.wait_for_url(re.compile(r"/r/[0-9a-f-]{36}\?new=1$"))
    [row] = received(site)
    assert (row.text, row.competitor, row.source) == ("Globex cut Team to €19", "initech", "partner")
    context.close()


def test_a_sighting_takes_three_taps_and_a_text(site: WebSite, browser: Browser) -> None:
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 740}, has_touch=True)
    sign_in(site, context, "rep")
    page = context.new_page()
    watched = watch(page, site.url)
    open_form(page)
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Globex cut Team to €19")
    page.tap("label.chip:has-text('Initech')")
    page.tap("label.chip:has-text('It is public')")
    page.tap("#send")
    page.wait_for_url(re.compile(r"/r/[0-9a-f-]{36}\?new=1$"))
    assert texts(site) == ["Globex cut Team to €19"]
    watched.check()
    context.close()


def test_a_photo_leaves_the_phone_small_and_without_its_place(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    bodies: list[bytes] = []

    def look(route: Route) -> None:
        bodies.append(route.request.post_data_buffer or b"")
        route.continue_()

    page.route("**/r/new", look)
    fill(page, "With a photo")
    page.set_input_files("#files", a_photo(4000, 3000))
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    sent = b"".join(bodies)
    picture = sent[sent.index(b"\xff\xd8\xff") :]
    assert Image.open(io.BytesIO(picture)).size == (2048, 1536)
    assert b"Canary" not in sent
    assert b"Exif" not in sent


def test_a_draft_with_its_photo_outlives_a_reload(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    fill(page, "Half a thought", "Other…", "A document")
    page.fill("#competitor_other", "Wayne Tech")
    page.click("summary")
    page.fill("#deal_amount", "€120k")
    page.set_input_files("#files", a_photo())
    expect(page.locator("#previews li")).to_have_count(1)
    page.wait_for_timeout(200)
    page.reload()
    page.wait_for_selector(READY, state="attached")
    expect(page.locator("#text")).to_have_value("Half a thought")
    expect(page.locator("#competitor_other")).to_have_value("Wayne Tech")
    expect(page.locator("#source-document")).to_be_checked()
    expect(page.locator("#deal_amount")).to_be_visible()
    expect(page.locator("#deal_amount")).to_have_value("€120k")
    expect(page.locator("#previews li")).to_have_count(1)
    for question in ("confidential", "nda"):
        page.locator(f"fieldset[data-question={question}] label", has_text=re.compile("^No$")).click()
    page.locator("fieldset[data-question=meant_for_me] label", has_text="Yes").click()
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    [row] = received(site)
    assert row.competitor_name == "Wayne Tech"
    open_form(page)
    expect(page.locator("#text")).to_have_value("")
    expect(page.locator("#previews li")).to_have_count(0)


def test_a_double_click_sends_one(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    fill(page, "Sent by a nervous thumb")
    page.dblclick("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    assert texts(site) == ["Sent by a nervous thumb"]


def test_the_keyboard_alone_leads_from_the_form_to_the_receipt(site: WebSite, browser: Browser) -> None:
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 740})
    sign_in(site, context, "rep")
    page = context.new_page()
    open_form(page)
    page.keyboard.type("Only keys")
    reach(page, "competitor")
    page.keyboard.press("Space")
    reach(page, "source")
    page.keyboard.press("ArrowRight")  # from "customer" on
    page.keyboard.press("ArrowRight")
    expect(page.locator("#source-partner")).to_be_checked()
    for question in ("confidential", "nda"):
        reach(page, question)
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"#{question}-no")).to_be_checked()
    for _ in range(20):
        page.keyboard.press("Tab")
        hidden = page.evaluate(OBSCURED)
        assert not hidden, hidden
        if page.evaluate("document.activeElement.id") == "send":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?new=1$"))
    [row] = received(site)
    assert (row.text, row.source, row.nda, row.confidential) == ("Only keys", "partner", "no", "no")
    context.close()


# What has the focus and is covered, at its middle, by something else
OBSCURED = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const own = document.activeElement;
  return !top || own.contains(top) || top.contains(own) || top.closest("label")?.contains(own) ? "" : own.id;
}"""


def reach(page: Page, name: str) -> None:
    """Presses Tab until the field has the focus, as somebody without a pointer does."""
    for _ in range(30):
        page.keyboard.press("Tab")
        hidden = page.evaluate(OBSCURED)
        assert not hidden, hidden
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"no way to {name} by the keyboard")


def test_a_photo_can_be_pasted_dropped_and_removed(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    fill(page, "With pictures")
    hand_over = """([kind, colour]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
      const pen = canvas.getContext("2d");
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 40, 30);
      return new Promise((done) => canvas.toBlob((blob) => {
        const data = new DataTransfer();
        data.items.add(new File([blob], `${colour}.png`, { type: "image/png" }));
        const init = { bubbles: true, cancelable: true };
        const event = kind === "paste"
          ? new ClipboardEvent("paste", { ...init, clipboardData: data })
          : new DragEvent("drop", { ...init, dataTransfer: data });
        document.getElementById("text").dispatchEvent(event);
        done();
      }));
    }"""
    for kind, colour in (("paste", "red"), ("drop", "green"), ("drop", "blue")):
        page.evaluate(hand_over, [kind, colour])
    expect(page.locator("#previews li")).to_have_count(3)
    page.click("button[aria-label='Remove green.jpg']")
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    [row] = received(site)
    entry = site.services.inbox.find(row.sighting_id)
    assert [file.name for file in entry.files] == ["red.jpg", "blue.jpg"]


def test_a_phone_number_in_the_text_is_hinted_at_and_hinders_nothing(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    fill(page, "Offer of 12.11.2026: 1,200,000 for 2027-2029")
    expect(page.locator("#hint")).to_be_hidden()
    page.fill("#text", "Ask Jane, +49 170 1234567 or jane@contoso.example")
    expect(page.locator("#hint")).to_contain_text("a phone number and an e-mail address")
    page.click("#hint button")
    expect(page.locator("#text")).to_have_value("Ask Jane, [phone number] or [e-mail address]")
    expect(page.locator("#hint")).to_be_hidden()
    page.fill("#text", "Ask Jane on (415) 555-0100")
    expect(page.locator("#hint")).to_be_visible()
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    assert texts(site) == ["Ask Jane on (415) 555-0100"]


def test_no_page_of_a_person_is_kept_on_the_phone(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    until_offline_ready(page)
    open_form(page)
    page.goto("/")
    kept = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              const words = await (await cache.match(request)).text();
              found.push([new URL(request.url).pathname, words]);
            }
          }
          return found;
        }"""
    )
    pages = [path for path, _ in kept if not path.startswith("/static/")]
    person = site.people["rep"]
    assert sorted(pages) == ["/offline"]
    assert not [path for path, words in kept if person.person_id in words or person.name in words or "Initech" in words]
