"""A reporter sees what became of a sighting, and what they may do with it; nobody else does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pictures import photo
from reports_sent import ANSWERS, send, words
from web_site import WebSite, web_site

from desk.following import sightings

NewSite = Callable[..., WebSite]


def row(site: WebSite, sighting_id: str) -> Any:
    with site.desk.reading() as c:
        return sightings.sighting(c, sighting_id)


def do(site: WebSite, what: Callable[..., Any], sighting_id: str, *more: Any, by: str | None) -> None:
    person_id = site.people[by].person_id if by else None
    with site.desk.writing() as c:
        what(c, sighting_id, *more, by=person_id, now=site.clock.now())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    running = web_site(tmp_path_factory.mktemp("receipts") / "workspace")
    yield running
    running.close()


def test_a_receipt_shows_each_step_with_its_time_or_that_it_is_still_to_come(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")
    rep = site.client("rep")

    assert "Received Mon 16 Nov 2026, 10:00 Not read yet" in words(rep.get(f"/r/{sent}"))

    site.clock.go(days=4)
    rep = site.client("rep")
    with site.desk.writing() as c:
        sightings.record(c, sent, "nudged", by=None, now=site.clock.now())
    assert "they were reminded. Fri 20 Nov 2026, 10:00" in words(rep.get(f"/r/{sent}"))

    do(site, sightings.mark_read, sent, by="pm")
    assert "Read by Product Fri 20 Nov 2026, 10:00 · Pm Person" in words(rep.get(f"/r/{sent}"))


OWN = ("", "/withdraw")
DOES = ("withdraw", "complete", "answer", "question", "read", "attachments")


@pytest.mark.parametrize("gate", ANSWERS)
@pytest.mark.parametrize("who", ["other_rep", "pm", "sales_lead", "admin", "legal"])
def test_what_is_not_yours_is_not_there(site: WebSite, gate: str, who: str) -> None:
    canary = f"canary {uuid.uuid4().hex}"
    sent = send(site, "rep", canary, gate=gate, files=[("a.jpg", photo())])
    client, unknown = site.client(who), uuid.uuid4()
    may_open = gate == "cleared" and who in ("pm", "sales_lead", "admin")

    for path in OWN:
        answer, missing = client.get(f"/r/{sent}{path}"), client.get(f"/r/{unknown}{path}")
        if may_open and path == "":
            assert answer.status_code == 200
        elif who == "legal" and gate != "cleared" and path == "":
            assert answer.headers["location"] == f"/quarantine/{sent}"
        else:
            assert (answer.status_code, answer.text.replace(sent, str(unknown))) == (404, missing.text)
            assert canary not in answer.text


@pytest.mark.parametrize("what", DOES)
def test_what_is_not_yours_cannot_be_touched(site: WebSite, what: str) -> None:
    sent = send(site, "rep", "Mine alone.", gate="waiting")
    before = row(site, sent)
    body = {"answer": "x", "question": "x", "source": "public"}

    for who in ("other_rep", "pm", "legal", "viewer"):
        answer = site.client(who).post(f"/r/{sent}/{what}", data=body)
        assert answer.status_code in (403, 404), who
    assert row(site, sent) == before


def test_a_reporter_withdraws_after_being_asked_once(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "Never mind.")
    rep = site.client("rep")

    assert "It cannot be taken back" in words(rep.get(f"/r/{sent}/withdraw"))
    assert not row(site, sent).is_withdrawn
    for _ in range(2):  # the button clicked twice
        answer = rep.post(f"/r/{sent}/withdraw")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{sent}?done=withdrawn")

    assert row(site, sent).is_withdrawn
    assert "You took it back" in words(rep.get(f"/r/{sent}"))
    assert site.client("pm").get(f"/r/{sent}").status_code == 404
    assert "Never mind" not in site.client("pm").get("/sightings").text


def test_a_missing_answer_is_given_right_there_and_the_gate_judges_anew(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "Came by mail.", gate="waiting")
    rep = site.client("rep")

    assert "One answer is missing How did you learn this?" in words(rep.get(f"/r/{sent}?new=1"))
    assert rep.post(f"/r/{sent}/complete", data={"source": "public"}).status_code == 303

    assert row(site, sent).gate == "cleared"
    assert "Product can read it now." in words(rep.get(f"/r/{sent}"))


def test_an_answer_that_opens_more_questions_keeps_what_was_chosen_and_asks_them(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "Came by mail.", gate="waiting")
    rep = site.client("rep")

    answer = rep.post(f"/r/{sent}/complete", data={"source": "document"})

    assert answer.status_code == 422
    assert 'value="document" required checked' in answer.text
    assert "Was the document meant for you?" in words(answer)
    given = {"source": "document", "confidential": "yes", "nda": "no", "meant_for_me": "yes"}
    assert rep.post(f"/r/{sent}/complete", data=given).status_code == 303
    assert row(site, sent).gate == "quarantined"


def test_a_question_is_asked_read_and_answered(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")
    rep, pm = site.client("rep"), site.client("pm")

    assert "Your answer" not in words(rep.get(f"/r/{sent}"))
    assert pm.post(f"/r/{sent}/question", data={"question": "Which edition?"}).status_code == 303
    assert "Which edition?" in words(rep.get(f"/r/{sent}"))
    assert rep.post(f"/r/{sent}/answer", data={"answer": "The cloud one."}).status_code == 303
    assert "The cloud one." in words(pm.get(f"/r/{sent}"))


def test_a_question_waits_on_every_page_of_its_reporter_until_it_is_answered(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")
    do(site, sightings.ask, sent, "Which one?", by="pm")
    rep = site.client("rep")

    assert "1 sighting of yours waits for an answer" in words(rep.get("/"))
    assert "Waiting for an answer of yours Globex Desk R-" in words(rep.get("/r/mine"))
    assert "question for you" in words(rep.get(f"/r/{sent}"))

    site.clock.go(minutes=1)
    do(site, sightings.answer, sent, "The one for schools.", by="rep")
    assert "waits for an answer" not in words(rep.get("/"))
    assert "Waiting for" not in words(rep.get("/r/mine"))
    assert "question for you" not in words(rep.get(f"/r/{sent}"))


@pytest.mark.parametrize("typed", ["", "   ", "x" * 6000])
def test_what_cannot_be_taken_comes_back_with_what_was_typed(new_site: NewSite, typed: str) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")

    answer = site.client("pm").post(f"/r/{sent}/question", data={"question": typed})

    assert answer.status_code == 422
    assert 'aria-describedby="fault-question"' in answer.text
    assert f">{typed}</textarea>" in answer.text


def test_a_pm_reads_a_sighting_once_and_it_is_no_longer_unread(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")
    pm = site.client("pm")

    assert 'hx-trigger="load, submit"' in pm.get(f"/r/{sent}").text
    assert row(site, sent).read_at is None
    fragment = pm.post(f"/r/{sent}/read", headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    first = row(site, sent).read_at
    site.clock.go(hours=1)
    assert pm.post(f"/r/{sent}/read").headers["location"] == f"/r/{sent}"

    assert row(site, sent).read_at == first == datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert 'hx-trigger="load, submit"' not in pm.get(f"/r/{sent}").text


def test_ones_own_sighting_is_never_read_by_oneself(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "pm", "I saw it myself.")

    assert "hx-post" not in site.client("pm").get(f"/r/{sent}").text
    assert site.client("pm").post(f"/r/{sent}/read").status_code == 404
    assert row(site, sent).read_at is None


def test_a_photo_is_added_once_however_often_it_is_sent(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")
    rep, attachment_id = site.client("rep"), str(uuid.uuid4())

    for _ in range(2):
        answer = rep.post(
            f"/r/{sent}/attachments",
            data={"attachment_id": attachment_id, "confidential": "no"},
            files={"file": ("slide.jpg", photo(), "image/jpeg")},
        )
        assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{sent}?done=added")
    site.services.indexing.run_once()

    page = rep.get(f"/r/{sent}")
    assert page.text.count("<img ") == 1
    assert "slide.jpg" in words(page)


@pytest.mark.parametrize("answer", ["yes", "not_sure"])
def test_a_later_file_that_may_be_confidential_holds_the_whole_sighting_back(new_site: NewSite, answer: str) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")
    data = {"attachment_id": str(uuid.uuid4()), "confidential": answer}

    site.client("rep").post(f"/r/{sent}/attachments", data=data, files={"file": ("slide.jpg", photo(), "image/jpeg")})
    site.services.indexing.run_once()

    assert row(site, sent).gate == "quarantined"
    assert site.client("pm").get(f"/r/{sent}").status_code == 404
    assert "slide.jpg" in words(site.client("legal").get(f"/quarantine/{sent}"))


def test_a_later_file_is_not_taken_before_it_is_said_whether_it_is_confidential(new_site: NewSite) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")

    answer = site.client("rep").post(
        f"/r/{sent}/attachments",
        data={"attachment_id": str(uuid.uuid4())},
        files={"file": ("slide.jpg", photo(), "image/jpeg")},
    )

    assert answer.status_code == 422
    assert "confidential" in words(answer)
    assert row(site, sent).gate == "cleared"


ID_OF_THE_SENDER = "73b373a8-07b9-4f5f-ac87-ead631a78bcd"


@pytest.mark.parametrize(
    ("files", "attachment_id", "says"),
    [
        ({}, ID_OF_THE_SENDER, "Choose a photo or a file first."),
        ({"file": ("", b"", "image/jpeg")}, ID_OF_THE_SENDER, "Choose a photo or a file first."),
        ({"file": ("a.jpg", b"", "image/jpeg")}, ID_OF_THE_SENDER, "a.jpg is empty"),
        ({"file": ("a.jpg", b"x", "image/jpeg")}, "../x", "Load this page again"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_and_nothing_changes(
    new_site: NewSite, files: Any, attachment_id: str, says: str
) -> None:
    site = new_site()
    sent = send(site, "rep", "They have a new plan.")

    more = {"files": files} if files else {}
    answer = site.client("rep").post(
        f"/r/{sent}/attachments", data={"attachment_id": attachment_id, "confidential": "no"}, **more
    )

    assert answer.status_code == 422
    assert says in words(answer)
