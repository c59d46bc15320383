"""An office of two reps and a product manager, in which sightings are told, judged and credited."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk_rows import id_of, put_sighting

from desk.database import Desk
from desk.deciding import decisions, reviews
from desk.following import sightings
from desk.rewarding import ledger
from desk.rewarding.verify import verify
from detente.people import Person
from detente.workspace import Workspace
from flows.crediting import Place, Settled
from flows.rewarding import credit

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
QUARTER = "2026-Q4"


@dataclass
class Office:
    """A desk with two reps of different teams and a product manager, and where their sightings stand."""

    workspace: Workspace
    desk: Desk
    ana: Person
    ben: Person
    paula: Person
    places: dict[str, Place] = field(default_factory=dict)

    def tell(self, number: int, who: Person, *, cluster: int | None = None, at: datetime = NOW, **said: Any) -> str:
        """A sighting that is published, in the cluster of another one where that is given."""
        said = {"text": f"Globex told us that Team costs {number} euros per seat from January on."} | said
        sighting_id = put_sighting(self.desk, number, who.person_id, at=at, customer=f"Customer {number}", **said)
        self.place(number, cluster or number)
        return sighting_id

    def place(self, number: int, cluster: int, **more: Any) -> None:
        """Where a sighting stands from now on."""
        bare = Place(
            cluster_id=id_of(cluster), account_key=f"account {number}", deal_key=f"deal {number}", seen_first_at=None,
            theme="", others=0, has_page=False,
        )  # fmt: skip
        self.places[id_of(number)] = replace(bare, **more)

    def settle(self, days: float = 0) -> Settled:
        """Credits what is due so many days later."""
        now = NOW + timedelta(days=days)
        since = now - timedelta(days=181)
        return credit(self.desk, self.workspace, self.places, since=since, earliest=since, now=now)

    def review(self, number: int, word: Any, days: float = 0) -> None:
        with self.desk.writing() as c:
            reviews.record(c, id_of(number), word, by=self.paula, now=NOW + timedelta(days=days))

    def decide(self, number: int, days: float = 0, **more: Any) -> str:
        with self.desk.writing() as c:
            said: dict[str, Any] = {
                "kind": "build",
                "because": "Three asked for it.",
                "sightings": [id_of(number)],
                "by": self.paula,
            }
            return decisions.decide(
                c, item_id=id_of(number), score=None, rules_version=None,
                now=NOW + timedelta(days=days), **said | more,
            )  # fmt: skip

    def has(self, who: Person) -> tuple[int, int]:
        """Pending and earned."""
        with self.desk.reading() as c:
            balances = ledger.balances(c, who.person_id)
        return balances.pending, balances.earned

    def credits(self, number: int) -> list[tuple[str, int, str]]:
        """Rule, points and state of all that is or was promised for a sighting."""
        with self.desk.reading() as c:
            return [(str(one.entry.rule), one.points, one.state) for one in ledger.held(c, [id_of(number)])]

    def steps(self, number: int) -> dict[str, tuple[str, str]]:
        """By kind, title and words of its receipt, for its reporter."""
        with self.desk.reading() as c:
            row = sightings.sighting(c, id_of(number))
            receipt = sightings.receipt(c, id_of(number), reader_id=row.person_id)
        return {step.kind: (step.title, step.detail) for step in receipt.steps}

    def written(self) -> tuple[int, int]:
        """How many entries the ledger has, and how many events there are; and it verifies."""
        with self.desk.reading() as c:
            assert verify(c, None).faults == ()
            return len(ledger.entries(c)), sightings.last_event_id(c)
