"""A sales team and its market: who hears what, and when the crawler reads it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from numpy.random import Generator

from scoring.simulation.assumptions import Assumptions

COMPETITORS = ("globex", "initech", "hooli", "umbrella", "wonka")


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """Something true about a competitor.

    Attributes:
        truth_id: Which.
        competitor: About whom.
        since: When it could first be heard.
        is_own: An offer to one account, which nobody else hears.
        public_at: When it stands on a page; None if never.
        crawled_at: When the crawler has read it there; None if that page is not watched from the start.
        site: Which of the unwatched sites it stands on; None for all else.
        is_dated: Whether that site says when it was published.
    """

    truth_id: str
    competitor: str
    since: datetime
    is_own: bool
    public_at: datetime | None
    crawled_at: datetime | None
    site: int | None = None
    is_dated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rep:
    """A rep; an account of a cheat's is one, too.

    Attributes:
        person_id: Who.
        owner: Whose points and hours these are: for lent accounts, the one who uses them.
        strategy: How they report.
        manager_id: Whose team.
        deals: Competitive deals at a time.
    """

    person_id: str
    owner: str
    strategy: str
    manager_id: str
    deals: int

    def deal(self, position: int, week: int, weeks: int) -> tuple[str, str]:
        """The deal in that place in a week, and its competitor; places turn over at different times."""
        turn = (week + position) // weeks
        number = sum(map(ord, self.person_id)) + 7 * position + 3 * turn
        return f"{self.person_id}-{position}-{turn}", COMPETITORS[number % len(COMPETITORS)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hearing:
    """A rep hears something in a deal."""

    rep: Rep
    deal: str
    truth: Truth
    at: datetime


@dataclass(kw_only=True, slots=True)
class World:
    """All that happens, before anybody reports it.

    Attributes:
        start: Its first Monday.
        weeks: How long it lasts.
        truths: What is true in the market.
        hearings: By person, what they hear, in order.
        handled: By person, the deals they had.
        watched: By site, since when it is watched: from the day a reviewer came upon it.
    """

    start: datetime
    weeks: int
    truths: list[Truth] = field(default_factory=list)
    hearings: dict[str, list[Hearing]] = field(default_factory=lambda: defaultdict(list))
    handled: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    watched: dict[int, datetime] = field(default_factory=dict)

    def crawled_at(self, truth: Truth, now: datetime) -> datetime | None:
        """Since when a truth is known to stand on a page: for a site found later, the date that the page gives."""
        if truth.site is not None and truth.public_at is not None:
            read_at = max(truth.public_at, self.watched.get(truth.site, now)) + timedelta(hours=12)
            return (truth.public_at if truth.is_dated else read_at) if read_at <= now else None
        return truth.crawled_at if truth.crawled_at is not None and truth.crawled_at <= now else None


def make_world(reps: list[Rep], start: datetime, weeks: int, assumed: Assumptions, rng: Generator) -> World:
    """A world by the assumptions; the same for the same generator state."""
    world = World(start=start, weeks=weeks)
    before = round(assumed.hears_for_weeks)  # what is talked about on the first day began earlier
    for week in range(-before, weeks):
        for _ in range(int(rng.poisson(assumed.market_facts_a_week))):
            world.truths.append(_move(f"m{len(world.truths)}", start + timedelta(days=7 * week), assumed, rng))
    for rep in reps:
        for week in range(weeks):
            for position in range(rep.deals):
                _listen(world, rep, week, position, assumed, rng)
        world.hearings[rep.person_id].sort(key=lambda each: each.at)
    return world


def _move(truth_id: str, monday: datetime, assumed: Assumptions, rng: Generator) -> Truth:
    since = monday + timedelta(days=float(rng.uniform(0, 7)))
    kind = rng.random()
    public_at = crawled_at = site = None
    if kind < assumed.watched_share + assumed.unwatched_share:
        lead = float(rng.uniform(0, assumed.leak_days)) if rng.random() < assumed.leak_share else 0.0
        public_at = since + timedelta(days=lead)
        if kind < assumed.watched_share:
            crawled_at = public_at + timedelta(hours=float(rng.uniform(0, assumed.crawl_hours)))
        else:
            site = int(rng.integers(round(assumed.unwatched_sites)))
    return Truth(
        truth_id=truth_id,
        competitor=COMPETITORS[int(rng.integers(len(COMPETITORS)))],
        since=since,
        is_own=False,
        public_at=public_at,
        crawled_at=crawled_at,
        site=site,
        is_dated=site is not None and rng.random() < assumed.dated_share,
    )


def _listen(world: World, rep: Rep, week: int, position: int, assumed: Assumptions, rng: Generator) -> None:
    """What one deal tells in one week."""
    deal, competitor = rep.deal(position, week, round(assumed.deal_weeks))
    world.handled[rep.person_id].add(deal)
    monday = world.start + timedelta(days=7 * week)
    at = monday + timedelta(days=int(rng.integers(5)), hours=float(rng.uniform(8, 17)))
    reach = timedelta(weeks=assumed.hears_for_weeks)
    known = {each.truth.truth_id for each in world.hearings[rep.person_id]}
    for truth in world.truths:
        is_talked_about = truth.competitor == competitor and truth.since <= at < truth.since + reach
        if is_talked_about and rng.random() < assumed.hears_market and truth.truth_id not in known:
            world.hearings[rep.person_id].append(Hearing(rep=rep, deal=deal, truth=truth, at=at))
    if rng.random() < assumed.hears_own:
        truth = Truth(
            truth_id=f"{deal}-w{week}",
            competitor=competitor,
            since=at,
            is_own=True,
            public_at=None,
            crawled_at=None,
        )
        world.hearings[rep.person_id].append(Hearing(rep=rep, deal=deal, truth=truth, at=at))
