"""The form in a real browser: sent, kept, sent later, and exactly once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live_site import end_sessions, live_site, received, sign_in
from page_watch import CONTROLLED, watch
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from web_site import WebSite

from desk import sightings

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

Lasting = Callable[..., BrowserContext]
READY = "#report[data-ready]"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    """A site of one's own: each test counts what arrived there."""
    running = live_site(tmp_path / "workspace")
    yield running
    running.close()


def a_photo(width: int = 600, height: int = 400, colour: str = "teal") -> dict[str, object]:
    """A photo with the place where it was taken in its EXIF."""
    exif = Image.Exif()
    exif[0x010F] = "Canary Camera"
    exif.get_ifd(0x8825)[1] = "N"
    body = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(body, "JPEG", exif=exif)
    return {"name": f"{colour}.jpeg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def choose(page: Page, words: str) -> None:
    page.locator("label.chip:visible", has_text=re.compile(f"^{re.escape(words)}$")).click()


def fill(page: Page, text: str, competitor: str = "Initech", source: str = "It is public") -> None:
    page.fill("#text", text)
    choose(page, competitor)
    choose(page, source)


def open_form(page: Page, path: str = "/r/new") -> None:
    page.goto(path)
    page.wait_for_selector(READY, state="attached")


def texts(site: WebSite, who: str = "rep") -> list[str]:
    return sorted(row.text for row in received(site, who))


def a_tab(context: BrowserContext, site: WebSite) -> Page:
    page = context.pages[0] if context.pages else context.new_page()
    page.set_default_timeout(15_000)
    return page


def until_offline_ready(page: Page) -> None:
    page.evaluate(CONTROLLED)


def waiting(page: Page, words: str) -> None:
    expect(page.locator("#badge")).to_have_text(words)


def arrives(site: WebSite, page: Page, text: str) -> None:
    """Waits until it is there, sent by the page or by the service worker, and looks that nothing else is."""
    for _ in range(80):
        if received(site):
            break
        page.wait_for_timeout(250)
    assert texts(site) == [text]
    page.wait_for_timeout(500)
    assert texts(site) == [text]


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


def test_three_sightings_with_photos_outlive_the_browser_and_arrive_once(site: WebSite, lasting: Lasting) -> None:
    first = lasting(site.url)
    sign_in(site, first, "rep")
    page = a_tab(first, site)
    open_form(page)
    until_offline_ready(page)
    first.set_offline(True)
    for number, colour in enumerate(("teal", "tomato", "navy"), start=1):
        open_form(page)
        fill(page, f"Seen in a tunnel, number {number}")
        page.set_input_files("#files", a_photo(3000, 2000, colour))
        expect(page.locator("#previews li")).to_have_count(1)
        page.click("#send")
        waiting(page, f"{number} waiting")
        expect(page.locator("#status")).to_contain_text("Kept on this phone")
        expect(page.locator("#text")).to_have_value("")
    assert received(site) == []
    first.close()

    second = lasting(site.url)
    page = a_tab(second, site)
    open_form(page)
    for _ in range(2):  # by the page, or by the service worker that the browser woke
        open_form(page)
        expect(page.locator("#badge")).to_be_hidden()
        expect(page.locator("#waiting")).to_be_hidden()
    assert texts(site) == [f"Seen in a tunnel, number {number}" for number in (1, 2, 3)]
    assert [photos(site, row.sighting_id) for row in received(site)] == [[(2048, 1365)]] * 3


def photos(site: WebSite, sighting_id: str) -> list[tuple[int, int]]:
    """The sizes of the photos of a sighting."""
    with site.desk.reading() as c:
        rows = sightings.attachments_of(c, sighting_id)
    return [Image.open(io.BytesIO(site.shop.attachments.get(row.stored_hash))).size for row in rows]


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


def test_a_session_that_ended_loses_nothing(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    end_sessions(site, "rep")
    fill(page, "Written as the session ended")
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("Sign in again: nothing is lost")
    waiting(page, "1 waiting")
    assert received(site) == []
    sign_in(site, context, "rep")
    open_form(page)
    expect(page.locator("#status")).to_contain_text("Sent:")
    assert texts(site) == ["Written as the session ended"]


def test_what_waits_is_sent_by_a_tap(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    end_sessions(site, "rep")
    fill(page, "Waiting for a tap")
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("Sign in again")
    sign_in(site, context, "rep")
    page.click("#badge")
    page.click("#retry")
    expect(page.locator("#status")).to_contain_text("Sent:")
    assert texts(site) == ["Waiting for a tap"]


def test_another_person_on_the_same_phone_neither_sends_nor_reads(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    until_offline_ready(page)
    context.set_offline(True)
    fill(page, "Canary words of the first")
    page.click("#send")
    waiting(page, "1 waiting")
    page.fill("#text", "Canary draft of the first")
    # before there is a connection: the service worker would send it for its writer at once
    context.clear_cookies()
    sign_in(site, context, "other_rep")
    context.set_offline(False)
    open_form(page)
    expect(page.locator("#others")).to_contain_text("1 waiting of another person")
    expect(page.locator("#badge")).to_be_hidden()
    expect(page.locator("#text")).to_have_value("")
    assert "Canary" not in page.content()
    assert texts(site, "other_rep") == texts(site) == []
    context.clear_cookies()
    sign_in(site, context, "rep")
    open_form(page)
    expect(page.locator("#text")).to_have_value("Canary draft of the first")
    arrives(site, page, "Canary words of the first")


def test_the_form_opens_and_keeps_without_a_connection(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    until_offline_ready(page)
    context.set_offline(True)
    open_form(page, "/r/new?competitor=hooli")
    expect(page.locator("label.chip", has_text="Hooli").locator("input")).to_be_checked()
    page.fill("#text", "Written on a plane")
    choose(page, "It is public")
    page.click("#send")
    waiting(page, "1 waiting")
    expect(page.locator("#status")).to_contain_text("Kept on this phone")
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#badge")).to_be_hidden()
    assert [(row.text, row.competitor) for row in received(site)] == [("Written on a plane", "hooli")]


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


def test_an_answer_that_is_lost_on_the_way_does_not_make_two(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route("**/r/new", lose)
    fill(page, "Answered into the void")
    page.wait_for_timeout(1100)
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("Kept on this phone")
    page.unroute("**/r/new")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#badge")).to_be_hidden()
    assert len(lost) == 1
    assert texts(site) == ["Answered into the void"]


def test_two_tabs_send_what_waits_once(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page, other = a_tab(context, site), context.new_page()
    posts: list[str] = []
    context.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    open_form(page)
    open_form(other)
    until_offline_ready(page)
    context.set_offline(True)
    fill(page, "From one of two tabs")
    page.click("#send")
    waiting(other, "1 waiting")
    posts.clear()
    context.set_offline(False)
    for tab in (page, other):
        tab.evaluate("window.dispatchEvent(new Event('online'))")
    for tab in (page, other):
        expect(tab.locator("#badge")).to_be_hidden()
    assert texts(site) == ["From one of two tabs"]
    assert len(posts) == 1


def test_what_the_server_refuses_is_opened_for_mending_and_stays_until_then(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    fill(page, "With an odd amount")
    page.click("summary")
    page.fill("#deal_amount", "a lot")
    page.click("#send")
    expect(page.locator("#fault-deal_amount")).to_be_visible()
    expect(page.locator("#faults")).to_be_focused()
    waiting(page, "1 waiting")
    expect(page.locator("#waiting")).to_contain_text("Needs you")
    open_form(page)
    expect(page.locator("#deal_amount")).to_have_value("a lot")
    page.fill("#deal_amount", "€120k")
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    open_form(page)
    expect(page.locator("#badge")).to_be_hidden()
    assert [str(row.deal_amount) for row in received(site)] == ["120000.00"]


def test_a_queued_one_that_is_refused_later_is_mended_from_the_list(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    until_offline_ready(page)
    context.set_offline(True)
    fill(page, "With an odd amount")
    page.click("summary")
    page.fill("#deal_amount", "a lot")
    page.click("#send")
    waiting(page, "1 waiting")
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_contain_text("Needs you")
    page.click("text=Mend it")
    expect(page.locator("#fault-deal_amount")).to_be_visible()
    page.fill("#deal_amount", "€120k")
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    assert texts(site) == ["With an odd amount"]


def test_photos_outlive_a_reload_while_a_refused_one_is_mended(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    fill(page, "With a photo and an odd amount")
    page.set_input_files("#files", a_photo())
    page.click("summary")
    page.fill("#deal_amount", "a lot")
    page.click("#send")
    expect(page.locator("#fault-deal_amount")).to_be_visible()
    page.reload()
    page.wait_for_selector(READY, state="attached")
    page.fill("#deal_amount", "€120k")
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    [row] = received(site)
    assert len(photos(site, row.sighting_id)) == 1


def test_the_browser_wakes_the_worker_that_sends_without_a_page(site: WebSite, lasting: Lasting) -> None:
    first = lasting(site.url)
    sign_in(site, first, "rep")
    page = a_tab(first, site)
    open_form(page)
    until_offline_ready(page)
    first.set_offline(True)
    fill(page, "Sent by nobody's hand")
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("Kept on this phone")
    first.close()
    second = lasting(site.url)
    arrives(site, a_tab(second, site), "Sent by nobody's hand")


def test_somebody_who_may_not_report_sees_no_draft_of_another(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    until_offline_ready(page)
    page.fill("#text", "Canary draft")
    context.clear_cookies()
    sign_in(site, context, "viewer")
    open_form(page)
    expect(page.locator("#status")).to_contain_text("Your account may not report")
    expect(page.locator("#text")).to_have_value("")
    assert "Canary" not in page.content()


def test_a_taken_id_is_said_and_the_sighting_is_kept(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    page.route(
        "**/r/new",
        lambda route: (
            route.fulfill(status=409, json={"code": "taken", "detail": "sent before with other words"})
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    fill(page, "The same number twice")
    page.click("#send")
    expect(page.locator("#faults")).to_contain_text("sent before with other words")
    waiting(page, "1 waiting")
    page.unroute("**/r/new")
    page.click("#send")
    page.wait_for_url(re.compile(r"\?new=1$"))
    open_form(page)
    expect(page.locator("#badge")).to_be_hidden()
    assert texts(site) == ["The same number twice"]


@pytest.mark.parametrize(("status", "words"), [(507, "disk"), (503, "desk"), (429, "minute")])
def test_a_server_that_cannot_take_it_now_gets_it_later(
    site: WebSite, lasting: Lasting, status: int, words: str
) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    answers = iter([status])

    def busy(route: Route) -> None:
        refuses = next(answers, None) if route.request.method == "POST" else None
        if refuses:
            route.fulfill(status=refuses, json={"detail": f"not now: {words}"}, headers={"Retry-After": "4"})
        else:
            route.continue_()

    page.route("**/r/new", busy)
    fill(page, "Patience")
    page.click("#send")
    expect(page.locator("#status")).to_contain_text(words)
    arrives(site, page, "Patience")


def test_a_hotels_sign_in_page_is_no_receipt(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    page.route("**/r/new", lambda route: route.fulfill(status=200, body="<h1>Welcome to our Wi-Fi</h1>"))
    fill(page, "Sent from a lobby")
    page.click("#send")
    waiting(page, "1 waiting")
    page.unroute("**/r/new")
    open_form(page)
    expect(page.locator("#badge")).to_be_hidden()
    assert texts(site) == ["Sent from a lobby"]


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
    entry = site.shop.inbox.find(row.sighting_id)
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


def test_signing_out_forgets_who_was_here_and_keeps_what_waits(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    until_offline_ready(page)
    fill(page, "Waits for its writer")
    page.click("summary")
    page.fill("#deal_amount", "a lot")
    page.click("#send")
    expect(page.locator("#fault-deal_amount")).to_be_visible()
    page.goto("/me")
    page.locator("form[action='/sign-out'] button").click()
    page.wait_for_url(lambda url: "/me" not in url)
    context.set_offline(True)
    open_form(page)
    expect(page.locator("#others")).to_contain_text("1 waiting of another person")
    expect(page.locator("#chips input[data-slug]")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("")
    fill(page, "By nobody in particular", "Not sure")
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("Nobody has signed in on this phone yet")
    context.set_offline(False)
    sign_in(site, context, "rep")
    open_form(page)
    expect(page.locator("#waiting")).to_contain_text("Waits for its writer")
    expect(page.locator("#waiting")).to_contain_text("Needs you")
