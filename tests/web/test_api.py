"""The API: one sighting per key, faults by field, files; whatever is sent, never a 500."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from api_calls import BOTH, PATH, PROBLEM, PUBLIC, faults, key, send
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import photo

from desk.accepting.gate import FOLLOW_UPS
from detente.sightings import Submission

pytestmark = pytest.mark.usefixtures("pace")


def test_a_sighting_is_safe_once_and_the_same_again_has_the_same_answer(api_site, program):
    mine = key()

    first, again = send(program, PUBLIC, key=mine), send(program, PUBLIC, key=mine)

    assert [first.status_code, again.status_code] == [201, 200]
    assert first.json() == again.json()
    assert first.json()["sighting_id"] == mine
    assert first.json()["name"] == f"R-{mine[:8].upper()}"
    assert first.json()["state"] == "cleared"
    assert first.json()["url"] == f"{api_site.url}/r/{mine}"
    assert first.headers["location"] == f"{PATH}/{mine}"


def test_twenty_at_once_with_one_key_are_one_sighting(api_site, program):
    mine = key()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: send(program, PUBLIC, key=mine), range(20)))

    assert sorted(one.status_code for one in answers) == [200] * 19 + [201]
    assert len({one.text for one in answers}) == 1
    api_site.services.indexing.run_once()
    listed = program.get(PATH, params={"limit": 200}).json()["sightings"]
    assert [mine] == [one["sighting_id"] for one in listed if one["sighting_id"] == mine]


def test_the_same_key_with_something_else_is_refused(program):
    mine = key()
    send(program, PUBLIC, key=mine)

    other = send(program, PUBLIC | {"text": "Something else."}, key=mine)

    assert other.status_code == 409
    assert other.headers["content-type"] == PROBLEM


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


def test_a_body_that_is_too_large_is_refused_before_it_is_read(api_site):
    secret = api_site.token("rep", *BOTH)[1]
    head = f"POST {PATH} HTTP/1.1\r\nHost: {api_site.url.removeprefix('http://')}\r\nAuthorization: Bearer {secret}\r\n"

    answer = api_site.raw(f"{head}Content-Type: application/json\r\nContent-Length: 1000001\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 413")


def form(client, body, files, given_key=None):
    parts = [("sighting", (None, json.dumps(body), "application/json"))] if body is not None else []
    parts += [(name, (file, data, "image/jpeg")) for name, file, data in files]
    return client.post(PATH, files=parts, headers={"Idempotency-Key": given_key or key()})


def test_a_form_brings_files_along(api_site, program):
    answer = form(program, PUBLIC, [("files", "a.jpg", photo()), ("files", "b.jpg", photo())])

    assert answer.status_code == 201
    api_site.services.indexing.run_once()
    receipt = program.get(f"{PATH}/{answer.json()['sighting_id']}").json()
    assert receipt["state"] == "cleared"
    entry = api_site.services.inbox.find(answer.json()["sighting_id"])
    assert [note.name for note in entry.files] == ["a.jpg", "b.jpg"]


def test_a_form_may_hold_each_field_as_a_part(api_site, program):
    fields = PUBLIC | {"sighting_id": key(), "close_on": "2026-12-24", "may_call": "true", "customer": ""}

    answer = program.post(PATH, data=fields, files=[("files", ("a.jpg", photo()))])
    known = program.post(PATH, json=PUBLIC | {"sighting_id": fields["sighting_id"]})
    both = program.post(PATH, data={"sighting": "{}", "text": "x"}, files=[("files", ("a.jpg", photo()))])
    ours = program.post(PATH, data=PUBLIC | {"points": "100"}, files=[("files", ("a.jpg", photo()))])

    assert answer.status_code == 201
    entry = api_site.services.inbox.find(fields["sighting_id"])
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


def test_a_file_can_be_added_later_and_once(api_site, program):
    mine, file_key = send(program, PUBLIC).json()["sighting_id"], key()
    url, headers = f"{PATH}/{mine}/attachments", {"Idempotency-Key": file_key}

    first = program.post(url, data={"confidential": "no"}, files={"file": ("a.jpg", photo())}, headers=headers)
    again = program.post(url, data={"confidential": "no"}, files={"file": ("a.jpg", photo())}, headers=headers)
    other = program.post(url, data={"confidential": "no"}, files={"file": ("a.jpg", photo() + b"x")}, headers=headers)

    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert first.json() == {"attachment_id": file_key, "sighting_id": mine} == again.json()
    bare = program.post(url, data={"confidential": "no"}, files={"file": ("a.jpg", photo())})
    assert bare.status_code == 400
    assert "Idempotency-Key" in bare.json()["detail"]
    unsaid = program.post(url, files={"file": ("a.jpg", photo())}, headers={"Idempotency-Key": key()})
    assert unsaid.status_code == 422
    assert unsaid.json()["errors"][0]["field"] == "confidential"


def test_a_receipt_can_be_read_before_the_desk_was_told(api_site, program):
    mine = send(program, PUBLIC).json()["sighting_id"]

    receipt = program.get(f"{PATH}/{mine}")

    assert receipt.status_code == 200
    assert [step["is_done"] for step in receipt.json()["steps"][:2]] == [True, False]
    assert "Globex offers" not in receipt.text


def test_the_list_is_ones_own_newest_first_and_goes_on(api_site):
    client = api_site.program(api_site.token("sales_lead", *BOTH)[1])
    sent = []
    for number in range(5):
        api_site.clock.go(seconds=1)
        sent.append(send(client, PUBLIC | {"text": f"Sighting {number}."}).json()["sighting_id"])
    api_site.services.indexing.run_once()

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
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_bodies | _nearly | _values)
def test_whatever_is_sent_is_answered(api_site, program, body):
    api_site.clock.go(seconds=10)
    sent = json.dumps(body).encode("utf-8", "surrogatepass")

    answer = program.post(PATH, content=sent, headers={"Idempotency-Key": key(), "Content-Type": "application/json"})

    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        # what was acknowledged gets to the desk, whatever it holds
        api_site.services.indexing.run_once()
        assert program.get(f"{PATH}/{answer.json()['sighting_id']}").status_code == 200
