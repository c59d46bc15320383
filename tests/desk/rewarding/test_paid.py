"""A payment rests on a sighting that is there and that nobody took back while the payment could be taken back."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from desk_rows import id_of
from set_clock import SetClock
from sqlalchemy import update

from desk import schema
from desk.database import Desk
from desk.following import sightings
from desk.rewarding import ledger
from desk.rewarding.paid import verify_with_sightings
from detente.rules import default_rules

REWARDS = default_rules().rewards


def unfounded(desk: Desk) -> list[tuple[int, str]]:
    with desk.reading() as c:
        found = verify_with_sightings(c, None, REWARDS, desk.clock.now())
    assert found.faults == ()
    return [(one.entry_id, one.what) for one in found.unfounded]


def withdraw(office, number: int = 1) -> None:
    with office.desk.writing() as c:
        sightings.withdraw(c, id_of(number), by=office.rita, now=office.desk.clock.now())


def test_what_was_withdrawn_and_not_taken_back_is_named_by_its_payment(funded, clock):
    funded.earn(1)
    funded.earn(2)
    clock.go(days=3)
    withdraw(funded)
    clock.go(days=2)

    assert unfounded(funded.desk) == [(3, f"pays sighting {id_of(1)}, which was withdrawn on 2026-11-19")]


def test_what_was_taken_back_or_only_promised_is_right(funded, clock):
    funded.do(ledger.bring, funded.earn(1), "nothing", reason={"why": "withdrawn"})
    funded.hold(2)
    withdraw(funded, 1)
    withdraw(funded, 2)
    clock.go(days=2)

    assert unfounded(funded.desk) == []


@pytest.mark.parametrize(
    ("paid_for", "waits", "is_named"),
    [
        (timedelta(days=3), timedelta(hours=23), False),
        (timedelta(days=3), timedelta(hours=25), True),
        (timedelta(days=REWARDS.clawback_days - 2), timedelta(days=9), True),
        (timedelta(days=REWARDS.clawback_days), timedelta(days=9), False),
    ],
    ids=["the next settling may be to come", "a day without one", "could be taken back", "could not any more"],
)
def test_a_settling_takes_back_what_it_may(funded, clock, paid_for, waits, is_named):
    funded.earn(1)
    clock.at += paid_for
    withdraw(funded)
    clock.at += waits

    assert bool(unfounded(funded.desk)) is is_named


def test_what_an_erased_reporter_had_earned_stays(funded, clock):
    funded.earn(1)
    withdraw(funded)
    with funded.desk.writing() as c:
        c.execute(update(schema.person).values(erased_at=clock.now()))
    clock.go(days=2)

    assert unfounded(funded.desk) == []


class TestAFileThatSomebodyChanged:
    @pytest.fixture
    def database(self) -> str:
        """Only SQLite's is a file that somebody has."""
        return "sqlite"

    def test_a_payment_for_a_sighting_that_is_not_there_is_named(self, funded, place):
        funded.earn(1)
        funded.earn(2)
        funded.desk.close()
        tool = sqlite3.connect(place.data / "desk.sqlite")
        tool.execute("DELETE FROM sighting WHERE sighting_id = ?", (id_of(2),))
        tool.commit()
        tool.close()
        desk = place.open(SetClock())

        assert unfounded(desk) == [(5, f"pays sighting {id_of(2)}, which is not there")]
        desk.close()
