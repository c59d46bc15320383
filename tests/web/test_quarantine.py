"""What the gate holds back is for the legal role alone, and whatever they do with it stays written down."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from pictures import photo
from reports_sent import living_parts, send, words
from web_site import WebSite

from desk import audit, people
from desk.following import sightings

NewSite = Callable[..., WebSite]


@pytest.fixture
def site(new_site: NewSite) -> WebSite:
    return new_site()


def gate_of(site: WebSite, sighting_id: str) -> str:
    with site.desk.reading() as c:
        return sightings.sighting(c, sighting_id).gate


def test_legal_sees_the_answers_the_words_and_why_it_is_held_back(site: WebSite) -> None:
    held = send(site, "rep", "On their slide.", gate="quarantined", customer="Contoso")

    listed, page = (words(site.client("legal").get(path)) for path in ("/quarantine", f"/quarantine/{held}"))

    assert f"Globex Desk R-{held[:8].upper()} to decide On their slide." in listed
    assert "It was marked confidential. Legal looks first." in page
    assert "Was it marked confidential? Yes" in page
    assert "On their slide." in page
    assert "Contoso" in page
    assert "Reported by Rep Person" in page


def test_the_first_page_counts_what_legal_can_decide_on_and_nothing_else(site: WebSite) -> None:
    for gate in ("quarantined", "waiting", "not_kept"):
        send(site, "rep", f"One that is {gate}.", gate=gate)
    send(site, "legal", "One of legal's own.", gate="quarantined")

    assert "1 sighting held back for you to look at" in words(site.client("legal").get("/"))


PAGES = ("/", "/r/mine", "/sightings", "/quarantine", "/me", "/admin/people", "/admin/audit", "/admin/health")


@pytest.mark.parametrize("gate", ["quarantined", "not_kept"])
def test_its_words_stand_on_no_page_of_anybody_else(site: WebSite, gate: str) -> None:
    canary = f"canary-{uuid.uuid4().hex}"
    more = dict.fromkeys(("customer", "deal", "area", "comparison"), canary)
    held = send(site, "rep", canary, gate=gate, files=[(f"{canary}.pdf", canary.encode())], **more)
    again = send(site, "other_rep", "Something about Globex.")
    own = [f"/r/{held}", f"/r/{held}?new=1", f"/r/{held}/withdraw", f"/r/{again}?new=1"]
    files = [f"/quarantine/{held}", f"/quarantine/{held}/files/{held}/0"]

    for who in ("rep", "other_rep", "pm", "sales_lead", "admin", "viewer"):
        client = site.client(who)
        for path in (*PAGES, *own, *files):
            assert canary not in client.get(path, follow_redirects=True).text, f"{who} {path}"


def test_legal_saves_the_files_as_they_came_and_nobody_else_does(site: WebSite) -> None:
    body = b"<script>alert(1)</script>"
    held = send(site, "rep", "On their slide.", gate="quarantined", files=[("a.html", body), ("b.jpg", photo())])
    legal = site.client("legal")

    page = legal.get(f"/quarantine/{held}")
    answer = legal.get(f"/quarantine/{held}/files/{held}/0")

    assert "<img" not in page.text
    assert f'href="/quarantine/{held}/files/{held}/1"' in page.text
    assert answer.content == body
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    for path in (f"{held}/2", f"{held}/-1", f"{held}/x", f"{uuid.uuid4()}/0"):
        assert legal.get(f"/quarantine/{held}/files/{path}").status_code == 404
    for who in ("rep", "pm", "admin"):
        assert site.client(who).get(f"/quarantine/{held}/files/{held}/0").status_code == 403


def test_a_file_of_a_cleared_sighting_is_not_had_by_this_way(site: WebSite) -> None:
    cleared = send(site, "rep", "Public.", files=[("a.pdf", b"x")])

    for path in (f"/quarantine/{cleared}", f"/quarantine/{cleared}/files/{cleared}/0"):
        assert site.client("legal").get(path).status_code == 404


def test_released_product_reads_it_and_its_files_and_the_history_stays(site: WebSite) -> None:
    held = send(site, "rep", "On their slide.", gate="quarantined", files=[("b.jpg", photo())])
    legal, pm = site.client("legal"), site.client("pm")
    assert pm.get(f"/r/{held}").status_code == 404

    answer = legal.post(f"/quarantine/{held}/release", data={"reason": "It is on their web site."})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/quarantine/{held}")
    assert gate_of(site, held) == "cleared"
    page = pm.get(f"/r/{held}")
    assert "On their slide." in words(page)
    assert "<img " in page.text
    history = words(legal.get(f"/quarantine/{held}"))
    assert "It is on their web site." in history
    assert "Released Mon 16 Nov 2026, 10:00 · Legal Person" in history
    for who in ("rep", "pm"):
        assert "It is on their web site." not in words(site.client(who).get(f"/r/{held}"))


def test_rejected_nobody_else_ever_reads_it_and_its_reporter_is_told_kindly(site: WebSite) -> None:
    held = send(site, "rep", "On their slide.", gate="quarantined")

    site.client("legal").post(f"/quarantine/{held}/reject", data={"reason": "It is theirs."})

    assert gate_of(site, held) == "rejected"
    assert "closed by legal" in words(site.client("rep").get(f"/r/{held}"))
    assert "nothing counts against you" in words(site.client("rep").get(f"/r/{held}"))
    assert "It is theirs." not in site.client("rep").get(f"/r/{held}").text
    assert site.client("pm").get(f"/r/{held}").status_code == 404


@pytest.mark.parametrize("decision", ["release", "reject"])
@pytest.mark.parametrize("reason", ["", " \n ", "x" * 6000])
def test_without_a_reason_that_can_be_kept_nothing_is_decided_and_what_was_typed_stays(
    site: WebSite, decision: str, reason: str
) -> None:
    held = send(site, "rep", "On their slide.", gate="quarantined")

    answer = site.client("legal").post(f"/quarantine/{held}/{decision}", data={"reason": reason})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert f"{reason.strip()}</textarea>" in answer.text
    assert gate_of(site, held) == "quarantined"


def test_nobody_reviews_their_own(site: WebSite) -> None:
    held = send(site, "legal", "On their slide.", gate="quarantined")
    legal = site.client("legal")

    assert "somebody else of the legal role decides" in words(legal.get(f"/quarantine/{held}"))
    assert "Release" not in words(legal.get(f"/quarantine/{held}"))
    assert legal.post(f"/quarantine/{held}/release", data={"reason": "Mine."}).status_code == 403
    assert gate_of(site, held) == "quarantined"


def test_two_who_decide_at_once_decide_once(site: WebSite) -> None:
    held = send(site, "rep", "On their slide.", gate="quarantined")
    legal = site.client("legal")

    first = legal.post(f"/quarantine/{held}/reject", data={"reason": "Theirs."})
    second = legal.post(f"/quarantine/{held}/reject", data={"reason": "Theirs."})

    assert (first.status_code, second.status_code) == (303, 409)


def test_each_look_and_each_download_is_written_down_with_who_it_was(site: WebSite) -> None:
    held = send(site, "rep", "On their slide.", gate="quarantined", files=[("a.pdf", b"x")])
    legal = site.client("legal")

    legal.get(f"/quarantine/{held}")
    legal.get(f"/quarantine/{held}/files/{held}/0")

    with site.desk.reading() as c:
        entries = audit.entries(c, subject=held)
    assert [(one.action, one.by) for one in reversed(entries)] == [
        ("quarantine_opened", site.people["legal"].person_id),
        ("quarantine_file_opened", site.people["legal"].person_id),
    ]
    assert "A file was downloaded Mon 16 Nov 2026, 10:00 · Legal Person" in words(legal.get(f"/quarantine/{held}"))


def test_who_loses_the_role_loses_the_sight_at_once(site: WebSite) -> None:
    held = send(site, "rep", "On their slide.", gate="quarantined")
    legal = site.client("legal")
    assert legal.get(f"/quarantine/{held}").status_code == 200

    with site.desk.writing() as c:
        people.set_roles(c, site.people["legal"].person_id, {"rep"}, by=None, now=site.clock.now())
    site.services.sessions.forget()

    assert "On their slide." not in legal.get(f"/quarantine/{held}", follow_redirects=True).text


def test_no_page_of_legal_holds_anything_that_runs(site: WebSite) -> None:
    held = send(site, "rep", "<script>alert(1)</script>", gate="quarantined", files=[("x", b"y")])
    legal = site.client("legal")

    for path in ("/quarantine", f"/quarantine/{held}"):
        assert living_parts(legal.get(path)) == []


def test_what_was_released_and_taken_back_is_not_even_for_legal(new_site: Callable[..., WebSite]) -> None:
    site = new_site()
    sent = send(site, "rep", "CANARY-7Q was said.", gate="quarantined", customer="CANARY-7Q", files=[("n.txt", b"x")])
    legal, rep = site.client("legal"), site.client("rep")
    file = f"/quarantine/{sent}/files/{sent}/0"
    assert legal.get(file).status_code == 200
    assert legal.post(f"/quarantine/{sent}/release", data={"reason": "CANARY-7Q is harmless."}).status_code == 303
    assert "CANARY-7Q" in legal.get(f"/quarantine/{sent}").text
    assert rep.post(f"/r/{sent}/withdraw").status_code == 303
    page = legal.get(f"/quarantine/{sent}")
    assert page.status_code == 200
    assert "CANARY-7Q" not in page.text
    assert legal.get(file).status_code == 404
    assert "nobody reads it any more" in rep.get(f"/r/{sent}").text


def test_who_takes_back_what_is_held_is_told_that_legal_can_look_at_it(new_site: Callable[..., WebSite]) -> None:
    site = new_site()
    sent = send(site, "rep", "CANARY-7Q was said.", gate="quarantined")
    legal, rep = site.client("legal"), site.client("rep")
    assert "Nobody but legal reads it any more" in rep.get(f"/r/{sent}/withdraw").text
    rep.post(f"/r/{sent}/withdraw")
    told = rep.get(f"/r/{sent}").text
    assert "nobody but legal can look at it any more" in told
    assert "Nobody but legal sees it any more." in told
    assert "CANARY-7Q" in legal.get(f"/quarantine/{sent}").text
