"""Right after sending: what was kept, what is known already, and what Product wants to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pictures import photo
from reports_sent import send, send_only, words
from timeline import Timeline, price, release, sighting
from web_site import WebSite, web_site

from desk.following import sightings

NewSite = Callable[..., WebSite]
WANTED = """\
[[questions]]
id = "sso"
competitor = "globex"
question = "What does single sign-on cost there?"
because = "It decides on our Team plan."
"""


def row(site: WebSite, sighting_id: str) -> Any:
    with site.desk.reading() as c:
        return sightings.sighting(c, sighting_id)


def do(site: WebSite, what: Callable[..., Any], sighting_id: str, *more: Any, by: str | None) -> None:
    person_id = site.people[by].person_id if by else None
    with site.desk.writing() as c:
        what(c, sighting_id, *more, by=person_id, now=site.clock.now())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    running = web_site(tmp_path_factory.mktemp("receipts") / "workspace", files={"wanted.toml": WANTED})
    yield running
    running.close()


def test_right_after_sending_the_page_says_when_it_was_kept_and_under_which_name(site: WebSite) -> None:
    sent = send_only(site, "rep", "Globex raises the Team plan to 59 euros.")

    page = words(site.client("rep").get(f"/r/{sent}?new=1"))

    assert f"Thank you, kept safe at 10:00 R-{sent[:8].upper()} Product can read it now." in page
    assert row(site, sent).gate == "cleared"


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ("cleared", "Product can read it now."),
        ("waiting", "It waits for an answer of yours."),
        ("quarantined", "Only legal can see this until they have looked. You did right to say how you learned it"),
        ("not_kept", "Neither the text nor any file was kept; only that there was a sighting. You did right"),
    ],
)
def test_what_the_gate_said_is_told_in_honest_words(site: WebSite, gate: str, says: str) -> None:
    sent = send(site, "rep", f"A report that is {gate}.", gate=gate)

    assert says in words(site.client("rep").get(f"/r/{sent}?new=1"))
    assert says in words(site.client("rep").get(f"/r/{sent}"))


def test_nothing_is_said_to_be_kept_that_is_not(site: WebSite) -> None:
    sent = send(site, "rep", "Their prices in March.", gate="not_kept")

    page = words(site.client("rep").get(f"/r/{sent}?new=1"))

    assert "kept safe" not in page
    assert "Thank you for saying so" in page


def test_the_amount_of_a_deal_is_said_back_as_it_was_understood(site: WebSite) -> None:
    sent = send(site, "rep", "In a deal.", deal_amount="1,5m")

    assert "= €1,500,000 from “1,5m”" in words(site.client("rep").get(f"/r/{sent}?new=1"))


def test_personal_data_of_somebody_in_the_text_are_pointed_out_to_its_reporter(site: WebSite) -> None:
    told = send(site, "rep", "Ask jane.doe@contoso.example or +49 30 901820 about it.")
    plain = send(site, "rep", "Nobody is named in this one.")

    page = words(site.client("rep").get(f"/r/{told}?new=1"))

    assert "Your text seems to hold the e-mail address and the phone number of somebody." in page
    assert "seems to hold" not in words(site.client("rep").get(f"/r/{plain}?new=1"))


def test_the_reporter_is_asked_what_product_wants_to_know(site: WebSite) -> None:
    sent = send(site, "rep", "They have a new plan.")

    answer = site.client("rep").get(f"/r/{sent}?new=1")

    assert "What does single sign-on cost there? It decides on our Team plan." in words(answer)
    assert 'href="/r/new?competitor=globex"' in answer.text
    assert "single sign-on" not in words(site.client("rep").get(f"/r/{sent}"))


def test_what_a_colleague_told_before_is_named_with_its_share(new_site: NewSite) -> None:
    site = new_site()
    send(site, "other_rep", "Globex told Contoso that the Team plan costs 49 euros per user from January on.")
    same = send(site, "rep", "FYI Globex told Contoso that the Team plan costs 49 EUR per user from January on.")
    price_moved = send(site, "rep", "Globex told Contoso that the Team plan costs 45 euros per user from January on.")

    assert "A colleague reported this on Mon 16 Nov 2026" in words(site.client("rep").get(f"/r/{same}?new=1"))
    page = words(site.client("rep").get(f"/r/{price_moved}?new=1"))
    assert "Same subject, other facts" in page
    assert "Yours says 45; the earlier one says 49." in page


def test_what_one_told_before_oneself_is_not_said_to_be_a_colleagues(new_site: NewSite) -> None:
    site = new_site()
    send(site, "rep", "Globex told Contoso that the Team plan costs 49 euros per user from January on.")
    again = send(site, "rep", "FYI Globex told Contoso that the Team plan costs 49 euros per user from January on.")

    page = words(site.client("rep").get(f"/r/{again}?new=1"))

    assert "You reported this before, on Mon 16 Nov 2026" in page
    assert "colleague reported" not in page


def test_the_very_same_photo_is_a_hint_whoever_sent_it(new_site: NewSite) -> None:
    site = new_site()
    send(site, "other_rep", "Seen at the fair.", files=[("a.jpg", photo())])
    held = send(site, "other_rep", "Seen elsewhere.", gate="quarantined", files=[("a.jpg", photo())])

    sent = send(site, "rep", "A slide of theirs.", files=[("b.jpg", photo())])
    page = words(site.client("rep").get(f"/r/{sent}?new=1"))

    assert "The very same file came with a sighting on Mon 16 Nov 2026, 10:00. Seen at the fair." in page
    assert "Seen elsewhere." not in page
    assert held[:8].upper() not in page


def test_a_hint_names_neither_customer_nor_deal_nor_reporter(new_site: NewSite) -> None:
    site = new_site()
    told = "Other Rep Person saw it at Contoso, in deal Quixote: call +49 30 901820 or x@contoso.test."
    send(site, "other_rep", told, files=[("a.jpg", photo())], customer="Contoso", deal="Quixote")

    sent = send(site, "rep", "A slide of theirs.", files=[("b.jpg", photo())])
    page = words(site.client("rep").get(f"/r/{sent}?new=1"))

    assert "[reporter] saw it at [customer], in deal [deal]: call [phone] or [e-mail]." in page


def test_what_is_held_back_or_withdrawn_is_never_said_to_be_alike(new_site: NewSite) -> None:
    site = new_site()
    text = "Globex told Contoso that the Team plan costs 49 euros per user from January on."
    send(site, "other_rep", text, gate="quarantined")
    send(site, "other_rep", text, gate="waiting")
    withdrawn = send(site, "other_rep", text)
    do(site, sightings.withdraw, withdrawn, by="other_rep")

    sent = send(site, "rep", text)

    assert "Told before?" not in words(site.client("rep").get(f"/r/{sent}?new=1"))


def test_what_is_known_is_given_back_and_what_the_crawler_saw_is_named(new_site: NewSite) -> None:
    site = new_site()
    gone = send(site, "other_rep", "A report that is withdrawn later.")
    line = Timeline(site.services.workspace.data)
    line.seen(price("Team", "49"))
    line.seen(price("Team", "59"))
    line.seen(release("3.1", "Single sign-on."), page_id="globex/news", kind="release_notes")
    line.build()
    there = send(site, "other_rep", "They win with their import.")
    line.reported(
        sighting(1, sighting_id=there, text="They win with their import."),
        sighting(2, sighting_id=gone, text="A report that is withdrawn later."),
    )
    do(site, sightings.withdraw, gone, by="other_rep")

    sent = send(site, "rep", "The Team plan is 59 now, up from 49.")
    page = words(site.client("rep").get(f"/r/{sent}?new=1"))

    assert "What we know about Globex Desk" in page
    assert "Team: price up, 49 USD / month → 59 USD / month" in page
    assert "Version 3.1: Single sign-on." in page
    assert "Our crawler saw this on Thu 8 Oct 2026" in page
    assert "They win with their import." in page
    assert "withdrawn later" not in page


def test_without_a_published_file_the_page_says_so_and_all_else_stands(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")

    page = words(site.client("rep").get(f"/r/{sent}?new=1"))

    assert "Nothing is published yet" in page
    assert "kept safe" in page
