"""The thread that brings what the inbox holds into the desk: an acknowledgement never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from desk.accepting.accept import Limits
from desk.accepting.inbox import Inbox
from desk.database import Desk
from desk.indexing import indexer
from desk.indexing.attachments import Attachments
from detente.clock import Clock

log = logging.getLogger("detente.web")

# So long it waits after it was woken: what comes at once is written at once.
_GATHER_S = 0.05
# Other processes put sightings into the inbox too.
_SWEEP_S = 3.0
_AFTER_FAULT_S = 10.0

Index = Callable[[Desk, Inbox, Attachments, Limits], list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexingState:
    """How the indexing does.

    Attributes:
        last_round_at: When it last looked into the inbox without a fault; None: not yet.
        indexed: Sightings brought into the desk since the start.
        fault: Kind of the error of the last round; empty when it went well.
        faults_in_row: Rounds that failed one after the other.
    """

    last_round_at: datetime | None = None
    indexed: int = 0
    fault: str = ""
    faults_in_row: int = 0


class Indexing:
    """Brings accepted sightings into the desk, in a thread of its own."""

    def __init__(
        self,
        desk: Desk,
        inbox: Inbox,
        attachments: Attachments,
        limits: Limits,
        clock: Clock,
        *,
        index: Index | None = None,
        sweep_s: float = _SWEEP_S,
        after_fault_s: float = _AFTER_FAULT_S,
    ) -> None:
        self._ending = threading.Event()
        self._index = index or partial(indexer.index_new, is_ending=self._ending.is_set)
        self._sweep_s = sweep_s
        self._after_fault_s = after_fault_s
        self._desk = desk
        self._inbox = inbox
        self._attachments = attachments
        self._limits = limits
        self._clock = clock
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self._one_round = threading.Lock()
        self.state = IndexingState()

    def start(self) -> None:
        """Begins; the first round takes what was left from before."""
        self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)
        self._thread.start()

    def stop(self, patience_s: float = 5.0) -> None:
        """Ends after the round under way; whatever is left in the inbox waits there."""
        self._ending.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(patience_s)

    def wake(self) -> None:
        """Says that something was put into the inbox; returns at once."""
        self._woken.set()

    def run_once(self) -> list[str]:
        """One round, now, in the caller's thread; the ids that were brought in. Errors are the caller's."""
        with self._one_round:
            found = self._index(self._desk, self._inbox, self._attachments, self._limits)
        self.state = IndexingState(last_round_at=self._clock.now(), indexed=self.state.indexed + len(found))
        return found

    def _run(self) -> None:
        self._woken.set()
        while not self._ending.is_set():
            if self._woken.wait(self._sweep_s):
                self._ending.wait(_GATHER_S)
            self._woken.clear()
            try:
                self.run_once()
            except Exception as error:  # noqa: BLE001  (whatever it is, the next round must come: sightings wait)
                self._failed(error)
                self._ending.wait(self._after_fault_s if self.state.faults_in_row > 1 else _GATHER_S)

    def _failed(self, error: Exception) -> None:
        before = self.state
        self.state = IndexingState(
            last_round_at=before.last_round_at,
            indexed=before.indexed,
            fault=type(error).__name__,
            faults_in_row=before.faults_in_row + 1,
        )
        log.error("bringing sightings into the desk failed (%s); they wait in the inbox", type(error).__name__)
