"""A copy of the ledger that somebody changed is not what was written: the first entry that is not is named."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from set_clock import SetClock

from desk.database import Desk
from desk.rewarding.verify import Verified, verify

LAST = 11


@pytest.fixture
def database() -> str:
    """Only SQLite's is a file that somebody has a copy of."""
    return "sqlite"


@pytest.fixture
def copy(written, tmp_path) -> Callable[..., Verified]:
    """Changes a copy of the ledger by SQL, as somebody who has the file can, and verifies it."""
    written.desk.close()

    def changed(*statements: str | Callable[[sqlite3.Connection], None], with_heads: bool = True) -> Verified:
        folder = tmp_path / "copy"
        shutil.copytree(Path(written.desk.where).parent, folder)
        shutil.copy(tmp_path / "heads", folder / "heads")
        tool = sqlite3.connect(folder / "desk.sqlite")
        tool.execute("PRAGMA ignore_check_constraints = ON")
        for name in ("ledger_entry", "ledger_posting"):
            for change in ("update", "delete"):
                tool.execute(f"DROP TRIGGER {name}_refuses_{change}")
        for statement in statements:
            if isinstance(statement, str):
                tool.execute(statement)
            else:
                statement(tool)
        tool.commit()
        tool.close()
        desk = Desk.open(folder, "", SetClock())
        with desk.reading() as c:
            found = verify(c, folder / "heads" if with_heads else None)
        desk.close()
        return found

    return changed


def first(found: Verified) -> tuple[int, str]:
    assert found.faults
    return found.faults[0].entry_id, found.faults[0].what


def test_the_copy_that_nobody_changed_is_without_fault(copy):
    assert copy().faults == ()


ROW = "UPDATE ledger_entry SET {} WHERE entry_id = 4"
VALUES = (
    "person_id = NULL", "sighting_id = NULL", "rule = 'right'", "stage = 'judged'", "rules_version = 2",
    "quarter = '2026-Q3'", "reason = '{}'", "refers_to = 1", "by_id = 'p_1'", "at = '2026-11-16 09:00:00.000001'",
    "previous_hash = 'a'", "hash = 'a'", "idem_key = 'x'", "kind = 'post'",
    "reason = 'no json'", "at = 'no time'", "at = 7", "rules_version = 'one'", "person_id = x'00'",
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_a_row_that_was_edited_is_named_whichever_value_it_was(copy, value):
    entry_id, what = first(copy(ROW.format(value), with_heads=False))

    assert (entry_id, what.partition(":")[0]) in [(4, "was changed"), (4, "cannot be read")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET points = points * 2 WHERE entry_id = 3",
        "UPDATE ledger_posting SET account = 'earned:p_1' WHERE entry_id = 3 AND position = 1",
        "UPDATE ledger_posting SET points = 'five' WHERE entry_id = 3",
        "DELETE FROM ledger_posting WHERE entry_id = 3",
        "DELETE FROM ledger_posting WHERE entry_id = 3 AND position = 0",
        "INSERT INTO ledger_posting VALUES (3, 2, 'earned:p_1', 0)",
    ],
)
def test_points_that_were_changed_are_named(copy, statement):
    assert first(copy(statement)) == (3, "was changed: its hash is another one")


@pytest.mark.parametrize("entry_id", [1, 4, LAST - 1])
def test_an_entry_that_was_deleted_is_named(copy, entry_id):
    deleted = (f"DELETE FROM ledger_{table} WHERE entry_id = {entry_id}" for table in ("posting", "entry"))

    assert first(copy(*deleted, with_heads=False)) == (entry_id, "is missing")


def test_several_that_are_missing_are_told_as_one(copy):
    deleted = (f"DELETE FROM ledger_{table} WHERE entry_id BETWEEN 4 AND 6" for table in ("posting", "entry"))

    assert first(copy(*deleted)) == (4, "is missing, and so are those up to entry 6")


def test_an_entry_whose_postings_were_left_behind_is_named(copy):
    assert first(copy("DELETE FROM ledger_entry WHERE entry_id = 4"))[0] == 4


def test_numbers_that_were_closed_up_after_a_deletion_do_not_hide_it(copy):
    statements = ["DELETE FROM ledger_entry WHERE entry_id = 4", "DELETE FROM ledger_posting WHERE entry_id = 4"]
    for number in range(5, LAST + 1):
        statements += [
            f"UPDATE ledger_{table} SET entry_id = {number - 1} WHERE entry_id = {number}"
            for table in ("posting", "entry")
        ]

    assert first(copy(*statements))[0] == 4


def test_entries_that_changed_places_are_named(copy):
    swapped = [
        f"UPDATE ledger_{table} SET entry_id = {new} WHERE entry_id = {old}"
        for table in ("posting", "entry")
        for old, new in ((6, 99), (7, 6), (99, 7))
    ]

    assert first(copy(*swapped)) == (6, "was changed: its hash is another one")


@pytest.mark.parametrize("kept", [0, 3, LAST - 1])
def test_a_log_that_was_cut_off_is_told_by_the_heads(copy, kept):
    cut = [f"DELETE FROM ledger_{table} WHERE entry_id > {kept}" for table in ("posting", "entry")]

    assert first(copy(*cut)) == (kept + 1, f"is missing: there were {LAST} entries once, by the file of heads")


def rehashed(first_id: int, last_id: int) -> Callable[[sqlite3.Connection], None]:
    """Makes the hashes of these entries anew, each after the one before it: by hand, to hold ours against it."""

    def make(tool: sqlite3.Connection) -> None:
        tool.row_factory = sqlite3.Row
        for entry_id in range(first_id, last_id + 1):
            told = dict(tool.execute("SELECT * FROM ledger_entry WHERE entry_id = ?", (entry_id,)).fetchone())
            before = tool.execute("SELECT hash FROM ledger_entry WHERE entry_id = ?", (entry_id - 1,)).fetchone()
            del told["hash"]
            told["previous_hash"] = before["hash"] if before else "0" * 64
            told["reason"] = json.loads(told["reason"])
            told["at"] = told["at"].replace(" ", "T") + "+00:00"
            told["postings"] = [
                list(row)
                for row in tool.execute(
                    "SELECT account, points FROM ledger_posting WHERE entry_id = ? ORDER BY position", (entry_id,)
                )
            ]
            text = json.dumps(told, sort_keys=True, separators=(",", ":"))
            hash_ = hashlib.sha256(text.encode()).hexdigest()
            tool.execute(
                "UPDATE ledger_entry SET hash = ?, previous_hash = ? WHERE entry_id = ?",
                (hash_, told["previous_hash"], entry_id),
            )

    return make


EDIT = "UPDATE ledger_posting SET points = 0 WHERE entry_id = 2"


def test_the_hashes_are_those_that_anybody_can_make_anew(copy):
    assert copy(rehashed(1, LAST)).faults == ()


def test_a_row_that_was_edited_with_its_hash_made_anew_is_named(copy):
    assert first(copy(EDIT, rehashed(2, 2), with_heads=False)) == (
        2,
        "was written anew: entry 3 was written after another one",
    )


def test_the_first_row_that_was_edited_with_its_hash_made_anew_is_named(copy):
    edit = "UPDATE ledger_posting SET points = points * 3 WHERE entry_id = 1"

    assert first(copy(edit, rehashed(1, 1), with_heads=False))[0] == 1


def test_a_chain_that_was_made_anew_from_the_edit_on_differs_from_the_heads(copy):
    edit = "UPDATE ledger_entry SET by_id = 'p_1' WHERE entry_id = 8"

    # the head after entry 7 agrees, the one after the last does not
    assert first(copy(edit, rehashed(8, LAST))) == (
        8,
        "was written anew, or a later one up to 11: the file of heads knows another hash",
    )


def test_what_was_made_anew_and_still_breaks_a_rule_needs_no_heads(copy):
    found = copy(EDIT, rehashed(2, LAST), with_heads=False)

    entry_id, what = first(found)
    assert entry_id == 3
    assert what.startswith("takes more from pending:")


def test_only_the_first_fault_is_followed_by_those_that_stand_for_themselves(copy):
    found = copy(ROW.format("rule = 'x'"), "UPDATE ledger_entry SET rule = 'y' WHERE entry_id = 8")

    assert [fault.entry_id for fault in found.faults] == [4, 8]


def test_without_the_file_of_heads_no_entry_is_said_to_be_anchored(copy, tmp_path):
    assert copy().anchored == LAST
    shutil.rmtree(tmp_path / "copy")
    assert copy(with_heads=False).anchored == 0
    shutil.rmtree(tmp_path / "copy")
    assert copy(lambda _: (tmp_path / "copy" / "heads").unlink()).anchored == 0


def test_a_line_of_heads_that_is_nested_without_end_is_no_head(copy, tmp_path):
    found = copy(lambda _: (tmp_path / "copy" / "heads").write_text("[" * 100_000 + "\n"))

    assert [fault.what for fault in found.faults] == ["line 1 of the file of heads is no head"]


def test_heads_that_were_damaged_are_told(copy, tmp_path):
    def damage(_: sqlite3.Connection) -> None:
        path = tmp_path / "copy" / "heads"
        path.write_text("no head\n" + path.read_text() + '{"entries": 9')  # cut off while it was written

    found = copy(damage)

    assert [(fault.entry_id, fault.what) for fault in found.faults] == [
        (0, "line 1 of the file of heads is no head"),
    ]
