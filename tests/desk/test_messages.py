"""Mail goes out when there is a server, tells nothing personal, and waits when there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from desk_rows import id_of, put_sighting
from set_clock import SetClock
from sqlalchemy import select, update

from desk import people, schema
from desk.database import Desk
from desk.following import messages, sightings
from detente.errors import ServiceError, UsageError
from detente.people import Person
from detente.settings import MailSettings
from flows.server import free_port

Add = Callable[..., Person]
CANARY = "canary-7f3a"


@dataclass
class Post:
    """A mail server that takes, refuses or is away."""

    taken: list[EmailMessage] = field(default_factory=list)
    away: bool = False
    refuses: tuple[str, ...] = ()

    def __call__(self, mail: EmailMessage) -> None:
        if self.away:
            raise ServiceError("mail.acme.test:587: the mail server cannot be used")
        if any(name in str(mail["To"]) for name in self.refuses):
            raise UsageError("refused")
        self.taken.append(mail)


def deliver(desk: Desk, post: messages.Sender, **more: str) -> messages.Delivered:
    words = {"sender_address": "detente@acme.test", "base_url": "https://intel.acme.test", "company": "Acme"} | more
    return messages.deliver(desk, post, **words)


@pytest.fixture
def waiting(desk: Desk, add: Add) -> Person:
    """Somebody whom one message waits for."""
    rita = add("Rita", "rep")
    put_sighting(desk, 1, rita.person_id, text=CANARY, customer=CANARY)
    with desk.writing() as c:
        messages.queue(c, rita.person_id, "unread_told", id_of(1), now=desk.clock.now())
    return rita


def row_of(desk: Desk) -> tuple[int, bool]:
    with desk.reading() as c:
        row = c.execute(select(schema.message)).one()
    return row.attempts, row.sent_at is not None


def test_a_mail_has_a_link_and_the_short_name_and_nothing_personal(desk: Desk, waiting: Person) -> None:
    post = Post()

    assert deliver(desk, post) == messages.Delivered(sent=1)

    [mail] = post.taken
    assert (mail["To"], mail["Subject"]) == ("rita@acme.test", "R-00000000 has not been read yet: Product was reminded")
    assert f"https://intel.acme.test/r/{id_of(1)}" in mail.get_content()
    assert CANARY not in mail.as_string()
    assert "Rita" not in mail.as_string()
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_is_sent_once(desk: Desk, waiting: Person, clock: SetClock) -> None:
    post = Post()
    for _ in range(3):
        deliver(desk, post)
        clock.go(days=1)

    assert len(post.taken) == 1
    assert row_of(desk) == (1, True)


def test_while_the_server_is_away_a_mail_waits_under_the_same_message_id(
    desk: Desk, waiting: Person, clock: SetClock
) -> None:
    post = Post(away=True)
    told = deliver(desk, post).problem
    again = deliver(desk, post)
    post.away = False
    soon = deliver(desk, post)
    clock.go(minutes=2)
    later = deliver(desk, post)

    assert "the mail server cannot be used" in told
    assert (again, soon, later) == (messages.Delivered(), messages.Delivered(), messages.Delivered(sent=1))
    with desk.reading() as c:
        message_id = c.execute(select(schema.message.c.message_id)).scalar_one()
    assert post.taken[0]["Message-ID"] == f"<{message_id}@intel.acme.test>"


def test_a_mail_that_no_server_ever_takes_is_given_up(desk: Desk, waiting: Person, clock: SetClock) -> None:
    post = Post(refuses=("rita",))
    for _ in range(40):
        deliver(desk, post)
        clock.go(days=1)

    assert row_of(desk) == (12, False)


def test_a_server_that_is_away_for_weeks_loses_no_mail(desk: Desk, waiting: Person, clock: SetClock) -> None:
    post = Post(away=True)
    for _ in range(60):
        deliver(desk, post)
        clock.go(hours=12)
    post.away = False

    assert deliver(desk, post) == messages.Delivered(sent=1)


def test_one_refused_address_keeps_nobody_else_waiting(desk: Desk, waiting: Person, add: Add) -> None:
    paul = add("Paul", "pm")
    with desk.writing() as c:
        messages.queue(c, paul.person_id, "unread", id_of(1), now=desk.clock.now())
    post = Post(refuses=("rita",))

    assert deliver(desk, post) == messages.Delivered(sent=1, refused=1)
    assert [mail["To"] for mail in post.taken] == ["paul@acme.test"]


def test_nobody_who_may_no_longer_sign_in_is_written_to(desk: Desk, waiting: Person) -> None:
    with desk.writing() as c:
        people.disable(c, waiting.person_id, by=None, now=desk.clock.now())

    assert deliver(desk, Post()) == messages.Delivered()


@pytest.mark.parametrize(
    "address", ["rita@acme.test\r\nBcc: all@acme.test", "rita@acme.test\nX: y", "a b@acme.test", "", "rita"]
)
def test_an_address_never_becomes_another_header(desk: Desk, waiting: Person, address: str) -> None:
    with desk.writing() as c:
        c.execute(update(schema.person).values(email=address))
    post = Post()

    delivered = deliver(desk, post)

    assert (delivered, post.taken) == (messages.Delivered(refused=1), [])


def test_without_an_address_of_the_site_a_mail_has_no_link(desk: Desk, waiting: Person) -> None:
    post = Post()
    deliver(desk, post, base_url="")

    assert "http" not in post.taken[0].get_content()
    assert post.taken[0]["Message-ID"].endswith("@acme.test>")


def test_every_kind_has_words_and_an_unknown_one_too(desk: Desk) -> None:
    for kind in (*messages.WORDS, "something new"):
        row = {
            "kind": kind, "sighting_id": id_of(1), "email": "rita@acme.test", "message_id": "m1",
            "created_at": desk.clock.now(),
        }  # fmt: skip
        mail = messages.mail_for(row, sender_address="detente@acme.test", base_url="", company="Acme")
        assert "R-00000000" in mail["Subject"]
        assert "{" not in mail.as_string()


class Kept(MessageHandler):
    """Keeps what a server was handed."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def handle_message(self, message: object) -> None:
        self.kept.append(str(message))


@pytest.fixture
def server() -> Iterator[tuple[Controller, Kept]]:
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller, kept
    controller.stop()


def test_a_mail_goes_out_over_smtp(
    desk: Desk, waiting: Person, server: tuple[Controller, Kept], tmp_path: Path
) -> None:
    controller, kept = server
    settings = MailSettings(host="127.0.0.1", port=controller.port, sender="detente@acme.test", security="none")

    assert deliver(desk, messages.smtp(settings, tmp_path)) == messages.Delivered(sent=1)
    assert "Subject: R-00000000 has not been read yet" in kept.kept[0]


def test_a_server_that_is_not_there_is_told_with_its_name_and_nothing_else(
    desk: Desk, waiting: Person, tmp_path: Path
) -> None:
    settings = MailSettings(host="127.0.0.1", port=9, sender="detente@acme.test", security="none")

    delivered = deliver(desk, messages.smtp(settings, tmp_path))

    assert delivered.sent == 0
    assert delivered.problem.startswith("127.0.0.1:9: the mail server cannot be used (Connection refused)")
    assert "rita" not in delivered.problem


def test_a_password_that_cannot_be_read_is_told_and_the_mail_waits(
    desk: Desk, waiting: Person, server: tuple[Controller, Kept], tmp_path: Path
) -> None:
    controller, _ = server
    settings = MailSettings(
        host="127.0.0.1", port=controller.port, sender="detente@acme.test", security="none", user="detente",
        password_file="gone.txt",
    )  # fmt: skip

    delivered = deliver(desk, messages.smtp(settings, tmp_path))

    assert "gone.txt" in delivered.problem
    assert row_of(desk) == (1, False)


def test_a_reporter_is_told_of_a_question_and_of_what_legal_decides(desk: Desk, add: Add) -> None:
    rita, paul, lea = add("Rita", "rep"), add("Paul", "pm"), add("Lea", "legal")
    now = desk.clock.now()
    put_sighting(desk, 1, rita.person_id)
    put_sighting(desk, 2, rita.person_id, gate="quarantined")
    put_sighting(desk, 3, rita.person_id, gate="quarantined")
    with desk.writing() as c:
        sightings.ask(c, id_of(1), f"{CANARY}?", by=paul.person_id, now=now)
        sightings.ask(c, id_of(1), f"{CANARY}?", by=rita.person_id, now=now)
        sightings.release(c, id_of(2), CANARY, by=lea.person_id, now=now)
        sightings.reject(c, id_of(3), CANARY, by=lea.person_id, now=now)
    post = Post()
    deliver(desk, post)

    of_rita = [mail for mail in post.taken if mail["To"] == "rita@acme.test"]
    assert {(mail["To"], mail["Subject"].partition(" ")[2]) for mail in of_rita} == {
        ("rita@acme.test", "is a question on R-00000000"),
        ("rita@acme.test", "was released"),
        ("rita@acme.test", "was not released"),
    }
    assert all(CANARY not in mail.as_string() for mail in post.taken)
