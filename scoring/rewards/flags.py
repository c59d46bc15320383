"""What a person should look at: patterns that honest work rarely has. A flag takes nothing from anybody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from detente.rules import RewardRules
from scoring.rewards.awards import Award
from scoring.rewards.confirmations import Confirmation, confirmations, rings
from scoring.rewards.facts import SightingFacts

FlagKind = Literal["reciprocity", "ring", "splitting", "copies", "burst", "sandbagging"]

# More than this share of a quarter's sightings in its last tenth is what sitting on them looks like.
_LATE_SHARE = 0.4
_LATE_PART = 0.1
# fewer than this many show no pattern
_LEAST = 5
_PIECES = 3
_COPIES = 3
_BURST = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """Something for a person to look at.

    Attributes:
        kind: Which pattern.
        people: Whose sightings show it.
        why: What was seen, in a sentence with its figures.
        sightings: Those that show it.
    """

    kind: FlagKind
    people: tuple[str, ...]
    why: str
    sightings: tuple[str, ...]


def flags(facts: Sequence[SightingFacts], awards: Sequence[Award], rules: RewardRules) -> list[Flag]:
    """The patterns that a person should look at, over all sightings given.

    Args:
        facts: The sightings; those that are withdrawn or kept apart are left out.
        awards: What is due for them.
        rules: For what is taken for a pattern.

    Returns:
        By kind, then people.
    """
    open_ = [each for each in facts if each.gate == "cleared" and not each.is_withdrawn]
    by_person: dict[str, list[SightingFacts]] = defaultdict(list)
    for each in sorted(open_, key=lambda one: (one.received_at, one.sighting_id)):
        by_person[each.person_id].append(each)
    found = [
        *_circles(open_, awards, rules),
        *_copies(by_person, open_),
        *(flag for person, mine in sorted(by_person.items()) for flag in _of_one(person, mine, rules)),
    ]
    return sorted(found, key=lambda flag: (flag.kind, flag.people, flag.sightings))


def _of_one(person: str, mine: Sequence[SightingFacts], rules: RewardRules) -> Iterator[Flag]:
    yield from _splitting(person, mine, rules)
    yield from _bursts(person, mine)
    yield from _sandbagging(person, mine)


def _circles(facts: Sequence[SightingFacts], awards: Sequence[Award], rules: RewardRules) -> Iterator[Flag]:
    """People whose credit comes from confirming each other."""
    earned: Counter[str] = Counter()
    for award in awards:
        if award.points > 0:
            earned[award.person_id] += award.points
    confirmed = confirmations(facts, awards)
    for circle in rings(confirmed):
        inside = [each for each in confirmed if each.by in circle and each.of in circle]
        times = len(inside)
        mutual = sum(each.points for each in inside)
        total = sum(earned[person] for person in circle)
        # a pair needs as many as the rules say, a larger circle as many more for each further person
        if (
            times < rules.reciprocity_times * (len(circle) - 1)
            or not total
            or mutual <= rules.reciprocity_share * total
        ):
            continue
        yield Flag(
            kind="reciprocity" if len(circle) == 2 else "ring",
            people=tuple(sorted(circle)),
            why=f"{len(circle)} people confirmed each other {times} times: {mutual} of their {total} points",
            sightings=_ids(inside),
        )


def _ids(inside: Sequence[Confirmation]) -> tuple[str, ...]:
    return tuple(sorted({sighting for each in inside for sighting in (each.sighting_id, each.confirmed_id)}))


def _splitting(person: str, mine: Sequence[SightingFacts], rules: RewardRules) -> Iterator[Flag]:
    """Several sightings of one deal and competitor within the days that make one finding of them."""
    span = timedelta(days=rules.split_days)
    by_deal: dict[tuple[str | None, str | None], list[SightingFacts]] = defaultdict(list)
    for each in mine:
        by_deal[each.competitor, each.deal_key].append(each)
    for deal in by_deal.values():
        pieces: list[list[SightingFacts]] = []
        for each in deal:
            if pieces and each.received_at < pieces[-1][0].received_at + span:
                pieces[-1].append(each)
            else:
                pieces.append([each])
        for sent in pieces:
            if len(sent) >= _PIECES:
                yield Flag(
                    kind="splitting",
                    people=(person,),
                    why=f"{len(sent)} sightings from one deal about one competitor within {rules.split_days:g} days",
                    sightings=tuple(each.sighting_id for each in sent),
                )


def _copies(by_person: Mapping[str, Sequence[SightingFacts]], facts: Sequence[SightingFacts]) -> Iterator[Flag]:
    """Texts or files that somebody had sent before, and what a page or a digest had told before."""
    first: dict[str, SightingFacts] = {}
    for each in sorted(facts, key=lambda one: (one.received_at, one.sighting_id)):
        for digest in (each.text_digest, *each.evidence_digests):
            if digest:
                first.setdefault(digest, each)
    for person, mine in sorted(by_person.items()):
        copied = [each for each in mine if _is_copied(each, first)]
        if len(copied) >= _COPIES and 2 * len(copied) > len(mine):
            yield Flag(
                kind="copies",
                people=(person,),
                why=f"{len(copied)} of {len(mine)} sightings say what a page, a digest or another had said before",
                sightings=tuple(each.sighting_id for each in copied),
            )


def _is_copied(facts: SightingFacts, first: Mapping[str, SightingFacts]) -> bool:
    public = min((at for at in (facts.seen_first_at, facts.published_at) if at is not None), default=None)
    if public is not None and public <= facts.received_at:
        return True
    digests = (facts.text_digest, *facts.evidence_digests)
    return any(digest and first[digest].sighting_id != facts.sighting_id for digest in digests)


def _bursts(person: str, mine: Sequence[SightingFacts]) -> Iterator[Flag]:
    by_day: dict[date, list[SightingFacts]] = defaultdict(list)
    for each in mine:
        by_day[each.received_at.date()].append(each)
    for day, sent in sorted(by_day.items()):
        if len(sent) >= _BURST:
            yield Flag(
                kind="burst",
                people=(person,),
                why=f"{len(sent)} sightings on {day.day} {day:%b}",
                sightings=tuple(each.sighting_id for each in sent),
            )


def _sandbagging(person: str, mine: Sequence[SightingFacts]) -> Iterator[Flag]:
    by_quarter: dict[tuple[datetime, datetime], list[SightingFacts]] = defaultdict(list)
    for each in mine:
        by_quarter[_quarter(each.received_at)].append(each)
    for (start, end), sent in sorted(by_quarter.items()):
        late = [each for each in sent if each.received_at >= end - (end - start) * _LATE_PART]
        if len(sent) >= _LEAST and len(late) > _LATE_SHARE * len(sent):
            yield Flag(
                kind="sandbagging",
                people=(person,),
                why=f"{len(late)} of {len(sent)} sightings came in the last tenth of the quarter",
                sightings=tuple(each.sighting_id for each in late),
            )


def _quarter(at: datetime) -> tuple[datetime, datetime]:
    moment = at.astimezone(UTC)
    month = 3 * ((moment.month - 1) // 3) + 1
    start = datetime(moment.year, month, 1, tzinfo=UTC)
    end = datetime(moment.year + (month == 10), (month + 2) % 12 + 1, 1, tzinfo=UTC)
    return start, end
