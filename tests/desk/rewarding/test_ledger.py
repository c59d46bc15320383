"""What the ledger takes and what it refuses: once per key, never more than is there, nobody for themselves."""

from __future__ import annotations

import math
from typing import Any

import pytest
from desk_rows import id_of, put_sighting
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from desk import people
from desk.following import sightings
from desk.rewarding import ledger
from desk.rewarding.ledger import Balances
from desk.schema import ledger_entry
from detente.errors import BudgetError, LedgerError, NotAllowedError, NotFoundError, UsageError

Q4 = "2026-Q4"
NO_REASON: dict[str, Any] = {"reason": {}}


def test_points_are_promised_then_paid_then_given_out(funded):
    hold_id = funded.hold(points=5)
    assert (funded.of(funded.rita), funded.left()) == (Balances(pending=5, earned=0, redeemed=0), 95)

    funded.do(ledger.post, hold_id)
    assert (funded.of(funded.rita), funded.left()) == (Balances(pending=0, earned=5, redeemed=0), 95)

    funded.do(ledger.redeem, funded.rita, 3, key="voucher-1", by=funded.ada)
    assert funded.of(funded.rita) == Balances(pending=0, earned=2, redeemed=3)


def test_what_was_promised_and_not_due_returns_to_the_budget(funded):
    funded.do(ledger.void, funded.hold(points=5))

    assert (funded.of(funded.rita), funded.left()) == (Balances(pending=0, earned=0, redeemed=0), 100)


def test_every_operation_called_again_is_the_first_one(funded):
    charge = {"sighting_id": id_of(3), "person_id": funded.rita, "points": 1, "rules_version": 1, "quarter": Q4}

    def everything() -> list[ledger.Entry]:
        return [
            funded.fund(100),
            funded.do(ledger.post, funded.hold(1)),
            funded.do(ledger.redeem, funded.rita, 2, key="v", by=funded.ada),
            funded.do(ledger.void, funded.hold(4)),
            funded.do(ledger.charge, **charge, **NO_REASON),
        ]

    assert everything() == everything()
    assert funded.of(funded.rita) == Balances(pending=0, earned=2, redeemed=2)


def test_a_reversal_called_again_is_the_first_one(funded):
    paid = funded.do(ledger.post, funded.hold())

    first = funded.do(ledger.reverse, paid.entry_id, **NO_REASON)

    assert funded.do(ledger.reverse, paid.entry_id, **NO_REASON) == first
    assert funded.of(funded.rita).pending == 5


def test_a_hold_called_again_with_other_points_is_the_first_unchanged(funded):
    first = funded.hold(points=5)

    assert funded.hold(points=9, rules_version=2) == first
    assert funded.of(funded.rita).pending == 5


@pytest.mark.parametrize(("first", "then"), [(ledger.post, ledger.void), (ledger.void, ledger.post)])
def test_a_hold_is_settled_one_way_alone(funded, first, then):
    hold_id = funded.hold()
    funded.do(first, hold_id)

    with pytest.raises(LedgerError, match="settled already"):
        funded.do(then, hold_id)


def test_accepted_withdrawn_and_accepted_again_is_paid_once(funded):
    hold_id = funded.hold(points=5)
    paid = funded.do(ledger.post, hold_id)
    taken_back = funded.do(ledger.reverse, paid.entry_id, **NO_REASON)
    assert (funded.of(funded.rita), funded.states()) == (Balances(pending=5, earned=0, redeemed=0), ["pending"])

    funded.do(ledger.reverse, taken_back.entry_id, **NO_REASON)

    assert (funded.of(funded.rita), funded.states()) == (Balances(pending=0, earned=5, redeemed=0), ["earned"])
    assert funded.left() == 95


def test_a_hold_is_brought_from_any_state_to_any_other(funded):
    hold_id = funded.hold(points=5)
    expected = {"pending": (5, 0, 95), "earned": (0, 5, 95), "nothing": (0, 0, 100)}

    for wanted in ("earned", "nothing", "earned", "pending", "nothing", "pending", "earned", "pending", "earned"):
        funded.do(ledger.bring, hold_id, wanted, **NO_REASON)

        has = funded.of(funded.rita)
        assert funded.states() == [wanted]
        assert (has.pending, has.earned, funded.left()) == expected[wanted]


def test_what_is_there_already_takes_no_entry(funded):
    hold_id = funded.earn()

    assert funded.do(ledger.bring, hold_id, "earned", **NO_REASON) == ()
    assert funded.kinds() == ["fund", "hold", "post"]


def test_a_settlement_does_not_come_back_beside_another_one(funded):
    hold_id = funded.hold()
    paid = funded.do(ledger.post, hold_id)
    back = funded.do(ledger.reverse, paid.entry_id, **NO_REASON)
    funded.do(ledger.void, hold_id)

    with pytest.raises(LedgerError, match=f"hold {hold_id} is nothing by now"):
        funded.do(ledger.reverse, back.entry_id, **NO_REASON)


def test_whoever_repeats_what_was_reversed_since_is_told(funded):
    hold_id = funded.hold()
    paid = funded.do(ledger.post, hold_id)
    back = funded.do(ledger.reverse, paid.entry_id, **NO_REASON)

    with pytest.raises(LedgerError, match=f"reversing entry {back.entry_id} brings it back"):
        funded.do(ledger.post, hold_id)


def test_a_hold_is_not_reversed(funded):
    with pytest.raises(LedgerError, match="posted or voided"):
        funded.do(ledger.reverse, funded.hold(), **NO_REASON)


def test_what_was_redeemed_and_is_taken_back_is_owed_and_set_against_what_comes(funded):
    first = funded.earn(1, 5)
    funded.do(ledger.redeem, funded.rita, 5, key="v", by=funded.ada)

    funded.do(ledger.bring, first, "nothing", **NO_REASON)
    assert funded.of(funded.rita).earned == -5
    funded.earn(2, 7)

    with pytest.raises(BudgetError, match="has 2 points earned, and this takes 3"):
        funded.do(ledger.redeem, funded.rita, 3, key="w", by=funded.ada)


@pytest.mark.parametrize(("has", "taken"), [(0, 0), (4, 4), (10, 10), (12, 10)])
def test_a_charge_takes_what_is_there_and_no_more(funded, has, taken):
    if has:
        funded.earn(1, has)

    funded.do(
        ledger.charge, sighting_id=id_of(2), person_id=funded.rita, points=10, rules_version=1, quarter=Q4,
        **NO_REASON,
    )  # fmt: skip

    assert funded.of(funded.rita).earned == has - taken
    assert funded.left() == 100 - has + taken


def test_a_charge_can_be_taken_back_and_come_back(funded):
    funded.earn(1, 7)
    charged = funded.do(
        ledger.charge, sighting_id=id_of(2), person_id=funded.rita, points=5, rules_version=1, quarter=Q4,
        **NO_REASON,
    ).entry_id  # fmt: skip

    for wanted, left in (("nothing", 7), ("earned", 2), ("nothing", 7)):
        funded.do(ledger.bring, charged, wanted, **NO_REASON)
        assert funded.of(funded.rita).earned == left
    with pytest.raises(LedgerError, match="never pending"):
        funded.do(ledger.bring, charged, "pending", **NO_REASON)


def test_a_budget_is_spent_to_the_last_point_and_not_further(office):
    office.fund(7)
    office.hold(1, 5)

    with pytest.raises(BudgetError, match=r"the budget of 2026-Q4 has 2 points left, and this takes 3"):
        office.hold(2, 3)
    office.hold(2, 2)

    assert (office.left(), office.kinds()) == (0, ["fund", "hold", "hold"])


def test_what_returned_to_the_budget_and_was_promised_elsewhere_cannot_come_back(office):
    office.fund(5)
    hold_id = office.hold(1, 5)
    office.do(ledger.void, hold_id)
    office.hold(2, 5)

    with pytest.raises(BudgetError):
        office.do(ledger.bring, hold_id, "earned", **NO_REASON)

    assert office.states() == ["nothing", "pending"]


def test_a_quarter_is_funded_once_per_key(office):
    office.fund(10)

    with pytest.raises(LedgerError, match="with 10 points; another --key adds to the budget"):
        office.fund(12)
    office.fund(2, key="more")

    assert office.left() == 12


def test_a_budget_that_was_promised_cannot_be_taken_back(office):
    funding = office.fund(10)
    office.hold(1, 4)

    with pytest.raises(BudgetError):
        office.do(ledger.reverse, funding.entry_id, by=office.ada, **NO_REASON)


BAD_POINTS = (0, -1, -(2**63), 2**63 - 1, 2**63, 10**30, 1_000_000_001, 1.0, 1.5, math.nan, math.inf, True, "5", None)


@pytest.mark.parametrize("points", BAD_POINTS, ids=str)
def test_points_that_are_none_are_refused_before_anything_is_written(funded, points):
    funded.earn(1, 5)
    before = funded.kinds()
    charged = {"sighting_id": id_of(2), "person_id": funded.rita, "rules_version": 1, "quarter": Q4}

    for refused in (
        lambda: funded.fund(points, key="more"),
        lambda: funded.hold(2, points),
        lambda: funded.do(ledger.redeem, funded.rita, points, key="v", by=funded.ada),
        lambda: funded.do(ledger.charge, points=points, **charged, **NO_REASON),
    ):
        with pytest.raises(LedgerError, match="whole numbers from 1 to 1,000,000,000"):
            refused()

    assert funded.kinds() == before


def test_the_largest_points_that_are_taken_sum_up(office):
    for number in range(20):
        office.fund(1_000_000_000, key=f"k{number}")

    assert office.left() == 20_000_000_000


# L7: by whom (the columns) which entry about Rita's points is made
@pytest.mark.parametrize("by", ["rita", "ralf", "ada", "both"])
@pytest.mark.parametrize("operation", ["hold", "post", "void", "reverse", "charge", "redeem"])
def test_nobody_decides_about_their_own_points(funded, add, operation, by):
    if by == "both":  # an admin who reports is no better
        with funded.desk.writing() as c:
            people.set_roles(c, funded.rita, ["rep", "admin", "pm"], by=None, now=funded.desk.clock.now())
    who = funded.rita if by == "both" else getattr(funded, by)
    first = funded.earn(1, 5)
    second = funded.hold(2, 5)
    [posted] = [one for one in _entries(funded) if one.kind == "post" and one.refers_to == first]
    charged = {"sighting_id": id_of(3), "person_id": funded.rita, "rules_version": 1, "quarter": Q4}
    operations = {
        "hold": lambda: funded.hold(4, 1, by=who),
        "post": lambda: funded.do(ledger.post, second, by=who),
        "void": lambda: funded.do(ledger.void, second, by=who),
        "reverse": lambda: funded.do(ledger.reverse, posted.entry_id, by=who, **NO_REASON),
        "charge": lambda: funded.do(ledger.charge, points=1, by=who, **charged, **NO_REASON),
        "redeem": lambda: funded.do(ledger.redeem, funded.rita, 1, key="v", by=who),
    }
    before = len(_entries(funded))
    may = by == "ada" or (by == "ralf" and operation != "redeem")

    if may:
        operations[operation]()
    else:
        with pytest.raises(NotAllowedError):
            operations[operation]()

    assert len(_entries(funded)) == before + may


def _entries(office) -> list[ledger.Entry]:
    with office.desk.reading() as c:
        return ledger.entries(c)


def test_who_earns_from_a_budget_does_not_fund_it(funded, add):
    boss = add("Bo", "admin", "rep")
    put_sighting(funded.desk, 20, boss.person_id)
    funded.fund(1, by=boss.person_id, key="before")
    funded.hold(20, 1, person_id=boss.person_id)

    with pytest.raises(NotAllowedError, match="somebody else must fund it"):
        funded.fund(1, by=boss.person_id, key="after")
    with funded.desk.writing() as c:
        ledger.fund(c, "2027-Q1", 1, by=boss.person_id, now=funded.desk.clock.now())


@pytest.mark.parametrize("role", ["rep", "pm", "sales_lead", "legal", "viewer"])
def test_only_an_admin_funds_and_gives_out(funded, add, role):
    funded.earn(1, 5)
    by = add("Pat", role).person_id

    with pytest.raises(NotAllowedError, match="only an admin"):
        funded.fund(5, by=by, key="more")
    with pytest.raises(NotAllowedError, match="only an admin"):
        funded.do(ledger.redeem, funded.rita, 1, key="v", by=by)
    with pytest.raises(NotAllowedError, match="an admin must answer"):
        funded.do(ledger.redeem, funded.rita, 1, key="v", by=None)


def test_an_admin_who_was_disabled_answers_for_nothing(funded):
    with funded.desk.writing() as c:
        people.disable(c, funded.ada, by=None, now=funded.desk.clock.now())

    with pytest.raises(NotAllowedError, match="only an admin"):
        funded.fund(5, key="more")


def test_points_go_to_the_reporter_alone(funded):
    with pytest.raises(LedgerError, match="to its reporter alone"):
        funded.hold(11)
    with pytest.raises(NotFoundError, match="no such sighting"):
        funded.hold(12)


@pytest.mark.parametrize("gate", ["waiting", "quarantined", "not_kept", "rejected"])
def test_what_was_held_back_earns_nothing(funded, gate):
    put_sighting(funded.desk, 20, funded.rita, gate=gate)

    with pytest.raises(LedgerError, match="held back or withdrawn earns nothing"):
        funded.hold(20)


def test_what_was_withdrawn_earns_nothing_more(funded):
    with funded.desk.writing() as c:
        sightings.record(c, id_of(1), "withdrawn", by=funded.rita, now=funded.desk.clock.now())

    with pytest.raises(LedgerError, match="held back or withdrawn earns nothing"):
        funded.hold(1)


@pytest.mark.parametrize(
    "reason",
    [
        {"who": "rita@acme.test"}, {"x": float("nan")}, {"x": math.inf}, {"x": "two\nlines"}, {"x": object()},
        {1: "a number for a key"}, {"x": [[[[[[1]]]]]]}, {"x": "long " * 100}, {"x": b"bytes"},
    ],
    ids=["address", "nan", "infinite", "two lines", "object", "number for a key", "deep", "long", "bytes"],
)  # fmt: skip
def test_a_reason_is_made_of_ids_words_and_numbers(funded, reason):
    with pytest.raises(LedgerError, match="ids, words and numbers"):
        funded.hold(reason=reason)


@pytest.mark.parametrize("quarter", ["2026-Q5", "2026Q4", "2026-Q4 ", "", "0000-Q1", "2026-q4", "２０２６-Q4"])
def test_a_quarter_that_is_none_is_refused(office, quarter):
    with pytest.raises(UsageError, match="write it like 2026-Q4"), office.desk.writing() as c:
        ledger.fund(c, quarter, 1, by=None, now=office.desk.clock.now())


def test_old_entries_keep_the_version_of_the_rules_that_made_them(funded):
    first = funded.hold(1, rules_version=1)
    again = funded.hold(2, rules_version=2, reason={"sentence": "7 × 0.5 fresh = 4, rule v2"}, points=4)
    assert funded.hold(1, rules_version=2, points=9) == first
    funded.do(ledger.bring, first, "earned", **NO_REASON)
    funded.do(ledger.bring, first, "nothing", **NO_REASON)

    versions = {(one.sighting_id, one.rules_version) for one in _entries(funded) if one.sighting_id}

    assert versions == {(id_of(1), 1), (id_of(2), 2)}
    assert again != first


def test_the_database_itself_refuses_what_no_code_of_ours_writes(funded):
    hold_id = funded.hold()
    row = {
        "entry_id": 3, "idem_key": "k", "kind": "post", "quarter": Q4, "reason": {}, "refers_to": hold_id,
        "at": funded.desk.clock.now(), "previous_hash": "0" * 64, "hash": "0" * 64,
    }  # fmt: skip
    wrong = (
        {"kind": "gift"},
        {"refers_to": None},
        {"refers_to": 3},
        {"entry_id": 0},
        {"idem_key": f"fund:{Q4}:budget"},
    )

    for part in wrong:
        with pytest.raises(IntegrityError), funded.desk.writing() as c:
            c.execute(insert(ledger_entry).values(**(row | part)))
    with funded.desk.writing() as c:
        c.execute(insert(ledger_entry).values(**row))


def test_what_fails_later_in_the_same_transaction_undoes_the_entry(funded):
    def fund_and_fail() -> None:
        with funded.desk.writing() as c:
            ledger.fund(c, Q4, 5, by=None, now=funded.desk.clock.now(), key="more")
            raise ZeroDivisionError

    before = _entries(funded)

    with pytest.raises(ZeroDivisionError):
        fund_and_fail()

    assert _entries(funded) == before
