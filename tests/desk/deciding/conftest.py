"""People of an invented company around one report of Ana's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from desk_rows import put_sighting
from set_clock import SetClock

from desk import people
from desk.database import Desk
from desk.deciding import decisions
from detente.people import Person

NEVER_MIND = "Three customers ask for it."


@dataclass(frozen=True)
class Product:
    """The desk, and who is there.

    Attributes:
        desk: Open.
        clock: Its clock.
        ana: A rep, who reports to Mia.
        bea: A rep of another team.
        mia: A product manager whom Ana reports to.
        paul: A product manager.
        petra: Another one.
        said: A report of Ana's, cleared.
        also: The same by Bea.
    """

    desk: Desk
    clock: SetClock
    ana: Person
    bea: Person
    mia: Person
    paul: Person
    petra: Person
    said: str
    also: str

    def decide(self, **more: Any) -> str:
        """Paul decides on Ana's report to build it; `more` says it otherwise."""
        words: dict[str, Any] = {
            "item_id": self.said, "kind": "build", "because": NEVER_MIND, "sightings": [self.said, self.also],
            "score": 6_250, "rules_version": 1, "by": self.paul, "now": self.clock.now(),
        }  # fmt: skip
        with self.desk.writing() as c:
            return decisions.decide(c, **words | more)


@pytest.fixture
def product(desk: Desk, clock: SetClock, add: Callable[..., Person]) -> Product:
    mia = add("Mia", "pm", "sales_lead")
    with desk.writing() as c:
        ana = people.add_person(
            c, name="Ana", email="ana@acme.test", roles=["rep"], by=None, now=clock.now(), manager_id=mia.person_id
        )
    bea = add("Bea", "rep")
    return Product(
        desk=desk, clock=clock, ana=ana, bea=bea, mia=mia, paul=add("Paul", "pm"), petra=add("Petra", "pm"),
        said=put_sighting(desk, 1, ana.person_id), also=put_sighting(desk, 2, bea.person_id),
    )  # fmt: skip
