"""Passwords, links, sessions and tokens let in whom they are for, as long as they may, and nobody else."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from desk_rows import put_sighting
from sqlalchemy import select, text, update

from desk import audit, people, sign_in
from desk.following import sightings
from desk.schema import metadata, session
from desk.schema import person as person_table
from detente.errors import NotAllowedError, NotFoundError, SubmissionError

PASSWORD = "four plain words here"


@pytest.fixture
def do(desk):
    """Does something in a transaction of its own."""

    def done(what, *given, **more):
        with desk.writing() as c:
            return what(c, *given, **more)

    return done


def hash_of(desk, somebody):
    with desk.reading() as c:
        mine = person_table.c.person_id == somebody.person_id
        return c.execute(select(person_table.c.password_hash).where(mine)).scalar_one()


# --- passwords


@pytest.mark.parametrize(
    ("email", "password", "is_right"),
    [
        ("ana@acme.test", PASSWORD, True),
        ("ANA@acme.test", PASSWORD, True),
        ("ana@acme.test", PASSWORD.upper(), False),
        ("ana@acme.test", PASSWORD + " ", False),
        ("ana@acme.test", "", False),
        ("nobody@acme.test", PASSWORD, False),
        ("without@acme.test", PASSWORD, False),
        ("disabled@acme.test", PASSWORD, False),
    ],
)
def test_a_password_lets_in_whom_it_belongs_to(desk, add, do, email, password, is_right):
    ana = add("Ana", "rep", password=PASSWORD)
    add("Without")
    do(people.disable, add("Disabled", password=PASSWORD).person_id, by=None, now=desk.clock.now())

    signed_in = sign_in.by_password(desk, email, password, hours=1)
    if is_right:
        holder, secret = signed_in
        assert holder == ana == do(sign_in.session_person, secret, desk.clock.now())
    else:
        assert signed_in is None


@pytest.mark.slow
def test_an_unknown_e_mail_takes_as_long_as_a_wrong_password(desk, add):
    add("Ana", password=PASSWORD)
    add("Without")
    took = {"ana@acme.test": [], "nobody@acme.test": [], "without@acme.test": []}

    # processor time: what else the machine does must not count; and in turns, for what warms up meanwhile
    for _ in range(5):
        for email, times in took.items():
            begun = time.process_time()
            assert sign_in.by_password(desk, email, "not the password", hours=1) is None
            times.append(time.process_time() - begun)

    middle = [statistics.median(times) for times in took.values()]
    assert max(middle) < 1.3 * min(middle), took


def test_a_hash_of_older_parameters_is_made_anew_when_its_person_signs_in(desk, add):
    ana = add("Ana", password=PASSWORD)
    older = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with desk.writing() as c:
        c.execute(update(person_table).values(password_hash=older))

    assert sign_in.by_password(desk, ana.email, "not the password", hours=1) is None
    assert hash_of(desk, ana) == older
    assert sign_in.by_password(desk, ana.email, PASSWORD, hours=1) is not None

    newer = hash_of(desk, ana)
    assert "$m=1024," not in newer
    assert sign_in.by_password(desk, ana.email, PASSWORD, hours=1) is not None
    assert hash_of(desk, ana) == newer


def test_a_hash_that_is_none_lets_nobody_in(desk, add):
    ana = add("Ana", password=PASSWORD)
    with desk.writing() as c:
        c.execute(update(person_table).values(password_hash="{SSHA}not-one-of-ours"))

    assert sign_in.by_password(desk, ana.email, PASSWORD, hours=1) is None


@pytest.mark.slow
@pytest.mark.parametrize("what", ["password", "disabled"])
def test_what_changes_while_a_password_is_looked_at_wins(desk, add, what):
    """The attempt has read the old hash, and waits for its turn to write while the change is made."""
    ana = add("Ana", password=PASSWORD)
    newer = people.PASSWORDS.hash("another few plain words")
    change = {"password": {"password_hash": newer}, "disabled": {"disabled_at": desk.clock.now()}}[what]

    with ThreadPoolExecutor(1) as pool:
        with desk.writing() as c:
            attempt = pool.submit(sign_in.by_password, desk, ana.email, PASSWORD, hours=1)
            time.sleep(2)  # far longer than reading and hashing take
            assert not attempt.done()
            c.execute(update(person_table).values(**change))
        assert attempt.result() is None

    with desk.reading() as c:
        assert c.execute(select(session)).all() == []


# --- sessions


def test_a_session_lives_until_its_hour(desk, add, do):
    ana = add("Ana", "rep")
    secret = do(sign_in.begin_session, ana.person_id, desk.clock.now(), 12)

    assert do(sign_in.session_person, secret, desk.clock.go(hours=11, minutes=59)) == ana
    assert do(sign_in.session_person, secret, desk.clock.go(minutes=1)) is None


def test_a_session_that_was_ended_or_is_unknown_is_nobodys(desk, add, do):
    ana = add("Ana")
    ended, other = (do(sign_in.begin_session, ana.person_id, desk.clock.now(), 12) for _ in range(2))

    do(sign_in.end_session, ended, desk.clock.now())
    do(sign_in.end_session, "unknown", desk.clock.now())

    assert do(sign_in.session_person, ended, desk.clock.now()) is None
    assert do(sign_in.session_person, "unknown", desk.clock.now()) is None
    assert do(sign_in.session_person, other, desk.clock.now()) == ana


def test_all_sessions_of_somebody_can_be_ended_at_once(desk, add, do):
    ana, ben = add("Ana"), add("Ben")
    of_ana = [do(sign_in.begin_session, ana.person_id, desk.clock.now(), 12) for _ in range(3)]
    of_ben = do(sign_in.begin_session, ben.person_id, desk.clock.now(), 12)

    do(sign_in.end_sessions, ana.person_id, desk.clock.now())

    assert [do(sign_in.session_person, one, desk.clock.now()) for one in of_ana] == [None] * 3
    assert do(sign_in.session_person, of_ben, desk.clock.now()) == ben


def test_each_sign_in_makes_a_new_secret_and_ends_the_session_that_was_shown(desk, add, do):
    ana = add("Ana")
    old = do(sign_in.begin_session, ana.person_id, desk.clock.now(), 12)

    new = do(sign_in.begin_session, ana.person_id, desk.clock.now(), 12, instead_of=old)

    assert new != old
    assert do(sign_in.session_person, old, desk.clock.now()) is None
    assert do(sign_in.session_person, new, desk.clock.now()) == ana


def test_a_password_ends_the_session_that_was_shown_only_where_it_is_right(desk, add, do):
    ana = add("Ana", password=PASSWORD)
    old = do(sign_in.begin_session, ana.person_id, desk.clock.now(), 12)

    assert sign_in.by_password(desk, ana.email, "not the password", hours=1, instead_of=old) is None
    assert do(sign_in.session_person, old, desk.clock.now()) == ana
    _, new = sign_in.by_password(desk, ana.email, PASSWORD, hours=1, instead_of=old)

    assert do(sign_in.session_person, old, desk.clock.now()) is None
    assert do(sign_in.session_person, new, desk.clock.now()) == ana


def test_a_secret_that_somebody_was_given_beforehand_is_never_taken_over(desk, add, do):
    planted = "a-secret-that-the-attacker-knows"

    new = do(sign_in.begin_session, add("Ana").person_id, desk.clock.now(), 12, instead_of=planted)

    assert new != planted
    assert do(sign_in.session_person, planted, desk.clock.now()) is None


def test_somebody_whom_the_provider_removed_has_no_session_and_their_sightings_stay_theirs(desk, add, do):
    ana = add("Ana", "rep")
    sent = put_sighting(desk, 1, ana.person_id)
    secret = do(sign_in.begin_session, ana.person_id, desk.clock.now(), 12)
    with desk.writing() as c:
        # by another tool than ours: nothing but the mark
        c.execute(update(person_table).values(disabled_at=desk.clock.now()))

    assert do(sign_in.session_person, secret, desk.clock.now()) is None
    # what waited in an offline queue may arrive later still: it is kept in their name, too
    later = put_sighting(desk, 2, ana.person_id)
    assert {do(sightings.sighting, one).person_id for one in (sent, later)} == {ana.person_id}
    assert do(people.person, ana.person_id).name == "Ana"


def test_nobody_who_is_disabled_gets_a_session_a_link_or_a_token(desk, add, do):
    ana = add("Ana")
    do(people.disable, ana.person_id, by=None, now=desk.clock.now())

    for what, given in (
        (sign_in.begin_session, [12]),
        (sign_in.new_link, []),
    ):
        with pytest.raises(NotAllowedError, match="is disabled"):
            do(what, ana.person_id, desk.clock.now(), *given)
    with pytest.raises(NotAllowedError, match="is disabled"):
        do(sign_in.new_token, ana.person_id, "x", ["sightings:read"], desk.clock.now(), None, None)


# --- links


def test_a_link_lets_in_once(desk, add, do):
    ana = add("Ana")
    secret = do(sign_in.new_link, ana.person_id, desk.clock.now())

    assert do(sign_in.use_link, secret, desk.clock.go(minutes=14)) == ana
    assert do(sign_in.use_link, secret, desk.clock.now()) is None


def test_a_link_is_dead_after_a_quarter_of_an_hour(desk, add, do):
    secret = do(sign_in.new_link, add("Ana").person_id, desk.clock.now())

    assert do(sign_in.use_link, secret, desk.clock.go(minutes=15)) is None


def test_an_unknown_link_is_nobodys(desk, do):
    assert do(sign_in.use_link, "unknown", desk.clock.now()) is None


def test_a_link_of_somebody_who_was_disabled_by_another_tool_is_dead(desk, add, do):
    secret = do(sign_in.new_link, add("Ana").person_id, desk.clock.now())
    with desk.writing() as c:
        c.execute(update(person_table).values(disabled_at=desk.clock.now()))

    assert do(sign_in.use_link, secret, desk.clock.now()) is None


# --- tokens


def test_a_token_acts_for_its_person_with_its_scopes_alone(desk, add, do):
    ana = add("Ana", "rep")

    token_id, secret = do(
        sign_in.new_token, ana.person_id, " CRM  sync ", ["sightings:write"], desk.clock.now(), None, by=ana.person_id
    )

    assert secret.startswith("det_")
    assert len(secret) == 47
    assert do(sign_in.token_holder, secret, desk.clock.go(days=3000)) == (ana, {"sightings:write"})
    [told] = do(sign_in.tokens_of, ana.person_id)
    assert (told.token_id, told.name, told.scopes, told.expires_at) == (token_id, "CRM sync", {"sightings:write"}, None)


def test_a_token_has_the_roles_that_its_person_has_now(desk, add, do):
    ana = add("Ana", "rep", "admin")
    _, secret = do(sign_in.new_token, ana.person_id, "x", ["sightings:read"], desk.clock.now(), None, None)

    do(people.set_roles, ana.person_id, ["rep"], by=None, now=desk.clock.now())

    holder, _ = do(sign_in.token_holder, secret, desk.clock.now())
    assert holder.roles == {"rep"}


def test_a_token_is_dead_at_once_when_it_is_revoked(desk, add, do):
    ana = add("Ana")
    tokens = [
        do(sign_in.new_token, ana.person_id, name, ["sightings:read"], desk.clock.now(), None, None) for name in "ab"
    ]

    do(sign_in.revoke_token, tokens[0][0], by=ana.person_id, now=desk.clock.now())
    do(sign_in.revoke_token, tokens[0][0], by=ana.person_id, now=desk.clock.go(hours=1))

    assert do(sign_in.token_holder, tokens[0][1], desk.clock.now()) is None
    assert do(sign_in.token_holder, tokens[1][1], desk.clock.now()) is not None
    assert len([one for one in do(audit.entries) if one.action == "token_revoked"]) == 1
    with pytest.raises(NotFoundError, match="no such token"):
        do(sign_in.revoke_token, "t_unknown", by=None, now=desk.clock.now())


def test_a_token_ends_by_itself_after_its_days(desk, add, do):
    _, secret = do(sign_in.new_token, add("Ana").person_id, "x", ["sightings:read"], desk.clock.now(), 30, None)

    assert do(sign_in.token_holder, secret, desk.clock.go(days=29, hours=23)) is not None
    assert do(sign_in.token_holder, secret, desk.clock.go(hours=1)) is None


@pytest.mark.parametrize("secret", ["", "det_", "det_unknown", "Bearer x", "é" * 50, "x" * 100_000])
def test_an_unknown_token_is_nobodys(desk, do, secret):
    assert do(sign_in.token_holder, secret, desk.clock.now()) is None


@pytest.mark.parametrize(
    ("field", "name", "scopes", "days"),
    [
        ("name", " ", ["sightings:read"], None),
        ("name", "x" * 101, ["sightings:read"], None),
        ("name", "a\x1b[2J", ["sightings:read"], None),
        ("scopes", "x", [], None),
        ("scopes", "x", ["sightings:read", "everything"], None),
        ("days", "x", ["sightings:read"], 0),
        ("days", "x", ["sightings:read"], 10_000),
    ],
)
def test_a_token_without_purpose_scope_or_sensible_end_is_refused(desk, add, do, field, name, scopes, days):
    ana = add("Ana")

    with pytest.raises(SubmissionError) as refused:
        do(sign_in.new_token, ana.person_id, name, scopes, desk.clock.now(), days, None)

    assert list(refused.value.faults) == [field]
    assert do(sign_in.tokens_of, ana.person_id) == []


# --- all of them


def test_no_secret_stands_in_the_database(desk, add, do):
    ana = add("Ana", password=PASSWORD)
    now = desk.clock.now()
    secrets = [
        PASSWORD,
        do(sign_in.begin_session, ana.person_id, now, 12),
        do(sign_in.new_link, ana.person_id, now),
        do(sign_in.new_token, ana.person_id, "x", ["sightings:read"], now, None, None)[1],
    ]

    with desk.reading() as c:
        kept = "".join(repr(c.execute(select(table)).all()) for table in metadata.sorted_tables)

    assert ana.person_id in kept
    assert not [secret for secret in secrets if secret in kept or secret.removeprefix("det_") in kept]


def test_every_way_in_that_was_made_or_used_stands_in_the_audit(desk, add, do):
    ana = add("Ana")
    now = desk.clock.now()
    do(sign_in.begin_session, ana.person_id, now, 12)
    do(sign_in.new_link, ana.person_id, now)
    token_id, _ = do(sign_in.new_token, ana.person_id, "my script", ["sightings:read"], now, 9, by=ana.person_id)
    do(sign_in.revoke_token, token_id, by=ana.person_id, now=now)

    told = [(one.action, dict(one.detail)) for one in reversed(do(audit.entries, subject=ana.person_id))]

    assert told == [
        ("person_added", {"roles": []}),
        ("signed_in", {}),
        ("link_made", {}),
        ("token_made", {"token": token_id, "scopes": ["sightings:read"]}),
        ("token_revoked", {"token": token_id}),
    ]


def test_a_session_is_looked_up_by_the_key_of_its_table(desk):
    """Each request asks for it, so it must not read all sessions."""
    [key] = session.primary_key.columns
    assert key.name == "secret_hash"
    if desk.where.endswith(".sqlite"):
        with desk.reading() as c:
            plan = c.execute(text("EXPLAIN QUERY PLAN SELECT 1 FROM session WHERE secret_hash = 'x'")).all()
        assert "USING INDEX" in str(plan) or "USING COVERING INDEX" in str(plan)
