"""A confirmation is paid to whoever finds things, too: an account that only echoes others earns nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from detente.rules import RewardRules
from scoring.rewards.caps import Paying

_ONLY_ECHOES = (
    "as many confirmations are paid as you have told new things in {weeks} weeks; with the next one this counts"
)


def with_own_work(paying: Sequence[Paying], rules: RewardRules) -> tuple[list[Paying], list[tuple[Paying, str]]]:
    """Those that are paid, and the confirmations that lack a finding of their own, with the reason.

    Each confirmation needs one finding of the same person that was new and is found true, received within
    `window_days` before or after; a finding stands for one confirmation.
    """
    span = timedelta(days=rules.window_days)
    finds: dict[str, list[datetime]] = defaultdict(list)
    for each in paying:
        if any(award.rule == "new" and award.state == "earned" for award in each.awards):
            finds[each.finding.head.person_id].append(each.finding.at)
    paid: list[Paying] = []
    lacking: list[tuple[Paying, str]] = []
    for each in sorted(paying, key=lambda one: (one.finding.at, one.finding.head.sighting_id)):
        mine = finds[each.finding.head.person_id]
        if any(award.rule == "new" for award in each.awards) or not _is_paid(each):
            paid.append(each)
            continue
        near = next((at for at in sorted(mine) if abs(at - each.finding.at) <= span), None)
        if near is None:
            lacking.append((each, _ONLY_ECHOES.format(weeks=round(rules.window_days / 7))))
        else:
            mine.remove(near)
            paid.append(each)
    return paid, lacking


def _is_paid(paying: Paying) -> bool:
    return any(award.points for award in paying.awards)
