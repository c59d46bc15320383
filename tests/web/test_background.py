"""What the inbox holds comes to the desk beside the requests, whatever happens; and nobody waits for the desk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from set_clock import SetClock
from waiting import soon
from web_site import WebSite

from desk import people
from desk.accepting.accept import accept
from desk.following import sightings
from detente.sightings import Submission
from web.background import Indexing

Sites = Callable[..., WebSite]


class Rounds:
    """An indexing whose rounds a test decides about."""

    def __init__(self) -> None:
        self.count = 0
        self.fails = 0
        self.going = threading.Event()
        self.going.set()

    def __call__(self, *_: object) -> list[str]:
        self.going.wait()
        self.count += 1
        if self.fails > 0:
            self.fails -= 1
            raise OSError("canary of a rep")
        return ["one"]


@pytest.fixture
def rounds() -> Rounds:
    return Rounds()


@pytest.fixture
def indexing(site: WebSite, rounds: Rounds) -> Iterator[Indexing]:
    services = site.services
    made = Indexing(
        services.desk,
        services.inbox,
        services.attachments,
        services.limits,
        SetClock(),
        index=rounds,
        sweep_s=0.2,
        after_fault_s=0.1,
    )
    made.start()
    yield made
    made.stop()


def test_the_first_round_takes_what_was_left_from_before(indexing: Indexing, rounds: Rounds) -> None:
    soon(lambda: rounds.count >= 1)
    soon(lambda: indexing.state.indexed >= 1)


def test_a_sweep_comes_without_being_asked_for(indexing: Indexing, rounds: Rounds) -> None:
    soon(lambda: rounds.count >= 3)


def test_waking_returns_at_once_while_a_round_is_under_way(indexing: Indexing, rounds: Rounds) -> None:
    rounds.going.clear()
    for _ in range(1000):
        indexing.wake()
    assert not rounds.going.is_set()
    before = rounds.count
    rounds.going.set()
    soon(lambda: rounds.count > before + 1)  # what came during a round is taken by the next


def test_a_fault_is_told_and_the_next_round_comes(
    indexing: Indexing, rounds: Rounds, caplog: pytest.LogCaptureFixture
) -> None:
    rounds.fails = 3
    soon(lambda: indexing.state.faults_in_row >= 2)
    assert indexing.state.fault == "OSError"
    soon(lambda: not indexing.state.fault and indexing.state.indexed)
    assert "they wait in the inbox" in caplog.text
    assert "canary" not in caplog.text


def test_a_fault_is_seen_on_the_health_page(new_site: Sites) -> None:
    site = new_site()
    assert "All is well." in site.client("admin").get("/admin/health").text
    rounds = Rounds()
    rounds.fails = 1000
    failing = Indexing(
        site.desk,
        site.services.inbox,
        site.services.attachments,
        site.services.limits,
        site.clock,
        index=rounds,
        after_fault_s=0.05,
    )
    failing.start()
    soon(lambda: failing.state.fault)
    failing.stop()
    site.services.indexing.state = failing.state
    text = site.client("admin").get("/admin/health").text
    assert "Something needs a look." in text
    assert "sightings wait in the inbox" in text


def test_what_another_process_put_into_the_inbox_comes_to_the_desk(new_site: Sites) -> None:
    site = new_site(beside=True)
    services, rep = site.services, site.people["rep"].person_id
    submission = Submission(sighting_id=str(uuid4()), text="Globex cut its price", source="public", competitor="globex")
    accept(
        services.inbox,
        submission,
        [],
        person_id=rep,
        channel="terminal",
        now=site.clock.now(),
        limits=services.limits,
        competitors=["globex"],
        currency="EUR",
    )

    def found() -> object:
        with services.desk.reading() as c:
            return sightings.sightings_of(c, rep, 10, None)

    assert soon(found)


def test_nobody_who_is_known_waits_while_the_desk_is_written(new_site: Sites) -> None:
    site = new_site()
    client = site.client("rep")
    assert client.get("/ethics").status_code == 200
    writer = sqlite3.connect(site.root / "data" / "desk.sqlite", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")  # as at the end of a commit: nobody reads
    try:
        site.clock.go(seconds=0.6)  # the desk is asked again beside this request, and does not answer
        assert client.get("/ethics").status_code == 200
    finally:
        writer.execute("ROLLBACK")
        writer.close()


def test_an_answer_from_before_a_sign_out_does_not_come_back_after_it(new_site: Sites) -> None:
    site = new_site()
    client = site.client("rep")
    assert client.get("/me").status_code == 200
    with site.desk.writing() as c:
        people.end_sessions(c, site.people["rep"].person_id, site.clock.now())
    site.services.sessions.forget()
    assert client.get("/me").status_code == 303
