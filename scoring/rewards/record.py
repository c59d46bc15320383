"""A record so poor that nothing more is paid until it is better: who sends anything, and sees what sticks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from detente.rules import RewardRules
from scoring.rewards.facts import SightingFacts


def poor_records(facts: Iterable[SightingFacts], rules: RewardRules) -> dict[str, str]:
    """By sighting, why it earns nothing: what its sender had sent before was hardly ever found true.

    What counts is what had been reviewed when the sighting came, of the last `window_days`: from `record_least` reviews
    on, at least `record_share` of them must have found something true. A new rep is paid from the first day.
    """
    by_person: dict[str, list[SightingFacts]] = defaultdict(list)
    for each in facts:
        by_person[each.person_id].append(each)
    poor: dict[str, str] = {}
    for mine in by_person.values():
        poor.update(_of_one(sorted(mine, key=lambda each: (each.received_at, each.sighting_id)), rules))
    return poor


def _of_one(mine: Sequence[SightingFacts], rules: RewardRules) -> dict[str, str]:
    reach = timedelta(days=rules.window_days)
    reviewed = [each for each in mine if each.standing_review is not None and each.reviewed_at is not None]
    if len(reviewed) < rules.record_least:
        return {}
    poor = {}
    for each in mine:
        at = each.received_at
        known = [
            one.standing_review == "verified"
            for one in reviewed
            if one.reviewed_at is not None and one.reviewed_at <= at and one.received_at >= at - reach
        ]
        if len(known) >= rules.record_least and sum(known) < rules.record_share * len(known):
            poor[each.sighting_id] = (
                f"of your last {len(known)} that were looked at, {sum(known)} were found true and new; "
                "when it is more, what you send counts again"
            )
    return poor
