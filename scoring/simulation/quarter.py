"""One simulated quarter: a company of honest reps and cheats, and what the rules pay each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import numpy as np

from detente.rules import Rules
from scoring.rewards import Award, SightingFacts, Standing, due, flags, standing
from scoring.rewards.suspicion import cool_downs, needs_second_look, suspicion
from scoring.simulation import strategies
from scoring.simulation.assumptions import Assumptions
from scoring.simulation.reviewers import Reviewers
from scoring.simulation.strategies import Scene, Strategy
from scoring.simulation.world import Rep, make_world

# a quarter of whole weeks that ends with the calendar's
START = datetime(2025, 12, 29, tzinfo=UTC)
# until everything has been looked at
_AFTER = 5
_ALL_WEEKS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A strategy and who follows it.

    Attributes:
        name: As printed.
        acts: What they send in a week.
        is_honest: Whether it is the measure of the others.
        circles: How many such circles there are in the company.
        size: Accounts of one circle.
        deals: Competitive deals of each; 0 stands for a large territory.
        owners: How many people use those accounts; 0 for one each.
        is_added: Whether those do honest work besides, and what cheating adds is measured.
    """

    name: str
    acts: Strategy
    is_honest: bool = False
    circles: int = 2
    size: int = 1
    deals: int = 0
    owners: int = 0
    is_added: bool = False


KINDS: tuple[Kind, ...] = (
    Kind(name="honest, large territory", acts=strategies.honest, is_honest=True, circles=6),
    Kind(name="honest, small territory", acts=strategies.honest, is_honest=True, circles=6, deals=3),
    Kind(name="honest, part-time", acts=strategies.honest, is_honest=True, circles=2, deals=5),
    Kind(name="spammer", acts=strategies.spammer),
    Kind(name="inventor", acts=strategies.inventor),
    Kind(name="inventor, forged files", acts=strategies.forger),
    Kind(name="splitter", acts=strategies.splitter, is_added=True),
    Kind(name="splitter over weeks", acts=strategies.slow_splitter, is_added=True),
    Kind(name="splitter over deals", acts=strategies.deal_splitter, is_added=True),
    Kind(name="copier of public pages", acts=strategies.copier),
    Kind(name="hoarder", acts=strategies.hoarder),
    Kind(name="hoarder, lying", acts=strategies.lying_hoarder),
    Kind(name="hoarder, lying, rolling", acts=strategies.rolling_hoarder),
    Kind(name="pair inventing", acts=strategies.inventing_pair, size=2),
    Kind(name="ring inventing", acts=strategies.inventing_ring, size=4, circles=1),
    Kind(name="sybil inventing", acts=strategies.sybil_stories, size=3, owners=1),
    Kind(name="inventor, else honest", acts=strategies.embellisher, is_added=True),
    Kind(name="pair echoing", acts=strategies.echoing_pair, size=2, is_added=True),
    Kind(name="pair echoing at times", acts=strategies.careful_pair, size=2, circles=4, is_added=True),
    Kind(name="ring echoing", acts=strategies.echoing_ring, size=4, circles=1, is_added=True),
    Kind(name="sybil echoing", acts=strategies.sybil_echo, size=3, owners=1, is_added=True),
    Kind(name="claim-staker", acts=strategies.claim_staker),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Earned:
    """What one strategy came to in one quarter.

    Attributes:
        kind: The strategy's name.
        people: Who followed it, lent accounts not counted.
        sightings: What they sent.
        points: What they have at the end.
        hours: What it took them.
        added_points: By how much cheating raised their points; the points themselves where all was cheating.
        added_hours: What the cheating took.
        deals: Competitive deals that they had.
        standing: Their mean score of standing.
    """

    kind: str
    people: int
    sightings: int
    points: int
    hours: float
    added_points: int
    added_hours: float
    deals: int
    standing: float


def run_quarter(rules: Rules, seed: int, weeks: int, assumed: Assumptions) -> list[Earned]:
    """One quarter by a seed: the same for the same arguments."""
    # the market and the honest reps are not moved by what a cheat draws
    world_rng, act_rng, review_rng = (np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(3))
    company = _company(assumed)
    reps = [rep for circles in company.values() for circle in circles for rep in circle]
    world = make_world(reps, START, weeks, assumed, world_rng)
    scene = Scene(
        world=world,
        assumed=assumed,
        rng=act_rng,
        weekly_cap=rules.rewards.weekly_cap,
        number=count(1),
        told=[],
    )
    reviewers = Reviewers(assumed=assumed, rng=review_rng, world=world)
    for week in range(weeks + _AFTER):
        if week < weeks:
            _send(scene, reviewers, company, rules, week)
        _look(scene, reviewers, rules, week)
    now = scene.monday(weeks + _AFTER)
    return _results(scene, company, rules, now)


def _company(assumed: Assumptions) -> dict[str, list[list[Rep]]]:
    """By strategy, its circles; the accounts of one lie in different teams, as a circle would choose them."""
    company: dict[str, list[list[Rep]]] = {}
    number = count()
    for kind in KINDS:
        company[kind.name] = [
            [_rep(kind, circle, place, next(number), assumed) for place in range(kind.size)]
            for circle in range(kind.circles)
        ]
    return company


def _rep(kind: Kind, circle: int, place: int, number: int, assumed: Assumptions) -> Rep:
    person = f"p{number:02d}"
    return Rep(
        person_id=person,
        owner=f"{kind.name}-{circle}" if kind.owners else person,
        strategy=kind.name,
        manager_id=f"m{number % 5}",
        deals=kind.deals or round(assumed.large_territory),
    )


def _send(scene: Scene, reviewers: Reviewers, company: Mapping[str, list[list[Rep]]], rules: Rules, week: int) -> None:
    """What everybody sends in a week; nobody sends what a cool-down leaves unpaid."""
    now = scene.monday(week)
    found = suspicion([telling.facts(scene.world, now) for telling in scene.told])
    cooling = {person for person, times in found.by_person.items() if cool_downs(times, rules.rewards)[-1][1] > now}
    for kind in KINDS:
        for circle in company[kind.name]:
            sent = kind.acts(scene, circle, week)
            if not kind.is_honest:
                sent = [telling for telling in sent if telling.rep.person_id not in cooling]
            reviewers.receive(sent)
            scene.told += sent


def _look(scene: Scene, reviewers: Reviewers, rules: Rules, week: int) -> None:
    """What reviewers do at the end of a week."""
    now = START + timedelta(days=7 * (week + 1))
    here = [telling for telling in scene.told if telling.at <= now]
    reviewers.review(here, now)
    reviewers.decide(here, now)
    reviewers.call_back(here, now - timedelta(days=7), now)
    facts = [telling.facts(scene.world, now) for telling in here]
    by_id = {telling.telling_id: telling for telling in here}
    found = suspicion(facts)
    for each in facts:
        if each.review == "verified" and needs_second_look(each, found, rules.rewards):
            reviewers.look_again(by_id[each.sighting_id], now + timedelta(days=3))
    if week % _ALL_WEEKS == _ALL_WEEKS - 1:
        reviewers.follow(flags(facts, due(facts, rules, now, UTC), rules.rewards), by_id, now)


def _results(scene: Scene, company: Mapping[str, list[list[Rep]]], rules: Rules, now: datetime) -> list[Earned]:
    facts = [telling.facts(scene.world, now) for telling in scene.told if telling.at <= now]
    awards = due(facts, rules, now, UTC)
    points = _points(awards, facts)
    alone = _points_of_the_honest_work(scene, rules, now)
    handled = {person: len(deals) for person, deals in scene.world.handled.items()}
    placed = standing(awards, handled, {}, rules.rewards)
    return [_earned(kind, company[kind.name], scene, points, alone, handled, placed) for kind in KINDS]


def _earned(
    kind: Kind,
    circles: Sequence[Sequence[Rep]],
    scene: Scene,
    points: Mapping[str, int],
    alone: Mapping[str, int],
    handled: Mapping[str, int],
    placed: Sequence[Standing],
) -> Earned:
    people = {rep.person_id for circle in circles for rep in circle}
    sent = [telling for telling in scene.told if telling.rep.person_id in people]
    total = sum(points.get(person, 0) for person in people)
    honest = sum(alone.get(person, 0) for person in people) if kind.is_added else 0
    added = [telling for telling in sent if telling.is_extra] if kind.is_added else sent
    scores = [each.score for each in placed if each.person_id in people]
    return Earned(
        kind=kind.name,
        people=len({rep.owner for circle in circles for rep in circle}),
        sightings=len(sent),
        points=total,
        hours=sum(telling.minutes for telling in sent) / 60,
        added_points=total - honest,
        added_hours=sum(telling.minutes for telling in added) / 60,
        deals=sum(handled.get(person, 0) for person in people),
        standing=float(np.mean(scores)) if scores else 0.0,
    )


def _points_of_the_honest_work(scene: Scene, rules: Rules, now: datetime) -> dict[str, int]:
    """What everybody would have if nobody had sent what is extra: the honest work's own first reviews."""
    work = [telling for telling in scene.told if telling.at <= now and not telling.is_extra]
    facts = [replace(telling, cluster=telling.cluster).facts(scene.world, now) for telling in work]
    return _points(due(facts, rules, now, UTC), facts)


def _points(awards: Sequence[Award], facts: Sequence[SightingFacts]) -> dict[str, int]:
    """By person, what the ledger would hold: in order of time, a charge takes no more than there is."""
    times = {each.sighting_id: each.reviewed_at or each.received_at for each in facts}
    held: dict[str, int] = defaultdict(int)
    for award in sorted(awards, key=lambda each: (times[each.sighting_id], each.sighting_id, each.rule)):
        if award.state == "earned":
            held[award.person_id] = max(0, held[award.person_id] + award.points)
    return held
