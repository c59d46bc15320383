"""Whatever is accepted reaches the desk: nothing that was acknowledged is refused by the database afterwards."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import NOW, Office, sent
from pydantic import ValidationError

from desk.database import Desk
from desk.following import sightings
from desk.indexing import indexer
from detente.errors import SubmissionError
from detente.people import Person
from detente.sightings import Submission, Upload

ODD = st.text(
    st.one_of(
        st.sampled_from("\x00\x01\x1b\x7f\x85\u200b\u202e\ud800\udfff\ufeff\ufffe\U0010ffff'\"\\%;{}<>=é漢𝄞"),
        st.characters(),
    ),
    max_size=200,
)
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SENT = (
    st.none()
    | st.datetimes(timezones=ZONES)
    | st.sampled_from(
        [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(1970, 1, 1)]  # noqa: DTZ001
    )
)
SUBMISSIONS = st.fixed_dictionaries(
    {
        "text": ODD.map(lambda text: f"Heard: {text}") | ODD,
        "source": st.sampled_from([None, "customer", "public", "document", "competitor"]),
        "confidential": st.sampled_from([None, "yes", "no", "not_sure"]),
        "own_prices": st.sampled_from([None, "yes", "no"]),
        "sent_at": SENT,
        "customer": ODD,
        "deal": ODD,
        "area": ODD,
        "comparison": ODD,
        "competitor_name": ODD,
        "deal_amount": st.sampled_from(["", "€1.5m", "0.001", "900bn", "999999999999", "１００", "12,5", "1e308"])
        | ODD.map(lambda text: text[:60]),
        "close_on": st.none() | st.dates(),
        "happened_on": st.none() | st.dates(date(2007, 1, 1), date(2026, 11, 27)),
    }
)
NAMES = ODD.map(lambda name: Upload(name=name, media_type=name, body=b"%PDF-1.4"))


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Office:
    return Office(desk, tmp_path / "data")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(fields=SUBMISSIONS, uploads=st.lists(NAMES, max_size=2))
def test_whatever_is_accepted_reaches_the_desk(
    office: Office, ana: Person, fields: dict[str, Any], uploads: list[Upload]
) -> None:
    try:
        submission = Submission(sighting_id=str(uuid.uuid4()), **fields)
        accepted = sent(office.inbox, submission, uploads, person_id=ana.person_id, channel="mail", now=NOW)
    except (SubmissionError, ValidationError):
        return

    indexer.index_new(*office.parts)

    assert not list((office.inbox.folder / "damaged").glob("*"))
    with office.desk.reading() as c:
        assert sightings.sighting(c, accepted.sighting_id).gate == accepted.gate.state


@pytest.fixture
def ana(add: Any) -> Person:
    person: Person = add("Ana", "rep")
    return person
