"""A statement shows every line with its sum, and the export the same per person."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_rows import id_of

from desk.accepting.inbox import Inbox
from desk.indexing.attachments import Attachments
from desk.privacy.erase import erase
from desk.rewarding import ledger
from desk.rewarding.statement import export_rows, statement
from detente.errors import LedgerError, NotFoundError, UsageError

Q4, NEXT = "2026-Q4", "2027-Q1"


def of(office, person_id, quarter=Q4):
    with office.desk.reading() as c:
        return statement(c, person_id, quarter)


def test_every_line_says_how_its_points_came_about(funded):
    funded.earn(1, 4)
    funded.desk.clock.go(hours=1)
    funded.hold(2, 3, reason={"terms": [["fresh", 0.6]]})
    funded.do(ledger.bring, funded.hold(3, 2), "nothing", reason={})
    funded.do(
        ledger.charge, sighting_id=id_of(4), person_id=funded.rita, points=1, rules_version=1, quarter=Q4,
        reason={"sentence": "−1 = −1, rule v1"},
    )  # fmt: skip
    funded.desk.clock.go(hours=1)
    funded.do(ledger.redeem, funded.rita, 2, key="v", by=funded.ada)

    found = of(funded, funded.rita)

    assert [(one.rule, one.points, one.state, one.sentence) for one in found.lines] == [
        ("new", 4, "earned", "5 × 0.8 fresh = 4, rule v1"),
        ("new", 3, "pending", "new at verified, rule v1"),
        ("new", 2, "nothing", "5 × 0.8 fresh = 2, rule v1"),
        ("fabricated", -1, "earned", "−1 = −1, rule v1"),
        ("redeemed", -2, "earned", "given out"),
    ]
    assert (found.pending, found.earned, found.redeemed, found.available) == (3, 3, 2, 1)


def test_the_lines_that_count_sum_up_to_what_is_said(funded):
    for number, state in enumerate(("earned", "nothing", "pending", "earned"), start=1):
        funded.do(ledger.bring, funded.hold(number, number), state, reason={})
    funded.do(ledger.redeem, funded.rita, 4, key="v", by=funded.ada)

    found = of(funded, funded.rita)

    def total(state):
        return sum(one.points for one in found.lines if one.state == state)

    assert total("pending") == found.pending == 3
    assert total("earned") == found.earned - found.redeemed == found.available == 1


def test_a_gift_that_did_not_arrive_counts_no_more(funded):
    funded.earn(1, 4)
    given = funded.do(ledger.redeem, funded.rita, 3, key="v", by=funded.ada)

    funded.do(ledger.reverse, given.entry_id, by=funded.ada, reason={})

    found = of(funded, funded.rita)
    assert [(one.points, one.state) for one in found.lines] == [(4, "earned"), (-3, "nothing")]
    assert (found.earned, found.redeemed, found.available) == (4, 0, 4)


def test_each_quarter_has_its_own_statement_and_what_is_there_is_one(funded):
    funded.earn(1, 4)
    with funded.desk.writing() as c:
        ledger.fund(c, NEXT, 10, by=None, now=funded.desk.clock.now())
    funded.do(ledger.post, funded.hold(2, 6, quarter=NEXT))
    funded.do(ledger.redeem, funded.rita, 5, key="v", by=funded.ada, quarter=NEXT)

    first, second = of(funded, funded.rita), of(funded, funded.rita, NEXT)

    assert [(one.earned, one.redeemed, one.available) for one in (first, second)] == [(4, 0, 5), (6, 5, 5)]


def test_what_was_paid_in_a_quarter_and_taken_back_later_is_taken_off_that_quarter(funded):
    hold_id = funded.earn(1, 4)
    funded.desk.clock.go(days=60)

    funded.do(ledger.bring, hold_id, "nothing", reason={})

    assert [(one.points, one.state) for one in of(funded, funded.rita).lines] == [(4, "nothing")]
    assert of(funded, funded.rita).earned == 0


def test_the_export_has_everybody_with_entries_of_the_quarter_by_name(funded):
    funded.earn(1, 4)
    funded.do(ledger.post, funded.hold(11, 3, person_id=funded.ralf))
    funded.do(ledger.redeem, funded.ralf, 1, key="v", by=funded.ada)

    with funded.desk.reading() as c:
        rows = export_rows(c, Q4)
        none = export_rows(c, NEXT)

    assert [(one.name, one.email, one.earned, one.redeemed, one.pending, one.available) for one in rows] == [
        ("Ralf", "ralf@acme.test", 3, 1, 0, 2),
        ("Rita", "rita@acme.test", 4, 0, 0, 4),
    ]
    assert {one.up_to_entry for one in rows} == {6}
    assert none == []


def test_nobody_and_no_quarter_have_no_statement(funded):
    with pytest.raises(NotFoundError):
        of(funded, "p_0")
    with pytest.raises(UsageError, match="write it like 2026-Q4"):
        of(funded, funded.rita, "Q4")


def test_somebody_who_was_erased_is_a_former_member_and_all_totals_stay(funded, tmp_path: Path):
    funded.earn(1, 4)
    funded.do(ledger.redeem, funded.rita, 1, key="v", by=funded.ada)
    with funded.desk.reading() as c:
        before, [row] = ledger.entries(c), export_rows(c, Q4)
    told = of(funded, funded.rita)

    erase(
        funded.desk, Inbox(tmp_path / "inbox"), Attachments(tmp_path / "files"), funded.rita, by=None,
        now=funded.desk.clock.now(),
    )  # fmt: skip

    with funded.desk.reading() as c:
        after, [erased] = ledger.entries(c), export_rows(c, Q4)
    assert (erased.name, erased.email) == ("former member", "")
    assert (erased.earned, erased.redeemed, erased.available) == (row.earned, row.redeemed, row.available)
    assert (before, told, funded.left()) == (after, of(funded, funded.rita), 96)
    assert funded.verified().faults == ()
    with pytest.raises(LedgerError, match="was erased"):
        funded.do(ledger.redeem, funded.rita, 1, key="w", by=funded.ada)
