"""While `detente serve` runs: the mails of the folder that `[mail_in]` names are taken every few minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from desk.places import desk_of, inbox_of
from desk.reading import mail_in
from desk.reading.mail_in import Fetched
from detente.clock import SystemClock
from detente.errors import DetenteError
from detente.workspace import Workspace

EVERY_S = 120.0


@contextmanager
def taking_mails(workspace: Workspace, say: Callable[[str], None], every_s: float = EVERY_S) -> Iterator[None]:
    """Takes mails in a thread of its own, so that a slow mail server delays nothing else."""
    if workspace.settings.mail_in is None:
        yield
        return
    stop = threading.Event()
    rounds = MailRounds(lambda: fetched(workspace), say)
    thread = threading.Thread(target=rounds.run, args=(stop, every_s), name="mails", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)  # a mail that is under way is looked at again


def fetched(workspace: Workspace) -> Fetched:
    """One round; what was taken waits in the inbox for the next ingest.

    Raises:
        ServiceError: The mail server does not answer, or refuses.
        StorageError: The disk is full.
        DeskError: The desk cannot be used.
    """
    with desk_of(workspace, SystemClock()) as desk:
        return mail_in.fetched(workspace, desk, inbox_of(workspace))


class MailRounds:
    """Takes mails again and again; nothing that goes wrong ends it."""

    def __init__(self, take: Callable[[], Fetched], say: Callable[[str], None]) -> None:
        self._take = take
        self._say = say
        self._last_problem = ""

    def run(self, stop: threading.Event, every_s: float) -> None:
        """A round at once, and then every so often until it is told to stop."""
        self.take()
        while not stop.wait(every_s):
            self.take()

    def take(self) -> None:
        """One round; what it says holds nothing of any mail, and a problem is told once."""
        try:
            found = self._take()
        except Exception as error:  # noqa: BLE001  (whatever it is, the next mail must still be seen)
            problem = str(error) if isinstance(error, DetenteError) else type(error).__name__
            if problem != self._last_problem:
                self._say(f"mails: {problem}; it is tried again, and nothing is lost")
            self._last_problem = problem
            return
        if self._last_problem:
            self._say("mails: works again")
        self._last_problem = ""
        if found.taken or found.refused:
            self._say(f"mails: {len(found.taken)} taken, {sum(found.refused.values())} refused")
