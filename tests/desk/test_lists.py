"""Lists hold what Product may read, newest first, and go on where they ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_rows import id_of, put_sighting
from office import NOW, Office, said, sent

from desk.database import Desk
from desk.following import lists, sightings
from desk.indexing import indexer
from detente.people import Person

Put = Callable[..., str]


@pytest.fixture
def ana(add: Callable[..., Person]) -> Person:
    return add("Ana", "rep")


@pytest.fixture
def put(desk: Desk, ana: Person, tmp_path: Path) -> Put:
    office = Office(desk, tmp_path / "data")

    def put(text: str, minute: int = 0, **more: Any) -> str:
        now = NOW + timedelta(minutes=minute)
        accepted = sent(
            office.inbox,
            said(text, **{"competitor": "globex"} | more),
            person_id=ana.person_id,
            channel="mail",
            now=now,
        )
        indexer.index_new(*office.parts)
        return accepted.sighting_id

    return put


def test_a_list_goes_on_behind_its_last_one_also_where_several_came_at_once(desk: Desk, put: Put) -> None:
    ids = [put(f"Number {number}.", minute=number // 3) for number in range(9)]
    found: list[str] = []
    with desk.reading() as c:
        while rows := lists.for_product(c, limit=2, before=found[-1] if found else ""):
            found += [row.sighting_id for row in rows]

    assert sorted(found) == sorted(ids)
    assert found == sorted(found, key=lambda one: (ids.index(one) // 3, one), reverse=True)


def test_what_is_held_back_or_withdrawn_is_in_no_list(desk: Desk, ana: Person, put: Put) -> None:
    shown = put("Shown.")
    held = put("Held.", source="customer", confidential="yes")
    waiting = put("Waits.", source=None)
    gone = put("Gone.")
    with desk.writing() as c:
        sightings.withdraw(c, gone, by=ana.person_id, now=NOW)

    with desk.reading() as c:
        assert [row.sighting_id for row in lists.for_product(c, limit=9)] == [shown]
        assert [one.sighting_id for one in lists.recent(c, "globex", 9)] == [shown]
        assert lists.readable(c, [shown, held, waiting, gone]) == {shown}
        assert [row.sighting_id for row in lists.waiting_of(c, ana.person_id)] == [waiting]
        assert lists.unread_count(c) == 1


def test_what_was_read_is_no_longer_unread(desk: Desk, add: Callable[..., Person], put: Put) -> None:
    first, second, paul = put("One."), put("Two.", minute=1), add("Paul", "pm")
    with desk.writing() as c:
        sightings.mark_read(c, first, by=paul.person_id, now=NOW)

    with desk.reading() as c:
        assert [row.sighting_id for row in lists.for_product(c, limit=9, only_unread=True)] == [second]
        assert lists.unread_count(c) == 1


def test_one_competitor_is_asked_for_by_its_slug_alone(desk: Desk, put: Put) -> None:
    put("About nobody known.", competitor=None, competitor_name="Newcomer")
    about = put("About Globex.")

    with desk.reading() as c:
        assert [row.sighting_id for row in lists.for_product(c, limit=9, competitor="globex")] == [about]
        assert lists.for_product(c, limit=9, competitor="' OR 1=1 --") == []


def test_what_all_colleagues_read_is_masked(desk: Desk, put: Put) -> None:
    put("Ask jane@contoso.example.")

    with desk.reading() as c:
        assert [one.text for one in lists.recent(c, "globex", 9)] == ["Ask [e-mail]."]


def test_names_are_told_of_those_who_are_there(desk: Desk, ana: Person) -> None:
    with desk.reading() as c:
        assert lists.names_of(c, [ana.person_id, "nobody"]) == {ana.person_id: "Ana"}
        assert lists.names_of(c, []) == {}


@pytest.mark.parametrize("gate", ["quarantined", "cleared"])
def test_where_a_list_goes_on_tells_nothing_of_a_sighting_that_is_not_for_its_reader(
    desk: Desk, add: Callable[..., Person], gate: str
) -> None:
    ana, ben, start = add("Ana", "rep"), add("Ben", "rep"), desk.clock.now()
    for number, by in ((1, ana), (3, ana)):
        put_sighting(desk, number, by.person_id, at=start + timedelta(hours=number))
    foreign = put_sighting(desk, 2, ben.person_id, gate=gate, at=start + timedelta(hours=2))
    with desk.reading() as c:
        own = [row.sighting_id for row in sightings.sightings_of(c, ana.person_id, 10, foreign)]
        product = [row.sighting_id for row in lists.for_product(c, limit=10, before=foreign)]
    assert own == [id_of(3), id_of(1)]
    assert product == ([id_of(3), id_of(1)] if gate == "quarantined" else [id_of(1)])
