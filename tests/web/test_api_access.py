"""Who may call the API: tokens with scopes, sessions from our own pages, and what each may see."""

from __future__ import annotations

import pytest
from api_calls import BOTH, PATH, PUBLIC, key, send
from pictures import photo

from desk import people, sign_in

pytestmark = pytest.mark.usefixtures("pace")


def test_the_key_of_another_person_tells_nothing_of_theirs(api_site, program):
    mine = key()
    send(program, PUBLIC, key=mine)

    other = send(api_site.program(api_site.token("other_rep", *BOTH)[1]), PUBLIC, key=mine)

    assert other.status_code == 409
    assert "49" not in other.text


@pytest.mark.parametrize("whose", ["another person's", "nobody's", "no id"])
def test_a_file_for_what_is_not_ones_own_is_told_alike(api_site, program, whose):
    theirs = send(api_site.program(api_site.token("other_rep", *BOTH)[1]), PUBLIC).json()["sighting_id"]
    target = {"another person's": theirs, "nobody's": key(), "no id": "..%2F..%2Fx"}[whose]

    answer = program.post(
        f"{PATH}/{target}/attachments", files={"file": ("a.jpg", photo())}, headers={"Idempotency-Key": key()}
    )

    assert answer.status_code == 404


def test_a_receipt_is_for_its_reporter_and_for_whom_the_gate_lets(api_site, program):
    cleared = send(program, PUBLIC).json()["sighting_id"]
    held = send(program, PUBLIC | {"source": "customer", "confidential": "yes"}).json()["sighting_id"]
    api_site.services.indexing.run_once()

    def seen(who, sighting_id):
        return api_site.program(api_site.token(who, *BOTH)[1]).get(f"{PATH}/{sighting_id}").status_code

    assert [seen(who, cleared) for who in ("rep", "pm", "other_rep")] == [200, 200, 404]
    assert [seen(who, held) for who in ("rep", "pm", "legal", "admin")] == [200, 404, 200, 404]
    assert seen("viewer", cleared) == 403


def test_a_token_opens_what_its_scope_says(api_site):
    write, read = (api_site.program(api_site.token("rep", scope)[1]) for scope in BOTH)

    assert [send(write, PUBLIC).status_code, write.get(PATH).status_code] == [201, 403]
    assert [send(read, PUBLIC).status_code, read.get(PATH).status_code] == [403, 200]


def test_a_token_that_is_revoked_or_whose_holder_is_disabled_is_dead(api_site):
    token_id, secret = api_site.token("other_rep", *BOTH)
    client = api_site.program(secret)
    assert client.get(PATH).status_code == 200

    with api_site.desk.writing() as c:
        sign_in.revoke_token(c, token_id, by=None, now=api_site.clock.now())
    api_site.clock.go(seconds=2)  # another process ended it: it is noticed within a second

    assert client.get(PATH).status_code == 401
    assert api_site.program("det_" + "x" * 43).get(PATH).status_code == 401
    assert api_site.program().get(PATH).status_code == 401
    with api_site.desk.writing() as c:
        person = people.add_person(
            c, name="Gone", email="gone@acme.test", roles=("rep",), by=None, now=api_site.clock.now()
        )
        _, gone = sign_in.new_token(c, person.person_id, "t", BOTH, api_site.clock.now(), 30, person.person_id)
        people.disable(c, person.person_id, by=None, now=api_site.clock.now())
    assert send(api_site.program(gone), PUBLIC).status_code == 401


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "q"])
def test_a_token_in_the_address_is_refused_with_words(api_site, name):
    secret = api_site.token("rep", *BOTH)[1]

    answer = api_site.program().get(PATH, params={name: secret})

    assert answer.status_code == 400
    assert "never belongs into an address" in answer.json()["detail"]
    assert secret not in answer.text


def test_a_token_beside_a_cookie_must_still_come_from_our_own_pages(api_site):
    client = api_site.program(api_site.token("rep", *BOTH)[1])
    client.cookies.set(api_site.services.site.cookie, api_site.session("pm"))

    foreign = send(client, PUBLIC, **{"Sec-Fetch-Site": "cross-api_site"})
    silent = send(client, PUBLIC)
    own = send(client, PUBLIC, **{"Sec-Fetch-Site": "same-origin"})

    assert [foreign.status_code, silent.status_code, own.status_code] == [403, 403, 201]
    api_site.services.indexing.run_once()
    entry = api_site.services.inbox.find(own.json()["sighting_id"])
    assert entry.person_id == api_site.people["rep"].person_id  # the token's, not the cookie's


@pytest.mark.parametrize("origin", ["https://evil.test", "null", ""])
def test_a_session_alone_needs_our_own_origin(api_site, origin):
    client = api_site.program()
    client.cookies.set(api_site.services.site.cookie, api_site.session("rep"))

    assert send(client, PUBLIC, **({"Origin": origin} if origin else {})).status_code == 403
    assert send(client, PUBLIC, Origin=api_site.url).status_code == 201


def test_too_many_in_a_minute_are_told_when_to_come_again(new_site):
    site = new_site("[limits]\nsightings_per_minute = 3\n")
    client = site.program(site.token("rep", *BOTH)[1])
    mine = [key() for _ in range(4)]

    answers = [send(client, PUBLIC, key=one) for one in mine]

    assert [one.status_code for one in answers] == [201, 201, 201, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    site.clock.go(minutes=1)
    assert send(client, PUBLIC, key=mine[-1]).status_code == 201


def test_links_are_made_of_the_configured_address_alone(new_site):
    site = new_site('[web]\nbase_url = "https://intel.acme.test"\n')
    client = site.program(site.token("rep", *BOTH)[1])

    answer = send(client, PUBLIC, **{"X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"})
    spoofed = send(client, PUBLIC, Host="evil.test")

    assert answer.json()["url"].startswith("https://intel.acme.test/r/")
    assert spoofed.status_code == 421
