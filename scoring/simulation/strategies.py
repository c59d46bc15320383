"""How reps report: honestly, and every way to cheat that we could think of, each in its strongest form.

Nobody sends while a cool-down lasts, since it would be work for nothing; and whoever makes things up sends no more than
the caps can pay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from numpy.random import Generator

from scoring.simulation.assumptions import Assumptions
from scoring.simulation.tellings import Nature, Telling
from scoring.simulation.world import COMPETITORS, Hearing, Rep, Truth, World


@dataclass(kw_only=True, slots=True)
class Scene:
    """What a strategy can see and use in one week.

    Attributes:
        world: What happens.
        assumed: What things cost.
        rng: Chance.
        number: Gives every telling its own id.
        weekly_cap: How many are paid a week.
        told: What has been sent so far, by all.
    """

    world: World
    assumed: Assumptions
    rng: Generator
    weekly_cap: int
    number: Iterator[int]
    told: list[Telling]

    def monday(self, week: int) -> datetime:
        """The first day of a week."""
        return self.world.start + timedelta(days=7 * week)

    def some_time(self, week: int, day: int | None = None) -> datetime:
        """A working hour of a week."""
        on = int(self.rng.integers(5)) if day is None else day
        return self.monday(week) + timedelta(days=on, hours=float(self.rng.uniform(8, 17)))

    def heard(self, rep: Rep, week: int) -> list[Hearing]:
        """What a rep hears in a week."""
        start, end = self.monday(week), self.monday(week + 1)
        return [each for each in self.world.hearings[rep.person_id] if start <= each.at < end]


Strategy = Callable[[Scene, Sequence[Rep], int], list[Telling]]


def honest(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Tells most of what is heard, within days, and where it was heard."""
    return [
        _true(scene, hearing)
        for rep in reps
        for hearing in scene.heard(rep, week)
        if scene.rng.random() < scene.assumed.tells
    ]


def spammer(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Fifteen vague lines a week: there is always something that a competitor might do."""
    return [
        _false(scene, rep, "spam", scene.some_time(week), minutes=scene.assumed.spams)
        for rep in reps
        for _ in range(15)
    ]


def inventor(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Makes up as many stories as can be paid, each in a deal of its own."""
    return _stories(scene, reps, week, "invented", scene.assumed.invents)


def forger(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """The same with doctored screenshots."""
    return _stories(scene, reps, week, "forged", scene.assumed.invents + scene.assumed.forges)


def splitter(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Cuts each finding into five, one a day from the same deal."""
    return _split(scene, reps, week, days=1, deals=1)


def slow_splitter(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Cuts each finding into five, one every eight days, each said to be from that day."""
    return _split(scene, reps, week, days=8, deals=1)


def deal_splitter(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Cuts each finding into five, one a day, each said to come from another deal."""
    return _split(scene, reps, week, days=1, deals=5)


def copier(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Has an alert on every page that is not watched, and sends what it brings as the word of a customer."""
    start, end = scene.monday(week), scene.monday(week + 1)
    found = []
    for rep in reps:
        for truth in scene.world.truths:
            is_open = truth.site is not None and truth.site not in scene.world.watched
            if is_open and truth.public_at is not None and start <= truth.public_at < end:
                at = truth.public_at + timedelta(hours=float(scene.rng.uniform(1, 8)))
                found.append(_borrowed(scene, rep, truth, at, "copy", scene.assumed.sifts + scene.assumed.copies))
    return found


def hoarder(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Keeps everything for the last two weeks of the quarter, and says truly when it was heard."""
    return _hoard_to_the_end(scene, reps, week, lies=False)


def lying_hoarder(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """The same, but says that all of it was heard yesterday."""
    return _hoard_to_the_end(scene, reps, week, lies=True)


def rolling_hoarder(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Keeps everything for six weeks, sends it at the rate of the caps, and says that it was heard yesterday."""
    return [
        _late(scene, hearing, hearing.at + timedelta(weeks=6), lies=True)
        for rep in reps
        for hearing in scene.heard(rep, week - 6)
        if scene.rng.random() < scene.assumed.tells
    ]


def claim_staker(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Sends a stub about every competitor every day, and completes it when a colleague is heard to know something."""
    monday = scene.monday(week)
    heard = [each for each in scene.told if each.nature == "true" and each.truth and each.at >= monday]
    return [
        _stub(scene, rep, competitor, monday + timedelta(days=day, hours=7), heard)
        for rep in reps
        for day in range(5)
        for competitor in COMPETITORS
    ]


def inventing_pair(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Two in different teams make up stories by turns, and each confirms the other's from another account."""
    return _agreed_stories(scene, reps, week)


def inventing_ring(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Four in four teams do so in a circle, so that no two confirm each other often."""
    return _agreed_stories(scene, reps, week)


def echoing_pair(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Two report honestly, and each tells the other's findings again as heard in another deal."""
    return _echoes(scene, reps, week, voices=1)


def echoing_ring(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Four report honestly, and two others tell every finding again, by turns."""
    return _echoes(scene, reps, week, voices=2)


def careful_pair(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Two report honestly, and echo each other so seldom that nobody sees a pattern."""
    found = honest(scene, reps, week)
    if week % 2 == 0 and found:
        telling = found[int(scene.rng.integers(len(found)))]
        found.append(_echo(scene, next(rep for rep in reps if rep is not telling.rep), telling))
    return found


def embellisher(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """Reports honestly, and makes up one more thing a week."""
    stories = [_false(scene, rep, "invented", scene.some_time(week), minutes=scene.assumed.invents) for rep in reps]
    return honest(scene, reps, week) + [replace(story, is_extra=True) for story in stories]


def sybil_echo(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """One reports honestly, and tells every finding again from the accounts of two colleagues."""
    mine = [telling for telling in honest(scene, reps[:1], week) if telling.truth is not None]
    return mine + [_echo(scene, rep, telling) for telling in mine for rep in reps[1:3]]


def sybil_stories(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    """One makes up stories, and confirms them from the accounts of colleagues."""
    return _agreed_stories(scene, reps, week)


def _stories(scene: Scene, reps: Sequence[Rep], week: int, nature: Nature, minutes: float) -> list[Telling]:
    return [
        _false(scene, rep, nature, scene.some_time(week, day), minutes=minutes)
        for rep in reps
        for day in range(min(scene.weekly_cap, 5))
    ]


def _agreed_stories(scene: Scene, reps: Sequence[Rep], week: int) -> list[Telling]:
    found = []
    turns = count(week)
    for rep in reps:
        for day in range(min(scene.weekly_cap, 5) // 2 or 1):
            story = replace_backed(
                _false(scene, rep, "invented", scene.some_time(week, day), minutes=scene.assumed.invents)
            )
            others = [other for other in reps if other is not rep]
            other = others[next(turns) % len(others)]
            later = story.at + timedelta(days=float(scene.rng.uniform(0.1, 2)))
            echo = _false(scene, other, "invented", later, minutes=scene.assumed.rewords)
            found += [story, replace(replace_backed(echo), topic=story.topic, competitor=story.competitor)]
    return found


def replace_backed(telling: Telling) -> Telling:
    """The same, with somebody behind it."""
    return replace(telling, is_backed=True)


def _echoes(scene: Scene, reps: Sequence[Rep], week: int, voices: int) -> list[Telling]:
    found = []
    turns = count(week)
    for rep in reps:
        for telling in honest(scene, [rep], week):
            found.append(telling)
            others = [other for other in reps if other is not rep]
            first = next(turns)
            found += [_echo(scene, others[(first + step) % len(others)], telling) for step in range(voices)]
    return found


def _echo(scene: Scene, rep: Rep, telling: Telling) -> Telling:
    at = telling.at + timedelta(days=float(scene.rng.uniform(0.1, 2)))
    assert telling.truth is not None  # noqa: S101
    echo = _borrowed(scene, rep, telling.truth, at, "echo", scene.assumed.rewords)
    return replace(echo, is_extra=True)


def _true(scene: Scene, hearing: Hearing) -> Telling:
    assumed, rng = scene.assumed, scene.rng
    at = hearing.at + timedelta(days=float(rng.exponential(assumed.delay_days)))
    has_evidence = rng.random() < assumed.brings_evidence
    is_stub = rng.random() < assumed.writes_stub
    return Telling(
        telling_id=f"s{next(scene.number):05d}",
        rep=hearing.rep,
        nature="true",
        truth=hearing.truth,
        topic=hearing.truth.truth_id,
        at=at,
        completed_at=at + timedelta(hours=float(rng.uniform(1, 12))) if is_stub else at,
        observed_on=hearing.at.date(),
        deal=hearing.deal,
        competitor=hearing.truth.competitor,
        has_evidence=has_evidence,
        minutes=assumed.asks + assumed.writes + (assumed.attaches if has_evidence else 0),
    )


def _false(scene: Scene, rep: Rep, nature: Nature, at: datetime, *, minutes: float) -> Telling:
    name = f"s{next(scene.number):05d}"
    return Telling(
        telling_id=name,
        rep=rep,
        nature=nature,
        truth=None,
        topic=f"story-{name}",
        at=at,
        completed_at=at,
        observed_on=at.date(),
        deal=f"{rep.person_id}-said-{name}",
        competitor=COMPETITORS[int(scene.rng.integers(len(COMPETITORS)))],
        has_evidence=nature == "forged",
        minutes=minutes,
    )


def _borrowed(scene: Scene, rep: Rep, truth: Truth, at: datetime, nature: Nature, minutes: float) -> Telling:
    """What somebody else found out, or a page says, as if heard in a deal."""
    return replace(
        _false(scene, rep, nature, at, minutes=minutes),
        truth=truth,
        topic=truth.truth_id,
        competitor=truth.competitor,
    )


def _split(scene: Scene, reps: Sequence[Rep], week: int, *, days: int, deals: int) -> list[Telling]:
    found = []
    for telling in honest(scene, reps, week):
        found.append(telling)
        for part in range(1, 5):
            at = telling.at + timedelta(days=days * part)
            found.append(
                replace(
                    telling,
                    telling_id=f"s{next(scene.number):05d}",
                    nature="piece" if deals == 1 else "moved",
                    topic=f"{telling.topic}-{telling.telling_id}-{part}",
                    at=at,
                    completed_at=at,
                    observed_on=at.date(),
                    deal=telling.deal if deals == 1 else f"{telling.deal}-{part}",
                    minutes=scene.assumed.piece,
                    is_extra=True,
                    decisions=[],
                )
            )
    return found


def _hoard_to_the_end(scene: Scene, reps: Sequence[Rep], week: int, *, lies: bool) -> list[Telling]:
    """All of the quarter, evenly over its last two weeks."""
    if week != scene.world.weeks - 2:
        return []
    return [
        _late(scene, hearing, scene.some_time(week + position // 5 % 2, position % 5), lies=lies)
        for rep in reps
        for position, hearing in enumerate(scene.world.hearings[rep.person_id])
        if hearing.at < scene.monday(week) and scene.rng.random() < scene.assumed.tells
    ]


def _late(scene: Scene, hearing: Hearing, at: datetime, *, lies: bool) -> Telling:
    told = replace(_true(scene, hearing), at=at, completed_at=at)
    return replace(told, observed_on=at.date() - timedelta(days=1), nature="late") if lies else told


def _stub(scene: Scene, rep: Rep, competitor: str, at: datetime, heard: Sequence[Telling]) -> Telling:
    """A stub; completed where a colleague lets out something about that competitor on the same day."""
    stub = replace(
        _false(scene, rep, "echo", at, minutes=scene.assumed.stakes), competitor=competitor, completed_at=None
    )
    for other in heard:
        said = timedelta() <= other.at - at < timedelta(hours=12) and other.competitor == competitor
        if said and other.truth and other.rep.manager_id == rep.manager_id:
            return replace(
                stub,
                truth=other.truth,
                topic=other.truth.truth_id,
                completed_at=other.at + timedelta(hours=4),
                minutes=stub.minutes + scene.assumed.rewords,
            )
    return stub
