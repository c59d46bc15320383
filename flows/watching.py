"""While `detente serve` runs: what was reported is ingested within seconds, whatever else is under way."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from desk.database import Desk
from desk.following import sightings
from desk.places import has_desk, inbox_of, open_desk
from detente.errors import DetenteError
from detente.records import Summary
from detente.workspace import Workspace
from flows import ingest
from flows.address import answers
from flows.job import Job
from flows.mails import taking_mails
from flows.work import Ask, job_for, work

EVERY_S = 2.0
_LONGEST_S = 120.0

Ingest = Callable[[], Summary]


@contextmanager
def watching(workspace: Workspace, say: Callable[[str], None], every_s: float = EVERY_S) -> Iterator[None]:
    """Watches in a thread of its own, so that neither a start of half a minute nor a catch-up of an hour stops it."""
    stop = threading.Event()
    watcher = Watcher(workspace, lambda: ingest_now(workspace), say)
    thread = threading.Thread(target=watcher.run, args=(stop, every_s), name="ingest", daemon=True)
    thread.start()
    try:
        with taking_mails(workspace, say):
            yield
    finally:
        stop.set()
        thread.join(timeout=5)  # whatever it is at can be killed at any moment


def ingest_now(workspace: Workspace) -> Summary:
    """One ingest: told to Prefect where its API answers, and at once where it does not."""
    asked = Ask(flow="ingest")
    api_url = os.environ.get("PREFECT_API_URL", "")
    if answers(api_url):
        from flows import prefect_flows  # noqa: PLC0415  (Prefect reads its settings when it is imported)

        return asyncio.run(prefect_flows.call(asked))
    return asyncio.run(work(job_for(workspace, asked), asked))


class Watcher:
    """Looks whether there is something to ingest, and lets it be ingested; nothing that goes wrong ends it."""

    def __init__(self, workspace: Workspace, do: Ingest, say: Callable[[str], None]) -> None:
        self._job = Job(workspace=workspace)
        self._do = do
        self._say = say
        self._desk: Desk | None = None
        self._last_problem = ""

    def run(self, stop: threading.Event, every_s: float) -> None:
        """Looks every so often until it is told to stop; after failures it waits longer and longer."""
        pause = every_s
        while not stop.wait(pause):
            pause = every_s if self.look() else min(max(pause, 1.0) * 2, _LONGEST_S)
        self._close()

    def look(self) -> bool:
        """One look, with an ingest where there is something; False where that failed, which is said once."""
        try:
            if self._waits():
                self._do()
            if self._last_problem:
                self._say("ingest: works again")
            self._last_problem = ""
        except Exception as error:  # noqa: BLE001  (whatever it is, the next report must still be seen)
            self._close()
            # an error of ours is a sentence without anybody's words; of another one only its kind is safe to tell
            problem = str(error) if isinstance(error, DetenteError) else type(error).__name__
            if problem != self._last_problem:
                self._say(f"ingest: {problem}; it is tried again, and nothing is lost")
                self._last_problem = problem
            return False
        return True

    def _waits(self) -> bool:
        """Whether something waits to be ingested; costs a look at a folder and a question to the desk."""
        if not has_desk(self._job.workspace):
            return False
        if next(inbox_of(self._job.workspace).new(), None) is not None:
            return True
        if self._desk is None:
            self._desk = open_desk(self._job.workspace, self._job.clock)
        with self._desk.reading() as c:
            return sightings.last_event_id(c) != ingest.ingested(self._job)

    def _close(self) -> None:
        if self._desk is not None:
            self._desk.close()
            self._desk = None
