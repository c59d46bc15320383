"""Brings the ledger and the receipts to what the reward rules say is due: what is to be done, and the doing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
        problem: Why nothing was credited; empty where it could be.
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
    steps: list[tuple[str, EventKind, dict[str, Any]]] = field(default_factory=list)
    still_waiting: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.undo or self.bring or self.promise or self.steps)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a plan is made of, beside what is due.

    Attributes:
        sightings: All that the rules were shown, and those of erased people.
        settled_before: Sightings that were received before this are settled for good.
        entries: The ledger.
        told: What receipts tell: by sighting and kind, and for credits by rule, the newest event.
        left: Points of the quarter's budget that nobody was promised; None where it is still to be funded.
        now: The time.
    """

    sightings: Sequence[Contribution]
    settled_before: datetime
    entries: Sequence[Entry]
    told: Mapping[tuple[str, str, str], Event]
    left: int | None
    now: datetime


def plan(known: Known, awards: Collection[Award], places: Mapping[str, Place], rules: Rules) -> Plan:
    """What is to be done so that ledger and receipts say what is due; pure."""
    made = Plan()
    seen = {one.sighting_id: one for one in known.sightings}
    holds: dict[_Key, list[Held]] = defaultdict(list)
    for one in fold.held(known.entries):
        holds[_key_of(one)].append(one)
    wanted = {(one.rule, one.stage, one.sighting_id): one for one in awards if one.state != "nothing"}
    for key, those in holds.items():
        if (award := wanted.get(key)) is None or not _is_open(seen[key[2]], known):
            made.undo += [(one, why) for one in those if (why := _why_undone(one, seen.get(key[2]), known, rules))]
    for key, award in wanted.items():
        if _is_open(seen[award.sighting_id], known):
            _plan_award(made, award, holds.get(key, []), known, rules)
    made.promise.sort(key=lambda one: (one[0].state != "earned", seen[one[0].sighting_id].received_at, one[0].rule))
    for one in known.sightings:
        if _is_open(one, known) and one.sighting_id in places and _may_be_seen(one):
            made.steps += _steps(one.sighting_id, places[one.sighting_id], known)
    made.steps += [
        (one.sighting_id, "credited", _detail(one, "nothing"))
        for one in awards
        if one.state == "nothing"
        and _is_open(seen[one.sighting_id], known)
        and _may_be_seen(seen[one.sighting_id])
        and _differs(known, one.sighting_id, "credited", _detail(one, "nothing"))
    ]
    return made


def _plan_award(made: Plan, award: Award, holds: Sequence[Held], known: Known, rules: Rules) -> None:
    """What one award takes. What was paid stays as it was made; what was only promised follows the facts."""
    live = [one for one in holds if one.state != "nothing"]
    if live:
        newest = live[-1]
        is_promise = newest.entry.kind == "hold" and newest.state == "pending"
        if not is_promise or newest.points == award.points or newest.entry.rules_version != rules.version:
            if newest.state != award.state:
                made.bring.append((newest, award))
            elif _differs(known, award.sighting_id, "credited", _detail(award, award.state, newest.points)):
                made.steps.append((award.sighting_id, "credited", _detail(award, award.state, newest.points)))
            return
        made.undo.append((newest, "other_points"))
    if not live and known.left is not None and known.left < award.points:
        waits = _detail(award, "waits")
        if not _differs(known, award.sighting_id, "credited", waits):
            made.still_waiting += 1
            return
    again = next((one for one in holds if one.points == award.points and one.state == "nothing"), None)
    if again is not None or (holds and award.points < 0):
        made.bring.append((again or holds[-1], award))
    else:
        made.promise.append((award, award.stage if not holds else f"{award.stage}-{len(holds) + 1}"))


def _is_open(one: Contribution, known: Known) -> bool:
    """Whether anything about it can still change."""
    return not one.is_erased and one.received_at >= known.settled_before


def _may_be_seen(one: Contribution) -> bool:
    return one.gate == "cleared" and not one.is_withdrawn


def _why_undone(held: Held, one: Contribution | None, known: Known, rules: Rules) -> str:
    """The word for why a hold is not due any more; empty where it stays as it is."""
    if held.state == "nothing":
        return ""
    if held.state == "pending":
        return _reason(one, known)
    if one is None or not _is_open(one, known):
        return ""  # what was paid long ago, or to somebody who was erased, stays
    paid_at = max(
        (entry.at for entry in known.entries if entry.kind == "post" and entry.refers_to == held.entry.entry_id),
        default=held.entry.at,
    )
    return _reason(one, known) if known.now - paid_at <= timedelta(days=rules.rewards.clawback_days) else ""


def _reason(one: Contribution | None, known: Known) -> str:
    if one is None or (not one.is_erased and one.received_at < known.settled_before):
        return "too_old"
    if one.is_erased:
        return "erased"
    if one.is_withdrawn:
        return "withdrawn"
    if one.gate != "cleared":
        return "held_back"
    return {"fabricated": "fabricated", "wrong": "wrong", "context": "context", None: "not_reviewed"}.get(
        one.review, "others_first"
    )


def _steps(sighting_id: str, place: Place, known: Known) -> Iterable[tuple[str, EventKind, dict[str, Any]]]:
    beside: dict[str, Any] = {
        "cluster": place.cluster_id,
        "others": results.counted(place.others),
        "page": place.has_page,
    }
    if _differs(known, sighting_id, "clustered", beside):
        yield sighting_id, "clustered", beside
    linked = known.told.get((sighting_id, "linked", ""))
    by_a_person = linked is not None and "decision_id" in linked.detail
    if place.theme and not by_a_person and _differs(known, sighting_id, "linked", {"theme": place.theme}):
        yield sighting_id, "linked", {"theme": place.theme}


def _differs(known: Known, sighting_id: str, kind: str, detail: Mapping[str, Any]) -> bool:
    told = known.told.get((sighting_id, kind, str(detail.get("rule", ""))))
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


def carry_out(c: Connection, made: Plan, *, quarter: str, rules: Rules, now: datetime) -> Settled:
    """Does what was planned: takes back first, so that the budget has those points again; then promises and pays."""
    settled = Settled(waiting=made.still_waiting)
    for held, why in made.undo:
        settled.taken_back += bool(
            ledger.bring(c, held.entry.entry_id, "nothing", reason={"why": why}, by=None, now=now)
        )
    for held, award in made.bring:
        try:
            ledger.bring(c, held.entry.entry_id, _state(award), reason={"why": "due"}, by=None, now=now)
        except BudgetError:
            _wait(c, award, settled, now)
        else:
            _tell(c, award, settled, now, points=held.points)
    for award, stage in made.promise:
        try:
            _write(c, award, stage, quarter=quarter, rules=rules, now=now)
        except BudgetError:
            _wait(c, award, settled, now)
        else:
            _tell(c, award, settled, now)
    for sighting_id, kind, detail in made.steps:
        sighting_log.record(c, sighting_id, kind, by=None, now=now, **detail)
    settled.events += len(made.steps)
    return settled


def _write(c: Connection, award: Award, stage: str, *, quarter: str, rules: Rules, now: datetime) -> None:
    reason = {
        "sentence": award.sentence,
        "terms": [[one.name, str(one.factor), one.because] for one in award.terms],
    }
    about: dict[str, Any] = {
        "rule": award.rule, "stage": stage, "sighting_id": award.sighting_id, "person_id": award.person_id,
        "rules_version": rules.version, "reason": reason, "quarter": quarter, "by": None, "now": now,
    }  # fmt: skip
    if award.points < 0:
        ledger.charge(c, points=-award.points, **about)
        return
    hold = ledger.hold(c, points=award.points, **about)
    ledger.bring(c, hold.entry_id, _state(award), reason={"why": "due"}, by=None, now=now)


def _state(award: Award) -> fold.AwardState:
    return "earned" if award.points < 0 else award.state


def _wait(c: Connection, award: Award, settled: Settled, now: datetime) -> None:
    settled.waiting += 1
    _record(c, award, _detail(award, "waits"), settled, now)


def _tell(c: Connection, award: Award, settled: Settled, now: datetime, points: int | None = None) -> None:
    settled.charged += award.points < 0
    settled.paid += award.points > 0 and award.state == "earned"
    settled.promised += award.state == "pending"
    _record(c, award, _detail(award, award.state, points), settled, now)


def _record(c: Connection, award: Award, detail: Mapping[str, Any], settled: Settled, now: datetime) -> None:
    sighting_log.record(c, award.sighting_id, "credited", by=None, now=now, **detail)
    settled.events += 1
