"""`detente serve` may be killed at any moment: what it answered is there once and whole; the rest can be sent again."""

from __future__ import annotations

import http.client
import os
import random
import sys
import threading
import time
from dataclasses import dataclass, field

import pytest
from served import Served, new_id, photo

KILLS = int(os.environ.get("DETENTE_KILLS", "5"))
SEED = int(os.environ.get("DETENTE_SEED", "1"))
SENDERS = ("rita", "ravi", "rita", "ravi")


@dataclass
class Sent:
    """A sighting as a client sent it, and what it was answered."""

    name: str
    sighting_id: str = field(default_factory=new_id)
    statuses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = f"Globex cut its price by a tenth; told by {self.name} as {self.sighting_id}."
        self.photo = photo(self.sighting_id)

    def send(self, served: Served) -> bool:
        """Whether an answer came."""
        try:
            status, _ = served.report(self.name, self.sighting_id, self.text, [("photo.jpg", self.photo)])
        except (OSError, http.client.HTTPException, ValueError):
            return False
        self.statuses.append(status)
        return True


class Load:
    """Clients that send one sighting after the other until there is no answer any more."""

    def __init__(self, served: Served, again: list[Sent]) -> None:
        self.sent: list[Sent] = []
        self._served = served
        self._again = again
        self._threads = [threading.Thread(target=self._work, args=(name,)) for name in SENDERS]
        for thread in self._threads:
            thread.start()

    def _work(self, name: str) -> None:
        while True:
            # what had no answer before the last kill is sent again with its id, as a phone does
            sent = self._again.pop() if self._again else Sent(name)
            if sent not in self.sent:
                self.sent.append(sent)
            if not sent.send(self._served):
                return
            # so that there are some thousand at the end of a hundred kills, and not ten thousand
            time.sleep(0.025)

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(60)


@pytest.mark.slow
def test_what_was_answered_before_a_kill_is_there_once_and_whole(made: Served) -> None:
    dice = random.Random(SEED)
    everything: dict[str, Sent] = {}
    interrupted = 0
    for _ in range(KILLS):
        made.start()
        again = [sent for sent in everything.values() if not sent.statuses and dice.random() < 0.5]
        load = Load(made, again)
        time.sleep(dice.uniform(0.02, 0.6))
        made.kill()
        load.wait()
        everything |= {sent.sighting_id: sent for sent in load.sent}
        interrupted += any(not sent.statuses for sent in load.sent)
    unanswered = [sent for sent in everything.values() if not sent.statuses]

    made.start()
    for sent in everything.values():
        # the unanswered for the first time, a few of the answered once more
        if not sent.statuses or dice.random() < 0.1:
            assert sent.send(made)
    made.wait_until_indexed(60 + 0.2 * len(everything))
    made.wait_until_swept()
    made.stop()

    assert interrupted >= KILLS * 0.8, "the kills found no request under way"
    for sent in everything.values():
        assert set(sent.statuses) <= {200, 201}, (sent.statuses, SEED)
        assert sent.statuses.count(201) <= 1
    rows = {row[0]: row[1:] for row in made.rows("SELECT sighting_id, text, person_id FROM sighting")}
    expected = {sent.sighting_id: (sent.text, made.person_ids[sent.name]) for sent in everything.values()}
    assert expected == rows, f"DETENTE_SEED={SEED}"
    photos = made.rows("SELECT sighting_id, count(*), count(stored_hash) FROM attachment GROUP BY 1")
    assert {(sighting_id, 1, 1) for sighting_id in everything} == set(photos)
    received = made.rows("SELECT sighting_id, count(*) FROM sighting_event WHERE kind = 'received' GROUP BY 1")
    assert {(sighting_id, 1) for sighting_id in everything} == set(received)
    assert made.damages() == []
    assert len(everything) == len(made.files_of("kept"))
    starts = sorted(made.start_s)
    sys.stdout.write(
        f"\n{KILLS} kills, {len(everything)} sightings, {len(unanswered)} unanswered by a killed server, "
        f"start {starts[len(starts) // 2]:.2f} s (longest {starts[-1]:.2f} s)\n"
    )
