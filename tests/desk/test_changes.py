"""What leaves the desk for the warehouse: what may be seen, and nobody's name, number or address in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from desk_rows import id_of, put_sighting
from sqlalchemy import update

from desk import changes, schema
from desk.changes import SightingChanges
from desk.database import Desk
from desk.following import sightings
from detente.errors import StorageError
from detente.people import Person

Add = Callable[..., Person]
KEY = b"k" * 32


@pytest.fixture
def rita(add: Add) -> str:
    return add("Rita", "rep").person_id


def since(desk: Desk, event_id: int = 0, key: bytes = KEY) -> SightingChanges:
    with desk.reading() as c:
        return changes.sightings_since(c, event_id, key)


def since_mark(desk: Desk, mark: str, key: bytes = KEY) -> SightingChanges:
    with desk.reading() as c:
        return changes.sightings_since_mark(c, mark, key)


def ids(found: SightingChanges) -> list[object]:
    return [row["sighting_id"] for row in found.rows]


def test_a_cleared_sighting_is_told_with_what_the_warehouse_keeps(desk: Desk, rita: str) -> None:
    put_sighting(
        desk, 1, rita, deal_amount=Decimal("120000.50"), deal_currency="EUR", stage="proposal",
        close_on=date(2026, 12, 1), motive="parity_checkbox", confidence="certain", happened_on=date(2026, 11, 12),
        may_call=True, area="Rosters", comparison="Theirs: 9. Ours: 12.",
    )  # fmt: skip

    [row] = since(desk).rows

    assert row == {
        "sighting_id": id_of(1), "person_id": rita, "channel": "form", "received_at": desk.clock.now(),
        "competitor": "globex", "competitor_name": "", "source": "customer", "account_key": None, "deal_key": None,
        "deal_amount": Decimal("120000.50"), "deal_currency": "EUR", "stage": "proposal", "close_on": date(2026, 12, 1),
        "motive": "parity_checkbox", "confidence": "certain", "happened_on": date(2026, 11, 12), "may_call": True,
        "attachments": 0, "area": "Rosters", "comparison": "Theirs: 9. Ours: 12.",
        "text": "Globex offers the Team plan at half its price.",
    }  # fmt: skip


@pytest.mark.parametrize("gate", ["waiting", "quarantined", "not_kept", "rejected"])
def test_what_the_gate_holds_back_is_told_by_its_id_alone(desk: Desk, rita: str, gate: str) -> None:
    put_sighting(desk, 1, rita, gate=gate)

    found = since(desk)

    assert (found.rows, found.gone) == ([], [id_of(1)])


@pytest.mark.parametrize(
    ("kind", "goes"), [("withdrawn", True), ("quarantined", True), ("rejected", True), ("read", False)]
)
def test_what_may_no_longer_be_seen_goes(desk: Desk, rita: str, kind: str, goes: bool) -> None:
    put_sighting(desk, 1, rita)
    before = since(desk)
    with desk.writing() as c:
        sightings.record(c, id_of(1), kind, by=None, now=desk.clock.now())

    after = since(desk, before.last_event_id)

    assert (ids(after), after.gone) == (([], [id_of(1)]) if goes else ([id_of(1)], []))


def test_what_legal_releases_comes(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita, gate="quarantined")
    before = since(desk)
    with desk.writing() as c:
        sightings.record(c, id_of(1), "released", by=None, now=desk.clock.now())

    assert ids(since(desk, before.last_event_id)) == [id_of(1)]


def test_only_what_something_happened_to_is_told(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita)
    first = since(desk)
    put_sighting(desk, 2, rita)

    assert ids(since(desk, first.last_event_id)) == [id_of(2)]
    assert ids(since(desk)) == [id_of(1), id_of(2)]
    assert since(desk, since(desk).last_event_id).rows == []


NAMES = [
    ("Spoke with Soylent Corp today.", "Spoke with [customer] today."),
    ("SOYLENT  corp's buyer said no", "[customer]'s buyer said no"),
    ("Soylent Corporate is another one", "Soylent Corporate is another one"),
    ("Renewal 2027 is at risk", "[deal] is at risk"),
    ("Rita here: they pay half", "[reporter] here: they pay half"),
    ("Write to jane.rita@soylent.test", "Write to [e-mail]"),
    ("Write to jane@rita.test", "Write to [e-mail]"),
    ("Rosarita is a product", "Rosarita is a product"),
    ("write to jo.doe@soylent.test", "write to [e-mail]"),
    ("call +49 30 901820 tomorrow", "call [phone] tomorrow"),
]


@pytest.mark.parametrize("column", ["text", "comparison", "area", "competitor_name"])
@pytest.mark.parametrize(("said", "told"), NAMES)
def test_no_name_number_or_address_leaves_the_desk(desk: Desk, rita: str, column: str, said: str, told: str) -> None:
    more = {"text": "x"} | {column: said}
    put_sighting(desk, 1, rita, customer="Soylent Corp", deal="Renewal 2027", deal_amount_text="canary", **more)

    [row] = since(desk).rows

    assert row[column] == told
    assert "canary" not in str(row)
    assert "Soylent Corp'" not in str(row)


def test_one_customer_has_one_key_which_nobody_can_make_without_the_secret(desk: Desk, rita: str) -> None:
    for number, customer in enumerate(("Soylent", " soylent ", "Initrode", "")):
        put_sighting(desk, number, rita, customer=customer, deal="Soylent")

    rows = since(desk).rows
    accounts = [row["account_key"] for row in rows]
    other = [row["account_key"] for row in since(desk, key=b"x" * 32).rows]

    assert accounts[0] == accounts[1] != accounts[2]
    assert accounts[3] is None
    assert rows[0]["deal_key"] not in accounts
    assert not set(accounts[:3]) & set(other)


def test_files_are_counted_as_they_came(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita)
    with desk.writing() as c:
        sightings.record(c, id_of(1), "attachment", by=rita, now=desk.clock.now(), files=2)
        sightings.record(c, id_of(1), "attachment", by=rita, now=desk.clock.now(), files=1)

    assert since(desk).rows[0]["attachments"] == 3


def test_an_amount_without_a_currency_is_no_amount(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita, deal_amount=Decimal(5))

    assert since(desk).rows[0]["deal_amount"] is None


def test_the_words_of_somebody_who_was_erased_go_with_their_sightings(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita)
    with desk.writing() as c:
        c.execute(update(schema.person).values(erased_at=desk.clock.now()))

    assert (since(desk).rows, since(desk).gone) == ([], [id_of(1)])


def test_a_blanked_sighting_of_a_desk_made_anew_goes(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita, source=None, text="")

    assert since(desk).gone == [id_of(1)]


def test_with_its_mark_only_what_is_new_is_told(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita)
    first = since_mark(desk, "")
    put_sighting(desk, 2, rita)
    second = since_mark(desk, first.mark)
    third = since_mark(desk, second.mark)

    assert (ids(first), first.anew) == ([id_of(1)], False)
    assert (ids(second), second.anew) == ([id_of(2)], False)
    assert (third.rows, third.gone, third.mark) == ([], [], second.mark)


@pytest.mark.parametrize("mark", ["2:0123456789abcdef", "99:0123456789abcdef", "x", "2", "-1:x"])
def test_with_the_mark_of_another_desk_everything_is_told_anew(desk: Desk, rita: str, mark: str) -> None:
    put_sighting(desk, 1, rita)

    found = since_mark(desk, mark)

    assert (ids(found), found.anew) == ([id_of(1)], True)


def test_with_another_secret_everything_is_told_anew(desk: Desk, rita: str) -> None:
    put_sighting(desk, 1, rita, customer="Soylent")
    first = since_mark(desk, "")

    assert since_mark(desk, first.mark, key=b"x" * 32).anew


def test_an_empty_desk_has_nothing_to_tell(desk: Desk) -> None:
    found = since_mark(desk, "")

    assert (found.rows, found.gone, found.mark, found.last_event_id, found.anew) == ([], [], "", 0, False)


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = changes.account_key(tmp_path / "data")

    assert len(first) == 32
    assert changes.account_key(tmp_path / "data") == first
    assert (tmp_path / "data" / "account.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["account.key"]
    assert changes.account_key(tmp_path / "other") != first


def test_a_spoilt_secret_is_told(tmp_path: Path) -> None:
    (tmp_path / "account.key").write_text("not hex")

    with pytest.raises(StorageError, match=r"account\.key: cannot be made or read: it is no key"):
        changes.account_key(tmp_path)
