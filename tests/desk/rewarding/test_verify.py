"""The ledger that was written is without fault; an entry that no rule allows is named, and heads are written down."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desk.rewarding import ledger
from desk.rewarding.entries import Posting, append, moved
from desk.rewarding.verify import Verified


def test_what_was_written_is_without_fault(funded, tmp_path):
    for number in range(1, 9):
        funded.do(ledger.bring, funded.hold(number), "earned", reason={"terms": [["fresh", 0.8], ["new", 1]]})
    funded.write_head(tmp_path / "heads")

    found = funded.verified(tmp_path / "heads")

    assert (found.entries, found.faults) == (17, ())
    assert found.head_hash == json.loads((tmp_path / "heads").read_text().splitlines()[-1])["hash"]


def test_an_empty_ledger_is_without_fault_and_has_no_head(office, tmp_path):
    office.write_head(tmp_path / "heads")

    assert office.verified(tmp_path / "heads") == Verified(entries=0, head_hash="0" * 64, faults=())
    assert not (tmp_path / "heads").exists()


# What a mistake of ours could write with a right hash: the rules are looked at as well.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "too much": (
        {"kind": "redeem", "postings": moved(999, "earned:p_1", "redeemed:p_1"), "idem_key": "k"},
        "takes more from earned:p_1 than was there",
    ),
    "over the budget": (
        {"kind": "hold", "postings": moved(999, "program:2026-Q4", "pending:p_1"), "idem_key": "k"},
        "takes more from program:2026-Q4 than was there",
    ),
    "one posting": (
        {"kind": "fund", "postings": [Posting(account="issued", points=0)], "idem_key": "k"}, "do not sum to 0",
    ),
    "a second reversal": (
        {"kind": "reverse", "refers_to": 3, "postings": moved(0, "a", "b"), "idem_key": "k"},
        "reverses entry 3 once more",
    ),
    "a reversal that is none": (
        {"kind": "reverse", "refers_to": 1, "postings": moved(1, "program:2026-Q4", "issued"), "idem_key": "k"},
        "is not entry 1 with the signs turned",
    ),
    "settled again": (
        {"kind": "post", "refers_to": 2, "postings": moved(0, "a", "b"), "idem_key": "k"},
        "settles hold 2, which entry 3 settles",
    ),
    "settles no hold": (
        {"kind": "void", "refers_to": 1, "postings": moved(0, "a", "b"), "idem_key": "k"},
        "settles entry 1, which is no hold",
    ),
    "straight from the budget to somebody": (
        {"kind": "hold", "postings": moved(1, "program:2026-Q4", "earned:p_1"), "idem_key": "k"},
        "is a hold, and moves points from program:2026-Q4 to earned:p_1",
    ),
    "a hold for somebody else's account": (
        {"kind": "hold", "postings": moved(1, "program:2026-Q4", "pending:p_2"), "idem_key": "k"},
        "is a hold, and moves points from program:2026-Q4 to pending:p_2",
    ),
    "a budget that is taken away": (
        {"kind": "fund", "postings": moved(-1, "issued", "program:2026-Q4"), "idem_key": "k"},
        "is a fund, and moves points",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_an_entry_that_breaks_a_rule_is_named_though_its_hash_is_right(written, case):
    values, why = WRONG[case]
    with written.desk.writing() as c:
        append(c, quarter="2026-Q4", now=written.desk.clock.now(), reason={}, **{"by": None} | values)

    found = written.verified()

    assert [(fault.entry_id, why in fault.what) for fault in found.faults] == [(found.entries, True)]


def test_the_same_head_is_written_down_once_and_for_its_owner_alone(funded, tmp_path):
    path = tmp_path / "heads"
    for _ in range(3):
        funded.write_head(path)
    funded.hold()
    path.write_bytes(path.read_bytes() + b'{"entries": 2, "ha')  # a power cut
    funded.write_head(path)

    told = [json.loads(line) for line in path.read_text().splitlines()]

    assert [one["entries"] for one in told] == [1, 2]
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_entry_that_is_undone_leaves_no_head(funded, tmp_path):
    path = tmp_path / "heads"
    funded.write_head(path)

    with funded.desk.writing() as c:
        ledger.fund(c, "2026-Q4", 5, by=None, now=funded.desk.clock.now(), key="more")
        c.rollback()
    funded.write_head(path)

    assert len(path.read_text().splitlines()) == 1
    assert funded.verified(path).faults == ()


def test_an_entry_that_somebody_made_about_their_own_points_is_named(written):
    with written.desk.writing() as c:
        own = {"person_id": written.rita, "by": written.rita}
        append(
            c, kind="hold", quarter="2026-Q4", idem_key="k", now=written.desk.clock.now(), reason={},
            postings=moved(1, "program:2026-Q4", f"pending:{written.rita}"), **own,
        )  # fmt: skip

    [fault] = written.verified().faults
    assert fault.what == "was made by the one whose points it is about"
