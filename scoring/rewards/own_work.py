"""A confirmation is paid to whoever finds things, too: an account that only echoes others earns nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from detente.rules import RewardRules
from scoring.rewards.awards import waiting
from scoring.rewards.caps import Paying

_WAITS = "once you have told something new yourself"
_OVER = "a confirmation counts once you have told something new yourself, within {weeks} weeks before or after"


def with_own_work(
    paying: Sequence[Paying], rules: RewardRules, now: datetime
) -> tuple[list[Paying], list[tuple[Paying, str]]]:
    """Those that are paid, with the confirmations that wait for a finding of their own; and those that waited in vain.

    Each confirmation needs one finding of the same person that was new and is found true, told within `window_days`
    before or after; a finding stands for one confirmation. Until there is one, the confirmation is pending.
    """
    span = timedelta(days=rules.window_days)
    finds: dict[str, list[datetime]] = defaultdict(list)
    for each in paying:
        if any(award.rule == "new" and award.state == "earned" for award in each.awards):
            finds[each.finding.head.person_id].append(each.finding.at)
    paid: list[Paying] = []
    in_vain: list[tuple[Paying, str]] = []
    for each in sorted(paying, key=lambda one: (one.finding.at, one.finding.head.sighting_id)):
        mine = finds[each.finding.head.person_id]
        near = next((at for at in sorted(mine) if abs(at - each.finding.at) <= span), None)
        if any(award.rule == "new" for award in each.awards) or not (each.earned or each.pending):
            paid.append(each)
        elif near is not None:
            mine.remove(near)
            paid.append(each)
        elif now <= each.finding.at + span:
            paid.append(replace(each, awards=tuple(waiting(award, _WAITS) for award in each.awards)))
        else:
            in_vain.append((each, _OVER.format(weeks=round(rules.window_days / 7))))
    return paid, in_vain
