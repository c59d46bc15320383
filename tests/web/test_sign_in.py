"""Signing in and out: passwords, links, sessions, throttles, and where one goes from there."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from waiting import soon
from web_site import PASSWORD, WebSite

from desk import people, sign_in
from web.access.entering import account_key, address_key
from web.access.throttle import Pace, Throttle
from web.site import local_path

CASES = Path(__file__).parent / "cases"
MAIL = '[mail]\nhost = "127.0.0.1"\nsender = "detente@acme.test"\n'
Sites = Callable[..., WebSite]


def _with_password(site: WebSite, who: str) -> None:
    with site.desk.writing() as c:
        people.set_password(c, site.people[who].person_id, PASSWORD, by=None, now=site.clock.now())


def _try(client: httpx.Client, email: str, password: str, **more: str) -> httpx.Response:
    return client.post("/sign-in/password", data={"email": email, "password": password} | more)


def _letter(site: WebSite) -> str:
    return soon(lambda: site.letters)[-1].get_content()


# Passwords


def test_the_right_password_begins_a_session_and_leads_to_where_one_wanted(new_site: Sites) -> None:
    site = new_site()
    _with_password(site, "rep")
    client = site.client()
    answer = _try(client, "Rep@Acme.test", PASSWORD, next="/r/mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/r/mine")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("detente=", "HttpOnly", "SameSite=lax", "Path=/"))
    assert client.get("/me").status_code == 200


def test_the_cookie_is_bound_to_the_host_where_people_use_https(new_site: Sites) -> None:
    site = new_site('[web]\nbase_url = "https://intel.acme.test"\n')
    _with_password(site, "rep")
    cookie = _try(site.client(host="intel.acme.test"), "rep@acme.test", PASSWORD).headers["set-cookie"]
    assert cookie.startswith("__Host-detente=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


@pytest.mark.slow
def test_unknown_e_mail_wrong_password_and_disabled_account_get_the_same_answer(new_site: Sites) -> None:
    site = new_site()
    _with_password(site, "rep")
    _with_password(site, "disabled")
    told = set()
    for email, password in (
        ("rep@acme.test", "wrong"),
        ("nobody@acme.test", "wrong"),
        ("disabled@acme.test", PASSWORD),
    ):
        answer = _try(site.client(), email, password)
        told.add((answer.status_code, answer.text.replace(email, "EMAIL")))
        assert "set-cookie" not in answer.headers
    assert len(told) == 1


# Throttles


@pytest.mark.slow
def test_guesses_from_one_address_are_refused_and_the_owner_gets_in_from_another(new_site: Sites) -> None:
    site = new_site('[web]\ntrusted_proxies = ["127.0.0.1"]\n')
    _with_password(site, "rep")
    thief, owner = site.client(), site.client()
    thief.headers["X-Forwarded-For"], owner.headers["X-Forwarded-For"] = "203.0.113.1", "203.0.113.2"
    told = [_try(thief, "rep@acme.test", "wrong").status_code for _ in range(9)]
    assert told == [422] * 8 + [429]
    refused = _try(thief, "rep@acme.test", PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert _try(thief, "pm@acme.test", "wrong").status_code == 422  # other accounts are not shut to that address yet
    assert _try(owner, "rep@acme.test", PASSWORD).status_code == 303
    site.clock.go(seconds=301)
    assert _try(thief, "rep@acme.test", "wrong").status_code == 422


def test_a_thousand_tries_of_one_address_are_refused_from_the_hundredth_on(new_site: Sites) -> None:
    site = new_site()
    pace = Pace(name="password-address", times=100, seconds=300)
    told = [site.services.throttle.wait_s(pace, "127.0.0.1") for _ in range(1000)]
    assert told[:100] == [0] * 100
    assert all(told[100:])
    assert _try(site.client(), "pm@acme.test", "wrong").status_code == 429
    site.clock.go(seconds=301)
    assert _try(site.client(), "pm@acme.test", "wrong").status_code == 422


@pytest.mark.slow
def test_tries_at_one_account_from_everywhere_become_slower_and_lock_nobody_out(new_site: Sites) -> None:
    site = new_site()
    _with_password(site, "rep")
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    site.services.throttle.sleep = sleep
    client = site.client()
    assert _try(client, "rep@acme.test", PASSWORD).status_code == 303
    assert slept == []
    account = account_key("rep@acme.test")
    for _ in range(20):
        site.services.throttle.wait_s(Pace(name="password-account", times=20, seconds=900), account)
    assert _try(client, "rep@acme.test", PASSWORD).status_code == 303
    assert slept == [2.0]


def test_addresses_of_one_network_of_ipv6_count_as_one() -> None:
    def key(host: str) -> str:
        return address_key(_Asked(host))  # type: ignore[arg-type]

    assert key("2001:db8::1") == key("2001:db8::ffff:1")
    assert key("2001:db8::1") != key("2001:db8:0:1::1")
    assert key("203.0.113.1") != key("203.0.113.2")


class _Asked:
    def __init__(self, host: str) -> None:
        self.client = type("Client", (), {"host": host})


def test_a_window_ends_by_the_clock_that_was_handed_in(site: WebSite) -> None:
    throttle = Throttle(site.clock)
    pace = Pace(name="p", times=2, seconds=10)
    assert [throttle.wait_s(pace, "a") for _ in range(3)] == [0, 0, 10]
    assert throttle.wait_s(pace, "b") == 0
    throttle.forget(pace, "a")
    assert throttle.wait_s(pace, "a") == 0


# Links


def test_a_link_is_sent_to_who_is_known_and_the_answer_is_the_same_for_who_is_not(new_site: Sites) -> None:
    site = new_site(MAIL, beside=True)
    told = {
        site.client().post("/sign-in/mail", data={"email": email}).text.replace(email, "EMAIL")
        for email in ("nobody@acme.test", "disabled@acme.test", "rep@acme.test")
    }
    assert len(told) == 1
    assert "/sign-in/link/" in _letter(site)
    assert [letter["To"] for letter in site.letters] == ["rep@acme.test"]


def test_a_mail_scanner_that_opens_the_link_does_not_use_it_up(new_site: Sites) -> None:
    site = new_site(MAIL, beside=True)
    site.client().post("/sign-in/mail", data={"email": "rep@acme.test", "next": "/r/mine"})
    [path] = re.findall(r"http://[^/]+(/sign-in/link/\S+)", _letter(site))
    scanner, owner, other = site.client(), site.client(), site.client()
    for _ in range(3):
        opened = scanner.get(path)
        assert opened.status_code == 200
        assert "set-cookie" not in opened.headers
    action, then = path.split("?next=")
    used = owner.post(action, data={"next": httpx.QueryParams(f"next={then}")["next"]})
    assert (used.status_code, used.headers["location"]) == (303, "/r/mine")
    again = other.post(action)
    assert again.status_code == 422
    assert "spent" in again.text
    assert "set-cookie" not in again.headers


def test_a_link_is_good_for_a_quarter_of_an_hour(new_site: Sites) -> None:
    site = new_site()
    with site.desk.writing() as c:
        secret = sign_in.new_link(c, site.people["rep"].person_id, site.clock.now(), 15)
    site.clock.go(minutes=15, seconds=1)
    assert site.client().post(f"/sign-in/link/{secret}").status_code == 422


def test_a_link_can_be_asked_for_three_times_in_a_while_and_the_rest_is_not_sent(new_site: Sites) -> None:
    site = new_site(MAIL, beside=True)
    for _ in range(6):
        assert site.client().post("/sign-in/mail", data={"email": "rep@acme.test"}).status_code == 200
    site.close()  # whatever is under way is done by then
    assert len(site.letters) == 3


@pytest.mark.parametrize("email", ["rep@acme.test\r\nBcc: all@acme.test", "rep@acme.test%0aBcc:x", "a@b\x00.test"])
def test_no_header_can_be_put_into_a_mail(new_site: Sites, email: str) -> None:
    site = new_site(MAIL, beside=True)
    assert site.client().post("/sign-in/mail", data={"email": email}).status_code == 200
    site.close()
    assert site.letters == []


def test_without_a_mail_server_no_link_is_offered(site: WebSite) -> None:
    page = site.client().get("/sign-in").text
    assert "/sign-in/mail" not in page
    assert "/sign-in/oidc" not in page
    assert "/sign-in/password" in page


# Sessions


def test_a_session_that_was_put_under_somebody_is_not_the_one_they_get(new_site: Sites) -> None:
    site = new_site()
    _with_password(site, "rep")
    client = site.client()
    planted = "planted-secret-of-a-thief-1234567890"
    client.cookies.set("detente", planted)
    answer = _try(client, "rep@acme.test", PASSWORD)
    assert planted not in answer.headers["set-cookie"]
    thief = site.client()
    thief.cookies.set("detente", planted)
    assert thief.get("/me").status_code == 303


def test_signing_in_anew_ends_the_session_that_the_browser_had(new_site: Sites) -> None:
    site = new_site()
    _with_password(site, "pm")
    former = site.client("rep")
    secret = former.cookies["detente"]
    assert _try(former, "pm@acme.test", PASSWORD).status_code == 303
    assert _is_dead(site, secret)


def _is_dead(site: WebSite, secret: str) -> bool:
    client = site.client()
    client.cookies.set("detente", secret)
    return client.get("/me").status_code == 303


def _sign_out(site: WebSite, client: httpx.Client) -> None:
    assert client.post("/sign-out").status_code == 303


def _everywhere(site: WebSite, client: httpx.Client) -> None:
    assert client.post("/me/sign-out-everywhere").status_code == 303


def _new_password(site: WebSite, client: httpx.Client) -> None:
    assert client.post("/me/password", data={"password": PASSWORD, "again": PASSWORD}).status_code == 303


def _roles(site: WebSite, client: httpx.Client) -> None:
    path = f"/admin/people/{site.people['rep'].person_id}/roles"
    assert site.client("admin").post(path, data={"role": ["rep", "pm"]}).status_code == 303


def _disabled(site: WebSite, client: httpx.Client) -> None:
    path = f"/admin/people/{site.people['rep'].person_id}/disable"
    assert site.client("admin").post(path).status_code == 303


@pytest.mark.parametrize("end", [_sign_out, _everywhere, _new_password, _roles, _disabled])
def test_an_ended_session_is_dead_at_once(new_site: Sites, end: Callable[[WebSite, httpx.Client], None]) -> None:
    site = new_site()
    client = site.client("rep")
    secret = client.cookies["detente"]
    other = site.session("rep")
    assert client.get("/me").status_code == 200
    assert not _is_dead(site, other)
    end(site, client)
    assert _is_dead(site, secret)
    assert _is_dead(site, other) is (end is not _sign_out)


def test_what_another_process_ends_is_dead_within_a_second(new_site: Sites) -> None:
    site = new_site()
    client = site.client("rep")
    assert client.get("/me").status_code == 200
    with site.desk.writing() as c:
        people.disable(c, site.people["rep"].person_id, by=None, now=site.clock.now())
    site.clock.go(seconds=1)
    assert client.get("/me").status_code == 303


def test_a_session_ends_by_itself(new_site: Sites) -> None:
    site = new_site("[web]\nsession_hours = 2\n")
    _with_password(site, "rep")
    client = site.client()
    _try(client, "rep@acme.test", PASSWORD)
    site.clock.go(hours=1, minutes=59)
    assert client.get("/me").status_code == 200
    site.clock.go(minutes=2)
    assert client.get("/me").status_code == 303


def test_signing_out_leaves_what_waits_in_the_browser_to_be_sent(new_site: Sites) -> None:
    answer = new_site().client("rep").post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache"'
    assert 'detente=""' in answer.headers["set-cookie"]


# Changing a password


@pytest.mark.slow
def test_a_change_of_a_password_asks_for_the_one_that_there_is(new_site: Sites) -> None:
    site = new_site()
    _with_password(site, "rep")
    client, new = site.client("rep"), {"password": "five words do even better", "again": "five words do even better"}
    assert 'name="present"' in client.get("/me").text
    for present in ({}, {"present": ""}, {"present": "wrong"}):
        refused = client.post("/me/password", data=new | present)
        assert refused.status_code == 422
        assert "not the password that you have now" in refused.text
    assert _try(site.client(), "rep@acme.test", PASSWORD).status_code == 303
    assert client.post("/me/password", data=new | {"present": PASSWORD}).status_code == 303
    assert _try(site.client(), "rep@acme.test", "five words do even better").status_code == 303


@pytest.mark.slow
def test_guesses_at_the_present_password_are_refused_after_a_few(new_site: Sites) -> None:
    site = new_site()
    _with_password(site, "rep")
    client, guess = site.client("rep"), {"present": "wrong", "password": PASSWORD, "again": PASSWORD}
    assert [client.post("/me/password", data=guess).status_code for _ in range(9)] == [422] * 8 + [429]


# Where to go


def _paths() -> list[dict[str, str]]:
    with (CASES / "next_paths.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", _paths(), ids=lambda case: repr(case["asked"]))
def test_one_is_sent_to_this_site_alone(site: WebSite, case: dict[str, str]) -> None:
    assert local_path(case["asked"]) == case["goes_to"]
    answer = site.client("rep").get("/sign-in", params={"next": case["asked"]})
    assert answer.status_code == 303
    assert httpx.URL(site.url).join(answer.headers["location"]).host == "127.0.0.1"


def test_a_page_that_needs_somebody_leads_back_to_itself(site: WebSite) -> None:
    answer = site.client().get("/me", params={"a": "b c"})
    assert answer.headers["location"] == "/sign-in?next=%2Fme%3Fa%3Db%2Bc"
    assert 'value="/me?a=b+c"' in site.client().get(answer.headers["location"]).text
