"""The link of whom a computer belongs to is printed where nobody else could read it."""

from __future__ import annotations

from contextlib import closing

import pytest
from set_clock import SetClock

from cli.web import owners_link
from desk import people
from desk.database import Desk
from detente.workspace import load


@pytest.mark.parametrize(
    ("web", "first", "later"),
    [
        ("", True, True),
        ('base_url = "http://localhost:8321"', True, True),
        ('base_url = "https://intel.acme.test"', True, False),
        ('host = "0.0.0.0"\nbase_url = "https://intel.acme.test"', False, False),
    ],
)
def test_a_link_is_printed_where_this_computer_alone_reaches_the_pages(tmp_path, web, first, later):
    (tmp_path / "competitors").mkdir()
    (tmp_path / "detente.toml").write_text(f'[company]\nname = "Acme"\ncurrency = "EUR"\n[web]\n{web}\n')
    workspace = load(tmp_path)
    with closing(Desk.open(workspace.data, "", SetClock())) as desk:
        assert (owners_link(workspace, desk) is not None) is first
        with desk.writing() as c:
            people.local_owner(c, desk.clock.now())
        assert (owners_link(workspace, desk) is not None) is later
