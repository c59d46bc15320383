"""A mail counts for whom its sender is here; it is accepted first, moved then, and never deleted."""

from __future__ import annotations

import sys

import pytest
from imap_server import imap_server
from set_clock import SetClock

from desk import people
from desk.accepting.inbox import Inbox
from desk.accepting.limits import limits_of
from desk.database import Desk
from desk.reading.mail_file import max_bytes
from desk.reading.mail_in import Fetched, fetch, fetched, mailbox_of, taking
from detente import workspace as workspaces
from detente.errors import (
    ConflictError,
    NotAllowedError,
    ServiceError,
    StorageError,
    SubmissionError,
    WorkspaceError,
)

SETTINGS = """[company]
name = "Acme Corp"
currency = "EUR"

[limits]
files = 3
file_bytes = 1000

[mail_in]
host = "localhost"
port = {port}
user = "sightings"
password_file = "imap.secret"
"""
DONE, REFUSED = "Detente/Done", "Detente/Refused"


def mail(number=1, sender="bo@acme.test", text="source: public\n\nTeam is 49.", **headers):
    told = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"{told}From: {sender}\nMessage-ID: <{number}@acme.test>\nSubject: Globex\n\n{text}\n".encode()


class Place:
    """A workspace with Bo, who reports, and Dis, who is disabled."""

    def __init__(self, root, settings=SETTINGS, port=993):
        (root / "competitors").mkdir(parents=True)
        (root / "competitors" / "globex.toml").write_text('name = "Globex"\n')
        (root / "detente.toml").write_text(settings.format(port=port))
        (root / "imap.secret").write_text("open sesame\n")
        (root / "imap.secret").chmod(0o600)
        self.workspace = workspaces.load(root)
        self.desk = Desk.open(self.workspace.data, "", SetClock())
        self.inbox = Inbox(self.workspace.data / "inbox")
        self.limits = limits_of(self.workspace.settings.limits)
        self.take = taking(self.desk, self.inbox, self.workspace, self.limits)
        now = self.desk.clock.now()
        with self.desk.writing() as c:
            for name in ("bo", "dis"):
                one = people.add_person(
                    c, name=name.title(), email=f"{name}@acme.test", roles=("rep",), by=None, now=now
                )
            people.disable(c, one.person_id, by=None, now=now)

    def kept(self):
        return sorted(path.stem for path in self.inbox.folder.rglob("*.zip"))


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path / "ws")
    yield made
    made.desk.close()


class Folder:
    """A mailbox in memory that can fail at any step."""

    def __init__(self, *mails, fails_at=sys.maxsize):
        self.mails = {str(uid): one for uid, one in enumerate(mails, 1)}
        self.moved = {}
        self.fails_at = fails_at
        self.steps = 0

    def _step(self):
        self.steps += 1
        if self.steps >= self.fails_at:
            raise ServiceError("the connection broke")

    def sizes(self):
        return [(uid, len(one)) for uid, one in self.mails.items()]

    def mail(self, uid):
        self._step()
        return self.mails[uid]

    def move(self, uid, folder):
        self._step()
        self.moved.setdefault(folder, []).append(self.mails.pop(uid))


def sweep(place, folder, most=100_000):
    return fetch(place.workspace.settings.mail_in, place.take, folder, most)


def test_a_mail_of_somebody_known_is_taken_and_all_others_are_refused_and_kept(place):
    mails = [
        mail(1),
        mail(2, "eve@evil.test"),
        mail(3, "dis@acme.test"),
        b"no mail",
        mail(4, text="source: public\n\nMore."),
    ]
    folder = Folder(*mails)

    done = sweep(place, folder)

    assert len(done.taken) == 2
    assert sum(done.refused.values()) == 3
    assert folder.moved == {DONE: [mails[0], mails[4]], REFUSED: mails[1:4]}
    assert place.kept() == sorted(done.taken)


def test_what_is_told_of_refused_mails_holds_nothing_of_them(place):
    done = sweep(place, Folder(mail(1, "canary@evil.test", "canary"), mail(2, text="x" * 20_001)))

    assert len(done.refused) == 2
    assert "canary" not in repr(done)


def test_a_mail_without_a_source_waits(place):
    assert place.take(mail(text="Just this.")).gate.state == "waiting"


def test_the_gate_decides_for_mails_too(place):
    accepted = place.take(mail(text="source: customer\nconfidential: yes\n\nTheir price list."))

    assert accepted.gate.state == "quarantined"


def test_lines_that_turn_out_to_be_no_fields_are_text(place):
    accepted = place.take(mail(text="deal amount: quite a lot, they say\n\nTeam is 49."))

    entry = place.inbox.find(accepted.sighting_id)
    assert entry.submission["text"] == "Globex\n\ndeal amount: quite a lot, they say\n\nTeam is 49."
    assert "deal_amount" not in entry.submission


@pytest.mark.parametrize("step", range(1, 7))
def test_a_connection_that_breaks_anywhere_loses_and_doubles_nothing(place, step):
    mails = [mail(number) for number in range(3)]
    folder = Folder(*mails, fails_at=step)
    with pytest.raises(ServiceError):
        sweep(place, folder)

    folder.fails_at = sys.maxsize
    sweep(place, folder)

    assert len(place.kept()) == 3
    assert sorted(folder.moved[DONE]) == sorted(mails)
    assert folder.mails == {}


def test_the_same_mail_in_two_places_is_one_sighting(place):
    folder = Folder(mail(1), mail(1))

    done = sweep(place, folder)

    assert done.taken[0] == done.taken[1]
    assert len(place.kept()) == 1
    assert len(folder.moved[DONE]) == 2


def test_another_mail_under_a_known_id_is_refused(place):
    folder = Folder(mail(1), mail(1, text="Something else."))

    done = sweep(place, folder)

    assert len(done.taken) == 1
    assert [len(folder.moved[one]) for one in (DONE, REFUSED)] == [1, 1]


@pytest.mark.parametrize("error", [StorageError("full"), ServiceError("gone")])
def test_where_nothing_can_be_kept_the_mail_stays(place, error):
    def take(_):
        raise error

    folder = Folder(mail(1))
    with pytest.raises(type(error)):
        fetch(place.workspace.settings.mail_in, take, folder, 1_000)

    assert folder.moved == {}


@pytest.mark.parametrize("error", [SubmissionError({"": "x"}), ConflictError("x"), NotAllowedError("x")])
def test_what_can_never_be_taken_is_moved_away(place, error):
    def take(_):
        raise error

    folder = Folder(mail(1))
    fetch(place.workspace.settings.mail_in, take, folder, 1_000)

    assert list(folder.moved) == [REFUSED]


def test_a_mail_that_leads_to_a_fault_of_ours_does_not_stand_before_all_others(place):
    def take(raw):
        if b"poison" in raw:
            raise ZeroDivisionError("canary")
        return place.take(raw)

    folder = Folder(mail(1, text="poison"), mail(2))
    done = fetch(place.workspace.settings.mail_in, take, folder, 1_000)

    assert len(done.taken) == 1
    assert list(done.refused) == ["the mail led to a fault of ours (ZeroDivisionError)"]
    assert [len(folder.moved[one]) for one in (DONE, REFUSED)] == [1, 1]


def test_a_mail_that_is_too_large_is_not_even_fetched(place):
    folder = Folder(b"x" * 101)

    sweep(place, folder, most=100)

    assert (folder.steps, list(folder.moved)) == (1, [REFUSED])  # one step: it was moved


def test_with_an_authserv_id_a_sender_counts_only_where_their_domain_signed(tmp_path):
    place = Place(tmp_path / "ws", SETTINGS + 'authserv_id = "mx.acme.test"\n')
    passed = "mx.acme.test; dkim=pass header.d=acme.test"

    place.take(mail(1, Authentication_Results=passed))
    for results in ({}, {"Authentication_Results": passed.replace("pass", "fail")}):
        with pytest.raises(NotAllowedError, match="did not sign"):
            place.take(mail(2, **results))
    place.desk.close()

    assert len(place.kept()) == 1


def test_who_looks_like_somebody_known_is_not_them(place):
    # case folding makes "ss" of "ß": two mailboxes, and only one of them is known
    with place.desk.writing() as c:
        people.add_person(
            c, name="Strasse", email="strasse@acme.test", roles=("rep",), by=None, now=place.desk.clock.now()
        )

    with pytest.raises((NotAllowedError, SubmissionError)):
        place.take(mail(1, "straße@acme.test"))


@pytest.fixture
def server():
    with imap_server() as running:
        yield running


@pytest.mark.parametrize("can_move", [True, False])
def test_a_folder_of_an_imap_server_is_emptied_into_two_others(tmp_path, server, can_move):
    server.can_move = can_move
    place = Place(tmp_path / "ws", port=server.port)
    large = mail(3, text="x" * max_bytes(3, 1000))
    server.put(mail(1), mail(2, "eve@evil.test"), large)
    settings = place.workspace.settings.mail_in

    with mailbox_of(settings, place.workspace.root, server.trusted) as mailbox:
        done = fetch(settings, place.take, mailbox, max_bytes(3, 1000))
    with mailbox_of(settings, place.workspace.root, server.trusted) as mailbox:
        again = fetch(settings, place.take, mailbox, max_bytes(3, 1000))
    place.desk.close()

    assert (len(done.taken), sum(done.refused.values())) == (1, 2)
    assert again == Fetched()
    assert server.count() == {"INBOX": 0, DONE: 1, REFUSED: 2}
    assert server.fetched < len(large)


def test_a_wrong_password_and_a_certificate_of_a_stranger_are_told_without_secrets(tmp_path, server):
    place = Place(tmp_path / "ws", port=server.port)
    settings = place.workspace.settings.mail_in
    server.password = "another"
    with pytest.raises(ServiceError) as refused, mailbox_of(settings, place.workspace.root, server.trusted):
        pass
    with pytest.raises(ServiceError) as stranger:
        fetched(place.workspace, place.desk, place.inbox)
    place.desk.close()

    assert "sesame" not in str(refused.value)
    assert "[mail_in]" in str(refused.value)
    assert "localhost" in str(stranger.value)


def test_a_password_that_others_may_read_is_not_used(place):
    (place.workspace.root / "imap.secret").chmod(0o644)

    with pytest.raises(WorkspaceError, match="chmod 600"):
        fetched(place.workspace, place.desk, place.inbox)


def test_a_workspace_without_mail_in_fetches_nothing(tmp_path):
    place = Place(tmp_path / "ws", '[company]\nname = "Acme Corp"\n')

    assert fetched(place.workspace, place.desk, place.inbox) == Fetched()
    place.desk.close()
