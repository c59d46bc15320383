"""What a person wrote or sent is for the owner of the data folder alone, however careless the machine is set up."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from office import NOW, Office, said, sent, upload
from pictures import photo
from set_clock import SetClock

from desk import people
from desk.changes import account_key
from desk.database import Desk
from desk.indexing import indexer

PRIVATE = ("inbox", "attachments", "desk.sqlite", "account.key")


@pytest.fixture
def careless() -> Iterator[None]:
    """A machine on which whatever is made may be read and written by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careless")
def test_nobody_else_may_read_or_write_what_people_sent(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with closing(Desk.open(data, "", SetClock())) as desk:
        office = Office(desk, data)
        with desk.writing() as c:
            ana = people.add_person(c, name="Ana", email="ana@acme.test", roles=["rep"], by=None, now=NOW)
        for number, state in enumerate(("no", "yes")):
            answers = {"source": "customer", "confidential": state}
            sent(office.inbox, said(f"Globex {number}", **answers), [upload(photo())], person_id=ana.person_id)
        indexer.index_new(*office.parts)
        account_key(data)
    assert {path.name for path in data.iterdir()} >= set(PRIVATE)
    for path in (data, *data.rglob("*")):
        wanted = 0o600 if path.is_file() else 0o700
        # what lies in a folder that nobody else may enter is safe there
        if path.parent in (tmp_path, data):
            assert stat.S_IMODE(path.stat().st_mode) == wanted, path
