"""The form as a page: plain HTML that works without scripts, and what it answers them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest
from bs4 import BeautifulSoup
from web_site import WebSite

from desk.accepting.gate import FOLLOW_UPS
from desk.following import sightings
from detente.sightings import Source
from detente.workspace import Competitor
from web.report import form as report_form

NewSite = Callable[..., WebSite]
FILLED = {
    "text": "Globex cut Team to €19 <b>today</b> & {{ 7*7 }}",
    "competitor": "globex",
    "competitor_other": 'Glo\'bex "GmbH"',
    "source": "partner",
    "confidential": "no",
    "nda": "not_sure",
    "customer": "Contoso <script>alert(1)</script>",
    "deal": "D-1",
    "deal_amount": "€120k",
    "stage": "proposal",
    "close_on": "2026-12-24",
    "area": "SSO",
    "comparison": "They: yes\nWe: no",
    "motive": "rfp_line",
    "confidence": "likely",
    "happened_on": "2026-11-15",
    "may_call": "yes",
}
LITTLE = {"text": "Globex cut Team to €19", "competitor": "globex", "source": "public"}


def opened(client: httpx.Client, **query: str) -> BeautifulSoup:
    answer = client.get("/r/new", params=query)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def hidden(page: BeautifulSoup) -> dict[str, str]:
    return {one["name"]: one["value"] for one in page.select("#report input[type=hidden]")}


def shown(page: BeautifulSoup) -> dict[str, str]:
    """What stands in the form, by field."""
    values = {}
    for one in page.select("#report [name]"):
        kind = one.get("type", one.name)
        if kind in ("radio", "checkbox"):
            if one.has_attr("checked"):
                values[one["name"]] = one["value"]
        elif kind == "textarea":
            values[one["name"]] = one.text.removeprefix("\n")
        elif kind == "select":
            chosen = one.select_one("option[selected]")
            values[one["name"]] = chosen["value"] if chosen else ""
        elif kind not in ("hidden", "file"):
            values[one["name"]] = one["value"] if one.has_attr("value") else ""
    return {name: value for name, value in values.items() if value}


def sent(site: WebSite, who: str = "rep", files: Any = None, **fields: str) -> httpx.Response:
    """Opens the form, waits as long as a person does, and sends it with these fields."""
    client = site.client(who)
    around = hidden(opened(client))
    site.clock.go(seconds=20)
    # an empty file field is sent as an empty part, as browsers do
    parts = files if files is not None else [("files", ("", b"", "application/octet-stream"))]
    return client.post("/r/new", data=around | fields, files=parts)


def received(site: WebSite, who: str = "rep") -> list[sightings.SightingRow]:
    site.services.indexing.run_once()
    with site.desk.reading() as c:
        return sightings.sightings_of(c, site.people[who].person_id, 100, None)


def test_a_form_sent_without_scripts_leads_to_its_receipt(new_site: NewSite) -> None:
    site = new_site()
    answer = sent(site, **FILLED)
    assert answer.status_code == 303
    [row] = received(site)
    assert answer.headers["location"] == f"/r/{row.sighting_id}?new=1"
    assert (row.text, row.comparison) == (FILLED["text"], "They: yes\nWe: no")
    assert (row.competitor, row.competitor_name, row.nda, row.may_call) == ("globex", "", "not_sure", True)


def test_every_opened_form_has_an_id_of_its_own(site: WebSite) -> None:
    ids = {hidden(opened(site.client("rep")))["sighting_id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_rejected_form_keeps_all_that_was_typed(new_site: NewSite) -> None:
    fields = FILLED | {"deal_amount": "a lot", "competitor": "_other", "close_on": "soon"}
    site = new_site()
    answer = sent(site, **fields)
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 422
    assert shown(page) == fields
    assert received(site) == []


def test_a_rejected_form_is_taken_once_it_is_mended(new_site: NewSite) -> None:
    site = new_site()
    client = site.client("rep")
    around = hidden(opened(client))
    site.clock.go(seconds=9)
    refused = client.post("/r/new", data=around | LITTLE | {"source": ""})
    again = hidden(BeautifulSoup(refused.text, "lxml"))
    site.clock.go(seconds=9)
    taken = client.post("/r/new", data=again | LITTLE)
    assert (refused.status_code, taken.status_code) == (422, 303)
    assert again["sighting_id"] == around["sighting_id"]
    assert len(received(site)) == 1


@pytest.mark.parametrize(
    "field", ["text", "competitor", "competitor_other", "source", "nda", "deal_amount", "close_on"]
)
def test_each_fault_stands_at_its_field_and_in_the_summary(new_site: NewSite, field: str) -> None:
    wrong = {"deal_amount": "-1", "close_on": "31.31.2026", "competitor_other": " "}.get(field, "")
    fields = FILLED | {field: wrong} | ({"competitor": "_other"} if field == "competitor_other" else {})
    page = BeautifulSoup(sent(new_site(), **fields).text, "lxml")
    [link] = page.select("#faults a")
    control = page.find(id=link["href"].removeprefix("#"))
    fault = page.find(id=f"fault-{field}")
    assert control["name"] == field
    assert control["aria-invalid"] == "true"
    assert f"fault-{field}" in control["aria-describedby"].split()
    assert fault.text
    assert not fault.has_attr("hidden")
    assert fault.text in page.select_one("#faults").text
    assert page.title.text.startswith("Not sent yet")


@pytest.mark.parametrize("source", get_args(Source))
def test_what_a_source_asks_must_be_answered(new_site: NewSite, source: Source) -> None:
    site = new_site()
    answer = sent(site, **LITTLE | {"source": source})
    page = BeautifulSoup(answer.text, "lxml")
    asked = {one["id"].removeprefix("fault-") for one in page.select(".fault:not([hidden])")}
    assert asked == set(FOLLOW_UPS[source])
    assert len(received(site)) == (0 if FOLLOW_UPS[source] else 1)


def test_an_answer_to_a_question_that_is_no_longer_shown_does_not_count(new_site: NewSite) -> None:
    site = new_site()
    sent(site, **LITTLE, meant_for_me="no", own_prices="yes")
    [row] = received(site)
    assert (row.meant_for_me, row.own_prices, row.gate) == (None, None, "cleared")


@pytest.mark.parametrize("name", ["Globex Desk", "globex", "  GLOBEX   desk "])
def test_a_known_name_written_by_hand_is_that_competitor(new_site: NewSite, name: str) -> None:
    site = new_site()
    sent(site, **LITTLE | {"competitor": "_other", "competitor_other": name})
    assert [(row.competitor, row.competitor_name) for row in received(site)] == [("globex", "")]


def test_an_unknown_name_stays_a_name(new_site: NewSite) -> None:
    site = new_site()
    sent(site, **LITTLE | {"competitor": "_other", "competitor_other": "Wayne Tech"})
    assert [(row.competitor, row.competitor_name) for row in received(site)] == [(None, "Wayne Tech")]


def test_a_name_that_two_competitors_share_stays_a_name() -> None:
    both = [Competitor(slug=slug, name=slug, aliases=("Twin",), domains=(), pages=()) for slug in ("a", "b")]
    form = report_form.Typed(
        values=report_form.empty(text="x", competitor="_other", competitor_other="twin", source="public"),
        sighting_id=str(uuid4()),
    )
    made = report_form.submission(form, both, "EUR")
    assert (made.competitor, made.competitor_name) == (None, "twin")


def test_not_sure_is_an_answer(new_site: NewSite) -> None:
    site = new_site()
    sent(site, **LITTLE | {"competitor": "_not_sure"})
    assert [(row.competitor, row.competitor_name) for row in received(site)] == [(None, "")]


def test_a_rejected_form_says_that_its_files_must_be_chosen_again(new_site: NewSite) -> None:
    files = [("files", (f"note{n}.txt", b"words", "text/plain")) for n in range(2)]
    answer = sent(new_site(), files=files, **LITTLE | {"source": ""})
    assert answer.status_code == 422
    assert "choose your 2 files again" in BeautifulSoup(answer.text, "lxml").select_one("#faults").text


def test_more_files_than_are_taken_are_told_in_the_form(new_site: NewSite) -> None:
    files = [("files", (f"note{n}.txt", b"words", "text/plain")) for n in range(7)]
    answer = sent(new_site(), files=files, **LITTLE)
    assert answer.status_code == 422
    assert "7 files" in BeautifulSoup(answer.text, "lxml").find(id="fault-files").text


def test_the_amount_that_we_understood_is_said(new_site: NewSite) -> None:
    page = BeautifulSoup(sent(new_site(), **FILLED | {"deal_amount": "1.5m USD", "text": ""}).text, "lxml")
    assert page.find(id="hint-deal_amount").text == "= $1,500,000?"


def test_what_was_typed_is_never_more_than_text(new_site: NewSite) -> None:
    page = sent(new_site(), **dict.fromkeys(FILLED, '</textarea><script>alert(1)</script>" onfocus="alert(2)')).text
    assert [one.get("src") for one in BeautifulSoup(page, "lxml").find_all("script") if not one.get("src")] == []
    assert "onfocus" not in {name for one in BeautifulSoup(page, "lxml").find_all(True) for name in one.attrs}


def test_the_page_holds_no_script_and_no_style_of_its_own(site: WebSite) -> None:
    page = opened(site.client("rep"))
    assert [one for one in page.find_all("script") if one.text.strip()] == []
    assert page.find_all("style") == []
    assert [name for one in page.find_all(True) for name in one.attrs if name == "style" or name.startswith("on")] == []


def test_the_same_form_with_other_words_is_kept_and_leads_to_the_first(new_site: NewSite) -> None:
    site = new_site()
    client = site.client("rep")
    around = hidden(opened(client))
    site.clock.go(seconds=9)
    client.post("/r/new", data=around | LITTLE)
    answer = client.post("/r/new", data=around | LITTLE | {"text": "Another thing"})
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 409
    assert page.select_one(f'#faults a[href="/r/{around["sighting_id"]}"]')
    assert shown(page)["text"] == "Another thing"
    assert hidden(page)["sighting_id"] != around["sighting_id"]
    assert len(received(site)) == 1


def test_a_form_that_somebody_else_opened_is_not_sent_in_this_name(new_site: NewSite) -> None:
    site = new_site()
    around = hidden(opened(site.client("other_rep")))
    site.clock.go(seconds=9)
    answer = site.client("rep").post("/r/new", data=around | LITTLE)
    told = site.client("rep").post("/r/new", data=around | LITTLE, headers={"Accept": "application/json"})
    assert (answer.status_code, told.status_code) == (409, 409)
    assert told.json()["code"] == "other_person"
    assert shown(BeautifulSoup(answer.text, "lxml"))["text"] == LITTLE["text"]
    assert received(site) == received(site, "other_rep") == []


def test_a_form_without_an_id_gets_one_and_can_be_sent(new_site: NewSite) -> None:
    site = new_site()
    client = site.client("rep")
    around = hidden(opened(client)) | {"sighting_id": "1 OR 1=1"}
    site.clock.go(seconds=9)
    answer = client.post("/r/new", data=around | LITTLE)
    again = client.post("/r/new", data=hidden(BeautifulSoup(answer.text, "lxml")) | LITTLE)
    assert (answer.status_code, again.status_code) == (422, 429)  # the second within the same second
    assert len(received(site)) == 0


def test_a_robots_form_is_refused_kept_and_counted(new_site: NewSite) -> None:
    site = new_site()
    client = site.client("rep")
    around = hidden(opened(client))
    site.clock.go(seconds=0.4)
    quick = client.post("/r/new", data=around | LITTLE)
    site.clock.go(seconds=9)
    trapped = client.post("/r/new", data=around | LITTLE | {"website": "https://spam.example"})
    nameless = client.post("/r/new", data={"written_by": around["written_by"], **LITTLE})
    assert [one.status_code for one in (quick, trapped, nameless)] == [429, 429, 429]
    assert quick.headers["retry-after"] == "1"
    assert shown(BeautifulSoup(trapped.text, "lxml"))["text"] == LITTLE["text"]
    assert received(site) == []
    health = site.client("admin").get("/admin/health").text
    assert "form sent too quickly: 2, hidden field filled in: 1" in health


def test_too_many_in_a_minute_are_held_for_one_person_alone(new_site: NewSite) -> None:
    site = new_site("[limits]\nsightings_per_minute = 2\n")
    # each is 20 seconds after the one before: all three are within the minute that begins with the first
    answers = [sent(site, **LITTLE) for _ in range(3)]
    other = sent(site, "other_rep", **LITTLE)
    site.clock.go(seconds=61)
    later = sent(site, **LITTLE)
    assert [one.status_code for one in answers] == [303, 303, 429]
    assert other.status_code == later.status_code == 303


def test_a_burst_is_answered_429_with_the_words_kept(new_site: NewSite) -> None:
    site = new_site("[limits]\nsightings_per_minute = 3\n")
    client = site.client("rep")
    around = hidden(opened(client))
    site.clock.go(seconds=9)
    answers = [client.post("/r/new", data=around | LITTLE | {"sighting_id": str(uuid4())}) for _ in range(4)]
    assert [one.status_code for one in answers] == [303, 303, 303, 429]
    assert 0 < int(answers[3].headers["retry-after"]) <= 60
    assert shown(BeautifulSoup(answers[3].text, "lxml"))["text"] == LITTLE["text"]
    assert len(received(site)) == 3
    assert "sightings: 1" in site.client("admin").get("/admin/health").text


def as_scripts_do(site: WebSite, client: httpx.Client, **fields: str) -> httpx.Response:
    around = {"sighting_id": str(uuid4()), "written_by": site.people["rep"].person_id, "seconds_open": "12.5"}
    return client.post("/r/new", data=around | LITTLE | fields, headers={"Accept": "application/json"})


def test_scripts_are_told_201_and_then_200(new_site: NewSite) -> None:
    site = new_site()
    client, same = site.client("rep"), {"sighting_id": str(uuid4()), "sent_at": "2026-11-13T08:00:00.000Z"}
    first, second = as_scripts_do(site, client, **same), as_scripts_do(site, client, **same)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["location"] == f"/r/{same['sighting_id']}?new=1"
    [row] = received(site)
    assert row.sent_at.isoformat() == "2026-11-13T08:00:00+00:00"


def test_scripts_are_told_each_fault_by_its_field(new_site: NewSite) -> None:
    site = new_site()
    told = as_scripts_do(site, site.client("rep"), source="document", text="")
    assert told.status_code == 422
    assert told.headers["content-type"] == "application/problem+json"
    assert [one["field"] for one in told.json()["errors"]] == ["text", *FOLLOW_UPS["document"]]


def test_scripts_are_told_401_once_the_session_has_ended(new_site: NewSite) -> None:
    site = new_site()
    client = site.client("rep")
    site.clock.go(hours=13)
    site.services.sessions.forget()
    assert as_scripts_do(site, client).status_code == 401
    assert client.get("/r/new", headers={"Accept": "application/json"}).status_code == 401


def test_twenty_posts_at_once_of_one_form_are_one_sighting(new_site: NewSite) -> None:
    site = new_site()
    clients, same = [site.client("rep") for _ in range(20)], str(uuid4())
    with ThreadPoolExecutor(20) as at_once:
        answers = list(at_once.map(lambda client: as_scripts_do(site, client, sighting_id=same), clients))
    assert sorted(one.status_code for one in answers) == [200] * 19 + [201]
    assert len(received(site)) == 1


def test_a_full_disk_acknowledges_nothing_and_keeps_what_was_typed(new_site: NewSite) -> None:
    site = new_site()
    for folder in (site.root / "data" / "inbox").iterdir():
        folder.rmdir()
        folder.write_bytes(b"")  # where a folder was, nothing can be written any more
    answer = sent(site, **LITTLE)
    assert answer.status_code == 507
    assert shown(BeautifulSoup(answer.text, "lxml"))["text"] == LITTLE["text"]


def test_the_competitors_of_ones_own_last_sightings_come_first(new_site: NewSite) -> None:
    more = {
        f"competitors/{slug}.toml": f'name = "{slug.title()}"\n' for slug in ("acorn", "birch", "cedar", "delta", "elm")
    }
    site = new_site(files=more)
    sent(site, **LITTLE | {"competitor": "elm"})
    received(site)
    told = site.client("rep").get("/r/new", headers={"Accept": "application/json"}).json()
    others = site.client("other_rep").get("/r/new", headers={"Accept": "application/json"}).json()
    assert told["choices"][0][0] == "elm"
    assert others["choices"][0][0] == "acorn"
    assert len(told["choices"]) == len(others["choices"]) == 5
    assert "Globex" in told["names"]


@pytest.mark.parametrize(
    ("competitor", "deal", "filled"),
    [
        ("globex", "", {"competitor": "globex"}),
        ("globex", "0065g00000ABC", {"competitor": "globex", "deal": "0065g00000ABC"}),
        ("nobody", "D-17", {"deal": "D-17"}),
        ("_other", "Jane Doe", {}),
        ("", "jane.doe@contoso.example", {}),
        ("<script>", "1" * 41, {}),
    ],
)
def test_an_address_fills_in_a_known_competitor_and_a_deals_number_alone(
    site: WebSite, competitor: str, deal: str, filled: dict[str, str]
) -> None:
    assert shown(opened(site.client("rep"), competitor=competitor, deal=deal)) == filled
