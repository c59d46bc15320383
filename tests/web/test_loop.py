"""The loop back to the rep, end to end: reported by the form, compared, reviewed, decided, credited, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from pictures import photo
from reports_sent import send, words
from web_site import WebSite

from desk.deciding import decisions, edits, reviews
from desk.places import attachments_of, inbox_of
from desk.privacy.erase import erase
from desk.rewarding import ledger
from desk.rewarding.verify import verify
from detente.errors import NotAllowedError
from flows import ingest, rewarding
from flows.job import Job, Silent

pytestmark = pytest.mark.slow

NewSite = Callable[..., WebSite]
SAID = {
    "text": "Globex offered Contoso the Team plan at 19 euros for the first year, if they sign in November.",
    "competitor": "globex", "source": "customer", "confidential": "no", "customer": "Contoso", "deal": "Renewal",
    "happened_on": "2026-11-11",
}  # fmt: skip


def ingested(site: WebSite) -> None:
    job = Job(workspace=site.services.workspace, clock=site.clock, progress=Silent())
    asyncio.run(ingest.ingest(job))


def settled(site: WebSite) -> None:
    rewarding.settle_now(site.services.workspace, site.clock)


def reported(site: WebSite, who: str = "rep", **said: str) -> str:
    """What somebody sends by the form, with a photo; its id."""
    client = site.client(who)
    page = BeautifulSoup(client.get("/r/new").text, "lxml")
    around = {one["name"]: one["value"] for one in page.select("#report input[type=hidden]")}
    files = [("files", ("offer.png", photo(form="PNG", colour=(len(str(said)) % 256, 0, 0)), "image/png"))]
    site.clock.go(seconds=20)  # nobody types that in no time
    answer = client.post("/r/new", data=around | SAID | said, files=files)
    assert answer.status_code == 303, answer.text
    site.services.indexing.run_once()
    ingested(site)
    return answer.headers["location"].removeprefix("/r/").partition("?")[0]


def review(site: WebSite, sighting_id: str, word: Any, by: str = "pm") -> None:
    with site.desk.writing() as c:
        reviews.record(c, sighting_id, word, by=site.people[by], now=site.clock.now())
    settled(site)


def seen(site: WebSite, sighting_id: str, who: str = "rep") -> str:
    return words(site.client(who).get(f"/r/{sighting_id}"))


def points(site: WebSite, who: str = "rep") -> tuple[int, int]:
    """Pending and earned; and the ledger verifies."""
    with site.desk.reading() as c:
        assert verify(c, None).faults == ()
        balances = ledger.balances(c, site.people[who].person_id)
    return balances.pending, balances.earned


def test_what_a_rep_reports_comes_back_to_them_step_by_step(new_site: NewSite) -> None:
    site = new_site()
    sent = reported(site)

    assert "Compared: nobody else has told this so far" in seen(site, sent)
    assert "4 points pending, until somebody of Product has found it true" in seen(site, sent)
    assert "5 × 1.0 new × 0.78 fresh = 4, rule v1 (pending)" in seen(site, sent)
    assert points(site) == (4, 0)

    site.clock.go(days=1)
    review(site, sent, "verified")
    assert "Credited to you: 4 points" in seen(site, sent)
    assert points(site) == (0, 4)

    with site.desk.writing() as c:
        decision_id = decisions.decide(
            c, item_id=sent, kind="price", because="Three customers named it.", reply="A new offer comes this week.",
            sightings=[sent], score=None, rules_version=None, by=site.people["pm"], now=site.clock.now(),
        )  # fmt: skip
    settled(site)
    assert "Decided: it goes into pricing" in seen(site, sent)
    assert "Three customers named it. A new offer comes this week." in seen(site, sent)
    assert points(site) == (0, 8)

    site.clock.go(days=20)
    with site.desk.writing() as c:
        decisions.judge(c, decision_id, "right", by=site.people["sales_lead"], now=site.clock.now())
    settled(site)
    assert points(site) == (0, 10)
    assert "Credited to you: 10 points" in seen(site, sent)

    ingested(site)
    ingested(site)
    assert points(site) == (0, 10)


def test_each_point_stands_on_the_page_of_rewards_with_its_sum_and_its_sighting(new_site: NewSite) -> None:
    site = new_site()
    sent = reported(site)
    review(site, sent, "verified")
    page = BeautifulSoup(site.client("rep").get("/rewards").text, "lxml")
    told = site.program(site.token("rep", "sightings:read")[1]).get("/api/v1/rewards").json()

    [line] = page.select(".credits > li")
    assert " ".join(line.get_text(" ").split()) == (
        f"+4 True, and told by nobody before earned 5 × 1.0 new × 0.78 fresh = 4, rule v1 "
        f"R-{sent[:8].upper()} · 16 Nov 2026"
    )
    assert line.a is not None
    assert line.a["href"] == f"/r/{sent}"
    assert {name: told[name] for name in ("quarter", "pending", "earned", "redeemed", "available")} == {
        "quarter": "2026-Q4", "pending": 0, "earned": 4, "redeemed": 0, "available": 4,
    }  # fmt: skip
    assert [(one["sighting_id"], one["rule"], one["points"], one["state"]) for one in told["credits"]] == [
        (sent, "new", 4, "earned")
    ]


def test_colleagues_see_that_it_was_credited_and_neither_points_nor_reasons(new_site: NewSite) -> None:
    site = new_site()
    sent = reported(site)
    review(site, sent, "verified")
    pages = {who: seen(site, sent, who) for who in ("pm", "sales_lead", "admin")}
    api = site.program(site.token("pm", "sightings:read")[1]).get(f"/api/v1/sightings/{sent}").text

    for told in (*pages.values(), api):
        assert "Credited" in told
        assert "fresh" not in told
        assert "4 points" not in told
    others = {who: words(site.client(who).get("/rewards")) for who in ("pm", "sales_lead", "admin", "other_rep")}
    assert not any("fresh" in told.partition("By which rules")[0] for told in others.values())


def test_a_product_manager_who_reports_reviews_nothing_of_it_and_gets_the_same_credit_from_a_colleague(
    new_site: NewSite,
) -> None:
    site = new_site()
    sent = reported(site, "pm")

    with pytest.raises(NotAllowedError, match="nobody reviews their own"):
        review(site, sent, "verified")
    assert points(site, "pm") == (4, 0)


def test_what_is_merged_after_it_was_paid_is_paid_as_what_it_is_and_split_again_goes_back(new_site: NewSite) -> None:
    site = new_site()
    first = reported(site)
    site.clock.go(days=1)
    other = "Umbrella Ltd was told that in its first year a Team seat costs no more than 19 €, as a welcome."
    second = reported(site, "other_rep", text=other, customer="Umbrella", deal="New", happened_on="2026-11-16")
    site.clock.go(days=1)
    new = "Globex told Soylent that from January on the help desk is closed at night, on every plan."
    third = reported(site, "other_rep", text=new, customer="Soylent", deal="Third", happened_on="2026-11-18")
    for sent in (first, second, third):
        review(site, sent, "verified")
    assert (points(site), points(site, "other_rep")) == ((0, 4), (0, 10))

    def mend(how: Callable[..., None]) -> None:
        site.clock.go(hours=1)
        with site.desk.writing() as c:
            how(c, first, second, by=site.people["pm"], now=site.clock.now())
        ingested(site)

    mend(edits.merge)
    assert "Put beside 1 sighting that says the same" in seen(site, second, "other_rep")
    assert "2 × 1.0 confirmed × 0.95 fresh = 2, rule v1" in seen(site, second, "other_rep")
    assert (points(site), points(site, "other_rep")) == ((0, 4), (0, 7))

    mend(edits.split)
    assert (points(site), points(site, "other_rep")) == ((0, 4), (0, 10))
    ingested(site)
    assert (points(site), points(site, "other_rep")) == ((0, 4), (0, 10))


def test_what_the_gate_holds_back_earns_nothing_ever(new_site: NewSite) -> None:
    site = new_site()
    held = send(site, "rep", SAID["text"], gate="quarantined", customer="Contoso")
    for _ in range(2):
        ingested(site)

    with site.desk.reading() as c:
        assert ledger.entries(c) == []
    assert "points" not in seen(site, held).partition("What becomes of it")[2]


def test_of_somebody_who_was_erased_the_totals_stay_under_former_member(new_site: NewSite) -> None:
    site = new_site()
    sent = reported(site)
    review(site, sent, "verified")
    rep = site.people["rep"].person_id
    services = site.services
    with site.desk.reading() as c:
        before = [ledger.balance(c, account) for account in (f"earned:{rep}", "program:2026-Q4", "issued")]
    erase(
        services.desk, inbox_of(services.workspace), attachments_of(services.workspace), rep, by=None,
        now=site.clock.now(),
    )  # fmt: skip
    for _ in range(2):
        ingested(site)

    with site.desk.reading() as c:
        after = [ledger.balance(c, account) for account in (f"earned:{rep}", "program:2026-Q4", "issued")]
        assert verify(c, None).faults == ()
    assert after == before == [4, 1996, -2000]
