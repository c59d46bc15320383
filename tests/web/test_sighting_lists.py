"""Lists of sightings hold what their reader may see; and whatever was typed, every page shows it and nothing runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from reports_sent import PAYLOADS, living_parts, send, words
from web_site import WebSite, web_site

from desk.following import sightings

NewSite = Callable[..., WebSite]


def do(site: WebSite, what: Callable[..., Any], sighting_id: str, *more: Any, by: str) -> None:
    with site.desk.writing() as c:
        what(c, sighting_id, *more, by=site.people[by].person_id, now=site.clock.now())


def test_ones_own_list_has_what_waits_on_top_and_goes_on_behind_its_end(new_site: NewSite) -> None:
    site = new_site()
    waiting = send(site, "rep", "Came by mail.", gate="waiting")
    for number in range(30):
        site.clock.go(minutes=1)
        send(site, "rep", f"Number {number}.")
    send(site, "other_rep", "Not mine.")
    rep = site.client("rep")

    first = words(rep.get("/r/mine"))
    assert first.index("Came by mail.") < first.index("Number 29.") < first.index("Number 6.")
    assert "Number 4." not in first
    assert "Not mine" not in first
    older = rep.get("/r/mine").text.split('href="/r/mine?before=')[1].split('"')[0]
    second = words(rep.get(f"/r/mine?before={older}"))
    assert "Number 4." in second
    assert "Number 0." in second
    assert "Number 6." not in second
    assert rep.get("/r/mine").text.count(waiting) == 1


@pytest.mark.parametrize("cursor", ["nonsense", "' OR 1=1 --", "00000000-0000-4000-8000-000000000000", "\x00"])
def test_a_cursor_that_is_none_breaks_nothing(site: WebSite, cursor: str) -> None:
    for who, path in (("rep", "/r/mine"), ("pm", "/sightings"), ("legal", "/quarantine")):
        assert site.client(who).get(path, params={"before": cursor}).status_code == 200


def test_the_inbox_has_filters_in_its_address_and_says_how_many_are_unread(new_site: NewSite) -> None:
    site = new_site()
    read, unread = send(site, "rep", "Read already."), send(site, "rep", "Still unread.")
    send(site, "rep", "About nobody known.", competitor=None, competitor_name="Newcomer")
    send(site, "rep", "Held back.", gate="quarantined")
    do(site, sightings.mark_read, read, by="pm")
    pm = site.client("pm")

    assert "Sightings 2 unread" in words(pm.get("/sightings"))
    assert "Newcomer" in words(pm.get("/sightings"))
    page = pm.get("/sightings", params={"unread": "1", "competitor": "globex"})
    assert unread in page.text
    assert read not in page.text
    assert "About nobody known" not in page.text
    assert "Held back" not in page.text
    assert site.client("rep").get("/sightings").status_code == 403


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSite]:
    running = web_site(tmp_path_factory.mktemp("spoilt") / "workspace")
    yield running
    running.close()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_was_typed_stands_on_every_page_as_it_was_typed_and_does_nothing(
    spoilt: WebSite, payload: str
) -> None:
    site = spoilt
    site.clock.go(minutes=1)
    fields = {"customer": payload, "deal": payload, "area": payload, "comparison": payload}
    sent = send(
        site, "rep", f"{payload} text", competitor=None, competitor_name=payload, files=[(payload, b"x")], **fields
    )
    held = send(site, "rep", f"{payload} held", gate="quarantined", files=[(payload, b"x")], **fields)
    do(site, sightings.ask, sent, payload, by="pm")
    pages = [
        *(site.client("rep").get(path) for path in (f"/r/{sent}?new=1", f"/r/{sent}", "/r/mine")),
        *(site.client("pm").get(path) for path in (f"/r/{sent}", "/sightings")),
        *(site.client("legal").get(path) for path in (f"/quarantine/{held}", "/quarantine")),
        site.client("pm").post(f"/r/{sent}/question", data={"question": payload * (6000 // len(payload) + 1)}),
        site.client("legal").post(f"/quarantine/{held}/reject", data={"reason": payload * (6000 // len(payload) + 1)}),
    ]

    for answer in pages:
        assert answer.status_code in (200, 422)
        assert " ".join(payload.split()) in words(answer)
        assert living_parts(answer) == []


def test_text_of_another_direction_stays_in_its_place(site: WebSite) -> None:
    override = "\u202e"
    sent = send(site, "rep", f"{override}gnihton", area=f"{override}x", customer=f"{override}y")

    page = site.client("rep").get(f"/r/{sent}").text

    for typed in ("gnihton", "x", "y"):
        assert f"<bdi>{override}{typed}</bdi>" in page


def test_a_list_shows_the_beginning_of_a_long_text_alone(site: WebSite) -> None:
    send(site, "admin", "😀" * 15_000)

    page = site.client("admin").get("/r/mine").text

    assert "😀" * 200 in page
    assert "😀" * 201 not in page


def test_pages_of_a_reporter_are_kept_by_no_cache(site: WebSite) -> None:
    sent = send(site, "rep", "Private.")

    for path in (f"/r/{sent}", "/r/mine"):
        assert site.client("rep").get(path).headers["cache-control"] == "no-store"
