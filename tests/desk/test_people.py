"""People are added, changed and disabled; every change stands in the audit, and ends the ways in that it must."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import func, select, update

from desk import audit, people, sign_in
from desk.schema import person as person_table
from desk.schema import person_role
from detente.errors import ConflictError, NotFoundError, SubmissionError

PASSWORD = "four plain words here"
BEGIN_AS_OWNER = """
import sys
from pathlib import Path
from desk import people
from desk.database import Desk
from detente.clock import SystemClock
desk = Desk.open(Path(sys.argv[1]), sys.argv[2], SystemClock())
print("ready", flush=True)
sys.stdin.readline()
with desk.writing() as c:
    print(people.ensure_local_owner(c, desk.clock.now()).person_id)
"""


@pytest.fixture
def change(desk):
    """Does something to a person, by the admin `p_admin`, in a transaction of its own."""

    def changed(what, *given):
        with desk.writing() as c:
            return what(c, *given, by="p_admin", now=desk.clock.now())

    return changed


@pytest.fixture
def ask(desk):
    """Asks for something in a transaction of its own."""

    def asked(what, *given):
        with desk.reading() as c:
            return what(c, *given)

    return asked


def ways_in(desk, somebody):
    """A live session, link and token of somebody."""
    now = desk.clock.now()
    with desk.writing() as c:
        session = sign_in.begin_session(c, somebody.person_id, now, hours=12)
        link = sign_in.new_link(c, somebody.person_id, now)
        _, token = sign_in.new_token(c, somebody.person_id, "a script", ["sightings:read"], now, None, by=None)
    return session, link, token


def alive(desk, ways):
    """Which of them still let somebody in."""
    session, link, token = ways
    now = desk.clock.now()
    with desk.writing() as c:
        return {
            "session": sign_in.session_person(c, session, now) is not None,
            "link": sign_in.use_link(c, link, now) is not None,
            "token": sign_in.token_holder(c, token, now) is not None,
        }


def test_somebody_who_was_added_is_found_by_id_and_by_e_mail_in_any_case(desk, add, ask):
    ana = add("Ana", "rep", "pm")

    assert (ana.name, ana.email, ana.roles, ana.is_disabled) == ("Ana", "ana@acme.test", {"rep", "pm"}, False)
    assert ask(people.person, ana.person_id) == ana
    for spelled in ("ana@acme.test", " ANA@Acme.Test "):
        assert ask(people.person_by_email, spelled) == ana
    assert ask(people.person_by_email, "ben@acme.test") is None


def test_an_e_mail_belongs_to_one_person_whatever_its_case(desk, add):
    add("Ana")

    with pytest.raises(ConflictError, match="somebody has this e-mail already"):
        add("ANA")


def test_people_are_listed_by_name_whatever_its_case_with_their_roles(desk, add, ask):
    for name, role in (("ben", "pm"), ("Carla", "legal"), ("Ana", "rep")):
        add(name, role)

    assert [(one.name, set(one.roles)) for one in ask(people.people)] == [
        ("Ana", {"rep"}),
        ("ben", {"pm"}),
        ("Carla", {"legal"}),
    ]


def test_somebody_who_was_erased_is_found_by_id_alone_and_may_not_sign_in(desk, add, ask):
    ana = add("Ana")
    with desk.writing() as c:
        c.execute(update(person_table).values(erased_at=desk.clock.now(), email=None))

    assert ask(people.people) == []
    assert ask(people.person, ana.person_id).is_disabled


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 201),
        ("name", "Ana\x00"),
        ("name", "Ana\u202e"),
        ("email", ""),
        ("email", "ana"),
        ("email", "ana@"),
        ("email", "@acme.test"),
        ("email", "Ana <ana@acme.test>"),
        ("email", "ana@acme.test, ben@acme.test"),
        ("email", "ana@acme.test\r\nBcc: all@acme.test"),
        ("email", "a" * 320 + "@acme.test"),
        ("roles", ["rep", "boss"]),
        ("roles", ["Rep"]),
    ],
)
def test_a_name_an_e_mail_or_a_role_that_is_none_is_refused_by_its_field(desk, ask, field, value):
    good = {"name": "Ana", "email": "ana@acme.test", "roles": ["rep"]}

    with pytest.raises(SubmissionError) as refused, desk.writing() as c:
        people.add_person(c, **(good | {field: value}), by=None, now=desk.clock.now())

    assert list(refused.value.faults) == [field]
    assert ask(people.people) == []


def test_every_fault_of_a_new_person_is_told_at_once(desk):
    with pytest.raises(SubmissionError) as refused, desk.writing() as c:
        people.add_person(c, name="", email="", roles=["boss"], by=None, now=desk.clock.now())

    assert list(refused.value.faults) == ["name", "email", "roles"]
    assert refused.value.faults["roles"] == "no role 'boss'; there are rep, pm, sales_lead, legal, admin, viewer"


def test_a_manager_must_be_somebody(desk, add, ask):
    ana = add("Ana")
    with desk.writing() as c:
        words = {"name": "Ben", "email": "ben@acme.test", "roles": [], "by": None, "now": desk.clock.now()}
        assert people.add_person(c, **words, manager_id=ana.person_id).manager_id == ana.person_id

    with pytest.raises(NotFoundError), desk.writing() as c:
        people.add_person(c, **(words | {"email": "c@acme.test"}), manager_id="p_nobody")


def test_new_roles_replace_the_old_ones(desk, add, change, ask):
    ana = add("Ana", "rep", "pm")

    change(people.set_roles, ana.person_id, ["pm", "legal"])

    assert ask(people.person, ana.person_id).roles == {"pm", "legal"}
    with pytest.raises(SubmissionError, match="no role 'boss'"):
        change(people.set_roles, ana.person_id, ["boss"])
    assert ask(people.person, ana.person_id).roles == {"pm", "legal"}


@pytest.mark.parametrize(
    ("what", "given", "left"),
    [
        (people.set_roles, [["pm"]], {"link", "token"}),
        (people.set_roles, [["rep"]], {"session", "link", "token"}),  # those that they have
        (people.set_password, [PASSWORD], {"token"}),
        (people.disable, [], set()),
        (people.enable, [], {"session", "link", "token"}),
    ],
)
def test_a_change_ends_the_ways_in_that_it_must_and_nobody_elses(desk, add, change, what, given, left):
    ana, ben = add("Ana", "rep"), add("Ben", "rep")
    of_ana, of_ben = ways_in(desk, ana), ways_in(desk, ben)

    change(what, ana.person_id, *given)

    assert {name for name, lives in alive(desk, of_ana).items() if lives} == left
    assert all(alive(desk, of_ben).values())


def test_what_was_ended_by_disabling_stays_dead_when_somebody_is_enabled(desk, add, change, ask):
    ana = add("Ana", "rep", password=PASSWORD)
    ways = ways_in(desk, ana)

    change(people.disable, ana.person_id)
    assert ask(people.person, ana.person_id).is_disabled
    assert sign_in.by_password(desk, ana.email, PASSWORD, hours=1) is None
    change(people.enable, ana.person_id)

    assert not any(alive(desk, ways).values())
    assert not ask(people.person, ana.person_id).is_disabled
    assert sign_in.by_password(desk, ana.email, PASSWORD, hours=1) is not None


def test_somebody_who_was_erased_cannot_be_enabled(desk, add, change, ask):
    ana = add("Ana")
    with desk.writing() as c:
        c.execute(update(person_table).values(erased_at=desk.clock.now(), disabled_at=desk.clock.now()))

    change(people.enable, ana.person_id)

    assert ask(people.person, ana.person_id).is_disabled


@pytest.mark.parametrize("password", ["elevenchars", "x" * 1025, ""])
def test_a_password_that_is_too_short_or_too_long_is_refused_without_repeating_it(desk, add, change, password):
    ana = add("Ana")

    with pytest.raises(SubmissionError) as refused:
        change(people.set_password, ana.person_id, password)

    assert refused.value.faults == {"password": "use 12 to 1,024 characters; a few words do well"}


def test_a_password_is_kept_as_an_argon2id_hash_alone(desk, add):
    add("Ana", password=PASSWORD)

    with desk.reading() as c:
        kept = c.execute(select(person_table.c.password_hash)).scalar_one()

    assert kept.startswith("$argon2id$v=19$")
    assert PASSWORD not in kept


def test_an_identity_is_one_person_and_a_person_may_have_several(desk, add, change, ask):
    ana, ben = add("Ana"), add("Ben")

    for provider, subject in (("https://idp.test", "1"), ("slack:T1", "1"), ("https://idp.test", "1")):
        change(people.link_identity, provider, subject, ana.person_id)

    assert ask(people.person_by_identity, "https://idp.test", "1") == ana
    assert ask(people.person_by_identity, "slack:T1", "1") == ana
    assert ask(people.person_by_identity, "https://idp.test", "2") is None
    assert ask(people.person_by_identity, "https://other.test", "1") is None
    with pytest.raises(ConflictError, match="belongs to somebody else"):
        change(people.link_identity, "https://idp.test", "1", ben.person_id)


def test_the_identities_of_somebody_are_told_by_provider(desk, add, change, ask):
    ana = add("Ana")
    for provider, subject in (("https://idp.test", "2"), ("https://idp.test", "1"), ("slack:T1", "U1")):
        change(people.link_identity, provider, subject, ana.person_id)

    assert ask(people.identities_of, ana.person_id, "https://idp.test") == ["1", "2"]
    assert ask(people.identities_of, ana.person_id, "https://other.test") == []


def test_a_password_of_somebody_disabled_is_no_way_in(desk, add, change, ask):
    add("Without")
    assert not ask(people.somebody_has_password)
    ana = add("Ana", password=PASSWORD)
    assert ask(people.somebody_has_password)

    change(people.disable, ana.person_id)

    assert not ask(people.somebody_has_password)


def test_whoever_is_unknown_cannot_be_changed(desk, change):
    for what, given in (
        (people.set_roles, [["rep"]]),
        (people.disable, []),
        (people.enable, []),
        (people.set_password, [PASSWORD]),
    ):
        with pytest.raises(NotFoundError, match="there is no such person"):
            change(what, "p_nobody", *given)
    with pytest.raises(NotFoundError):
        change(people.link_identity, "slack:T1", "1", "p_nobody")


def test_every_change_stands_in_the_audit_without_a_personal_word(desk, add, change, ask):
    ana = add("Ana", "rep")
    change(people.set_roles, ana.person_id, ["pm", "legal"])
    change(people.set_roles, ana.person_id, ["legal", "pm"])  # no change
    change(people.set_password, ana.person_id, PASSWORD)
    change(people.link_identity, "https://idp.test", "subject-of-ana", ana.person_id)
    change(people.link_identity, "https://idp.test", "subject-of-ana", ana.person_id)  # no change
    change(people.disable, ana.person_id)
    change(people.disable, ana.person_id)  # no change
    change(people.enable, ana.person_id)
    change(people.enable, ana.person_id)  # no change

    found = list(reversed(ask(audit.entries)))

    assert [(entry.action, dict(entry.detail)) for entry in found] == [
        ("person_added", {"roles": ["rep"]}),
        ("roles_set", {"before": ["rep"], "after": ["legal", "pm"]}),
        ("password_set", {}),
        ("identity_linked", {}),
        ("person_disabled", {}),
        ("person_enabled", {}),
    ]
    assert {entry.subject for entry in found} == {ana.person_id}
    assert {entry.by for entry in found[1:]} == {"p_admin"}
    assert not any(word in repr(found) for word in ("Ana", "acme", "idp", "subject-of"))


def test_the_local_owner_is_made_once_with_every_role(desk, ask):
    with desk.writing() as c:
        first = people.ensure_local_owner(c, desk.clock.now())
    with desk.writing() as c:
        again = people.ensure_local_owner(c, desk.clock.go(days=1))
        looked_for = people.local_owner(c, desk.clock.go(days=2))

    assert first == again == looked_for
    assert first.roles == set(people.ROLES)
    assert ask(people.people) == [first]


def test_a_desk_without_anybody_gets_an_owner_where_one_is_asked_for(desk, ask):
    with desk.writing() as c:
        owner = people.local_owner(c, desk.clock.now())
    assert ask(people.people) == [owner]


def test_where_others_were_added_first_nobody_becomes_the_owner(desk, add, ask):
    ana = add("Ana", "rep")
    with desk.writing() as c:
        assert people.local_owner(c, desk.clock.now()) is None
    assert ask(people.people) == [ana]


@pytest.mark.slow
def test_two_processes_agree_on_the_local_owner(desk, place, ask):
    command = [sys.executable, "-c", BEGIN_AS_OWNER, str(place.data), place.url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [one.stdout.readline() for one in both] == ["ready\n"] * 2
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = {one.communicate()[0].strip() for one in both}

    assert told == {one.person_id for one in ask(people.people)}
    assert len(told) == 1
    with desk.reading() as c:
        assert c.execute(select(func.count()).select_from(person_role)).scalar_one() == len(people.ROLES)
