"""A desk with a rep who reported, an admin, and a quarter with a budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from desk_rows import id_of, put_hold, put_sighting

from desk.database import Desk
from desk.rewarding import heads, ledger
from desk.rewarding.ledger import Balances
from desk.rewarding.verify import Verified, verify
from detente.people import Person

Q4 = "2026-Q4"


@dataclass(frozen=True)
class Office:
    """Rita has reported ten times, Ralf once; Ada is an admin.

    Attributes:
        desk: The desk.
        rita: A rep.
        ralf: Another.
        ada: An admin.
    """

    desk: Desk
    rita: str
    ralf: str
    ada: str

    def fund(self, points: int, **more: Any) -> ledger.Entry:
        with self.desk.writing() as c:
            return ledger.fund(c, Q4, points, **({"by": self.ada, "now": self.desk.clock.now()} | more))

    def hold(self, number: int = 1, points: int = 5, **more: Any) -> int:
        with self.desk.writing() as c:
            told = {"sighting_id": id_of(number), "person_id": self.rita, "now": self.desk.clock.now()}
            return put_hold(c, points=points, **(told | more))

    def earn(self, number: int = 1, points: int = 5) -> int:
        hold_id = self.hold(number, points)
        self.do(ledger.post, hold_id)
        return hold_id

    def do(self, operation: Callable[..., Any], *words: Any, **more: Any) -> Any:
        with self.desk.writing() as c:
            return operation(c, *words, **({"by": None, "now": self.desk.clock.now()} | more))

    def of(self, person_id: str) -> Balances:
        with self.desk.reading() as c:
            return ledger.balances(c, person_id)

    def left(self) -> int:
        with self.desk.reading() as c:
            return ledger.left(c, Q4)

    def states(self) -> list[str]:
        with self.desk.reading() as c:
            return [one.state for one in ledger.held(c)]

    def write_head(self, path: Path) -> None:
        with self.desk.reading() as c:
            heads.write_down(c, path, self.desk.clock.now())

    def verified(self, path: Path | None = None) -> Verified:
        with self.desk.reading() as c:
            return verify(c, path)

    def kinds(self) -> list[str]:
        with self.desk.reading() as c:
            return [one.kind for one in ledger.entries(c)]


@pytest.fixture
def office(desk: Desk, add: Callable[..., Person]) -> Office:
    rita, ralf, ada = add("Rita", "rep"), add("Ralf", "rep"), add("Ada", "admin")
    for number in range(1, 11):
        put_sighting(desk, number, rita.person_id)
    put_sighting(desk, 11, ralf.person_id)
    return Office(desk, rita.person_id, ralf.person_id, ada.person_id)


@pytest.fixture
def funded(office: Office) -> Office:
    """With 100 points in the quarter's budget."""
    office.fund(100)
    return office


@pytest.fixture
def written(funded: Office, tmp_path: Path) -> Office:
    """Eleven entries; heads were written down after the fifth, the seventh and the last."""
    hold_id = funded.earn(1, 5)
    for wanted in ("nothing", "earned"):
        funded.do(ledger.bring, hold_id, wanted, reason={"why": "review"})
        funded.write_head(tmp_path / "heads")
    funded.hold(2, 3)
    funded.do(ledger.redeem, funded.rita, 2, key="v", by=funded.ada)
    funded.do(ledger.void, funded.hold(3, 4))
    funded.write_head(tmp_path / "heads")
    return funded
