"""Slack: signed or refused, linked or nothing kept, one command one sighting, and nothing typed is read as markup."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from web_site import WebSite, web_site

from desk import people
from desk.following import sightings
from web.api import slack_messages

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SETTINGS = '[slack]\nsigning_secret_file = "slack.secret"\n'
COMMANDS, ACTIONS = "/api/slack/commands", "/api/slack/actions"


@pytest.fixture(scope="module")
def slack(tmp_path_factory):
    """A site whose rep is U1 of T1, and whose viewer is U9."""
    running = web_site(tmp_path_factory.mktemp("slack") / "workspace", SETTINGS, files={"slack.secret": SECRET})
    with running.desk.writing() as c:
        for user, who in (("U1", "rep"), ("U2", "other_rep"), ("U8", "disabled"), ("U9", "viewer")):
            people.link_identity(c, "slack:T1", user, running.people[who].person_id, by=None, now=running.clock.now())
    yield running
    running.close()


@pytest.fixture(autouse=True)
def pace(slack):
    slack.clock.go(minutes=2)


def post(site: WebSite, path: str, fields, *, secret=SECRET, age=0, body=None, **more):
    body = urlencode(fields) if body is None else body
    stamp = str(int(site.clock.now().timestamp()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return site.program().post(path, content=body, headers=headers | more)


def command(site, text, *, user="U1", team="T1", trigger="1.2.abc", **more):
    fields = {"team_id": team, "user_id": user, "command": "/sighting", "text": text, "trigger_id": trigger}
    return post(site, COMMANDS, fields, **more)


def act(site, payload, *, user="U1", team="T1", **more):
    payload = {"team": {"id": team}, "user": {"id": user}} | payload
    return post(site, ACTIONS, {"payload": json.dumps(payload)}, **more)


def waiting_id(answer):
    """The sighting that the button of the answer completes."""
    (actions,) = (block for block in answer.json()["blocks"] if block["type"] == "actions")
    return actions["elements"][-1]["value"]


def press(site, sighting_id, user="U1", **chosen):
    menus = {field: {"type": "static_select", "selected_option": {"value": word}} for field, word in chosen.items()}
    menus["nda"] = menus.get("nda", {"type": "static_select", "selected_option": None})
    payload = {
        "type": "block_actions",
        "actions": [{"action_id": slack_messages.COMPLETE, "value": sighting_id}],
        "state": {"values": {f"sighting-{sighting_id}": menus}},
    }
    return act(site, payload, user=user)


def row(site, sighting_id):
    site.services.indexing.run_once()
    with site.desk.reading() as c:
        return sightings.sighting(c, sighting_id)


def count(site):
    site.services.indexing.run_once()
    with site.desk.reading() as c:
        return len(sightings.sightings_of(c, site.people["rep"].person_id, 500))


def test_a_command_is_a_sighting_that_asks_how_it_was_learned(slack):
    answer = command(slack, "Globex offers Team at 49", trigger="t1")

    assert answer.status_code == 200
    assert answer.json()["response_type"] == "ephemeral"
    found = row(slack, waiting_id(answer))
    assert (found.text, found.channel, found.gate) == ("Globex offers Team at 49", "slack", "waiting")
    assert slack.people["rep"].person_id == found.person_id
    (actions,) = (block for block in answer.json()["blocks"] if block["type"] == "actions")
    asked = [element["action_id"] for element in actions["elements"]]
    assert asked == ["source", "confidential", "nda", "meant_for_me", "knew_me", "own_prices", "complete"]


def test_a_command_that_is_delivered_again_is_the_same_sighting(slack):
    first = command(slack, "Delivered twice", trigger="t2")
    before = count(slack)
    again = command(slack, "Delivered twice", trigger="t2", **{"X-Slack-Retry-Num": "1"})
    other = command(slack, "Delivered twice", trigger="t3")

    assert first.json() == again.json()
    assert waiting_id(other) != waiting_id(first)
    assert before + 1 == count(slack)


def test_lines_at_the_top_say_how_it_was_learned(slack):
    text = "competitor: Globex\nsource: customer\nconfidential: no\nTeam is at 49 &amp; falling"

    answer = command(slack, text, trigger="t4")

    assert [block["type"] for block in answer.json()["blocks"]] == ["section"]
    slack.services.indexing.run_once()
    with slack.desk.reading() as c:
        found = sightings.sightings_of(c, slack.people["rep"].person_id, 1)[0]
    assert (
        found.competitor, found.source, found.gate, found.text,
    ) == ("globex", "customer", "cleared", "Team is at 49 & falling")  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "state"),
    [
        ({"source": "public"}, "cleared"),
        ({"source": "customer", "confidential": "no"}, "cleared"),
        ({"source": "customer", "confidential": "yes"}, "quarantined"),
        (
            {"source": "competitor", "confidential": "no", "nda": "no", "knew_me": "yes", "own_prices": "yes"},
            "not_kept",
        ),
    ],
)
def test_the_button_completes_a_sighting_and_the_gate_decides(slack, chosen, state):
    mine = waiting_id(command(slack, "Canary 4711", trigger=f"c-{json.dumps(chosen)}"))

    answer = press(slack, mine, **chosen)

    assert (answer.status_code, answer.content) == (200, b"")
    found = row(slack, mine)
    assert state == found.gate
    assert ("" if state == "not_kept" else "Canary 4711") == found.text


def test_the_button_works_before_the_desk_was_told_and_once(slack):
    mine = waiting_id(command(slack, "Quick hands", trigger="q1"))

    assert [press(slack, mine, source="public").status_code for _ in range(2)] == [200, 409]


@pytest.mark.parametrize(
    "chosen", [{}, {"source": "customer"}, {"source": "rumour"}], ids=["nothing", "not all", "no such word"]
)
def test_answers_that_do_not_suffice_leave_it_waiting_and_slack_marks_the_button(slack, chosen):
    mine = waiting_id(command(slack, "Still open", trigger=f"o-{chosen}"))

    assert press(slack, mine, **chosen).status_code == 422
    assert row(slack, mine).gate == "waiting"


@pytest.mark.parametrize("value", ["another's", "00000000-0000-4000-8000-000000000000", "../../x", "", None, 5])
def test_nobody_completes_what_is_not_their_own(slack, value):
    theirs = waiting_id(command(slack, "Mine alone", trigger="theirs"))

    answer = press(slack, theirs if value == "another's" else value, user="U2", source="public")

    assert answer.status_code in (404, 422)
    assert row(slack, theirs).gate == "waiting"


def test_a_menu_alone_changes_nothing(slack):
    mine = waiting_id(command(slack, "Only chosen", trigger="m1"))
    payload = {
        "type": "block_actions",
        "actions": [{"action_id": "source", "selected_option": {"value": "public"}}],
        "state": {"values": {"b": {"source": {"selected_option": {"value": "public"}}}}},
    }

    assert act(slack, payload).status_code == 200
    assert row(slack, mine).gate == "waiting"


def shortcut(text="They say Globex is at 49", ts="1700000000.000100", **more):
    message = {"type": "message", "user": "U777", "ts": ts, "text": text}
    return {"type": "message_action", "trigger_id": "x", "channel": {"id": "C1"}, "message": message} | more


def test_a_message_becomes_a_sighting_of_whoever_took_it_and_once(slack):
    before = count(slack)

    answers = [act(slack, shortcut(), **more) for more in ({}, {"X-Slack-Retry-Num": "1"})]

    assert [(one.status_code, one.content) for one in answers] == [(200, b"")] * 2
    assert before + 1 == count(slack)
    with slack.desk.reading() as c:
        found = sightings.sightings_of(c, slack.people["rep"].person_id, 1)[0]
    assert (found.text, found.gate) == ("They say Globex is at 49", "waiting")


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (shortcut(text=""), 422),
        (shortcut(text="x" * 20_001), 422),
        (shortcut(channel={}), 400),
        (shortcut(message=None), 400),
        ({"type": "view_submission"}, 400),
        ({"type": ["message_action"]}, 400),
        ({"type": "block_actions", "actions": None}, 200),
        ({"type": "block_actions", "actions": [5, None, {}], "state": 7}, 200),
    ],
)
def test_a_payload_of_another_shape_is_answered(slack, payload, status):
    assert act(slack, payload).status_code == status


@pytest.mark.parametrize("payload", ["", "{", "[]", "5", "[" * 50_000])
def test_a_payload_that_is_no_object_is_refused(slack, payload):
    assert post(slack, ACTIONS, {"payload": payload}).status_code == 400


@pytest.mark.parametrize(("user", "team"), [("U777", "T1"), ("U1", "T2"), ("", ""), ("U8", "T1"), ("U9", "T1")])
def test_of_whom_nobody_knows_or_who_may_not_report_nothing_is_kept(slack, user, team):
    inbox = slack.services.inbox.folder
    before = sorted(inbox.rglob("*.zip"))

    told = command(slack, "Canary of a stranger", user=user, team=team)
    taken = act(slack, shortcut(), user=user, team=team)

    assert (told.status_code, taken.status_code) == (200, 403)
    assert "Nothing was kept" in told.json()["text"]
    assert f"detente person slack YOUR-EMAIL {team} {user}" in told.json()["text"]
    assert before == sorted(inbox.rglob("*.zip"))


def test_the_link_command_says_who_one_is(slack):
    assert "U1 of T1" in command(slack, "link").json()["text"]
    assert "Write what you saw" in command(slack, "  ").json()["text"]


@pytest.mark.parametrize(
    "text",
    ["<!channel> look", "<@U1> said", "<http://evil.test|ok>", "*bold* & _it_", ":smile: `code`"],
)
def test_nothing_that_was_typed_comes_back_or_is_read_as_markup(slack, text):
    typed = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    answer = command(slack, typed, trigger=f"n-{text}")

    assert text not in answer.text
    assert "mrkdwn" not in {block["text"]["type"] for block in answer.json()["blocks"] if block["type"] == "section"}
    assert row(slack, waiting_id(answer)).text == text


def test_a_message_is_escaped_and_unfurls_nothing():
    message = slack_messages.faulty({"text": "<!channel> & <@U1>"})

    assert "<" not in message["text"]
    assert "&lt;!channel&gt; &amp; &lt;@U1&gt;" in message["text"]
    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)


def test_blocks_stay_within_what_slack_takes():
    message = slack_messages.waiting(
        "0d9cf1c0-3f2b-4c5e-9c55-0d2a4f6b7e81", "R-0D9CF1C0", "https://intel.acme.test/r/x"
    )

    (actions,) = (block for block in message["blocks"] if block["type"] == "actions")
    assert len(actions["elements"]) <= 25
    assert len(actions["block_id"]) <= 255
    for menu in actions["elements"][:-1]:
        assert len(menu["placeholder"]["text"]) <= 150
        assert all(len(option["text"]["text"]) <= 75 for option in menu["options"])


def test_a_fault_is_told_and_nothing_is_taken(slack):
    before = count(slack)

    answer = command(slack, "deal amount: a lot of money\nsource: public\nx", trigger="f1")

    assert "Not taken yet. deal_amount:" in answer.json()["text"]
    assert before == count(slack)


@pytest.mark.parametrize("path", [COMMANDS, ACTIONS])
def test_what_slack_did_not_sign_is_refused(slack, path):
    fields = {"team_id": "T1", "user_id": "U1", "text": "forged", "trigger_id": "z", "payload": json.dumps(shortcut())}
    before = count(slack)
    refused = [
        post(slack, path, fields, secret="another secret"),
        post(slack, path, fields, age=301),
        post(slack, path, fields, age=-301),
        post(slack, path, fields, **{"X-Slack-Signature": "v0=\u00e4".encode("latin-1")}),
        post(slack, path, fields, **{"X-Slack-Signature": ""}),
        post(slack, path, fields, **{"X-Slack-Request-Timestamp": "now"}),
        post(slack, path, fields, **{"X-Slack-Request-Timestamp": "1e400"}),
        slack.program().post(path, data=fields),
        slack.client("rep").post(path, data=fields),
    ]

    assert [401] * len(refused) == [one.status_code for one in refused]
    assert before == count(slack)


def test_a_changed_body_is_refused_and_an_old_one_just_within_the_bounds_is_taken(slack):
    body = urlencode({"team_id": "T1", "user_id": "U1", "text": "link", "trigger_id": "z"})
    signature = post(slack, COMMANDS, {}, body=body, age=299)
    assert signature.status_code == 200

    stamp = str(int(slack.clock.now().timestamp()))
    good = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": good}
    assert slack.program().post(COMMANDS, content=body + "&text=more", headers=headers).status_code == 401


def test_a_signed_body_that_is_no_text_is_refused(slack):
    stamp = str(int(slack.clock.now().timestamp()))
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=00"}

    assert slack.program().post(COMMANDS, content=b"\xff\xfe", headers=headers).status_code == 401


def test_slacks_check_of_the_certificate_is_answered(slack):
    assert post(slack, COMMANDS, {"ssl_check": "1", "token": "x"}).status_code == 200


def test_too_many_commands_are_told(new_site):
    site = new_site(f"{SETTINGS}[limits]\nsightings_per_minute = 2\n", files={"slack.secret": SECRET})
    with site.desk.writing() as c:
        people.link_identity(c, "slack:T1", "U1", site.people["rep"].person_id, by=None, now=site.clock.now())

    answers = [command(site, "x", trigger=f"p{n}").json()["text"] for n in range(3)]

    assert "Not taken: that was a lot" in answers[2]
    assert not any("Not taken" in one for one in answers[:2])


def test_without_a_slack_app_there_is_no_such_address(site):
    assert [post(site, path, {}).status_code for path in (COMMANDS, ACTIONS)] == [404, 404]


def test_a_secret_that_others_may_read_is_not_used(new_site):
    site = new_site(SETTINGS, files={"slack.secret": SECRET})
    (site.root / "slack.secret").chmod(0o644)

    answer = command(site, "x")

    assert answer.status_code == 503
    assert str(site.root) not in answer.text
