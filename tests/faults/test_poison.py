"""No sighting, whatever stands in it, keeps the others from being published."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from served import Served, new_id, photo

from desk.accepting.accept import accept, limits_of
from desk.accepting.inbox import Inbox
from desk.database import Desk
from detente import workspace as workspaces
from detente.clock import SystemClock
from detente.errors import SubmissionError
from detente.sightings import Submission, Upload

pytestmark = pytest.mark.slow

ODD = [
    {"text": "x"},
    {"text": "🙂"},
    {"text": "rita@acme.test"},
    {"text": "+49 30 1234567"},
    {"text": "-" * 20_000},
    {"text": "\n\n \t a \n\n"},
    {"text": "\u202eevil\u2066 <script>alert(1)</script> {{7*7}} ${x} '; DROP TABLE raw.sighting; --"},
    {"text": '{"text": null}', "comparison": "}], [{", "area": '"'},
    {"text": "=cmd|' /C calc'!A0", "customer": "@SUM(1)", "deal": "-1+1"},
    {"text": "Of nobody that is known.", "competitor": None, "competitor_name": "Glоbex"},
    {"text": "Of one that goes.", "competitor": "initech"},
    {"text": "The least.", "deal_amount": "0.01"},
    {"text": "Less than the least.", "deal_amount": "0.001"},
    {"text": "The most.", "deal_amount": "1,000,000,000,000 USD"},
    {"text": "Long ago.", "happened_on": "2007-01-01", "close_on": "2045-01-01"},
    {"text": "A clock of another time.", "sent_at": "0001-01-01T00:00:00+23:59"},
    {"text": "A clock of the last day.", "sent_at": "9999-12-31T23:59:59-23:59"},
    {"text": "A customer all over the text: a a a", "customer": "a", "deal": "a a"},
    {"text": "A name that is a pattern.", "customer": "(.*)+\\1[", "deal": "\\"},
]


def test_no_sighting_keeps_the_others_from_being_published(made: Served) -> None:
    (made.folder / "competitors" / "initech.toml").write_text('name = "Initech"\n')
    loaded, clock = workspaces.load(made.folder), SystemClock()
    taken = 0
    for fields in ODD:
        try:
            accept(
                Inbox(made.folder / "data" / "inbox"),
                Submission.model_validate(
                    {"sighting_id": new_id(), "source": "public", "competitor": "globex"} | fields
                ),
                [Upload(name="\u202egpj.exe", media_type="\r\nx: y", body=photo("x"))],
                person_id=made.person_ids["rita"],
                channel="import",
                now=clock.now(),
                limits=limits_of(loaded.settings.limits),
                competitors=[one.slug for one in loaded.competitors],
                currency="EUR",
            )
            taken += 1
        except SubmissionError:
            continue
    (made.folder / "competitors" / "initech.toml").unlink()

    built = made.run("run", "build")
    told = made.run(
        "sql",
        "SELECT count(*) AS n, (SELECT count(*) FROM item WHERE kind = 'sighting') AS items FROM sighting",
        "--format",
        "json",
    )

    assert built.returncode == 0, built.stderr
    assert taken >= len(ODD) - 3
    assert json.loads(told.stdout) == [{"n": taken, "items": taken}], told.stdout + told.stderr
    with closing(Desk.open(made.folder / "data", "", clock)) as desk, desk.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sighting").scalar_one() == taken
