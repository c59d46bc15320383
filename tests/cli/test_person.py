"""`detente person`: people, roles and ways in from the terminal."""

from __future__ import annotations

import json
import re

import pytest

from desk import audit, people, sign_in
from desk.database import Desk
from detente import workspace as workspaces
from detente.clock import SystemClock
from detente.errors import ConflictError, NotFoundError, SubmissionError, UsageError

PASSWORD = "four plain words here"


@pytest.fixture
def root(tmp_path):
    workspaces.init(tmp_path / "acme")
    return tmp_path / "acme"


@pytest.fixture
def person(here, root):
    """Runs `detente person …` in the workspace."""
    return lambda *words, **more: here("person", *words, "--workspace", str(root), **more)


@pytest.fixture
def desk(root):
    opened = Desk.open(root / "data", "", SystemClock())
    yield opened
    opened.close()


def one(desk, email):
    with desk.reading() as c:
        return people.person_by_email(c, email)


def test_who_was_added_is_listed_with_roles_and_manager(person, desk):
    person("add", "ana@acme.test", "--name", "Ana Lima")
    done = person(
        "add", "Ben@Acme.test", "--name", "Ben", "--role", "pm", "--role", "legal", "--manager", "ana@acme.test"
    )

    assert "Ben (p_" in done.stderr
    assert "is legal, pm" in done.stderr
    ana, ben = one(desk, "ana@acme.test"), one(desk, "ben@acme.test")
    assert (ana.roles, ben.roles, ben.manager_id) == ({"rep"}, {"pm", "legal"}, ana.person_id)
    listed = person("list").stdout
    assert re.search(rf"^{ben.person_id} +Ben +ben@acme\.test +legal, pm *$", listed, re.M)
    assert json.loads(person("list", "--json").stdout)[0] == {
        "person_id": ana.person_id,
        "name": "Ana Lima",
        "email": "ana@acme.test",
        "roles": ["rep"],
        "is_disabled": False,
    }


def test_an_empty_desk_says_how_to_begin(person):
    done = person("list")

    assert (done.stdout, done.exit_code) == ("", 0)
    assert "`detente person add EMAIL --name NAME`" in done.stderr


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("add", "ana", "--name", "Ana"), SubmissionError, "email: is no e-mail; write it like ana@acme.test"),
        (("add", "a@acme.test", "--name", "A", "--role", "boss"), SubmissionError, "no role 'boss'; there are rep,"),
        (("add", "known@acme.test", "--name", "A"), ConflictError, "somebody has this e-mail already"),
        (("roles", "known@acme.test", "boss"), SubmissionError, "no role 'boss'"),
        (("disable", "nobody@acme.test"), UsageError, "nobody here is 'nobody@acme.test'; `detente person list`"),
        (("enable", "p_0"), UsageError, "nobody here is 'p_0'"),
        (("revoke", "t_0"), NotFoundError, "there is no such token"),
        (("token", "known@acme.test", "--name", "x", "--scope", "all"), SubmissionError, "sightings:write, sightings:"),
    ],
)
def test_a_slip_is_told_and_changes_nothing(person, words, error, said, desk):
    person("add", "known@acme.test", "--name", "Known")

    with pytest.raises(error, match=re.escape(said)):
        person(*words)

    with desk.reading() as c:
        assert [(entry.action, entry.detail) for entry in audit.entries(c)] == [("person_added", {"roles": ["rep"]})]


def test_roles_are_exchanged_and_people_are_disabled_and_enabled(person, desk):
    person("add", "ana@acme.test", "--name", "Ana")

    assert "Ana is legal, pm" in person("roles", "ana@acme.test", "pm", "legal").stderr
    assert one(desk, "ana@acme.test").roles == {"pm", "legal"}
    assert "are dead" in person("disable", one(desk, "ana@acme.test").person_id).stderr
    assert one(desk, "ana@acme.test").is_disabled
    assert re.search("Ana .*disabled", person("list").stdout)
    person("enable", "ana@acme.test")
    assert not one(desk, "ana@acme.test").is_disabled


def test_a_password_is_read_from_standard_input_and_shown_nowhere(person, desk):
    person("add", "ana@acme.test", "--name", "Ana")

    done = person("password", "ana@acme.test", input=f"{PASSWORD}\n")

    assert PASSWORD not in done.output
    assert sign_in.by_password(desk, "ana@acme.test", PASSWORD, hours=1) is not None
    with pytest.raises(SubmissionError, match="use 12 to"):
        person("password", "ana@acme.test", input="short\n")
    with pytest.raises(UsageError, match="nobody here"):
        person("password", "nobody@acme.test", input=f"{PASSWORD}\n")


def test_no_command_takes_a_password_as_an_argument(person):
    person("add", "ana@acme.test", "--name", "Ana")

    assert person("password", "ana@acme.test", PASSWORD).exit_code == 2


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        ("", "http://127.0.0.1:8321/sign-in/link/"),
        ('[web]\nbase_url = "https://intel.acme.test"\n', "https://intel.acme.test/sign-in/link/"),
    ],
)
def test_a_link_is_made_from_the_settings_and_signs_in_once(person, desk, root, settings, begins):
    with (root / "detente.toml").open("a") as file:
        file.write(settings)
    person("add", "ana@acme.test", "--name", "Ana")

    [line] = person("link", "ana@acme.test").stdout.splitlines()

    assert line.startswith(begins)
    with desk.writing() as c:
        assert sign_in.use_link(c, line.removeprefix(begins), desk.clock.now()).name == "Ana"
        assert sign_in.use_link(c, line.removeprefix(begins), desk.clock.now()) is None


def test_a_link_for_nobody_in_particular_is_the_owners(person, desk):
    [line] = person("link").stdout.splitlines()

    with desk.writing() as c:
        owner = sign_in.use_link(c, line.rpartition("/")[2], desk.clock.now())
        assert owner == people.ensure_local_owner(c, desk.clock.now())


def test_a_token_is_shown_once_listed_without_its_secret_and_revoked(person, desk):
    person("add", "ana@acme.test", "--name", "Ana")

    done = person("token", "ana@acme.test", "--name", "CRM", "--scope", "sightings:write", "--days", "30")

    [secret] = done.stdout.splitlines()
    assert secret not in done.stderr
    listed = person("tokens", "ana@acme.test").stdout
    assert secret not in listed
    [told] = json.loads(person("tokens", "ana@acme.test", "--json").stdout)
    assert (told["name"], told["scopes"], told["state"]) == ("CRM", ["sightings:write"], "live")
    with desk.reading() as c:
        assert sign_in.token_holder(c, secret, desk.clock.now())[1] == {"sightings:write"}

    person("revoke", told["token_id"])

    assert json.loads(person("tokens", "ana@acme.test", "--json").stdout)[0]["state"] == "revoked"
    with desk.reading() as c:
        assert sign_in.token_holder(c, secret, desk.clock.now()) is None


@pytest.mark.slow
def test_an_error_is_one_sentence_and_an_exit_code(detente, root):
    done = detente("person", "disable", "nobody@acme.test", "--workspace", str(root))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.replace("\n", " ").startswith("detente: nobody here is 'nobody@acme.test'; ")
