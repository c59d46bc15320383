"""Mail that leaves beside the request: a slow or silent mail server delays nobody, and tells nothing by its pace."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formataddr, make_msgid

from detente.settings import MailSettings

log = logging.getLogger("detente.web")

_WAITING = 200

Deliver = Callable[[EmailMessage], None]
"""Hands a mail to a mail server: `desk.following.messages.smtp`, but in tests."""


def letter(*, sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """A plain mail.

    Raises:
        ValueError: A header would hold a line break.
    """
    message = EmailMessage()
    message["From"] = formataddr(("Détente", sender))
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


class Mailer:
    """Sends letters one after the other, in a thread of its own."""

    def __init__(self, settings: MailSettings | None, deliver: Deliver | None) -> None:
        self._settings = settings
        self._deliver = deliver
        self._letters: queue.Queue[EmailMessage | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self.failed = 0

    @property
    def is_on(self) -> bool:
        """Whether there is a mail server."""
        return self._settings is not None and self._deliver is not None

    def start(self) -> None:
        """Begins to send."""
        if self.is_on:
            self._thread = threading.Thread(target=self._run, name="mail", daemon=True)
            self._thread.start()

    def stop(self, patience_s: float = 3.0) -> None:
        """Ends when what waits has gone, or after the patience."""
        if self._thread is not None:
            with suppress(queue.Full):
                self._letters.put_nowait(None)
            self._thread.join(patience_s)

    def send(self, *, to: str, subject: str, text: str) -> bool:
        """Takes a letter for sending; False where there is no mail server, or too much waits already."""
        if self._settings is None:
            return False
        try:
            self._letters.put_nowait(letter(sender=self._settings.sender, to=to, subject=subject, text=text))
        except (queue.Full, ValueError):
            self.failed += 1
            return False
        return True

    def _run(self) -> None:
        while (waiting := self._letters.get()) is not None:
            try:
                if self._deliver is not None:
                    self._deliver(waiting)
            except Exception as error:  # noqa: BLE001  (the next letter must go out; /admin/health shows the count)
                self.failed += 1
                log.error("a mail could not be sent (%s)", type(error).__name__)  # noqa: TRY400
