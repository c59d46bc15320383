"""Mail: what somebody is to be told waits as a row; its words are made when it is sent, and hold nothing personal."""

from __future__ import annotations

import secrets
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from sqlalchemy import case, select, update

from desk.database import Connection, Desk
from desk.following.sighting_rows import short_name
from desk.schema import message, person, person_role, sighting
from detente.errors import DetenteError, ServiceError, UsageError
from detente.secret_file import secret_in
from detente.settings import MailSettings

# Tried at once, after two minutes, four, eight…; the last time a day and a half later.
_TRIES = 12
_AT_ONCE = 100
_TIMEOUT_S = 20.0

# By kind of message: subject and first sentence. `{name}` is the short name of the sighting, such as R-0D9CF1C0.
WORDS: Mapping[str, tuple[str, str]] = {
    "unread": (
        "{name} has not been read for three working days",
        "A colleague reported {name}, and nobody has read it yet. A look is enough: the reporter is told.",
    ),
    "unread_told": (
        "{name} has not been read yet: Product was reminded",
        "Nobody in Product has read {name} for three working days. They were reminded just now; you need do nothing.",
    ),
    "question": ("There is a question on {name}", "Product asks something about {name}. An answer of a line will do."),
    "answer": ("There is an answer on {name}", "The reporter of {name} has answered."),
    "quarantined": (
        "{name} is for Legal to look at",
        "The gate held {name} back. It waits for a release or a refusal.",
    ),
    "not_kept": (
        "{name} was not kept: for Legal to know",
        (
            "By its reporter's answers nothing of {name} may be kept, so its words and files were not. "
            "There is nothing to decide; you may want to speak with the reporter, who did right to tell."
        ),
    ),
    "released": ("{name} was released", "Legal has looked at {name} and released it: Product can read it now."),
    "decided": ("There is an answer to {name}", "Product has decided on what you reported in {name}."),
    "rejected": ("{name} was not released", "Legal has looked at {name} and keeps it back. Reporting it was right."),
}
_ANY = ("There is news on {name}", "Something has happened to {name}.")


class Sender(Protocol):
    """Hands a mail to a mail server."""

    def __call__(self, mail: EmailMessage) -> None:
        """Sends it.

        Raises:
            ServiceError: The server cannot be reached or refuses everything: the rest waits.
            UsageError: The server refuses this mail alone.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What became of the messages that were due.

    Attributes:
        sent: How many the server took.
        refused: How many it did not take; they are tried again later.
        problem: Why the server could not be used; empty when it could.
    """

    sent: int = 0
    refused: int = 0
    problem: str = ""


def queue(c: Connection, person_id: str, kind: str, sighting_id: str | None, *, now: datetime) -> None:
    """Notes that somebody is to be told something; sent with the next round."""
    c.execute(
        message.insert().values(
            message_id=secrets.token_hex(16), person_id=person_id, kind=kind, sighting_id=sighting_id, created_at=now,
            attempts=0,
        )
    )  # fmt: skip


def queue_for_legal(c: Connection, kind: str, sighting_id: str, *, now: datetime) -> None:
    """Notes that everybody of legal is to be told of a sighting: but its reporter, who does not review their own."""
    reporter = select(sighting.c.person_id).where(sighting.c.sighting_id == sighting_id).scalar_subquery()
    legal = (
        select(person.c.person_id)
        .join(person_role, person_role.c.person_id == person.c.person_id)
        .where(
            person_role.c.role == "legal",
            person.c.disabled_at.is_(None),
            person.c.erased_at.is_(None),
            person.c.person_id != reporter,
        )
        .order_by(person.c.person_id)
    )
    for person_id in c.execute(legal).scalars().all():
        queue(c, person_id, kind, sighting_id, now=now)


def deliver(desk: Desk, sender: Sender, *, sender_address: str, base_url: str, company: str) -> Delivered:
    """Sends what is due, a mail at a time; to be called by one process at a time.

    What was taken by the server while this process was killed is sent again, under the same Message-ID.

    Args:
        desk: Where the messages wait; nothing of it is held while the server is spoken to.
        sender: Hands a mail to the server.
        sender_address: The address in From.
        base_url: Address that links are made from; without one a mail has no link.
        company: Its name, as the mail is signed.
    """
    now = desk.clock.now()
    sent = refused = 0
    for row in _due(desk, now):
        try:
            sender(mail_for(row, sender_address=sender_address, base_url=base_url, company=company))
        except ServiceError as error:
            # a server that is away for a week is no reason to give a mail up
            _note(desk, row["message_id"], sent_at=None, at_most=_TRIES - 1)
            return Delivered(sent=sent, refused=refused, problem=str(error))
        except (UsageError, ValueError):  # an address that is none; nothing of it is told
            _note(desk, row["message_id"], sent_at=None)
            refused += 1
        else:
            _note(desk, row["message_id"], sent_at=now)
            sent += 1
    return Delivered(sent=sent, refused=refused)


def mail_for(row: Mapping[str, object], *, sender_address: str, base_url: str, company: str) -> EmailMessage:
    """The mail that a row of `message`, with the e-mail of its person, stands for.

    Raises:
        ValueError: An address is none; a line break in one never becomes a header.
    """
    subject, sentence = WORDS.get(str(row["kind"]), _ANY)
    sighting_id = str(row["sighting_id"] or "")
    name = short_name(sighting_id) if sighting_id else "a sighting"
    link = f"\n{base_url.rstrip('/')}/r/{sighting_id}\n" if base_url and sighting_id else ""
    mail = EmailMessage()
    mail["From"] = Address("Détente", addr_spec=_one_line(sender_address))
    mail["To"] = Address(addr_spec=_one_line(str(row["email"])))
    mail["Subject"] = subject.format(name=name)
    mail["Date"] = format_datetime(row["created_at"])  # type: ignore[arg-type]
    mail["Message-ID"] = f"<{row['message_id']}@{_host(base_url, sender_address)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{sentence.format(name=name)}\n{link}\nDétente at {' '.join(company.split())}\n")
    return mail


def smtp(settings: MailSettings, root: Path) -> Sender:
    """A sender over SMTP.

    Args:
        settings: The server.
        root: The workspace, which a relative `password_file` is below.
    """

    def send(mail: EmailMessage) -> None:
        try:
            with _connected(settings, root) as server:
                server.send_message(mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError):
            raise UsageError(f"{settings.host}: the mail server does not take a mail to this address") from None
        except DetenteError as error:  # the password's file: the settings are wrong, and not this mail
            raise ServiceError(f"{error}. What is to be sent waits, and is tried again") from None
        except (smtplib.SMTPException, OSError) as error:
            said = getattr(error, "strerror", None) or type(error).__name__
            raise ServiceError(
                f"{settings.host}:{settings.port}: the mail server cannot be used ({said}); look at [mail]. "
                "What is to be sent waits, and is tried again"
            ) from None

    return send


def _connected(settings: MailSettings, root: Path) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_S)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, secret_in(root, settings.password_file, "mail.password_file"))
    except BaseException:
        server.close()
        raise
    return server


def _due(desk: Desk, now: datetime) -> list[dict[str, object]]:
    query = (
        select(message, person.c.email)
        .join(person, person.c.person_id == message.c.person_id)
        .where(
            message.c.sent_at.is_(None),
            message.c.attempts < _TRIES,
            person.c.email.is_not(None),
            person.c.disabled_at.is_(None),
        )
        .order_by(message.c.created_at, message.c.message_id)
    )
    with desk.reading() as c:
        waiting = [dict(row._mapping) for row in c.execute(query)]
    return [row for row in waiting if _is_due(row["created_at"], row["attempts"], now)][:_AT_ONCE]


def _is_due(created_at: datetime, attempts: int, now: datetime) -> bool:
    return attempts == 0 or created_at + timedelta(minutes=2**attempts) <= now


def _note(desk: Desk, message_id: object, sent_at: datetime | None, at_most: int = _TRIES) -> None:
    attempts = case((message.c.attempts < at_most, message.c.attempts + 1), else_=message.c.attempts)
    with desk.writing() as c:
        c.execute(update(message).where(message.c.message_id == message_id).values(attempts=attempts, sent_at=sent_at))


def _one_line(address: str) -> str:
    if "@" not in address or any(char.isspace() or not char.isprintable() for char in address):
        raise ValueError("an e-mail address holds an @, no blank and no line break")
    return address


def _host(base_url: str, sender_address: str) -> str:
    return urlsplit(base_url).hostname or sender_address.rpartition("@")[2] or "detente.invalid"
