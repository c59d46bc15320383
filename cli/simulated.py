"""How simulated quarters are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from cli.screen import data, show_rows
from detente.rules import Rules
from scoring.simulation import GOAL, Assumptions, Compared, Fairness, compare, fairness, worst

# Fewer quarters than these tell a cheat from luck badly: their shares differ by a third from one seed to the next.
_ENOUGH = 20
_LEGEND = (
    "sent, points: of one person in a quarter. per hour: points for an hour's work.",
    "+: works honestly besides; per hour is what an hour of cheating adds to that.",
    "10–90 %: between those lie eight of ten quarters. share: of what an honest hour",
    "brings. fooled: the same where reviewers believe false things twice as often",
    "and find out half as often.",
    "",
)


def show_simulated(usual: pd.DataFrame, fooled: pd.DataFrame, rules: Rules, *, seeds: int, weeks: int) -> None:
    """A table of what each way of reporting brings, and three sentences."""
    compared, gullible = compare(usual), {each.kind: each for each in compare(fooled)}
    data.print(f"What reporting brings: {seeds} quarters of {weeks} weeks, rules v{rules.version}\n", highlight=False)
    show_rows(
        ("strategy", "sent", "points", "per hour", "10–90 %", "share", "fooled"),
        [
            (
                each.kind + (" +" if each.is_added else ""),
                round(each.sightings),
                round(each.points),
                f"{_number(each.per_hour):>8}",
                f"{_number(each.low):>5} to {_number(each.high)}",
                f"{_percent(each.of_honest):>6}",
                f"{_percent(gullible[each.kind].of_honest):>6}",
            )
            for each in compared
        ],
    )
    data.print()
    for line in _LEGEND:
        data.print(line, highlight=False)
    for line in _verdicts(compared, list(gullible.values()), fairness(usual)):
        data.print(line, highlight=False)
    if seeds < _ENOUGH:
        data.print(f"Of {seeds} quarters much is chance: judge by {_ENOUGH} or more.", highlight=False)


def _verdicts(compared: Sequence[Compared], gullible: Sequence[Compared], fair: Fairness) -> Iterator[str]:
    most, fooled = worst(compared), worst(gullible)
    verdict = "met" if most.of_honest <= GOAL else "NOT met"
    yield f"Best cheat: {most.kind}, {_percent(most.of_honest)}; the goal of at most {_percent(GOAL)} is {verdict}."
    yield f"Where reviewers are fooled: {fooled.kind}, {_percent(fooled.of_honest)}."
    outcome = "nobody is worse off" if fair.is_fair else "small ones are WORSE OFF"
    yield f"Points by deal: small territories {fair.small_per_deal:.2f}, large {fair.large_per_deal:.2f}: {outcome}."


def as_json_of(usual: pd.DataFrame, fooled: pd.DataFrame, rules: Rules, *, seeds: int, weeks: int) -> dict[str, Any]:
    """The same for programs, with every seed and every assumption."""
    compared = compare(usual)
    return {
        "seeds": seeds,
        "weeks": weeks,
        "rules_version": rules.version,
        "rules_digest": rules.digest,
        "goal": GOAL,
        "goal_is_met": worst(compared).of_honest <= GOAL,
        "worst": worst(compared).kind,
        "strategies": [asdict(each) for each in compared],
        "strategies_with_gullible_reviewers": [asdict(each) for each in compare(fooled)],
        "fairness": asdict(fairness(usual)),
        "by_seed": usual.to_dict(orient="records"),
        "assumptions": [
            {"name": each.name, "value": getattr(Assumptions(), each.name), "because": Assumptions.because(each.name)}
            for each in fields(Assumptions)
        ],
    }


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−") if abs(value) >= 0.05 else "0.0"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %".replace("-", "−")
