"""Administrators look after people and the machine; they act in nobody's name, and give themselves no rights."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import httpx
import pytest
from reports_sent import send_only
from web_site import PASSWORD, WebSite

from desk import audit, people

Sites = Callable[..., WebSite]
MAIL = '[mail]\nhost = "127.0.0.1"\nsender = "detente@acme.test"\n'


def _add(admin: httpx.Client) -> str:
    """Adds somebody; the path of the link that is shown."""
    made = admin.post("/admin/people", data={"name": "New Person", "email": "new@acme.test", "role": ["rep"]})
    return _link(made)


def _link(answer: httpx.Response) -> str:
    [path] = re.findall(r"http://[^/]+(/sign-in/link/[\w-]+)", answer.text)
    return path


def _id(site: WebSite, email: str) -> str:
    with site.desk.reading() as c:
        found = people.person_by_email(c, email)
    assert found is not None
    return found.person_id


def _actions(site: WebSite, subject: str) -> list[tuple[str | None, str]]:
    with site.desk.reading() as c:
        return [(one.by, one.action) for one in audit.entries(c, subject=subject)]


def test_an_administrator_adds_somebody_who_comes_in_by_the_link_that_is_shown_once(new_site: Sites) -> None:
    site = new_site()
    admin = site.client("admin")
    path = _add(admin)
    assert path not in admin.get("/admin/people").text
    client = site.client()
    assert client.post(path).status_code == 303
    assert client.get("/").status_code == 200
    told = admin.get("/admin/audit").text
    assert "link shown" in told
    assert "new@acme.test" not in told


def test_a_link_is_shown_again_as_long_as_nobody_has_come_in_by_one(new_site: Sites) -> None:
    site = new_site()
    admin = site.client("admin")
    _add(admin)
    path = f"/admin/people/{_id(site, 'new@acme.test')}/link"
    again = _link(admin.post(path))
    assert site.client().post(again).status_code == 303
    assert admin.post(path).status_code == 403


def test_a_link_that_an_administrator_saw_is_dead_once_its_person_has_come_in(new_site: Sites) -> None:
    site = new_site()
    admin = site.client("admin")
    seen = _add(admin)
    mine = _link(admin.post(f"/admin/people/{_id(site, 'new@acme.test')}/link"))
    assert site.client().post(mine).status_code == 303
    assert site.client().post(seen).status_code == 422


def _signed_in(site: WebSite) -> None:
    site.session("rep")


def _password(site: WebSite) -> None:
    with site.desk.writing() as c:
        people.set_password(c, site.people["rep"].person_id, PASSWORD, by=None, now=site.clock.now())


def _provider(site: WebSite) -> None:
    with site.desk.writing() as c:
        people.link_identity(c, "https://idp.test", "rita", site.people["rep"].person_id, by=None, now=site.clock.now())


def _token(site: WebSite) -> None:
    site.token("rep", "sightings:read")


def _sighting(site: WebSite) -> None:
    send_only(site, "rep", "Globex raises Team.")
    site.services.indexing.run_once()


@pytest.mark.parametrize("before", [_signed_in, _password, _provider, _token, _sighting])
def test_nobody_sees_a_link_of_somebody_who_has_been_here(new_site: Sites, before: Callable[[WebSite], None]) -> None:
    site = new_site()
    before(site)
    admin, rep = site.client("admin"), site.people["rep"].person_id
    assert f"/admin/people/{rep}/link" not in admin.get("/admin/people").text
    refused = admin.post(f"/admin/people/{rep}/link")
    assert refused.status_code == 403
    assert "/sign-in/link/" not in refused.text
    assert "They sign in as they did" in refused.text
    assert (site.people["admin"].person_id, "link_refused") in _actions(site, rep)
    assert "link_made" not in {action for _, action in _actions(site, rep)}


def test_slack_is_no_way_in_that_keeps_a_link_from_being_shown(new_site: Sites) -> None:
    site = new_site()
    rep = site.people["rep"].person_id
    with site.desk.writing() as c:
        people.link_identity(c, "slack:T1", "U1", rep, by=None, now=site.clock.now())
    assert _link(site.client("admin").post(f"/admin/people/{rep}/link"))


def test_where_mail_is_set_up_a_link_goes_to_its_person_alone(new_site: Sites) -> None:
    site = new_site(MAIL, beside=True)
    site.session("rep")
    rep = site.people["rep"].person_id
    answer = site.client("admin").post(f"/admin/people/{rep}/link")
    assert answer.status_code == 200
    assert "/sign-in/link/" not in answer.text
    assert "on its way" in answer.text
    end = time.monotonic() + 5
    while not site.letters and time.monotonic() < end:
        time.sleep(0.01)
    [letter] = site.letters
    assert letter["To"] == "rep@acme.test"
    assert site.client().post(_link(httpx.Response(200, text=letter.get_content()))).status_code == 303
    assert (site.people["admin"].person_id, "link_mailed") in _actions(site, rep)


def test_nobody_changes_their_own_roles_in_the_web(new_site: Sites) -> None:
    site = new_site()
    admin, mine = site.client("admin"), site.people["admin"].person_id
    for roles in (["admin", "legal"], ["rep"], []):
        refused = admin.post(f"/admin/people/{mine}/roles", data={"role": roles})
        assert refused.status_code == 403
        assert "another administrator can" in refused.text
    with site.desk.reading() as c:
        assert people.person(c, mine).roles == {"admin"}
    assert (mine, "own_roles_refused") in _actions(site, mine)
    assert f"/admin/people/{mine}/roles" not in admin.get("/admin/people").text


def test_a_second_administrator_changes_them(new_site: Sites) -> None:
    site = new_site()
    mine, other = site.people["admin"].person_id, site.people["pm"].person_id
    assert site.client("admin").post(f"/admin/people/{other}/roles", data={"role": ["admin"]}).status_code == 303
    given = site.client("pm").post(f"/admin/people/{mine}/roles", data={"role": ["admin", "legal"]})
    assert given.status_code == 303
    assert (other, "roles_set") in _actions(site, mine)


def test_an_administrator_cannot_shut_themselves_out(site: WebSite) -> None:
    admin, mine = site.client("admin"), site.people["admin"].person_id
    assert admin.post(f"/admin/people/{mine}/disable").status_code == 403
    assert admin.get("/admin/people").status_code == 200


# Health


def _health(site: WebSite, note: str | None) -> str:
    if note is not None:
        (site.root / "data" / "ingest.json").write_text(note, encoding="utf-8")
    page = site.client("admin").get("/admin/health").text
    [line] = re.findall(r"<li><strong>From the desk to the tables.*?</li>", page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", line)).strip()


def test_the_health_page_tells_when_the_last_ingest_was(new_site: Sites) -> None:
    site = new_site()
    assert "not yet" in _health(site, None)
    told = _health(site, '{"event_id": 3, "at": "2026-11-16T09:30:00+00:00"}\n')
    assert "last ingest" in told
    assert "10:30" in told
    for broken in ("", "[]", "{}", '{"at": 3}', '{"at": "x"}'):
        assert "cannot be read" in _health(site, broken), broken
