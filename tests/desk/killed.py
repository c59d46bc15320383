"""Run in a process of its own by test_killed: accepts reports, or indexes them, until it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

from office import Office, said, sent, upload
from pictures import photo
from set_clock import SetClock

from desk.database import Desk
from desk.indexing import indexer


def main(data: Path, work: str, person_id: str) -> None:
    office = Office(Desk.open(data, "", SetClock()), data)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    number = 0
    while work == "accept":
        report = said(f"Report {number}")
        body = photo(form="PNG", colour=(number % 256, number // 256, 0))
        sent(office.inbox, report, [upload(body)], person_id=person_id)
        sys.stdout.write(f"{report.sighting_id}\n")
        sys.stdout.flush()
        number += 1
    indexer.index_new(*office.parts)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
