"""Mails that become sightings: files that somebody names, and a folder of an IMAP server.

A mail is accepted first and moved then, so that a crash in between only means that it is looked at again: its id is
made of its sender and its Message-ID. No mail is ever deleted.
"""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from imap_tools import BaseMailBox, MailBox, MailboxFolderCreateError, MailMessage
from imap_tools.errors import ImapToolsError

from desk.accepting.accept import Accepted, Limits, accept, limits_of
from desk.accepting.inbox import Inbox
from desk.accepting.uploads import check_uploads
from desk.database import Desk
from desk.people import person_by_email
from desk.reading.mail_file import Mail, max_bytes, read_mail
from detente.errors import ConflictError, DetenteError, NotAllowedError, ServiceError, SubmissionError, UploadError
from detente.people import Person
from detente.secret_file import secret_in
from detente.settings import MailInSettings
from detente.sightings import Upload
from detente.workspace import Workspace

_SECONDS = 60.0
_AT_ONCE = 200

Take = Callable[[bytes], Accepted]


@dataclass(kw_only=True, slots=True)
class Fetched:
    """What became of the mails of a folder.

    Attributes:
        taken: Ids of sightings that came of them, new and known ones.
        refused: How many were refused, by why; a reason holds nothing that anybody wrote.
    """

    taken: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)


class Mailbox(Protocol):
    """A folder of mails, and others that they are moved to."""

    def sizes(self) -> list[tuple[str, int]]:
        """Id and bytes of the mails that wait, the oldest first."""
        ...

    def mail(self, uid: str) -> bytes:
        """The mail as it came."""
        ...

    def move(self, uid: str, folder: str) -> None:
        """Moves it; the folder is made where it is missing."""
        ...


def taking(desk: Desk, inbox: Inbox, workspace: Workspace, limits: Limits) -> Take:
    """What takes one mail: its sender must be somebody who may report.

    The function raises SubmissionError or ConflictError for a mail that cannot become a sighting, NotAllowedError for
    a sender who is not known, disabled or unproved, and StorageError and DeskError for what may be better soon.
    """
    mail_in = workspace.settings.mail_in
    authserv_id = mail_in.authserv_id if mail_in else ""

    def take(raw: bytes) -> Accepted:
        mail = read_mail(
            raw,
            workspace.competitors,
            authserv_id=authserv_id,
            files=limits.files,
            file_bytes=limits.file_bytes,
            takes=lambda upload: _is_taken(upload, limits),
        )
        with desk.reading() as connection:
            person = person_by_email(connection, mail.sender)
        if person is None or person.is_disabled or person.email != mail.sender:
            raise NotAllowedError("the sender is nobody who may report here")
        if authserv_id and not mail.is_proved:
            raise NotAllowedError("the sender's domain did not sign the mail (no dkim=pass for it)")
        return _accepted(inbox, mail, person, desk, workspace, limits)

    return take


def _accepted(inbox: Inbox, mail: Mail, person: Person, desk: Desk, workspace: Workspace, limits: Limits) -> Accepted:
    for submission in (mail.submission, mail.plain):
        try:
            return accept(
                inbox,
                submission,
                mail.uploads,
                person_id=person.person_id,
                channel="mail",
                now=desk.clock.now(),
                limits=limits,
                competitors=[competitor.slug for competitor in workspace.competitors],
                currency=workspace.settings.company.currency,
            )
        except SubmissionError as error:
            # lines at the top that cannot be fields, such as an amount that is none, are text
            if submission is mail.plain or submission == mail.plain or not set(error.faults) <= _given(mail):
                raise
    raise AssertionError


def _is_taken(upload: Upload, limits: Limits) -> bool:
    try:
        check_uploads([upload], limits)
    except UploadError:
        return False
    return True


def _given(mail: Mail) -> set[str]:
    """The fields that the lines at the mail's top gave."""
    said, plain = mail.submission.model_dump(), mail.plain.model_dump()
    return {name for name in said if said[name] != plain[name]} - {"text"}


def fetch(settings: MailInSettings, take: Take, mailbox: Mailbox, most: int) -> Fetched:
    """Takes the mails of a folder and moves each to where it belongs.

    Args:
        settings: The folders.
        take: Takes one mail.
        mailbox: Where they are.
        most: Bytes of the largest mail that is fetched.

    Raises:
        StorageError: The disk is full; the mails stay where they are.
        DeskError: The desk cannot be used; likewise.
        ServiceError: The mail server does not answer; likewise.
    """
    fetched = Fetched()
    for uid, size in mailbox.sizes()[:_AT_ONCE]:
        raw = mailbox.mail(uid) if size <= most else None
        if raw == b"":
            continue  # somebody else has moved it meanwhile
        try:
            fetched.taken.append(_one(raw, take, most).sighting_id)
            folder = settings.done_folder
        except (SubmissionError, ConflictError, NotAllowedError) as refusal:
            fetched.refused[str(refusal)] = fetched.refused.get(str(refusal), 0) + 1
            folder = settings.refused_folder
        mailbox.move(uid, folder)
    return fetched


def _one(raw: bytes | None, take: Take, most: int) -> Accepted:
    """Takes one mail; None is one that is too large to be fetched.

    Raises:
        SubmissionError: It can never be taken.
    """
    if raw is None:
        raise SubmissionError({"": f"the mail has more than {most:,} bytes; send fewer or smaller files"})
    try:
        return take(raw)
    except DetenteError:
        raise
    except Exception as error:  # noqa: BLE001  (one mail that we cannot cope with must not stand before all others)
        fault = f"the mail led to a fault of ours ({type(error).__name__})"
    raise SubmissionError({"": fault})


@contextlib.contextmanager
def mailbox_of(settings: MailInSettings, root: Path, trusted: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """The folder on its IMAP server, over TLS.

    Args:
        settings: Where it is, and who signs in.
        root: The workspace's folder.
        trusted: Whose certificates are believed; those that the system trusts where left out.

    Raises:
        ServiceError: The server does not answer, or refuses the sign-in.
        WorkspaceError: The file with the password cannot be used.
    """
    password = secret_in(root, settings.password_file, "mail_in.password_file")
    with _said_plainly(settings.host):
        box: BaseMailBox = _RawMailBox(
            settings.host, settings.port, timeout=_SECONDS, ssl_context=trusted or ssl.create_default_context()
        )
        try:
            box.login(settings.user, password, initial_folder=settings.folder)
            yield ImapFolder(box)
        finally:
            # what was done is done, whether the server says goodbye or not
            with contextlib.suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
                box.logout()
            with contextlib.suppress(OSError):
                box.client.shutdown()


@contextlib.contextmanager
def _said_plainly(host: str) -> Iterator[None]:
    try:
        yield
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        # what the server says may hold the user's name or a mail's text
        raise ServiceError(f"the mail server {host} refused: {type(error).__name__}; look at [mail_in]") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ServiceError(f"the mail server {host} does not answer: {why}; nothing is lost, try again later") from None


class _RawMail(MailMessage):
    """A mail as bytes: the library would parse it at once, before anything bounds it."""

    def __init__(self, fetch_data: list[object]) -> None:
        self.raw, self._raw_uid_data, self._raw_flag_data = self._get_message_data_parts(fetch_data)


class _RawMailBox(MailBox):
    email_message_class = _RawMail


class ImapFolder:
    """A folder of an IMAP server, by imap-tools."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box
        self._known: set[str] = set()

    def sizes(self) -> list[tuple[str, int]]:
        """Id and bytes of the mails that wait, the oldest first."""
        found = self._box.fetch(charset=None, mark_seen=False, headers_only=True, limit=_AT_ONCE, bulk=_AT_ONCE)
        return [(mail.uid, mail.size_rfc822) for mail in found if mail.uid is not None]

    def mail(self, uid: str) -> bytes:
        """The mail as it came; it stays unread."""
        for mail in self._box.fetch(uid_list=[uid], mark_seen=False):
            if isinstance(mail, _RawMail):
                return bytes(mail.raw)
        return b""

    def move(self, uid: str, folder: str) -> None:
        """Moves it; the folder is made where it is missing."""
        if folder not in self._known:
            if not self._box.folder.exists(folder):
                with contextlib.suppress(MailboxFolderCreateError):  # another process was faster
                    self._box.folder.create(folder)
            self._known.add(folder)
        self._box.move([uid], folder)


def fetched(workspace: Workspace, desk: Desk, inbox: Inbox) -> Fetched:
    """Takes the mails of the folder that `[mail_in]` names; nothing where it names none.

    Raises:
        ServiceError: The mail server does not answer, or refuses; the mails stay where they are.
        WorkspaceError: The file with the password cannot be used.
        StorageError: The disk is full; likewise.
        DeskError: The desk cannot be used; likewise.
    """
    settings = workspace.settings.mail_in
    if settings is None:
        return Fetched()
    limits = limits_of(workspace.settings.limits)
    with mailbox_of(settings, workspace.root) as mailbox:
        most = max_bytes(limits.files, limits.file_bytes)
        return fetch(settings, taking(desk, inbox, workspace, limits), mailbox, most)
