"""Random steps, done on a ledger and on the model of it: both must come to the same.

Run as a program it goes on from where another process stopped, one transaction per step, until it is killed; after each
commit it says so.
"""

from __future__ import annotations

import pickle
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk_rows import id_of
from ledger_model import Model
from set_clock import SetClock
from sqlalchemy import Connection, func, select

from desk.database import Desk
from desk.rewarding import ledger
from desk.schema import ledger_entry, ledger_posting
from detente.errors import BudgetError, LedgerError, NotAllowedError

QUARTERS = ("2026-Q4", "2027-Q1")
REPS = 5
SIGHTINGS = 400
NOW = SetClock().now()
Step = tuple[str, tuple[Any, ...]]


@dataclass
class Machine:
    """The model, the people, the dice, and what was done so far."""

    admin: str
    reps: list[str]
    dice: random.Random
    model: Model = field(default_factory=Model)
    done: list[Step] = field(default_factory=list)

    def next(self) -> Step:
        """What is done next; at times something that was done before."""
        if self.done and self.dice.random() < 0.12:
            step = self.dice.choice(self.done)
        else:
            names = ("fund", "hold", "settle", "reverse", "bring", "charge", "redeem")
            # nothing can be done before there is a first entry
            [name] = ["fund"] if not self.model.roots else self.dice.choices(names, weights=(3, 34, 20, 16, 12, 4, 8))
            step = (name, getattr(self, f"_{name}")())
        self.done.append(step)
        return step

    def expected(self, step: Step) -> int | str:
        name, words = step
        return getattr(self.model, name)(*words)

    def step(self, c: Connection) -> None:
        """One step on both."""
        step = self.next()
        found = done(c, step)
        expected = self.expected(step)
        assert expected == found, (step, expected, found)

    def _fund(self) -> tuple[Any, ...]:
        by = self.admin if self.dice.random() < 0.9 else self.reps[0]
        return self.dice.choice(QUARTERS), f"k{self.dice.randrange(200)}", self.dice.randint(1, 60), by

    def _hold(self) -> tuple[Any, ...]:
        number = self.dice.randrange(SIGHTINGS)
        by = self._rep(number) if self.dice.random() < 0.05 else None
        return id_of(number), self._rep(number), self.dice.choice(QUARTERS), self.dice.randint(1, 9), by

    def _settle(self) -> tuple[Any, ...]:
        by = self.dice.choice(self.reps) if self.dice.random() < 0.1 else None
        return self.dice.choice(("post", "post", "void")), self._entry("hold"), by

    def _reverse(self) -> tuple[Any, ...]:
        return self._entry(""), self.admin if self.dice.random() < 0.9 else self.dice.choice([None, *self.reps])

    def _bring(self) -> tuple[Any, ...]:
        return self._entry(self.dice.choice(("hold", "hold", "hold", "charge"))), self.dice.choice(
            ("pending", "earned", "nothing")
        )

    def _charge(self) -> tuple[Any, ...]:
        number = self.dice.randrange(SIGHTINGS)
        return id_of(number), self._rep(number), self.dice.choice(QUARTERS), self.dice.randint(1, 12)

    def _redeem(self) -> tuple[Any, ...]:
        by = self.admin if self.dice.random() < 0.95 else self.reps[0]
        return self.dice.choice(self.reps), f"v{self.dice.randrange(2000)}", self.dice.randint(1, 12), by

    def _rep(self, number: int) -> str:
        return self.reps[number % REPS]

    def _entry(self, kind: str) -> int:
        """Mostly one of the newest of that kind, so that chains become long; at times any."""
        known = self.model.roots
        fitting = [entry for entry, root in known.items() if not kind or (root.kind == kind and entry == root.chain[0])]
        if not fitting or self.dice.random() < 0.03:
            fitting = list(known)
        return self.dice.choice(fitting[-40:] if self.dice.random() < 0.6 else fitting)


def done(c: Connection, step: Step) -> int | str:
    """A step on the ledger: the number of its entry, or the word for why it was refused."""
    name, words = step
    try:
        return _STEPS[name](c, *words)
    except BudgetError:
        return "too few"
    except LedgerError:
        return "refused"
    except NotAllowedError:
        return "not allowed"


def _hold(c: Connection, sighting: str, person: str, quarter: str, points: int, by: str | None) -> int:
    return ledger.hold(
        c, rule="new", stage="verified", sighting_id=sighting, person_id=person, points=points, rules_version=1,
        reason={"factor": 0.8}, quarter=quarter, by=by, now=NOW,
    ).entry_id  # fmt: skip


def _charge(c: Connection, sighting: str, person: str, quarter: str, points: int) -> int:
    return ledger.charge(
        c, sighting_id=sighting, person_id=person, points=points, rules_version=1, reason={}, quarter=quarter, by=None,
        now=NOW,
    ).entry_id  # fmt: skip


def _bring(c: Connection, hold: int, wanted: Any) -> int:
    made = ledger.bring(c, hold, wanted, reason={}, by=None, now=NOW)
    return made[-1].entry_id if made else 0


_STEPS: dict[str, Any] = {
    "fund": lambda c, quarter, key, points, by: ledger.fund(c, quarter, points, by=by, now=NOW, key=key).entry_id,
    "hold": _hold,
    "settle": lambda c, kind, hold, by: (
        {"post": ledger.post, "void": ledger.void}[kind](c, hold, by=by, now=NOW).entry_id
    ),
    "reverse": lambda c, entry, by: ledger.reverse(c, entry, reason={}, by=by, now=NOW).entry_id,
    "bring": _bring,
    "charge": _charge,
    "redeem": lambda c, person, key, points, by: (
        ledger.redeem(c, person, points, key=key, by=by, now=NOW, quarter="2026-Q4").entry_id
    ),
}


def standing(c: Connection) -> tuple[int, dict[str, int]]:
    """How many entries there are, and what stands on each account that is not empty."""
    count = c.execute(select(func.count()).select_from(ledger_entry)).scalar_one()
    sums = select(ledger_posting.c.account, func.sum(ledger_posting.c.points)).group_by(ledger_posting.c.account)
    return count, {account: int(points) for account, points in c.execute(sums) if points}


def expected_standing(model: Model) -> tuple[int, dict[str, int]]:
    """The same by the model."""
    return model.count, {account: points for account, points in model.balances.items() if points}


def main(data: Path, url: str, kept: Path) -> None:
    """Goes on from where the kept machine stands."""
    machine: Machine = pickle.loads(kept.read_bytes())
    desk = Desk.open(data, url, SetClock())
    while True:
        with desk.writing() as c:
            machine.step(c)
        sys.stdout.write(".")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
