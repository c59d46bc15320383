"""An empty desk, on SQLite and on PostgreSQL: a test that asks for one runs on both."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from postgresql_server import PostgreSQL
from set_clock import SetClock
from sqlalchemy import update

from desk import people, schema
from desk.database import Desk
from detente.clock import Clock
from detente.people import Person


@dataclass(frozen=True)
class Place:
    """Where a desk is, or will be.

    Attributes:
        data: The data folder.
        url: As `desk.url` has it; empty for SQLite.
    """

    data: Path
    url: str

    @property
    def is_sqlite(self) -> bool:
        return not self.url

    def open(self, clock: Clock, **more: float) -> Desk:
        return Desk.open(self.data, self.url, clock, **more)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system("postgres"))])
def database(request: pytest.FixtureRequest) -> str:
    """Which of the two databases a test runs on."""
    return request.param


@pytest.fixture
def new_place(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where no desk has been made yet."""
    if database == "sqlite":
        yield Place(tmp_path / "data", "")
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.new_database()
    yield Place(tmp_path / "data", server.url(name))
    server.drop(name)


@pytest.fixture(scope="session")
def made_on_postgresql(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with an empty desk, to be copied."""
    name = postgresql.new_database()
    Desk.open(tmp_path_factory.mktemp("template"), postgresql.url(name), SetClock()).close()
    return name


@pytest.fixture
def place(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where an empty desk is."""
    if database == "sqlite":
        yield Place(tmp_path / "data", "")
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.new_database(template=request.getfixturevalue("made_on_postgresql"))
    yield Place(tmp_path / "data", server.url(name))
    server.drop(name)


@pytest.fixture
def desk(place: Place, clock: SetClock) -> Iterator[Desk]:
    opened = place.open(clock)
    yield opened
    opened.close()


@functools.cache
def _hash_of(password: str) -> str:
    """A hash costs a fifth of a second, as it must; the tests share those of their passwords."""
    return people.PASSWORDS.hash(password)


@pytest.fixture
def add(desk: Desk) -> Callable[..., Person]:
    """Adds somebody by their first name, with these roles."""

    def added(name: str, *roles: str, password: str = "") -> Person:
        now = desk.clock.now()
        with desk.writing() as c:
            email = f"{name.lower()}@acme.test"
            somebody = people.add_person(c, name=name, email=email, roles=roles, by=None, now=now)
            if password:
                mine = schema.person.c.person_id == somebody.person_id
                c.execute(update(schema.person).where(mine).values(password_hash=_hash_of(password)))
        return somebody

    return added
