"""The gate looks at every word of a reporter, whenever and whichever way it comes; and colleagues read no names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from office import NOW, Office, said, sent

from desk.database import Desk
from desk.following import lists, sightings
from desk.indexing import indexer
from detente.errors import NotFoundError
from detente.people import Person
from detente.sightings import Channel

Add = Callable[..., Person]
STOPPED = "The slide was marked 'Company Confidential', it says 49 from March."
SOON = NOW + timedelta(hours=1)


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Office:
    return Office(desk, tmp_path / "data")


def put(office: Office, person: Person, text: str, channel: Channel = "form", **more: object) -> str:
    accepted = sent(office.inbox, said(text, **more), person_id=person.person_id, channel=channel, now=NOW)
    indexer.index_new(*office.parts)
    return accepted.sighting_id


@pytest.mark.parametrize("channel", ["form", "api", "terminal", "import", "mail", "slack"])
def test_words_that_the_gate_stops_are_stopped_on_every_way_in(office: Office, add: Add, channel: Channel) -> None:
    paul, sighting_id = add("Paul", "pm"), put(office, add("Ana", "rep"), STOPPED, channel, source="public")

    with office.desk.reading() as c:
        assert sightings.sighting(c, sighting_id).gate == "quarantined"
        with pytest.raises(NotFoundError):
            sightings.visible_to(c, sighting_id, paul)


def test_an_answer_with_words_that_the_gate_stops_stops_the_whole_sighting(office: Office, add: Add) -> None:
    ana, paul, lena = add("Ana", "rep"), add("Paul", "pm"), add("Lena", "legal")
    sighting_id = put(office, ana, "Globex cut Pro.", source="public")
    with office.desk.writing() as c:
        sightings.ask(c, sighting_id, "Where did you see it?", by=paul.person_id, now=SOON)
        sightings.answer(c, sighting_id, STOPPED, by=ana.person_id, now=SOON)

    with office.desk.reading() as c:
        assert sightings.sighting(c, sighting_id).gate == "quarantined"
        assert sightings.receipt(c, sighting_id).reasons
        sightings.visible_to(c, sighting_id, lena)
        with pytest.raises(NotFoundError):
            sightings.visible_to(c, sighting_id, paul)


def test_an_answer_like_any_other_stops_nothing(office: Office, add: Add) -> None:
    ana, paul = add("Ana", "rep"), add("Paul", "pm")
    sighting_id = put(office, ana, "Globex cut Pro.", source="public")
    with office.desk.writing() as c:
        sightings.ask(c, sighting_id, "Where did you see it?", by=paul.person_id, now=SOON)
        sightings.answer(c, sighting_id, "On their pricing page.", by=ana.person_id, now=SOON)

    with office.desk.reading() as c:
        assert sightings.visible_to(c, sighting_id, paul).gate == "cleared"


def test_a_waiting_sighting_is_judged_with_what_was_answered_meanwhile(office: Office, add: Add) -> None:
    ana = add("Ana", "rep")
    sighting_id = put(office, ana, "Globex cut Pro.", "mail", source=None)
    with office.desk.writing() as c:
        sightings.answer(c, sighting_id, STOPPED, by=ana.person_id, now=SOON)
        verdict = sightings.complete(c, sighting_id, {"source": "public"}, by=ana.person_id, now=SOON)
    indexer.index_one(*office.parts, sighting_id)

    assert verdict.state == "quarantined"
    with office.desk.reading() as c:
        # what was answered is no part of what was reported
        assert sightings.sighting(c, sighting_id).text == "Globex cut Pro."


def test_what_colleagues_said_of_a_competitor_names_neither_customer_nor_deal_nor_reporter(
    office: Office, add: Add
) -> None:
    put(
        office, add("Amsel", "rep"), "Globex offers Initech 30 % off in the Rhine deal, says Amsel.",
        source="public", competitor="globex", customer="Initech", deal="Rhine deal",
    )  # fmt: skip

    with office.desk.reading() as c:
        (one,) = lists.recent(c, "globex", 10)

    assert one.text == "Globex offers [customer] 30 % off in the [deal], says [reporter]."
