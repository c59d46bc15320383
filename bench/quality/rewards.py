"""What cheating brings beside honest work under the shipped reward rules, in simulated quarters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detente.rules import default_rules
from scoring.simulation import GOAL, Assumptions, Compared, Fairness, compare, fairness, simulate, worst

SEEDS = 20
WEEKS = 13


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulated:
    """The figures of one run.

    Attributes:
        compared: What each way of reporting brings, by the assumptions.
        fooled: The same with reviewers twice as gullible.
        fair: Small territories beside large ones.
    """

    compared: Sequence[Compared]
    fooled: Sequence[Compared]
    fair: Fairness


def measure(seeds: int = SEEDS) -> Simulated:
    """Simulates quarters under the rules that a new workspace begins with; about two seconds a seed."""
    rules = default_rules()
    usual = simulate(rules, seeds=range(seeds), weeks=WEEKS)
    fooled = simulate(rules, seeds=range(seeds), weeks=WEEKS, assumed=Assumptions().gullible())
    return Simulated(compared=compare(usual), fooled=compare(fooled), fair=fairness(usual))


def as_lines(simulated: Simulated) -> Iterator[str]:
    """The section of `docs/quality.md`."""
    most, most_fooled = worst(simulated.compared), worst(simulated.fooled)
    fair = simulated.fair
    yield "## Rewards: does cheating pay?\n"
    yield (
        f"`detente rewards simulate`: {SEEDS} quarters of {WEEKS} weeks. *Share* is what an hour brings of what an"
        " honest hour brings; with a + it is what an hour of cheating adds to honest work. *Fooled*: reviewers believe"
        " false things twice as often and find out half as often.\n"
    )
    yield (
        f"Best cheat: {most.kind}, {most.of_honest:.0%} (goal: at most {GOAL:.0%}); fooled: {most_fooled.kind},"
        f" {most_fooled.of_honest:.0%}. Points by competitive deal: {fair.small_per_deal:.2f} in small territories,"
        f" {fair.large_per_deal:.2f} in large ones (difference {_interval(fair.per_deal_difference)}; of standing"
        f" {_interval(fair.standing_difference)}).\n"
    )
    yield "| strategy | points a quarter | hours | per hour | 10–90 % | share | fooled |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    fooled = {each.kind: each for each in simulated.fooled}
    for each in simulated.compared:
        yield (
            f"| {each.kind}{' +' if each.is_added else ''} | {each.points:.1f} | {each.hours:.1f} | {each.per_hour:.1f}"
            f" | {each.low:.1f} to {each.high:.1f} | {each.of_honest:.0%} | {fooled[each.kind].of_honest:.0%} |"
        )
    yield ""
    yield _TRIED


def _interval(interval: tuple[float, float, float]) -> str:
    mean, low, high = interval
    return f"{mean:+.2f}, 95 % {low:+.2f} to {high:+.2f}"


_TRIED = """\
What was tried, in the order in which it was mended (shares of an honest hour, 4 to 20 seeds):

- The rules as first written, with caps, charge and cool-down: spammers 61 to 88 %, copiers 88 %, hoarders who lie about
  the day 47 to 70 %, findings split over weeks or deals 139 to 170 %, lent accounts that echo 47 to 61 %.
- *Nothing paid below one in five found true* stopped spammers.
- *One deal and competitor is one finding, unless others or a page bear the second out* stopped splitting. Seven days
  for sixty did not, nor did taking a decision on a piece as proof.
- *After something made up, what was sent in the 90 days before is looked at again* stopped rings, pairs, and lies about
  day and deal.
- *Public sources earn nothing*, and *a page found later counts by the date that it gives*: against copiers.
- *A confirmation waits for a finding of one's own, and names a customer*: against echoes from lent accounts.
- *A cool-down twice as long each time*: against accounts that begin again every month.
- *A page that says it later is evidence* pays honest reps better, and moved no cheat by much.
- A floor of freshness of 0.05 for 0.25 took a few points from hoarders; a half-life of ten days for fourteen took more,
  and 3 % from honest reps: not kept.

The copier of pages that nobody watches is the least certain: some five sightings a quarter, one point. It stood at 12
to 31 % over the first seeds and at 76 % over 40 others. Then two things that the simulation had left out were put in: a
second look finds the page as often as a first one would, and an alert brings more than what is worth copying. Without
the second, its share doubles. After that the
same 40 seeds gave 19 % for the best cheat and 17 % for the copier.
"""
