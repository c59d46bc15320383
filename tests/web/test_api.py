"""The API: one sighting per key, faults by field, tokens with scopes; whatever is sent, never a 500."""

from __future__ import annotations

import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from web_site import WebSite

from desk import people, sign_in
from desk.gate import FOLLOW_UPS
from detente.sightings import Submission
from web.api_document import document, operations
from web.routes import api

BOTH = ("sightings:write", "sightings:read")
PUBLIC = {"text": "Globex offers Team at 49.", "source": "public"}
PATH = "/api/v1/sightings"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def program(site: WebSite):
    """A program of the rep."""
    return site.program(site.token("rep", *BOTH)[1])


@pytest.fixture
def pace(site: WebSite):
    """Tests of one site share a rep, and send more than a person does."""
    site.clock.go(minutes=2)


pytestmark = pytest.mark.usefixtures("pace")


def key():
    return str(uuid.uuid4())


def send(client, body, **headers):
    given_key = headers.pop("key", None) or key()
    told = {"Idempotency-Key": given_key, "Content-Type": "application/json"} | headers
    return client.post(PATH, content=json.dumps(body), headers=told)


def faults(answer):
    assert answer.headers["content-type"] == PROBLEM
    return {one["field"]: one["detail"] for one in answer.json().get("errors", ())}


def photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


def test_a_sighting_is_safe_once_and_the_same_again_has_the_same_answer(site, program):
    mine = key()

    first, again = send(program, PUBLIC, key=mine), send(program, PUBLIC, key=mine)

    assert [first.status_code, again.status_code] == [201, 200]
    assert first.json() == again.json()
    assert first.json()["sighting_id"] == mine
    assert first.json()["name"] == f"R-{mine[:8].upper()}"
    assert first.json()["state"] == "cleared"
    assert first.json()["url"] == f"{site.url}/r/{mine}"
    assert first.headers["location"] == f"{PATH}/{mine}"


def test_twenty_at_once_with_one_key_are_one_sighting(site, program):
    mine = key()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: send(program, PUBLIC, key=mine), range(20)))

    assert sorted(one.status_code for one in answers) == [200] * 19 + [201]
    assert len({one.text for one in answers}) == 1
    site.shop.indexing.run_once()
    listed = program.get(PATH, params={"limit": 200}).json()["sightings"]
    assert [mine] == [one["sighting_id"] for one in listed if one["sighting_id"] == mine]


def test_the_same_key_with_something_else_is_refused(program):
    mine = key()
    send(program, PUBLIC, key=mine)

    other = send(program, PUBLIC | {"text": "Something else."}, key=mine)

    assert other.status_code == 409
    assert other.headers["content-type"] == PROBLEM


def test_the_key_of_another_person_tells_nothing_of_theirs(site, program):
    mine = key()
    send(program, PUBLIC, key=mine)

    other = send(site.program(site.token("other_rep", *BOTH)[1]), PUBLIC, key=mine)

    assert other.status_code == 409
    assert "49" not in other.text


def test_the_id_may_stand_in_the_body_instead_of_the_header(program):
    mine = key()

    answer = program.post(PATH, json=PUBLIC | {"sighting_id": mine})
    agreed = send(program, PUBLIC | {"sighting_id": mine}, key=mine.upper())
    contrary = send(program, PUBLIC | {"sighting_id": key()}, key=mine)

    assert [answer.status_code, agreed.status_code, contrary.status_code] == [201, 200, 422]
    assert list(faults(contrary)) == ["sighting_id"]


@pytest.mark.parametrize("given_key", ["", "1", "0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e8", "../../etc/passwd"])
def test_without_a_uuid_as_key_nothing_is_taken(program, given_key):
    answer = program.post(PATH, json=PUBLIC, headers={"Idempotency-Key": given_key})

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


@pytest.mark.parametrize(
    "field", ["score", "status", "points", "author", "person_id", "gate", "channel", "received_at"]
)
def test_what_is_ours_to_decide_is_refused(program, field):
    answer = send(program, PUBLIC | {field: "100"})

    assert answer.status_code == 422
    assert [field] == list(faults(answer))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": None}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"source": None}, "source"),
        ({"source": "rumour"}, "source"),
        ({"source": "customer"}, "confidential"),
        ({"competitor": "gl0bex"}, "competitor"),
        ({"deal_amount": "a lot"}, "deal_amount"),
        ({"close_on": "24.12.2026"}, "close_on"),
        ({"may_call": "perhaps"}, "may_call"),
        ({"customer": "x" * 201}, "customer"),
        ({"sent_at": "yesterday"}, "sent_at"),
    ],
)
def test_a_fault_names_its_field_and_repeats_nothing(program, more, field):
    answer = send(program, PUBLIC | more)

    assert answer.status_code == 422
    assert field in faults(answer)
    assert "x" * 100 not in answer.text


@pytest.mark.parametrize("source", FOLLOW_UPS)
def test_each_source_must_be_answered_for(program, source):
    answer = send(program, {"text": "Team is 49.", "source": source})

    assert (201 if not FOLLOW_UPS[source] else 422) == answer.status_code
    assert sorted(FOLLOW_UPS[source]) == sorted(faults(answer) if FOLLOW_UPS[source] else ())


def test_what_was_marked_confidential_goes_to_legal_and_its_reporter_is_told(program):
    answer = send(program, {"text": "Their secret.", "source": "customer", "confidential": "yes"})

    assert answer.status_code == 201
    assert answer.json()["state"] == "quarantined"
    assert "legal" in answer.json()["reasons"][0].casefold()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_only_json_and_forms_are_read(program, kind):
    headers = {"Idempotency-Key": key(), "Content-Type": kind}

    assert program.post(PATH, content=json.dumps(PUBLIC), headers=headers).status_code == 415


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"text": NaN}', b"[" * 100_000, b'{"text": "\\ud800"}', b'{"a":' * 50_000],
    ids=["empty", "half", "no utf-8", "no number", "deep list", "half a pair", "deep object"],
)
def test_what_is_no_json_is_refused(program, body):
    headers = {"Idempotency-Key": key(), "Content-Type": "application/json"}

    answer = program.post(PATH, content=body, headers=headers)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_what_is_no_object_is_refused(program, body):
    assert send(program, body).status_code == 422


def test_a_body_that_is_too_large_is_refused_before_it_is_read(site):
    secret = site.token("rep", *BOTH)[1]
    head = f"POST {PATH} HTTP/1.1\r\nHost: {site.url.removeprefix('http://')}\r\nAuthorization: Bearer {secret}\r\n"

    answer = site.raw(f"{head}Content-Type: application/json\r\nContent-Length: 1000001\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 413")


def form(client, body, files, given_key=None):
    parts = [("sighting", (None, json.dumps(body), "application/json"))] if body is not None else []
    parts += [(name, (file, data, "image/jpeg")) for name, file, data in files]
    return client.post(PATH, files=parts, headers={"Idempotency-Key": given_key or key()})


def test_a_form_brings_files_along(site, program):
    answer = form(program, PUBLIC, [("files", "a.jpg", photo()), ("files", "b.jpg", photo())])

    assert answer.status_code == 201
    site.shop.indexing.run_once()
    receipt = program.get(f"{PATH}/{answer.json()['sighting_id']}").json()
    assert receipt["state"] == "cleared"
    entry = site.shop.inbox.find(answer.json()["sighting_id"])
    assert [note.name for note in entry.files] == ["a.jpg", "b.jpg"]


def test_a_form_may_hold_each_field_as_a_part(site, program):
    fields = PUBLIC | {"sighting_id": key(), "close_on": "2026-12-24", "may_call": "true", "customer": ""}

    answer = program.post(PATH, data=fields, files=[("files", ("a.jpg", photo()))])
    known = program.post(PATH, json=PUBLIC | {"sighting_id": fields["sighting_id"]})
    both = program.post(PATH, data={"sighting": "{}", "text": "x"}, files=[("files", ("a.jpg", photo()))])
    ours = program.post(PATH, data=PUBLIC | {"points": "100"}, files=[("files", ("a.jpg", photo()))])

    assert answer.status_code == 201
    entry = site.shop.inbox.find(fields["sighting_id"])
    assert (entry.submission["close_on"], entry.submission["may_call"]) == ("2026-12-24", True)
    assert [known.status_code, both.status_code, ours.status_code] == [409, 422, 422]
    assert list(faults(ours)) == ["points"]


def test_what_a_form_lacks_or_has_too_much_is_named(program):
    assert list(faults(form(program, None, [("files", "a.jpg", photo())]))) == ["text"]
    assert list(faults(form(program, PUBLIC, [("photo", "a.jpg", photo())]))) == ["photo"]
    assert list(faults(form(program, PUBLIC, [("files", "a.jpg", b"")]))) == ["files"]
    assert list(faults(form(program, PUBLIC, [("files", f"{n}.jpg", photo()) for n in range(7)]))) == ["files"]


def test_files_that_the_gate_forbids_are_dropped_and_that_is_told(program):
    told = {"text": "x", "source": "document", "confidential": "no", "nda": "no", "meant_for_me": "no"}

    answer = form(program, told, [("files", "a.jpg", photo())])

    assert answer.status_code == 201
    assert answer.json()["dropped_files"] == 1


def test_a_file_can_be_added_later_and_once(site, program):
    mine, file_key = send(program, PUBLIC).json()["sighting_id"], key()
    url, headers = f"{PATH}/{mine}/attachments", {"Idempotency-Key": file_key}

    first = program.post(url, files={"file": ("a.jpg", photo())}, headers=headers)
    again = program.post(url, files={"file": ("a.jpg", photo())}, headers=headers)
    other = program.post(url, files={"file": ("a.jpg", photo() + b"x")}, headers=headers)

    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert first.json() == {"attachment_id": file_key, "sighting_id": mine} == again.json()
    bare = program.post(url, files={"file": ("a.jpg", photo())})
    assert bare.status_code == 400
    assert "Idempotency-Key" in bare.json()["detail"]


@pytest.mark.parametrize("whose", ["another person's", "nobody's", "no id"])
def test_a_file_for_what_is_not_ones_own_is_told_alike(site, program, whose):
    theirs = send(site.program(site.token("other_rep", *BOTH)[1]), PUBLIC).json()["sighting_id"]
    target = {"another person's": theirs, "nobody's": key(), "no id": "..%2F..%2Fx"}[whose]

    answer = program.post(
        f"{PATH}/{target}/attachments", files={"file": ("a.jpg", photo())}, headers={"Idempotency-Key": key()}
    )

    assert answer.status_code == 404


def test_a_receipt_can_be_read_before_the_desk_was_told(site, program):
    mine = send(program, PUBLIC).json()["sighting_id"]

    receipt = program.get(f"{PATH}/{mine}")

    assert receipt.status_code == 200
    assert [step["is_done"] for step in receipt.json()["steps"][:2]] == [True, False]
    assert "Globex offers" not in receipt.text


def test_a_receipt_is_for_its_reporter_and_for_whom_the_gate_lets(site, program):
    cleared = send(program, PUBLIC).json()["sighting_id"]
    held = send(program, PUBLIC | {"source": "customer", "confidential": "yes"}).json()["sighting_id"]
    site.shop.indexing.run_once()

    def seen(who, sighting_id):
        return site.program(site.token(who, *BOTH)[1]).get(f"{PATH}/{sighting_id}").status_code

    assert [seen(who, cleared) for who in ("rep", "pm", "other_rep")] == [200, 200, 404]
    assert [seen(who, held) for who in ("rep", "pm", "legal", "admin")] == [200, 404, 200, 404]
    assert seen("viewer", cleared) == 403


def test_the_list_is_ones_own_newest_first_and_goes_on(site):
    client = site.program(site.token("sales_lead", *BOTH)[1])
    sent = []
    for number in range(5):
        site.clock.go(seconds=1)
        sent.append(send(client, PUBLIC | {"text": f"Sighting {number}."}).json()["sighting_id"])
    site.shop.indexing.run_once()

    found, cursor = [], None
    while True:
        page = client.get(PATH, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [one["sighting_id"] for one in page["sightings"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert sent[::-1] == found


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "many"}, {"cursor": "x"}])
def test_a_list_is_asked_for_within_bounds(program, query):
    answer = program.get(PATH, params=query)

    assert answer.status_code == 422
    assert list(query) == list(faults(answer))


def test_a_token_opens_what_its_scope_says(site):
    write, read = (site.program(site.token("rep", scope)[1]) for scope in BOTH)

    assert [send(write, PUBLIC).status_code, write.get(PATH).status_code] == [201, 403]
    assert [send(read, PUBLIC).status_code, read.get(PATH).status_code] == [403, 200]


def test_a_token_that_is_revoked_or_whose_holder_is_disabled_is_dead(site):
    token_id, secret = site.token("other_rep", *BOTH)
    client = site.program(secret)
    assert client.get(PATH).status_code == 200

    with site.desk.writing() as c:
        sign_in.revoke_token(c, token_id, by=None, now=site.clock.now())
    site.clock.go(seconds=2)  # another process ended it: it is noticed within a second

    assert client.get(PATH).status_code == 401
    assert site.program("det_" + "x" * 43).get(PATH).status_code == 401
    assert site.program().get(PATH).status_code == 401
    with site.desk.writing() as c:
        person = people.add_person(
            c, name="Gone", email="gone@acme.test", roles=("rep",), by=None, now=site.clock.now()
        )
        _, gone = sign_in.new_token(c, person.person_id, "t", BOTH, site.clock.now(), 30, person.person_id)
        people.disable(c, person.person_id, by=None, now=site.clock.now())
    assert send(site.program(gone), PUBLIC).status_code == 401


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "q"])
def test_a_token_in_the_address_is_refused_with_words(site, name):
    secret = site.token("rep", *BOTH)[1]

    answer = site.program().get(PATH, params={name: secret})

    assert answer.status_code == 400
    assert "never belongs into an address" in answer.json()["detail"]
    assert secret not in answer.text


def test_a_token_beside_a_cookie_must_still_come_from_our_own_pages(site):
    client = site.program(site.token("rep", *BOTH)[1])
    client.cookies.set(site.shop.site.cookie, site.session("pm"))

    foreign = send(client, PUBLIC, **{"Sec-Fetch-Site": "cross-site"})
    silent = send(client, PUBLIC)
    own = send(client, PUBLIC, **{"Sec-Fetch-Site": "same-origin"})

    assert [foreign.status_code, silent.status_code, own.status_code] == [403, 403, 201]
    site.shop.indexing.run_once()
    entry = site.shop.inbox.find(own.json()["sighting_id"])
    assert entry.person_id == site.people["rep"].person_id  # the token's, not the cookie's


@pytest.mark.parametrize("origin", ["https://evil.test", "null", ""])
def test_a_session_alone_needs_our_own_origin(site, origin):
    client = site.program()
    client.cookies.set(site.shop.site.cookie, site.session("rep"))

    assert send(client, PUBLIC, **({"Origin": origin} if origin else {})).status_code == 403
    assert send(client, PUBLIC, Origin=site.url).status_code == 201


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


def test_the_description_holds_every_route_and_no_other(site):
    described = {(method, path) for method, path, _ in operations(document())}
    routes = {
        (method, route.path)
        for route in api.routes.all
        for method in route.methods - {"HEAD"}
        if route.path.startswith(PATH)
    }

    assert routes == described
    served = site.program().get("/api/v1/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    assert set(served["components"]["schemas"]["Sighting"]["properties"]) == set(Submission.model_fields)


def _references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else ())
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from _references(inner)


def test_the_description_refers_to_nothing_that_is_not_in_it_and_describes_every_field():
    described = document()
    schemas = described["components"]["schemas"]

    assert {one.removeprefix("#/components/schemas/") for one in _references(described)} <= set(schemas)
    undescribed = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, one in schema["properties"].items()
        if not one.get("description")
    ]
    assert undescribed == []


def test_the_example_of_the_description_is_taken(program):
    described = document()
    example = described["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["example"]

    assert send(program, example).status_code == 201


def test_the_reference_page_stands_alone(site):
    page = site.client().get("/api/docs")

    assert page.status_code == 200
    assert "Send a sighting" in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text.replace(site.url, "")
    assert "https://" not in page.text


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["yes", "public", "2026-11-24"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_fields = st.sampled_from([*Submission.model_fields, "score", ""])
_bodies = st.dictionaries(_fields, _values, max_size=8)
_texts = st.text(max_size=60) | st.sampled_from(
    ["\x00", "\u202e", "x\r\ny", "👍", "<script>", "=1+1", "１００", "1e308", "-1"]
)
_nearly = st.fixed_dictionaries(
    {"text": _texts, "source": st.just("public")},
    optional=dict.fromkeys(
        ("competitor_name", "customer", "deal", "deal_amount", "area", "comparison", "competitor"), _texts
    )
    | {name: st.dates().map(str) for name in ("close_on", "happened_on")}
    | {"sent_at": st.datetimes(timezones=st.none() | st.timezones()).map(str)},
)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_bodies | _nearly | _values)
def test_whatever_is_sent_is_answered(site, program, body):
    site.clock.go(seconds=10)
    sent = json.dumps(body).encode("utf-8", "surrogatepass")

    answer = program.post(PATH, content=sent, headers={"Idempotency-Key": key(), "Content-Type": "application/json"})

    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        # what was acknowledged gets to the desk, whatever it holds
        site.shop.indexing.run_once()
        assert program.get(f"{PATH}/{answer.json()['sighting_id']}").status_code == 200
