"""What the form keeps on the phone: sent later, by its writer alone, and exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from live_site import end_sessions, received, sign_in
from playwright.sync_api import BrowserContext, Route, expect
from report_pages import (
    READY,
    a_photo,
    a_tab,
    arrives,
    choose,
    fill,
    open_form,
    photos,
    texts,
    until_offline_ready,
    waiting,
)
from web_site import WebSite

pytestmark = [pytest.mark.slow, pytest.mark.system("chromium")]

Lasting = Callable[..., BrowserContext]


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
    arrives(site, page, *(f"Seen in a tunnel, number {number}" for number in (1, 2, 3)))
    assert [photos(site, row.sighting_id) for row in received(site)] == [[(2048, 1365)]] * 3


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
    arrives(site, page, "Written as the session ended")
    expect(page.locator("#badge")).to_be_hidden()


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
    arrives(site, page, "Waiting for a tap")


def test_what_waits_stands_on_every_page_and_goes_from_there(site: WebSite, lasting: Lasting) -> None:
    context = lasting(site.url)
    sign_in(site, context, "rep")
    page = a_tab(context, site)
    open_form(page)
    end_sessions(site, "rep")
    fill(page, "Sent from the list of mine")
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("Sign in again")
    sign_in(site, context, "other_rep")
    page.goto("/r/mine")
    expect(page.locator("#badge")).to_be_hidden()
    assert texts(site) == []

    sign_in(site, context, "rep")
    page.goto("/r/mine")
    expect(page.locator("#badge")).to_have_text("1 sent", timeout=30_000)
    arrives(site, page, "Sent from the list of mine")


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
    arrives(site, page, "Written on a plane")
    expect(page.locator("#badge")).to_be_hidden()
    assert [(row.text, row.competitor) for row in received(site)] == [("Written on a plane", "hooli")]


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
    arrives(site, page, "Answered into the void")


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
    arrives(site, page, "From one of two tabs")
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
    arrives(site, page, "The same number twice")


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
    arrives(site, page, "Sent from a lobby")
    expect(page.locator("#badge")).to_be_hidden()


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
