"""Brings the ledger and the receipts to what the reward rules say is due: what is to be done, and the doing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from desk.database import Connection
from desk.deciding.contributions import Contribution
from desk.following import results, sighting_log
from desk.following.sighting_log import Event, EventKind
from desk.rewarding import fold, ledger
from desk.rewarding.entries import Entry
from desk.rewarding.fold import Held
from detente.errors import BudgetError
from detente.rules import Rules
from scoring.rewards import Award

Step = tuple[str, EventKind, dict[str, Any]]
_Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a sighting stands among all items, by the newest published file.

    Attributes:
        cluster_id: Its cluster.
        account_key: Its customer, hashed.
        deal_key: Its deal, hashed.
        seen_first_at: When a watched page said the same first; None: none ever did.
        theme: The line of the roadmap that fits best; empty where none fits.
        others: How many other sightings say the same.
        has_page: Whether a watched page says it too.
    """

    cluster_id: str
    account_key: str | None
    deal_key: str | None
    seen_first_at: datetime | None
    theme: str
    others: int
    has_page: bool


@dataclass(kw_only=True, slots=True)
class Settled:
    """What a settling did.

    Attributes:
        promised: How many awards became pending.
        paid: How many were paid.
        taken_back: How many promises and payments were undone.
        charged: How many fabricated sightings were charged.
        waiting: How many awards wait, since the quarter's budget has fewer points left.
        events: How many steps of receipts were written.
        problem: Why nothing was credited, or what went wrong beside it; empty where all went well.
    """

    promised: int = 0
    paid: int = 0
    taken_back: int = 0
    charged: int = 0
    waiting: int = 0
    events: int = 0
    problem: str = ""

    @property
    def sentences(self) -> list[str]:
        """What is worth telling of it."""
        told = [self.problem] if self.problem else []
        if self.waiting:
            what = "1 award waits" if self.waiting == 1 else f"{self.waiting} awards wait"
            told.append(f"{what}: this quarter's points are used up; `detente ledger fund` adds to them")
        return told


@dataclass(kw_only=True, slots=True)
class Plan:
    """What is to be done.

    Attributes:
        undo: Holds and charges that are no longer due, each with the word for why.
        bring: Those that are due, but in another state.
        promise: Awards that are not on the ledger yet, each with the stage that its key is made with.
        steps: Steps of receipts to be written: sighting, kind and detail.
        still_waiting: Awards that wait for budget as before.
    """

    undo: list[tuple[Held, str]] = field(default_factory=list)
    bring: list[tuple[Held, Award]] = field(default_factory=list)
    promise: list[tuple[Award, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    still_waiting: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.undo or self.bring or self.promise or self.steps)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a plan is made of, beside what is due.

    Attributes:
        sightings: All that are new enough to look at, by id.
        places: Where they stand, by id; one that may be seen and is not in here is not published yet, and waits.
        settled_before: Sightings that were received before this are settled for good.
        entries: The ledger.
        told: What receipts tell: by sighting and kind, and for credits by rule, the newest event.
        left: Points of the quarter's budget that nobody was promised; None where it is still to be funded.
        now: The time.
    """

    sightings: Mapping[str, Contribution]
    places: Mapping[str, Place]
    settled_before: datetime
    entries: Sequence[Entry]
    told: Mapping[tuple[str, str, str], Event]
    left: int | None
    now: datetime

    @property
    def paid_at(self) -> Mapping[int, datetime]:
        """By hold, when it was paid last."""
        return {one.refers_to: one.at for one in self.entries if one.kind == "post" and one.refers_to is not None}

    def received_at(self, award: Award) -> datetime:
        """When the award's sighting was received."""
        return self.sightings[award.sighting_id].received_at


def plan(known: Known, awards: Collection[Award], rules: Rules) -> Plan:
    """What is to be done so that ledger and receipts say what is due; pure."""
    made = Plan()
    holds: dict[_Key, list[Held]] = defaultdict(list)
    for one in fold.held(known.entries):
        holds[_key_of(one)].append(one)
    due = [one for one in awards if is_open(known, one.sighting_id)]
    wanted = {(str(one.rule), str(one.stage), one.sighting_id): one for one in due if one.state != "nothing"}
    for key, those in holds.items():
        if key not in wanted:
            made.undo += [(one, why) for one in those if (why := _why_undone(one, known, rules))]
    for_good = _paid_for_good(holds, wanted, made.undo)
    for key, award in wanted.items():
        if (award.stage, award.sighting_id) in for_good and not _is_live(holds.get(key, [])):
            continue
        _plan_award(made, award, holds.get(key, []), known, rules)
    order = [one.name for one in rules.rewards.rules]
    # a charge takes what is there before anything of it goes back to be looked at again
    made.bring.sort(key=lambda one: one[1].points >= 0)
    made.promise.sort(
        key=lambda one: (
            one[0].points >= 0,
            one[0].state != "earned",
            known.received_at(one[0]),
            order.index(one[0].rule),
        )
    )
    for sighting_id, place in known.places.items():
        if is_open(known, sighting_id) and may_be_seen(known, sighting_id):
            made.steps += _steps(sighting_id, place, known)
    for award in due:
        if award.state == "nothing" and may_be_seen(known, award.sighting_id):
            made.steps += _told(known, award, _detail(award, "nothing"))
    return made


def _paid_for_good(
    holds: Mapping[_Key, Sequence[Held]], wanted: Collection[_Key], undone: Sequence[tuple[Held, str]]
) -> set[tuple[str, str]]:
    """Stages of sightings that were paid by a rule that would not pay them now, too long ago to be taken back.

    A cluster that is split or merged afterwards must not pay the same sighting by another rule as well.
    """
    ids = {one.entry.entry_id for one, _ in undone}
    return {
        (stage, sighting_id)
        for (rule, stage, sighting_id), those in holds.items()
        if (rule, stage, sighting_id) not in wanted
        and any(one.state == "earned" and one.points > 0 and one.entry.entry_id not in ids for one in those)
    }


def _is_live(holds: Sequence[Held]) -> bool:
    return any(one.state != "nothing" for one in holds)


def _plan_award(made: Plan, award: Award, holds: Sequence[Held], known: Known, rules: Rules) -> None:
    """What one award takes. What was paid stays as it was made; what was only promised follows the facts."""
    live = [one for one in holds if one.state != "nothing"]
    if live:
        newest = live[-1]
        is_promise = newest.entry.kind == "hold" and newest.state == "pending"
        if not is_promise or newest.points == award.points or newest.entry.rules_version != rules.version:
            if newest.state != award.state:
                made.bring.append((newest, award))
            else:
                made.steps += _told(known, award, _detail(award, award.state, newest.points))
            return
        made.undo.append((newest, "other_points"))
    elif known.left is not None and known.left < award.points and not _differs(known, award, _detail(award, "waits")):
        made.still_waiting += 1
        return
    again = next((one for one in holds if one.state == "nothing" and one.points == award.points), None)
    if again is None and holds and award.points < 0:  # it took what was there, and takes the same again
        again = holds[-1]
    if again is not None:
        made.bring.append((again, award))
    else:
        made.promise.append((award, award.stage if not holds else f"{award.stage}-{len(holds) + 1}"))


def is_open(known: Known, sighting_id: str) -> bool:
    """Whether anything about it can change now."""
    one = known.sightings.get(sighting_id)
    return (
        one is not None
        and not one.is_erased
        and one.received_at >= known.settled_before
        and (sighting_id in known.places or not may_be_seen(known, sighting_id))
    )


def may_be_seen(known: Known, sighting_id: str) -> bool:
    """Whether the gate cleared it and nobody withdrew it."""
    one = known.sightings[sighting_id]
    return one.gate == "cleared" and not one.is_withdrawn


def _why_undone(held: Held, known: Known, rules: Rules) -> str:
    """The word for why a hold is not due any more; empty where it stays as it is."""
    sighting_id = str(held.entry.sighting_id)
    one = known.sightings.get(sighting_id)
    if held.state == "nothing":
        return ""
    if one is None or one.is_erased or one.received_at < known.settled_before:
        # what was paid long ago, or to somebody who was erased, stays
        return "" if held.state == "earned" else "erased" if one is not None and one.is_erased else "too_old"
    if not is_open(known, sighting_id):
        return ""
    if held.state == "earned" and held.entry.kind == "hold":
        paid_at = known.paid_at.get(held.entry.entry_id, held.entry.at)
        if known.now - paid_at > timedelta(days=rules.rewards.clawback_days):
            return ""
    return _word(one)


def _word(one: Contribution) -> str:
    if one.is_withdrawn:
        return "withdrawn"
    if one.gate != "cleared":
        return "held_back"
    return {"verified": "others_first", "fabricated": "fabricated", "wrong": "wrong", "context": "context"}.get(
        one.review or "", "not_reviewed"
    )


def _steps(sighting_id: str, place: Place, known: Known) -> Iterator[Step]:
    beside = {"cluster": place.cluster_id, "others": results.counted(place.others), "page": place.has_page}
    told = known.told.get((sighting_id, "clustered", ""))
    if told is None or told.detail != beside:
        yield sighting_id, "clustered", beside
    linked = known.told.get((sighting_id, "linked", ""))
    by_a_person = linked is not None and "decision_id" in linked.detail
    if place.theme and not by_a_person and (linked is None or linked.detail != {"theme": place.theme}):
        yield sighting_id, "linked", {"theme": place.theme}


def _told(known: Known, award: Award, detail: dict[str, Any]) -> list[Step]:
    return [(award.sighting_id, "credited", detail)] if _differs(known, award, detail) else []


def _differs(known: Known, award: Award, detail: Mapping[str, Any]) -> bool:
    told = known.told.get((award.sighting_id, "credited", award.rule))
    return told is None or told.detail != detail


def _detail(award: Award, state: str, points: int | None = None) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "rule": award.rule,
        "stage": award.stage,
        "state": state,
        "points": award.points if points is None else points,
    }
    return detail | ({"because": award.because_nothing} if state == "nothing" else {})


def _key_of(held: Held) -> _Key:
    entry = held.entry
    return str(entry.rule), str(entry.stage).partition("-")[0], str(entry.sighting_id)


def carry_out(c: Connection, made: Plan, known: Known, *, quarter: str, rules: Rules) -> Settled:
    """Does what was planned: takes back first, so that the budget has those points again; then promises and pays."""
    settled = Settled(waiting=made.still_waiting)
    now = known.now
    for held, why in made.undo:
        ledger.bring(c, held.entry.entry_id, "nothing", reason={"why": why}, by=None, now=now)
        settled.taken_back += 1
    charges = [one for one in made.promise if one[0].points < 0]
    for award, stage in charges:
        _do(made, settled, known, award, lambda a=award, s=stage: _write(c, a, s, quarter, rules, now))  # type: ignore[misc]
    for held, award in made.bring:
        _do(made, settled, known, award, lambda h=held, a=award: _bring(c, h, a, now))  # type: ignore[misc]
    for award, stage in made.promise[len(charges) :]:
        _do(made, settled, known, award, lambda a=award, s=stage: _write(c, a, s, quarter, rules, now))  # type: ignore[misc]
    for sighting_id, kind, detail in made.steps:
        sighting_log.record(c, sighting_id, kind, by=None, now=now, **detail)
    settled.events = len(made.steps)
    return settled


def _do(made: Plan, settled: Settled, known: Known, award: Award, write: Callable[[], int]) -> None:
    """Writes an award, and what its receipt tells of it; what the budget does not hold waits."""
    try:
        points = write()
    except BudgetError:
        settled.waiting += 1
        made.steps += _told(known, award, _detail(award, "waits"))
        return
    settled.charged += award.points < 0
    settled.paid += award.points > 0 and award.state == "earned"
    settled.promised += award.state == "pending"
    if may_be_seen(known, award.sighting_id):  # nothing happens any more to what was withdrawn
        made.steps += _told(known, award, _detail(award, award.state, points))


def _bring(c: Connection, held: Held, award: Award, now: datetime) -> int:
    """Takes what is on the ledger to where it should be; returns its points."""
    why = "due" if award.state == "earned" else "look_again"
    ledger.bring(c, held.entry.entry_id, _state(award), reason={"why": why}, by=None, now=now)
    return held.points


def _write(c: Connection, award: Award, stage: str, quarter: str, rules: Rules, now: datetime) -> int:
    """Puts an award on the ledger that was not there; returns the points that it moved."""
    terms = [[one.name, str(one.factor), one.because] for one in award.terms]
    about: dict[str, Any] = {
        "rule": award.rule, "stage": stage, "sighting_id": award.sighting_id, "person_id": award.person_id,
        "rules_version": rules.version, "reason": {"sentence": award.sentence, "terms": terms}, "quarter": quarter,
        "by": None, "now": now,
    }  # fmt: skip
    if award.points < 0:
        return ledger.charge(c, points=-award.points, **about).postings[0].points
    hold = ledger.hold(c, points=award.points, **about)
    ledger.bring(c, hold.entry_id, _state(award), reason={"why": "due"}, by=None, now=now)
    return award.points


def _state(award: Award) -> fold.AwardState:
    return "earned" if award.points < 0 else award.state
