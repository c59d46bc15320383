"""Clicked twice, by many, or again after a kill: one payment; given out by two at once: one of them, never too much."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from desk_processes import started
from desk_rows import id_of
from set_clock import SetClock

from desk.database import Desk
from desk.rewarding import ledger
from desk.rewarding.ledger import Balances
from detente.errors import BudgetError, LedgerError

Q4 = "2026-Q4"


def at_once(times: int, work: Callable[[int], Any]) -> list[Any]:
    """What each of them came to, all let loose at the same moment."""
    barrier = threading.Barrier(times)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except LedgerError as error:
            return type(error)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.slow
def test_fifty_who_accept_the_same_sighting_at_once_are_one_payment(funded, add, place):
    others = [place.open(SetClock(), patience_s=60) for _ in range(2)]
    desks = [funded.desk, *others]

    def accept(number: int) -> int:
        with desks[number % 3].writing() as c:
            hold_id = ledger.hold(
                c, rule="new", stage="verified", sighting_id=id_of(1), person_id=funded.rita, points=5, rules_version=1,
                reason={}, quarter=Q4, by=None, now=funded.desk.clock.now(),
            ).entry_id  # fmt: skip
            return ledger.post(c, hold_id, by=funded.ada, now=funded.desk.clock.now()).entry_id

    assert at_once(50, accept) == [3] * 50
    assert funded.kinds() == ["fund", "hold", "post"]
    assert (funded.of(funded.rita), funded.left()) == (Balances(pending=0, earned=5, redeemed=0), 95)
    assert funded.verified().faults == ()
    for one in others:
        one.close()


KILLED_AFTER_THE_COMMIT = """
from desk.rewarding import ledger
with desk().writing() as c:
    ledger.post(c, int(sys.argv[3]), by=None, now=SystemClock().now())
os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED_BEFORE_THE_COMMIT = KILLED_AFTER_THE_COMMIT.replace("os.kill", "    os.kill")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "kinds"),
    [(KILLED_AFTER_THE_COMMIT, ["fund", "hold", "post"]), (KILLED_BEFORE_THE_COMMIT, ["fund", "hold"])],
    ids=["after the commit", "before the commit"],
)
def test_an_acceptance_whose_answer_was_lost_is_asked_for_again_and_paid_once(funded, place, program, kinds):
    hold_id = funded.hold(points=5)
    with started(place, program, hold_id) as killed:
        killed.communicate()
    assert killed.returncode == -9
    assert funded.kinds() == kinds

    funded.do(ledger.post, hold_id)

    assert funded.kinds() == ["fund", "hold", "post"]
    assert funded.of(funded.rita) == Balances(pending=0, earned=5, redeemed=0)
    assert funded.verified().faults == ()


@pytest.mark.parametrize("round_", range(3))
def test_of_two_who_give_out_the_same_points_at_once_one_succeeds(funded, place, round_):
    funded.earn(1, 5)
    other = place.open(SetClock())
    desks = [funded.desk, other]

    def give(number: int) -> int:
        with desks[number].writing() as c:
            now = funded.desk.clock.now()
            return ledger.redeem(c, funded.rita, 4, key=f"v{number}", by=funded.ada, now=now).entry_id

    came = at_once(2, give)

    assert sorted(came, key=str) == [4, BudgetError]
    assert funded.of(funded.rita) == Balances(pending=0, earned=1, redeemed=4)
    other.close()


def test_whoever_gives_out_while_another_does_sees_what_that_one_left(funded, place):
    funded.earn(1, 5)
    other = place.open(SetClock())
    ended = threading.Event()

    def give(desk: Desk, key: str) -> int:
        with desk.writing() as c:
            entry = ledger.redeem(c, funded.rita, 4, key=key, by=funded.ada, now=funded.desk.clock.now())
            # the second one has begun by now, and gets nowhere until this one has ended
            assert key == "second" or not ended.wait(0.2)
        return entry.entry_id

    def give_second() -> int:
        try:
            return give(other, "second")
        finally:
            ended.set()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(give, funded.desk, "first")
        second = pool.submit(give_second)
        came = [one.exception() for one in (first, second)]

    assert [type(error) for error in came if error] == [BudgetError]
    assert funded.of(funded.rita) == Balances(pending=0, earned=1, redeemed=4)
    other.close()


def test_a_budget_that_many_draw_on_at_once_is_not_overdrawn(office):
    office.fund(20)

    def promise(number: int) -> int:
        return office.hold(number + 1, 5)

    came = at_once(8, promise)

    assert came.count(BudgetError) == 4
    assert (office.left(), office.of(office.rita).pending) == (0, 20)


def test_two_who_settle_a_hold_otherwise_at_once_are_one_who_does(funded):
    hold_id = funded.hold(points=5)
    both = (ledger.post, ledger.void)

    came = at_once(2, lambda number: funded.do(both[number], hold_id).entry_id)

    assert sorted(came, key=str) == [3, LedgerError]
    has = funded.of(funded.rita)
    assert (has.pending, has.earned + funded.left()) == (0, 100)
